# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks share: the files of the tree, C without its comments and strings, and how a check reports."""

import os
import re
import sys

TOP = os.path.abspath(os.environ.get("HALCYON_TREE", os.path.join(os.path.dirname(__file__), "..", "..")))
PASS_OVER = {".git", "build", "__pycache__"}


def files(*folders, ends=()):
    """Paths below the folders, relative to the top, sorted; `ends` is a tuple of endings."""
    found = []
    for folder in folders or (".",):
        for where, below, names in os.walk(os.path.join(TOP, folder)):
            below[:] = [name for name in below if name not in PASS_OVER]
            for name in names:
                if not ends or name.endswith(tuple(ends)):
                    found.append(os.path.relpath(os.path.join(where, name), TOP))
    return sorted(found)


def text(path):
    """The file's text, or None when it isn't text."""
    with open(os.path.join(TOP, path), "rb") as file:
        data = file.read()
    if b"\0" in data:
        return None
    return data.decode("utf-8", "replace")


def bare_c(source):
    """C source with comments and the insides of strings blanked; lines stay where they are."""

    def blank(match):
        found = match.group(0)
        if found[0] == "/":
            return re.sub(r"[^\n]", " ", found)
        return found[0] + " " * (len(found) - 2) + found[-1]

    pattern = r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    return re.sub(pattern, blank, source, flags=re.S)


class Report:
    """Collects what is wrong; end() prints it and gives the exit status."""

    def __init__(self, name):
        self.name = name
        self.wrong = []

    def add(self, path, line, message):
        where = f"{path}:{line}" if line else path
        self.wrong.append(f"{where}: {message}")

    def end(self, looked_at):
        for message in self.wrong:
            print(message)
        if not looked_at:
            print(f"{self.name}: found nothing to look at")
            return 1
        print(f"{self.name}: {len(self.wrong)} wrong in {looked_at} looked at", file=sys.stderr)
        return 1 if self.wrong else 0
