#!/usr/bin/env python3
"""Boots the kernel in QEMU at several memory sizes and reads the boot suite's KTAP.

Environment: QEMU, ACCEL (tcg). The last line is `boot: passed=.. failed=.. skipped=.. seconds=..`;
build/report/boot.json says the same. A crash, a hang or a plan not kept is a failure."""
import argparse
import json
import os
import re
import subprocess
import sys
import time

SIZES = ["128M", "4G", "77M"]
SUCCESS = 33
LINE = re.compile(r"(not ok|ok) \d+ (\S+)(?: # SKIP ?(.*))?$")


def read(console, status):
    """The results in a console's text, and what is wrong with the whole (or None)."""
    tests, plan, wrong = [], None, None
    for line in console.splitlines():
        if plan is None and (m := re.match(r"1\.\.(\d+)$", line)):
            plan = int(m[1])
        elif m := LINE.match(line):
            result = "skipped" if m[3] is not None else "passed" if m[1] == "ok" else "failed"
            tests.append({"name": m[2], "result": result})
        elif line.startswith("Bail out!"):
            wrong = line
    if wrong is None and plan is None:
        wrong = "no plan"
    elif wrong is None and plan != len(tests):
        wrong = f"{len(tests)} results for a plan of {plan}"
    elif wrong is None and status != SUCCESS and not any(t["result"] == "failed" for t in tests):
        wrong = f"exit status {status}, not {SUCCESS}"
    return tests, wrong


def boot(kernel, size, test, timeout):
    accel = os.environ.get("ACCEL", "tcg")
    command = [os.environ.get("QEMU", "qemu-system-x86_64"), "-nodefaults", "-no-reboot", "-display", "none",
               "-serial", "stdio", "-cpu", "max", "-accel", accel, "-m", size,
               "-object", f"memory-backend-ram,id=m,size={size},reserve=off", "-machine", "pc,memory-backend=m",
               "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04", "-kernel", kernel]
    command += ["-append", "test=" + test] if test else []
    start = time.monotonic()
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=timeout, check=False)
        console = done.stdout.decode(errors="replace").replace("\r", "")
        tests, wrong = read(console, done.returncode)
    except subprocess.TimeoutExpired as hang:
        console = (hang.stdout or b"").decode(errors="replace")
        tests, wrong = read(console, None)[0], f"no end after {timeout} s"
    except FileNotFoundError:
        console, tests, wrong = "", [], command[0] + " is not installed: make setup"
    return {"memory": size, "seconds": round(time.monotonic() - start, 2), "tests": tests, "wrong": wrong,
            "console": console}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kernel")
    parser.add_argument("--test")
    parser.add_argument("--timeout", type=float, default=60)
    args = parser.parse_args()
    boots, total = [], {"passed": 0, "failed": 0, "skipped": 0}
    for size in SIZES:
        one = boot(args.kernel, size, args.test, args.timeout)
        boots.append(one)
        for test in one["tests"]:
            total[test["result"]] += 1
        if one["wrong"]:
            total["failed"] += 1
        bad = one["wrong"] or any(t["result"] == "failed" for t in one["tests"])
        print(f"-m {size}: {len(one['tests'])} tests, {one['seconds']} s{': ' + one['wrong'] if one['wrong'] else ''}")
        if bad:
            print("\n".join("  | " + line for line in one["console"].splitlines()[-30:]))
    seconds = round(sum(b["seconds"] for b in boots), 2)
    os.makedirs("build/report", exist_ok=True)
    with open("build/report/boot.json", "w", encoding="utf-8") as out:
        json.dump({**total, "seconds": seconds, "boots": boots}, out, indent=1)
    print(f"boot: passed={total['passed']} failed={total['failed']} skipped={total['skipped']} seconds={seconds}")
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
