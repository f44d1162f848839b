#!/usr/bin/env python3
"""Runs every test of the project and ends in one line: N passed, N failed.

Each stage is a make target that a person can run by itself; this program only
runs them in turn, counts what they report, and says which stage failed.
"""
import json
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "test"


def cmocka(text):
    """cmocka's and unittest's closing lines."""
    passed = sum(map(int, re.findall(r"\[  PASSED  \] (\d+) test", text)))
    failed = sum(map(int, re.findall(r"\[  FAILED  \] (\d+) test\(s\), listed below", text)))
    skipped = sum(map(int, re.findall(r"\[  SKIPPED \] (\d+) test\(s\), listed below", text)))
    for ran in re.findall(r"^Ran (\d+) tests? in", text, re.M):
        bad = sum(map(int, re.findall(r"(?:failures|errors)=(\d+)", text)))
        passed, failed = passed + int(ran) - bad, failed + bad
    return passed, failed, skipped


def proof(text):
    """A proved function is a test passed; a goal known to be open is one skipped."""
    match = re.search(r"^prove: goals=(\d+)/(\d+) functions=(\d+)", text, re.M)
    known = len(re.findall(r"^prove: OPEN .*\(known", text, re.M))
    opened = len(re.findall(r"^prove: OPEN ", text, re.M)) - known
    problems = len(re.findall(r"^prove: PROBLEM ", text, re.M))
    return (int(match[3]) if match else 0), opened + problems, known


def counted(text):
    """A closing line 'name: passed=P failed=F [skipped=S] ...'."""
    match = None
    for match in re.finditer(r"^\w+: passed=(\d+) failed=(\d+)(?: skipped=(\d+))?", text, re.M):
        pass
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else (0, 0, 0)


def judged(text):
    """The closing line of the source mutants: one that is noticed, or the same as the original, is a test passed."""
    match = re.search(r"^mutants: total=\d+ proof=(\d+) fuzz=(\d+) equivalent=(\d+) survived=(\d+)$", text, re.M)
    return (sum(int(match[k]) for k in (1, 2, 3)), int(match[4]), 0) if match else (0, 0, 0)


def whole(_text):
    """A stage that is one check."""
    return None


STAGES = [
    ("lint-format", [], whole),
    ("lint-shell", [], whole),
    ("lint-build", [], whole),
    ("lint-tidy", [], whole),
    ("unit", [], cmocka),
    ("example", [], whole),
    ("prove", ["KNOWN_OPEN=1"], proof),
    ("corpus-replay", [], counted),
    ("mutants", [], counted),
    ("mutants-sample", [], judged),
    ("coverage", [], whole),
    ("boot", [], counted),
]


def run(name, variables, count):
    """Runs one stage; returns its (passed, failed, skipped) and seconds."""
    start = time.monotonic()
    log = LOGS / f"{name}.log"
    with log.open("w") as out:
        process = subprocess.Popen(["make", "--no-print-directory", name, *variables], cwd=ROOT, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for line in process.stdout:
            out.write(line)
        code = process.wait()
    text = log.read_text()
    passed, failed, skipped = count(text) or ((1, 0, 0) if code == 0 else (0, 1, 0))
    if code != 0 and failed == 0:
        failed = 1
    if code == 0 and passed == 0:
        failed += 1  # a stage that tested nothing has not passed
    if failed:
        print("\n".join(text.splitlines()[-60:]))
    seconds = time.monotonic() - start
    print(f"  {name:<14} {passed:>5} passed {failed:>3} failed {skipped:>3} skipped {seconds:7.1f} s", flush=True)
    return {"stage": name, "passed": passed, "failed": failed, "skipped": skipped, "seconds": round(seconds, 1)}


def main():
    names = sys.argv[1:] or [name for name, _, _ in STAGES]
    LOGS.mkdir(parents=True, exist_ok=True)
    subprocess.run([ROOT / "ci" / "setup", "--check"], stdout=subprocess.DEVNULL, check=False)  # says what is missing
    results = [run(*stage) for stage in STAGES if stage[0] in names]
    report = ROOT / "build" / "report" / "test.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps(results, indent=2) + "\n")
    for result in results:
        if result["failed"]:
            print(f"test: {result['stage']} failed; its output is in build/test/{result['stage']}.log")
    passed, failed, skipped = (sum(r[key] for r in results) for key in ("passed", "failed", "skipped"))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
