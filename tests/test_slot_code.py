"""An entry of a page table is read and written in one 64-bit access: provers do not see the builtins
that do it, so this looks at the instructions that the compilers make of them, as the kernel is compiled too."""
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from making import ROOT, make

ACCESSORS = """
#include "slot.h"
uint64_t entry_read(const uint64_t *slot) { return pte_read(slot); }
void entry_write(uint64_t *slot, uint64_t entry) { pte_write(slot, entry); }
uint64_t entry_update(uint64_t *slot, uint64_t old, uint64_t entry) { return pte_update(slot, old, entry); }
uint64_t entry_exchange(uint64_t *slot, uint64_t entry) { return pte_exchange(slot, entry); }
"""
SLOT = r"\(%rdi\)"
ONE_ACCESS = {
    "entry_read": rf"mov {SLOT},%rax",
    "entry_write": rf"mov %rsi,{SLOT}",
    "entry_update": rf"lock cmpxchg %r\w+,{SLOT}",
    "entry_exchange": rf"xchg %r\w+,{SLOT}",
}


def kernel_compiler():
    """The compiler and the flags of the kernel, as make would call it."""
    _, said = make("-n", "-B", "build/kernel-4/core/pagetable.c.o")
    words = said.splitlines()[-1].split()
    return words[:words.index("-c")]


def functions(compiler):
    """The instructions of each function up to its return, with blanks made single."""
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "access.c"), Path(folder, "access.o")
        source.write_text(ACCESSORS)
        subprocess.run([*compiler, f"-I{ROOT}/core", "-c", source, "-o", made], check=True)
        text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", made], check=True, capture_output=True,
                              text=True).stdout
    found = {}
    for name, body in re.findall(r"^\w+ <(\w+)>:\n((?:.+\n?)+)", text, re.M):
        lines = [" ".join(line.split("\t")[1].split()) for line in body.splitlines()]
        found[name] = lines[:next(i for i, line in enumerate(lines) if line.startswith("ret"))]
    return found


class OneAccess(unittest.TestCase):
    def check(self, *compiler):
        found = functions(compiler)
        for name, pattern in ONE_ACCESS.items():
            with self.subTest(compiler=compiler, function=name):
                touching = [i for i in found[name] if "(%" in i]
                self.assertEqual(len(touching), 1, found[name])
                self.assertRegex(touching[0].replace("movq ", "mov ").replace("xchgq ", "xchg "), f"^{pattern}$")
                self.assertFalse([i for i in found[name] if i.startswith(("call", "jmp", "rep"))])

    def test_each_accessor_touches_memory_once_and_as_a_whole(self):
        for compiler in ("gcc", "clang"):
            for level in ("-O1", "-O2", "-Os"):
                self.check(compiler, "-std=c11", "-ffreestanding", level)

    def test_so_it_does_with_the_kernels_flags(self):
        flags = kernel_compiler()
        self.assertIn("-mcmodel=kernel", flags)
        self.check(*flags)


if __name__ == "__main__":
    unittest.main()
