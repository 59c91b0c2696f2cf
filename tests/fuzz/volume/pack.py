#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packs a small NTFS image into an input of this fuzz target: zeros left out, fillings by one byte, $UpCase cut short.

  pack.py IMAGE OUT
"""
import struct
import sys

SECTOR = 512


def shorten_upcase(image):
    """$UpCase needs 127 characters to be accepted; its 128 KiB would be most of an input."""
    cluster = image[13] * SECTOR
    mft = struct.unpack_from("<Q", image, 48)[0] * cluster
    record = mft + 10 * 1024
    at = record + struct.unpack_from("<H", image, record + 20)[0]
    while struct.unpack_from("<I", image, at)[0] != 0x80:
        at += struct.unpack_from("<I", image, at + 4)[0]
    struct.pack_into("<QQ", image, at + 48, 256, 256)
    runs = at + struct.unpack_from("<H", image, at + 32)[0]
    head = image[runs]
    lcn_at = runs + 1 + (head & 15)
    lcn = int.from_bytes(image[lcn_at:lcn_at + (head >> 4)], "little") * cluster
    image[lcn + SECTOR:lcn + 131072] = bytes(131072 - SECTOR)


def stretches(image):
    """(first sector, count, byte that fills it or None), neighbours of one kind together."""
    last = None
    for sector in range(len(image) // SECTOR):
        data = image[sector * SECTOR:(sector + 1) * SECTOR]
        fill = data[0] if data.count(data[0]) == SECTOR else None
        if last and last[2] == fill and last[1] < 65535:
            last[1] += 1
            continue
        if last:
            yield last
        last = [sector, 1, fill]
    yield last


def main():
    image = bytearray(open(sys.argv[1], "rb").read())
    shorten_upcase(image)
    out = bytearray(struct.pack("<H", len(image) // SECTOR))
    for first, count, fill in stretches(image):
        if fill == 0:
            continue
        out += struct.pack("<HHB", first, count, 0 if fill is None else 1)
        out += image[first * SECTOR:(first + count) * SECTOR] if fill is None else bytes([fill])
    open(sys.argv[2], "wb").write(out)


if __name__ == "__main__":
    main()
