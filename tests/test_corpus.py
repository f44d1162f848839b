"""The corpus driver's reading and comparing of digests."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "fuzz"))
import corpus
import embed


class Digests(unittest.TestCase):
    def test_what_is_written_is_read_back(self):
        table = {"corpus/seeds/b": ["02", "03"], "corpus/seeds/a": ["00", "01"]}
        text = corpus.write_digests(["18-x86_64-4", "10-x86_64-4"], table)
        self.assertEqual(corpus.read_digests(text), table)
        self.assertEqual(corpus.cores_of(text), ["18-x86_64-4", "10-x86_64-4"])

    def test_equal_digests_are_no_complaint(self):
        self.assertEqual(corpus.compare({"a": ["1"]}, {"a": ["1"]}), [])

    def test_another_digest_a_new_input_and_a_lost_one_are_named(self):
        wrong = corpus.compare({"a": ["1"], "lost": ["2"]}, {"a": ["9"], "new": ["3"]})
        self.assertEqual(len(wrong), 3)
        self.assertIn("a: digests 9, should be 1", wrong[0])
        self.assertIn("new: not in digests.txt", wrong[1])
        self.assertIn("lost: in digests.txt but not in the corpus", wrong[2])

    def test_lines_of_the_replayer_are_understood(self):
        text = "corpus/seeds/a: ops=3 digest=0123456789abcdef\ncorpus/seeds/b: broken at the end: x\n"
        self.assertEqual(corpus.LINE.findall(text), [("corpus/seeds/a", "0123456789abcdef")])

    def test_a_core_that_disagrees_is_named_with_what_was_said(self):
        names = ["corpus/seeds/a", "corpus/seeds/b"]
        said = ["corpus/seeds/b: broken at the end: x"]
        self.assertEqual(corpus.disagreements("10-riscv64-3", names, dict.fromkeys(names, "0"), []), [])
        self.assertEqual(corpus.disagreements("10-riscv64-3", names, {names[0]: "0"}, said),
                         ["10-riscv64-3: corpus/seeds/b: broken at the end: x"])

    def test_inputs_after_a_crash_are_named_too(self):
        wrong = corpus.disagreements("10-riscv64-3", ["a", "b"], {"a": "0"}, ["ERROR: AddressSanitizer"])
        self.assertEqual(wrong, ["10-riscv64-3: b: no digest: ERROR: AddressSanitizer"])

    def test_a_kernel_has_the_digests_of_its_own_core(self):
        text = corpus.write_digests(["18-x86_64-4", "18-x86_64-5"], {"corpus/seeds/a": ["00", "01"]})
        self.assertEqual(embed.column("18-x86_64-5", text), {"corpus/seeds/a": "01"})
        with self.assertRaisesRegex(SystemExit, "no digests of 10-riscv64-3"):
            embed.column("10-riscv64-3", text)

    def test_the_corpus_as_data_has_each_input_with_its_digest(self):
        text = embed.embedded({"corpus/seeds/b": "ab", "corpus/seeds/a": "12"},
                              {"corpus/seeds/a": b"", "corpus/seeds/b": bytes([7, 255])}.get)
        self.assertIn('{"corpus/seeds/a", input0, 0, 0x12}', text)
        self.assertIn('{"corpus/seeds/b", input1, 2, 0xab}', text)
        self.assertIn("{7, 255}", text)
        self.assertIn("embedded_count = 2;", text)


if __name__ == "__main__":
    unittest.main()
