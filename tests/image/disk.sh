#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Devices: tables restored to larger ones as sgdisk, sfdisk and libblkid see them; disks in use are refused; looking
# at a disk never writes.
#
# Needs:    root, loop devices, gdisk, fdisk, util-linux, dosfstools, e2fsprogs, jq, python3; build/host/bin/halcyon.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh

halcyon=${HALCYON_BUILD:-build}/host/bin/halcyon
w=$tap_work
source='' target='' ro='' gpt=''

# attach NAME FILE [OPTION...]: a loop device over a file; its path is in $NAME.
attach()
{
    local device
    device=$(losetup -f --show "${@:3}" "$2")
    at_end "losetup -d $device"
    printf -v "$1" %s "$device"
}

# identity DEVICE: what --confirm wants of a loop device
identity()
{
    echo "loop-$(cat "/sys/block/$(basename "$1")/loop/backing_file")"
}

make_gpt()
{
    truncate -s 64M "$1"
    sgdisk "$1" -a 1 -n 1:2048:+8M -t 1:ef00 -c 1:'EFI system partition' -n 5:24576:24577 -t 5:0c01 \
        -n 3:40960:61439 -t 3:0700 -A 3:set:60
    mkfs.vfat -n SYSTEM --offset 2048 "$1" 8192
}

make_mbr()
{
    truncate -s 64M "$1"
    printf '%s\n' 'label: dos' 'label-id: 0x12345678' 'x1 : start=63,size=20000,type=c,bootable' \
        'x2 : start=32768,size=65536,type=f' 'x5 : start=32831,size=20000,type=7' 'x6 : start=60000,size=5000,type=27' |
        sfdisk "$1"
    mkfs.vfat -n SYSTEM --offset 63 "$1" 10000
}

# make_gpt4k FILE: on sectors of 4096 bytes
make_gpt4k()
{
    truncate -s 64M "$1"
    printf 'g\nn\n1\n\n+8M\nn\n2\n\n\nw\n' | fdisk -b 4096 "$1"
}

# table DEVICE: the partition table without what belongs to the disk's size and name
table()
{
    sfdisk --json "$1" | jq '.partitiontable | del(.device, .lastlba) | .partitions[] |= del(.node)'
}

same_tables()
{
    diff <(table "$1") <(table "$2")
}

restore()
{
    "$halcyon" restore "$w/repo//$1" --target "$2" --confirm "$(identity "$2")" --state-dir "$w/run-$(basename "$2")"
}

# says TEXT COMMAND...: the command exits with 3 and says so
says()
{
    local text=$1 status=0
    shift
    "$@" >"$w/said" 2>&1 || status=$?
    cat "$w/said"
    [ "$status" = 3 ] && grep -q -- "$text" "$w/said"
}

plan()
{
    "$halcyon" plan "$w/repo//gpt" --target "$1" --out "$w/plan"
}

apply()
{
    "$halcyon" apply "$w/plan" --confirm "$(identity "$1")"
}

