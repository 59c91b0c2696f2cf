#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples of files as the Windows Overlay Filter compresses them, made by libwim.

Usage:    wof_sample.py FOLDER
Makes:    NAME.plain and NAME.wof, the stream WofCompressedData of it; `list` has "ALGORITHM NAME" for each.
          NAME.in and NAME.out: single chunks of LZX that libwim's compressor would not make, and what its decompressor
          makes of them; `hand` has their names.  crossing.in: 21 bytes of which libwim's decompressor makes nothing.
Needs:    libwim.so.15; exit status 77 without it.
"""

import ctypes
import glob
import os
import random
import struct
import sys

XPRESS, LZX = 1, 2  # enum wimlib_compression_type
ALGORITHMS = [(0, "xpress4k", XPRESS, 4096), (1, "lzx", LZX, 32768), (2, "xpress8k", XPRESS, 8192), (3, "xpress16k", XPRESS, 16384)]
BIG = (1 << 20) + 7


def load():
    try:
        wim = ctypes.CDLL("libwim.so.15")
    except OSError as error:
        print(f"wof_sample.py: {error}", file=sys.stderr)
        sys.exit(77)
    wim.wimlib_compress.restype = ctypes.c_size_t
    return wim


class Compressor:
    def __init__(self, wim, kind, chunk, level):
        self.wim, self.chunk, self.handle = wim, chunk, ctypes.c_void_p()
        if wim.wimlib_create_compressor(kind, ctypes.c_size_t(chunk), level, ctypes.byref(self.handle)) != 0:
            sys.exit("wof_sample.py: libwim makes no compressor")
        self.room = ctypes.create_string_buffer(chunk)

    def pack(self, plain):
        """A chunk; as it is when that is shorter."""
        size = self.wim.wimlib_compress(plain, ctypes.c_size_t(len(plain)), self.room, ctypes.c_size_t(len(plain) - 1), self.handle)
        return self.room.raw[:size] if size else plain

    def stream(self, plain):
        chunks = [self.pack(plain[at:at + self.chunk]) for at in range(0, len(plain), self.chunk)]
        table, at = b"", 0
        for chunk in chunks[:-1]:
            at += len(chunk)
            table += struct.pack("<I", at)
        return table + b"".join(chunks)


def decompressor(wim):
    """A function of a chunk of LZX and its size: what it is unpacked, or None."""
    handle = ctypes.c_void_p()
    wim.wimlib_create_decompressor(LZX, ctypes.c_size_t(32768), ctypes.byref(handle))

    def unpack(data, size):
        room = ctypes.create_string_buffer(size)
        status = wim.wimlib_decompress(data, ctypes.c_size_t(len(data)), room, ctypes.c_size_t(size), handle)
        return room.raw if status == 0 else None

    return unpack


def read_files(names, size):
    data = b""
    for name in names:
        if len(data) < size:
            with open(name, "rb") as file:
                data += file.read(size)
    return data[:size]


def programs():
    """What this process consists of, the largest first: python3 itself, or the C library."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        names = {line.split()[-1] for line in maps if line.split()[-1].startswith("/")}
    return sorted((name for name in names if ".so" in name or "bin" in name), key=os.path.getsize, reverse=True)


def calls(size, chance):
    """x86 calls with targets at each border of what LZX translates, and at the end of chunks."""
    data = bytearray()
    while len(data) < size:
        at = len(data) % 32768
        target = chance.choice([0, 1, -1, -at, -at - 1, -at + 1, 12000000, 11999999, 12000000 - at, 11999999 - at, 0x7fffffff, -(1 << 31)])
        data += b"\xe8" + struct.pack("<i", target) + b"\x90" * chance.randrange(4)
    return bytes(data[:size])


