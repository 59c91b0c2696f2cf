#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/rules/ID.md, and the list of rules in halcyon-rules(7), from the program's table of rules.

Needs: the host build of halcyon.  The pages of rules that are gone are left for a person to remove; make check-docs names them.
"""

import os
import re
import subprocess

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
HALCYON = os.path.join(TOP, os.environ.get("HALCYON_BUILD", "build"), "host", "bin", "halcyon")
MANUAL = os.path.join(TOP, "docs/man/halcyon-rules.7")


def ask(*words):
    return subprocess.run([HALCYON, "explain", *words], capture_output=True, text=True, check=True).stdout


def entry(name, title, levels, page):
    """The rule's item of the manual: title, what is compared, where it applies, what can come out."""
    asks = page.split("## What is compared\n\n", 1)[1].split("\n\n## ", 1)[0].replace("\n\n", "\n")
    asks = asks.replace("\\", "\\e").replace("`", "")
    words = levels.split(",")
    can = " ,\n.Cm ".join(words[:-1]) + "\nor\n.Cm " + words[-1]
    return f".It {name}\n.Em \"{title}.\"\n{asks}\nCan be\n.Cm {can} .\n"


def main():
    entries = []
    for line in ask("--list", "rules").splitlines():
        name, title, levels = line.split("\t")
        page = ask(name)
        with open(os.path.join(TOP, f"docs/rules/{name}.md"), "w", encoding="utf-8") as out:
            out.write(page)
        entries.append(entry(name, title, levels, page))
    with open(MANUAL, encoding="utf-8") as source:
        manual = source.read()
    manual = re.sub(r"(?s)(\.Sh RULES\n\.Bl -tag -width SCN-2\n).*?(\.El\n)", lambda m: m[1] + "".join(entries) + m[2], manual)
    with open(MANUAL, "w", encoding="utf-8") as out:
        out.write(manual)


if __name__ == "__main__":
    main()
