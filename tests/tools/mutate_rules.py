#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flips one level, condition or table entry of restore/rules after the other: each flip must break a golden verdict.

A flip that nothing notices is a hole in tests/golden/rules, or changes nothing that anybody could see; the latter stand in
tests/tools/mutate_rules.same, each with its reason.  Prints TAP, one test a flip.

Usage: mutate_rules.py [FILE...]     files of restore/rules, default all.
Needs: gcc, the libraries of the host build; about a second for a flip, on one processor.
"""

import glob
import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
RULES = os.path.join(TOP, "restore/rules")
GOLDEN = os.path.join(TOP, "tests/golden/rules")
FLAGS = ["-std=c11", "-O0", "-w", "-D_GNU_SOURCE", "-D_FILE_OFFSET_BITS=64", '-DHC_VERSION="0"']
# What is not about verdicts: words, pages, memory.
SKIP_LINES = re.compile(r"^\s*(/?\*|#)|out_of_memory|hc_judge_fact|hc_judge_remedy|^\s*j, \x22|hc_arena|snprintf|\bfor \(")
# (pattern, replacement): each match of each pattern is one flip.
CONDITIONS = [
    (r"HC_LEVEL_PASS", "HC_LEVEL_INFO"), (r"HC_LEVEL_INFO", "HC_LEVEL_BLOCK"), (r"HC_LEVEL_REPAIR", "HC_LEVEL_PASS"),
    (r"HC_LEVEL_WARN", "HC_LEVEL_REPAIR"), (r"HC_LEVEL_BLOCK", "HC_LEVEL_WARN"), (r"HC_LEVEL_NONE", "HC_LEVEL_PASS"),
    (r" == ", " != "), (r" != ", " == "), (r" >= ", " > "), (r" <= ", " < "), (r" < ", " <= "), (r" > ", " >= "),
    (r" && ", " || "), (r" \|\| ", " && "),
    (r"HC_YES", "HC_NO"), (r"HC_NO\b", "HC_YES"), (r"HC_UNKNOWN", "HC_YES"),
    (r"\bif \((?=[^\n]*\)$)", "if (!("),
    (r"HC_NT\((\d+), (\d+)\)", lambda m: f"HC_NT({m[1]}, {int(m[2]) + 1})"),
    (r"(?<=\{ HC_NT\(5, \d\), )\d+", lambda m: str(int(m[0]) + 1)), (r"\b26100\b", "26101"), (r"\b6001\b", "6002"), (r"\btrue\b", "false"), (r"\bfalse\b", "true"),
    (r"(?<=FOREST )\d+", lambda m: str(int(m[0]) + 1)), (r"HC_HAL_COMPARE_\w+", "0"), (r"HC_HAL_BY_TYPE", "HC_HAL_ONE"),
    (r"HC_HAL_BY_OPTION", "HC_HAL_BY_LOADER"), (r"HC_HAL_BY_LOADER", "HC_HAL_BY_OPTION"), (r"HC_HAL_ONE", "HC_HAL_BY_LOADER"),
    (r"HC_HAL_(ACPI_APIC|ACPI_PIC|MPS|SYSPRO|STANDARD)", lambda m: "HC_HAL_MPS" if m[1] != "MPS" else "HC_HAL_STANDARD"),
]
LISTED = {"PASS": "INFO", "INFO": "PASS", "REPAIR": "PASS", "WARN": "REPAIR", "BLOCK": "WARN"}


def load_golden():
    loader = importlib.machinery.SourceFileLoader("golden", os.path.join(GOLDEN, "run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("golden", loader))
    loader.exec_module(module)
    return module


class Golden:
    """All tables' cases in one folder, so that one run of the tool judges them all."""

    def __init__(self, folder):
        self.run, self.folder, self.tables, cases = load_golden(), folder, [], []
        for path in sorted(glob.glob(f"{GOLDEN}/*/expect.verdict")):
            table = self.run.Table(path)
            parsed = list(table.parse())
            self.tables.append((table, parsed, len(cases)))
            cases += table.cases
        self.count = len(cases)
        self.run.write_cases(cases, folder)

    def holds(self, tool):
        done = subprocess.run([tool, self.folder, "1"], capture_output=True, timeout=20, check=False)
        if done.returncode:
            return False
        try:
            verdicts = self.run.ask(tool, self.folder, self.count)
        except SystemExit:
            return False
        return all(self.run.written_anew(table, parsed, verdicts[first:first + len(table.cases)]) == table.lines
                   for table, parsed, first in self.tables)


def compile_one(source, out, overlay=None):
    include = ["-I", overlay] if overlay else []
    return subprocess.run(["gcc", *FLAGS, *include, "-I", TOP, "-c", "-o", out, source], capture_output=True, check=False).returncode == 0


