"""The coverage driver: what it reads, and what it says is not reached."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "fuzz"))
import coverage

LCOV = """\
SF:/there/core/a.c
DA:1,5
DA:2,0
DA:3,7
BRDA:1,0,0,5
BRDA:1,0,1,0
BRDA:2,0,0,-
BRDA:3,0,0,0
BRDA:3,0,1,7
end_of_record
SF:/there/core/a.h
end_of_record
"""
SOURCE = ["if (x)", "  return 1;", "while (y)"]


class Coverage(unittest.TestCase):
    def setUp(self):
        self.files = coverage.read_lcov(LCOV, "/there")

    def test_files_without_lines_are_left_out(self):
        self.assertEqual(list(self.files), ["core/a.c"])

    def test_lines_and_branches_that_nothing_reaches_are_named_by_their_text(self):
        rows = coverage.unreached("core/a.c", SOURCE, *self.files["core/a.c"])
        self.assertEqual(rows, [(1, ("core/a.c", "if (x)", "false")), (2, ("core/a.c", "return 1;", "line")),
                                (3, ("core/a.c", "while (y)", "true"))])

    def test_reasons_are_read_by_file_text_and_outcome(self):
        reasons = coverage.read_reasons("# comment\n\ncore/a.c | if (a || b) | true | cannot | be\n")
        self.assertEqual(reasons, {("core/a.c", "if (a || b)", "true"): "cannot | be"})

    def test_rows_with_one_reason_are_one_line_of_the_list(self):
        table = [{"file": "core/a.c", "unreached": [{"line": 1, "text": "x", "what": "line", "why": "w"},
                                                    {"line": 9, "text": "x", "what": "line", "why": "w"}]}]
        self.assertEqual(coverage.list_unreached(table), "- `core/a.c` 1 line, 9 line: `x` — w\n")


if __name__ == "__main__":
    unittest.main()
