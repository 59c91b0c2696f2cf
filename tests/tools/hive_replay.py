#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings a registry hive up to date from its transaction logs: a second opinion on what restore/hive does.

Written from the public "Windows registry file format specification" (M. Suhanov), by somebody who has not read the C.

    hive_replay.py PRIMARY [LOG ...] --output OUT    writes the recovered hive; exit 1 and a reason where that is impossible
    hive_replay.py --diff A B                        compares two hives, see essence(); exit 1 where they differ

Files that end in .xz are unpacked.  plan_old() and plan_new() say how what the specification leaves open is settled here.
"""

import argparse
import lzma
import struct
import sys

BASE = 4096  # the base block of a primary file; in a log only its first sector is kept
SECTOR = 512
PRIMARY, OLD_LOGS, NEW_LOGS = 0, (1, 2), (6,)  # base block, offset 28: file type
MARVIN_SEED = 0x82EF4D887A4E55C5
MAX_HIVE = 0x80000000  # cell offsets of the upper half mean volatile storage


class Impossible(Exception):
    """Why this hive can't be recovered."""


def u32(data, offset):
    return struct.unpack_from("<I", data, offset)[0]


def checksum(data):
    total = 0
    for word in struct.unpack_from("<127I", data, 0):
        total ^= word
    return {0: 1, 0xFFFFFFFF: 0xFFFFFFFE}.get(total, total)


def possible(size):
    return 0 < size <= MAX_HIVE - BASE and size % BASE == 0


class Base:
    """The first sector of a primary file or of a log."""

    def __init__(self, data):
        self.valid = len(data) >= SECTOR and data[:4] == b"regf"
        if not self.valid:
            return
        self.first, self.second, self.time = struct.unpack_from("<IIQ", data, 4)
        self.major, _, self.type, self.format, self.root, self.size, self.cluster = struct.unpack_from("<7I", data, 20)
        self.valid = u32(data, 508) == checksum(data) and (self.major, self.format) == (1, 1) and possible(self.size)


def marvin32(data):
    low, high = MARVIN_SEED & 0xFFFFFFFF, MARVIN_SEED >> 32
    whole = len(data) & ~3
    rest = int.from_bytes(data[whole:] + b"\x80", "little")
    for word in (*struct.unpack_from(f"<{whole // 4}I", data, 0), rest, 0):
        low = (low + word) & 0xFFFFFFFF
        high ^= low
        low = (((low << 20 | low >> 12) & 0xFFFFFFFF) + high) & 0xFFFFFFFF
        high = (high << 9 | high >> 23) & 0xFFFFFFFF ^ low
        low = (((low << 27 | low >> 5) & 0xFFFFFFFF) + high) & 0xFFFFFFFF
        high = (high << 19 | high >> 13) & 0xFFFFFFFF
    return high << 32 | low


def entry_at(log, at, expected):
    """The log entry at this offset, as (length, size of the hive, pages), or None where the run of good entries ends."""
    if len(log) - at < 40 or log[at : at + 4] != b"HvLE":
        return None
    length, _flags, sequence, size, count = struct.unpack_from("<5I", log, at + 4)
    if sequence != expected or length < 40 or length % SECTOR or length > len(log) - at:
        return None
    if not possible(size) or count > (length - 40) // 8:
        return None
    body, head = struct.unpack_from("<QQ", log, at + 24)
    if head != marvin32(log[at : at + 32]) or body != marvin32(log[at + 40 : at + length]):
        return None
    pages, data = [], at + 40 + 8 * count
    for offset, held in struct.iter_unpack("<II", log[at + 40 : data]):
        if offset > size or held > size - offset or held > at + length - data:
            return None
        pages.append((offset, log[data : data + held]))
        data += held
    return length, size, pages


def new_entries(log, base):
    """The entries of a log of Windows 8.1 and later: the first bears the sequence number of the log's own base block."""
    found, at = [], SECTOR
    while (entry := entry_at(log, at, base.first + len(found))) is not None:
        found.append((base.first + len(found), *entry[1:]))
        at += entry[0]
    return found


def plan_new(primary, logs):
    """What to write: entries, and the log whose base block serves where the primary's is bad.

    Windows fills one log, then the other, and begins the one it changes to with the next number.  So a log that begins later
    has to begin where the other one's entries end; which is the later one, the numbers say, not the names.
    Entries below the primary's secondary number are in the primary already.  A first entry *above* it is no gap: the primary
    stays marked dirty, under its old numbers, from the first change on, however often what a log holds is written to it.
    Seen in the set of Windows 10 1709: the base block says 1622/1621, the logs hold 2107 to 2130, and the primary's pages are
    byte for byte what entry 2110, the last one of the older log, leaves.
    """
    lowest, entries, end, newest = primary.second if primary.valid else 0, [], None, None
    for base, log in sorted(logs, key=lambda pair: pair[0].first):
        run = new_entries(log, base)
        if base.first < lowest and base.first + len(run) <= lowest:
            continue  # left from before
        if end not in (None, base.first):
            raise Impossible(f"the logs are not consecutive: one ends before {end}, the other begins with {base.first}")
        entries += [entry for entry in run if entry[0] >= lowest]
        end, newest = base.first + len(run), log
    if not entries:
        raise Impossible("no log holds an entry that the primary lacks")
    if primary.valid and end < primary.first:
        raise Impossible(f"the logs end before {end}, a write of the primary up to {primary.first} was begun")
    return entries, newest