def build_objects(folder):
    objects = {}
    for source in [f"{TOP}/tests/tools/rules.c"] + [path for name in ("rules", "model", "base") for path in glob.glob(f"{TOP}/restore/{name}/*.c")]:
        objects[source] = os.path.join(folder, os.path.relpath(source, TOP).replace("/", "_") + ".o")
        if not compile_one(source, objects[source]):
            raise SystemExit(f"{source} does not compile")
    return objects


def link(objects, out):
    subprocess.run(["gcc", "-o", out, *objects, "-ljansson", "-lcrypto", "-pthread"], check=True)


def flips_of_code(text):
    offset = 0
    for line in text.splitlines(keepends=True):
        if not SKIP_LINES.search(line):
            for pattern, replacement in CONDITIONS:
                for match in re.finditer(pattern, line):
                    new = match.expand(replacement) if isinstance(replacement, str) else replacement(match)
                    changed = line[:match.start()] + new + line[match.end():]
                    if new == "if (!(":
                        changed = re.sub(r"\)(\s*)$", r"))\1", changed)
                    yield line.strip(), changed.strip(), text[:offset] + changed + text[offset + len(line):]
        offset += len(line)


def flips_of_table(text):
    """Modes, needs, ranges, conditions and listed levels of each row."""
    rule = "?"
    offset = 0
    for line in text.splitlines(keepends=True):
        found = re.search(r'\.id = "([^"]+)"', line)
        rule = found[1] if found else rule
        changes = []
        if ".modes = " in line:
            changes = [re.sub(r"= (.*),", rf"= (\1) ^ {mode},", line) for mode in ("BMR", "VOLUME", "STATE")]
        elif ".needs = " in line:
            changes = [re.sub(r"= (.*),", rf"= (\1) & ~{need},", line) for need in re.findall(r"MACHINE|WINDOWS|TARGET|THERE", line)]
        elif re.search(r"\.(since|until) = ", line):
            changes = [re.sub(r"HC_NT\((\d+), (\d+)\)", lambda m, d=d: f"HC_NT({m[1]}, {int(m[2]) + d})", line) for d in (1, -1)]
            changes = [re.sub(r", -1\)", ", 0)", changed) for changed in changes]
        elif re.search(r"\.(applies|refuses_override) = ", line):
            changes = [re.sub(r"= .*,", "= NULL,", line)]
        else:
            changes = [line[:m.start()] + LISTED[m[1]] + line[m.end(1):] for m in re.finditer(r"\b(PASS|INFO|REPAIR|WARN|BLOCK)(?=\()", line)]
        for changed in changes:
            if changed != line:
                yield f"{rule} {line.strip()}", changed.strip(), text[:offset] + changed + text[offset + len(line):]
        offset += len(line)


def is_noticed(golden, objects, folder, name, text):
    """False: every golden verdict still holds."""
    overlay = os.path.join(folder, "overlay")
    os.makedirs(f"{overlay}/restore/rules", exist_ok=True)
    with open(f"{overlay}/restore/rules/{name}", "w", encoding="utf-8") as out:
        out.write(text)
    source = f"{RULES}/rules_table.c" if name == "rules.def" else f"{overlay}/restore/rules/{name}"
    original = f"{RULES}/rules_table.c" if name == "rules.def" else f"{RULES}/{name}"
    changed, tool = os.path.join(folder, "changed.o"), os.path.join(folder, "tool")
    good = compile_one(source, changed, overlay)
    os.remove(f"{overlay}/restore/rules/{name}")
    if not good:
        return True
    link([changed if path == original else made for path, made in objects.items()], tool)
    try:
        return not golden.holds(tool)
    except subprocess.TimeoutExpired:
        return True


def load_same():
    """(file, line, changed line) → reason."""
    same = {}
    for line in open(os.path.join(TOP, "tests/tools/mutate_rules.same"), encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            name, before, after, reason = line.rstrip("\n").split("\t")
            same[(name, before, after)] = reason
    return same


def main():
    names = [os.path.basename(name) for name in sys.argv[1:]] or sorted(
        name for name in os.listdir(RULES) if name.endswith(".c") and name != "rules_table.c" or name == "rules.def")
    same, used, number, failed = load_same(), set(), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/cases")
        golden, objects = Golden(f"{folder}/cases"), build_objects(folder)
        link(objects.values(), f"{folder}/tool")
        if not golden.holds(f"{folder}/tool"):
            raise SystemExit("the golden verdicts don't hold as it is: tests/golden/run.sh rules")
        for name in names:
            text = open(os.path.join(RULES, name), encoding="utf-8").read()
            for before, after, changed in (flips_of_table if name == "rules.def" else flips_of_code)(text):
                number += 1
                if (name, before, after) in same:
                    print(f"ok {number} # SKIP {name}: {before}: {same[(name, before, after)]}")
                    used.add((name, before, after))
                elif is_noticed(golden, objects, folder, name, changed):
                    print(f"ok {number} - {name}: {before}")
                else:
                    print(f"not ok {number} - {name}\t{before}\t{after}")
                    failed = 1
                sys.stdout.flush()
    print(f"1..{number}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
