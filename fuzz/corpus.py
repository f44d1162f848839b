#!/usr/bin/env python3
"""Replays the whole corpus and compares the digests with corpus/digests.txt.

    corpus.py [--update] [--also CORE... --] CORE...

A core is named by its largest order and its page tables: 10-riscv64-3. In each, each input is replayed by
build/replay-CORE under the sanitizers and by build/fuzz/plain-CORE, of another compiler and without the core's check
functions: the digests must be the same. The cores after --also are only replayed under the sanitizers: core and model
must agree. The seeds must be what the seed program writes. Ends in 'corpus: passed=P failed=F inputs=N cores=N'.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIGESTS = ROOT / "corpus" / "digests.txt"
# How often the check functions are asked: they take time in proportion to the largest block. 0: never, which leaves
# the digests as they are; the checks of these page tables are asked where the largest block is smaller.
EVERY = {"18-x86_64-4": 256, "18-x86_64-5": 0}
EVERY_ELSE = 16
HEAD = "# The digests of each input, in the cores "
LINE = re.compile(r"^(\S+): ops=\d+ digest=([0-9a-f]{16})$", re.M)


def inputs():
    """Every input, as a path from the root."""
    return sorted(str(p.relative_to(ROOT)) for p in (ROOT / "corpus").glob("*/*") if p.is_file())


def digests(program, every, names):
    """The digests that a program prints, by input, and what else it said."""
    done = subprocess.run([ROOT / program, "-q", "-e", str(every), *names], cwd=ROOT, text=True, capture_output=True,
                          env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
    found = dict(LINE.findall(done.stdout))
    rest = [line for line in (done.stdout + done.stderr).splitlines() if not LINE.match(line)]
    return found, rest


def read_digests(text):
    """Input -> its digests, from 'digest ... input' lines."""
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {row[-1]: row[:-1] for row in rows}


def cores_of(text):
    """The cores that digests.txt has a column for."""
    return text.partition("\n")[0].removeprefix(HEAD).split()


def write_digests(cores, table):
    """The text of digests.txt."""
    return f"{HEAD}{' '.join(cores)}\n" + "".join(f"{' '.join(values)} {name}\n" for name, values in sorted(table.items()))


def compare(known, found):
    """One line for each input whose digests are not the known ones."""
    wrong = [f"{name}: digests {' '.join(found[name])}, should be {' '.join(known[name])}"
             for name in sorted(found) if name in known and known[name] != found[name]]
    wrong += [f"{name}: not in digests.txt (make corpus-update)" for name in sorted(found) if name not in known]
    wrong += [f"{name}: in digests.txt but not in the corpus" for name in sorted(known) if name not in found]
    return wrong


def disagreements(core, names, found, rest):
    """A line for each input that a core gave no digest for: what was said of it, or the first thing said at all."""
    about = {name: next((line for line in rest if line.startswith(f"{name}: ")), None) for name in names}
    return [f"{core}: {about[name] or f'{name}: no digest: ' + (rest[0] if rest else 'nothing was said')}"
            for name in names if name not in found]


def replay(core, names):
    """What build/replay-CORE prints."""
    return digests(f"build/replay-{core}", EVERY.get(core, EVERY_ELSE), names)


def stale_seeds():
    """Seeds that are not what the seed program writes."""
    with tempfile.TemporaryDirectory() as fresh:
        subprocess.run([ROOT / "build" / "fuzz" / "seeds", fresh], check=True)
        there, here = Path(fresh), ROOT / "corpus" / "seeds"
        names = {p.name for p in there.iterdir()} | {p.name for p in here.iterdir()}
        return [f"corpus/seeds/{name}: not what fuzz/seeds.c writes (make corpus-update)" for name in sorted(names)
                if not ((there / name).is_file() and (here / name).is_file()
                        and (there / name).read_bytes() == (here / name).read_bytes())]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--also", nargs="*", default=[], metavar="CORE")
    parser.add_argument("cores", nargs="+", metavar="CORE")
    options = parser.parse_args()
    names = inputs()
    found = {name: [] for name in names}
    failed = []
    for core in options.cores:
        got, rest = replay(core, names)
        plain, _ = digests(f"build/fuzz/plain-{core}", 0, names)
        failed += rest
        failed += [f"{n}: another digest with another compiler and no checks" for n in names if plain.get(n) != got.get(n)]
        for name in names:
            found[name].append(got.get(name, "broken"))
    if options.update and not failed:
        DIGESTS.write_text(write_digests(options.cores, found))
    known = read_digests(DIGESTS.read_text()) if DIGESTS.exists() else {}
    failed += compare(known, found) + stale_seeds()
    for core in options.also:
        failed += disagreements(core, names, *replay(core, names))
    for line in failed:
        print(line)
    cores = len(options.cores) + len(options.also)
    passed = len(names) * cores - len(failed)
    report = ROOT / "build" / "report" / "corpus.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps({"inputs": len(names), "cores": cores, "passed": passed, "failed": failed}, indent=2) + "\n")
    print(f"corpus: passed={max(passed, 0)} failed={len(failed)} inputs={len(names)} cores={cores}")
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
