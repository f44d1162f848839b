"""What the jobs on other machines do: every step is a make target, and what is fuzzed stands in the makefiles alone."""
import json
import re
import sys
import unittest
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent / "fuzz")]
import fuzz
from making import ROOT, make

WORKFLOW = (ROOT / ".github" / "workflows" / "ci.yml").read_text()


def job(name):
    """The text of a job."""
    return re.search(rf"^  {name}:\n((?:    .*\n|\n)+)", WORKFLOW, re.M)[1]


class Matrix(unittest.TestCase):
    MATRIX = json.loads(make("--silent", "fuzz-matrix")[1])

    def test_it_has_each_format_that_is_fuzzed_and_each_engine(self):
        fuzzed = re.search(r"^FUZZED +:= (.*)$", (ROOT / "Makefile").read_text(), re.M)[1].split()
        self.assertEqual(self.MATRIX, {"format": fuzzed, "engine": list(fuzz.ENGINES)})

    def test_the_job_that_asks_hands_it_on(self):
        self.assertIn("$(make --silent fuzz-matrix)", job("fuzz-matrix"))
        self.assertIn("matrix: ${{ steps.ask.outputs.matrix }}", job("fuzz-matrix"))

    def test_the_job_that_fuzzes_takes_it_from_there_alone(self):
        text = job("fuzz")
        self.assertIn("needs: fuzz-matrix\n", text)
        self.assertIn("matrix: ${{ fromJSON(needs.fuzz-matrix.outputs.matrix) }}", text)
        self.assertIn("make fuzz FORMAT=${{ matrix.format }} ENGINE=${{ matrix.engine }} FUZZ_TIME=", text)
        for name in (*self.MATRIX["format"], *self.MATRIX["engine"]):
            self.assertNotIn(name, WORKFLOW)

    def test_what_is_found_is_kept_under_a_name_of_its_own(self):
        self.assertIn('name: "fuzz-${{ matrix.format }}-${{ matrix.engine }}"', job("fuzz"))
        self.assertIn("build/fuzz/crashes", job("fuzz"))


class Targets(unittest.TestCase):
    def test_every_make_target_of_a_job_is_one(self):
        names = set(re.findall(r"\bmake (?:--silent )?([a-z][a-z-]*)", "\n".join(re.findall(r"run: (.*)", WORKFLOW))))
        self.assertIn("boot", names)
        listed = set(re.findall(r"^  make (\S+)", make("--silent", "help")[1], re.M))
        self.assertEqual(names - listed, set())


if __name__ == "__main__":
    unittest.main()
