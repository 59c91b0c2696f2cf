#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation says is what the programs do, both ways.

Errors, rules, schemas of documents, options of each subcommand, kernel parameters: each has its page, and each page its
thing.  Asks the built programs (make host), not their sources; the table of errors is read from its source too.
"""

import os
import re
import shutil
import subprocess
import sys

from tree import TOP, Report, files, text

BIN = os.environ.get("HALCYON_BIN") or os.path.join(TOP, os.environ.get("HALCYON_BUILD", "build"), "host", "bin")
# Options that every subcommand has; halcyon(8) describes them once.
COMMON = "docs/man/halcyon.8"
# A folder that keeps what the programs answered, for many runs over the same programs (selftest.sh).
ANSWERS = os.environ.get("HALCYON_ANSWERS")
def ask(program, *words):
    """What a program prints."""
    kept = ANSWERS and os.path.join(ANSWERS, " ".join([program, *words]).replace("/", "%"))
    if kept and os.path.exists(kept):
        with open(kept, encoding="utf-8") as file:
            return file.read()
    answer = ask_now(program, *words)
    if kept:
        with open(kept, "w", encoding="utf-8") as file:
            file.write(answer)
    return answer


def ask_now(program, *words):
    """Its own failure is ours."""
    done = subprocess.run([os.path.join(BIN, program), *words], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise SystemExit(f"check-docs: {program} {' '.join(words)} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def both_ways(report, what, real, described, page):
    """`page` makes a path from a name."""
    for name in sorted(real - described):
        report.add(page(name), 0, f"is missing: {what} {name} exists")
    for name in sorted(described - real):
        report.add(page(name), 0, f"describes {what} {name}, which does not exist")


def pages(folder, end):
    return {os.path.basename(path)[:-len(end)] for path in files(folder, ends=(end,)) if not path.endswith("README.md")}


def first_words(listing):
    return {line.split()[0] for line in listing.splitlines() if line.strip() and not line[0].isspace()}


def error_rows():
    """Id → (title, remedy) from the source."""
    string = r'"((?:[^"\\]|\\.)*)"'
    rows = re.findall(rf"^H\((\d+), \w+, \w+,\s*{string},\s*{string}\)", text("restore/base/err_ids.def"), re.M)
    return {f"H{int(number):04d}": (title, remedy.replace('\\"', '"')) for number, title, remedy in rows}


def check_errors(report):
    rows = error_rows()
    both_ways(report, "error", set(rows), pages("docs/errors", ".md"), "docs/errors/{}.md".format)
    for name, (title, remedy) in rows.items():
        path = f"docs/errors/{name}.md"
        if not os.path.exists(os.path.join(TOP, path)):
            continue
        page = text(path)
        if not page.startswith(f"# {name}: {title}\n"):
            report.add(path, 1, f'the first line must be "# {name}: {title}"')
        if remedy not in page:
            report.add(path, 0, f"does not say: {remedy}")
        for heading in ("When it happens", "What halcyon did", "What to do", "Example"):
            if f"\n## {heading}\n" not in page:
                report.add(path, 0, f'has no section "{heading}"')
    both_ways(report, "error", first_words(ask("halcyon", "explain", "--list", "errors")), set(rows),
              lambda name: "restore/base/err_ids.def")
    return len(rows)


def check_rules(report):
    rows = {}
    for line in ask("halcyon", "explain", "--list", "rules").splitlines():
        name, title, levels = line.split("\t")
        rows[name] = (title, levels.split(","))
    rules, described = set(rows), pages("docs/rules", ".md") - {"articles"}
    both_ways(report, "rule", rules, described, "docs/rules/{}.md".format)
    manual = text("docs/man/halcyon-rules.7")
    items = dict(re.findall(r"^\.It (?:Ic )?([A-Z]{2,4}-\d)\n(.*?)(?=^\.It |^\.El)", manual, re.M | re.S))
    both_ways(report, "rule", rules, set(items), lambda name: "docs/man/halcyon-rules.7")
    printed = {name: ask("halcyon", "explain", name) for name in rules}
    for name, (title, levels) in rows.items():
        if name in described and text(f"docs/rules/{name}.md") != printed[name]:
            report.add(f"docs/rules/{name}.md", 1, "is not what the program prints; `make docs` writes it anew")
        item = items.get(name, "")
        if name in items and (not item.startswith(f".Em \"{title}.\"\n") or re.findall(r"\.Cm (\w+)", item) != levels):
            report.add("docs/man/halcyon-rules.7", 0, f"has another title or other levels for {name}; `make docs` writes it anew")
    check_articles(report, rules, printed)
    return len(rules)


def check_fixups(report):
    fixups, described = set(first_words(ask("halcyon", "explain", "--list", "fixups"))), pages("docs/fixups", ".md")
    both_ways(report, "repair", fixups, described, "docs/fixups/{}.md".format)
    for name in fixups & described:
        if text(f"docs/fixups/{name}.md") != ask("halcyon", "explain", name):
            report.add(f"docs/fixups/{name}.md", 1, "is not what the program prints; `make docs` writes it anew")
    return len(fixups)


def check_articles(report, rules, printed):
    """docs/rules/articles.md: each sentence has an answer, each answer exists, and no rule quotes what isn't there."""
    path = "docs/rules/articles.md"
    fixups = set(first_words(ask("halcyon", "explain", "--list", "fixups")))
    page = text(path)
    if page is None:
        report.add(path, 0, "is missing")
        return
    for number, line in enumerate(page.splitlines(), 1):
        cells = [cell.strip() for cell in line.split(" | ")] if line.startswith('| "') else []
        if not cells:
            continue
        answers = cells[-1].rstrip("| ")
        if not answers:
            report.add(path, number, "leaves a sentence without an answer")
        for name in set(re.findall(r"\b[A-Z]{2,4}-\d\b", answers)) - rules:
            report.add(path, number, f"names the rule {name}, which does not exist")
        for name in set(re.findall(r"`([a-z-]+)`", answers)) - fixups:
            report.add(path, number, f"names the repair {name}, which does not exist")
    for name, text_of_rule in printed.items():
        because, source = re.search(r"## Why\n\n(.*?)\n\nSource: (.*?)\n", text_of_rule, re.S).groups()
        if not re.search("KB 249694|NetBackup", source):
            continue
        if not re.search(rf"\b{name}\b", page):
            report.add(path, 0, f"does not name {name}, whose source is an article")
        for quote in re.findall(r'"([^"]+)"', because):
            if quote.rstrip(".") not in page:
                report.add(path, 0, f"does not have what {name} quotes: {quote}")


