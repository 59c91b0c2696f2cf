#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# halcyon inspect on disk images, backups and directories: what it finds, the same wherever it finds it, and what it says when
# a Windows is damaged, encrypted or not there.
#
# Needs:    root, the packages of scripts/dev/packages.list, build/host/bin/halcyon.
# Provides: TAP.  UPDATE=1 writes the pages in tests/image/inspect anew: look at the difference before you commit.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh

halcyon=$HALCYON_BUILD/host/bin/halcyon
standin=tests/fixtures/standin
w=$tap_work

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

# damaged NAME KIND IMAGE: a document of a copy with that harm done
damaged()
{
    cp --sparse=always "$3" "$w/damaged.img"
    "$standin/damage.py" "$w/damaged.img" "$2"
    document "$1" "$w/damaged.img"
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

# locked IMAGE PARTITION KIND: $w/locked-KIND.img, a copy with that partition as BitLocker (fixed) or BitLocker To Go
# (to-go, to-go-used) have it: the first sector; what would be its contents stays.
locked()
{
    local start
    start=$(sfdisk -J "$1" | jq -r ".partitiontable.partitions[$(($2 - 1))].start")
    cp --sparse=always "$1" "$w/locked-$3.img"
    python3 - "$w/locked-$3.img" "$start" "$3" <<'PY'
import sys
import uuid

name, start, kind = sys.argv[1], int(sys.argv[2]) * 512, sys.argv[3]
boot = bytearray(512)
boot[0:3], boot[510:512] = b"\xeb\x58\x90", b"\x55\xaa"
if kind == "fixed":
    boot[3:11] = b"-FVE-FS-"
    boot[160:176] = uuid.UUID("4967d63b-2e29-4ad8-8399-f6a339e3d001").bytes_le
else:
    boot[3:11] = b"MSWIN4.1"
    used = "92a84d3b-dd80-4d0e-9e4e-b1e3284eaed8"
    boot[424:440] = uuid.UUID(used if kind == "to-go-used" else "4967d63b-2e29-4ad8-8399-f6a339e3d001").bytes_le
with open(name, "r+b") as f:
    f.seek(start)
    f.write(boot)
PY
}

# levels NAME FILTER: the verdict on the backup of that name makes it true
levels()
{
    local status=0
    "$halcyon" check "$w/repo//$1" --for-machine unknown --json >"$w/$1.json" || status=$?
    [ "$status" -le 4 ] && says "$1" "$2"
}

# A disk of one partition that BitLocker has: its signature and the offset of its metadata, as libblkid looks for them.
bitlocker()
{
    python3 - "$w/locked.img" <<'PY'
import struct, sys
with open(sys.argv[1], "wb") as f:
    f.truncate(64 << 20)
    sector = bytearray(512)
    sector[446:462] = struct.pack("<8xII", 2048, 100000)
    sector[450], sector[510], sector[511] = 7, 0x55, 0xAA
    f.write(sector)
    boot = bytearray(512)
    boot[0:3], boot[3:11], boot[11:13] = b"\xeb\x58\x90", b"-FVE-FS-", struct.pack("<H", 512)
    boot[160:176] = bytes.fromhex("3bd66749292ed84a8399f6a339e3d001")
    boot[176:184], boot[510:512] = struct.pack("<Q", 1 << 20), b"\x55\xaa"
    f.seek(2048 * 512), f.write(boot)
    f.seek(2048 * 512 + (1 << 20)), f.write(b"-FVE-FS-" + struct.pack("<HH", 64, 2) + bytes(52))
PY
    blkid -p -o value -s TYPE --offset $((2048 * 512)) "$w/locked.img" | grep -x BitLocker
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

check 'a BitLocker volume' bitlocker
check 'is said to be one' said 1 'encrypted by BitLocker' "$w/locked.img"
check 'UEFI: the volume of Windows is encrypted' locked "$uefi" 3 fixed
check 'a partial document, and exit 0' document locked "$w/locked-fixed.img"
check 'says what lies outside of it' says locked '.bitlocker and .system_partition == 3 and .firmware == "uefi" and
    (.bcd.objects | length) > 0 and .hives.BCD and .boot_manager != null'
check 'nothing of what lies inside' says locked '[.product, .version, .architecture, .hostname, .hal.id, .channel] == [null, null, null, null, null, null] and
    .hotfixes == [] and .boot_drivers == []'
check 'with the reason, once' says locked '.unread == ["disk0-p3: encrypted by BitLocker, so nothing in it can be read"]'
check 'the page' page locked "$w/locked-fixed.img"
check 'BIOS: as well' locked "$bios" 2 fixed
check 'by its boot store' document locked-bios "$w/locked-fixed.img"
check 'which is on the other partition' says locked-bios '.bitlocker and .firmware == "bios" and .system_partition == 2'
check 'it can be captured' "$halcyon" capture "$w/locked-fixed.img" --to "$w/repo" --id sealed
check 'the backup says the same' document sealed "$w/repo//sealed"
check 'of Windows' says sealed '.bitlocker and .system_partition == 2 and .product == null'
check 'its verdict warns of BitLocker, and judges nothing inside' levels sealed '
    [.findings[] | select(.rule == "VOL-1") | .level] == ["warn"] and
    ([.findings[] | select(.rule | test("^(HAL|CPU|DRV|NET)")) | .level] | unique) == ["info"]'
for kind in fixed to-go to-go-used; do
    check "a volume of data is encrypted ($kind)" locked "$w/two.img" 3 "$kind"
    check 'Windows is found' document data "$w/locked-$kind.img"
    check 'the volume of data is named' says data '.product == "Windows 7 Professional" and (.bitlocker | not) and
        .unread == ["disk0-p3: encrypted by BitLocker, so nothing in it can be read"]'
done
check 'no such partition' said 1 'no such disk or partition' "$bios" --partition 7
check 'no Windows' said 1 'H0007' "$bios" --partition 1
mkdir "$w/empty"
check 'no Windows in a directory' said 1 'H0007' "$w/empty"
check 'a repository is no Windows' said 2 'is a repository' "$w/repo"
check 'no such file' said 1 'halcyon: error' "$w/nothing"
tap_done
