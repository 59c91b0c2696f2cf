#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Budgets of size, and no global variable that may change.

Lines: .c 600, function 70, header 250, shell 200, Makefile 150.  A variable that outlives a call and isn't const may stand
only in restore/base/log.c, in tui/term/rescue.c (a signal handler gets no argument) and in the files that hold main().
"""

import re
import sys

from tree import Report, bare_c, files, text

LIMITS = [(".c", 600), (".h", 250), (".sh", 200), ("Makefile", 150)]
FUNCTION_LIMIT = 70
MAY_HOLD_STATE = re.compile(r"restore/base/log\.c|tui/term/rescue\.c|.*/main\.c|tests/.*")
# What a library of others wants to be able to change, though nobody does: initialisation once a process, ntfs-3g's table of calls.
FOREIGN_TABLES = re.compile(r"static\s+(pthread_once_t|struct ntfs_device_operations)\b")


def check_lines(report, path):
    source, shown = text(path), path
    # What tests share is code, though it is called .h.
    path = re.sub(r"^(tests/.*)\.h$", r"\1.c", path)
    limit = next((limit for end, limit in LIMITS if path.endswith(end)), None)
    if limit is None and re.match(r"#!.*\b(ba)?sh\b", source or ""):
        limit = 200
    lines = (source or "").count("\n")
    if limit and lines > limit:
        report.add(shown, 0, f"{lines} lines, {limit} allowed")
    return limit is not None


def top_level(bare):
    """Yields (first line, head, body, last line): what stands outside of functions, one declaration or definition each."""
    depth, head, body, line, begin = 0, "", "", 1, None
    for char in bare:
        if begin is None and not char.isspace():
            begin = line
        if depth == 0 and char not in "{;":
            head += char
        elif depth:
            body += char
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        if depth == 0 and char == ";" or depth == 0 and char == "}" and is_function(head):
            if begin is not None:
                yield begin, head.strip(), body, line
            head, body, begin = "", "", None
        if char == "\n":
            line += 1


def is_function(head):
    return "=" not in head and re.search(r"\)\s*(__attribute__.*)?$", head.strip(), re.S) is not None


def changes(declaration):
    """Whether a declared object may change: what the last '*' points away from, or the base type, isn't const."""
    declarator = declaration.split("=")[0]
    if FOREIGN_TABLES.match(declarator) or re.search(r"\(\s*\*\s*const\b", declarator):
        return False
    if "*" in declarator:
        return re.match(r"\s*const\b", declarator.rsplit("*", 1)[1]) is None
    return re.search(r"\bconst\b", declarator) is None


def check_c(report, path):
    source = bare_c(text(path))
    source = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: "\n" * m.group(0).count("\n"), source, flags=re.M)
    for begin, head, body, end in top_level(source):
        if is_function(head) and body:
            lines = body.count("\n") + 1
            if lines > FUNCTION_LIMIT:
                report.add(path, end - lines + 1, f"a function of {lines} lines, {FUNCTION_LIMIT} allowed")
            statics = re.finditer(r"^\s+static\s+(?!inline)([^;{]*?)[;={]", body, re.M)
            for match in statics:
                if changes(match.group(1)) and not MAY_HOLD_STATE.fullmatch(path):
                    report.add(path, begin, f"a variable outlives its call: static {match.group(1).strip()}")
            continue
        plain = re.sub(r"__attribute__\s*\(\(.*?\)\)", "", head)
        if re.match(r"(typedef|extern|_Static_assert|static_assert)\b", plain) or not plain:
            continue
        if path.endswith(".h") and not plain.startswith("static"):
            continue  # a function declared by its type; a real one would be defined twice, and the linker refuses that
        if re.fullmatch(r"(struct|union|enum)\s*\w*", plain) or ("(" in plain.split("=")[0] and "(*" not in plain):
            continue
        if changes(plain) and not MAY_HOLD_STATE.fullmatch(path):
            report.add(path, begin, "a global variable that isn't const: " + " ".join(plain.split("=")[0].split()))


def main():
    report = Report("check-size")
    looked_at = 0
    for path in files():
        if path.startswith("docs/"):
            continue
        looked_at += check_lines(report, path)
        if path.endswith((".c", ".h")):
            check_c(report, path)
    return report.end(looked_at)


if __name__ == "__main__":
    sys.exit(main())
