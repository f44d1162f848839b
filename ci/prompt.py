"""Conversations with the kernel's prompt: what is typed, and what the answers must say.

A step is a line to type and patterns of whole lines that its answer must have, in this order. A pattern's named
groups can be typed later, as {name}. So can the places of the kernel that is talked to (PLACES in ci/boot.py)."""
import os
import re
import select
import subprocess
import time

PROMPT = "\n> "
CTRL_D, CTRL_U, BACKSPACE, UP = "\x04", "\x15", "\x7f", "\x1b[A"
QUIT = ("quit", [])

# name: (QEMU's exit status, steps)
CONVERSATIONS = {
    "prompt_lists_its_commands": (33, [
        ("help", [rf"  {name} +\w.*" for name in
                  ("help", "mem", "frame FRAME", r"walk \[ADDRESS\]", "alloc ORDER", "free FRAME ORDER", r"map ADDRESS FRAME \[LEVEL\] \[PAGES\]",
                   "split ADDRESS", "merge ADDRESS", r"clear ADDRESS \[PAGES\]", "protect ADDRESS PAGES PERMISSIONS",
                   r"unmap ADDRESS \[PAGES\]", r"test \[NAME\]", "fault KIND", "quit")]),
        ("quit", [])]),
    "prompt_shows_memory": (33, [
        ("mem", [r"  RAM 0x0 \.\. 0x\w+, \d+ frames", r"  RAM 0x100000 \.\. 0x7\w{6}, \d+ frames",
                 r"  kept 0x100000 \.\. 0x\w+", r"  buddy words 0x\w+ \.\. 0x\w+, \d+ frames",
                 r"  frame records 0x\w+ \.\. 0x\w+, \d+ frames", r"  the kernel's pages: of 4 KiB \d+, of 2 MiB [1-9]\d*, of 1 GiB \d+",
                 r"free: (?P<free>\d+) of \d+ frames, .*",
                 r"  order \d+: \d+", r"owners, in frames", r"  free: (?P=free)", r"  reserved: \d+",
                 r"  table of level {levels}: 1"]),
        ("frame 0", [r"  frame 0x0 at 0x0: reserved"]),
        QUIT]),
    "prompt_walks_the_tables": (33, [
        ("walk 0xffffffff80110000", [r"  level 4 entry 511 = 0x\w+", r"  level 3 entry 510 = 0x\w+",
                                     r"  level 2 entry 0 = 0x\w+", r"  level 1 entry 272 = 0x\w+",
                                     r"  physical 0x110000: read, execute, global, unowned.*",
                                     r"  frame 0x110 at 0x110000: reserved"]),
        ("walk {unmapped}", [r"  level {levels} entry 384 = 0x0", r"  not mapped"]),
        ("walk {hole}", [r"refused: not canonical"]),
        QUIT]),
    "prompt_allocates_and_frees": (33, [
        ("mem", [r"free: (?P<free>\d+) of .*"]),
        ("alloc 3", [r"frame (?P<block>0x\w+) order 3, seen at {direct}\w{7}"]),
        ("frame {block}", [r"  frame {block} at {block}000: kernel, block {block} of order 3, references 1"]),
        ("free {block} 2", [r"refused: wrong order"]),
        ("free {block} 3", [r"free frames {free}"]),
        ("free {block} 3", [r"refused: double free"]),
        ("alloc 0x0", [r"frame (?P<one>0x\w+) order 0, .*"]),
        ("free {one} 0", [r"free frames {free}"]),
        ("test structures_are_sound", [r"ok 1 structures_are_sound"]),
        QUIT]),
    "prompt_maps_and_unmaps": (33, [
        ("mem", [r"free: (?P<free>\d+) of .*"]),
        ("alloc 0", [r"frame (?P<one>0x\w+) order 0, .*"]),
        ("map {scratch} {one}", [r"  physical {one}000: read, write", r"  frame {one} .*, references 2"]),
        ("map {scratch} {one}", [r"refused: already mapped"]),
        ("free {one} 0", [r"refused: it is mapped: unmap it first"]),
        ("unmap {scratch}", [r"was frame {one}"]),
        ("unmap {scratch}", [r"refused: not mapped"]),
        ("free {one} 0", [r"free frames {free}"]),
        ("map {scratch} {one}", [r"refused: not allocated"]),
        ("unmap 0xffffffff80110000", [r"refused: a page of the kernel's"]),
        QUIT]),
    "prompt_splits_and_merges": (33, [
        ("mem", [r"free: (?P<free>\d+) of .*"]),
        ("alloc 9", [r"frame (?P<block>0x\w+) order 9, .*"]),
        ("map {scratch} {block} 2", [r"  level 2 entry 0 = 0x\w+", r"  physical {block}000: read, write.*", r"  frame {block} .*, references 2"]),
        ("merge {scratch}", [r"refused: smaller pages"]),
        ("split {scratch}", [r"  level 2 entry 0 = 0x\w+", r"  level 1 entry 0 = 0x\w+", r"  physical {block}000: read, write.*",
                             r"  frame {block} .*, references 513"]),
        ("split {scratch}", [r"refused: bad level"]),
        ("merge {scratch}", [r"  level 2 entry 0 = 0x\w+", r"  physical {block}000: read, write, accessed, dirty",
                             r"  frame {block} .*, references 2"]),
        ("split {scratch}", [r"  frame {block} .*, references 513"]),
        ("unmap {scratch}", [r"was frame {block}.*"]),
        ("merge {scratch}", [r"refused: not mapped"]),
        ("map {scratch} {block} 2", [r"refused: smaller pages"]),
        ("map {scratch} {block}", [r"  frame {block} .*, references 513"]),
        ("merge {scratch}", [r"  frame {block} .*, references 2"]),
        ("unmap {scratch}", [r"was frame {block}.*"]),
        ("free {block} 9", [r"free frames {free}"]),
        ("map {scratch} {block} 4", [r"refused: bad level"]),
        ("split 0xffffffff80110000", [r"refused: a page of the kernel's"]),
        ("split {hole}", [r"refused: not canonical"]),
        QUIT]),
    "prompt_clears_accessed_and_dirty": (33, [
        ("alloc 9", [r"frame (?P<block>0x\w+) order 9, .*"]),
        ("map {scratch} {block} 2", [r"  physical {block}000: read, write"]),
        ("clear {scratch}", [r"was frame {block}"]),
        ("split {scratch}", [r"  physical {block}000: read, write"]),
        ("merge {scratch}", [r"  physical {block}000: read, write, accessed, dirty"]),
        ("clear {scratch}", [r"was frame {block}, accessed, dirty"]),
        ("walk {scratch}", [r"  physical {block}000: read, write", r"  frame {block} .*, references 2"]),
        ("clear {scratch}", [r"was frame {block}"]),
        ("unmap {scratch}", [r"was frame {block}"]),
        ("clear {scratch}", [r"refused: not mapped"]),
        ("clear {hole}", [r"refused: not canonical"]),
        ("clear 0xffffffff80110000", [r"was frame 0x110.*"]),
        ("clear 0xffffffff80110008", [r"refused: misaligned"]),
        ("test structures_are_sound", [r"ok 1 structures_are_sound"]),
        QUIT]),
    "prompt_lists_what_is_mapped": (33, [
        ("walk", [r"  {direct}0{7}: pages \d+, frame 0x0, read, write, global, unowned",
                  r"  0xffffffff80\w{6}: pages \d+, frame 0x\w+, read, execute, global, unowned", r"  runs: (?P<runs>\d+)"]),
        ("alloc 9", [r"frame (?P<block>0x\w+) order 9, .*"]),
        ("map {scratch} {block} 2", [r"  physical {block}000: read, write"]),
        ("walk", [r"  (?P<near>0x\w{11})0{5}: pages 512, frame {block}, read, write", r"  runs: \d+"]),
        ("split {scratch}", [r"  frame {block} .*, references 513"]),
        ("walk", [r"  {scratch}: pages 512, frame {block}, read, write", r"  runs: \d+"]),
        *((f"protect {{near}}{i:02x}000 1 0", [r"pages 1"]) for i in range(1, 33, 2)),
        ("walk", [*[r"  0x\w{16}: pages \d+, .*"] * 32, r"  runs: \d+, the first 32 shown"]),
        ("unmap {scratch} 512", [r"pages 512"]),
        ("walk", [r"  runs: {runs}"]),
        QUIT]),
    "prompt_changes_ranges": (33, [
        ("mem", [r"free: (?P<free>\d+) of .*"]),
        ("alloc 9", [r"frame (?P<block>(?P<high>0x\w+)00) order 9, .*"]),
        ("map {scratch} {block} 2", [r"  physical {block}000: read, write"]),
        ("walk", [r"  (?P<near>0x\w{11})0{5}: pages 512, frame {block}, read, write"]),
        ("unmap {scratch} 1", [r"refused: larger page"]),
        ("protect {scratch} 511 0", [r"refused: larger page"]),
        ("clear {near}01000 511", [r"refused: larger page"]),
        ("protect {scratch} 512 4", [r"pages 512"]),
        ("walk", [r"  {scratch}: pages 512, frame {block}, read, user"]),
        ("split {scratch}", [r"  frame {block} .*, references 513"]),
        ("unmap {near}02000 2", [r"pages 2"]),
        ("protect {scratch} 512 2", [r"pages 510"]),
        ("walk", [r"  {scratch}: pages 2, frame {block}, read, write", r"  {near}04000: pages 508, frame {high}04, read, write"]),
        ("map {near}02000 {high}02", [r"  frame {high}02 .*, references 512"]),
        ("map {near}03000 {high}03", [r"  frame {high}03 .*, references 513"]),
        ("merge {scratch}", [r"  physical {block}000: read, write, accessed, dirty"]),
        ("clear {scratch} 1024", [r"pages 512, accessed, dirty"]),
        ("clear {scratch} 1024", [r"pages 512"]),
        ("unmap {scratch} 0x10000000", [r"pages 512"]),
        ("unmap {scratch} 0x10000000", [r"pages 0"]),
        ("free {block} 9", [r"free frames {free}"]),
        ("clear 0xffffffff80110000 2", [r"pages 2.*"]),
        ("test structures_are_sound", [r"ok 1 structures_are_sound"]),
        QUIT]),
    "prompt_maps_ranges": (33, [
        ("mem", [r"free: (?P<free>\d+) of .*"]),
        ("alloc 10", [r"frame (?P<block>(?P<high>0x\w+)00) order 10, .*"]),
        ("map {scratch} {block} 2 1024", [r"  level 2 entry 0 = 0x\w+", r"  physical {block}000: read, write", r"  frame {block} .*, references 3"]),
        ("walk", [r"  (?P<near>0x\w{11})0{5}: pages 1024, frame {block}, read, write"]),
        ("map {scratch} {block} 1 1024", [r"refused: larger page"]),
        ("unmap {scratch} 1024", [r"pages 1024.*"]),
        ("map {near}01000 {high}01 2 1023", [r"  level 1 entry 1 = 0x\w+", r"  physical {high}01000: read, write", r"  frame {high}01 .*, references 513"]),
        ("walk", [r"  {near}01000: pages 1023, frame {high}01, read, write"]),
        ("map {scratch} {block} 2 2", [r"refused: already mapped"]),
        ("map {scratch} {block} 2 512", [r"refused: smaller pages"]),
        ("unmap {scratch} 0x10000000", [r"pages 1023.*"]),
        ("map {scratch} {block} 1 1025", [r"refused: .*"]),
        ("map {scratch} {block} 2 0", [r"refused: out of range"]),
        ("map {scratch} {block} 0 8", [r"refused: bad level"]),
        ("map {scratch} {block} 4 8", [r"refused: bad level"]),
        ("map {scratch} 0 1 2", [r"refused: reserved"]),
        ("map {hole} {block} 1 2", [r"refused: not canonical"]),
        ("free {block} 10", [r"free frames {free}"]),
        ("test structures_are_sound", [r"ok 1 structures_are_sound"]),
        QUIT]),
    "prompt_refuses_ranges": (33, [
        ("unmap {scratch} 0", [r"refused: out of range"]),
        ("clear {scratch} 0", [r"refused: out of range"]),
        ("unmap 0 0xffffffffffffffff", [r"refused: out of range"]),
        ("unmap {hole} 1", [r"refused: not canonical"]),
        ("clear {hole} 1", [r"refused: not canonical"]),
        ("protect {unmapped} 1 0", [r"refused: misaligned"]),
        ("protect {scratch} 1 3", [r"refused: bad permission"]),
        ("protect {scratch} 1 0x80", [r"refused: bad permission"]),
        ("protect {scratch} 1 0x100000000", [r"refused: bad permission"]),
        ("protect 0xffffffff80110000 1 0", [r"refused: a page of the kernel's"]),
        ("protect {direct}0000000 1 0x40", [r"refused: a page of the kernel's"]),
        ("unmap {direct}0000000 0x8000000", [r"refused: a page of the kernel's"]),
        ("protect {scratch} 1", [r"usage: protect ADDRESS PAGES PERMISSIONS"]),
        ("unmap", [r"usage: unmap ADDRESS \[PAGES\]"]),
        ("unmap {scratch} all", [r"PAGES is no number: all"]),
        ("walk all", [r"ADDRESS is no number: all"]),
        ("walk {scratch} 1", [r"usage: walk \[ADDRESS\]"]),
        ("test structures_are_sound", [r"ok 1 structures_are_sound"]),
        QUIT]),
    "prompt_says_what_is_wrong": (33, [
        ("hello", [r"unknown command: hello \(help lists them\)"]),
        ("alloc", [r"usage: alloc ORDER"]),
        ("alloc 1 2", [r"usage: alloc ORDER"]),
        ("mem 1 2 3 4 5 6 7", [r"usage: mem"]),
        ("alloc two", [r"ORDER is no number: two"]),
        ("alloc 0x", [r"ORDER is no number: 0x"]),
        ("alloc -1", [r"ORDER is no number: -1"]),
        ("walk 0x10000000000000000", [r"ADDRESS is no number: .*"]),
        ("free 18446744073709551616 0", [r"FRAME is no number: .*"]),
        ("alloc 19", [r"refused: bad order"]),
        ("alloc 0x100000000", [r"refused: bad order"]),
        ("alloc 18", [r"refused: out of memory"]),
        ("free 0x100 0", [r"refused: reserved"]),
        ("free 0x100000000 0", [r"refused: out of range"]),
        ("free 0xffffffff 0", [r"refused: out of range"]),
        ("free 1 1", [r"refused: misaligned"]),
        ("frame 0xffffffff", [r"refused: out of range"]),
        ("map 0x1001 0x200", [r"refused: misaligned"]),
        ("test nonsense", [r"no test is called nonsense; there are", r"# map_is_sane"]),
        ("fault", [r"usage: fault KIND"]),
        ("fault nonsense", [r"no fault is called nonsense; there are page, text, fetch, double"]),
        QUIT]),
    "prompt_runs_the_suite": (33, [
        ("test aliases_share_a_frame", [r"1\.\.1", r"ok 1 aliases_share_a_frame"]),
        ("test", [r"1\.\.\d+", r"ok 1 map_is_sane", r"ok \d+ structures_are_sound"]),
        QUIT]),
    "prompt_edits_its_line": (33, [
        ("", []),
        ("   alloc    two   ", [r"ORDER is no number: two"]),
        (f"hellp{BACKSPACE}{BACKSPACE}lo", [r"unknown command: hello .*"]),
        (BACKSPACE * 3 + "hello", [r"unknown command: hello .*"]),
        (f"nonsense{CTRL_U}hello", [r"unknown command: hello .*"]),
        (f"hel{UP}lo", [r"unknown command: hello .*"]),
        ("x" * 500, [r"unknown command: x{127} .*"]),
        (f"hello{CTRL_D}", [r"unknown command: hello .*"]),
        (CTRL_D, [])]),
    "prompt_ends_in_a_fault": (35, [
        ("fault page", [r"Bail out! exception 14 \(page fault\) error 0x2"])]),
}
# The same, for a kernel with page tables of 5 levels only.
OF_5_LEVELS = {
    "prompt_walks_five_levels": (33, [
        ("mem", [r"free: (?P<free>\d+) of .*", r"  table of level 4: 2", r"  table of level 5: 1"]),
        ("walk 0xffffffff80110000", [r"  level 5 entry 511 = 0x\w+", r"  level 4 entry 511 = 0x\w+",
                                     r"  level 3 entry 510 = 0x\w+", r"  level 2 entry 0 = 0x\w+",
                                     r"  level 1 entry 272 = 0x\w+", r"  physical 0x110000: read, execute, .*"]),
        ("walk 0xff00000000110000", [r"  level 5 entry 256 = 0x\w+", r"  level 4 entry 0 = 0x\w+",
                                     r"  level 3 entry 0 = 0x\w+", r"  level 2 entry 0 = 0x\w+",
                                     r"  level 1 entry 272 = 0x\w+", r"  physical 0x110000: read, global, .*"]),
        ("walk 0xffff800000110000", [r"  level 5 entry 511 = 0x\w+", r"  level 4 entry 256 = 0x0", r"  not mapped"]),
        ("alloc 0", [r"frame (?P<one>0x\w+) order 0, .*"]),
        ("map 0x1000000000000 {one}", [r"  level 5 entry 1 = 0x\w+", r"  level 4 entry 0 = 0x\w+",
                                       r"  level 3 entry 0 = 0x\w+", r"  level 2 entry 0 = 0x\w+",
                                       r"  level 1 entry 0 = 0x\w+", r"  physical {one}000: read, write"]),
        ("mem", [r"  table of level 4: 3", r"  table of level 5: 1"]),
        ("unmap 0x1000000000000", [r"was frame {one}"]),
        ("walk 0x1000000000000", [r"  level 5 entry 1 = 0x0", r"  not mapped"]),
        ("walk 0x100000000000000", [r"refused: not canonical"]),
        ("walk 0xfeffffffffffffff", [r"refused: not canonical"]),
        ("free {one} 0", [r"free frames {free}"]),
        QUIT]),
}


