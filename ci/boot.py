#!/usr/bin/env python3
"""Boots the kernel in QEMU at several memory sizes and reads the boot suite's KTAP; then once for each fault on
purpose, and reads the report; then once for each conversation with the prompt (ci/prompt.py). All this with each image.

    boot.py [--test NAME] LEVELS=KERNEL...    how many levels of page tables, and the image; NAME of one test of the
                                              suite, one fault (fault_page, ...) or one conversation
    boot.py --live [--memory 4G] [--append WORDS] [--stopped] KERNEL      the console live; --stopped waits for gdb

Environment: QEMU, ACCEL (tcg). The last line is `boot: passed=.. failed=.. skipped=.. seconds=..`;
build/report/boot.json says the same. A crash, a hang or a plan not kept is a failure; an image with more levels than
QEMU's processor has is skipped."""
import argparse
import bisect
import json
import os
import re
import shutil
import subprocess
import sys
import time
import typing

import prompt

# RAM; behind a stroke how much of it lies below 4 GiB where that is not QEMU's choice; behind commas what the
# processor has not. 8M does not hold the frames' records, which must then lie beyond the 4 GiB that the start-up tables
# show. pdpe1gb: pages of 1 GiB, pat: the page attribute table.
SIZES = ["128M", "4G", "77M", "512M/8M", "3G,-pdpe1gb,-pat"]
# Where things are, by the levels of page tables: where the direct map shows the first 256 MiB, but for 7 digits; an
# address that nothing uses, and one inside it; the first that is not canonical.
PLACES = {4: {"levels": "4", "direct": "0xffff80000", "scratch": "0xffffc00000000000", "unmapped": "0xffffc00000001238",
              "hole": "0x800000000000"},
          5: {"levels": "5", "direct": "0xff0000000", "scratch": "0xff80000000000000", "unmapped": "0xff80000000001238",
              "hole": "0x100000000000000"}}
# What the suite must say, too, at any size and at one: patterns of whole lines, with places.
SAYS_LEVELS = r"# tables of {levels} levels, direct map from {direct}0{7}"
SAYS = {"4G": [r"# pages of 4 KiB \d+, of 2 MiB \d+, of 1 GiB [1-9]\d*, in \d+ tables"],
        "512M/8M": [r"# buddy words 0x\w{6} \.\. .*, frame records 0x1\w{8} \.\. 0x1\w{8}"],
        "3G,-pdpe1gb,-pat": [r"# no page attribute table: write-combining pages are write-through",
                             r"# pages of 4 KiB \d+, of 2 MiB \d+, of 1 GiB 0 \(the processor has none\), in \d+ tables"]}
SMALL = "128M"  # for faults and conversations
REFUSAL = "no_la57_is_refused"  # the name of the test, and what a kernel says that the processor has no levels for
REFUSED = [r"Bail out! the processor has no LA57: this kernel is for page tables of 5 levels"]
SUCCESS = 33
FAILURE = 35
END_OF_INPUT = b"\r" + prompt.CTRL_D.encode()
NO_SUCH_TEST = "no test has this name"
LINE = re.compile(r"(not ok|ok) (\d+) (\S+)(?: # SKIP ?(.*))?$")

# What the report of each fault on purpose must say: patterns of whole lines, in this order, with places.
FAULTS = {
    "page": [r"Bail out! exception 14 \(page fault\) error 0x2",
             r"page fault at {unmapped}: not present, write by supervisor",
             r"  level {levels} entry 384 = 0x0",
             r"  rip 0x\w+ <fault\+0x\w+> rsp .*",
             r"  called from 0x\w+ <kernel_main\+0x\w+>"],
    "text": [r"Bail out! exception 14 \(page fault\) error 0x3",
             r"page fault at 0xffffffff80\w+: protection, write by supervisor",
             r"  level 1 entry \d+ = 0x\w+",
             r"  physical 0x\w+: read, execute, .*",
             r"  frame 0x\w+ at 0x\w+: reserved",
             r"  called from 0x\w+ <kernel_main\+0x\w+>"],
    "fetch": [r"Bail out! exception 14 \(page fault\) error 0x11",
              r"page fault at 0xffffffff80\w+: protection, fetch by supervisor",
              r"  level 1 entry \d+ = 0x8\w{15}",
              r"  called from 0x\w+ <kernel_main\+0x\w+>"],
    "double": [r"Bail out! exception 8 \(double fault\) error 0x0",
               r"double fault, handled on a stack of its own",
               r"  the stack has grown into its guard page at 0xffffffff80\w+",
               r"  rip 0x\w+ <fault\+0x\w+> rsp .*",
               r"  called from 0x\w+ <kernel_main\+0x\w+>"],
}


