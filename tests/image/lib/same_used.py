#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two disk images hold the same bytes, free clusters of NTFS apart: same_used.py A B.

Both have the same volumes; a cluster is free when A's $Bitmap says so, read with the stand-in oracle's own reader.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../fixtures/standin/oracle"))
sys.dont_write_bytecode = True
import machine  # noqa: E402
import ntfs  # noqa: E402
import table  # noqa: E402

STEP = 512


def free_test(disk):
    """A function: does the byte at this offset belong to a free cluster?"""
    volumes = []
    for entry in table.Table(disk.pread, disk.size).entries:
        try:
            volume = ntfs.Ntfs(disk.pread, entry.offset, entry.size)
            volume.load()
        except ntfs.NtfsError:
            continue
        bits = b"".join(volume.chunks(volume.records[6].attr(0x80)))
        volumes.append((entry.offset, volume.clusters, volume.cluster, bits))

    def is_free(at):
        for start, count, size, bits in volumes:
            number = (at - start) // size
            if at >= start and number < count:
                return not bits[number // 8] >> number % 8 & 1
        return False
    return is_free


def data_ranges(paths, size):
    """Where either file has data, in MiB."""
    steps = set()
    for path in paths:
        with open(path, "rb") as file:
            at = 0
            while at < size:
                try:
                    at = os.lseek(file.fileno(), at, os.SEEK_DATA)
                except OSError:
                    break
                end = os.lseek(file.fileno(), at, os.SEEK_HOLE)
                steps.update(range(at >> 20, (end + (1 << 20) - 1) >> 20))
                at = end
    return sorted(steps)


def main(a, b):
    disks = [machine.image(path, "ahci", "") for path in (a, b)]
    if disks[0].size != disks[1].size:
        raise SystemExit("%s and %s differ in size" % (a, b))
    is_free, differ, free = free_test(disks[0]), [], 0
    for step in data_ranges((a, b), disks[0].size):
        parts = [disk.pread(1 << 20, step << 20) for disk in disks]
        if parts[0] == parts[1]:
            continue
        for at in range(0, len(parts[0]), STEP):
            if parts[0][at:at + STEP] != parts[1][at:at + STEP]:
                if is_free((step << 20) + at):
                    free += 1
                else:
                    differ.append((step << 20) + at)
    print("%d sectors differ in free clusters, %d elsewhere: %s" % (free, len(differ), differ[:8]))
    return bool(differ)


sys.exit(main(*sys.argv[1:]))
