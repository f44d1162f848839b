#!/usr/bin/env python3
"""Proves the core with Frama-C WP and says exactly what is proved.

Each proofs/modules/NAME.ini names one file and how it is proved. Frama-C exits 0
with unproved goals, so this program reads every goal's verdict itself and fails
on any that is not Valid, on fewer goals than the committed floor, on an axiom, on
a contract assumed outside TRUSTED.md, on a warning that a proof may be unsound,
on a smoke test that fails and on a canary (\\false) that proves.

A committed cache (proofs/cache) replays the proof without running a prover. What came of a
replay depends on nothing but the module's text, its options and scripts, the cache and the
versions of the tools: while all of these are the same, it is read from proofs/replayed.json,
unless --replay asks for the replay itself.

proofs/first.json names the goals that the module's first prover does not prove, and the prover that
does: it goes first there, instead of after the other's time is up. Nothing depends on it but time.
"""
import argparse
import configparser
import csv
import functools
import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path

import csource

ROOT = Path(__file__).resolve().parent.parent
PROOFS = ROOT / "proofs"
PROVERS = PROOFS / "provers"
BUILD = ROOT / "build" / "prove"
FRAMAC = [
    "frama-c", "-machdep", "gcc_x86_64",
    "-warn-unsigned-overflow", "-warn-unsigned-downcast",
    "-wp", "-wp-rte", "-wp-status-all",
    "-wp-definitions-terminate", "-wp-declarations-terminate",
    "-wp-no-ground", "-wp-no-filter-init",  # docs/proof.md, 28: less of Frama-C's own time, and the provers do as well
]
VERSIONS = {
    "frama-c": (["frama-c", "-version"], "25.0-beta"),
    "why3": (["why3", "--version"], "1.5.1"),
    "z3": (["z3", "--version"], "4.8.12"),
    "cvc4": (["cvc4", "--version"], "1.8"),
}
# How each prover is called. Both are there twice: what they do is another thing where a real number is in sight (docs/proof.md, 30).
CVC4 = "cvc4 --tlimit=%t000 --lang=smt2 %f"
Z3 = "z3 -smt2 -T:%t sat.random_seed=42 nlsat.randomize=false smt.random_seed=42 %f"
SOLVERS = {
    "cvc4": ("CVC4", "", CVC4),
    "cvc4-reals": ("CVC4", "reals", CVC4),
    "z3": ("Z3", "", Z3),
    "z3-reals": ("Z3", "reals", Z3),
}
# What a driver in proofs/provers may say beside what Why3's own drivers for these provers say: the logic, what it imports, premises
# that are left out, and symbols that no goal may use (a prover refuses them).
WHY3_DRIVERS = Path("/usr/share/why3/drivers")
OWN_DRIVERS = ("cvc4_16.gen", "cvc4_17.drv", "z3_440.drv", "z3_471.drv")
DRIVER_LINE = re.compile(
    r'|\(\*[^*]*\*\)|prelude "\(set-logic \w+\)"|import "[\w-]+\.(gen|drv)"'
    r'|theory [\w.]+|end|  remove (allprops|prop \w+)|  syntax (function|predicate) \w+ "\(not_used_here[ %\d]*\)"'
    r'|  meta "encoding:lskept" function havoc')
# What Frama-C says when a proof it goes on with may not mean what it seems to.
UNSOUND = re.compile(
    r"Missing RTE guards|might be unsound|not yet supported|annot:missing-spec|"
    r"[Mm]emory model hypothes|ghost:bad-use|Neither code nor specification|"
    r"Missing assigns clause|No 'assigns' specification|wp:union")
GOAL = re.compile(r"^\[wp\] \[([^\]]+)\] Goal (\S+)(?: : (\w+))?(.*)$")
# Every category of goals left out: what remains are the smoke tests.
ONLY_SMOKE = ("-@lemma,-@requires,-@assigns,-@ensures,-@exits,-@assert,-@invariant,-@variant,"
              "-@terminates,-@decreases,-@check")
LEMMA = re.compile(r"^[^\S\n]*(?:/\*@[^\S\n]*)?lemma (\w+)\s*(?:\{[^}]*\})?\s*:", re.M)
INLINE = re.compile(r"^(?:__attribute__\(\(.*?\)\) )?static [^;{}()=]*?\b(\w+)\(", re.M)


def relative(path):
    """The path as seen from the project's root."""
    return str(Path(path).resolve().relative_to(ROOT))


@dataclass
class Goal:
    name: str
    function: str
    prover: str
    valid: bool
    milliseconds: float


@dataclass
class Module:
    name: str
    source: str
    summary: str
    scripts: list
    provers: str
    timeout: str
    options: list
    inlines_of: list
    lemmas_of: list
    trusts: list
    special: dict
    says: dict
    arch: str = "x86_64"
    unreachable: list = field(default_factory=list)
    first: dict = field(default_factory=dict)
    goals: list = field(default_factory=list)
    assumed: set = field(default_factory=set)
    problems: list = field(default_factory=list)
    smoke: tuple = (0, 0)
    seconds: float = 0.0
    recorded: bool = False

    def functions(self):
        table = {}
        for goal in self.goals:
            table.setdefault(goal.function, []).append(goal)
        return table


