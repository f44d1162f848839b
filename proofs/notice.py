"""What notices a mutant: the compiler, the proof of its function, the corpus, the fuzzer.

Each answer is a dict with a "verdict" and is kept in build/mutants/, named by a digest of all that it depends on, so that nothing is
asked twice. A failure is not kept.
"""
import contextlib
import fcntl
import functools
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from dataclasses import replace

import prove

sys.path.insert(0, str(prove.ROOT / "fuzz"))
import fuzz  # noqa: E402
import mutants as planted  # noqa: E402

ROOT = prove.ROOT
WORK = ROOT / "build" / "mutants"
# What C forbids and gcc only warns of is no mutant that compiles. Functions that nobody calls are code all the same.
COMPILER = ["gcc", "-std=c11", "-O2", "-Werror=int-conversion", "-Werror=incompatible-pointer-types", "-fkeep-static-functions",
            "-fkeep-inline-functions", "-Icore"]
FORMATS = {"x86_64": "x86_64-4", "riscv64": "riscv64-4"}
LEAST_LIMIT, TIMES = 5, 4  # a goal has so many seconds, or so many times what the slowest one took, if that is more


class Failure(Exception):
    """Something that is no answer."""


@functools.cache
def compilers():
    """What the compilers call themselves."""
    return [subprocess.run([tool, "--version"], text=True, capture_output=True, check=True).stdout.splitlines()[0] for tool in ("gcc", "clang")]


def digest(*parts):
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


class Store:
    """Answers on disk."""
    def __init__(self, folder):
        self.folder = folder
        self.locks = defaultdict(threading.Lock)
        self.failures = {}

    def get(self, stage, key, ask):
        """The answer that is there, or that of ask(), which is kept. Who asks the same waits. A failure is one until the next run."""
        path = self.folder / stage / f"{key}.json"
        with self.locks[key]:
            if path.exists():
                return json.loads(path.read_text())
            if key in self.failures:
                raise self.failures[key]
            try:
                answer = ask()
            except Failure as failure:
                self.failures[key] = failure
                raise
            path.parent.mkdir(parents=True, exist_ok=True)
            half = path.with_suffix(".half")
            half.write_text(json.dumps(answer) + "\n")
            half.rename(path)
            return answer


class Tree:
    """A copy of what is compiled, proved and fuzzed, in which one mutant at a time stands."""
    def __init__(self, number):
        self.root = WORK / f"tree-{number}"
        planted.copy_tree(self.root)
        (self.root / "proofs").mkdir()
        for path in [*ROOT.glob("proofs/*.c"), ROOT / "Makefile"]:
            shutil.copy(path, self.root / path.relative_to(ROOT))
        self.clean = {}

    @contextlib.contextmanager
    def planted(self, mutant):
        path = self.root / mutant.file
        clean = path.read_text()
        path.write_text(mutant.text)
        try:
            yield
        finally:
            path.write_text(clean)

    def objects(self, format):
        """The object files of the core and the replayer without a mutant; the replay finds nothing in them."""
        if format not in self.clean:
            self.clean[format] = planted.compile_all(planted.sources(format, self.root), format, format, self.root)
            if planted.noticed(self.clean[format].values(), planted.corpus_inputs(), self.root):
                raise Failure(f"the core itself is not clean: {format}")
        return self.clean[format]


