#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Capture and restore of a stand-in Windows, BIOS and UEFI: what comes back is what was there, as casync, sgdisk and
# ntfsfix see it; spent, stale and unconfirmed plans are refused.
#
# Needs:    root, the packages of scripts/dev/packages.list, build/host/bin/halcyon.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh

halcyon=$HALCYON_BUILD/host/bin/halcyon
standin=tests/fixtures/standin
w=$tap_work

# field DOCUMENT FILTER
field()
{
    jq -r "$2" "$1"
}

# regions ID: index, start and size of each region of disk 0
regions()
{
    field "$w/repo/backups/$1/manifest.json" '.disks[0].regions[] | "\(.index.name) \(.start) \(.size) \(.kind)"'
}

# casync_equals ID IMAGE: Debian's casync, reading our indexes, gets the same partitions as we restored; repairs are taken back first.
casync_equals()
{
    local name start size kind
    cp --sparse=always "$2" "$w/undone.img" && "$halcyon" undo "$w/undone.img" --confirm undone.img || return 1
    while read -r name start size kind; do
        [ "$kind" = partition ] || continue
        casync extract --store="$w/repo/default.castr" "$w/repo/backups/$1/$name" "$w/blob" >/dev/null || return 1
        cmp "$w/blob" <(tail -c +$((start + 1)) "$w/undone.img" | head -c "$size") || return 1
        rm -f "$w/blob"
    done < <(regions "$1")
}

# outside_equals ID A B: two images agree outside partitions, but for the journal's 4 KiB.
outside_equals()
{
    python3 - "$w/repo/backups/$1/manifest.json" "$2" "$3" <<'PY'
import json, sys
manifest, a, b = json.load(open(sys.argv[1])), open(sys.argv[2], "rb"), open(sys.argv[3], "rb")
for r in manifest["disks"][0]["regions"]:
    if r["kind"] == "partition":
        continue
    a.seek(r["start"]), b.seek(r["start"])
    x, y = bytearray(a.read(r["size"])), bytearray(b.read(r["size"]))
    at = y.find(b"halcyon journal\n")
    if r["kind"] == "head" and at >= 0:
        x[at:at + 4096] = y[at:at + 4096] = bytes(4096)
    if x != y:
        n = next(i for i in range(len(x)) if x[i] != y[i])
        sys.exit(f"{r['kind']} differs at {r['start'] + n}")
PY
}

