#!/usr/bin/env python3
"""Plants one mistake at a time in a copy of the core: the replay of the corpus must notice each.

    mutants.py

So the oracles are under test, not the core. The mistakes are in fuzz/mutants.txt; one whose text is no
longer in the core is stale and must be written anew. Ends in 'mutants: passed=P failed=F'.
"""
import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "fuzz" / "mutants"
FLAGS = ["-std=c11", "-O1", "-w", "-DBUDDY_MAX_ORDER=10u", "-Icore"]
FORMAT = "x86_64-4"


def read_mutants(text):
    """A list of (format of page tables, file, what is wrong, old lines, new lines)."""
    mutants = []
    for line in text.splitlines():
        if line.startswith("@ "):
            where, what = line[2:].split(": ", 1)
            *special, file = where.split()
            mutants.append((special[0] if special else FORMAT, file, what, [], []))
        elif line[:1] in ("-", "+"):
            mutants[-1][3 if line[0] == "-" else 4].append(line[1:].strip())
    return mutants


def plant(text, old, new):
    """The text with the old lines, wherever they first stand, replaced; None if they are nowhere. What is asserted
    between them does not count."""
    lines = text.splitlines()
    code = [(line.strip(), at) for at, line in enumerate(lines) if not line.strip().startswith("//@")]
    for i in range(len(code) - len(old) + 1):
        if [line for line, _ in code[i:i + len(old)]] == old:
            return "\n".join(lines[:code[i][1]] + new + lines[code[i + len(old) - 1][1] + 1:]) + "\n"
    return None


def copy_tree(work):
    """What is compiled, in a folder of its own, where it can be changed."""
    shutil.rmtree(work, ignore_errors=True)
    for folder in ("core", "arch", "annotations", "fuzz"):
        shutil.copytree(ROOT / folder, work / folder)


def corpus_inputs():
    return sorted(p for p in (ROOT / "corpus").glob("*/*") if p.is_file())


def sources(format, work=WORK):
    """The core and the replayer, for page tables of a format, as paths in the copy."""
    names = ("core/*.c", "fuzz/ops.c", "fuzz/model*.c", "fuzz/replay*.c", f"fuzz/walk_{format.partition('-')[0]}.c")
    return sorted(str(path.relative_to(work)) for name in names for path in work.glob(name))


def compile_all(names, format, place, work=WORK):
    """Source -> object file in a place of the copy, each made anew."""
    arch, levels = format.split("-")
    (work / place).mkdir(exist_ok=True)
    objects = {name: work / place / (name.replace("/", "-") + ".o") for name in names}
    for name, target in objects.items():
        subprocess.run(["gcc", *FLAGS, f"-Iarch/{arch}", f"-DPAGETABLE_LEVELS={levels}", "-c", name, "-o", target],
                       cwd=work, check=True)
    return objects


def noticed(objects, inputs, work=WORK):
    """Whether the replay complains or dies."""
    subprocess.run(["gcc", *objects, "-o", work / "replay"], check=True)
    try:
        return subprocess.run([work / "replay", "-q", *inputs], capture_output=True, timeout=60).returncode != 0
    except subprocess.TimeoutExpired:
        return True


def try_mutant(mutant, clean, inputs):
    """What is wrong with a mistake, or None: it is noticed. clean: the objects of its format."""
    format, file, what, old, new = mutant
    text = (ROOT / file).read_text()
    planted = plant(text, old, new)
    if planted is None:
        return f"{file}: {what}: stale, '{old[0]}' is not there"
    (WORK / file).write_text(planted)
    changed = compile_all([file] if file.endswith(".c") else list(clean), format, "planted")
    (WORK / file).write_text(text)
    return None if noticed({**clean, **changed}.values(), inputs) else f"{file}: {what}: NOT NOTICED"


def main():
    copy_tree(WORK)
    inputs = corpus_inputs()
    mutants = read_mutants((ROOT / "fuzz" / "mutants.txt").read_text())
    clean = {format: compile_all(sources(format), format, format) for format in sorted({m[0] for m in mutants})}
    failed = [f"the core itself is not clean: {format}" for format, objects in clean.items()
              if noticed(objects.values(), inputs)]
    failed += filter(None, (try_mutant(mutant, clean[mutant[0]], inputs) for mutant in mutants))
    for line in failed:
        print(f"  {line}")
    report = ROOT / "build" / "report" / "mutants.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps({"mutants": len(mutants), "failed": failed}, indent=2) + "\n")
    print(f"mutants: passed={len(mutants) - len(failed)} failed={len(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
