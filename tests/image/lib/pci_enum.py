#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A recorded machine of the PCI functions that a Windows saw, and the ids that it gave them.

Usage: pci_enum.py SYSTEM-HIVE FOLDER
Writes FOLDER/sys/bus/pci/devices/ (only the numbers: vendor, device, subsystem, revision, class) and FOLDER/expected.json:
hardware and compatible ids as they stand in Enum\\PCI, without those that Windows adds for PCI Express (DT_).
"""

import json
import os
import re
import sys

import hivex


def strings(h, node, name):
    value = h.node_get_value(node, name)
    return [text for text in h.value_multiple_strings(value) if text] if value else []


def devices(h):
    """(hardware ids, compatible ids) of every instance below ControlSet00n\\Enum\\PCI."""
    select = h.node_get_child(h.root(), "Select")
    number = h.value_dword(h.node_get_value(select, "Current"))
    node = h.root()
    for part in (f"ControlSet{number:03d}", "Enum", "PCI"):
        node = h.node_get_child(node, part)
    for device in h.node_children(node):
        for instance in h.node_children(device):
            names = {h.value_key(v) for v in h.node_values(instance)}
            if {"HardwareID", "CompatibleIDs"} <= names:
                yield strings(h, instance, "HardwareID"), strings(h, instance, "CompatibleIDs")


def main():
    hive, folder = sys.argv[1:]
    expected = []
    for number, (hardware, compatible) in enumerate(devices(hivex.Hivex(hive))):
        vendor, device, subsystem, subvendor, revision = re.match(
            r"PCI\\VEN_(....)&DEV_(....)&SUBSYS_(....)(....)&REV_(..)$", hardware[0]).groups()
        kind = next(re.search("CC_([0-9A-F]{6})", i) for i in compatible if re.search("CC_[0-9A-F]{6}", i)).group(1)
        address = f"0000:{number // 8:02x}:{number % 8:02x}.0"
        path = f"{folder}/sys/bus/pci/devices/{address}"
        os.makedirs(path)
        for name, value in (("vendor", vendor), ("device", device), ("subsystem_vendor", subvendor),
                            ("subsystem_device", subsystem), ("revision", revision), ("class", kind)):
            with open(f"{path}/{name}", "w", encoding="ascii") as file:
                file.write(f"0x{value.lower()}\n")
        expected.append({"address": address, "hardware_ids": hardware,
                         "compatible_ids": [i for i in compatible if "&DT_" not in i]})
    with open(f"{folder}/expected.json", "w", encoding="utf-8") as file:
        json.dump(expected, file)
    print(len(expected))


main()