def load_module(path):
    ini = configparser.ConfigParser(inline_comment_prefixes=(";",), interpolation=None)
    ini.optionxform = str
    ini.read(path)
    if "like" in ini["module"]:  # the same source under other options: what the other module says holds here too
        ini.read([path.with_name(f"{ini['module']['like']}.ini"), path])
    main = ini["module"]
    special = {}
    for section in ini.sections():
        if section.startswith("function "):
            special[section.split(None, 1)[1]] = dict(ini[section])
    return Module(
        name=path.stem, source=main["source"], summary=main.get("summary", ""),
        scripts=main.get("scripts", path.stem).split(), provers=main.get("provers", "script,z3,cvc4,z3-reals,cvc4-reals"),
        timeout=main.get("timeout", "10"), options=main.get("options", "").split(),
        inlines_of=main.get("inlines_of", "").split(), unreachable=main.get("unreachable", "").split(),
        lemmas_of=main.get("lemmas_of", f"annotations/{path.stem}.acsl {main['source']}").split(), trusts=main.get("trusts", "").split(), special=special,
        arch=main.get("arch", "x86_64"), first=first_provers().get(path.stem, {}),
        says=dict(ini["says"]) if ini.has_section("says") else {})


def header_inlines(module):
    """Functions whose bodies stand in headers that the module includes, and that another module proves."""
    rule = subprocess.run(["gcc", "-MM", f"-Iarch/{module.arch}", module.source], cwd=ROOT, check=True,
                          capture_output=True, text=True).stdout
    names = set()
    for header in (ROOT / word for word in rule.split() if word.endswith(".h")):
        if relative(header) not in module.inlines_of:
            names |= set(INLINE.findall(header.read_text()))
    return names


def preprocessed(module, *options):
    """The module's text after the preprocessor: which inline functions it holds; with -C, its annotations too."""
    return subprocess.run(["gcc", "-E", "-P", *options, f"-Iarch/{module.arch}", module.source], cwd=ROOT, check=True,
                          capture_output=True, text=True).stdout


def lemmas(module):
    """The lemmas in a module's text, and those of them that it proves: the ones that stand in its own files."""
    files = [ROOT / name for name in module.lemmas_of if (ROOT / name).exists()]
    own = {name for file in files for name in LEMMA.findall(file.read_text())}
    return set(LEMMA.findall(preprocessed(module, "-C"))), own


def groups(module):
    """The Frama-C runs of a module: one for most functions, one for each option set."""
    body = preprocessed(module)
    skip = {name for name in header_inlines(module) if re.search(rf"\b{name}\(", body)}
    skip |= set(module.special) | set(module.trusts)
    first = ["-wp-timeout", module.timeout] + module.options
    if skip:
        first += ["-wp-skip-fct", ",".join(sorted(skip))]
    runs = {"main": first}
    text, own = lemmas(module)
    if skip and own & text:  # Frama-C leaves all lemmas out when a function is left out
        runs["lemmas"] = (["-wp-timeout", module.timeout] + module.options
                          + ["-wp-prop=" + ",".join(["@lemma"] + [f"-{name}" for name in sorted(text - own)])])
    by_options = {}
    for name, section in module.special.items():
        key = (limit_of(module, name), section.get("options", ""))
        by_options.setdefault(key, []).append(name)
    for number, (_, names) in enumerate(sorted(by_options.items()), 1):
        runs[f"special{number}"] = only_functions(module, names)
    return runs


def limit_of(module, function):
    """How many seconds a prover has for a goal of this function."""
    return module.special.get(function, {}).get("timeout", module.timeout)


def only_functions(module, names, limit=None):
    """The options of a run for these functions alone, which all have the same; a limit in the place of theirs."""
    section = module.special.get(names[0])
    options = module.options if section is None else section.get("options", "").split()
    return ["-wp-timeout", str(limit or limit_of(module, names[0])), "-wp-fct", ",".join(names)] + options


def environment():
    """Why3's configuration is the project's own, never the user's: the provers, with the drivers in proofs/provers."""
    conf = BUILD / "why3.conf"
    lines = ["[main]", "magic = 14", 'datadir = "/usr/share/why3"', 'libdir = "/usr/lib/ocaml/why3"', ""]
    for shortcut, (name, alternative, command) in SOLVERS.items():
        lines += ["[prover]", f'name = "{name}"', f'version = "{VERSIONS[name.lower()][1]}"', f'alternative = "{alternative}"',
                  f'shortcut = "{shortcut}"', f'command = "{command}"', f'driver = "{PROVERS / shortcut}.drv"', 'editor = ""',
                  "in_place = false", "interactive = false", ""]
    text = "\n".join(lines)
    if not conf.exists() or conf.read_text() != text:
        conf.parent.mkdir(parents=True, exist_ok=True)
        conf.write_text(text)
    # Large pages for the heaps of Frama-C and the provers: less time, the same verdicts (docs/proof.md, 32).
    return dict(os.environ, WHY3CONFIG=str(conf), GLIBC_TUNABLES="glibc.malloc.hugetlb=1")


