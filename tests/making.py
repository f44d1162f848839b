"""make, called by a test: as from a shell, although a make runs the tests."""
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def make(*words):
    """What make prints, and its exit status."""
    clean = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
    done = subprocess.run(["make", *words], cwd=ROOT, text=True, capture_output=True, env=clean, check=False)
    return done.returncode, done.stdout + done.stderr
