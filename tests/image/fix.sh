#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Registries of real Windows, put before other machines: fix, bootcheck and undo, with others' tools as witnesses.
#
# A row of the table below is a disk and a machine.  fix plans what tests/image/fix/NAME.edits says, makes that in the whole
# registry and on the whole volume, and nothing else (hivex, reged, ntfs-3g); bootcheck names before what is broken, and nothing
# after; a second fix finds nothing; undo gives the bytes back; and runs that are killed are finished, or were never begun.
# What is real about these disks, and what is made: tests/image/lib/disks.sh and real_boot.py.
#
# Needs:    root, HALCYON_TESTDATA, the packages of scripts/dev/packages.list, build/host/bin/halcyon.
#           UPDATE=1 writes tests/image/fix/*.edits anew: read the diff.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build} ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16 # strace is in the way of leak detection
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
halcyon=$HALCYON_BUILD/host/bin/halcyon
w=$tap_work
# shellcheck source=tests/image/lib/disks.sh
. tests/image/lib/disks.sh
# shellcheck source=tests/image/lib/fixed.sh
. tests/image/lib/fixed.sh
# shellcheck source=tests/image/lib/found.sh
. tests/image/lib/found.sh
# shellcheck source=tests/image/lib/libguestfs.sh
. tests/image/lib/libguestfs.sh
if [ -z "${HALCYON_TESTDATA:-}" ]; then
    skip 'repairs of real registries' 'HALCYON_TESTDATA is not set'
    tap_done
    exit
fi

# plans: the dry run's document, and its edits as they were checked in
plans()
{
    "$halcyon" fix "$w/$row.img" "${options[@]}" --dry-run --json >"$w/plan.json" && cmp "$w/$row.img" "$w/before.img" &&
        edits_are "tests/image/fix/$row.edits"
}

fixes()
{
    "$halcyon" fix "$w/$row.img" "${options[@]}" --confirm "$row.img"
}

same_bytes() { cmp "$w/$row.img" "$w/$1.img"; }

# again: nothing to do, nothing written
again()
{
    cp --sparse=always "$w/$row.img" "$w/once.img"
    fixes | tee "$w/said" && grep -q 'nothing to repair' "$w/said" && same_bytes once
}

undoes() { "$halcyon" undo "$w/$row.img" --confirm "$row.img"; }

# told STATUS QUERY: what undo would do, without a write; its edits are those of the plan
told()
{
    local status=0
    cp --sparse=always "$w/$row.img" "$w/told.img"
    "$halcyon" undo "$w/$row.img" --dry-run --json >"$w/undoable.json" || status=$?
    [ "$status" = "$1" ] && jq -e "$2" "$w/undoable.json" && same_bytes told &&
        diff <(jq -S .edits "$w/plan.json") <(jq -S '.repairs[0].edits' "$w/undoable.json")
}

# count_writes: $writes of this row's fix to its disk; it has work files of its own, which -P leaves out
count_writes()
{
    strace -f -P "$w/$row.img" -o "$w/strace" -e trace=pwrite64 "$halcyon" fix "$w/$row.img" "${options[@]}" --confirm "$row.img" --quiet &&
        writes=$(grep -c 'pwrite64(.*) *= ' "$w/strace") && echo "$writes" && [ "$writes" -gt 6 ]
}

# killed WHEN: killed at that write, as the table counts; fix finishes or begins it, and undo gives all
# bytes back, those of free clusters apart
killed()
{
    local when=$1
    case $when in
    -*) when=$((writes + when + 1)) ;;
    /*) when=$((writes / ${when#/})) ;;
    esac
    cp --sparse=always "$w/before.img" "$w/$row.img"
    ! strace -f -P "$w/$row.img" -o "$w/strace" -e trace=pwrite64 -e "inject=pwrite64:signal=SIGKILL:when=$when" \
        "$halcyon" fix "$w/$row.img" "${options[@]}" --confirm "$row.img" --quiet || return 1
    grep -q 'killed by SIGKILL' "$w/strace" || return 1
    fixes >"$w/said" || return 1
    [ "$(looks "$row" "$w/$machine.json")" = 0 ] && volumes_sound "$row" && undoes && tests/image/lib/same_used.py "$w/$row.img" "$w/before.img"
}

touch_hive() { touch "$w"/mnt/[Ww][Ii][Nn]*/System32/config/SYSTEM; }