def collector():
    """The module that tells Frama-C's garbage collector to be less eager; it changes no verdict, only the time."""
    source, module = PROOFS / "gc.ml", BUILD / "gc" / "gc.cmxs"
    if not module.exists() or module.stat().st_mtime < source.stat().st_mtime:
        module.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, module.parent)
        if not shutil.which("ocamlopt"):
            sys.exit("prove: ocamlopt is missing (run: make setup)")
        subprocess.run(["ocamlopt", "-shared", "-o", "gc.cmxs", "gc.ml"], cwd=module.parent, check=True)
    return module


def milliseconds(text):
    """The longest time in a goal's line: '(Qed:4ms) (1.2s) (1800)' gives 1200."""
    longest = 0.0
    for number, unit in re.findall(r"\((\d+(?:\.\d+)?)(ms|s|')", text):
        longest = max(longest, float(number) * {"ms": 1, "s": 1000, "'": 60000}[unit])
    return longest


def shortcut(prover):
    """'Z3 4.8.12 (reals)' is z3-reals; what no prover was needed for is Qed's."""
    if prover in ("CFG", "Script"):
        return "qed"
    alternative = re.search(r"\((\w+)\)$", prover)
    return prover.split()[0].lower() + (f"-{alternative[1]}" if alternative else "")


def read_goals(output, names, first=()):
    """Every goal's verdict. Names of goals start with that of their function.

    A script has no prover and no time, but for one that only says which prover goes first.
    """
    goals = []
    ordered = sorted(names, key=len, reverse=True)
    for line in output.splitlines():
        match = GOAL.match(line)
        if not match:
            continue
        prover, goal, verdict, rest = match.groups()
        text = re.sub(r"^typed_", "", goal)
        function = next((n for n in ordered if text.startswith(n + "_")), None)
        function = function or ("(lemmas)" if text.startswith(("lemma_", "check_lemma_")) else "(file)")
        name, took = shortcut(prover), milliseconds(rest)
        if prover == "Script" and goal in first:
            name, took = first[goal]
        goals.append(Goal(goal, function, name, verdict == "Valid", took))
    return goals


def json_rows(rows, indent=""):
    """A JSON object of keys and values already encoded, one row each, so that a change shows where it is."""
    return "{\n" + ",\n".join(f"{indent}{json.dumps(key)}: {value}" for key, value in rows) + "\n}"


def first_provers():
    """For each module: goals, and [prover, milliseconds] of the one that goes first."""
    path = PROOFS / "first.json"
    return json.loads(path.read_text()) if path.exists() else {}


def lay_first(module, folder):
    """Puts the prover that goes first where Frama-C looks for a goal's script."""
    folder.mkdir(parents=True, exist_ok=True)
    for goal, (prover, _) in module.first.items():
        script = folder / (re.sub(r"^typed_", "", goal) + ".json")
        if not script.exists():
            name, alternative, _ = SOLVERS[prover]
            full = ":".join(filter(None, [name, VERSIONS[name.lower()][1], alternative]))
            script.write_text(json.dumps([{"prover": full, "verdict": "valid"}]))


def write_first(modules):
    """Keeps the goals that another prover than the module's first has proved."""
    table = first_provers()
    for module in modules:
        usual = next(p for p in module.provers.split(",") if p != "script")
        other = {g.name: [g.prover, g.milliseconds] for g in module.goals if g.valid and g.prover not in (usual, "qed")}
        table[module.name] = other
    save_first(table)


def save_first(table):
    goals = {name: json_rows(((goal, json.dumps(entry)) for goal, entry in sorted(mine.items())), "  ") for name, mine in table.items()}
    (PROOFS / "first.json").write_text(json_rows(sorted(goals.items())) + "\n")


def tune(module, prover, jobs):
    """The goals that a prover alone proves in less than two thirds of the time recorded, and in a second: it is to go first there."""
    alone = replace(module, provers=prover, first={}, timeout="1", goals=[], assumed=set(), problems=[],
                    special={name: {**section, "timeout": "1"} for name, section in module.special.items()})
    for group, options in groups(alone).items():
        unpack_cache(alone, group, True)
        alone.goals += run_group(alone, group, options, "none", jobs)
    module.problems += alone.problems
    before = {name: (by, took) for goals in replay_record().get(module.name, {"functions": {}})["functions"].values()
              for name, by, took in goals}
    faster = {g.name: [prover, g.milliseconds] for g in alone.goals if g.valid and g.prover == prover
              and before.get(g.name, ("qed", 0))[0] not in ("qed", prover) and 3 * g.milliseconds < 2 * before[g.name][1]}
    print(f"  {module.name:<18} {len(faster)} of {len(alone.goals)} goals: {prover} goes first, "
          f"{sum(before[n][1] - took for n, (_, took) in faster.items()) / 1000:.0f} s less", flush=True)
    return faster


