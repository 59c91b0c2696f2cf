#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What starts a Windows, added to files around real hives: real_boot.py KIND TREE BOOT ROOT ARCH VERSION [BCD OLD=NEW...].

KIND is ntldr, bios or uefi, or both: started by BIOS, with the copies that 64-bit Windows keeps of what UEFI starts.  Boot managers and loaders are MADE, small programs or bytes that say so; loaders go to TREE/ROOT,
boot managers to BOOT.  The boot store BCD is real; each partition and disk that its device elements name becomes another by
OLD=NEW: a GUID, or of an MBR the offset in bytes and the signature (0x...).

Of the registry, a hive SOFTWARE is MADE where the set has none, and hives that were not shut down cleanly and have no logs are
DECLARED clean: both sequence numbers become the higher one.
"""
import os
import re
import shutil
import struct
import sys
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../fixtures/standin"))
sys.dont_write_bytecode = True
from builder import pe, reg  # noqa: E402

HEAD = struct.pack("<IIII", 6, 0, 0x48, 0)  # of a partition: windows-offline.md section 7
BOOT_INI = ("[boot loader]\r\ntimeout=30\r\ndefault=multi(0)disk(0)rdisk(0)partition(1)\\%s\r\n[operating systems]\r\n"
            'multi(0)disk(0)rdisk(0)partition(1)\\%s="Windows Server 2003" /fastdetect\r\n')


def id_bytes(text):
    """16 bytes: partition or disk GUID; offset; signature."""
    if "-" in text:
        return uuid.UUID(text).bytes_le
    return struct.pack("<QQ", int(text, 0), 0)


def move(store, moves):
    """The store with other ids; each OLD has to be met."""
    out, met = bytearray(store), set()
    for found in re.finditer(re.escape(HEAD), store):
        for at in (found.start() + 0x10, found.start() + 0x28):
            old = store[at:at + 16]
            if old in moves:
                out[at:at + 16] = moves[old]
                met.add(old)
    if met != set(moves):
        raise SystemExit("real_boot.py: the boot store names no %s" % ", ".join(o.hex() for o in set(moves) - met))
    return bytes(out)


PROTOCOLS = ["ncacn_http", "ncacn_ip_tcp", "ncacn_np", "ncadg_ip_udp"]


def put(top, path, data):
    at = top
    for step in path.split("/"):
        os.makedirs(at, exist_ok=True)
        at = os.path.join(at, next((name for name in os.listdir(at) if name.lower() == step.lower()), step))
    with open(at, "wb") as out:
        out.write(data)


def declare_clean(path):
    with open(path, "r+b") as hive:
        base = bytearray(hive.read(512))
        first, second = struct.unpack_from("<II", base, 4)
        if first == second:
            return
        struct.pack_into("<II", base, 4, max(first, second), max(first, second))
        struct.pack_into("<I", base, 0x1FC, reg.checksum(base))
        hive.seek(0)
        hive.write(base)


def registry(config, root, version):
    if not os.path.exists(config + "/SOFTWARE"):
        text = ('[\\Microsoft\\Windows NT\\CurrentVersion]\n"ProductName"="Windows of a test"\n"CurrentVersion"="%d.%d"\n'
                '"CurrentBuildNumber"="%d"\n"SystemRoot"="C:\\\\%s"\n' % (*version[:3], root))
        # What RPC has in every Windows of that generation.
        names = PROTOCOLS + (["ncacn_nb_tcp"] if version < (6,) else [])
        text += "[\\Microsoft\\Rpc\\ClientProtocols]\n" + "".join('"%s"="rpcrt4.dll"\n' % name for name in names)
        reg.build(config + "/SOFTWARE", "SOFTWARE", "CMI-CreateHive{00000000-0000-0000-0000-000000000000}", [text], {})
        os.unlink(config + "/SOFTWARE.reg")
    for name in ("SYSTEM", "SOFTWARE"):
        if not os.path.exists("%s/%s.LOG1" % (config, name)):
            declare_clean(config + "/" + name)


def copies(tree, root, program):
    program(tree, root + "/System32/winload.efi", "efi")
    program(tree, root + "/System32/winresume.efi", "efi")
    for name in ("bootmgfw.efi", "bootmgr.efi", "memtest.efi"):
        program(tree, root + "/Boot/EFI/" + name, "efi")
    for path in ("EFI/de-DE/bootmgfw.efi.mui", "Fonts/segoe_slboot.ttf", "Fonts/wgl4_boot.ttf", "Resources/bootres.dll"):
        put(tree, "%s/Boot/%s" % (root, path), ("made for a test: %s\r\n" % path).encode() * 500)


def main(kind, tree, boot, root, arch, version, store=None, *moves):
    version = tuple(int(n) for n in version.split("."))
    registry(os.path.join(tree, root, "System32/config"), root, version)

    def program(top, path, what):
        put(top, path, pe.make(arch, os.path.basename(path), "made for a test", version, kind=what))

    if kind == "ntldr":
        put(boot, "ntldr", b"made for a test, no ntldr\r\n" * 100)
        put(boot, "ntdetect.com", b"made for a test, no ntdetect.com\r\n" * 100)
        put(boot, "boot.ini", (BOOT_INI % (root, root)).encode())
        return
    with open(store, "rb") as file:
        data = move(file.read(), {id_bytes(old): id_bytes(new) for old, new in (m.split("=") for m in moves)})
    if kind in ("bios", "both"):
        program(tree, root + "/System32/winload.exe", "exe")
        put(boot, "bootmgr", b"made for a test, no bootmgr\r\n" * 1000)
        put(boot, "Boot/BCD", data)
        if kind == "both":
            copies(tree, root, program)
    else:
        program(tree, root + "/System32/winload.efi", "efi")
        program(boot, "EFI/Microsoft/Boot/bootmgfw.efi", "efi")
        os.makedirs(os.path.join(boot, "EFI/BOOT"), exist_ok=True)
        shutil.copy(os.path.join(boot, "EFI/Microsoft/Boot/bootmgfw.efi"), os.path.join(boot, "EFI/BOOT/BOOTX64.EFI"))
        put(boot, "EFI/Microsoft/Boot/BCD", data)


main(*sys.argv[1:])
