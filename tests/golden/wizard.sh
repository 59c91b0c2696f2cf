#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Golden screens of the wizard: each case's keys, followed without a terminal, must print its expect.screen.
# Needs: halcyon-wizard of the host build (WIZARD names another).  Provides: TAP.
# UPDATE=1 writes the expectations anew; read the difference as prose before you commit it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
wizard=${WIZARD:-${HALCYON_BUILD:-$root/build}/host/bin/halcyon-wizard}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

count=0 failed=0

# case NAME SUFFIX OPTION...: compares one run with expect.SUFFIX.
golden() {
    local name=$1 suffix=$2
    shift 2
    local folder=$here/wizard/$name
    local expect=$folder/expect.$suffix options=()

    [ ! -e "$folder/options" ] || read -r -a options <"$folder/options"

    count=$((count + 1))
    env -u HALCYON_REPO "$wizard" --script "$folder/keys" ${options[@]+"${options[@]}"} "$@" >"$work/got" 2>"$work/said" ||
        echo "exit status $?: $(cat "$work/said")" >>"$work/got"
    if [ "${UPDATE:-}" = 1 ]; then
        cp "$work/got" "$expect"
    fi
    if diff -u "$expect" "$work/got" >"$work/diff" 2>&1; then
        echo "ok $count - $name: $suffix"
    else
        echo "not ok $count - $name: $suffix"
        sed 's/^/# /' "$work/diff"
        failed=$((failed + 1))
    fi
}

[ -x "$wizard" ] || {
    echo "Bail out! there is no $wizard: make host"
    exit 1
}
for keys in "$here"/wizard/*/keys; do
    name=$(basename "$(dirname "$keys")")
    golden "$name" screen --size 80x24
done
# Each screen of a restore on a large terminal, and without line drawing.
for name in restore warning blocked options restore-failed; do
    golden "$name" large --size 132x43
    golden "$name" ascii --size 80x24 --ascii
done
golden kiosk ascii --size 80x24 --ascii
echo "1..$count"
[ "$failed" = 0 ]
