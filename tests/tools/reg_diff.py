#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares two registries that reged wrote as text: what differs, a line each, sorted.

    reg_diff.py BEFORE.reg AFTER.reg

    A\\B                 the key was made or deleted
    A\\B<tab>name        a value was made, deleted or holds something else; of the default value the name is empty
"""

import re
import sys

# reged knows nothing of data in segments: what it writes for them is what happens to stand behind their first cell.
SEGMENT = 16344
# It ends no line behind empty data of a type that it doesn't know.
EMPTY = re.compile(r'(=hex\([0-9a-f]+\):)(?=["@])')


def read(path):
    """Every key with its values, as they stand there; names without regard to case."""
    keys, values = {}, None
    with open(path, encoding="latin-1", newline="\r\n") as file:
        text = EMPTY.sub("\\1\r\n", file.read().replace("\\\r\n", ""))
    for line in text.split("\r\n")[1:]:
        if line.startswith("[") and line.endswith("]"):
            path = line[1:-1].partition("\\")[2]
            values = keys.setdefault(path.upper(), (path, {}))[1]
        elif line:
            name, data = split(line)
            long = data.count(",") >= SEGMENT
            values[name.upper()] = (name, data.count(",") if long else data)
    return keys


def split(line):
    """"name"=data, where the name may hold escaped quotes; @=data."""
    if line.startswith("@"):
        return "", line[2:]
    end = 1
    while end < len(line) and line[end] != '"':
        end += 2 if line[end] == "\\" else 1
    return line[1:end].replace('\\"', '"').replace("\\\\", "\\"), line[end + 2 :]


def main():
    before, after = read(sys.argv[1]), read(sys.argv[2])
    rows = []
    for key in before.keys() | after.keys():
        path, old = before.get(key, (None, {}))
        new_path, new = after.get(key, (None, {}))
        if path is None or new_path is None:
            rows.append(path or new_path)
        for name in old.keys() | new.keys():
            if old.get(name, ("", None))[1] != new.get(name, ("", None))[1]:
                rows.append((path or new_path) + "\t" + (old.get(name) or new.get(name))[0])
    print("\n".join(sorted(rows)))


if __name__ == "__main__":
    main()
