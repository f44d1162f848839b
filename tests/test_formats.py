"""What make builds for each format of page tables that is fuzzed. Nothing is run: make only prints."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from making import make


def printed(*words):
    """What make would do, as one line a command, and its exit status."""
    code, said = make("-n", "-B", *words)
    return code, said.replace("\\\n", " ")


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

    def test_an_image_of_the_kernel_has_its_levels_and_its_digests(self):
        code, said = printed("kernel", "LEVELS=5")
        self.assertEqual(code, 0)
        compiled = [line for line in said.splitlines() if " -c " in line]
        self.assertTrue(compiled)
        for line in compiled:
            self.assertIn("-Iarch/x86_64 -DPAGETABLE_LEVELS=5", line)
            self.assertIn("-o build/kernel-5/", line)
        self.assertIn("fuzz/embed.py 18-x86_64-5 build/fuzz/embed-x86_64-5.c", said)

    def test_a_kernel_is_built_for_4_or_5_levels(self):
        for wrong in ("3", "6", "4 5"):
            code, said = printed("kernel", f"LEVELS={wrong}")
            self.assertNotEqual(code, 0)
            self.assertIn("page tables of 4 5 levels", said)

    def test_all_images_are_booted_unless_one_is_asked_for(self):
        both = ["4=build/kernel-4/ashlar.elf", "5=build/kernel-5/ashlar.elf"]
        for words, images in (["boot"], both), (["boot", "LEVELS=5"], both[1:]):
            said = printed(*words)[1].split()
            self.assertEqual(said[said.index("ci/boot.py") + 1:], images)


if __name__ == "__main__":
    unittest.main()