def plan_old(primary, logs):
    """The same for logs up to Windows 8: a bitmap of dirty sectors (DIRT), then those sectors, lowest first.

    The log is written whole before the primary's base block gets its primary number and time, so that a log which belongs
    to this interrupted write has the same two.
    """
    if primary.valid:
        logs = [(base, log) for base, log in logs if (base.first, base.time) == (primary.first, primary.time)]
    if not logs:
        raise Impossible("no log belongs to the write that was interrupted: sequence number or time differ")
    base, log = max(logs, key=lambda pair: pair[0].first)
    if log[SECTOR : SECTOR + 4] != b"DIRT" or base.cluster != 1:
        raise Impossible("the log has no dirty vector, or one for larger sectors than are known")
    vector = log[SECTOR + 4 : SECTOR + 4 + base.size // BASE]
    data = -(-(SECTOR + 4 + base.size // BASE) // SECTOR) * SECTOR
    pages = []
    for index in (8 * byte + bit for byte, bits in enumerate(vector) for bit in range(8) if bits >> bit & 1):
        if len(log) - data < SECTOR:
            raise Impossible("the log is cut off within its dirty sectors")
        pages.append((index * SECTOR, log[data : data + SECTOR]))
        data += SECTOR
    if len(vector) < base.size // BASE or not pages:
        raise Impossible("the dirty vector is cut off or empty")
    return [(base.first, base.size, pages)], log


def check_bins(hive, size):
    """What was put together has to be a hive: bins from the first byte to the last, each full of cells, and a root key."""
    at, end = BASE, BASE + size
    while at < end:
        length = u32(hive, at + 8)
        if hive[at : at + 4] != b"hbin" or u32(hive, at + 4) != at - BASE or not length or length % BASE or length > end - at:
            raise Impossible(f"the recovered hive has no bin at {at:#x}")
        cell, at = at + 32, at + length
        while cell < at:
            held = abs(struct.unpack_from("<i", hive, cell)[0])
            if held < 8 or held % 8 or held > at - cell:
                raise Impossible(f"the recovered hive has no cell at {cell:#x}")
            cell += held
    root = u32(hive, 36)
    if root > size - 8 or hive[BASE + root + 4 : BASE + root + 6] != b"nk":
        raise Impossible("the recovered hive has no root key")


def replay(primary, logs):
    """The bytes of the recovered hive, and a line that says what was done."""
    base = Base(primary)
    if base.valid and base.type != PRIMARY:
        raise Impossible("the primary is a log")
    if base.valid and base.first == base.second:
        return primary, f"clean at {base.first}: the logs don't matter"
    good = [(found, log) for log in logs if (found := Base(log)).valid and found.first == found.second]
    new, old = ([pair for pair in good if pair[0].type in types] for types in (NEW_LOGS, OLD_LOGS))
    if not new and not old:
        raise Impossible("no log with a valid base block")
    entries, newest = (plan_new if new else plan_old)(base, new or old)
    hive = bytearray(primary if base.valid else newest[:SECTOR] + primary[SECTOR:])
    for _sequence, size, pages in entries:
        hive.extend(bytes(max(0, BASE + size - len(hive))))
        for offset, page in pages:
            hive[BASE + offset : BASE + offset + len(page)] = page
    last, size, _pages = entries[-1]
    # An entry's number is the one the hive had before it: Windows 10 leaves 6/6 after entry 5.
    struct.pack_into("<II", hive, 4, *[last + 1 if new else last] * 2)
    struct.pack_into("<I", hive, 28, PRIMARY)
    struct.pack_into("<I", hive, 40, size)
    struct.pack_into("<I", hive, 508, checksum(hive))
    check_bins(hive, size)
    return bytes(hive), f"{'new' if new else 'old'} format: {len(entries)} entries, {entries[0][0]} to {last}"


def essence(data):
    """A hive without what two recoveries may leave different.

    Of the base block: version, type, format, root, size and flags stay.  Of each bin's header the reserved bytes, the time
    and the spare field go, which mean something in memory only.  What stands behind the last bin goes too.
    """
    base = Base(data)
    if not base.valid or len(data) < BASE + base.size:
        raise Impossible("not a whole hive with a valid base block")
    bins = bytearray(data[BASE : BASE + base.size])
    for at in range(0, len(bins), BASE):
        if bins[at : at + 4] == b"hbin" and u32(bins, at + 4) == at:
            bins[at + 12 : at + 32] = bytes(20)
    return data[20:44] + data[144:148], bytes(bins)


def diff(first, second):
    """Prints where two hives differ, four bytes a line; the number of lines."""
    (head, bins), (other_head, other_bins) = essence(first), essence(second)
    lines = [f"base block: {head.hex()} and {other_head.hex()}"] * (head != other_head)
    for at in range(0, min(len(bins), len(other_bins)), 4):
        if bins[at : at + 4] != other_bins[at : at + 4]:
            lines.append(f"{BASE + at:#x}: {bins[at : at + 4].hex()} and {other_bins[at : at + 4].hex()}")
    print("\n".join(lines[:50] + [f"... {len(lines)} in all"] * (len(lines) > 50)), end="\n" if lines else "")
    return len(lines)


def content(path):
    with (lzma.open if path.endswith(".xz") else open)(path, "rb") as file:
        return file.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--diff", action="store_true", help="compare two hives")
    parser.add_argument("--output", help="where the recovered hive goes")
    parser.add_argument("files", nargs="+", help="the primary file and its logs, or two hives")
    arguments = parser.parse_args()
    files = [content(path) for path in arguments.files]
    try:
        if arguments.diff:
            return 1 if diff(*files) else 0
        hive, done = replay(files[0], files[1:])
    except Impossible as why:
        print(f"hive_replay: {arguments.files[0]}: {why}", file=sys.stderr)
        return 1
    with open(arguments.output or "/dev/null", "wb") as file:
        file.write(hive)
    print(done)
    return 0


if __name__ == "__main__":
    sys.exit(main())
