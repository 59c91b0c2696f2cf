#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between two registry hives, read with Debian's hivex; and whether it is what was planned.

  registry_diff.py OLD NEW                    a line for each key that came or went, and each value that did or holds another
  registry_diff.py OLD NEW --edits REPAIRS --path PATH   exit 1 unless these are the edits of that file, as the document
                                              halcyon.repairs/1 has them, and nothing else
  registry_diff.py --devices BCD              object, element and what it names, for each device element of a boot store

Every key and value of both hives is read, value types and bytes; names without regard to case, as the registry has them.
"""
import argparse
import base64
import json
import os
import sys

import hivex

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../fixtures/standin/oracle"))
sys.dont_write_bytecode = True
import registry  # noqa: E402
import windows  # noqa: E402

TYPES = ["REG_NONE", "REG_SZ", "REG_EXPAND_SZ", "REG_BINARY", "REG_DWORD", "REG_DWORD_BIG_ENDIAN", "REG_LINK", "REG_MULTI_SZ",
         "REG_RESOURCE_LIST", "REG_FULL_RESOURCE_DESCRIPTOR", "REG_RESOURCE_REQUIREMENTS_LIST", "REG_QWORD"]


def walk(path):
    """{folded path of a key or value: (path, None of a key, (type, bytes) of a value)}; a value ends in a NUL and its name."""
    hive, out = hivex.Hivex(path), {}
    todo = [(hive.root(), "")]
    while todo:
        node, at = todo.pop()
        out[at.upper()] = (at, None)
        for value in hive.node_values(node):
            name = at + "\0" + hive.value_key(value)
            out[name.upper()] = (name, hive.value_value(value))
        todo += [(child, at + "\\" + hive.node_name(child)) for child in hive.node_children(node)]
    return out


def show(state):
    if state is None:
        return "-"
    kind, data = state
    return "%s:%s" % (TYPES[kind] if kind < len(TYPES) else kind, data.hex())


def line(path, old, new):
    key, _, name = path.partition("\0")
    return "%s [%s] %s > %s" % (key.lstrip("\\").upper(), name.upper(), show(old), show(new))


def differences(old, new):
    """Lines of values, and the folded paths of keys that came or went."""
    before, after = walk(old), walk(new)
    values, came, went = set(), set(), set()
    for folded in before.keys() | after.keys():
        path, was = before.get(folded, (None, None))
        new_path, is_ = after.get(folded, (None, None))
        if "\0" in folded:
            if was != is_:
                values.add(line(path or new_path, was, is_))
        elif path is None:
            came.add(folded)
        elif new_path is None:
            went.add(folded)
    return values, came, went


def state_of(edit, which):
    state = edit[which]
    return state and (TYPES.index(state["type"]), base64.b64decode(state["bytes"] or ""))


def planned(edits, path):
    """The same from the list of edits; keys that a value needs come with it, and values go with their key."""
    values, came, went = set(), set(), set()
    for edit in edits:
        if edit["path"] is None or edit["path"].lower() != path.lower():
            continue
        folded = "\\" + edit["key"].upper() if edit["key"] else ""
        if edit["kind"] == "value":
            values.add(line("\\" + edit["key"] + "\0" + edit["name"], state_of(edit, "before"), state_of(edit, "after")))
        elif edit["kind"] == "key":
            (came if edit["after"] else went).add(folded)
        if edit["after"]:
            steps = folded.split("\\")
            came |= {"\\".join(steps[:i]) for i in range(1, len(steps) + 1)}
    return values, came, went


def check(old, new, edits, path):
    values, came, went = differences(old, new)
    want_values, want_came, want_went = planned(edits, path)
    gone = tuple(key + end for key in want_went for end in ("\\", " ["))
    kept = {text for text in values if not ("\\" + text).startswith(gone)}
    wrong = ["not planned: " + text for text in sorted(kept - want_values)]
    wrong += ["not done: " + text for text in sorted(want_values - values)]
    made = {"\\" + e["key"].upper() for e in edits if e["kind"] == "key" and e["after"] and e["path"].lower() == path.lower()}
    wrong += ["key not made: " + key for key in sorted(made - came)]
    wrong += ["key not planned: " + key for key in sorted(came - want_came)]
    wrong += ["key not to be deleted: " + key for key in sorted(went - want_went) if not key.startswith(gone)]
    wrong += ["key not deleted: " + key for key in sorted(want_went - went)]
    print("\n".join(wrong) or "%d values, %d keys made, %d deleted, as planned" % (len(values), len(came), len(went)))
    return bool(wrong)


def devices(path):
    with open(path, "rb") as file:
        store = windows.Bcd(registry.Hive(file.read()))
    for guid, number in store.devices():
        try:
            device = store.device(guid, number)
            print(guid, number, device.scheme, device.partition, device.disk)
        except ValueError as why:
            print(guid, number, why)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("hives", nargs="+")
    parser.add_argument("--devices", action="store_true")
    parser.add_argument("--edits")
    parser.add_argument("--path")
    args = parser.parse_args()
    if args.devices:
        devices(args.hives[0])
        return 0
    if args.edits:
        with open(args.edits, encoding="utf-8") as file:
            return check(*args.hives, json.load(file)["edits"], args.path)
    values, came, went = differences(*args.hives)
    print("\n".join(sorted(values) + sorted("%s made" % k for k in came) + sorted("%s deleted" % k for k in went)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
