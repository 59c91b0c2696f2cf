#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads driver INF files into tables: what each hardware id would get, for the tests of the INF parser.

Written from Microsoft's pages on INF files ("General Syntax Rules for INF Files", "INF Manufacturer Section", "INF Models
Section", "INF DDInstall Section", "INF DDInstall.Services Section", "INF CopyFiles Directive"), by somebody who has not
read the parser in C.  tests/fixtures/inf/README.md says what the columns mean.

    inf_table.py INF                  prints the table of one file
    inf_table.py --write DIR TABLES   writes TABLES/x.inf.tsv for each DIR/x.inf and DIR/x.inx, folders within too
    inf_table.py --check DIR TABLES   makes them anew and compares; exit 1 where a table differs or has no INF in DIR
"""

import argparse
import hashlib
import os
import re
import sys

# The machines that a table answers for: architecture, version, build, product type (1 workstation, 3 server).
SYSTEMS = [
    ("x86", 5, 0, 2195, 1),
    ("x86", 5, 1, 2600, 1),
    ("x86", 5, 2, 3790, 3),
    ("x86", 6, 0, 6002, 1),
    ("x86", 6, 1, 7601, 1),
    ("x86", 10, 0, 19045, 1),
    ("amd64", 5, 2, 3790, 3),
    ("amd64", 6, 0, 6002, 3),
    ("amd64", 6, 1, 7601, 3),
    ("amd64", 6, 2, 9200, 3),
    ("amd64", 6, 3, 9600, 3),
    ("amd64", 10, 0, 14393, 3),
    ("amd64", 10, 0, 17763, 3),
    ("amd64", 10, 0, 22631, 1),
    ("amd64", 10, 0, 26100, 3),
    ("arm64", 10, 0, 22631, 1),
]
COLUMNS = ["id", "match", "arch", "target", "models", "install", "services", "files", "needs", "feature-score", "systems"]
TARGET = re.compile(r"nt(x86|ia64|amd64|arm64|arm)?((?:\.[0-9a-fx]*)*)", re.I)
HEADER = re.compile(r"[ \t]*\[([^\]\n]*)\][^\n]*(\n|$)")
REST_OF_LINE = re.compile(r"[^\n]*")
NEXT_LINE = re.compile(r"[ \t]*(;[^\n]*)?\n")


def decode(data):
    """INF files are UTF-16 with a mark, or in the code page of their author; what a table holds of those is ASCII."""
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    return data.decode("latin-1")


class Line:
    """One entry while it is read: fields that end at ',' or at the first '='; quotes and spaces outside of quotes are gone."""

    def __init__(self):
        self.key = None
        self.fields = [""]
        self.kept = 0  # what stood in quotes, up to here, keeps its spaces

    def add(self, char):
        if char in " \t" and not self.fields[-1]:
            return
        self.fields[-1] += char

    def quoted(self, char):
        self.fields[-1] += char
        self.kept = len(self.fields[-1])

    def end_field(self):
        last = self.fields[-1]
        self.fields[-1] = last[: self.kept] + last[self.kept :].rstrip()
        self.kept = 0

    def end_key(self):
        self.end_field()
        self.key = self.fields[0]
        self.fields = [""]

    def end(self):
        self.end_field()
        return None if self.key is None and self.fields == [""] else (self.key, self.fields)


def next_entry(text, at):
    """Reads one entry, over as many lines as a backslash at their end joins; the entry or None, and where the next begins."""
    line, quotes = Line(), False
    while at < len(text) and text[at] != "\n":
        char = text[at]
        at += 1
        if quotes and text.startswith('""', at - 1):
            line.quoted('"')
            at += 1
        elif char == '"':
            quotes = not quotes
        elif quotes:
            line.quoted(char)
        elif char == ";":
            at = REST_OF_LINE.match(text, at).end()
        elif char == "\\" and (joined := NEXT_LINE.match(text, at)):
            at = joined.end()
        elif char == "=" and line.key is None and len(line.fields) == 1:
            line.end_key()
        elif char == ",":
            line.end_field()
            line.fields.append("")
        else:
            line.add(char)
    return line.end(), at + 1


class Inf:
    """Sections by name, in lower case: lists of (key or None, fields).  Sections of one name are one section."""

    def __init__(self, text):
        self.sections, self.names = {}, {}
        text = re.sub(r"\r\n?", "\n", text).split("\x1a")[0]
        at, current = 0, None
        while at < len(text):
            header = HEADER.match(text, at)
            if header:
                name = header.group(1).strip().strip('"')
                self.names.setdefault(name.lower(), name)
                current = self.sections.setdefault(name.lower(), [])
                at = header.end()
                continue
            entry, at = next_entry(text, at)
            if entry and current is not None:
                current.append(entry)
        self.strings = {}
        for key, fields in self.sections.get("strings", []):
            if key is not None:
                self.strings.setdefault(key.lower(), fields[0])

    def expand(self, value):
        """%name% from [Strings]; %% is a per cent sign; what isn't defined stays, such as %12%, the number of a folder."""
        def one(match):
            return "%" if not match.group(1) else self.strings.get(match.group(1).lower(), match.group(0))

        return re.sub(r"%([^%\n]*)%", one, value)

    def entries(self, section):
        for key, fields in self.sections.get(section.lower(), []):
            yield None if key is None else self.expand(key), [self.expand(field) for field in fields]

    def values(self, section, key):
        """The fields of all entries of that key, one list each."""
        return [fields for found, fields in self.entries(section) if found is not None and found.lower() == key.lower()]

    def value(self, section, key, default="-"):
        found = self.values(section, key)
        return found[0][0] if found and found[0][0] else default

    def has(self, section):
        return section.lower() in self.sections

    def name(self, section):
        """The section's name as it is written at its head, or '-'."""
        return self.names.get(section.lower(), "-")


