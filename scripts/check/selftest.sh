#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Each check must be seen to fail: plant one violation after the other in a copy of the tree, and look for it in the output.
#
# Needs: what the checks need. Provides: a line "STATUS:NAME" for each violation, 0 when it was found, and "0:end" last.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
export HALCYON_BIN=${HALCYON_BIN:-$top/${HALCYON_BUILD:-build}/host/bin}
copy=$(mktemp -d)
# The programs are the same for each violation: each question is asked once.
HALCYON_ANSWERS=$(mktemp -d)
export HALCYON_ANSWERS
trap 'rm -rf "$copy" "$HALCYON_ANSWERS"' EXIT

# found CHECK REGEX: the check fails, and says REGEX.
found()
{
    ! HALCYON_TREE=$copy "$here/$1" >"$copy/.out" 2>&1 && grep -qE -- "$2" "$copy/.out"
}

# plant CHECK NAME FILE EXPECTED-REGEX: the violation comes from standard input, is appended to FILE, and is taken away again.
plant()
{
    local kept=$copy/.kept status=1
    mkdir -p "$(dirname "$copy/$3")"
    rm -f "$kept"
    [ ! -e "$copy/$3" ] || cp -p "$copy/$3" "$kept"
    cat >>"$copy/$3"
    found "$1" "$4" && status=0
    echo "$status:$1 finds $2"
    rm -f "$copy/$3"
    [ ! -e "$kept" ] || mv "$kept" "$copy/$3"
}

# drop CHECK NAME FILE EXPECTED-REGEX: the same for a file that is missing.
drop()
{
    local status=1
    mv "$copy/$3" "$copy/.kept"
    found "$1" "$4" && status=0
    echo "$status:$1 finds $2"
    mv "$copy/.kept" "$copy/$3"
}

lines()
{
    local i
    for ((i = 0; i < $1; i++)); do echo "$2"; done
}

licence='/* SPDX-License-Identifier: GPL-3.0-or-later */'

plant_deps()
{
    plant deps.py 'a stage that includes a stage' restore/probe/x.c 'restore/probe may not include restore/apply' \
        <<<'#include "restore/apply/apply.h"'
    plant deps.py 'a wizard that includes a subject' tui/screens/x.c 'tui/screens may not include restore/disk' \
        <<<'#include "restore/disk/disk.h"'
    plant deps.py 'a folder that module.mk does not list' restore/net/x.c 'does not list' <<<'#include "restore/model/facts.h"'
    plant deps.py 'a private header of others' restore/probe/x.c 'private to' <<<'#include "restore/source/source_priv.h"'
    plant deps.py 'a foreign library outside its wrapper' restore/apply/x.c 'belongs to restore/net' <<<'#include <curl/curl.h>'
    plant deps.py 'an unknown library' restore/apply/x.c 'of no library' <<<'#include <glib.h>'
    plant deps.py 'I/O in plan' restore/plan/x.c 'restore/plan is pure' <<<'#include <fcntl.h>'
    plant deps.py 'a use of nothing' restore/base/module.mk 'may not use restore/model' \
        <<<"\$(eval \$(call module,restore/base,restore/model,))"
}

plant_size()
{
    lines 601 '/* */' | plant size.py 'a long source' restore/base/x.c '^restore/base/x.c: 601 lines'
    lines 251 '/* */' | plant size.py 'a long header' restore/base/x.h '^restore/base/x.h: 251 lines'
    lines 201 ':' | plant size.py 'a long script' scripts/x.sh '^scripts/x.sh: 201 lines'
    { echo 'int'; echo 'x(void)'; echo '{'; lines 72 '	;'; echo '}'; } |
        plant size.py 'a long function' restore/base/x.c 'a function of 7[0-9] lines'
    plant size.py 'a global variable' restore/base/x.c 'a global variable.*counter' <<<'static int counter = 1;'
    plant size.py 'a table of pointers that may change' restore/base/x.c 'a global variable.*names' \
        <<<'static const char *names[] = { "a", "b" };'
    plant size.py 'a variable that outlives its call' restore/base/x.c 'outlives its call: static int n' \
        < <(printf 'int\nx(void)\n{\n\tstatic int n;\n\treturn n++;\n}\n')
}