def environment():
    """Which QEMU, and its accelerator."""
    return os.environ.get("QEMU", "qemu-system-x86_64"), os.environ.get("ACCEL", "tcg")


def command(kernel, size, words="", more=()):
    """The QEMU command: the one place where its flags are. Without arch-capabilities it also starts on KVM inside a
    virtual machine."""
    size, *lacks = size.split(",")
    ram, _, low = size.partition("/")
    machine = "pc,memory-backend=m" + (f",max-ram-below-4g={low}" if low else "")
    qemu, accelerator = environment()
    line = [qemu, "-nodefaults", "-no-reboot", "-display", "none",
            "-serial", "stdio", "-cpu", ",".join(["max,arch-capabilities=off", *lacks]), "-accel", accelerator, "-m", ram,
            "-object", f"memory-backend-ram,id=m,size={ram},reserve=off", "-machine", machine,
            "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04", "-kernel", kernel, *more]
    return line + (["-append", words] if words else [])


def read(console, status):
    """The results in a console's text, and what is wrong with the whole (or None)."""
    tests, plan, wrong = [], None, None
    for line in console.splitlines():
        if plan is None and (m := re.match(r"1\.\.(\d+)$", line)):
            plan = int(m[1])
        elif m := LINE.match(line):
            result = "skipped" if m[4] is not None else "passed" if m[1] == "ok" else "failed"
            tests.append({"name": m[3], "result": result})
            if wrong is None and int(m[2]) != len(tests):
                wrong = f"result {len(tests)} has the number {m[2]}"
        elif line.startswith("Bail out!"):
            wrong = line
    failed = any(t["result"] == "failed" for t in tests)
    if wrong is None and plan is None:
        wrong = "no plan"
    elif wrong is None and plan == 0:
        wrong = NO_SUCH_TEST
    elif wrong is None and plan != len(tests):
        wrong = f"{len(tests)} results for a plan of {plan}"
    elif wrong is None and (status == SUCCESS) == failed:
        wrong = f"exit status {status} " + ("although a test failed" if failed else f"is not {SUCCESS}")
    return tests, wrong


def read_report(console, status, expected):
    """What is wrong with the report of a fault (or None)."""
    lines = console.splitlines()
    stops = [i for i, line in enumerate(lines) if line.startswith("Bail out!")]
    if len(stops) != 1 or stops[0] != 0:
        return f"the report is to be all that is printed, once; {len(stops)} found"
    missing, _ = prompt.lacks(lines, expected)
    if missing is not None:
        return "the report lacks, at its place: " + missing
    return None if status == FAILURE else f"exit status {status} is not {FAILURE}"


def symbols(kernel):
    """(address, name) of the functions, sorted; none where nm does not know the file."""
    try:
        done = subprocess.run(["nm", "--defined-only", kernel], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True, check=False)
    except FileNotFoundError:
        return []
    rows = (line.split() for line in done.stdout.splitlines())
    return sorted((int(row[0], 16), row[2]) for row in rows if len(row) == 3 and row[1] in "tT")


def symbolise(console, table):
    """The console's text with the function behind each code address: <name+offset>."""
    def name(m):
        address = int(m[2], 16)
        # A call may be a function's last instruction: its return address is then behind the function.
        inside = address - 1 if m[1].startswith("  called") else address
        i = bisect.bisect_right(table, (inside, "\x7f")) - 1
        return m[0] if i < 0 else f"{m[0]} <{table[i][1]}+{address - table[i][0]:#x}>"
    return re.sub(r"^(  called from |  rip )(0x[0-9a-f]+)", name, console, flags=re.M) if table else console


