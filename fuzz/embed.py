#!/usr/bin/env python3
"""Writes the corpus and its digests as C, for a kernel to replay.

    embed.py 18-x86_64-4 build/fuzz/embed-x86_64-4.c      the core whose digests it is to have; where to
"""
import sys
from pathlib import Path

from corpus import DIGESTS, ROOT, cores_of, read_digests


def column(core, text):
    """Input -> its digest in a core, from the text of digests.txt."""
    cores = cores_of(text)
    if core not in cores:
        sys.exit(f"embed: corpus/digests.txt has no digests of {core} (make corpus-update)")
    return {name: values[cores.index(core)] for name, values in read_digests(text).items()}


def embedded(table, read):
    """The C text for a table of input -> digest."""
    text, rows = ['#include "fuzz/embed.h"\n'], []
    for number, (name, digest) in enumerate(sorted(table.items())):
        data = read(name)
        text.append(f"static const uint8_t input{number}[] = {{{', '.join(map(str, data or b'0'))}}};")
        rows.append(f'    {{"{name}", input{number}, {len(data)}, 0x{digest}}},')
    text += ["\nconst struct embedded_input embedded_inputs[] = {", *rows, "};",
             f"const size_t embedded_count = {len(rows)};"]
    return "\n".join(text) + "\n"


def main():
    core, target = sys.argv[1:]
    Path(target).write_text(embedded(column(core, DIGESTS.read_text()), lambda name: (ROOT / name).read_bytes()))


if __name__ == "__main__":
    main()
