#!/usr/bin/env python3
"""Makes source mutants of the core and shows, for each, whether the proof of its function fails and whether the fuzzer notices.

    source_mutants.py MODULE [--jobs N] [--limit N] [--sample N --seed S] [--fuzz-all] [--fuzz-time S] [--json FILE]

MODULE is a name in proofs/modules, a file of the core, or all. A mutant that neither notices is equivalent, with a reason in
proofs/equivalent.txt, or a hole in a contract. docs/proof.md, "Source mutants", has how to read this.
Ends in 'mutants: total=T proof=P fuzz=F equivalent=E survived=S'; exit status 1 when S is not 0 or something went wrong.
"""
import argparse
import json
import os
import queue
import random
import re
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

import mutate
import notice
import prove

EQUIVALENT = prove.PROOFS / "equivalent.txt"
PROGRESS_SECONDS = 10


@dataclass
class Case:
    """A mutant and what was found out about it."""
    module: prove.Module
    mutant: mutate.Mutant
    reason: str = ""
    verdict: str = ""  # stillborn, duplicate, same object, proof, fuzz, equivalent, survived, error
    answers: dict = field(default_factory=dict)
    why: str = ""

    def key(self):
        return (self.mutant.file, self.mutant.function, self.mutant.old, self.mutant.new)

    def where(self):
        return f"{self.mutant.file}:{self.mutant.line}: {self.mutant.function}"


# --- What is mutated ---

def files_of(module):
    """The files whose functions a module proves or trusts."""
    files = [f for f in [module.source] if f.startswith("core/")] + module.inlines_of
    included = re.findall(r'^#include "\.\./(core/\w+\.c)"', (prove.ROOT / module.source).read_text(), re.M)
    trusted = [file for name, file in prove.core_functions().items() if name in module.trusts] if module.trusts else []
    return list(dict.fromkeys(files + included + trusted))


def owners():
    """For each file with functions of the core the module that proves them, the kernel's architecture first."""
    paths = sorted((prove.PROOFS / "modules").glob("*.ini"))
    modules = [prove.load_module(path) for path in paths if "\nlike =" not in path.read_text()]
    table = {}
    for module in sorted(modules, key=lambda m: (m.arch != "x86_64", m.name)):
        for file in files_of(module):
            table.setdefault(file, module)
    return table


def chosen(name):
    """(module, file) for what was asked for."""
    table = owners()
    if name == "all":
        return [(module, file) for file, module in sorted(table.items())]
    ini = prove.PROOFS / "modules" / f"{name}.ini"
    if ini.exists():
        module = prove.load_module(ini)
        return [(module, file) for file in files_of(module)]
    found = [(module, file) for file, module in table.items() if name in (file, Path(file).name, Path(file).stem)]
    if not found:
        sys.exit(f"mutants: no module and no file {name}; say all, or one of: {' '.join(sorted(prove.floors()))} {' '.join(sorted(table))}")
    return found


def sampled(cases, limit, sample, seed):
    """The first ones, or some drawn by lot, always the same for the same seed; in the order of the text."""
    if sample:
        places = sorted(random.Random(seed).sample(range(len(cases)), min(sample, len(cases))))
        cases = [cases[k] for k in places]
    return cases[:limit] if limit else cases


# --- Equivalent mutants ---

def read_equivalent(text):
    """(file, function, original line, mutated line) -> reason."""
    blocks, key = {}, None
    for line in text.splitlines():
        mark, rest = line[:1], line[1:].strip()
        if mark == "@":
            key = [*rest.split(), "", ""]
        elif mark in ("-", "+"):
            key[2 if mark == "-" else 3] = " ".join(rest.split())
        elif mark == "=":
            blocks[tuple(key)] = (blocks.get(tuple(key), "") + " " + rest).strip()
    return blocks


def stale(reasons, root=prove.ROOT):
    """What is wrong with the reasons: each must be that of a mutant that there is."""
    there = {}
    for file in {key[0] for key in reasons}:
        path = root / file
        mutants = mutate.mutants_of(file, path.read_text()) if path.exists() else []
        there[file] = {(m.file, m.function, m.old, m.new) for m in mutants}
    return [f"equivalent.txt is stale: {file} {function}: no mutant makes '{new}' of '{old}'"
            for file, function, old, new in reasons if (file, function, old, new) not in there[file]]


# --- Each mutant's verdict ---