def contents(chunk, chance):
    text = read_files(sorted(glob.glob(os.path.join(os.path.dirname(os.__file__), "*.py"))), BIG)
    for name, size in ("1", 1), ("less", chunk - 1), ("chunk", chunk), ("more", chunk + 1):
        yield "text-" + name, text[:size]
    noise = chance.randbytes(BIG)
    yield "text", text
    yield "program", read_files(programs(), BIG)
    yield "noise", noise
    yield "zeros", bytes(BIG)
    yield "calls", calls(BIG, chance)
    yield "mixed", b"".join((text, noise)[at // 5000 % 2][at:at + 5000] for at in range(0, BIG, 5000))


class Bits:
    """Bits into words of 16, each from its highest bit down."""

    def __init__(self):
        self.bits = ""

    def put(self, value, count):
        self.bits += format(value, f"0{count}b")

    def words(self, uncompressed):
        """What is open is filled; before an uncompressed block a whole word is, when nothing is open."""
        left = -len(self.bits) % 16
        self.bits += "0" * (left or (16 if uncompressed else 0))
        data = b"".join(struct.pack("<H", int(self.bits[at:at + 16], 2)) for at in range(0, len(self.bits), 16))
        self.bits = ""
        return data


def put_head(bits, kind, size):
    bits.put(kind, 3)
    bits.put(0, 1)
    bits.put(size, 16)


def put_pretree(bits, symbols):
    """Codes of 2 bits for four symbols."""
    for symbol in range(20):
        bits.put(2 if symbol in symbols else 0, 4)
    return {symbol: index for index, symbol in enumerate(sorted(symbols))}


def put_trees(bits, delta):
    """Literals 0 to 126 and the match of slot 2 and length 2, all of 7 bits; no length tree.  `delta`: 10 makes that out of
    nothing (0 - 7, counted round 17), 0 leaves what was there.
    """
    for symbols in range(256), range(256, 496), range(249):
        code = put_pretree(bits, {0, 10, 11, 18})
        for symbol in symbols:
            used = len(symbols) != 249 and (symbol < 127 or symbol == 272)
            bits.put(code[delta if used else 0], 2)


def hand_made(literals, raw, last=6):
    """A verbatim block, an uncompressed one at each alignment, a verbatim one that repeats from its R2; `last`: the size that
    this one states, 6 being true.
    """
    bits, data = Bits(), b""
    put_head(bits, 1, literals)
    put_trees(bits, 10)
    for at in range(literals):
        bits.put(at * 5 % 127, 7)
    put_head(bits, 3, raw)
    data += bits.words(True) + struct.pack("<III", 1, 2, 3) + bytes(range(65, 65 + raw)) + bytes(raw % 2)
    put_head(bits, 1, last)
    put_trees(bits, 0)
    for symbol in 100, 127, 101, 127:
        bits.put(symbol, 7)
    return data + bits.words(False), literals + raw + 6


def write(folder, name, data):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


def main():
    folder, wim, chance, names, hand = sys.argv[1], load(), random.Random(20), [], []
    for algorithm, name, kind, chunk in ALGORITHMS:
        compressor = Compressor(wim, kind, chunk, 50)
        for content, plain in contents(chunk, chance):
            write(folder, f"{name}-{content}.plain", plain)
            write(folder, f"{name}-{content}.wof", compressor.stream(plain))
            names.append(f"{algorithm} {name}-{content}\n")
    unpack = decompressor(wim)
    for literals in range(1, 17):
        for raw in 7, 8:
            data, size = hand_made(literals, raw)
            plain = unpack(data, size)
            if plain is None:
                sys.exit("wof_sample.py: libwim cannot read what was made by hand")
            write(folder, f"hand-{literals}-{raw}.in", data)
            write(folder, f"hand-{literals}-{raw}.out", plain)
            hand.append(f"hand-{literals}-{raw}\n")
    data, size = hand_made(8, 7, last=5)
    if unpack(data, size) is not None:
        sys.exit("wof_sample.py: libwim reads a match that leaves its block")
    write(folder, "crossing.in", data)
    write(folder, "list", "".join(names).encode())
    write(folder, "hand", "".join(hand).encode())


main()
