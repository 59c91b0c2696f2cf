#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A Windows whose volume BitLocker encrypts, and encrypted volumes of data: what inspect, capture and check say of them. No
# encrypted volume is made: the first sector is what tells one.
#
# Needs:    root, the packages of scripts/dev/packages.list, build/host/bin/halcyon.
# Provides: TAP.  UPDATE=1 writes the page in tests/image/inspect anew: look at the difference before you commit.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh

halcyon=$HALCYON_BUILD/host/bin/halcyon
w=$tap_work
# shellcheck source=tests/image/lib/inspect.sh
. tests/image/lib/inspect.sh

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

# data IMAGE: $w/data.img, a copy with a third partition behind the others
data()
{
    local end
    end=$(sfdisk -J "$1" | jq '[.partitiontable.partitions[] | .start + .size] | max')
    cp --sparse=always "$1" "$w/data.img"
    truncate -s $(((end + 65536) * 512)) "$w/data.img"
    echo "start=$end, size=65536, type=7" | sfdisk --append --no-reread "$w/data.img"
}

bios=$(standin bios win7)
uefi=$(standin uefi win10)

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
check 'a volume of data' data "$bios"
for kind in fixed to-go to-go-used; do
    check "a volume of data is encrypted ($kind)" locked "$w/data.img" 3 "$kind"
    check 'Windows is found' document data "$w/locked-$kind.img"
    check 'the volume of data is named' says data '.product == "Windows 7 Professional" and (.bitlocker | not) and
        .unread == ["disk0-p3: encrypted by BitLocker, so nothing in it can be read"]'
done
tap_done
