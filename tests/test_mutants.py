"""The mutation driver: reading and planting mistakes."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "fuzz"))
import mutants

TEXT = "# comment\n\n@ core/a.c: less or equal\n-  if (x < y)\n-    return;\n+  if (x <= y)\n+    return;\n"


class Mutants(unittest.TestCase):
    def test_a_mistake_is_a_file_a_sentence_and_two_groups_of_lines(self):
        self.assertEqual(mutants.read_mutants(TEXT),
                         [("x86_64-4", "core/a.c", "less or equal", ["if (x < y)", "return;"], ["if (x <= y)", "return;"])])

    def test_a_mistake_may_be_one_of_another_format(self):
        self.assertEqual(mutants.read_mutants("@ riscv64-3 arch/riscv64/pte.h: it: is wrong\n-a\n+b\n"),
                         [("riscv64-3", "arch/riscv64/pte.h", "it: is wrong", ["a"], ["b"])])

    def test_lines_are_replaced_where_they_first_stand_together(self):
        self.assertEqual(mutants.plant("a\n  b\nb\nc\n", ["b", "c"], ["d"]), "a\n  b\nd\n")

    def test_what_is_asserted_between_lines_does_not_count(self):
        self.assertEqual(mutants.plant("a\n  b\n  //@ assert p;\nc\nd\n", ["b", "c"], ["e"]), "a\ne\nd\n")

    def test_lines_that_are_nowhere_are_stale(self):
        self.assertIsNone(mutants.plant("a\nb\n", ["b", "a"], ["d"]))

    def test_every_committed_mistake_changes_something(self):
        text = (Path(mutants.ROOT) / "fuzz" / "mutants.txt").read_text()
        for _, _, what, old, new in mutants.read_mutants(text):
            self.assertTrue(old and new and old != new, what)


if __name__ == "__main__":
    unittest.main()
