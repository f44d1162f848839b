#!/usr/bin/env python3
"""Which lines and branches of core the corpus reaches.

    coverage.py [--docs docs/fuzzing.md] build/fuzz/replay-coverage

--docs writes the list of what is not reached into the document, between its two marks.

What is not reached must be explained in fuzz/uncovered.txt, by the text of its line, so that the
explanation survives edits elsewhere; an explanation of something that is reached by now must go. Ends in
'coverage: lines=C/T branches=C/T explained=N unexplained=N'.
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REASONS = ROOT / "fuzz" / "uncovered.txt"
LINE = "line"


def read_reasons(text):
    """(file, text of the line, 'line' or 'true' or 'false') -> why it is not reached."""
    reasons = {}
    for row in text.splitlines():
        if row.strip() and not row.startswith("#"):
            file, code, outcome, reason = (part.strip() for part in row.split(" | ", 3))
            reasons[file, code, outcome] = reason
    return reasons


def read_lcov(text, root):
    """Per file: line -> count, and (line, branch) -> count. An odd branch is the false one of a condition."""
    files = {}
    lines = branches = None
    for row in text.splitlines():
        kind, _, rest = row.partition(":")
        if kind == "SF":
            lines, branches = files.setdefault(os.path.relpath(rest, root), ({}, {}))
        elif kind == "DA":
            number, count = map(int, rest.split(",")[:2])
            lines[number] = count
        elif kind == "BRDA":
            number, _, index, count = rest.split(",")
            branches[int(number), int(index)] = 0 if count == "-" else int(count)
    return {name: found for name, found in files.items() if found[0]}


def unreached(name, source, lines, branches):
    """Keys of what was not reached, in the order of the file, each with its line."""
    keys = [(number, LINE) for number, count in lines.items() if count == 0]
    keys += [(number, "false" if index % 2 else "true") for (number, index), count in branches.items()
             if count == 0 and lines.get(number, 1) > 0]
    return [(number, (name, source[number - 1].strip(), outcome)) for number, outcome in sorted(set(keys))]


def lcov(program):
    """Replays the corpus and returns what llvm-cov says."""
    raw, data = ROOT / "build" / "fuzz" / "coverage.raw", ROOT / "build" / "fuzz" / "coverage.data"
    inputs = sorted(str(p) for p in (ROOT / "corpus").glob("*/*") if p.is_file())
    subprocess.run([program, "-q", "-e", "16", *inputs], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "LLVM_PROFILE_FILE": str(raw)})
    subprocess.run(["llvm-profdata-14", "merge", raw, "-o", data], check=True)
    return subprocess.run(["llvm-cov-14", "export", "-format=lcov", program, f"-instr-profile={data}",
                           ROOT / "core", ROOT / "arch"], check=True, text=True, capture_output=True).stdout


def list_unreached(table):
    """The list for the document: one row for each explanation, with the lines it is for."""
    rows = {}
    for file in table:
        for hole in file["unreached"]:
            key = file["file"], hole["text"], hole["why"] or "not explained"
            rows.setdefault(key, []).append(f"{hole['line']} {hole['what']}")
    return "".join(f"- `{file}` {', '.join(where)}: `{text}` — {why}\n" for (file, text, why), where in rows.items())


def write_docs(path, total, table):
    """Replaces what stands between the marks."""
    lines, branches = total
    body = (f"{lines[0]} of {lines[1]} lines and {branches[0]} of {branches[1]} branches are reached. The rest, with the line, "
            f"what of it, and why:\n\n{list_unreached(table)}")
    head, _, rest = path.read_text().partition("<!-- coverage -->\n")
    _, mark, tail = rest.partition("<!-- end of coverage -->\n")
    if not mark:
        sys.exit(f"coverage: {path} has no marks to write between")
    path.write_text(f"{head}<!-- coverage -->\n{body}{mark}{tail}")


def main():
    docs = Path(sys.argv[2]) if sys.argv[1:2] == ["--docs"] else None
    files = read_lcov(lcov(ROOT / sys.argv[-1]), ROOT)
    reasons = read_reasons(REASONS.read_text())
    used, unexplained, table = set(), [], []
    for name, (lines, branches) in sorted(files.items()):
        source = (ROOT / name).read_text().splitlines()
        reached = sum(c > 0 for c in lines.values()), sum(c > 0 for c in branches.values())
        print(f"  {name:<22} lines {reached[0]:>4}/{len(lines):<4} branches {reached[1]:>4}/{len(branches)}")
        rows = unreached(name, source, lines, branches)
        for number, key in rows:
            used.add(key)
            print(f"    {number}: {key[2]} of '{key[1]}': {reasons.get(key, 'NOT EXPLAINED')}")
            unexplained += [] if key in reasons else [f"{name}:{number}"]
        table.append({"file": name, "lines": [reached[0], len(lines)], "branches": [reached[1], len(branches)],
                      "unreached": [{"line": n, "text": k[1], "what": k[2], "why": reasons.get(k)} for n, k in rows]})
    stale = [key for key in reasons if key not in used]
    for key in stale:
        print(f"  fuzz/uncovered.txt explains what is reached: {' | '.join(key)}")
    total = [[sum(row[what][i] for row in table) for i in (0, 1)] for what in ("lines", "branches")]
    if docs:
        write_docs(ROOT / docs, total, table)
    report = ROOT / "build" / "report" / "coverage.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps({"lines": total[0], "branches": total[1], "files": table}, indent=2) + "\n")
    print(f"coverage: lines={total[0][0]}/{total[0][1]} branches={total[1][0]}/{total[1][1]} "
          f"explained={len(used) - len({k for k in used if k not in reasons})} unexplained={len(unexplained)}")
    return 1 if unexplained or stale or not table else 0


if __name__ == "__main__":
    sys.exit(main())
