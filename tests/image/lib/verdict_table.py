#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a verdict has to say: verdict_table.py list TABLE | judge TABLE SET MACHINE VERDICT | sound VERDICT TEXT STATUS.

list    prints "SET MACHINE" of each case.  The head of a table explains its lines.
judge   compares one verdict with its case.
sound   what holds for every verdict: evidence and its places, remedies, and that the page for people has all of it.
"""
import json
import re
import sys

WORSE = ("repair", "warn", "block")
STATUS = {"compatible": 0, "compatible-with-repairs": 0, "needs-confirmation": 4, "blocked": 3}


def cases(path):
    found, case = {}, None
    for line in open(path, encoding="utf-8"):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if not line.startswith(" "):
            case = found[tuple(words[:2])] = {"outcome": words[2], "lines": []}
            continue
        match = re.fullmatch(r"  ([A-Z]+-\d) (\w+)(?:: (.+?))? \| (\S.*)\n", line)
        if match is None:
            sys.exit("%s: not a line of the table: %s" % (path, line))
        case["lines"].append(match.groups())
    return found


def judge(path, name, machine, verdict):
    case, wrong = cases(path)[name, machine], []
    findings = {f["rule"]: f for f in verdict["findings"]}
    if verdict["outcome"] != case["outcome"]:
        wrong.append("outcome: %s, wanted %s" % (verdict["outcome"], case["outcome"]))
    for rule, level, text, why in case["lines"]:
        finding = findings.get(rule)
        got = finding["level"] if finding else "absent"
        if got != level:
            wrong.append("%s: %s, wanted %s (%s)" % (rule, got, level, why))
        elif text and not any(text in e["fact"] for e in finding["evidence"]):
            wrong.append("%s: no fact has \"%s\"" % (rule, text))
    for finding in verdict["findings"]:
        if finding["level"] in WORSE and finding["rule"] not in [line[0] for line in case["lines"]]:
            wrong.append("%s: %s, which nobody expects" % (finding["rule"], finding["level"]))
    return wrong, [f for f in verdict["findings"] if any(w.startswith(f["rule"] + ":") for w in wrong)]


def sound(verdict, page, status):
    wrong = []
    if STATUS[verdict["outcome"]] != status:
        wrong.append("exit status %d for %s" % (status, verdict["outcome"]))
    flat = re.sub(r"\s+", " ", page)
    for finding in verdict["findings"]:
        rule, worse = finding["rule"], finding["level"] in WORSE
        if not finding["evidence"]:
            wrong.append("%s (%s): no evidence" % (rule, finding["level"]))
        for evidence in finding["evidence"]:
            if not (evidence.get("where") or "").strip():
                wrong.append("%s: no place for \"%s\"" % (rule, evidence["fact"]))
            if worse and not {evidence["fact"], evidence["where"]} <= {t for t in (evidence["fact"], evidence["where"]) if t in flat}:
                wrong.append("%s: the page lacks \"%s\" or \"%s\"" % (rule, evidence["fact"], evidence["where"]))
        if worse and not finding["remedy"]:
            wrong.append("%s: no remedy" % rule)
        if worse and not all(re.sub(r"\s+", " ", line) in flat for line in finding["remedy"].split("\n")):
            wrong.append("%s: the page lacks its remedy" % rule)
        if worse and not re.search(r"\b%s +%s " % (finding["level"], rule), page):
            wrong.append("%s: not on the page" % rule)
    return wrong, []


def main(command, path, *rest):
    if command == "list":
        print("\n".join(" ".join(case) for case in cases(path)))
        return 0
    if command == "judge":
        wrong, shown = judge(path, *rest[:2], json.load(open(rest[2], encoding="utf-8")))
    else:
        wrong, shown = sound(json.load(open(path, encoding="utf-8")), open(rest[0], encoding="utf-8").read(), int(rest[1]))
    for finding in shown:
        print(finding["rule"], finding["level"], *("\n  %(fact)s [%(where)s]" % evidence for evidence in finding["evidence"]))
    print("\n".join(wrong))
    return 1 if wrong else 0


sys.exit(main(*sys.argv[1:]))
