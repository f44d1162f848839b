"""How ci/prompt.py holds a conversation, with a script in place of the kernel."""
import stat
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "ci"))
import prompt

# Echoes like a terminal line, answers like the kernel.
KERNEL = r"""import sys
def ask():
    sys.stdout.write("\n> ")
    sys.stdout.flush()
    line = ""
    while not line.endswith("\r"):
        c = sys.stdin.read(1)
        if not c:
            sys.exit(1)
        line += c
    print(line.strip())
    return line.strip()
print("hello")
while (line := ask()) != "quit":
    print({"give": "block 0x10", "take 0x10": "taken 0x10"}.get(line, "what?"))
sys.exit(33)
"""


class Lacks(unittest.TestCase):
    def test_lines_between_are_allowed_and_another_order_is_not(self):
        self.assertEqual(prompt.lacks(["a", "x", "b"], ["a", "b"]), (None, {}))
        self.assertEqual(prompt.lacks(["b", "a"], ["a", "b"])[0], "b")

    def test_a_line_is_matched_whole(self):
        self.assertEqual(prompt.lacks(["refused: reserved"], ["refused"])[0], "refused")

    def test_what_was_named_stands_for_its_text(self):
        self.assertEqual(prompt.lacks(["free 7", "free: 7"], [r"free (?P<n>\d+)", r"free: (?P=n)"]), (None, {"n": "7"}))
        self.assertIsNotNone(prompt.lacks(["free 7", "free: 8"], [r"free (?P<n>\d+)", r"free: (?P=n)"])[0])


class Talk(unittest.TestCase):
    def talk(self, steps, status=33, script=KERNEL, timeout=30):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "kernel"
            path.write_text(f"#!{sys.executable}\n" + script)
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
            return prompt.talk([str(path)], (status, steps), timeout, {"place": "0x10"})

    def test_answers_as_wanted(self):
        text, wrong = self.talk([("give", [r"block (?P<b>0x\w+)"]), ("take {b}", [r"taken {b}"]), ("quit", [])])
        self.assertIsNone(wrong)
        self.assertIn("> take 0x10\ntaken 0x10\n", text)

    def test_the_kernels_places_can_be_typed_and_answered(self):
        self.assertIsNone(self.talk([("give", [r"block {place}"]), ("take {place}", []), ("quit", [])])[1])

    def test_another_answer_is_wrong(self):
        self.assertIn("the answer to 'nothing' lacks", self.talk([("nothing", ["taken"])])[1])

    def test_an_end_with_another_status_is_wrong(self):
        self.assertEqual(self.talk([("quit", [])], status=35)[1], "exit status 33 is not 35")

    def test_an_end_in_the_middle_is_wrong(self):
        self.assertIn("lacks", self.talk([("quit", []), ("give", ["block 0x10"])])[1])

    def test_silence_is_wrong(self):
        self.assertEqual(self.talk([], script="import time\ntime.sleep(60)\n", timeout=0.5)[1], "no end after 0.5 s")

    def test_a_kernel_that_does_not_end_is_wrong(self):
        self.assertEqual(self.talk([("give", ["block 0x10"])], timeout=1)[1], "no end after 1 s")

    def test_without_qemu_the_fix_is_named(self):
        self.assertIn("make setup", prompt.talk(["/nonexistent/qemu"], (33, []), 1, {})[1])

    def test_every_conversation_ends(self):
        for name, (_, steps) in prompt.conversations(5).items():
            self.assertTrue(steps[-1][0] in ("quit", prompt.CTRL_D) or steps[-1][0].startswith("fault "), name)


if __name__ == "__main__":
    unittest.main()
