#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# fix and undo, killed at each of their writes to the disk: the old state or the new.
#
# A stand-in Windows gets another controller and, in the row of UEFI, a boot store that leads nowhere, so that files on two volumes
# have to change.  For each write of fix to the disk a run is killed just before it.  What lies there is either the old state, to
# the last cluster in use, or is recorded as a repair that was begun.  From there fix comes to its end and the stand-in's oracle
# finds all whole, and undo gives the old state back.  Then the same with each write of undo.
#
# Needs:    root, the packages of scripts/dev/packages.list, build/host/bin/halcyon, HALCYON_SLOW=1.
#           ROWS="NAME..." runs only these.  `make powercut`.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build} ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16 # strace is in the way of leak detection
if [ "${HALCYON_SLOW:-0}" != 1 ]; then
    echo '1..0 # SKIP some minutes: make powercut'
    exit
fi
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
halcyon=$HALCYON_BUILD/host/bin/halcyon
standin=tests/fixtures/standin
w=$tap_work

# take NAME NEW: a copy
take() { rm -f "$w/$2.img" && cp --sparse=always "$w/$1.img" "$w/$2.img"; }
fixes() { "$halcyon" fix "$w/$1.img" --facts "$w/facts.json" --confirm "$1.img" --quiet; }
undoes() { "$halcyon" undo "$w/$1.img" --confirm "$1.img" --quiet; }
whole() { "$standin/oracle/oracle.py" --image "$w/$1.img" --controller "$to" >"$w/oracle" || { grep FAIL "$w/oracle" && return 1; }; }
same_used() { tests/image/lib/same_used.py "$w/$1.img" "$w/before.img"; }

# prepare: $w/before.img
prepare()
{
    local image
    image=$("$standin/build.py" --version "$version" --firmware "$firmware" --controller "$from" --fill 1M --pagefile 1M \
        --small-files 10 --no-boot --size 512M --cache)
    cp --sparse=always "$image" "$w/before.img" && { [ "$harm" = - ] || "$standin/damage.py" "$w/before.img" "$harm"; } &&
        tests/image/lib/qemu_facts.py "$to" "$firmware" >"$w/facts.json"
}

# count COMMAND: $writes that it makes to the disk; its own work files are not the disk
count()
{
    strace -f -P "$w/cut.img" -o "$w/strace" -e trace=pwrite64 "$halcyon" "$@" --quiet &&
        writes=$(grep -c 'pwrite64(.*) *= ' "$w/strace") && echo "$writes writes" && [ "$writes" -gt 4 ]
}

# killed N COMMAND: at that write, which is not done any more
killed()
{
    local status=0 when=$1
    shift
    strace -f -P "$w/cut.img" -o "$w/strace" -e trace=pwrite64 -e "inject=pwrite64:signal=SIGKILL:when=$when" \
        "$halcyon" "$@" --quiet || status=$?
    [ "$status" = 137 ] && grep -q 'killed by SIGKILL' "$w/strace" && [ "$(grep -c 'pwrite64(.*) *= [0-9]' "$w/strace")" = $((when - 1)) ]
}

fix_command() { echo fix "$w/cut.img" --facts "$w/facts.json" --confirm cut.img; }

# recorded: the journal of $w/cut.img tells of a repair; it lies before the first partition
recorded() { ! cmp -s -n 1048576 "$w/cut.img" "$w/before.img"; }

# fix_cut N: killed there; the one state or the other, from which both ways lead on
fix_cut()
{
    local words
    read -ra words < <(fix_command)
    take before cut && killed "$1" "${words[@]}" || return 1
    take cut other
    if recorded; then
        began=$((began + 1))
        undoes other && same_used other || return 1
    else
        old=$((old + 1))
        same_used cut && ! undoes other 2>"$w/err" && grep -q H1504 "$w/err" && cmp "$w/other.img" "$w/cut.img" || return 1
    fi
    fixes cut && whole cut && undoes cut && same_used cut
}

# undo_cut N: killed there; undo again, and the other way: fix puts back what was begun and then begins anew
undo_cut()
{
    take fixed cut && killed "$1" undo "$w/cut.img" --confirm cut.img || return 1
    take cut other
    if recorded; then
        undoes cut || return 1
    else
        gone=$((gone + 1))
    fi
    same_used cut && fixes other && whole other && undoes other && same_used other
}

while IFS='|' read -r row version firmware from to harm; do
    if [ -n "${ROWS:-}" ] && [[ " $ROWS " != *" $row "* ]]; then
        continue
    fi
    old=0 began=0 gone=0 writes=0
    check "$row: a disk to repair" prepare
    take before cut
    read -ra words < <(fix_command)
    check "$row: fix, its writes counted" count "${words[@]}"
    fix_writes=$writes
    check "$row: it is whole then" whole cut
    take cut fixed
    check "$row: undo, its writes counted" count undo "$w/cut.img" --confirm cut.img
    undo_writes=$writes
    check "$row: all bytes are back" cmp "$w/cut.img" "$w/before.img"
    for ((n = 1; n <= fix_writes; n++)); do
        check "$row: fix killed at write $n of $fix_writes" fix_cut "$n"
    done
    check "$row: there were both: $old times the old state, $began times a repair that was begun" test "$old" -gt 0 -a "$began" -gt 4
    for ((n = 1; n <= undo_writes; n++)); do
        check "$row: undo killed at write $n of $undo_writes" undo_cut "$n"
    done
    rm -f "$w"/*.img
done <<'TABLE'
bios|win7|bios|ide|ahci|-
uefi|win10|uefi|ahci|nvme|bcd-disk
TABLE
tap_done
