#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the wizard takes to answer a key on a serial line: Down and Up in turn, median and best in milliseconds.

Usage: key-times.py SOCKET, of a console that shows a list and is connected to nobody else.
"""

import select
import socket
import statistics
import sys
import time

DOWN, UP = b"\x1b[B", b"\x1b[A"
KEYS = 12
DEADLINE = 10.0


def quiet(line):
    """Until nothing has come for a while: an answer is over, and no clock has ticked in between."""
    while select.select([line], [], [], 0.2)[0]:
        line.recv(65536)


def milliseconds(line, key):
    begin = time.monotonic()
    line.sendall(key)
    if not select.select([line], [], [], DEADLINE)[0]:
        sys.exit(f"no answer to a key within {DEADLINE} s")
    took = (time.monotonic() - begin) * 1000
    quiet(line)
    return took


def main():
    line = socket.socket(socket.AF_UNIX)
    line.connect(sys.argv[1])
    quiet(line)
    took = [milliseconds(line, UP if i % 2 else DOWN) for i in range(KEYS)]
    print(f"{statistics.median(took):.1f} {min(took):.1f}")


main()
