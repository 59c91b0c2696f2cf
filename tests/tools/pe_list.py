#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small programs with version resources, from a list, and what such files say of themselves.

Usage:    pe_list.py make FOLDER <LIST     lines PATH ARCHITECTURE ORIGINAL-NAME VERSION; the file is PATH in FOLDER
          pe_list.py show FILE...          a line each: NAME ORIGINAL-NAME VERSION

`show` is a witness beside restore/boot/pe.c: it knows nothing of sections and resource trees, and looks for the bytes of
VS_FIXEDFILEINFO and of the string OriginalFilename.
"""
import os
import struct
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "fixtures", "standin"))
from builder import pe  # noqa: E402


def make(folder):
    for line in sys.stdin:
        if not line.strip():
            continue
        # A path may hold blanks; the three words behind it don't.
        path, arch, name, version = line.strip().rsplit(" ", 3)
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        numbers = tuple(map(int, version.split(".")))
        with open(path, "wb") as file:
            file.write(pe.make(arch, name, "Built for a test", numbers, kind="dll"))


def show(path):
    with open(path, "rb") as file:
        data = file.read()
    at = data.index(struct.pack("<I", 0xFEEF04BD))
    high, low = struct.unpack_from("<II", data, at + 8)
    key = "OriginalFilename\0".encode("utf-16-le")
    start = data.index(key) + len(key)
    text = data[start:start + 128].decode("utf-16-le", "replace").lstrip("\0").split("\0")[0]
    print(os.path.basename(path), text, "%d.%d.%d.%d" % (high >> 16, high & 0xFFFF, low >> 16, low & 0xFFFF))


def main():
    if sys.argv[1] == "make":
        make(sys.argv[2])
        return
    for path in sys.argv[2:]:
        show(path)


if __name__ == "__main__":
    main()
