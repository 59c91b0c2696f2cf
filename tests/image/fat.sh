#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Windows on FAT: repairs whose record lies in a folder outside of the disk, with others' tools as witnesses.
#
# Without such a folder every repair is refused, and nothing is written.  With it a row of the table below goes as in
# tests/image/fix.sh: the plan is tests/image/fat/NAME.edits, the whole registry and all files differ by it and by nothing else
# (hivex, reged, mtools, fsck.fat), undo gives all bytes back, and runs that are killed are finished or were never begun.
# Then the disk as it was is captured, and restored for the other machine.
# What is real about these disks, and what is made: tests/image/lib/disks.sh and real_boot.py.
#
# Needs:    root, HALCYON_TESTDATA, the packages of scripts/dev/packages.list, build/host/bin/halcyon.
#           HALCYON_SLOW=1 kills at more places.  UPDATE=1 writes tests/image/fat/*.edits anew: read the diff.
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
# shellcheck source=tests/image/lib/restored.sh
. tests/image/lib/restored.sh
if [ -z "${HALCYON_TESTDATA:-}" ]; then
    skip 'repairs of real registries on FAT' 'HALCYON_TESTDATA is not set'
    tap_done
    exit
fi
place=("--undo-to=$w/stick" "--undo-key=$w/key")
mkdir "$w/stick"
head -c 32 /dev/urandom >"$w/key"

same_bytes() { cmp "$w/$row.img" "$w/$1.img"; }
fixes() { "$halcyon" fix "$w/$row.img" "${options[@]}" "${place[@]}" --confirm "$row.img"; }
undoes() { "$halcyon" undo "$w/$row.img" "${place[@]}" --confirm "$row.img"; }

# refused: each repair names the option, and nothing is written
refused()
{
    local status=0
    "$halcyon" fix "$w/$row.img" "${options[@]}" --confirm "$row.img" >"$w/said" 2>"$w/err" || status=$?
    cat "$w/said" "$w/err"
    [ "$status" = 3 ] && grep -q H1506 "$w/err" && grep -q -e '--undo-to' "$w/err" && same_bytes before
}

# plans: the dry run's document, and its edits as they were checked in
plans()
{
    "$halcyon" fix "$w/$row.img" "${options[@]}" "${place[@]}" --dry-run --json >"$w/plan.json" && same_bytes before &&
        edits_are "tests/image/fat/$row.edits" && [ -z "$(ls -A "$w/stick")" ]
}

# again: nothing to do, nothing written
again()
{
    cp --sparse=always "$w/$row.img" "$w/once.img"
    fixes | tee "$w/said" && grep -q 'nothing to repair' "$w/said" && same_bytes once
}

# kept_secret: two files of this run, and nothing of a hive or of the plan in them
kept_secret()
{
    find "$w/stick" -type f | sort | tee "$w/kept"
    [ "$(sed "s|.*/||" "$w/kept" | xargs)" = 'manifest.json sectors' ] &&
        ! grep -rlE 'regf|hbin|Control|storage-boot' "$w/stick" && [ "$(xargs head -qc 16 <"$w/kept" | sort -u)" = 'halcyon crypted' ]
}

# attributes_stay: those of each file, as mattrib tells them
attributes_stay()
{
    local number start size kind name
    for name in before "$row"; do
        read -r number start size kind < <(partitions "$name" | tail -n 1)
        extract "$name" "$start" "$size" "$w/part" && mattrib -/ -i "$w/part" ::/ | LC_ALL=C sort >"$w/$name.attributes" || return 1
    done
    diff "$w/before.attributes" "$w/$row.attributes" | grep '^<' | tee "$w/differ"
    [ ! -s "$w/differ" ] && grep -q 'SHR.*/boot.ini' "$w/$row.attributes"
}

# undo_refuses WORD OPTIONS...: neither without the folder nor with another key
undo_refuses()
{
    local status=0
    cp --sparse=always "$w/$row.img" "$w/once.img"
    "$halcyon" undo "$w/$row.img" --confirm "$row.img" "${@:2}" 2>"$w/err" || status=$?
    cat "$w/err"
    [ "$status" = 3 ] && grep -q "$1" "$w/err" && same_bytes once
}

# interrupted CALL WHEN: killed at that call for the disk (pwrite64) or the folder (fsync)
interrupted()
{
    local only=()
    [ "$1" = fsync ] || only=(-P "$(realpath "$w/$row.img")")
    strace -o "$w/strace" "${only[@]}" -e "trace=$1" ${2:+-e "inject=$1:signal=SIGKILL:when=$2"} \
        "$halcyon" fix "$w/$row.img" "${options[@]}" "${place[@]}" --confirm "$row.img" --quiet
}

count_writes() { interrupted pwrite64 '' && writes=$(grep -c 'pwrite64(.*) *= ' "$w/strace") && echo "$writes" && [ "$writes" -gt 6 ]; }