def number(text):
    try:
        return int(text, 16 if text.lower().startswith("0x") else 10)
    except ValueError:
        return text


class Target:
    """What follows a section's name: NT[arch][.major[.minor[.product type[.suite mask[.build]]]]]; nothing fits all."""

    def __init__(self, text):
        match = TARGET.fullmatch(text) if text else None
        self.named, self.known = bool(text), not text or match is not None
        self.arch = match.group(1).lower() if match and match.group(1) else None
        fields = [number(field) if field else None for field in match.group(2).split(".")[1:]] if match else []
        self.major, self.minor, self.product, self.suite, self.build = (fields + [None] * 5)[:5]

    def fits(self, system, models):
        """Whether this system takes it.  A models section that names no architecture is one for x86 (Server 2003 SP1 on)."""
        arch, *version, product = system
        wanted = self.arch or ("x86" if models else arch)
        least = [part or 0 for part in (self.major, self.minor, self.build)]
        return self.known and wanted == arch and version >= least and self.product in (None, product)

    def closeness(self):
        """Of those that fit, the highest wins: version, then what else is named."""
        version = [-1 if part is None else part for part in (self.major, self.minor, self.build)]
        return (*version, self.product is not None, self.suite is not None, self.arch is not None, self.named)


def models_sections(inf):
    """(target as written, section) for what [Manufacturer] names, one list for each manufacturer."""
    for key, fields in inf.entries("Manufacturer"):
        base = fields[0] or key
        targets = [field for field in fields[1:] if field]
        yield [("", base)] + [(target, f"{base}.{target}") for target in targets]


def install_section(inf, name, fits):
    """The section that is used of name, name.NT, name.NTamd64 and so on; None where there is none."""
    best = None
    for section in inf.sections:
        if section == name.lower():
            target = Target("")
        elif section.startswith(name.lower() + ".nt"):
            target = Target(section[len(name) + 1 :])
        else:
            continue
        if target.known and fits(target) and (best is None or target.closeness() > best[0].closeness()):
            best = target, section
    return best and inf.name(best[1])


def with_needs(inf, section):
    """The sections that an install section stands for: itself and what Needs names, and the names that other INFs hold."""
    inside, outside, waiting = [], [], [section]
    while waiting:
        name = waiting.pop(0)
        if name.lower() in [known.lower() for known in inside + outside]:
            continue
        (inside if inf.has(name) else outside).append(name)
        waiting += [need for fields in inf.values(name, "Needs") for need in fields if need]
    return inside, outside


def source_of(inf, file, arch):
    """Where the package keeps a file, or '?' where the INF doesn't say (layout.inf of Windows does)."""
    for section in (f"SourceDisksFiles.{arch}", "SourceDisksFiles"):
        for fields in inf.values(section, file):
            disk, below = fields[0], fields[1] if len(fields) > 1 else ""
            path = ""
            for names in (f"SourceDisksNames.{arch}", "SourceDisksNames"):
                found = inf.values(names, disk)
                if found:
                    path = found[0][3] if len(found[0]) > 3 else ""
                    break
            return "\\".join(part.strip("\\") for part in (path, below, file) if part.strip("\\"))
    return "?"


def files_of(inf, section, arch):
    """Each file that CopyFiles names: directory id|folder below|name there|name in the package."""
    for name in (name for fields in inf.values(section, "CopyFiles") for name in fields if name):
        copies = [[name[1:]]] if name.startswith("@") else [fields for _key, fields in inf.entries(name)]
        place = inf.values("DestinationDirs", "DefaultDestDir")
        if not name.startswith("@"):
            place = inf.values("DestinationDirs", name) or place
        place = place[0] if place else ["?"]
        for fields in copies:
            source = fields[1] if len(fields) > 1 and fields[1] else fields[0]
            below = place[1] if len(place) > 1 else ""
            if fields[0]:
                yield "|".join((place[0], below, fields[0], source_of(inf, source, arch)))