# touched: somebody else wrote a hive's record; nothing is taken back
touched()
{
    local status=0
    fixes >/dev/null && on_volume "$row" touch_hive && cp --sparse=always "$w/$row.img" "$w/touched.img"
    undoes 2>"$w/err" || status=$?
    cat "$w/err"
    [ "$status" = 3 ] && grep -q H1503 "$w/err" && same_bytes touched && told 3 '.hindrance != null'
}

# libguestfs_agrees: another system's eyes: libguestfs finds the Windows, its drive letter leads to its partition, and
# the hive has every value as it was planned
libguestfs_agrees()
{
    local number start size kind hive
    read -r number start size kind < <(partitions "$row" | tail -n 1)
    hive=$(jq -r '[.edits[].path // empty | select(endswith("/SYSTEM"))][0]' "$w/plan.json")
    libguestfs virt-inspector --format=raw -a "$w/$row.img" >"$w/inspected" && cat "$w/inspected" &&
        grep -F "<root>/dev/sda$number</root>" "$w/inspected" &&
        grep -F "<drive_mapping name=\"C\">/dev/sda$number</drive_mapping>" "$w/inspected" &&
        libguestfs virt-win-reg "$w/$row.img" 'HKLM\SYSTEM' >"$w/exported" &&
        tests/image/lib/regedit_says.py "$w/exported" "$w/plan.json" "$hive"
}

# repaired: the row of a Windows that has to be changed
repaired()
{
    local store when missing
    open_disk was "$row"
    check "$row: fix" fixes
    open_disk at "$row"
    check "$row: the whole registry differs by the plan, and by nothing else" hives_changed
    check "$row: of all files only those of the plan differ" files_changed
    for store in $(stores); do
        check "$row: $store leads to this disk" stores_lead_here "$store"
    done
    check "$row: ntfsfix finds no fault" volumes_sound "$row"
    check "$row: the old bytes are for SYSTEM and Administrators alone" undo_is_closed "$row"
    if [ "$set" != win10-1709 ]; then
        : # one disk is enough, and takes a minute
    elif missing=$(libguestfs_missing); then
        skip "$row: libguestfs agrees" "$missing"
    else
        check "$row: libguestfs agrees" libguestfs_agrees
    fi
    check "$row: it boots" finds "$row" "$w/$machine.json" 0
    check "$row: a second fix has nothing to do" again
    check "$row: undo says what it would take back, and writes nothing" told 0 '.hindrance == null'
    check "$row: undo" undoes
    check "$row: all bytes are back" same_bytes before
    [ -n "$kills" ] || return 0
    check "$row: the writes are counted" count_writes
    for when in $kills; do
        check "$row: killed at write $when of $writes" killed "$when"
    done
    cp --sparse=always "$w/before.img" "$w/$row.img"
    check "$row: changed by somebody else, nothing is taken back" touched
}

while IFS='|' read -r row set machine move want more kills; do
    renamed=(-e '') options=(--facts "$w/$machine.json") writes=0
    read -ra more <<<"$more"
    options+=("${more[@]}")
    tests/image/lib/qemu_facts.py "${machine%-*}" "${machine##*-}" >"$w/$machine.json"
    check "$row: a disk" prepare "$row" "$set"
    [ "$move" = - ] || rename_disk "$row"
    cp --sparse=always "$w/$row.img" "$w/before.img"
    check "$row: bootcheck says what is broken, and what repairs it" finds "$row" "$w/$machine.json" "$want"
    check "$row: the plan is the expected one" plans
    if [ "$want" = 0 ]; then
        check "$row: nothing to do, and nothing written" again
    else
        repaired
    fi
    rm -rf "$w"/*.img "$w"/at* "$w"/was*
done < <(grep -v '^#' tests/image/fix/table)
tap_done
