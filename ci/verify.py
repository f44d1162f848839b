#!/usr/bin/env python3
"""The main job: prove, fuzz for a minute, boot; one table; verify: ok or FAILED."""
import json
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STEPS = [("prove", []), ("fuzz", ["FUZZ_TIME=60", "ENGINE=both"]), ("boot", [])]


def run(name, variables):
    """Runs one make target, showing what it prints; returns its last line and verdict."""
    print(f"== make {' '.join([name, *variables])}", flush=True)
    start, last = time.monotonic(), ""
    process = subprocess.Popen(["make", "--no-print-directory", name, *variables], cwd=ROOT, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    for line in process.stdout:
        print(line, end="", flush=True)
        last = line.strip() or last
    code = process.wait()
    return {"step": name, "ok": code == 0, "seconds": round(time.monotonic() - start, 1), "result": last}


def main():
    results = [run(name, variables) for name, variables in STEPS]
    report = ROOT / "build" / "report" / "verify.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps(results, indent=2) + "\n")
    print()
    for result in results:
        verdict = "ok" if result["ok"] else "FAILED"
        print(f"  {result['step']:<7} {verdict:<7} {result['seconds']:7.1f} s   {result['result']}")
    failed = [r["step"] for r in results if not r["ok"]]
    print(f"verify: FAILED {' '.join(failed)}" if failed else "verify: ok")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