class Run:
    """All that the questions about a mutant depend on, beside the mutant."""
    def __init__(self, options):
        self.options = options
        self.store = notice.Store(notice.WORK)
        self.fuzz_key = notice.digest(*(f"{p}\n{p.read_bytes()}" for folder in ("core", "arch", "fuzz", "corpus")
                                        for p in sorted((prove.ROOT / folder).rglob("*")) if p.is_file() and p.suffix != ".pyc"),
                                      (prove.ROOT / "Makefile").read_text(), notice.compilers())
        self.keys, self.originals = {}, {}

    def prepare(self, modules, tree):
        """What is the same for all mutants of a module."""
        prove.environment()
        prove.collector()
        for module in modules:
            self.keys[module.name] = prove.replay_digest(module)
            self.originals[module.name] = notice.object_code(tree.root, module, tree.root)

    def compile(self, case, tree):
        """The object code that the compiler makes of the mutant, or None."""
        def ask():
            with tree.planted(case.mutant):
                return notice.object_code(tree.root, case.module, tree.root)
        return self.store.get("object", notice.digest(self.keys[case.module.name], notice.COMPILER, notice.compilers(),
                                                       case.mutant.text), ask)

    def prove(self, case, tree):
        module, mutant = case.module, case.mutant
        base = {}
        if mutant.function not in module.trusts:
            base = self.store.get("baseline", notice.digest(self.keys[module.name], mutant.function),
                                  lambda: notice.baseline(module, mutant.function, tree))
        key = notice.digest(self.keys[module.name], mutant.function, mutant.text, base)
        return self.store.get("proof", key, lambda: notice.proof(module, mutant, tree, base))

    def replay(self, case, tree):
        format = notice.FORMATS[case.module.arch]
        key = notice.digest(self.fuzz_key, format, case.mutant.file, case.mutant.text)
        return self.store.get("replay", key, lambda: notice.replayed(format, case.mutant, tree))

    def fuzz(self, case, tree):
        format, seconds = notice.FORMATS[case.module.arch], self.options.fuzz_time
        key = notice.digest(self.fuzz_key, format, case.mutant.file, case.mutant.text, seconds)
        return self.store.get("fuzz", key, lambda: notice.fuzzed(format, case.mutant, tree, seconds))


def killed(case, stage):
    return case.answers.get(stage, {}).get("verdict") == "killed"


def judge(case, run, tree):
    """Asks the proof, then the corpus, then the fuzzer, until one notices; all of them if that is wanted."""
    everything = run.options.fuzz_all
    try:
        case.answers["proof"] = run.prove(case, tree)
        if everything or not killed(case, "proof"):
            case.answers["replay"] = run.replay(case, tree)
        if "replay" in case.answers and not killed(case, "replay") and (everything or not case.reason):
            case.answers["fuzz"] = run.fuzz(case, tree)
    except notice.Failure as failure:
        case.verdict, case.why = "error", str(failure)
        return
    noticed = killed(case, "replay") or killed(case, "fuzz")
    if case.reason and noticed:
        case.verdict, case.why = "error", "equivalent.txt has a reason, but the fuzzer notices it"
    else:
        case.verdict = "proof" if killed(case, "proof") else "fuzz" if noticed else "equivalent" if case.reason else "survived"


def drop(cases, codes, originals):
    """Verdicts of those that do not compile, or to the same object code as the original or as another mutant."""
    seen = {}
    for case, code in zip(cases, codes):
        if code is None:
            case.verdict = "stillborn"
        elif code == originals[case.module.name]:
            case.verdict = "same object"
        elif (case.module.name, code) in seen:
            case.verdict = "duplicate"
        else:
            seen[case.module.name, code] = case


def side_by_side(cases, trees, work, tell):
    """work(case, tree) for each case, as many at once as there are trees; in the order of the cases."""
    free = queue.Queue()
    for tree in trees:
        free.put(tree)

    def one(case):
        tree = free.get()
        try:
            return work(case, tree)
        finally:
            free.put(tree)
    pool = ThreadPoolExecutor(len(trees))
    try:
        futures = [pool.submit(one, case) for case in cases]
        for count, _ in enumerate(as_completed(futures), 1):
            tell(count, len(cases))
        return [future.result() for future in futures]
    finally:
        pool.shutdown(cancel_futures=True)


def teller(what, cases):
    """Says how far it is, now and then."""
    start = last = time.monotonic()

    def tell(count, total):
        nonlocal last
        now = time.monotonic()
        if now - last >= PROGRESS_SECONDS or (count == total and now - start >= PROGRESS_SECONDS):
            last = now
            counts = Counter(case.verdict for case in cases)
            shown = " ".join(f"{name}={counts[name]}" for name in ("proof", "fuzz", "equivalent", "survived", "error") if counts[name])
            print(f"  {what} {count}/{total} in {now - start:.0f} s, at this rate {(now - start) / count * (total - count):.0f} s more  {shown}",
                  flush=True)
    return tell


# --- What came of it ---

