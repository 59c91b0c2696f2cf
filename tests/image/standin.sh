#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Tests the stand-in Windows: the builder makes what it says, and the oracle goes red when something is wrong.
#
# Needs:    root, the packages of scripts/dev/packages.list; HALCYON_BUILD (default build) for the cache.
#           HALCYON_SLOW=1 adds the other versions, all kinds of damage, and booting in QEMU (10 to 14 minutes on two busy cores).
# Provides: TAP on stdout.
set -euo pipefail

cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
standin=tests/fixtures/standin
options=(--fill 4M --pagefile 4M --small-files 100 --no-boot --size 1G)
work=$(mktemp -d)
w=$work
# shellcheck source=tests/image/lib/libguestfs.sh
. tests/image/lib/libguestfs.sh
tests=0 failed=0
slow=${HALCYON_SLOW:-0}

trap 'rm -rf "$work"' EXIT

# check NAME COMMAND...: one TAP line; the command's output is shown if it fails.
check()
{
    local name=$1 status
    shift
    tests=$((tests + 1))
    set +e # in a condition, errexit would not work inside the command
    (
        set -e
        "$@"
    ) >"$work/out" 2>&1
    status=$?
    set -e
    if [ "$status" = 0 ]; then
        echo "ok $tests - $name"
    else
        echo "not ok $tests - $name"
        failed=$((failed + 1))
        tail -n 30 "$work/out" | sed 's/^/# /'
    fi
}

skip() { tests=$((tests + 1)); echo "ok $tests - $1 # SKIP $2"; }

build() { "$standin/build.py" "$@" --cache; }
oracle() { "$standin/oracle/oracle.py" --image "$@"; }

# Partition NUMBER of an image as a sparse file.
extract()
{
    local start size
    read -r start size < <(sfdisk -d "$1" | sed -nE "s/^.*img$2 : start= *([0-9]+), size= *([0-9]+),.*/\1 \2/p")
    dd if="$1" of="$3" bs=512 skip="$start" count="$size" conv=sparse status=none
    truncate -s $((size * 512)) "$3"
}

# whole IMAGE ARGUMENTS...: the oracle finds nothing
whole()
{
    oracle "$@" >"$work/verdict" || { cat "$work/verdict"; return 1; }
    [ "$(tail -n 1 "$work/verdict")" = "ORACLE: WHOLE" ]
}

# red IMAGE CHECK ARGUMENTS...: the oracle's CHECK fails, and it says BROKEN
red()
{
    local image=$1 name=$2
    shift 2
    if oracle "$image" "$@" >"$work/verdict"; then
        echo "the oracle found nothing"
        return 1
    fi
    cat "$work/verdict"
    grep -q "^ORACLE: $name FAIL " "$work/verdict" && tail -n 1 "$work/verdict" | grep -q "^ORACLE: BROKEN "
}

# damaged IMAGE KIND CHECK: a copy with that harm done is found out (CHECK - : is still whole)
damaged()
{
    cp --sparse=always "$1" "$work/damaged.img"
    "$standin/damage.py" "$work/damaged.img" "$2"
    if [ "$3" = - ]; then
        whole "$work/damaged.img"
    else
        red "$work/damaged.img" "$3"
    fi
}

# Another's eyes: libguestfs takes it for a Windows, with C: where it is.
inspected()
{
    libguestfs virt-inspector --format=raw -a "$1" | tee "$work/inspected"
    grep -F "<product_name>$2</product_name>" "$work/inspected"
    grep -F "<drive_mapping name=\"C\">$3</drive_mapping>" "$work/inspected"
}

table_is_right()
{
    sfdisk --verify "$1" | grep "No errors detected"
    if [ "$2" = uefi ]; then
        sgdisk -v "$1" | grep "No problems found"
        sgdisk -i 4 "$1" | grep "Attribute flags: 8000000000000001"
    else
        sfdisk -J "$1" | grep '"bootable": *true'
    fi
}

# ntfs_is_right IMAGE NUMBER...: what ntfsfix says of these partitions
ntfs_is_right()
{
    local image=$1 number
    shift
    for number in "$@"; do
        extract "$image" "$number" "$work/part"
        ntfsfix -n "$work/part" | tee "$work/fix"
        [ "$(grep -cE 'BAD|FAILED' "$work/fix")" = 0 ]
    done
}