def check_formats(report):
    schemas = {name.removeprefix("halcyon.").removesuffix("/1")
               for name in first_words(ask("halcyon", "explain", "--list", "schemas"))}
    both_ways(report, "document", schemas, pages("docs/formats", ".json"), "docs/formats/{}.json".format)
    for name in sorted(schemas & pages("docs/formats", ".json")):
        if text(f"docs/formats/{name}.json") != ask("halcyon", "explain", "--schema", name):
            report.add(f"docs/formats/{name}.json", 0, "is not what the program prints; `make docs` writes it anew")
    manual = text("docs/man/halcyon-document.5")
    for name in sorted(schemas):
        if f"halcyon.{name}/1" not in manual:
            report.add("docs/man/halcyon-document.5", 0, f"does not name halcyon.{name}/1")
    return len(schemas)


def options_of_help(printed):
    return set(re.findall(r"(?<![\w-])--([a-z][a-z0-9-]*)", printed))


def options_of_page(path):
    return set(re.findall(r"\bFl -([a-z][a-z0-9-]*)", text(path)))


def check_options(report):
    common = options_of_page(COMMON)
    commands = set(re.findall(r"^  ([a-z]+)\b", ask("halcyon", "--help"), re.M))
    described = {name.removeprefix("halcyon-") for name in pages("docs/man", ".8")} - {"halcyon", "wizard"}
    both_ways(report, "command", commands, described, "docs/man/halcyon-{}.8".format)
    programs = [("halcyon", [name], f"docs/man/halcyon-{name}.8") for name in sorted(commands & described)]
    programs += [("halcyon", [], COMMON), ("halcyon-wizard", [], "docs/man/halcyon-wizard.8")]
    for program, words, path in programs:
        real = options_of_help(ask(program, *words, "--help"))
        said = options_of_page(path)
        for option in sorted(real - said - common):
            report.add(path, 0, f"does not describe --{option}, which --help names")
        for option in sorted(said - real - (common if words else set())):
            report.add(path, 0, f"describes --{option}, which --help does not name")
        for option in sorted(real & said - set(re.findall(r"^\.It Fl -([a-z0-9-]+)", text(path), re.M)) - common):
            report.add(path, 0, f"names --{option} but has no .It for it")
    return len(programs)