def run(line, timeout):
    """A command's console, its exit status (None if it had to be stopped), and what went wrong with it (or None)."""
    try:
        done = subprocess.run(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=timeout, check=False)
        out, status, wrong = done.stdout, done.returncode, None
    except subprocess.TimeoutExpired as hang:
        out, status, wrong = hang.stdout or b"", None, f"no end after {timeout:g} s"
    except FileNotFoundError:
        out, status, wrong = b"", None, line[0] + " is not installed: make setup"
    return out.decode(errors="replace").replace("\r", ""), status, wrong


class Kernel(typing.NamedTuple):
    """An image, and how many levels its page tables have."""
    levels: int
    path: str

    def placed(self, patterns):
        """Patterns with this kernel's places in them."""
        return [prompt.fill(p, PLACES[self.levels], re.escape) for p in patterns]

    def result(self, title, start, tests, wrong, console):
        """What is told of a boot."""
        return {"boot": f"{self.levels} levels, {title}", "levels": self.levels,
                "seconds": round(time.monotonic() - start, 2), "tests": tests, "wrong": wrong, "console": console}

    def single(self, name, start, wrong, console):
        """A boot that is one test, which passes if nothing is wrong."""
        return self.result(name, start, [] if wrong else [{"name": name, "result": "passed"}], wrong, console)


def boot(kernel, size, test, timeout):
    """One boot of the suite."""
    start = time.monotonic()
    console, status, stopped = run(command(kernel.path, size, "test=" + test if test else ""), timeout)
    tests, wrong = read(console, status)
    says = [] if test else [*SAYS.get(size, []), SAYS_LEVELS]
    missing, _ = prompt.lacks(console.splitlines(), kernel.placed(says))
    wrong = wrong or (missing and "the suite does not say " + missing)
    return kernel.result(f"-m {size}", start, tests, stopped or wrong, symbolise(console, symbols(kernel.path)))


def boot_report(kernel, name, size, words, report, timeout):
    """One boot that ends in a report: a single test, which passes if the report is as it must be."""
    start = time.monotonic()
    console, status, stopped = run(command(kernel.path, size, words), timeout)
    console = symbolise(console, symbols(kernel.path))
    return kernel.single(name, start, stopped or read_report(console, status, kernel.placed(report)), console)


def boot_fault(kernel, fault, timeout):
    """One boot with a fault on purpose."""
    return boot_report(kernel, "fault_" + fault, SMALL, "fault=" + fault, FAULTS[fault], timeout)


def boot_refusal(kernel, _, timeout):
    """One boot on a processor that has not the levels."""
    return boot_report(kernel, REFUSAL, SMALL + ",-la57", "", REFUSED, timeout)


def boot_prompt(kernel, name, timeout):
    """One boot with a conversation: a single test."""
    start = time.monotonic()
    line, conversation = command(kernel.path, SMALL, "prompt"), prompt.conversations(kernel.levels)[name]
    console, wrong = prompt.talk(line, conversation, timeout, PLACES[kernel.levels])
    return kernel.single(name, start, wrong, console)


def boots_alone(kernel):
    """The tests of an image that are a boot each: name -> how, and of what."""
    refusal = {REFUSAL: (boot_refusal, None)} if kernel.levels == 5 else {}
    return {**{"fault_" + f: (boot_fault, f) for f in FAULTS}, **refusal,
            **{c: (boot_prompt, c) for c in prompt.conversations(kernel.levels)}}


