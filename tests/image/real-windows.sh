#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Registries of real Windows on disks laid out as theirs were, and four machines: what inspect, check and catalog say.
#
# The hives and their logs are real, and so are disk signatures, offsets and partition GUIDs (MountedDevices, FACTS.md of the
# test data).  All other files are made (tests/image/lib/real_tree.py): of HAL and kernel the names and versions, and files for the
# drivers that the registries name.  NT 4.0 tells no HAL in its registry, so that its HAL is the test's choice.
#
# Needs:    root, HALCYON_TESTDATA, the packages of scripts/dev/packages.list, build/host/bin/halcyon.
# Provides: TAP.  Expected: tests/image/real-windows/expect.verdicts.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh

halcyon=$HALCYON_BUILD/host/bin/halcyon
machines=tests/fixtures/machines
expected=tests/image/real-windows/expect.verdicts
table=tests/image/lib/verdict_table.py
w=$tap_work
if [ -z "${HALCYON_TESTDATA:-}" ]; then
    skip 'verdicts on real registries' 'HALCYON_TESTDATA is not set'
    tap_done
    exit
fi

# volume FILE SIZE START TREE: an NTFS volume for sector START, with the files of the folder.
volume()
{
    truncate -s "$2" "$1"
    mkntfs -q -Q -F -c 4096 -s 512 -p "$3" -H 255 -S 63 "$1"
    mkdir -p "$w/mnt"
    ntfs-3g -o no_detach,big_writes "$1" "$w/mnt" &
    until mountpoint -q "$w/mnt" || ! kill -0 $! 2>/dev/null; do :; done
    cp -r "$4/." "$w/mnt/"
    umount "$w/mnt"
    wait $!
}

