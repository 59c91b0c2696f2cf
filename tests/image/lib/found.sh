# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What halcyon plans and what its bootcheck finds, against what was written down; source it after tests/lib/tap.sh.
: "${w:?a folder to work in}" "${halcyon:?the program}"

# looks NAME FACTS: the links of $w/NAME.img that bootcheck finds broken, with their repairs, and its exit status
looks()
{
    local status=0
    "$halcyon" bootcheck "$w/$1.img" --facts "$2" --json >"$w/said" || status=$?
    jq -r --argjson status "$status" '[(.links[] | select(.state == "broken") | "\(.id):\(.fixup)"), $status] | join(" ")' "$w/said"
}

# finds NAME FACTS WANTED
finds()
{
    local got
    got=$(looks "$1" "$2")
    echo "got $got, wanted $3"
    [ "$got" = "$3" ]
}

# edits_are EXPECTED: those of $w/plan.json; ids that are made anew for each restore are not compared.  UPDATE=1 writes EXPECTED.
edits_are()
{
    jq -r '.edits[] | "\(.fixup) \(.partition) \(.path // "")\t\(.key // "")\\\(.name // .offset)\t" +
        "\(.before.text // .before.bytes // "-") > " + if .name == "LastInstance" then "(new)" else .after.text // .after.bytes // "-" end' \
        "$w/plan.json" | sort >"$w/plan"
    [ -z "${UPDATE:-}" ] || cp "$w/plan" "$1"
    diff "$1" "$w/plan"
}