# ntfs_sound IMAGE: ntfsfix finds nothing in any NTFS volume.
ntfs_sound()
{
    local start size
    while read -r start size; do
        dd if="$1" of="$w/volume" bs=1M iflag=skip_bytes,count_bytes skip="$start" count="$size" conv=sparse status=none
        ntfsfix -n "$w/volume" || return 1
        rm -f "$w/volume"
    done < <(sfdisk --json "$1" | jq -r '.partitiontable | .partitions[]
        | select(.type == "7" or .type == "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7" or .type == "DE94BBA4-06D1-4D40-A16A-BFD50179D6AC")
        | "\(.start * 512) \(.size * 512)"')
}

same_file()
{
    [ "$("$halcyon" cat "$w/repo//$1" "$2" | sha256sum)" = "$("$halcyon" cat "$3" "$2" | sha256sum)" ]
}

both_ways()
{
    local firmware=$1 version=$2 image
    image=$("$standin/build.py" --firmware "$firmware" --version "$version" --size 1G --fill 40M --pagefile 8M \
        --small-files 300 --no-boot --cache)
    check "$firmware: capture" "$halcyon" capture "$image" --to "$w/repo" --id "$firmware"
    check "$firmware: the backup verifies" "$halcyon" verify "$w/repo//$firmware"
    check "$firmware: a plan writes nothing" plan_writes_nothing "$firmware"
    check_exit 4 "$firmware: an unconfirmed plan exits 4" "$halcyon" apply "$w/$firmware.plan"
    check_exit 4 "$firmware: a wrong confirmation exits 4" "$halcyon" apply "$w/$firmware.plan" --confirm other.img
    check "$firmware: apply" "$halcyon" apply "$w/$firmware.plan" --confirm "$firmware.img"
    check_exit 3 "$firmware: a finished plan is spent" "$halcyon" apply "$w/$firmware.plan" --confirm "$firmware.img"
    rm -rf "$w/$firmware.plan.run"
    check_exit 3 "$firmware: and the target knows it too" "$halcyon" apply "$w/$firmware.plan" --confirm "$firmware.img"
    check "$firmware: casync reads the same partitions" casync_equals "$firmware" "$w/$firmware.img"
    check "$firmware: outside partitions all is as it was" outside_equals "$firmware" "$image" "$w/$firmware.img"
    check "$firmware: sgdisk finds no fault" sgdisk -v "$w/$firmware.img"
    check "$firmware: ntfsfix finds no fault" ntfs_sound "$w/$firmware.img"
    check "$firmware: the oracle finds it whole" "$standin/oracle/oracle.py" --image "$w/$firmware.img"
    check "$firmware: verify --target" "$halcyon" verify "$w/repo//$firmware" --target "$w/$firmware.img"
    check "$firmware: cat gives the same file from backup and disk" \
        same_file "$firmware" 'C:\Windows\System32\ntoskrnl.exe' "$w/$firmware.img"
}

plan_writes_nothing()
{
    "$halcyon" plan "$w/repo//$1" --target "$w/$1.img" --out "$w/$1.plan" && [ ! -e "$w/$1.img" ]
}

larger_disk()
{
    truncate -s 1500M "$w/larger.img"
    "$halcyon" restore "$w/repo//$1" --target "$w/larger.img" --confirm larger.img &&
        sgdisk -v "$w/larger.img" | grep -q 'No problems found' && casync_equals "$1" "$w/larger.img"
}

# A system state may follow a bare metal restore (KB 249694's table), so the disk has to tell of one; nothing else did here.
own_record()
{
    history "$1" "$w/$1.img" | grep '^a bare metal restore was made here (halcyon' && ! history "$1" "$image" | grep 'a bare metal restore was made here'
}

# history ID TARGET: what rule SCN-1 says of the target
history()
{
    "$halcyon" check "$w/repo//$1" --target "$2" --mode system-state --facts tests/golden/rules/base-facts.json --json >"$w/verdict" || [ $? = 3 ]
    jq -r '.findings[] | select(.rule == "SCN-1") | .evidence[].fact' "$w/verdict"
}

smaller_disk()
{
    truncate -s 500M "$w/smaller.img"
    "$halcyon" check "$w/repo//$1" --target "$w/smaller.img"
}

stale_plan()
{
    truncate -s 1G "$w/stale.img"
    "$halcyon" plan "$w/repo//$1" --target "$w/stale.img" --out "$w/stale.plan" >/dev/null
    echo changed | dd of="$w/stale.img" conv=notrunc status=none
    "$halcyon" apply "$w/stale.plan" --confirm stale.img
}

changed_plan()
{
    sed 's/"length": 4096/"length": 8192/' "$w/stale.plan" >"$w/changed.plan"
    ! cmp -s "$w/stale.plan" "$w/changed.plan" && "$halcyon" apply "$w/changed.plan" --confirm stale.img
}

extract_tree()
{
    rm -rf "$w/tree"
    "$halcyon" extract "$w/repo//$1" 'C:/Windows/System32/config' --to "$w/tree" && hivexsh -f <(echo) "$w/tree/SYSTEM" &&
        [ "$(ls "$w/tree")" != '' ]
}

reused()
{
    "$halcyon" restore "$w/repo//$1" --target "$w/larger.img" --confirm larger.img --reuse --state-dir "$w/reuse" &&
        [ "$(field "$w/reuse/report.json" '.reused_bytes > 9 * .written_bytes')" = true ]
}

both_ways bios win7
both_ways uefi win10
check 'a larger disk gets its backup GPT at the end' larger_disk uefi
check 'a second restore keeps what is there' reused uefi
check_exit 3 'a disk that is too small is blocked' smaller_disk uefi
check_exit 3 'a plan for a disk that changed is stale' stale_plan bios
check_exit 5 'a plan that was changed is refused' changed_plan
check 'the disk itself records that a bare metal restore was made' own_record bios
check 'a folder is extracted without restoring' extract_tree bios
check 'the catalog lists both' test "$("$halcyon" catalog "$w/repo" --json | jq '.backups | length')" = 2
check 'chunks that both share are stored once' \
    test "$(field "$w/repo/backups/uefi/manifest.json" '.totals.new_chunks < .totals.chunks')" = true
tap_done
