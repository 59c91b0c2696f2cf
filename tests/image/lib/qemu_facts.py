#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of a QEMU machine with one disk: qemu_facts.py CONTROLLER bios|uefi [--beside TABLE_ID].

As `halcyon probe` finds them there.  --beside: another disk, with this identity, is attached too.
"""
import argparse
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
# QEMU's controllers as Linux shows them: vendor, device, subsystem, revision, class; the bus that facts name.
CONTROLLERS = {
    "ide": ("8086", "7010", "11001AF4", "00", "010180", "ata"),
    "ahci": ("8086", "2922", "11001AF4", "02", "010601", "ata"),
    "nvme": ("1B36", "0010", "11001AF4", "02", "010802", "nvme"),
    "virtio": ("1AF4", "1001", "00021AF4", "00", "010000", "virtio"),
    "lsi-sas": ("1000", "0054", "80001000", "01", "010000", "scsi"),
    "megasas": ("1000", "0060", "10131000", "00", "010400", "scsi"),
}


def function(address, parts):
    ven, dev, subsys, rev, cc = parts
    device = f"PCI\\VEN_{ven}&DEV_{dev}"
    return {"address": address, "parent": None, "class": cc, "driver": None,
            "hardware_ids": [f"{device}&SUBSYS_{subsys}&REV_{rev}", f"{device}&SUBSYS_{subsys}", f"{device}&REV_{rev}", device,
                             f"{device}&CC_{cc}", f"{device}&CC_{cc[:4]}"],
            "compatible_ids": [f"PCI\\VEN_{ven}&CC_{cc}", f"PCI\\VEN_{ven}&CC_{cc[:4]}", f"PCI\\VEN_{ven}", f"PCI\\CC_{cc}",
                               f"PCI\\CC_{cc[:4]}"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("controller", choices=sorted(CONTROLLERS))
    parser.add_argument("firmware", choices=("bios", "uefi"))
    parser.add_argument("--beside")
    args = parser.parse_args()
    with open(os.path.join(HERE, "../../fixtures/machines/uefi-mp.json"), encoding="utf-8") as file:
        facts = json.load(file)
    *parts, bus = CONTROLLERS[args.controller]
    facts["firmware"].update(type=args.firmware, secure_boot="no")
    facts["machine"].update(vendor="QEMU", product="Standard PC", serial=None, uuid=None)
    facts["pci"] = [function("0000:00:00.0", ("8086", "29C0", "11001AF4", "00", "060000")),
                    function("0000:00:04.0", parts)]
    disk = facts["disks"][0]
    disk.update(path="/dev/vda", bus=bus, controller="0000:00:04.0", serial="STANDIN0001")
    facts["disks"] = [disk]
    facts["network"] = []
    if args.beside:
        facts["disks"].append({**disk, "path": "/dev/vdb", "serial": "OLD0001", "table_id": args.beside})
    print(json.dumps(facts, indent=2))


if __name__ == "__main__":
    main()
