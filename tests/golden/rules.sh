#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every level that a rule's row lists is a verdict in its golden table (tests/golden/rules/ID), and the table says why.
# The verdicts themselves: tests/golden/run.sh rules.
#
# Needs: halcyon of the host build. Provides: TAP, one test a rule.
set -euo pipefail

cd "$(dirname "$0")/../.."
halcyon=${HALCYON_BIN:-${HALCYON_BUILD:-build}/host/bin}/halcyon
count=0 failed=0

# missing_levels ID LEVELS: those that no line and no cell of the table gives.
missing_levels()
{
    local level table=tests/golden/rules/$1/expect.verdict
    if [ ! -s "$table" ] || [ ! -s "tests/golden/rules/$1/why" ]; then
        echo "the table or its why"
        return
    fi
    for level in ${2//,/ }; do
        grep -qE "^(overridden )?$level:|^[^#:]+ $level( |\$)" "$table" || echo "$level"
    done
}

# UPDATE=1 must not make a wrong verdict right (hazards 21): of a copy of the tree with one that was turned round.
stubborn()
{
    local work table status=0 refused=no
    work=$(mktemp -d)
    table=$work/tests/golden/rules/HAL-1/expect.verdict
    mkdir "$work/tests"
    cp -r tests/golden "$work/tests/"
    sed -i '0,/^block:/s//pass:/' "$table"
    cp "$table" "$work/before"
    UPDATE=1 HALCYON_BIN=$(realpath "$(dirname "$halcyon")") HALCYON_RULES_TOOL=$(realpath "${HALCYON_BUILD:-build}/host/tools/rules") \
        "$work/tests/golden/run.sh" rules/HAL-1 >"$work/said" || status=$?
    cmp -s "$table" "$work/before" && grep -q '^not ok' "$work/said" && [ "$status" -ne 0 ] && refused=yes
    rm -rf "$work"
    [ "$refused" = yes ]
}

while IFS=$'\t' read -r id title levels; do
    count=$((count + 1))
    missing=$(missing_levels "$id" "$levels")
    if [ -z "$missing" ]; then
        echo "ok $count - $id, $title: $levels"
    else
        echo "not ok $count - $id, $title"
        echo "# no golden verdict: ${missing//$'\n'/, }"
        failed=1
    fi
done < <("$halcyon" explain --list rules)
count=$((count + 1))
if stubborn; then
    echo "ok $count - UPDATE=1 writes no verdict anew"
else
    echo "not ok $count - UPDATE=1 writes no verdict anew"
    failed=1
fi
echo "1..$count"
exit "$failed"