# The hive tools of others read it: C: is partition NUMBER.
hives_are_right()
{
    extract "$1" "$2" "$work/part"
    ntfscat "$work/part" /Windows/System32/config/SOFTWARE >"$work/SOFTWARE"
    hivexget "$work/SOFTWARE" '\Microsoft\Windows NT\CurrentVersion' ProductName | grep -x "$3"
    ntfscat "$work/part" /Windows/System32/config/SYSTEM >"$work/SYSTEM"
    hivexml "$work/SYSTEM" | grep -c 'name="ControlSet001"'
}

reproducible()
{
    "$standin/build.py" --firmware bios --version win7 "${options[@]}" --out "$work/again.img"
    cmp "$1" "$work/again.img"
}

# boots STATUS IMAGE FIRMWARE QEMU-ARGUMENTS...: booted, the oracle's answer is 0 (whole) or 1 (broken)
boots()
{
    local want=$1 status=0
    shift
    "$standin/boot.sh" "$@" -smbios type=11,value=standin:serial=BOOTED42 || status=$?
    [ "$status" = "$want" ]
}

bios=$(build --firmware bios --version win7 "${options[@]}")
uefi=$(build --firmware uefi --version win10 "${options[@]}")
check "BIOS, Windows 7: whole" whole "$bios"
check "UEFI, Windows 10: whole" whole "$uefi"
check "BIOS: partition table" table_is_right "$bios" bios
check "UEFI: partition table" table_is_right "$uefi" uefi
check "BIOS: NTFS volumes" ntfs_is_right "$bios" 1 2
check "UEFI: NTFS volumes" ntfs_is_right "$uefi" 3 4
extract "$uefi" 1 "$work/esp"
check "UEFI: system partition" fsck.vfat -n "$work/esp"
check "BIOS: hives" hives_are_right "$bios" 2 "Windows 7 Professional"
check "UEFI: hives" hives_are_right "$uefi" 3 "Windows 10 Pro"
check "the same arguments give the same bytes" reproducible "$bios"
check "Windows 10 put behind NVMe: the demoted driver is found" red "$uefi" controller --controller nvme
check "another disk than stated" red "$uefi" boot-disk --state serial=OTHER

few=" file-content stream-content file-of-ours driver-demoted driver-missing disk-driver-start bcd-partition
 mounted-devices hidden-sectors backup-boot-sector bitmap page-file-torn page-file-zero gap backup-gpt "
for firmware in bios uefi; do
    while read -r kind name; do
        if [ "$slow" = 1 ] || [[ $few == *[[:space:]]"$kind"[[:space:]]* ]]; then
            check "$firmware: damage $kind: $name" damaged "${!firmware}" "$kind" "$name"
        fi
    done < <("$standin/damage.py" --list "$firmware")
done

if [ "$slow" = 1 ]; then
    for version in win7-x86 ws2008r2 win81 ws2012r2 win11 ws2016 ws2019 ws2022; do
            "$standin/build.py" --firmware bios --version "$version" --controller virtio-scsi "${options[@]}" --out "$work/v.img"
        check "$version: whole" whole "$work/v.img"
    done
    "$standin/build.py" --firmware uefi --hibernated --dirty "${options[@]}" --out "$work/v.img"
    check "hibernated and dirty: whole" whole "$work/v.img"
    check "hibernated, where it must be gone" red "$work/v.img" hibernation --state hibernation=none
    image=$(build --firmware bios --version win7 --controller ide)
    check "BIOS: boots from IDE" boots 0 "$image" bios -device ide-hd,drive=disk,serial=BOOTED42
    image=$(build --firmware uefi --version win10 --controller nvme)
    check "UEFI: boots from NVMe" boots 0 "$image" uefi -M q35 -device nvme,drive=disk,serial=BOOTED42
    check "UEFI: broken on another controller and disk" boots 1 "$image" uefi -M q35 \
        -device ide-hd,bus=ide.0,drive=disk,serial=OTHER
    cp "$work/out" "$work/booted"
    check "it says that the driver is demoted" grep "controller FAIL storahci has StartOverride" "$work/booted"
    check "it says that the disk is not the stated one" grep "boot-disk FAIL" "$work/booted"
    if missing=$(libguestfs_missing); then
        skip "virt-inspector recognises it" "$missing"
    else
        check "virt-inspector recognises it" inspected "$uefi" "Windows 10 Pro" /dev/sda3
    fi
else
    skip "the other versions, all damage, booting in QEMU" "slow, HALCYON_SLOW=1 runs it"
fi

echo "1..$tests"
[ "$failed" = 0 ]