# killed CALL WHEN: before the journal says so the disk is untouched; later nothing is done without the folder, then fix
# finishes it and undo gives all bytes back
killed()
{
    local when=$2
    case $when in
    -*) when=$((writes + when + 1)) ;;
    /*) when=$((writes / ${when#/})) ;;
    esac
    cp --sparse=always "$w/before.img" "$w/$row.img"
    rm -rf "$w/stick/halcyon-undo"
    ! interrupted "$1" "$when" || return 1
    grep -q 'killed by SIGKILL' "$w/strace" || return 1
    if [ "$1" = fsync ] || [ "$when" = 1 ]; then
        same_bytes before || return 1
    else
        undo_refuses H1512 || return 1
    fi
    fixes >"$w/said" || return 1
    [ "$(looks "$row" "$w/$machine.json")" = 0 ] && volumes_sound "$row" && undoes && same_bytes before
}

# restores OPTIONS...: the disk as it was, to $w/new.img, for the other machine
restores()
{
    "$halcyon" restore "$w/repo//$row" --target "$w/new.img" --confirm new.img --for-machine "$w/$machine.json" \
        --state-dir "$w/state" --quiet --accept HAL-2 "$@"
}

restored()
{
    restores "${place[@]}" && [ "$(jq -r .outcome "$w/state/report.json")" = restored ] && volumes_sound new && kept_secret &&
        finds new "$w/$machine.json" 0
}

verifies() { "$halcyon" verify "$w/repo//$row" --target "$w/new.img" --quiet "$@"; }

# taken_back: what was restored is what was captured, but for the journal's 4 KiB
taken_back()
{
    "$halcyon" undo "$w/new.img" --confirm new.img "${place[@]}" && same_disk new before
}

restore_too()
{
    rm -rf "$w/stick/halcyon-undo"
    check "$row: captured" "$halcyon" capture "$w/before.img" --to "$w/repo" --id "$row" --quiet
    check_exit 3 "$row: a restore without a folder for the record is blocked" restores
    check "$row: nothing was written by it" [ ! -e "$w/new.img" ]
    check "$row: restored with its repairs" restored
    check "$row: verify knows the repairs" verifies "${place[@]}"
    check_exit 3 "$row: but not without the folder" verifies
    check "$row: undo makes the captured disk of it" taken_back
}

while IFS='|' read -r row set machine want more kills; do
    options=(--facts "$w/$machine.json") writes=0 flushes='1 8'
    read -ra more <<<"$more"
    options+=("${more[@]}")
    tests/image/lib/qemu_facts.py "${machine%-*}" "${machine##*-}" >"$w/$machine.json"
    check "$row: a disk" prepare "$row" "$set"
    cp --sparse=always "$w/$row.img" "$w/before.img"
    check "$row: inspect finds Windows there" eval "'$halcyon' inspect '$w/$row.img' --json | grep -F 5.2"
    check "$row: bootcheck says what is broken, and what repairs it" finds "$row" "$w/$machine.json" "$want"
    check "$row: without a folder for the record all is refused" refused
    check "$row: the plan is the expected one" plans
    open_disk was "$row"
    check "$row: fix" fixes
    open_disk at "$row"
    check "$row: the whole registry differs by the plan, and by nothing else" hives_changed
    check "$row: of all files only those of the plan differ" files_changed
    check "$row: fsck.fat finds no fault" volumes_sound "$row"
    check "$row: all attributes are as they were" attributes_stay
    check "$row: the old bytes can't be read" kept_secret
    check "$row: it boots" finds "$row" "$w/$machine.json" 0
    check "$row: a second fix has nothing to do" again
    check "$row: no undo without the folder" undo_refuses H1512
    head -c 32 /dev/urandom >"$w/key2"
    check "$row: nor with another key" undo_refuses H1511 "--undo-to=$w/stick" "--undo-key=$w/key2"
    check "$row: undo" undoes
    check "$row: all bytes are back" same_bytes before
    check "$row: and nothing is left in the folder" eval "! find '$w/stick' -type f | grep ."
    if [ -n "$kills" ]; then
        check "$row: the writes are counted" count_writes
        [ -n "${HALCYON_SLOW:-}" ] || kills=/2 flushes=8 # the others take minutes
        for when in $kills; do check "$row: killed at write $when of $writes" killed pwrite64 "$when"; done
        for when in $flushes; do check "$row: killed as flush $when of the folder begins" killed fsync "$when"; done
        restore_too
    fi
    rm -rf "$w"/*.img "$w"/at* "$w"/was* "$w"/stick/*
done <<'END'
fat32-ide|2003-fat32|ide-bios|controller-driver:storage-boot 3||2 /2 -1
fat16-hal|2003-fat16|ide-bios|controller-driver:storage-boot 3|--fixups hal,autoreboot|
END
tap_done
