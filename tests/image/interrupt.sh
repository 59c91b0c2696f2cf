#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Interruption is normal: a restore or capture that is killed at any point, or whose server goes away, carries on or
# starts over, and never leaves a disk that looks bootable or a store that has lost something.
#
# Needs:    root (loop devices), the packages of scripts/dev/packages.list, build/host/bin/halcyon.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
# shellcheck source=tests/lib/web.sh
. tests/lib/web.sh

halcyon=$HALCYON_BUILD/host/bin/halcyon
oracle=tests/fixtures/standin/oracle/oracle.py
w=$tap_work
image=$(tests/fixtures/standin/build.py --firmware uefi --version win10 --size 1G --fill 40M --pagefile 8M \
    --small-files 300 --no-boot --cache)

# old_disk IMAGE: a disk with an older system on it, which boots until the restore begins.
old_disk()
{
    cp --sparse=always "$1" "$w/disk.img"
    rm -rf "$w/plan.json.run"
    "$halcyon" plan "$w/repo//b" --target "$w/disk.img" --out "$w/plan.json" --quiet
}

looks_bootable()
{
    sfdisk --json "$w/disk.img" 2>/dev/null | jq -e '.partitiontable.partitions | length > 0' >/dev/null
}

# killed_after BYTES IMAGE: kills the restore once so much was written to the disk's file; then it carries on.
killed_after()
{
    old_disk "$2"
    "$halcyon" apply "$w/plan.json" --confirm disk.img --quiet --threads 2 &
    local pid=$!
    while kill -0 $pid 2>/dev/null; do
        [ "$(awk '/^write_bytes|^wchar/ { s += $2 } END { print s }' /proc/$pid/io 2>/dev/null || echo 0)" -lt "$1" ] || break
    done
    kill -9 $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    if looks_bootable && ! "$oracle" --image "$w/disk.img"; then
        echo 'half a restore looks bootable'
        return 1
    fi
    # A run that was killed after its last write is finished, and says so.
    "$halcyon" apply "$w/plan.json" --confirm disk.img --state-dir "$w/state" || [ $? = 3 ] || return 1
    "$oracle" --image "$w/disk.img"
}

server_goes_away()
{
    rm -rf "$w/disk.img" "$w/state"
    "$halcyon" restore "$web_url/repo//b" --target "$w/disk.img" --confirm disk.img --state-dir "$w/state" --threads 2 &
    local pid=$!
    while kill -0 $pid 2>/dev/null && [ "$(wc -l <"$w/access.log")" -lt 400 ]; do :; done
    kill -0 $pid || { echo 'the restore was over before the server went'; return 1; }
    web_stop
    read -r -t 3 <> <(:) || true
    kill -0 $pid || { echo 'the restore gave up'; return 1; }
    web_again && wait $pid && "$oracle" --image "$w/disk.img" &&
        [ "$(jq .retries "$w/state/report.json")" -gt 0 ]
}

server_stays_away()
{
    local status=0
    rm -rf "$w/disk.img" "$w/state"
    "$halcyon" restore "$web_url/repo//b" --target "$w/disk.img" --confirm disk.img --state-dir "$w/state" \
        --patience 1 --threads 2 &
    local pid=$!
    while kill -0 $pid 2>/dev/null && [ "$(wc -l <"$w/access.log")" -lt "$(($1 + 200))" ]; do :; done
    web_stop
    wait $pid || status=$?
    web_again
    [ $status = 1 ] && jq -r .error_text "$w/state/report.json" | grep -q "$web_url"
}

capture_killed()
{
    for delay in 0.05 0.2 0.5 1; do
        timeout -s KILL $delay "$halcyon" capture "$image" --to "$w/killed" --id "k$delay" --quiet || true
    done
    [ ! -e "$w/killed/backups/k0.05/manifest.json" ] && "$halcyon" catalog "$w/killed" &&
        "$halcyon" capture "$image" --to "$w/killed" --id k0.05 --quiet && "$halcyon" verify "$w/killed//k0.05"
}

captures_at_once()
{
    "$halcyon" capture "$image" --to "$w/two" --id one --quiet &
    local first=$!
    "$halcyon" capture "$other" --to "$w/two" --id two --quiet && wait $first &&
        "$halcyon" verify "$w/two//one" && "$halcyon" verify "$w/two//two" &&
        [ "$("$halcyon" catalog "$w/two" --json | jq '.backups | length')" = 2 ]
}

"$halcyon" capture "$image" --to "$w/repo" --id b --quiet
other=$(tests/fixtures/standin/build.py --firmware bios --version win7 --size 1G --fill 40M --pagefile 8M \
    --small-files 300 --no-boot --cache)
mkdir -p "$w/www" && ln -s "$w/repo" "$w/www/repo"
web_start "$w/www"
for bytes in 1 20000 60000 5000000 40000000 80000000 100000000 101000000; do
    check "killed after $bytes bytes of writes, carried on" killed_after $bytes "$image"
done
# A boot loader lies where the journal goes.
for bytes in 1 4096 5000 60000; do
    check "killed after $bytes bytes of writes to a disk with a full gap, carried on" killed_after $bytes "$other"
done
check 'the server goes away for 3 s' server_goes_away
check 'the server stays away: exit 1 and its name' server_stays_away "$(wc -l <"$w/access.log")"
check 'a capture that is killed loses nothing' capture_killed
check 'two captures into one store at once' captures_at_once

# Loop devices are real block devices: O_EXCL, O_DIRECT, discards.
truncate -s 1100M "$w/backing.img"
if loop=$(losetup --find --show "$w/backing.img"); then
    at_end "losetup -d $loop"
    name=$("$halcyon" plan "$w/repo//b" --target "$loop" --json --for-machine unknown | jq -r '.target.identity.name // "none"')
    check 'a block device is restored' "$halcyon" restore "$w/repo//b" --target "$loop" --confirm "$name" --for-machine unknown
    blockdev --flushbufs "$loop"
    check 'and holds it' "$oracle" --image "$w/backing.img"
    check 'and has its backup GPT at its end' sgdisk -v "$loop"
    check_exit 3 'a read-only device is blocked' bash -c "blockdev --setro $loop; $halcyon check $w/repo//b --target $loop --for-machine unknown; s=\$?; blockdev --setrw $loop; exit \$s"
else
    skip 'a block device is restored' 'no loop devices here'
fi
tap_done