def check_kernel_parameters(report):
    """What init and the wizard read, and what network boot sets, against halcyon-cmdline(7)."""
    read, written = set(), {}
    for path in files("initramfs/init"):
        source = re.sub(r"(?m)^\s*#.*", "", text(path))
        read |= {f"halcyon.{name}" for name in re.findall(r"\bparam ([a-z_]+)", source)}
    for path in files("restore", "tui", ends=(".c",)):
        read |= set(re.findall(r'"(halcyon\.[a-z_]+)"', text(path)))
    for path in files("pxe"):
        source = re.sub(r"(?m)^\s*#.*", "", text(path) or "")
        written.update({name: path for name in re.findall(r"\b(halcyon\.[a-z_]+)=", source)})
    for name in sorted(set(written) - read):
        report.add(written[name], 0, f"sets {name}, which nothing reads")
    said = set(re.findall(r"^\.It Cm (halcyon\.[a-z_]+)", text("docs/man/halcyon-cmdline.7"), re.M))
    both_ways(report, "kernel parameter", read, said, lambda name: "docs/man/halcyon-cmdline.7")
    return len(read)


def check_ids_of_scripts(report):
    """Errors that scripts of the image name are rows of the table, too."""
    rows, looked_at = error_rows(), 0
    for path in files("initramfs", "pxe", "docs/guide", "docs/man", "README.md"):
        for name in re.findall(r"\bH\d{4}\b", text(path) or ""):
            looked_at += 1
            if name not in rows:
                report.add(path, 0, f"names {name}, which is in no row of restore/base/err_ids.def")
    return looked_at


def check_links(report):
    """Links between pages lead somewhere."""
    looked_at = 0
    for path in files("docs", "README.md", ends=(".md",)) + ["README.md"]:
        if not os.path.exists(os.path.join(TOP, path)):
            continue
        for number, line in enumerate(text(path).splitlines(), 1):
            for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", line):
                looked_at += 1
                if not os.path.exists(os.path.join(TOP, os.path.dirname(path), target)):
                    report.add(path, number, f"links to {target}, which does not exist")
    return looked_at


def check_pictures(report):
    """A picture of the wizard (fence "screen") is what a golden case expects, to the letter."""
    goldens = "\n".join(text(path) for path in files("tests/golden/wizard") if "/expect." in path)
    looked_at = 0
    for path in files("docs/guide", ends=(".md",)) + ["README.md"]:
        for picture in re.findall(r"^```screen\n(.*?)^```", text(path), re.M | re.S):
            looked_at += 1
            if picture not in goldens:
                report.add(path, 0, "shows a screen that no golden case of the wizard expects: " + picture.splitlines()[0].strip())
    return looked_at


def check_lint(report):
    """mandoc finds nothing wrong with the pages' markup."""
    if shutil.which("mandoc") is None:
        report.add("docs/man", 0, "mandoc is not installed: the markup was not checked")
        return
    for path in files("docs/man"):
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", path], capture_output=True, text=True, cwd=TOP, check=False)
        for line in done.stdout.splitlines():
            if "cross reference to" not in line:
                report.add(path, 0, line)


def main():
    report = Report("check-docs")
    looked_at = 0
    parts = [check_errors, check_rules, check_fixups, check_formats, check_options, check_kernel_parameters, check_ids_of_scripts,
             check_links, check_pictures]
    for part in parts:
        try:
            looked_at += part(report)
        except FileNotFoundError as missing:
            report.add(str(missing.filename).removeprefix(TOP + "/"), 0, "is missing")
    check_lint(report)
    return report.end(looked_at)


if __name__ == "__main__":
    sys.exit(main())
