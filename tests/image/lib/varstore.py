#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of an OVMF store as efivarfs shows them, and its certificates as files.

Usage: varstore.py VARS.fd EFIVARS-FOLDER CERTIFICATES-FOLDER
Certificates are STORE-NUMBER.der; digests that dbx forbids go to CERTIFICATES-FOLDER/revoked, one a line.
Source: EDK2's MdeModulePkg/Include/Guid/VariableFormat.h (authenticated variables); UEFI 2.10 section 32.4.1.
"""

import struct
import sys
import uuid

STORE = uuid.UUID("aaf32c78-947b-439a-a180-2e144ec37792").bytes_le
X509 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072").bytes_le
SHA256 = uuid.UUID("c1c41626-504c-4092-aca9-41f936934328").bytes_le
ADDED = 0x3f


def variables(data):
    at = data.index(STORE)
    at += 28
    while data[at:at + 2] == b"\xaa\x55":
        state, attributes = data[at + 2], struct.unpack_from("<I", data, at + 4)[0]
        name_size, size = struct.unpack_from("<II", data, at + 36)
        vendor = uuid.UUID(bytes_le=data[at + 44:at + 60])
        value = at + 60 + name_size
        if state == ADDED:
            yield data[at + 60:value - 2].decode("utf-16-le"), str(vendor), attributes, data[value:value + size]
        at = (value + size + 3) & ~3


def signatures(data):
    while data:
        kind, (size, header, each) = data[:16], struct.unpack_from("<III", data, 16)
        for at in range(28 + header, size, each):
            yield kind, data[at + 16:at + each]
        data = data[size:]


def main():
    store, efivars, certificates = sys.argv[1:]
    with open(store, "rb") as file:
        data = file.read()
    with open(f"{certificates}/revoked", "w", encoding="ascii") as revoked:
        for name, vendor, attributes, value in variables(data):
            with open(f"{efivars}/{name}-{vendor}", "wb") as file:
                file.write(struct.pack("<I", attributes) + value)
            if name not in ("PK", "KEK", "db", "dbx"):
                continue
            for number, (kind, content) in enumerate(signatures(value)):
                if kind == X509:
                    with open(f"{certificates}/{name}-{number}.der", "wb") as file:
                        file.write(content)
                elif kind == SHA256 and name == "dbx":
                    revoked.write(content.hex() + "\n")


main()