def services_of(inf, section):
    """Each AddService: name|flags|section|start|type|group|binary; a service without a name is the null driver's."""
    for fields in inf.values(section, "AddService"):
        name, flags, install = (fields + ["", ""])[:3]
        values = (inf.value(install, key, "") for key in ("StartType", "ServiceType", "LoadOrderGroup", "ServiceBinary"))
        start, kind, group, binary = values if install else [""] * 4
        yield "|".join(str(value) for value in (name, number(flags) or 0, install, number(start), number(kind), group, binary))


def rows_of(inf, key, fields, models, target, chosen):
    """The rows of one entry of a models section; `chosen` are the systems that use this section."""
    arch = (Target(target).arch or "x86") if Target(target).known else "?"
    ids = [(found, "hardware" if place == 0 else f"compatible-{place}") for place, found in enumerate(fields[1:]) if found]
    answers = {}
    for system in chosen:
        section = install_section(inf, fields[0], lambda found, system=system: found.fits(system, False))
        answers.setdefault(section, []).append("-".join((system[0], ".".join(map(str, system[1:4])), str(system[4]))))
    if not answers:
        any_version = install_section(inf, fields[0], lambda found: found.arch in (None, arch) and found.major is None)
        answers[any_version] = ["-"]
    for section, systems in answers.items():
        inside, outside = with_needs(inf, section or "")
        service_parts, service_needs = with_needs(inf, f"{section}.Services")
        services = [one for part in service_parts for one in services_of(inf, part)]
        files = [one for part in inside for one in files_of(inf, part, arch)]
        needs = [one for one in outside + service_needs if one and one != f"{section}.Services"]
        for found, match in ids:
            yield [
                found, match, arch, target or "-", inf.name(models), section or "-",
                "; ".join(services) or "-", "; ".join(files) or "-", " ".join(needs) or "-",
                inf.value(section or "", "FeatureScore"), " ".join(systems),
            ]  # fmt: skip


def table(data, name):
    """The table as text."""
    text = decode(data)
    # stampinf puts an architecture there when a sample is built.
    inf = Inf(text.replace("$ARCH$", "amd64"))
    rows = []
    for sections in models_sections(inf):
        there = [(target, section) for target, section in sections if inf.has(section)]
        for target, section in there:
            chosen = []
            for system in SYSTEMS:
                fitting = [one for one in there if Target(one[0]).fits(system, True)]
                if fitting and max(fitting, key=lambda one: Target(one[0]).closeness()) == (target, section):
                    chosen.append(system)
            for key, fields in inf.entries(section):
                rows += rows_of(inf, key, fields, section, target, chosen) if key is not None else []
    version = [inf.value("Version", key) for key in ("Class", "ClassGuid", "CatalogFile")]
    dated = ",".join((inf.values("Version", "DriverVer") or [["-"]])[0])
    head = [("inf", name), ("sha256", hashlib.sha256(data).hexdigest()), ("class", *version[:2]), ("catalog", version[2])]
    head += [("driver-version", dated)] + [("stamped", "amd64")] * ("$ARCH$" in text)
    lines = ["# " + "\t".join(fields) for fields in head] + ["\t".join(COLUMNS)]
    known = dict.fromkeys("\t".join(row) for row in rows)
    return "\n".join([*lines, *known]) + "\n"


def infs_below(folder):
    for where, _below, names in os.walk(folder):
        for name in names:
            if name.lower().endswith((".inf", ".inx")):
                yield os.path.relpath(os.path.join(where, name), folder)


def content(path):
    with open(path, "rb") as file:
        return file.read()


def both(folder, tables, write):
    """Makes the tables of a folder; writes them or compares.  The number of those that are wrong."""
    wrong, names = 0, sorted(infs_below(folder))
    for name in names:
        made = table(content(os.path.join(folder, name)), name).encode()
        path = os.path.join(tables, name + ".tsv")
        if write:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(made)
        elif not os.path.exists(path):
            print(f"{name}: has no table")
        elif content(path) != made:
            print(f"{path}: not what {name} gives")
            wrong += 1
    for where, _below, found in os.walk(tables):
        for file in found:
            path = os.path.relpath(os.path.join(where, file), tables)
            if path.endswith(".tsv") and path[:-4] not in names:
                print(f"{path}: no such INF in {folder}")
                wrong += 1
    print(f"{len(names)} INF files, {wrong} tables wrong")
    return wrong + (not names)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the tables of a folder")
    parser.add_argument("--check", action="store_true", help="compare the tables of a folder")
    parser.add_argument("paths", nargs="+", help="an INF file, or a folder and the tables")
    arguments = parser.parse_args()
    if arguments.write or arguments.check:
        return 1 if both(*arguments.paths, write=arguments.write) else 0
    print(table(content(arguments.paths[0]), os.path.basename(arguments.paths[0])), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
