#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The multiprocessor HAL and kernels of a service pack, beside a uniprocessor Windows: hal_cabinet.py TREE ROOT ARCH VERSION.

ROOT/Driver Cache/i386/sp1.cab, made by gcab, holds them; ROOT/System32/ntkrnlpa.exe is the kernel with PAE of the set that is
installed.  All files are MADE: small programs with the name and version of theirs.
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../fixtures/standin"))
sys.dont_write_bytecode = True
from builder import pe  # noqa: E402

NAMES = ("halmacpi.dll", "ntkrnlmp.exe", "ntkrpamp.exe")


def main(tree, root, arch, version):
    version = tuple(int(n) for n in version.split("."))

    def program(path, name):
        with open(path, "wb") as out:
            out.write(pe.make(arch, name, "made for a test", version, kind=name[-3:]))

    cache = os.path.join(tree, root, "Driver Cache", "i386")
    os.makedirs(cache)
    program(os.path.join(tree, root, "System32", "ntkrnlpa.exe"), "ntkrnlpa.exe")
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            program(os.path.join(folder, name), name)
        subprocess.run(["gcab", "-c", "-z", "-n", os.path.abspath(os.path.join(cache, "sp1.cab")), *NAMES], cwd=folder, check=True)


main(*sys.argv[1:])
