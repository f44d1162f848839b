"""What make builds for each format of page tables that is fuzzed. Nothing is run: make only prints."""
import os
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def printed(*words):
    """What make would do, as one line a command, and its exit status."""
    clean = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
    done = subprocess.run(["make", "-n", "-B", *words], cwd=ROOT, text=True, capture_output=True, env=clean)
    return done.returncode, done.stdout.replace("\\\n", " ") + done.stderr


class Formats(unittest.TestCase):
    def test_the_engines_fuzz_the_kernels_tables_unless_told_otherwise(self):
        code, said = printed("fuzz")
        self.assertEqual(code, 0)
        self.assertIn("--format x86_64-4", said)
        self.assertIn("-Iarch/x86_64 -DPAGETABLE_LEVELS=4", said)

    def test_a_format_has_its_entries_levels_processor_and_home(self):
        _, said = printed("fuzz", "FORMAT=riscv64-3")
        targets = [line for line in said.splitlines() if "fuzz/target.c" in line]
        self.assertEqual(len(targets), 4)
        for line in targets:
            self.assertIn("-Iarch/riscv64 -DPAGETABLE_LEVELS=3", line)
            self.assertIn("fuzz/walk_riscv64.c", line)
            self.assertNotIn("x86_64", line)
            self.assertIn("-o build/fuzz/riscv64-3/", line)

    def test_a_format_that_is_not_fuzzed_is_refused_with_those_that_are(self):
        for wrong in ("riscv64-9", "", "x86_64-4 x86_64-5"):
            code, said = printed("fuzz", f"FORMAT={wrong}")
            self.assertNotEqual(code, 0)
            self.assertIn("say one of x86_64-4 x86_64-5 riscv64-3 riscv64-4", said)

    def test_the_corpus_is_replayed_in_every_format(self):
        _, said = printed("corpus-replay")
        self.assertIn("corpus.py --also 10-x86_64-5 10-riscv64-3 10-riscv64-4 -- 18-x86_64-4 10-x86_64-4 18-x86_64-5", said)


if __name__ == "__main__":
    unittest.main()
