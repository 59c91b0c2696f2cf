#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an offline Windows around real hives: real_tree.py SET OUT ROOT ARCH VERSION HAL KERNEL.

The hives of the folder SET, with their logs, go into OUT/ROOT/System32/config.  Everything else is MADE, since no real file
is there: cmd.exe, kernel32.dll, hal.dll (made under the name HAL), ntoskrnl.exe (under the name KERNEL), and a file for each
driver that the registry names, wherever its ImagePath says.  Made files are small PE files; VERSION stands in them.
"""
import lzma
import os
import re
import shutil
import sys

import hivex

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../fixtures/standin"))
from builder import pe  # noqa: E402

DRIVER_TYPES = 11  # SERVICE_DRIVER of winnt.h
# Drivers of other makers that stand in the registries as filters: whose the file would be.
MAKERS = {"mfehidk": "McAfee, Inc.", "vboxmouse": "Oracle Corporation", "stdcfltn": "ST Microelectronics"}


def unpack(folder, config):
    for name in sorted(os.listdir(folder)):
        plain = name[:-3] if name.endswith(".xz") else name
        if not re.fullmatch(r"(SYSTEM|SOFTWARE)(\.LOG[12]?)?", plain):
            continue
        source = os.path.join(folder, name)
        with lzma.open(source) if name.endswith(".xz") else open(source, "rb") as packed:
            with open(os.path.join(config, plain), "wb") as out:
                shutil.copyfileobj(packed, out)


def drivers(system):
    """(service, path below the system root) of each driver, as the registry that was not brought up to date has them."""
    hive = hivex.Hivex(system)
    key = hive.root()
    for step in ("ControlSet001", "Services"):
        key = hive.node_get_child(key, step)
    for service in hive.node_children(key):
        values = {hive.value_key(v).lower(): hive.value_value(v)[1] for v in hive.node_values(service)}
        if not int.from_bytes(values.get("type", b""), "little") & DRIVER_TYPES:
            continue
        name = hive.node_name(service)
        path = values.get("imagepath", b"").decode("utf-16-le", "replace").rstrip("\0")
        path = re.sub(r"^(\\SystemRoot\\|\\\?\?\\C:\\WINDOWS\\)", "", path, flags=re.I) or "System32\\drivers\\%s.sys" % name
        yield name, path.replace("\\", "/")


class Tree:
    """The system root; names are found whatever their case is, as Windows finds them."""

    def __init__(self, top, arch, version):
        self.top, self.arch, self.version = top, arch, tuple(int(n) for n in version.split("."))
        self.names = {}

    def put(self, path, name, kind="driver", company="Microsoft Corporation"):
        steps, at = path.split("/"), self.top
        for i, step in enumerate(steps):
            at = os.path.join(at, self.names.setdefault((at, step.lower()), step))
            if i + 1 < len(steps):
                os.makedirs(at, exist_ok=True)
        if not os.path.exists(at):
            with open(at, "wb") as out:
                out.write(pe.make(self.arch, name, "made for a test", self.version, kind=kind, company=company))


def main(folder, out, root, arch, version, hal, kernel):
    top = os.path.join(out, root)
    config = os.path.join(top, "System32", "config")
    os.makedirs(config)
    unpack(folder, config)
    tree = Tree(top, arch, version)
    tree.put("System32/cmd.exe", "Cmd.Exe", "exe")
    tree.put("System32/kernel32.dll", "kernel32", "dll")
    tree.put("System32/hal.dll", hal, "dll")
    tree.put("System32/ntoskrnl.exe", kernel, "exe")
    for name, path in drivers(os.path.join(config, "SYSTEM")):
        tree.put(path, os.path.basename(path), company=MAKERS.get(name.lower(), "Microsoft Corporation"))


main(*sys.argv[1:])