# hold DEVICE, release: somebody has the device exclusively, until he lets go
hold()
{
    coproc holder { python3 -c 'import os, sys
os.open(sys.argv[1], os.O_RDONLY | os.O_EXCL)
print("held", flush=True)
sys.stdin.read()' "$1"; }
    read -r _ <&"${holder[0]}"
}

release()
{
    local pid=${holder_PID:?}
    kill "$pid"
    wait "$pid" || true
}

# unchanged COMMAND FILE...: the command leaves the file as it is
unchanged()
{
    local before
    before=$(sha256sum <"$1")
    "${@:2}" && [ "$before" = "$(sha256sum <"$1")" ]
}

larger()
{
    attach source "$w/$1.img" "${@:2}"
    check "$1: captured from a device" "$halcyon" capture "$source" --to "$w/repo" --id "$1"
    check "$1: libfdisk reads the table as we do" jq -e '.warnings | tostring | contains("libfdisk") | not' "$w/repo/backups/$1/manifest.json"
    truncate -s 100M "$w/$1-larger.img"
    attach target "$w/$1-larger.img" "${@:2}"
    check "$1: restored to a larger device" restore "$1" "$target"
    check "$1: sfdisk --verify finds no fault" sfdisk --verify "$target"
    check "$1: all partitions, ids, names and attributes are the same" same_tables "$source" "$target"
    check "$1: a second look agrees" "$halcyon" verify "$w/repo//$1" --target "$target"
}

tables()
{
    make_gpt "$w/gpt.img" >/dev/null 2>&1
    make_mbr "$w/mbr.img" >/dev/null 2>&1
    make_gpt4k "$w/gpt4k.img" >/dev/null 2>&1
    larger gpt
    gpt=$target
    check 'gpt: sgdisk -v finds no problem' sh -c "sgdisk -v $gpt | grep 'No problems found'"
    check 'gpt: blkid sees the volume' test "$(blkid -p -O 1048576 -s LABEL -o value "$gpt")" = SYSTEM
    larger mbr
    larger gpt4k -b 4096
    check 'gpt4k: restored to a file, which has no sectors of its own' \
        "$halcyon" restore "$w/repo//gpt4k" --target "$w/gpt4k-file" --confirm gpt4k-file --state-dir "$w/run-file"
    check 'gpt4k: and once more' "$halcyon" restore "$w/repo//gpt4k" --target "$w/gpt4k-file" --confirm gpt4k-file --state-dir "$w/run-again"
}

looking()
{
    make_gpt "$w/ro.img" >/dev/null 2>&1
    attach ro "$w/ro.img" -r
    check 'a read-only device is captured, and does not change' \
        unchanged "$w/ro.img" "$halcyon" capture "$ro" --to "$w/repo" --id ro
    check 'it is no target' says 'write-protected' plan "$ro"
    check 'a plan for a device does not change it' unchanged "$w/gpt-larger.img" plan "$gpt"
    check 'nor does the probe' unchanged "$w/gpt-larger.img" "$halcyon" probe --quiet --json
}

# partx makes partitions known to the kernel: not every kernel can read tables itself, and Debian 13 has no addpart.
in_use()
{
    partx --add --nr 1 "$gpt"
    at_end "partx --delete --nr 1 $gpt 2>/dev/null"
    mkfs.ext4 -q "${gpt}p1"
    plan "$gpt" >/dev/null
    mkdir "$w/mnt"
    mount -r "${gpt}p1" "$w/mnt"
    at_end "umount $w/mnt 2>/dev/null"
    check 'a disk with a mounted volume is refused, by whom is said' says "mounted at $w/mnt" apply "$gpt"
    check 'its plan is blocked too' says "mounted at $w/mnt" plan "$gpt"
    umount "$w/mnt"
    plan "$gpt" >/dev/null
    hold "$gpt"
    check 'a disk that another program holds is refused' says 'exclusively' apply "$gpt"
    release
    check_exit 2 'a partition is no target' plan "${gpt}p1"
    ln -s "$w/gpt.img" "$w/link"
    check_exit 2 'a symbolic link to a file is no target' plan "$w/link"
    ln -s "$gpt" "$w/by-id"
    check 'a symbolic link to a device is' plan "$w/by-id"
    check_exit 3 'a file under a loop device is no target' refuse_backing_file
    plan "$gpt" >/dev/null
    check 'a free disk is restored' apply "$gpt"
    check "and the kernel's partition of before is gone" test ! -e "/sys/block/$(basename "$gpt")/$(basename "$gpt")p1"
    plan "$gpt" >/dev/null
    printf x | dd of="$gpt" bs=1 seek=$((100 * 1024 * 1024 - 1)) conv=notrunc status=none
    check 'a disk whose last byte changed is not the one of the plan' says 'the content' apply "$gpt"
}

refuse_backing_file()
{
    "$halcyon" restore "$w/repo//gpt" --target "$w/gpt-larger.img" --confirm gpt-larger.img
}

if ! losetup -f >/dev/null 2>&1; then
    echo 'loop devices are needed' >&2
    exit 77
fi
tables
looking
in_use
tap_done
