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
FLAGS = ["-std=c11", "-O1", "-w", "-DBUDDY_MAX_ORDER=10u", "-Icore", "-Iarch/x86_64"]


def read_mutants(text):
    """A list of (file, what is wrong, old lines, new lines)."""
    mutants = []
    for line in text.splitlines():
        if line.startswith("@ "):
            file, what = line[2:].split(": ", 1)
            mutants.append((file, what, [], []))
        elif line[:1] in ("-", "+"):
            mutants[-1][2 if line[0] == "-" else 3].append(line[1:].strip())
    return mutants


def plant(text, old, new):
    """The text with the old lines, wherever they first stand, replaced; None if they are nowhere."""
    lines = text.splitlines()
    for at in range(len(lines) - len(old) + 1):
        if [line.strip() for line in lines[at:at + len(old)]] == old:
            return "\n".join(lines[:at] + new + lines[at + len(old):]) + "\n"
    return None


def compile_all(sources):
    """Object files of these sources of the copy; an object is made anew."""
    objects = [WORK / (source.replace("/", "-") + ".o") for source in sources]
    for source, target in zip(sources, objects):
        subprocess.run(["gcc", *FLAGS, "-c", source, "-o", target], cwd=WORK, check=True)
    return objects


def noticed(objects, inputs):
    """Whether the replay complains or dies."""
    subprocess.run(["gcc", *objects, "-o", WORK / "replay"], check=True)
    try:
        return subprocess.run([WORK / "replay", "-q", *inputs], capture_output=True, timeout=60).returncode != 0
    except subprocess.TimeoutExpired:
        return True


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    for folder in ("core", "arch", "annotations", "fuzz"):
        shutil.copytree(ROOT / folder, WORK / folder)
    inputs = sorted(p for p in (ROOT / "corpus").glob("*/*") if p.is_file())
    core = sorted(f"core/{p.name}" for p in (WORK / "core").glob("*.c"))
    replayer = sorted(f"fuzz/{p.name}" for name in ("ops*", "model*", "replay*", "walk_x86_64") for p in (WORK / "fuzz").glob(f"{name}.c"))
    objects = {s: o for s, o in zip(core + replayer, compile_all(core + replayer))}
    failed = ["the core itself is not clean"] if noticed(objects.values(), inputs) else []
    mutants = read_mutants((ROOT / "fuzz" / "mutants.txt").read_text())
    for file, what, old, new in mutants:
        text = (ROOT / file).read_text()
        planted = plant(text, old, new)
        if planted is None:
            failed.append(f"{file}: {what}: stale, '{old[0]}' is not there")
            continue
        (WORK / file).write_text(planted)
        changed = [file] if file.endswith(".c") else core + replayer
        compile_all(changed)
        if not noticed(objects.values(), inputs):
            failed.append(f"{file}: {what}: NOT NOTICED")
        (WORK / file).write_text(text)
        compile_all(changed)
    for line in failed:
        print(f"  {line}")
    report = ROOT / "build" / "report" / "mutants.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps({"mutants": len(mutants), "failed": failed}, indent=2) + "\n")
    print(f"mutants: passed={len(mutants) - len(failed)} failed={len(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