@contextlib.contextmanager
def alone():
    """One run at a time: the trees are the same."""
    WORK.mkdir(parents=True, exist_ok=True)
    with (WORK / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("mutants: another run is at work in build/mutants")
        yield


def end(process):
    """Ends a process and all that it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


# --- The compiler ---

def object_code(root, module, folder):
    """A digest of what the compiler makes of a module of a tree, in a folder, or None."""
    target = folder / "object.o"
    done = subprocess.run([*COMPILER, f"-Iarch/{module.arch}", "-c", module.source, "-o", target], cwd=root,
                          stderr=subprocess.DEVNULL, check=False)
    return hashlib.sha256(target.read_bytes()).hexdigest() if done.returncode == 0 else None


# --- The proof ---

def frama_c(arguments, root, seconds):
    """Runs Frama-C and ends it at the first goal that is not valid, or when the time is up. Returns that goal, what was printed,
    and the exit status."""
    # Frama-C takes PWD for where it is, wherever it is.
    process = subprocess.Popen(prove.collected(arguments), cwd=root, env=dict(prove.environment(), PWD=str(root)), text=True,
                               start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    clock = threading.Timer(seconds, end, [process])
    clock.start()
    printed = []
    try:
        for line in process.stdout:
            printed.append(line)
            goal = prove.GOAL.match(line.rstrip())
            if goal and goal[3] != "Valid":
                return goal[2], "".join(printed), None
        return None, "".join(printed), process.wait()
    finally:
        clock.cancel()
        end(process)
        process.stdout.close()


def all_valid(printed, code):
    """How many goals there are, if Frama-C says that each is valid; else a Failure with what it does say."""
    counted = re.search(r"Proved goals:\s+(\d+) / (\d+)", printed)
    read = sum(1 for line in printed.splitlines() if prove.GOAL.match(line))
    if code == 0 and counted and counted[1] == counted[2] == str(read) and read:
        return read
    said = [line.strip() for line in printed.splitlines() if "rror" in line or "No goal" in line]
    raise Failure(f"Frama-C: exit status {code}: {' '.join(said[:2]) or 'it did not finish'}")


def session_of(module, function):
    return WORK / "session" / module.name / function


def baseline(module, function, tree, run=frama_c):
    """Proves the function as it is, from nothing: which provers that takes, and how long for the slowest goal."""
    folder = session_of(module, function)
    shutil.rmtree(folder, ignore_errors=True)
    prove.lay_scripts(module, folder / "script")
    own = {goal: first for goal, first in module.first.items() if goal.startswith(f"typed_{function}_")}
    prove.lay_first(replace(module, first=own), folder / "script")
    start = time.monotonic()
    options = prove.command(module, folder, "rebuild", 1, tree.root) + prove.only_functions(module, [function])
    goal, printed, code = run(options, tree.root, 3600)
    if goal:
        raise Failure(f"{function} of {module.source} itself is not proved here: {goal}")
    all_valid(printed, code)
    goals = prove.read_goals(printed, [function], own)
    needed = {g.prover for g in goals}
    known = [p for p in module.provers.split(",") if p != "script"]
    provers = ["script"] + ([p for p in known if p in needed] or known[:1])
    slowest = max(g.milliseconds for g in goals if g.valid) / 1000
    return {"goals": len(goals), "provers": ",".join(provers), "limit": round(max(LEAST_LIMIT, TIMES * slowest)),
            "seconds": round(time.monotonic() - start, 1)}


def proof(module, mutant, tree, base, run=frama_c):
    """Whether the proof of the mutant's function fails, with the provers and the time that the function itself needs."""
    if mutant.function in module.trusts:
        return {"verdict": "trusted"}
    changed = replace(module, provers=base["provers"])
    options = prove.command(changed, session_of(module, mutant.function), "update", 1, tree.root)
    start = time.monotonic()
    with tree.planted(mutant):
        goal, printed, code = run(options + prove.only_functions(module, [mutant.function], base["limit"]), tree.root,
                                  max(300, 10 * base["seconds"]))
    answer = {"verdict": "killed", "goal": goal} if goal else \
        {"verdict": "valid", "goals": all_valid(printed, code), "warnings": list(prove.unsound(printed))}
    return {**answer, "seconds": round(time.monotonic() - start, 1)}


# --- The corpus and the fuzzer ---

def replayed(format, mutant, tree):
    """Whether the replay of the corpus notices."""
    clean = tree.objects(format)
    with tree.planted(mutant):
        changed = planted.compile_all([mutant.file] if mutant.file.endswith(".c") else list(clean), format, "planted", tree.root)
    found = planted.noticed({**clean, **changed}.values(), planted.corpus_inputs(), tree.root)
    return {"verdict": "killed" if found else "silent"}


def fuzzed(format, mutant, tree, seconds):
    """Whether libFuzzer finds an input that model and core disagree about, or a crash, in so many seconds from the corpus."""
    home = tree.root / "build" / "fuzz" / format
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    with tree.planted(mutant):
        made = subprocess.run(["make", "-s", home.relative_to(tree.root) / "libfuzzer", f"FORMAT={format}"], cwd=tree.root, env=plain,
                              text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if made.returncode:
        raise Failure(f"the fuzzer's target was not built: {made.stdout.strip()[-200:]}")
    shutil.rmtree(home / "run", ignore_errors=True)
    process, = fuzz.libfuzzer_start(home, seconds, 1, fuzz.corpus_inputs(home))
    try:
        process.wait(seconds + 60)
    except subprocess.TimeoutExpired:
        pass
    finally:
        fuzz.stop(process)
    result = fuzz.libfuzzer_result(home, 1)
    if not result["found"] and not result["execs"]:
        raise Failure("the fuzzer ran nothing")
    return {"verdict": "killed" if result["found"] else "silent", "execs": result["execs"]}
