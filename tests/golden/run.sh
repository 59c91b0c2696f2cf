#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Golden tests: for each case, what the programs make of its inputs must equal its expect.* files.
#
# A case is a folder tests/golden/TOPIC/CASE/: inputs, and expect.NAME files.  TOPIC/run CASE-FOLDER OUT-FOLDER, a script,
# writes OUT/NAME for each of them, and exits with 0.  The case's name is what it asserts; a file `name` may say more.
#
# Usage:    tests/golden/run.sh [TOPIC[/CASE]...]
# Needs:    `make host`; TOPIC/run finds the programs in $HALCYON_BIN. Provides: TAP, one test a case.
#           UPDATE=1 writes the expect.* files anew, but never a verdict (hazards 21): look at the difference before you commit.
set -euo pipefail

cd "$(dirname "$0")/../.."
build=${HALCYON_BUILD:-build}
export HALCYON_BIN=${HALCYON_BIN:-$PWD/$build/host/bin}
export LC_ALL=C TZ=UTC
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0 failed=0

# compare CASE OUT: true when each expectation is met and nothing failed to be expected.
compare()
{
    local expect name good=0 any=no
    for expect in "$1"/expect.*; do
        [ -e "$expect" ] || continue
        any=yes name=${expect##*/expect.}
        if [ ! -e "$2/$name" ]; then
            echo "# $name was not written"
            good=1
        elif ! diff -u --label "expect.$name" --label "$name" "$expect" "$2/$name" >"$work/diff"; then
            if [ -n "${UPDATE:-}" ] && [[ $name != *verdict* ]]; then
                cp "$2/$name" "$expect"
                echo "# $name: expectation written anew"
            else
                sed 's/^/# /' "$work/diff"
                good=1
            fi
        fi
    done
    [ "$any" = yes ] || { echo "# the case expects nothing"; return 1; }
    return "$good"
}

run_case()
{
    local topic=$1 folder=$2 out status=0 good
    out=$work/out
    rm -rf "$out"
    mkdir -p "$out"
    number=$((number + 1))
    "$topic/run" "$folder" "$out" >"$work/said" 2>&1 </dev/null || status=$?
    if [ "$status" -eq 77 ]; then
        echo "ok $number - $(basename "$topic")/$(basename "$folder") # SKIP $(tail -n 1 "$work/said")"
        return
    fi
    if [ "$status" -eq 0 ] && compare "$folder" "$out" >"$work/compared"; then
        good=''
    else
        good='not ' failed=1
        [ "$status" -eq 0 ] || echo "# $topic/run ended with exit status $status" >>"$work/compared"
    fi
    echo "${good}ok $number - $(basename "$topic")/$(basename "$folder")"
    cat "$work/compared" 2>/dev/null || true
    [ -z "$good" ] || sed 's/^/# /' "$work/said"
    rm -f "$work/compared"
}

main()
{
    local topic folder wanted=("$@") want
    for topic in tests/golden/*/; do
        topic=${topic%/}
        [ -x "$topic/run" ] || continue
        for folder in "$topic"/*/; do
            [ -d "$folder" ] || continue
            folder=${folder%/}
            for want in "${wanted[@]:-}"; do
                case /${folder#tests/golden/}/ in
                "/$want"*) run_case "$topic" "$folder"; break ;;
                esac
            done
        done
    done
    echo "1..$number"
    exit "$failed"
}

main "$@"
