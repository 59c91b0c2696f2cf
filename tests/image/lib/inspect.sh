# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What tests of `halcyon inspect` share.  A library; source it.
#
# Needs: halcyon, the program; w, a folder for what is made.
# shellcheck disable=SC2154  # its users set them

standin=tests/fixtures/standin

# standin FIRMWARE VERSION: prints the name of an image with a stand-in Windows
standin()
{
    "$standin/build.py" --firmware "$1" --version "$2" --fill 4M --pagefile 4M --small-files 100 --no-boot --size 1G --cache
}

# says NAME JQ-FILTER: the document of that name, $w/NAME.json, makes it true
says()
{
    jq -e "$2" "$w/$1.json" || { jq . "$w/$1.json"; return 1; }
}

# page NAME IMAGE: the page is tests/image/inspect/NAME.page
page()
{
    "$halcyon" inspect "$2" >"$w/$1.page"
    [ -z "${UPDATE:-}" ] || cp "$w/$1.page" "tests/image/inspect/$1.page"
    diff -u "tests/image/inspect/$1.page" "$w/$1.page"
}

# document NAME PLACE OPTIONS...: writes $w/NAME.json
document()
{
    local name=$1
    shift
    "$halcyon" inspect "$@" --json >"$w/$name.json"
}

# said STATUS TEXT PLACE...: exits with it, says TEXT
said()
{
    local want=$1 text=$2 status=0
    shift 2
    "$halcyon" inspect "$@" >"$w/said" 2>&1 || status=$?
    cat "$w/said"
    [ "$status" = "$want" ] && grep -F "$text" "$w/said"
}