def tune_all(modules, prover, jobs):
    """Writes first.json, and returns what went wrong; modules go side by side, each with one prover at a time."""
    collector()
    with ThreadPoolExecutor(jobs) as pool:
        found = list(pool.map(lambda m: tune(m, prover, 1), modules))
    table = first_provers()
    for module, faster in zip(modules, found):
        table[module.name] = {**table.get(module.name, {}), **faster}
    save_first(table)
    return [f"{m.name}: {p}" for m in modules for p in m.problems]


def collected(arguments):
    """The command with the module that tells the garbage collector."""
    return [arguments[0], "-load-module", str(collector())] + arguments[1:]


def command(module, folder, mode, jobs, root=ROOT):
    """Frama-C on a module that stands in a tree like this one, with a folder for its session."""
    return FRAMAC + [f"-cpp-extra-args=-I{root}/arch/{module.arch}", module.source, "-wp-par", str(jobs), "-wp-prover", module.provers,
                     "-wp-cache", mode, "-wp-session", str(folder)]


def frama_c(arguments, log):
    """Runs Frama-C on the project and keeps what it printed."""
    result = subprocess.run(collected(arguments), cwd=ROOT, env=environment(), text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(result.stdout)
    return result


def unsound(output):
    """The warnings that a proof may not mean what it seems; that a builtin in a trusted body has no contract is none."""
    lines = output.splitlines()
    silent = trusted_builtins()
    for number, line in enumerate(lines):
        message = lines[number + 1] if re.search(r"annot:missing-spec\].*Warning:\s*$", line) and number + 1 < len(lines) else line
        unknown = re.search(r"Neither code nor specification for function (\w+)", message)
        if UNSOUND.search(line) and not (unknown and unknown[1] in silent):
            yield line


def function_names(report):
    """The functions in Frama-C's report, which is null when a module has lemmas alone."""
    return list((json.loads(report) or {}).get("wp:functions", {}))


def run_group(module, group, options, mode, jobs):
    """One Frama-C run; returns its goals."""
    folder = BUILD / module.name / group
    table = folder / "functions.json"
    properties = folder / "properties.csv"
    folder.mkdir(parents=True, exist_ok=True)
    for stale in (table, properties):
        stale.unlink(missing_ok=True)
    first = module.first if mode in ("none", "rebuild", "cleanup") else {}
    if first:
        lay_first(module, folder / "script")
    result = frama_c(command(module, folder, mode, jobs) + ["-wp-report-json", str(table)] + options
                     + ["-then", "-report-csv", str(properties)], folder / "log")
    module.problems += [f"warning: {line.strip()}" for line in unsound(result.stdout)]
    if result.returncode != 0 or not table.exists():
        module.problems.append(f"frama-c failed on {module.source}; see {relative(folder / 'log')}")
        return []
    names = function_names(table.read_text())
    goals = read_goals(result.stdout, names, first)
    counted = re.search(r"Proved goals:\s+(\d+) / (\d+)", result.stdout)
    stated = (int(counted[1]), int(counted[2])) if counted else (0, 0)
    if stated != (sum(g.valid for g in goals), len(goals)):
        module.problems.append(f"{group}: the verdicts read do not add up to Frama-C's {stated}")
    read_assumed(module, properties)
    return goals


def read_assumed(module, properties):
    """Contracts that Frama-C took on trust: no body was in view, or none that provers can follow."""
    module.assumed |= set(module.trusts)
    if not properties.exists():
        return
    with properties.open(newline="") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            if row["status"] == "Considered valid" and not row["directory"].startswith("FRAMAC_SHARE"):
                module.assumed.add(row["function"])


def cache_of(module):
    return PROOFS / "cache" / f"{module.name}.json"


def lay_scripts(module, folder):
    """Puts the committed scripts of tactics where Frama-C looks for them."""
    for scripts in (PROOFS / "scripts" / name for name in module.scripts):
        if scripts.is_dir():
            shutil.copytree(scripts, folder, dirs_exist_ok=True)


def unpack_cache(module, group, fresh):
    """Lays the committed verdicts out as Frama-C's cache."""
    folder = BUILD / module.name / group / "cache"
    for stale in (folder, folder.parent / "script"):
        shutil.rmtree(stale, ignore_errors=True)
    folder.mkdir(parents=True)
    lay_scripts(module, folder.parent / "script")
    if fresh or not cache_of(module).exists():
        return
    for key, entry in json.loads(cache_of(module).read_text()).items():
        (folder / f"{key}.json").write_text(json.dumps(entry))


def pack_cache(module, runs):
    """Keeps the verdicts that were used and are valid; a timeout says nothing lasting."""
    entries = {}
    for group in runs:
        for path in (BUILD / module.name / group / "cache").glob("*.json"):
            try:
                entry = json.loads(path.read_text())
            except ValueError:
                continue  # WP does not quote a failed prover's message: not a verdict to keep
            if entry.get("verdict") == "valid":
                entries[path.stem] = entry
    cache_of(module).parent.mkdir(exist_ok=True)
    cache_of(module).write_text(json_rows((key, json.dumps(entries[key], sort_keys=True)) for key in sorted(entries)) + "\n")


def replay_digest(module):
    """Of all that a replay's outcome depends on."""
    whole = hashlib.sha256((digest(module) + repr(FRAMAC) + repr(SOLVERS) + repr(drivers()) + repr(VERSIONS) + repr(tool_versions())).encode())
    scripts = [path for name in module.scripts for path in sorted((PROOFS / "scripts" / name).glob("*.json"))]
    for path in scripts + [cache_of(module)]:
        whole.update(path.read_bytes() if path.exists() else b"none")
    return whole.hexdigest()


def replay_record():
    """What came of earlier replays in which every goal was valid, by module."""
    path = PROOFS / "replayed.json"
    return json.loads(path.read_text()) if path.exists() else {}


def recorded(module):
    """Takes the outcome of a replay of exactly this module from the record, if it is there."""
    entry = replay_record().get(module.name, {})
    if entry.get("digest") != replay_digest(module):
        return False
    module.goals = [Goal(name, function, prover, True, milliseconds)
                    for function, goals in entry["functions"].items() for name, prover, milliseconds in goals]
    module.assumed = set(entry["assumed"])
    module.recorded = True
    return True


def record_of(module):
    """What replayed.json keeps of a module."""
    return {"digest": replay_digest(module), "assumed": sorted(module.assumed),
            "functions": {name: [[g.name, g.prover, g.milliseconds] for g in goals]
                          for name, goals in sorted(module.functions().items())}}


def write_replay_record(modules, known):
    """One line a function."""
    record = {name: entry for name, entry in replay_record().items() if name in known}
    record.update({m.name: record_of(m) for m in modules if m.goals and not m.problems and all(g.valid for g in m.goals)})
    rows = {name: f'{{"digest": "{entry["digest"]}", "assumed": {json.dumps(entry["assumed"])}, "functions": '
                  + json_rows(((f, json.dumps(goals)) for f, goals in entry["functions"].items()), "  ") + "}"
            for name, entry in record.items()}
    (PROOFS / "replayed.json").write_text(json_rows(sorted(rows.items())) + "\n")


def prove(module, args):
    """Proves one module: from the record, then the cache, with provers for what both lack."""
    start = time.monotonic()
    if not (args.fresh or args.replay) and recorded(module):
        if not args.no_smoke:
            smoke(module, args)
        module.seconds = time.monotonic() - start
        return
    runs = groups(module)
    for group, options in runs.items():
        unpack_cache(module, group, args.fresh)
        if args.update and not args.offline:
            goals = run_group(module, group, options, "rebuild" if args.fresh else "cleanup", args.jobs)
        elif args.fresh:
            goals = run_group(module, group, options, "none", args.jobs)
        else:
            problems = list(module.problems)
            goals = run_group(module, group, options, "offline", args.jobs)
            known = open_goals()
            if not args.offline and any(not g.valid and g.name not in known for g in goals):
                module.problems = problems
                goals = run_group(module, group, options, "replay", args.jobs)
        module.goals += goals
    if args.update and not args.offline:
        pack_cache(module, runs)
    if not args.no_canary:
        canary(module)
    if not args.no_smoke:
        smoke(module, args)
    module.seconds = time.monotonic() - start


def prove_all(modules, args):
    """Modules side by side, the largest first, two a core: Frama-C sleeps 50 ms after every goal.

    With several at work each has one prover at a time: with two they would race for every goal (docs/proof.md, 28).
    """
    environment()  # once, before several would write it
    collector()
    size = floors()
    workers = max(1, min(args.jobs * 2, len(modules)))
    args.jobs = max(1, args.jobs // workers)
    with ThreadPoolExecutor(workers) as pool:
        runs = {pool.submit(prove, m, args): m for m in sorted(modules, key=lambda m: -size.get(m.name, 0))}
        for run in as_completed(runs):
            run.result()
            module = runs[run]
            valid = sum(g.valid for g in module.goals)
            print(f"  {module.name:<18} {valid:>5}/{len(module.goals):<5} goals  "
                  f"{len(module.functions()):>3} functions  {module.seconds:6.1f} s"
                  + ("  as recorded" if module.recorded else ""), flush=True)


def canary(module):
    """\\false must not prove in the context of any file: else its axioms contradict."""
    folder = BUILD / module.name / "canary"
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "canary.c"
    source.write_text(f'#include "{ROOT / module.source}"\n/*@ check lemma ashlar_canary: \\false; */\n')
    result = frama_c(FRAMAC + [f"-cpp-extra-args=-I{ROOT}/arch/{module.arch}", str(source), "-wp-timeout", "2", "-wp-prover", ",".join(SOLVERS),
                               "-wp-prop", "ashlar_canary", "-wp-cache", "none"], folder / "log")
    verdicts = [m for m in map(GOAL.match, result.stdout.splitlines()) if m and "canary" in m[2]]
    if len(verdicts) != 1:
        module.problems.append(f"the canary was not tried; see {relative(folder / 'log')}")
    elif verdicts[0][3] == "Valid":
        module.problems.append("the canary proved: the module's annotations contradict themselves")


def drivers():
    """The files that say how a goal is written for a prover, and which premises are left out."""
    return {path.name: path.read_text() for path in sorted(PROVERS.iterdir())}


def driver_lines(text):
    """The lines of a driver, each with the theory it speaks of."""
    theory = ""
    for line in text.splitlines():
        theory = line if line.startswith("theory ") else "" if line == "end" else theory
        yield theory, line


def why3_lines():
    """What Why3's own drivers for these provers say, without what is commented out."""
    texts = ((WHY3_DRIVERS / name).read_text() for name in OWN_DRIVERS)
    return {pair for text in texts for pair in driver_lines(re.sub(r"\(\*.*?\*\)", "", text, flags=re.S))}


def added_premises():
    """Lines of the drivers that neither take a premise away nor are Why3's own for these provers."""
    own = why3_lines()
    return [f"{name}: {line}" for name, text in drivers().items() for theory, line in driver_lines(text)
            if not DRIVER_LINE.fullmatch(line) and (theory, line.replace(f'"{WHY3_DRIVERS}/', '"')) not in own]


def digest(module):
    """Of what a module's proof and its smoke tests say: its text with annotations, and its options."""
    return hashlib.sha256((preprocessed(module, "-C") + repr(groups(module))).encode()).hexdigest()


def smoke_record():
    """Smoke tests that passed before, by the digest of what they were run on."""
    path = PROOFS / "smoke.json"
    return json.loads(path.read_text()) if path.exists() else {}


def smoke(module, args):
    """Looks for requires and invariants that nothing can satisfy, unless it has on this very text."""
    record = smoke_record().get(module.name, {})
    if not args.smoke and record.get("digest") == digest(module):
        module.smoke = (record["passed"], record["total"])
        return
    passed = total = 0
    for group, options in groups(module).items():
        if group == "lemmas":
            continue  # they require nothing
        folder = BUILD / module.name / f"smoke-{group}"
        result = frama_c(FRAMAC + [f"-cpp-extra-args=-I{ROOT}/arch/{module.arch}", module.source, "-wp-par", str(args.jobs),
                                   "-wp-cache", "none"] + options
                         + ["-wp-smoke-tests", "-wp-smoke-timeout", "1", "-wp-prover", "z3-reals",
                            f"-wp-prop={ONLY_SMOKE}"], folder / "log")
        found = [(verdict, name) for verdict, name in re.findall(r"^\[wp\] \[(\w+)\] Smoke-test (\S+)", result.stdout, re.M)
                 if verdict == "Passed" or reachable(module, name)]
        if result.returncode != 0 or not (found or "No goal generated" in result.stdout):
            module.problems.append(f"smoke tests did not run; see {relative(folder / 'log')}")
        passed += sum(verdict == "Passed" for verdict, _ in found)
        total += len(found)
        module.problems += [f"smoke test {verdict.lower()}: {name}" for verdict, name in found if verdict != "Passed"]
    module.smoke = (passed, total)


def reachable(module, name):
    """Whether a smoke test asks for code that this module may reach; for the rest, another module of the same source does."""
    return not any(name.startswith(f"typed_{function}_wp_smoke_dead_code_") for function in module.unreachable)


def table_column(path, heading):
    """The `names` in the first column of the Markdown table under a heading."""
    text = path.read_text() if path.exists() else ""
    section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return set(re.findall(r"^\| `([^`]+)`", section[1], re.M)) if section else set()


def trusted():
    return table_column(PROOFS / "TRUSTED.md", "Contracts")


def open_goals():
    """Goals known to be open, each with its reason, in OPEN.md."""
    return table_column(PROOFS / "OPEN.md", "Goals")


def open_functions():
    """Functions of the core that no module proves yet, in OPEN.md."""
    return table_column(PROOFS / "OPEN.md", "Functions")


def core_bodies():
    """Every function that has a body in the core: name, file, body."""
    for path in sorted(ROOT.glob("core/*.[ch]")) + sorted(ROOT.glob("arch/*/pte.h")):
        text = path.read_text()
        code = csource.code_of(text)
        for function in csource.functions_of(text):
            yield function.name, relative(path), code[function.start:function.end]


def core_functions():
    """Every function that has a body in the core, with its file."""
    return {name: file for name, file, _ in core_bodies()}


def trusted_builtins():
    """What trusted bodies call and no body that is proved does."""
    calls = {True: set(), False: set()}
    for name, _, body in core_bodies():
        calls[name in trusted()] |= set(re.findall(r"\b(__\w+)\(", body))
    return calls[True] - calls[False]


def floors():
    path = PROOFS / "floors.json"
    return json.loads(path.read_text()) if path.exists() else {}


def axioms():
    """Lines of annotations that would be believed without proof."""
    found = []
    for pattern in ("core/*.[ch]", "annotations/*.acsl", "arch/*/*.h", "proofs/*.c"):
        for path in sorted(ROOT.glob(pattern)):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if re.search(r"\b(axiom|admit)\b", line):
                    found.append(f"{relative(path)}:{number}: {line.strip()}")
    return found


def judge(modules, everything):
    """What stands between the run and a proof, beside goals that are not valid."""
    problems = [f"{m.name}: {p}" for m in modules for p in m.problems]
    floor = floors()
    for module in modules:
        if len(module.goals) < floor.get(module.name, 0):
            problems.append(f"{module.name}: {len(module.goals)} goals, fewer than the floor of {floor[module.name]}")
    problems += [f"axiom: {line}" for line in axioms()]
    problems += [f"a driver may only take premises away: {line}" for line in added_premises()]
    if not everything:
        return problems, set()
    proved = {name for m in modules for name in m.functions()}
    where = core_functions()
    missing = set(where) - proved - trusted()
    problems += [f"no module proves {name} of {where[name]}" for name in sorted(missing - open_functions())]
    problems += [f"OPEN.md lists {name}, which is proved" for name in sorted(open_functions() & proved)]
    shown = {g.name for m in modules for g in m.goals}
    problems += [f"{m.name}: nothing proves the lemma {name}" for m in modules for name in sorted(lemmas(m)[0])
                 if f"typed_lemma_{name}" not in shown]
    assumed = {name for m in modules for name in m.assumed} - proved
    problems += [f"assumed contract not in TRUSTED.md: {name}" for name in sorted(assumed - trusted())]
    problems += [f"TRUSTED.md lists {name}, which nothing assumes" for name in sorted(trusted() - assumed)]
    stale = open_goals() & {g.name for m in modules for g in m.goals if g.valid}
    problems += [f"OPEN.md lists {name}, which is proved" for name in sorted(stale)]
    return problems, assumed


def summary_of(goals):
    """'Qed 12, Z3 30' for a list of goals."""
    count = {}
    for goal in goals:
        if goal.valid:
            name = SOLVERS[goal.prover][0] if goal.prover in SOLVERS else "Qed"
            count[name] = count.get(name, 0) + 1
    return ", ".join(f"{prover} {count[prover]}" for prover in ("Qed", "Z3", "CVC4") if prover in count)


def scoreboard(modules, assumed):
    """proofs/SCOREBOARD.md, from the verdicts."""
    goals = [g for m in modules for g in m.goals]
    lines = ["# Scoreboard", "",
             "Made by `make prove-update` from the provers' verdicts; `make test` fails when it is not true.", "",
             f"Goals: {sum(g.valid for g in goals)} of {len(goals)} valid. Axioms: {len(axioms())}. "
             f"Assumed contracts: {len(assumed)} (see TRUSTED.md).", ""]
    for module in modules:
        lines += [f"## {module.name}", "", f"`{module.source}`. {module.summary}", "",
                  "| function | goals | provers | slowest | what is proved |", "|---|---|---|---|---|"]
        for name, mine in sorted(module.functions().items()):
            slowest = max(g.milliseconds for g in mine)
            lines.append(f"| `{name}` | {sum(g.valid for g in mine)}/{len(mine)} | {summary_of(mine)} "
                         f"| {slowest / 1000:.1f} s | {module.says.get(name, '')} |")
        lines.append("")
    return "\n".join(lines)


def stable(text):
    """The scoreboard's columns that do not change from run to run."""
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| `")]
    return [(r[1].strip(), r[2].strip(), r[5].strip()) for r in rows]


def processor_seconds():
    """What Frama-C and the provers took of the processors: where others use the machine too, the clock says little."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(modules, problems, assumed, seconds):
    """Everything as JSON, for build/report."""
    return {
        "goals": sum(len(m.goals) for m in modules),
        "proved": sum(g.valid for m in modules for g in m.goals),
        "smoke": [sum(m.smoke[0] for m in modules), sum(m.smoke[1] for m in modules)],
        "axioms": len(axioms()), "assumed": sorted(assumed), "problems": problems,
        "seconds": round(seconds, 1), "processor_seconds": round(processor_seconds(), 1),
        "modules": {m.name: {
            "source": m.source, "seconds": round(m.seconds, 1),
            "functions": {name: {
                "goals": len(goals), "proved": sum(g.valid for g in goals), "provers": summary_of(goals),
                "slowest_ms": max(g.milliseconds for g in goals),
                "open": [g.name for g in goals if not g.valid]} for name, goals in m.functions().items()},
        } for m in modules},
    }


@functools.cache
def tool_versions():
    """What each tool calls itself."""
    lines = {}
    for tool, (command, _) in VERSIONS.items():
        try:
            text = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
        except FileNotFoundError:
            sys.exit(f"prove: {tool} is not installed (run: make setup)")
        lines[tool] = text.splitlines()[0] if text else "no version"
    return lines


def check_versions():
    """Another prover may well succeed or fail elsewhere: say so before anything else."""
    for tool, line in tool_versions().items():
        expected = VERSIONS[tool][1]
        print(f"prove: {tool}: {line}", flush=True)
        if expected not in line:
            print(f"prove: the proofs were made with {tool} {expected}; with another version goals may stay open")


def arguments():
    parser = argparse.ArgumentParser(description="Prove the core with Frama-C WP.")
    parser.add_argument("modules", nargs="*", help="modules to prove (default: all)")
    parser.add_argument("--fresh", action="store_true", help="ignore the cache: prove from nothing")
    parser.add_argument("--replay", action="store_true", help="replay from the cache what the record says came of it")
    parser.add_argument("--offline", action="store_true", help="never run a prover: what the cache lacks is open")
    parser.add_argument("--update", action="store_true", help="write cache, floors, record and scoreboard; with --offline, all but the cache")
    parser.add_argument("--known-open", action="store_true", help="goals that OPEN.md lists are no failure")
    parser.add_argument("--smoke", action="store_true", help="run the smoke tests even where they passed before")
    parser.add_argument("--no-smoke", action="store_true", help="leave the smoke tests out")
    parser.add_argument("--no-canary", action="store_true", help="leave the canary out")
    parser.add_argument("--tune", metavar="PROVER", choices=SOLVERS, help="let this prover go first where it is faster (proofs/first.json)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="provers at once")
    return parser.parse_args()


def chosen(names):
    """The modules asked for, in the order of the layers."""
    paths = {p.stem: p for p in (PROOFS / "modules").glob("*.ini")}
    unknown = [n for n in names if n not in paths]
    if unknown:
        sys.exit(f"prove: no module {', '.join(unknown)}; there are: {', '.join(sorted(paths))}")
    return [load_module(paths[n]) for n in sorted(names or paths)]


def write_committed(modules):
    """Cache is written as it goes; floors, record and scoreboard at the end."""
    floor = floors()
    floor.update({m.name: len(m.goals) for m in modules})
    known = {p.stem for p in (PROOFS / "modules").glob("*.ini")}
    floor = {name: count for name, count in sorted(floor.items()) if name in known}
    (PROOFS / "floors.json").write_text(json.dumps(floor, indent=2) + "\n")
    record = {name: entry for name, entry in smoke_record().items() if name in known}
    record.update({m.name: {"digest": digest(m), "passed": m.smoke[0], "total": m.smoke[1]}
                   for m in modules if m.smoke[1] and not m.problems})
    (PROOFS / "smoke.json").write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")
    write_replay_record(modules, known)
    write_first([m for m in modules if not m.recorded])
    mine = {m.name: m for m in modules}
    board = [mine.get(m.name, m) for m in chosen([]) if m.name in mine or recorded(m)]
    if known == {m.name for m in board}:
        (PROOFS / "SCOREBOARD.md").write_text(scoreboard(board, judge(board, everything=True)[1]))


def main():
    args = arguments()
    if args.update and args.no_canary:
        sys.exit("prove: --update records a proof, and a proof needs the canary")
    start = time.monotonic()
    check_versions()
    modules = chosen(args.modules)
    everything = not args.modules
    if args.tune:
        problems = tune_all(modules, args.tune, args.jobs)
        for problem in problems:
            print(f"prove: PROBLEM {problem}")
        return 1 if problems else 0
    prove_all(modules, args)
    problems, assumed = judge(modules, everything)
    if args.update:
        write_committed(modules)
    elif everything and (PROOFS / "SCOREBOARD.md").exists():
        if stable(scoreboard(modules, assumed)) != stable((PROOFS / "SCOREBOARD.md").read_text()):
            problems.append("proofs/SCOREBOARD.md is not what was just proved (run: make prove-update)")
    print(f"prove: smoke tests {sum(m.smoke[0] for m in modules)}/{sum(m.smoke[1] for m in modules)} passed")
    known = open_goals()
    for goal in (g for m in modules for g in m.goals if not g.valid):
        print(f"prove: OPEN {goal.function}: {goal.name}" + (" (known, see proofs/OPEN.md)" if goal.name in known else ""))
    unproved = sorted(open_functions()) if everything else []
    for name in unproved:
        print(f"prove: OPEN {name}: not proved yet (known, see proofs/OPEN.md)")
    for problem in problems:
        print(f"prove: PROBLEM {problem}")
    seconds = time.monotonic() - start
    goals = [g for m in modules for g in m.goals]
    (ROOT / "build" / "report").mkdir(parents=True, exist_ok=True)
    (ROOT / "build" / "report" / "prove.json").write_text(
        json.dumps(report(modules, problems, assumed, seconds), indent=2) + "\n")
    print(f"prove: {processor_seconds():.0f} s of processor time")
    complete = [n for m in modules for n, mine in m.functions().items() if all(g.valid for g in mine)]
    print(f"prove: goals={sum(g.valid for g in goals)}/{len(goals)} functions={len(complete)} "
          f"axioms={len(axioms())} assumed={len(assumed)} seconds={seconds:.0f}")
    failed = [g for g in goals if not g.valid and not (args.known_open and g.name in known)]
    failed = failed or (unproved and not args.known_open)
    return 1 if failed or problems or not goals else 0


if __name__ == "__main__":
    sys.exit(main())
