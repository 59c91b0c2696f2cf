#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do anything with a folder of a mounted NTFS volume and all below it: descriptors.py FOLDER.

A line each: path (of a folder with a slash behind), whether its DACL is protected from inheritance, and the SIDs of its entries ([MS-DTYP] 2.4).
ntfs-3g gives the descriptor as the attribute system.ntfs_acl.
"""
import os
import struct
import sys

PROTECTED, DACL_PRESENT = 0x1000, 0x0004


def sid(data, at):
    count = data[at + 1]
    parts = [int.from_bytes(data[at + 2:at + 8], "big"), *struct.unpack_from("<%dI" % count, data, at + 8)]
    return "S-%d-" % data[at] + "-".join(map(str, parts))


def describe(data):
    control, = struct.unpack_from("<H", data, 2)
    dacl, = struct.unpack_from("<I", data, 16)
    if not control & DACL_PRESENT or not dacl:
        return "everybody"
    sids, at = set(), dacl + 8
    for _ in range(struct.unpack_from("<H", data, dacl + 4)[0]):
        kind, _, size, _ = struct.unpack_from("<BBHI", data, at)
        sids.add(("" if kind == 0 else "type%d:" % kind) + sid(data, at + 8))
        at += size
    return " ".join(["protected" if control & PROTECTED else "inherits", *sorted(sids)])


def main(top):
    paths = [top] + [os.path.join(at, name) for at, folders, files in os.walk(top) for name in folders + files]
    for path in paths:
        try:
            what = describe(os.getxattr(path, "system.ntfs_acl"))
        except OSError as why:
            what = str(why)
        print(os.path.relpath(path, os.path.dirname(top)) + ("/" if os.path.isdir(path) else ""), what)


main(sys.argv[1])
