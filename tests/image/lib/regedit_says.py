#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is each planned value in a hive that another program exported?  regedit_says.py EXPORT REPAIRS PATH

EXPORT is the text of virt-win-reg for a whole hive, REPAIRS has the edits (halcyon.repairs/1), PATH is that of the hive.
"""
import base64
import json
import re
import sys

TYPES = {"REG_NONE": 0, "REG_SZ": 1, "REG_EXPAND_SZ": 2, "REG_BINARY": 3, "REG_DWORD": 4, "REG_MULTI_SZ": 7, "REG_QWORD": 11}
VALUE = re.compile(r'(@|"(?:[^"\\]|\\.)*")=(?:dword:([0-9a-f]{8})|hex(?:\(([0-9a-f]+)\))?:([0-9a-f,]*))$')


def exported(path):
    """{(key, name), folded: (type, bytes)}; the first step of a key is the name of the hive."""
    out, key = {}, ""
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file.read().splitlines():
            if line.startswith("["):
                key = line.strip("[]").split("\\", 2)[2:]
                key = key[0].upper() if key else ""
                continue
            found = VALUE.match(line)
            if not found:
                continue
            name, dword, kind, data = found.groups()
            name = "" if name == "@" else re.sub(r"\\(.)", r"\1", name[1:-1])
            if dword:
                out[key, name.upper()] = (4, int(dword, 16).to_bytes(4, "little"))
            else:
                out[key, name.upper()] = (int(kind or "3", 16), bytes.fromhex(data.replace(",", "")))
    return out


def main(export, repairs, path):
    with open(repairs, encoding="utf-8") as file:
        edits = [e for e in json.load(file)["edits"] if e["kind"] == "value" and e["path"].lower() == path.lower()]
    values, wrong = exported(export), 0
    for edit in edits:
        after, want = edit["after"], None
        if after:
            want = (TYPES[after["type"]], base64.b64decode(after["bytes"] or ""))
        got = values.get((edit["key"].upper(), edit["name"].upper()))
        wrong += got != want
        print("%s %s\\%s: %s" % ("ok" if got == want else "WRONG", edit["key"], edit["name"], got))
    print("%d of %d values as planned, of %d in the hive" % (len(edits) - wrong, len(edits), len(values)))
    return not edits or bool(wrong)


sys.exit(main(*sys.argv[1:]))
