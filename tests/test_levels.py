"""How many levels page tables have is known to core/walk.h alone: what is proved of all other files is proved for 3, 4 and 5."""
import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What Frama-C is given of the page tables, apart from proofs/walk.c, which is proved with each number of levels.
PROVED = ["proofs/entry.c", "proofs/table.c", "proofs/path.c", "proofs/pagetable.c", "proofs/pagetable_range.c", "proofs/piece.c", "proofs/pagetable_map_range.c", "core/pagetable_check.c"]
KNOWS = "core/walk.h"
ANNOTATION = re.compile(r"/\*@.*?\*/|//@[^\n]*", re.DOTALL)


def lines_by_file(source, levels):
    """The text of a source after the preprocessor, with comments, as lines under the file that each comes from."""
    out = subprocess.run(["gcc", "-E", "-C", "-std=c11", "-Iarch/x86_64", f"-DPAGETABLE_LEVELS={levels}", source], cwd=ROOT,
                         check=True, text=True, capture_output=True).stdout
    lines, file = {}, None
    for line in out.splitlines():
        marker = re.match(r'# \d+ "([^"]*)"', line)
        if marker:
            file = str(Path(marker[1])).replace("proofs/../", "").replace("core/../", "")
        else:
            lines.setdefault(file, []).append(line)
    return lines


class Levels(unittest.TestCase):
    def test_only_the_numbers_of_a_walk_depend_on_how_many_levels_there_are(self):
        for source in PROVED:
            four = lines_by_file(source, 4)
            self.assertIn("annotations/walk.acsl", four)
            for levels in (3, 5):
                other = lines_by_file(source, levels)
                differ = sorted(file for file in four.keys() | other.keys() if four.get(file) != other.get(file))
                self.assertEqual(differ, [KNOWS], f"{source} with {levels} levels")

    def test_no_annotation_says_how_many_levels_there_are(self):
        # Frama-C expands macros in annotations, and the preprocessor above does not.
        for source in PROVED:
            for file, lines in lines_by_file(source, 4).items():
                if file != KNOWS:
                    for annotation in ANNOTATION.findall("\n".join(lines)):
                        self.assertNotRegex(annotation, r"PAGETABLE_(LEVELS|PAGES|HALF|UPPER)", f"{file}, of {source}")

    def test_the_numbers_of_a_walk_are_proved_with_each_number_of_levels(self):
        for levels in (3, 5):
            text = (ROOT / "proofs" / "modules" / f"walk{levels}.ini").read_text()
            self.assertIn("like = walk\n", text)
            self.assertIn(f"-DPAGETABLE_LEVELS={levels}\n", text)


if __name__ == "__main__":
    unittest.main()
