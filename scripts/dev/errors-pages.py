#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the missing pages of docs/errors from the table of errors, and brings title and remedy of the others up to date.

What the table knows is filled in; when it happens, and what to do beyond the remedy, is for a person to write: a new page
starts with what the class of the error says, and an example of the shape a message has.
"""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "check"))
from tree import TOP, text  # noqa: E402  (the path is known only now)

CLASSES = {
    "USAGE": ("usage", 2, "The command line or a name in it cannot be used.", "Nothing: nothing was read or written yet."),
    "FAILED": ("failed", 1, "Something that the command needs did not work.", "It stopped there."),
    "BLOCKED": ("blocked", 3, "A rule or a safety check forbids what was asked for.", "Nothing was written."),
    "ANSWER": ("answer", 4, "An answer is needed that was not given.", "Nothing was written."),
    "INTEGRITY": ("integrity", 5, "Bytes are not what they were when they were recorded.", "It did not use them, and stopped."),
}


def rows():
    """(id, class, title, remedy) of each row of the table."""
    string = r'"((?:[^"\\]|\\.)*)"'
    for number, kind, title, remedy in re.findall(rf"^H\((\d+), \w+, (\w+),\s*{string},\s*{string}\)",
                                                  text("restore/base/err_ids.def"), re.M):
        yield f"H{int(number):04d}", kind, title.replace('\\"', '"'), remedy.replace('\\"', '"')


def head(name, kind, title):
    word, status, _, _ = CLASSES[kind]
    return f"# {name}: {title}\n\nClass: {word}; exit status {status}.\n"


def page(name, kind, title, remedy):
    _, _, when, did = CLASSES[kind]
    return (f"{head(name, kind, title)}\n## When it happens\n\n{when}\n\n## What halcyon did\n\n{did}\n\n"
            f"## What to do\n\n{remedy}\n\n## Example\n\n```\n{name} {title}\n  what was attempted, and what was found\n"
            f"  Remedy: {remedy}\n```\n")


def update(old, name, kind, title, remedy):
    """The page with the table's title, class and remedy; the rest stays."""
    new = re.sub(r"\A.*?(?=\n## When it happens\n)", lambda _: head(name, kind, title), old, count=1, flags=re.S)
    new = re.sub(r"(\n## What to do\n\n)[^\n]*", lambda m: m.group(1) + remedy, new, count=1)
    new = re.sub(rf"^{name} .*$", lambda _: f"{name} {title}", new, flags=re.M)
    return new


def main():
    written = 0
    for name, kind, title, remedy in rows():
        path = os.path.join(TOP, "docs", "errors", f"{name}.md")
        old = text(path) if os.path.exists(path) else None
        new = page(name, kind, title, remedy) if old is None else update(old, name, kind, title, remedy)
        if new != old:
            with open(path, "w", encoding="utf-8") as file:
                file.write(new)
            print(f"docs/errors/{name}.md: {'new' if old is None else 'brought up to date'}")
            written += 1
    print(f"{written} pages written")


if __name__ == "__main__":
    main()