# fat FILE SIZE START TREE: the same as FAT16 for the installer of NT 4.0, or FAT32 where $fat says so.
fat()
{
    truncate -s "$2" "$1"
    mkfs.fat -F "${fat:-16}" -h "$3" "$1" >/dev/null
    mcopy -s -i "$1" "$4"/* ::/
}

# put VOLUME DISK START
put()
{
    dd if="$1" of="$2" bs=1M conv=notrunc,sparse oflag=seek_bytes seek=$(($3 * 512)) status=none
    rm "$1"
}

# mbr NAME MAKER TYPE SIGNATURE OFFSET TREE: $w/NAME.img, one partition at the offset in bytes.
mbr()
{
    local start=$(($5 / 512))
    "$2" "$w/volume" 384M "$start" "$6"
    truncate -s $((start * 512 + 400 * 1024 * 1024)) "$w/$1.img"
    printf 'label: dos\nlabel-id: 0x%s\nstart=%d, size=%d, type=%s, bootable\n' "$4" "$start" $((384 * 2048)) "$3" |
        sfdisk -q --no-reread --no-tell-kernel "$w/$1.img"
    put "$w/volume" "$w/$1.img" "$start"
}

# gpt NAME GUID TREE ESP: an EFI system partition, and Windows on the partition of that GUID.
gpt()
{
    truncate -s 512M "$w/$1.img"
    sfdisk -q --no-reread --no-tell-kernel "$w/$1.img" <<EOF
label: gpt
start=2048, size=40M, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B
start=86016, size=16M, type=E3C9E316-0B5C-4DB8-817D-F92DF00215AE
start=118784, size=384M, type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7, uuid=$2
EOF
    fat=32 fat "$w/volume" 40M 2048 "$4"
    put "$w/volume" "$w/$1.img" 2048
    volume "$w/volume" 384M 118784 "$3"
    put "$w/volume" "$w/$1.img" 118784
}

# tree SET ROOT ARCHITECTURE VERSION HAL KERNEL: $w/tree
tree()
{
    rm -rf "$w/tree"
    tests/image/lib/real_tree.py "$HALCYON_TESTDATA/hives/$1" "$w/tree" "${@:2}"
}

build()
{
    case $1 in
    2003) tree 2003-sp1-x86-dc WINDOWS x86 5.2.3790.1830 halaacpi.dll ntoskrnl.exe && mbr 2003 volume 7 8b4c8b4c 28672 "$w/tree" ;;
    nt4-fat) tree nt4-sp3-pdc-x86 WINNT x86 4.0.1381.4 halapic.dll ntoskrnl.exe && mbr nt4-fat fat 6 4e543400 32256 "$w/tree" ;;
    nt4-ntfs) tree nt4-sp3-pdc-x86 WINNT x86 4.0.1381.4 hal.dll ntoskrnl.exe && mbr nt4-ntfs volume 7 4e543401 32256 "$w/tree" ;;
    win7) tree win7-sp1-x86-WKS-WIN732BITA Windows x86 6.1.7601.17514 halmacpi.dll ntkrpamp.exe &&
        mbr win7 volume 7 5cbea03e 1048576 "$w/tree" ;;
    win81) tree win81-x64-STUDENT-PC8 Windows x64 6.3.9600.17415 hal.dll ntkrnlmp.exe && mbr win81 volume 7 d1cecf67 368050176 "$w/tree" ;;
    win10-1709) tree win10-1709-x64-dell-physical-gpt Windows x64 10.0.16299.15 hal.dll ntkrnlmp.exe &&
        mkdir -p "$w/esp/EFI/Microsoft/Boot" && gpt win10-1709 09931f21-7faf-44a9-81d8-1e73c14b9eaf "$w/tree" "$w/esp" ;;
    win10-1903) tree win10-1903-x64-vmware Windows x64 10.0.18362.1 hal.dll ntkrnlmp.exe &&
        mbr win10-1903 volume 7 df4546ae 525336576 "$w/tree" ;;
    esac
}

# checks SET[>SET] MACHINE: the document and the page of its verdict; both exit alike.  SET>SET: a system state onto that disk.
checks()
{
    local to="$w/$1-$2" status=0 again=0 command=("$halcyon" check "$w/repo//${1%>*}" --facts "$machines/$2.json")
    [ "$1" = "${1#*>}" ] || command+=(--mode system-state --target "$w/${1#*>}.img")
    "${command[@]}" --json >"$to.json" 2>"$to.err" || status=$?
    "${command[@]}" >"$to.txt" 2>>"$to.err" || again=$?
    cat "$to.err"
    echo "$status" >"$to.status"
    [ "$status" = "$again" ]
}

# catalogs MACHINE: says of each backup what check says.
catalogs()
{
    "$halcyon" catalog "$w/repo" --facts "$machines/$1.json" --json | jq -r '.backups[] | "\(.id) \(.outcome)"' | sort >"$w/catalog"
    for set in $sets; do
        echo "$set $(jq -r .outcome "$w/$set-$1.json")"
    done | sort | diff - "$w/catalog"
}

# overrides SET FACT: FW-1 by name, on the UEFI machine; what the finding says.
overrides()
{
    "$halcyon" check "$w/repo//$1" --facts "$machines/uefi-mp.json" --override FW-1 --json >"$w/overridden" 2>/dev/null || true
    jq -r '.findings[] | select(.rule == "FW-1") | "overridden=\(.overridden)", .evidence[].fact' "$w/overridden" >"$w/said"
    cat "$w/said"
    grep -qF "$2" "$w/said"
}

sets=$("$table" list "$expected" | cut -d' ' -f1 | grep -v '>' | uniq)
for set in $sets; do
    check "$set: a disk" build "$set"
    check "$set: captured" "$halcyon" capture "$w/$set.img" --to "$w/repo" --id "$set" --quiet
    check "$set: inspected" bash -c "'$halcyon' inspect '$w/$set.img' --json >'$w/$set.json'"
    check "$set: the backup says what the disk says" diff <(jq -S . "$w/$set.json") <(jq -S .windows "$w/repo/backups/$set/manifest.json")
done
while read -r set machine; do
    check "$set on $machine: judged" checks "$set" "$machine"
    check "$set on $machine: the verdict" "$table" judge "$expected" "$set" "$machine" "$w/$set-$machine.json"
    check "$set on $machine: evidence, remedies, page, exit status" \
        "$table" sound "$w/$set-$machine.json" "$w/$set-$machine.txt" "$(cat "$w/$set-$machine.status")"
done < <("$table" list "$expected")
for machine in acpi-up acpi-mp mps-mp uefi-mp; do
    check "catalog for $machine agrees with check" catalogs "$machine"
done
check '2003 x86 can not be converted to UEFI, override or not' overrides 2003 'only a 64-bit Windows can be converted'
check '8.1 x64 can' overrides win81 'overridden=true'
[ -z "${HALCYON_KEEP:-}" ] || cp -r "$w/." "$HALCYON_KEEP/"
tap_done