def lacks(lines, patterns):
    """The first pattern that no line matches at its place (or None), and the named groups of all. What has been
    named before in the patterns stands for its text."""
    at, named = 0, {}
    for pattern in patterns:
        for name, text in named.items():
            pattern = pattern.replace(f"(?P={name})", re.escape(text))
        found = next(((i, m) for i in range(at, len(lines)) if (m := re.fullmatch(pattern, lines[i]))), None)
        if found is None:
            return pattern, named
        at = found[0] + 1
        named.update(found[1].groupdict())
    return None, named


def fill(text, named, write=str):
    """The text with what has been named in place of each {name}."""
    for name, value in named.items():
        text = text.replace(f"{{{name}}}", write(value))
    return text


class Console:
    """A running kernel's console: type to it, and read until it asks again."""

    def __init__(self, line, timeout):
        self.process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.deadline, self.text = time.monotonic() + timeout, ""

    def type(self, text):
        try:
            self.process.stdin.write(text.encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended: the answer will lack something

    def read(self):
        """What is printed up to the next prompt, or up to the end."""
        text = ""
        while not text.endswith(PROMPT):
            left = self.deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise TimeoutError
            some = os.read(self.process.stdout.fileno(), 65536).decode(errors="replace").replace("\r", "")
            if not some:
                break
            text += some
            self.text += some
        return text

    def end(self):
        """Reads to the end of the process; its exit status."""
        while self.read():
            pass
        return self.process.wait(max(0.1, self.deadline - time.monotonic()))


def converse(console, steps, places):
    """Goes through the steps; what is wrong (or None)."""
    named = dict(places)
    console.read()
    for typed, patterns in steps:
        typed, patterns = fill(typed, named), [fill(p, named, re.escape) for p in patterns]
        console.type(typed if typed == CTRL_D else typed + "\r")
        missing, more = lacks(console.read().split("\n")[1:], patterns)
        if missing is not None:
            return f"the answer to {typed!r} lacks, at its place: {missing}"
        named.update(more)
    return None


def conversations(levels):
    """What is said to a kernel with so many levels of page tables."""
    return {**CONVERSATIONS, **(OF_5_LEVELS if levels == 5 else {})}


def talk(line, conversation, timeout, places):
    """A conversation with the kernel that this command boots: the console's text, and what is wrong (or None)."""
    status, steps = conversation
    try:
        console = Console(line, timeout)
    except FileNotFoundError:
        return "", line[0] + " is not installed: make setup"
    try:
        wrong = converse(console, steps, places)
        if wrong is None and (ended := console.end()) != status:
            wrong = f"exit status {ended} is not {status}"
    except (TimeoutError, subprocess.TimeoutExpired):
        wrong = f"no end after {timeout:g} s"
    finally:
        console.process.kill()
        console.process.communicate()
    return console.text, wrong
