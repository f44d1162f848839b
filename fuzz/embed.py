#!/usr/bin/env python3
"""Writes the corpus and its digests as C, for a kernel to replay.

    embed.py build/fuzz/embed.c
"""
import sys
from pathlib import Path

from corpus import DIGESTS, ROOT, read_digests


def embedded(table, read):
    """The C text for a table of input -> digests, the first of which is the kernel's."""
    text, rows = ['#include "fuzz/embed.h"\n'], []
    for number, (name, values) in enumerate(sorted(table.items())):
        data = read(name)
        text.append(f"static const uint8_t input{number}[] = {{{', '.join(map(str, data or b'0'))}}};")
        rows.append(f'    {{"{name}", input{number}, {len(data)}, 0x{values[0]}}},')
    text += ["\nconst struct embedded_input embedded_inputs[] = {", *rows, "};",
             f"const size_t embedded_count = {len(rows)};"]
    return "\n".join(text) + "\n"


def main():
    table = read_digests(DIGESTS.read_text())
    Path(sys.argv[1]).write_text(embedded(table, lambda name: (ROOT / name).read_bytes()))


if __name__ == "__main__":
    main()
