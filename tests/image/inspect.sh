#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# halcyon inspect on disk images, backups and directories: what it finds, the same wherever it finds it, and what it says when
# a Windows is damaged or not there.
#
# Needs:    root, the packages of scripts/dev/packages.list, build/host/bin/halcyon.
# Provides: TAP.  UPDATE=1 writes the pages in tests/image/inspect anew: look at the difference before you commit.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh

halcyon=$HALCYON_BUILD/host/bin/halcyon
w=$tap_work
# shellcheck source=tests/image/lib/inspect.sh
. tests/image/lib/inspect.sh

# damaged NAME KIND IMAGE: a document of a copy with that harm done
damaged()
{
    cp --sparse=always "$3" "$w/damaged.img"
    "$standin/damage.py" "$w/damaged.img" "$2"
    document "$1" "$w/damaged.img"
}

# Partition 1 of NAME's backup is gone from the store, the rest is not.
without_chunk()
{
    local number=$1
    cp -r "$w/repo" "$w/broken"
    rm "$w/broken/backups/bios/disk0-p$number.caibx"
}

tree()
{
    mkdir -p "$w/tree/Windows/System32"
    "$halcyon" extract "$1" /Windows/System32/config --to "$w/tree/Windows/System32/CONFIG" &&
        "$halcyon" extract "$1" /Windows/System32/cmd.exe --to "$w/tree/Windows/System32/cmd.exe" &&
        "$halcyon" extract "$1" /Boot/BCD --partition 1 --to "$w/BCD" &&
        mkdir -p "$w/tree/Boot" && cp "$w/BCD" "$w/tree/Boot/BCD"
}

# Two Windows on one disk: partition 3 is a copy of partition 2.
two_windows()
{
    local start size
    read -r start size < <(sfdisk -J "$1" | jq -r '.partitiontable.partitions[1] | "\(.start) \(.size)"')
    cp --sparse=always "$1" "$w/two.img"
    truncate -s $(((start + 2 * size) * 512)) "$w/two.img"
    echo "start=$((start + size)), size=$size, type=7" | sfdisk --append --no-reread "$w/two.img"
    dd if="$1" of="$w/two.img" bs=1M iflag=skip_bytes,count_bytes oflag=seek_bytes conv=notrunc,sparse status=none \
        skip=$((start * 512)) count=$((size * 512)) seek=$(((start + size) * 512))
}

bios=$(standin bios win7)
uefi=$(standin uefi win10)

check 'BIOS: a document' document bios "$bios"
check 'BIOS: which Windows' says bios '.product == "Windows 7 Professional" and .version == "6.1" and .build == "7601" and
    .architecture == "x64" and .product_type == "WinNT" and .service_pack == "Service Pack 1"'
check 'BIOS: where it lies' says bios '.system_disk == 0 and .system_partition == 2 and .system_root == "C:\\Windows"'
check 'BIOS: firmware by its loader' says bios '.firmware == "bios"'
check 'BIOS: the boot store, on the other partition' says bios '.bcd.where == "disk0-p1 \\Boot\\BCD" and
    ([.bcd.objects[] | select(.type == "10200003") | .devices[] | select(.element == "21000001") | .disk] | unique | length) == 1'
check 'BIOS: every hive is clean, nothing is left unread' says bios '([.hives[].dirty] | any | not) and .hives.BCD and
    .unread == []'
check 'BIOS: the page' page bios-win7 "$bios"
check 'UEFI: a document' document uefi "$uefi"
check 'UEFI: which Windows' says uefi '.product == "Windows 10 Pro" and .version == "10.0" and .system_partition == 3'
check 'UEFI: firmware' says uefi '.firmware == "uefi"'
# The store lies on a FAT volume: found, or said not to be.
check 'UEFI: the boot store is found, or its absence said' says uefi '
    .bcd.where == "disk0-p1 \\EFI\\Microsoft\\Boot\\BCD" or ([.unread[] | startswith("BCD: ")] | any)'
check 'UEFI: the page' page uefi-win10 "$uefi"

check 'BIOS: captured' "$halcyon" capture "$bios" --to "$w/repo" --id bios --quiet
check 'UEFI: captured' "$halcyon" capture "$uefi" --to "$w/repo" --id uefi --quiet
for name in bios uefi; do
    check "$name: a document of the backup" document "$name-backup" "$w/repo//$name"
    check "$name: equals that of the disk" cmp "$w/$name.json" "$w/$name-backup.json"
    jq .windows "$w/repo/backups/$name/manifest.json" >"$w/manifest"
    check "$name: and so does the manifest's" diff <(jq -S . "$w/$name.json") <(jq -S . "$w/manifest")
done

check 'a broken SYSTEM: still a document' damaged broken hive-broken "$bios"
check 'which tells what the rest tells' says broken '.product == "Windows 7 Professional" and .hostname == null and
    ([.unread[] | startswith("SYSTEM")] | any)'
check 'no boot store: still a document' damaged storeless bcd-missing "$bios"
check 'which says so, and the firmware by the table' says storeless '.bcd == null and .firmware == "bios" and
    ([.unread[] | startswith("BCD: ")] | any)'
check 'a dirty hive: still a document' damaged dirty hive-dirty "$bios"
check 'which says so' says dirty '.hives.SYSTEM.dirty or .hives.SYSTEM.recovered'

check 'BIOS: the other partition is missing from the backup' without_chunk 1
check 'Windows is read all the same' document hole "$w/broken//bios"
check 'and what could not be looked into is named' says hole '.product == "Windows 7 Professional" and
    ([.unread[] | startswith("disk0-p1: ")] | any)'
rm -rf "$w/broken"
check 'BIOS: its own partition is missing' without_chunk 2
check 'it fails for that reason, not for want of a Windows' said 5 'no Windows was recognised' "$w/broken//bios"

check 'a directory with its files' tree "$bios"
check 'a document of the directory' document tree "$w/tree"
check 'says the same of Windows' says tree "[.product, .build, .hostname, .architecture, .bcd.objects] ==
    $(jq -c '[.product, .build, .hostname, .architecture, .bcd.objects]' "$w/bios.json")"
check 'two Windows on one disk' two_windows "$bios"
check 'the first is shown, the other named' said 0 'another Windows (Windows 7 Professional) lies on disk0-p3' "$w/two.img"
check 'or shown by number' document second "$w/two.img" --partition 3
check 'which lies there' says second '.system_partition == 3'

check 'no such partition' said 1 'no such disk or partition' "$bios" --partition 7
check 'no Windows' said 1 'H0007' "$bios" --partition 1
mkdir "$w/empty"
check 'no Windows in a directory' said 1 'H0007' "$w/empty"
check 'a repository is no Windows' said 2 'is a repository' "$w/repo"
check 'no such file' said 1 'halcyon: error' "$w/nothing"
tap_done
