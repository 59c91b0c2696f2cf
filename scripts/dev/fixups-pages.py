#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/fixups/ID.md from the program's table of repairs.

Needs: the host build of halcyon.  The pages of repairs that are gone are left for a person to remove; make check-docs names them.
"""

import os
import subprocess

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
HALCYON = os.path.join(TOP, os.environ.get("HALCYON_BUILD", "build"), "host", "bin", "halcyon")


def ask(*words):
    return subprocess.run([HALCYON, "explain", *words], capture_output=True, text=True, check=True).stdout


def main():
    for line in ask("--list", "fixups").splitlines():
        name = line.split("\t")[0]
        with open(os.path.join(TOP, f"docs/fixups/{name}.md"), "w", encoding="utf-8") as out:
            out.write(ask(name))


if __name__ == "__main__":
    main()