def la57_is_missing(kernel, timeout):
    """Whether this QEMU's processor has no page tables of 5 levels. QEMU is asked, so that no mistake of the kernel's
    looks like a processor without them; but what it says of KVM need not be what a guest finds, so there the kernel is."""
    qemu, accelerator = environment()
    if accelerator != "tcg":
        console, status, _ = run(command(kernel.path, SMALL, "list"), timeout)
        return read_report(console, status, REFUSED) is None
    question = {"execute": "query-cpu-model-expansion", "arguments": {"type": "full", "model": {"name": "max"}}}
    said = "".join(map(json.dumps, ({"execute": "qmp_capabilities"}, question, {"execute": "quit"})))
    line = [qemu, "-nodefaults", "-S", "-display", "none", "-machine", "none", "-accel", accelerator, "-qmp", "stdio"]
    done = subprocess.run(line, input=said, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=30,
                          check=False)
    return '"props"' in done.stdout and '"la57": true' not in done.stdout


def skipped(kernel):
    """What stands for the boots of an image that cannot run here."""
    tests = [{"name": f"tables_of_{kernel.levels}_levels", "result": "skipped"}]
    return kernel.result("skipped for want of LA57", time.monotonic(), tests, None, "")


def boots(kernels, test, timeout):
    """Every boot that is asked for, one after the other."""
    known = {name: None for kernel in kernels for name in boots_alone(kernel)}
    for kernel in kernels:
        alone = boots_alone(kernel)
        if kernel.levels == 5 and la57_is_missing(kernel, timeout):
            yield skipped(kernel)
            alone = {REFUSAL: alone[REFUSAL]}
        elif test not in known:
            for size in SIZES:
                one = boot(kernel, size, test, timeout)
                if one["wrong"] == NO_SUCH_TEST:
                    yield {**one, "wrong": f"{NO_SUCH_TEST}; beside those of the suite there are {', '.join(known)}"}
                    return
                yield one
        for name, (how, what) in alone.items():
            if test in (None, name):
                yield how(kernel, what, timeout)


def image(text):
    """The kernel that LEVELS=KERNEL names."""
    levels, _, path = text.partition("=")
    return Kernel(int(levels), path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kernels", nargs="+", metavar="LEVELS=KERNEL", help="KERNEL alone with --live")
    parser.add_argument("--test")
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--memory", default="128M")
    parser.add_argument("--append", default="")
    parser.add_argument("--stopped", action="store_true")
    args = parser.parse_args()
    if args.live:
        line = command(args.kernels[0], args.memory, args.append, ["-s", "-S"] if args.stopped else [])
        if not shutil.which(line[0]):
            sys.exit(f"boot: {line[0]} is not installed: make setup")
        if not args.stopped and not sys.stdin.isatty():  # commands from a file or a pipe: its end is the prompt's
            return subprocess.run(line, input=sys.stdin.buffer.read() + END_OF_INPUT, check=False).returncode
        os.execvp(line[0], line)
    done, total = [], {"passed": 0, "failed": 0, "skipped": 0}
    qemu = command(args.kernels[0], SMALL)[0]
    missing = None if shutil.which(qemu) else f"{qemu} is not installed: make setup"
    if missing:
        print("boot: " + missing)
        total["failed"] = 1
    for one in [] if missing else boots(list(map(image, args.kernels)), args.test, args.timeout):
        done.append(one)
        for test in one["tests"]:
            total[test["result"]] += 1
        if one["wrong"]:
            total["failed"] += 1
        print(f"{one['boot']}: {len(one['tests'])} tests, {one['seconds']} s{': ' + one['wrong'] if one['wrong'] else ''}")
        if one["wrong"] or any(t["result"] == "failed" for t in one["tests"]):
            print("\n".join("  | " + line for line in one["console"].splitlines()[-30:]))
    seconds = round(sum(b["seconds"] for b in done), 2)
    os.makedirs("build/report", exist_ok=True)
    with open("build/report/boot.json", "w", encoding="utf-8") as out:
        json.dump({**total, "seconds": seconds, "boots": done}, out, indent=1)
    print(f"boot: passed={total['passed']} failed={total['failed']} skipped={total['skipped']} seconds={seconds}")
    return 1 if total["failed"] or not done else 0


if __name__ == "__main__":
    sys.exit(main())
