#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may include whom: folders of ours, and the libraries of others.

Compares each #include with the `uses` of the folder's module.mk, `uses` with what is included, and both with the order of
layers in the design: stages never include each other, the wizard never a stage or a subject, plan and rules do no I/O,
each foreign library has one wrapper.
"""

import os
import re
import sys

from tree import Report, files, text

BASE = {"restore/base"}
MODEL = BASE | {"restore/model"}
SUBJECTS = {"restore/" + name for name in "catalog source net disk volume hive windows boot fixup rules".split()}
STAGES = {"restore/" + name for name in "probe capture survey plan apply report".split()}
TUI = {"tui/model", "tui/canvas", "tui/screens", "tui/term"}

ALLOWED = {"restore/base": set(), "restore/model": BASE, "restore/cmd": STAGES | SUBJECTS | MODEL}
ALLOWED.update({name: SUBJECTS | MODEL for name in SUBJECTS | STAGES})
ALLOWED.update({
    "tui/model": MODEL,
    "tui/canvas": MODEL,
    "tui/screens": MODEL | {"tui/model", "tui/canvas"},
    "tui/term": MODEL | {"tui/model", "tui/canvas"},
    "tui/cmd": MODEL | TUI,
})

# Foreign header, and the only files that may include it.
WRAPPERS = [
    (r"ntfs-3g/", r"restore/volume/"),
    (r"hivex\.h", r"restore/hive/"),
    (r"curl/", r"restore/net/"),
    (r"zstd.*\.h", r"restore/source/zstd\w*\.c"),
    (r"libfdisk/|blkid/|uuid/", r"restore/disk/"),
    (r"jansson\.h", r"restore/model/"),
    (r"openssl/", r"restore/base/"),
    (r"n?curses\w*\.h|term\.h|panel\.h", r"tui/term/"),
    (r"libvhdi.*\.h", r"restore/source/"),
    (r"mspack\.h", r"restore/fixup/"),
    (r"efivar/", r"restore/boot/"),
]
SYSTEM = re.compile(
    r"(assert|ctype|errno|fcntl|float|getopt|glob|inttypes|iconv|langinfo|limits|locale|math|poll|pthread|pty|semaphore|"
    r"setjmp|signal|spawn|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|termios|"
    r"time|uchar|unistd|wchar|wctype|dirent|endian|byteswap|netdb|ifaddrs|regex|fnmatch|sched|syslog|utmp|"
    r"(sys|linux|netinet|net|arpa|asm|scsi|mtd)/[\w/.-]+)\.?h?$")
# Headers that do I/O, which a pure folder may not include.
IMPURE = re.compile(r"fcntl\.h|unistd\.h|dirent\.h|poll\.h|netdb\.h|spawn\.h|sys/(?!types|param).*|linux/.*|net.*/.*|arpa/.*|"
                    r"restore/base/(io|file)\.h")
PURE = {"restore/plan", "restore/rules", "tui/model", "tui/canvas", "tui/screens"}


def modules():
    """Folder → set of folders it uses, from the module.mk files."""
    found = {}
    for path in files("restore", "tui", ends=("module.mk",)):
        for folder, uses in re.findall(r"\$\(call module,([^,)]+),([^,)]*)", text(path)):
            found[folder.strip()] = set(uses.split())
    return found


def check_foreign(report, path, number, header):
    for pattern, owner in WRAPPERS:
        if re.fullmatch(rf"({pattern}).*", header):
            if not re.match(owner, path):
                report.add(path, number, f"<{header}> belongs to {owner} alone")
            return
    if not SYSTEM.match(header):
        report.add(path, number, f"<{header}> is of no library that scripts/check/deps.py knows")


def check_own(report, path, number, header, uses):
    folder, target = os.path.dirname(path), os.path.dirname(header)
    if not target.startswith(("restore/", "tui/")):
        report.add(path, number, f'"{header}": write the path from the top of the tree')
    elif target == folder:
        return
    elif header.endswith("_priv.h"):
        report.add(path, number, f"{header} is private to {target}")
    elif target not in ALLOWED.get(folder, set()):
        report.add(path, number, f"{folder} may not include {target}")
    elif target not in uses:
        report.add(path, number, f"{folder} includes {target}, which its module.mk does not list")


def main():
    report = Report("check-deps")
    declared, included = modules(), {}
    sources = files("restore", "tui", ends=(".c", ".h"))
    for path in sources:
        folder = os.path.dirname(path)
        if folder not in ALLOWED:
            report.add(path, 0, f"{folder} is no folder of the design (scripts/check/deps.py lists them)")
            continue
        for number, line in enumerate(text(path).splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
            if not match:
                continue
            kind, header = match.groups()
            if folder in PURE and IMPURE.fullmatch(header):
                report.add(path, number, f"{folder} is pure, and {header} does I/O")
            if kind == "<":
                check_foreign(report, path, number, header)
            else:
                included.setdefault(folder, set()).add(os.path.dirname(header))
                check_own(report, path, number, header, declared.get(folder, set()))
    for folder, uses in sorted(declared.items()):
        for target in sorted(uses - included.get(folder, set())):
            report.add(f"{folder}/module.mk", 0, f"lists {target}, which no source of the folder includes")
        for target in sorted(uses - ALLOWED.get(folder, set())):
            report.add(f"{folder}/module.mk", 0, f"{folder} may not use {target}")
    return report.end(len(sources))


if __name__ == "__main__":
    sys.exit(main())