plant_docs()
{
    plant docs.py 'a page of no error' docs/errors/H0099.md 'H0099, which does not exist' <<<'# H0099: none'
    plant docs.py 'an error without a page' restore/base/err_ids.def 'docs/errors/H9999.md: is missing' \
        <<<'H(9999, X, FAILED, "x", "Do.")'
    plant docs.py 'a page of no rule' docs/rules/ZZ-9.md 'ZZ-9, which does not exist' <<<'# ZZ-9'
    drop docs.py 'a rule without a page' docs/rules/DSK-1.md 'docs/rules/DSK-1.md: is missing'
    plant docs.py 'a page that no row makes' docs/rules/FW-1.md 'docs/rules/FW-1.md:1: is not what the program prints' <<<'More.'
    plant docs.py 'a page of no repair' docs/fixups/magic.md 'magic, which does not exist' <<<'# magic'
    drop docs.py 'a repair without a page' docs/fixups/autoreboot.md 'docs/fixups/autoreboot.md: is missing'
    plant docs.py 'an answer that is no rule' docs/rules/articles.md 'names the rule ZZ-9' <<<'| "A sentence." | ZZ-9 |'
    plant docs.py 'an answer that is no repair' docs/rules/articles.md 'names the repair magic' <<<"| \"A sentence.\" | \`magic\` |"
    plant docs.py 'a sentence without an answer' docs/rules/articles.md 'without an answer' <<<'| "A sentence." | |'
    plant docs.py 'a schema of an old program' docs/formats/plan.json 'not what the program prints' <<<' '
    drop docs.py 'a document without a schema' docs/formats/facts.json 'docs/formats/facts.json: is missing'
    plant docs.py 'an option that no --help names' docs/man/halcyon-restore.8 'describes --frobnicate' <<<'.It Fl -frobnicate'
    drop docs.py 'a command without a page' docs/man/halcyon-restore.8 'halcyon-restore.8: is missing'
    plant docs.py 'a kernel parameter of nobody' docs/man/halcyon-cmdline.7 'halcyon.frobnicate, which does not' \
        <<<'.It Cm halcyon.frobnicate'
    plant docs.py 'a link to nothing' README.md 'links to docs/nowhere.md' <<<'See [nowhere](docs/nowhere.md).'
    plant docs.py 'a picture of no screen' README.md 'shows a screen that no golden' \
        < <(printf '%s\n' "\`\`\`screen" ' halcyon   Nothing' "\`\`\`")
    plant docs.py 'an error that no table has' docs/guide/x.md 'names H0099' <<<'See H0099.'
    plant docs.py 'broken markup' docs/man/halcyon.8 'unknown macro|skipping' <<<'.Zz broken'
}

plant_rest()
{
    plant words.sh 'a note to ourselves' restore/base/x.c 'finish it' <<<"$licence /* TO""DO: later */"
    plant words.sh 'a path of one machine' scripts/x.sh 'a path of one machine' <<<"cd /wo""rk/main"
    plant words.sh 'a mirror' scripts/x.sh 'ask apt' <<<"curl http://deb.deb""ian.org/debian/x"
    plant words.sh 'a source without licence' restore/base/x.c 'restore/base/x.c: the licence line' <<<'int x;'
    plant shellcheck.sh 'an unquoted variable' scripts/x.sh 'SC2086' < <(printf '#!/bin/sh\nrm %s\n' "\$1")
    plant format.sh 'a crooked line' restore/base/x.c 'restore/base/x.c:1:|is not clang-format 14' <<<'int  x( void ){return 1;}'
}

# The runner of tests must not take a broken program for a good one.
plant_runner()
{
    local kind body status
    mkdir -p "$copy/shelf"
    while IFS='|' read -r kind body; do
        printf '#!/bin/sh\n%b\n' "$body" >"$copy/shelf/t.sh"
        chmod +x "$copy/shelf/t.sh"
        status=1
        (cd "$copy" && HALCYON_BUILD=.b tests/run.sh shelf/t.sh >.out 2>&1) || status=0
        echo "$status:tests/run.sh finds a program that $kind"
    done <<'END'
fails|echo 1..1; echo not ok 1 - x
dies|echo ok 1; exit 134
runs nothing|exit 0
forgets a test|echo 1..2; echo ok 1
is only skipped|echo needs a thing; exit 77
ends badly|echo ok 1; echo 1..1; exit 1
END
}

(cd "$top" && tar -c --exclude=./.git --exclude=./build --exclude=__pycache__ .) | tar -x -C "$copy"
plant_deps
plant_size
plant_docs
plant_rest
plant_runner
echo 0:end
