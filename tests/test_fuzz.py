"""The fuzzing driver's reading of what the engines print."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "fuzz"))
import fuzz

LIBFUZZER = """\
#2      INITED cov: 3 ft: 4 corp: 1/1b exec/s: 0 rss: 40Mb
#4096   pulse  cov: 1601 ft: 9000 corp: 300/90Kb lim: 1032 exec/s: 1365 rss: 90Mb
#5000   DONE   cov: 1614 ft: 9100 corp: 310/95Kb lim: 1032 exec/s: 1250 rss: 90Mb
stat::number_of_executed_units: 5000
"""
AFL = "execs_done        : 75017\nedges_found       : 1678\nstability         : 99.05%\n"


class Statistics(unittest.TestCase):
    def test_libfuzzer_says_how_many_runs_and_edges(self):
        self.assertEqual(fuzz.libfuzzer_statistics(LIBFUZZER), {"execs": 5000, "edges": 1614})

    def test_a_libfuzzer_log_without_an_end_counts_its_last_line(self):
        log = LIBFUZZER.partition("#5000")[0]
        self.assertEqual(fuzz.libfuzzer_statistics(log), {"execs": 4096, "edges": 1601})

    def test_an_empty_log_is_no_runs(self):
        self.assertEqual(fuzz.libfuzzer_statistics(""), {"execs": 0, "edges": 0})

    def test_afl_statistics_are_read_by_name(self):
        self.assertEqual(fuzz.afl_statistics(AFL), {"execs_done": "75017", "edges_found": "1678", "stability": "99.05%"})


class Jobs(unittest.TestCase):
    def test_every_engine_gets_at_least_one_process(self):
        self.assertEqual(fuzz.split(1, ["libfuzzer", "afl"]), {"libfuzzer": 1, "afl": 1})

    def test_all_processes_are_shared_out(self):
        for jobs in range(2, 9):
            self.assertEqual(sum(fuzz.split(jobs, ["libfuzzer", "afl"]).values()), jobs)
        self.assertEqual(fuzz.split(5, ["afl"]), {"afl": 5})


if __name__ == "__main__":
    unittest.main()
