#!/usr/bin/env python3
"""Runs the fuzzing engines: first each one's canary, then the targets, for so many seconds.

    fuzz.py --format x86_64-4 --engine libfuzzer|afl|both --time 60 --jobs 2

The format is that of the page tables; build/fuzz/FORMAT/ is its home. The engines share the corpus and keep what
they find under run/ there, from where the next run goes on. Crashes are copied to build/fuzz/crashes/, each named by
its contents, with what make replay says about it. Ends in 'fuzz: format=F engine=E execs=N execs_per_s=N edges=N
crashes=N'; exit status 1 when there is a crash or a canary that was not found.
"""
import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUZZ = ROOT / "build" / "fuzz"
CRASHES = FUZZ / "crashes"
REPORT = ROOT / "build" / "report" / "fuzz.json"
MAX_LEN = 8 + 8 * 128
CANARY_SECONDS = 60
# Where a canary starts: the planted bug is some operations away from it.
CANARY_SEED = ROOT / "corpus" / "seeds" / "frame-references-saturate"

# AFL++ asks for a tuned machine; what matters of it for a correct run is said here instead.
AFL_ENVIRONMENT = {
    "AFL_NO_UI": "1",
    "AFL_SKIP_CPUFREQ": "1",
    "AFL_NO_AFFINITY": "1",
    "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1",
    "AFL_AUTORESUME": "1",
    "AFL_CUSTOM_MUTATOR_LIBRARY": str(FUZZ / "mutator.so"),
    "ASAN_OPTIONS": "abort_on_error=1:symbolize=0:detect_leaks=0",
    "UBSAN_OPTIONS": "abort_on_error=1:halt_on_error=1:symbolize=0",
}


def environment(**more):
    return {**os.environ, **AFL_ENVIRONMENT, **more}


