#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the corpus of this fuzz target: hives of one or two bins, with logs as Windows would have left them, and worse.

  pack.py FOLDER

The hashes of entries are zero, for the target mends them (mend.h); with KEEP a file keeps what it has.
"""
import os
import struct
import sys

WRITTEN = 0x1D29627F1C8A860
KEEP = 0x8000


def base(primary, secondary, kind, bins, clustering=1):
    block = bytearray(512)
    struct.pack_into("<4sIIQIIIIIII", block, 0, b"regf", primary, secondary, WRITTEN, 1, 5, kind, 1, 32, bins * 4096,
                     clustering)
    total = 0
    for (word,) in struct.iter_unpack("<I", block):
        total ^= word
    struct.pack_into("<I", block, 508, total)
    return bytes(block)


def bin_of(number, text=b"x"):
    """The first bin holds the root key, called by `text`; the others one free cell."""
    head = struct.pack("<4sII20x", b"hbin", number * 4096, 4096)
    if number > 0:
        return head + struct.pack("<I", 4096 - 32) + text * (4096 - 36)
    key = struct.pack("<2sH8xII", b"nk", 0x2C, 0, 0xFFFFFFFF) + struct.pack("<II", 0, 0) + b"\xff" * 8
    key += struct.pack("<IIIIIIIIIHH", 0, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0, 0, 0, 0, 0, len(text), 0) + text
    key = key.ljust((len(key) + 4 + 7) // 8 * 8 - 4, b"\0")
    cell = struct.pack("<i", -len(key) - 4) + key
    return head + cell + struct.pack("<I", 4096 - 32 - len(cell)) + bytes(4096 - 36 - len(cell))


def hive(primary, secondary, bins):
    return (base(primary, secondary, 0, bins).ljust(4096, b"\0") +
            b"".join(bin_of(number) for number in range(bins)))


def entry(sequence, bins, pages, flags=0):
    """pages: (offset, bytes)."""
    refs = b"".join(struct.pack("<II", offset, len(data)) for offset, data in pages)
    body = refs + b"".join(data for _, data in pages)
    size = (40 + len(body) + 511) // 512 * 512
    return (struct.pack("<4sIIIIIQQ", b"HvLE", size, flags, sequence, bins * 4096, len(pages), 0, 0) + body).ljust(
        size, b"\0")


def new_log(sequence, bins, *entries):
    return base(sequence, sequence, 6, bins) + b"".join(entries)


def old_log(sequence, bins, first, data, clustering=1):
    step = 512 * clustering
    bits = bytearray(bins)
    for sector in range(first, first + len(data) // 512):
        bits[sector // 8] |= 1 << sector % 8
    dirt = b"DIRT" + bytes(bits)
    return (base(sequence, sequence, 1, bins, clustering).ljust(step, b"\0") +
            dirt.ljust((len(dirt) + step - 1) // step * step, b"\0") + data)


def pack(*files, keep=()):
    files = [*files, *[b""] * (4 - len(files))]
    lengths = [(len(data) + 511) // 512 | (KEEP if i in keep else 0) for i, data in enumerate(files)]
    padded = [data.ljust((len(data) + 511) // 512 * 512, b"\0") for data in files[:-1]] + [files[-1]]
    return struct.pack("<4H", *lengths) + b"".join(padded)


def corpus():
    one, dirty = new_log(3, 1, entry(3, 1, [(0, bin_of(0, b"new"))])), hive(4, 3, 1)
    second, grown = entry(4, 1, [(0, bin_of(0, b"newer"))]), entry(4, 2, [(4096, bin_of(1))], flags=1)
    old = old_log(4, 1, 0, bin_of(0, b"old"))
    yield "clean-hive", pack(hive(3, 3, 1), b"", one)
    yield "no-log", pack(dirty)
    yield "new-log-of-one-entry", pack(dirty, b"", one)
    yield "new-log-without-a-number", pack(dirty, one)
    yield "new-log-of-two-entries", pack(dirty, b"", one + second)
    yield "entry-of-an-earlier-turn", pack(dirty, b"", one + entry(2, 1, [(0, bin_of(0))]))
    yield "two-logs-take-turns", pack(dirty, b"", new_log(4, 2, grown), one)
    yield "gap-between-two-logs", pack(dirty, b"", one, new_log(6, 1, entry(6, 1, [(0, bin_of(0))])))
    yield "log-of-a-later-time", pack(dirty, b"", new_log(9, 1, entry(9, 1, [(0, bin_of(0))])))
    yield "hive-grows", pack(dirty, b"", one + grown)
    yield "hive-shrinks", pack(hive(4, 3, 2), b"", one)
    yield "hive-grows-by-2-gib", pack(dirty, b"", new_log(3, 1, entry(3, 0x7FFFF, [(0, bin_of(0))])))
    yield "page-beyond-the-hive", pack(dirty, b"", new_log(3, 1, entry(3, 1, [(4096, bin_of(1))])))
    yield "pages-of-a-sector", pack(dirty, b"", new_log(3, 1, entry(3, 1, [(512, b"a" * 512), (2048, b"b" * 1024)])))
    yield "wrong-hash", pack(dirty, b"", one, keep=[2])
    yield "entry-cut-short", pack(dirty, b"", b"", one[:-100])
    yield "old-log-of-one-sector", pack(dirty, old_log(4, 1, 5, b"s" * 512))
    yield "old-log-of-many-sectors", pack(dirty, b"", old)
    yield "old-log-of-sectors-of-4096", pack(dirty, old_log(4, 1, 0, bin_of(0, b"old"), 8))
    yield "old-log-cut-short", pack(dirty, b"", b"", old[:-512])
    yield "old-log-beside-a-new-one", pack(dirty, b"", old, one)
    yield "base-block-damaged-old-log", pack(b"gone" + dirty[4:], b"", old, keep=[0])
    yield "base-block-damaged-new-logs", pack(b"gone" + dirty[4:], b"", one, new_log(4, 1, second), keep=[0])


def main():
    os.makedirs(sys.argv[1], exist_ok=True)
    for name, data in corpus():
        with open(os.path.join(sys.argv[1], name), "wb") as out:
            out.write(data)


if __name__ == "__main__":
    main()