def as_block(case):
    """The mutant as a block of equivalent.txt that lacks the reason."""
    return f"@ {case.mutant.file} {case.mutant.function}\n- {case.mutant.old}\n+ {case.mutant.new}"


def told(case):
    """A survivor or an error in full."""
    lines = [f"{'SURVIVED' if case.verdict == 'survived' else 'ERROR'} {case.where()} ({case.mutant.operator})", as_block(case)]
    if case.why:
        lines.append(case.why)
    said = {"valid": lambda a: f"all {a['goals']} goals valid", "trusted": lambda a: "the contract is trusted",
            "silent": lambda a: f"nothing found{' in ' + str(a['execs']) + ' inputs' if 'execs' in a else ''}"}
    lines += [f"{stage}: {said.get(a['verdict'], lambda a: a['verdict'])(a)}" for stage, a in case.answers.items()]
    lines += [f"warning: {w}" for w in case.answers.get("proof", {}).get("warnings", [])]
    return "\n  ".join(lines)


def summary(cases, problems):
    """The closing lines; the last one is the result."""
    count = Counter(case.verdict for case in cases)
    alike, reasoned, errors = count["same object"], count["equivalent"], count["error"] + len(problems)
    total = len(cases) - count["stillborn"] - count["duplicate"]
    both = [c for c in cases if killed(c, "proof") and "replay" in c.answers]
    seen = sum(killed(c, "replay") or killed(c, "fuzz") for c in both)
    return [f"mutants: made={len(cases)} dropped: stillborn={count['stillborn']} duplicate={count['duplicate']}"
            + (f"; of {len(both)} that the proof notices the fuzzer does too: {seen}" if both else ""),
            f"mutants: equivalent: same object={alike} reasoned={reasoned}; errors={errors}",
            f"mutants: total={total} proof={count['proof']} fuzz={count['fuzz']} equivalent={alike + reasoned} survived={count['survived']}"]


def as_json(cases, problems, seconds):
    return {"seconds": round(seconds, 1), "problems": problems, "summary": dict(Counter(case.verdict for case in cases)),
            "mutants": [{"module": c.module.name, "file": c.mutant.file, "function": c.mutant.function, "line": c.mutant.line,
                         "operator": c.mutant.operator, "old": c.mutant.old, "new": c.mutant.new, "verdict": c.verdict,
                         "reason": c.reason, "why": c.why, **c.answers} for c in cases]}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", help="a name in proofs/modules, a file of the core, or all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="mutants at once")
    parser.add_argument("--limit", type=int, default=0, help="the first so many mutants")
    parser.add_argument("--sample", type=int, default=0, help="so many mutants, drawn by lot")
    parser.add_argument("--seed", type=int, default=1, help="which ones are drawn")
    parser.add_argument("--fuzz-all", action="store_true", help="fuzz what the proof notices, too")
    parser.add_argument("--fuzz-time", type=int, default=60, help="seconds for the fuzzer, for each mutant that the corpus does not notice")
    parser.add_argument("--json", type=Path, help="write everything there")
    return parser.parse_args()


def examine(cases, run):
    """Gives every case its verdict."""
    modules = {case.module.name: case.module for case in cases}.values()
    trees = [notice.Tree(k) for k in range(max(1, min(run.options.jobs, len(cases))))]
    run.prepare(modules, trees[0])
    codes = side_by_side(cases, trees, run.compile, teller("compiled", cases))
    drop(cases, codes, run.originals)
    left = [case for case in cases if not case.verdict]
    side_by_side(left, trees, lambda case, tree: judge(case, run, tree), teller("judged", cases))


def main():
    options = arguments()
    start = time.monotonic()
    reasons = read_equivalent(EQUIVALENT.read_text() if EQUIVALENT.exists() else "")
    problems = stale(reasons)
    cases = [Case(module, mutant) for module, file in chosen(options.module)
             for mutant in mutate.mutants_of(file, (prove.ROOT / file).read_text())]
    cases = sampled(cases, options.limit, options.sample, options.seed)
    for case in cases:
        case.reason = reasons.get(case.key(), "")
    if not cases:
        sys.exit(f"mutants: {options.module} has no code to change")
    print(f"mutants: {len(cases)} of {options.module}", flush=True)
    with notice.alone():
        examine(cases, Run(options))
    for text in problems + [told(case) for case in cases if case.verdict in ("survived", "error")]:
        print(text)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(as_json(cases, problems, time.monotonic() - start), indent=1) + "\n")
    print("\n".join(summary(cases, problems)))
    return 1 if problems or any(case.verdict in ("survived", "error") for case in cases) else 0


if __name__ == "__main__":
    sys.exit(main())