def start(command, log, env=None):
    """A process in a group of its own, so that its children end with it. Nothing under test allocates,
    and looking for leaks needs rights that containers do not give."""
    env = env or {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
    with log.open("w") as out:
        return subprocess.Popen([str(c) for c in command], cwd=ROOT, env=env, stdin=subprocess.DEVNULL,
                                stdout=out, stderr=subprocess.STDOUT, start_new_session=True)


def stop(process, after=signal.SIGINT):
    """Asks a process that is still there to end, then makes it."""
    if process.poll() is None:
        os.killpg(process.pid, after)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def fresh(path):
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def corpus_inputs(home):
    """All committed inputs as one flat directory, as the engines want it."""
    flat = fresh(home / "inputs")
    for path in sorted((ROOT / "corpus").glob("*/*")):
        shutil.copy(path, flat / f"{path.parent.name}-{path.name}")
    return flat


# --- libFuzzer ---

def libfuzzer_canary(home):
    """The planted bug is found: exit status not 0, and the artifact is there."""
    work = fresh(home / "canary-libfuzzer")
    seed = fresh(work / "in")
    shutil.copy(CANARY_SEED, seed)
    process = start([home / "libfuzzer-canary", seed, f"-max_len={MAX_LEN}", f"-max_total_time={CANARY_SECONDS}",
                     f"-artifact_prefix={work}/"], work / "log")
    try:
        process.wait(CANARY_SECONDS + 30)
    except subprocess.TimeoutExpired:
        stop(process)
    return process.returncode != 0 and any(work.glob("crash-*"))


def libfuzzer_start(home, seconds, jobs, inputs):
    work = home / "run" / "libfuzzer"
    (work / "corpus").mkdir(parents=True, exist_ok=True)
    fresh(work / "found")
    return [start([home / "libfuzzer", work / "corpus", inputs, f"-max_len={MAX_LEN}", f"-max_total_time={seconds}",
                   "-print_final_stats=1", "-timeout=20", "-reload=1", f"-artifact_prefix={work / 'found'}/"],
                  work / f"log.{k}") for k in range(jobs)]


def libfuzzer_statistics(text):
    """Executions and edges of one log: its last status line counts edges as cov."""
    runs = re.findall(r"^stat::number_of_executed_units:\s*(\d+)", text, re.M) or re.findall(r"^#(\d+)\s", text, re.M)
    edges = re.findall(r"^#\d+.* cov: (\d+)", text, re.M)
    return {"execs": int(runs[-1]) if runs else 0, "edges": max(map(int, edges), default=0)}


def libfuzzer_result(home, jobs):
    work = home / "run" / "libfuzzer"
    each = [libfuzzer_statistics((work / f"log.{k}").read_text(errors="replace")) for k in range(jobs)]
    return {"execs": sum(e["execs"] for e in each), "edges": max(e["edges"] for e in each),
            "found": sorted(p for p in (work / "found").iterdir() if not p.name.startswith("slow-unit"))}


# --- AFL++ ---

def afl_canary(home):
    work = fresh(home / "canary-afl")
    seed = fresh(work / "in")
    shutil.copy(CANARY_SEED, seed)
    process = start(["afl-fuzz", "-i", seed, "-o", work / "out", "-V", CANARY_SECONDS, "-G", MAX_LEN, "-m", "none",
                     "-t", "5000", "--", home / "afl-canary"], work / "log", environment(AFL_BENCH_UNTIL_CRASH="1"))
    try:
        process.wait(CANARY_SECONDS + 30)
    except subprocess.TimeoutExpired:
        stop(process)
    return any((work / "out" / "default" / "crashes").glob("id:*"))


def afl_start(home, seconds, jobs, inputs):
    work = home / "run" / "afl"
    work.mkdir(parents=True, exist_ok=True)
    for old in work.glob("out/*/crashes*"):
        shutil.rmtree(old)
    return [start(["afl-fuzz", "-i", inputs, "-o", work / "out", "-V", seconds, "-G", MAX_LEN, "-m", "none", "-t", "5000",
                   "-M" if k == 0 else "-S", f"job{k}", "--", home / "afl"], work / f"log.{k}", environment())
            for k in range(jobs)]


def afl_statistics(text):
    """What fuzzer_stats says, by name."""
    return dict(re.findall(r"^(\w+)\s*: (.*?)\s*$", text, re.M))


def afl_result(home, jobs):
    out = home / "run" / "afl" / "out"
    stats = []
    for k in range(jobs):
        path = out / f"job{k}" / "fuzzer_stats"
        stats.append(afl_statistics(path.read_text()) if path.exists() else {})
    found = [p for k in range(jobs) for p in (out / f"job{k}" / "crashes").glob("id:*")]
    stable = [float(s["stability"].rstrip("%")) for s in stats if "stability" in s]
    # A run that is resumed counts on from the last one.
    return {"execs": sum(int(s.get("execs_done", 0)) for s in stats),
            "edges": max((int(s.get("edges_found", 0)) for s in stats), default=0),
            "stability": min(stable, default=None), "found": sorted(found)}


def afl_execs_so_far(home):
    paths = (home / "run" / "afl" / "out").glob("job*/fuzzer_stats")
    return sum(int(afl_statistics(p.read_text()).get("execs_done", 0)) for p in paths)


ENGINES = {"libfuzzer": (libfuzzer_canary, libfuzzer_start, libfuzzer_result),
           "afl": (afl_canary, afl_start, afl_result)}


# --- All of it ---

def minimise(home, path):
    """A shorter input that crashes too, if libFuzzer finds one in a while; else the same."""
    shorter = home / "shorter"
    shorter.unlink(missing_ok=True)
    process = start([home / "libfuzzer", "-minimize_crash=1", "-max_total_time=10", f"-exact_artifact_path={shorter}", path],
                    home / "shorter.log")
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        stop(process, signal.SIGKILL)
    return shorter.read_bytes() if shorter.exists() else path.read_bytes()


def replayed(home, path):
    """What the replayer says about an input: its first line, without the path."""
    done = subprocess.run([ROOT / "build" / f"replay-10-{home.name}", "-q", path], text=True, capture_output=True)
    said = (done.stdout + done.stderr).strip().splitlines()
    return said[0].removeprefix(f"{path}: ") if said else f"exit status {done.returncode}"


def keep(home, found):
    """Copies crashes to their stable place, the first of each kind minimised; returns what the replayer
    says about each."""
    CRASHES.mkdir(parents=True, exist_ok=True)
    kept, kinds = {}, set()
    for path in found:
        kind = re.sub(r"operation \d+", "operation", replayed(home, path))
        data = path.read_bytes() if kind in kinds or len(kinds) == 4 else minimise(home, path)
        kinds.add(kind)
        place = CRASHES / hashlib.sha256(data).hexdigest()[:16]
        place.write_bytes(data)
        kept[str(place.relative_to(ROOT))] = replayed(home, place)
    return kept


def split(jobs, engines):
    """How many processes each engine gets: all of them shared out, none with less than one."""
    return {e: max(1, (jobs + i) // len(engines)) for i, e in enumerate(engines)}


def fuzz(home, engines, seconds, jobs):
    """Runs the engines side by side; returns each one's result."""
    inputs = corpus_inputs(home)
    share = split(jobs, engines)
    before = afl_execs_so_far(home)
    running = {e: ENGINES[e][1](home, seconds, share[e], inputs) for e in engines}
    end = time.monotonic() + seconds + 30
    try:
        for process in (p for some in running.values() for p in some):
            try:
                process.wait(max(1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
    finally:
        for process in (p for some in running.values() for p in some):
            stop(process)
    results = {e: ENGINES[e][2](home, share[e]) for e in engines}
    if "afl" in results:
        results["afl"]["execs"] = max(0, results["afl"]["execs"] - before)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--format", default="x86_64-4")
    parser.add_argument("--engine", choices=["libfuzzer", "afl", "both"], default="both")
    parser.add_argument("--time", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    home = FUZZ / options.format
    engines = list(ENGINES) if options.engine == "both" else [options.engine]
    dead = []
    for engine in engines:
        begin = time.monotonic()
        alive = ENGINES[engine][0](home)
        print(f"  canary {engine:<10} {'found' if alive else 'NOT FOUND'} in {time.monotonic() - begin:.1f} s", flush=True)
        dead += [] if alive else [engine]
    begin = time.monotonic()
    results = fuzz(home, engines, options.time, options.jobs)
    seconds = time.monotonic() - begin
    crashes = keep(home, [p for r in results.values() for p in r.pop("found")])
    for engine, result in results.items():
        extra = f" stability={result['stability']}%" if result.get("stability") is not None else ""
        print(f"  {engine:<10} execs={result['execs']} execs_per_s={result['execs'] / seconds:.0f} "
              f"edges={result['edges']}{extra}")
    for place, said in crashes.items():
        print(f"  crash: make replay ORDER=10 FORMAT={options.format} INPUT={place}\n         {said}")
    execs = sum(r["execs"] for r in results.values())
    idle = [e for e, r in results.items() if r["execs"] == 0]
    for engine in idle:
        print(f"  {engine} ran nothing: its log is in build/fuzz/{options.format}/run/{engine}/")
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps({"format": options.format, "engine": options.engine, "seconds": round(seconds, 1),
                                  "jobs": options.jobs, "dead_canaries": dead, "engines": results, "crashes": crashes},
                                 indent=2) + "\n")
    print(f"fuzz: format={options.format} engine={options.engine} execs={execs} execs_per_s={execs / seconds:.0f} "
          f"edges={max(r['edges'] for r in results.values())} crashes={len(crashes)}"
          + (f" dead_canaries={','.join(dead)}" if dead else ""))
    return 1 if crashes or dead or idle else 0


if __name__ == "__main__":
    sys.exit(main())
