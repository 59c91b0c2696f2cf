#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A flipped bit anywhere in the repository is found, named, and refused with exit status 5; so is what is missing.
#
# Needs:    root, the packages of scripts/dev/packages.list, build/host/bin/halcyon.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
# shellcheck source=tests/lib/web.sh
. tests/lib/web.sh

halcyon=$HALCYON_BUILD/host/bin/halcyon
w=$tap_work
repo=$w/repo

# flip FILE OFFSET: one bit; twice is as it was.
flip()
{
    chmod u+w "$1"
    python3 - "$1" "$2" <<'PY'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(int(sys.argv[2]))
    byte = f.read(1)[0]
    f.seek(int(sys.argv[2]))
    f.write(bytes([byte ^ 1]))
PY
}

# restore_status FROM: exit status of a restore; the message goes to $w/message.
restore_status()
{
    local status=0
    rm -rf "$w/out.img"
    "$halcyon" restore "$1//b" --target "$w/out.img" --confirm out.img --quiet 2>"$w/message" || status=$?
    echo "$status"
}

# refuses FILE OFFSET NAMED: with that bit flipped a restore, from the folder and over HTTP, exits 5 and names it.
refuses()
{
    local status
    flip "$1" "$2"
    for from in "$repo" "$web_url/repo"; do
        status=$(restore_status "$from")
        cat "$w/message"
        if [ "$status" != 5 ] || ! grep -q "$3" "$w/message"; then
            echo "from $from: exit status $status"
            flip "$1" "$2"
            return 1
        fi
    done
    flip "$1" "$2"
}

# everywhere FILE NAMED: at its first, last, and some other bytes.
everywhere()
{
    local size at
    size=$(stat -c %s "$1")
    for at in 0 $((size - 1)) $((RANDOM % size)); do
        refuses "$1" "$at" "$2" || { echo "offset $at of $1"; return 1; }
    done
}

not_bootable()
{
    [ ! -e "$w/out.img" ] || [ "$(head -c 512 "$w/out.img" | tr -d '\0' | wc -c)" = 0 ]
}

image=$(tests/fixtures/standin/build.py --firmware bios --version win7 --size 1G --fill 40M --pagefile 8M \
    --small-files 300 --no-boot --cache)
"$halcyon" capture "$image" --to "$repo" --id b --quiet
web_start "$w"
check 'an unharmed backup is restored' test "$(restore_status "$web_url/repo")" = 0

check 'a flipped bit in the manifest' everywhere "$repo/backups/b/manifest.json" manifest
check 'a flipped bit in the marker of the repository' everywhere "$repo/halcyon.json" halcyon.json
for index in "$repo"/backups/b/*.caibx; do
    check "a flipped bit in ${index##*/}" everywhere "$index" "${index##*/}"
done
for free in "$repo"/backups/b/*.free; do
    check "a flipped bit in ${free##*/}" everywhere "$free" "${free##*/}"
done
mapfile -t chunks < <(find "$repo/default.castr" -name '*.cacnk' | sort -R --random-source=<(yes) | head -n 6)
for chunk in "${chunks[@]}"; do
    name=$(basename "$chunk" .cacnk)
    check "a flipped bit in chunk ${name:0:12}" everywhere "$chunk" "$name"
    check 'after it the target does not look bootable' not_bootable
done

truncated()
{
    local status
    cp "$1" "$w/kept" && chmod u+w "$1" && truncate -s -1 "$1"
    status=$(restore_status "$repo")
    cp "$w/kept" "$1"
    cat "$w/message"
    [ "$status" = 5 ]
}

missing()
{
    local status
    mv "$1" "$w/kept"
    status=$(restore_status "$web_url/repo")
    mv "$w/kept" "$1"
    cat "$w/message"
    [ "$status" = 5 ] && grep -q "$2" "$w/message"
}

check 'a chunk that was cut short' truncated "${chunks[0]}"
check 'an index that was cut short' truncated "$repo/backups/b/disk0-head.caibx"
check 'a chunk that is missing' missing "${chunks[1]}" "$(basename "${chunks[1]}" .cacnk)"
check 'an index that is missing' missing "$repo/backups/b/disk0-head.caibx" disk0-head.caibx

verify_names_all()
{
    local status=0
    flip "${chunks[2]}" 20
    flip "${chunks[3]}" 20
    "$halcyon" verify "$repo//b" >"$w/message" 2>&1 || status=$?
    flip "${chunks[2]}" 20
    flip "${chunks[3]}" 20
    [ "$status" = 5 ] && grep -q "$(basename "${chunks[2]}" .cacnk)" "$w/message" &&
        grep -q "$(basename "${chunks[3]}" .cacnk)" "$w/message"
}

check 'verify names every damaged chunk' verify_names_all
check 'and all is well again' "$halcyon" verify "$repo//b"

target_differs()
{
    local status=0 at
    restore_status "$repo" >/dev/null
    # Free clusters are outside the contract: take a place that the restore wrote.
    at=$(python3 -c 'import os, sys; print(os.lseek(os.open(sys.argv[1], 0), 200 << 20, os.SEEK_DATA) + 100)' "$w/out.img")
    flip "$w/out.img" "$at"
    "$halcyon" verify "$repo//b" --target "$w/out.img" --quiet 2>"$w/message" || status=$?
    flip "$w/out.img" "$at"
    [ "$status" = 5 ] && grep -q out.img "$w/message"
}

check 'verify --target finds a flipped bit on the disk' target_differs
tap_done
