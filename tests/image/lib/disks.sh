# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Disks with registries of real Windows, laid out as theirs were; source it after tests/lib/tap.sh.
#
# The hives and their logs are real, and so are disk signatures, offsets and partition GUIDs (MountedDevices, FACTS.md of the
# test data).  All other files are made (real_tree.py): of HAL and kernel the names and versions, and files for the drivers
# that the registries name.  NT 4.0 tells no HAL in its registry, so that its HAL is the test's choice.
#
# Needs:    root, HALCYON_TESTDATA, $w (a folder to work in).
#           furnish KIND ROOT ARCHITECTURE VERSION, where it is a function of the script: adds to $w/tree and $w/esp before
#           they become volumes; KIND is ntldr, bios or uefi.
# Provides: build SET              $w/SET.img
#           volume, fat, put, mbr, gpt, tree  parts of it
: "${w:?a folder to work in}"

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

# fat FILE SIZE START TREE: the same as FAT16 for the installer of NT 4.0, or FAT32 where $fat says so.  What starts Windows is
# hidden, as its installer makes it.
fat()
{
    local name
    truncate -s "$2" "$1"
    mkfs.fat -F "${fat:-16}" -g 64/63 -h "$3" "$1" >/dev/null
    mcopy -s -m -i "$1" "$4"/* ::/
    for name in ntldr ntdetect.com boot.ini; do [ ! -e "$4/$name" ] || mattrib -i "$1" +r +h +s "::/$name"; done
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
    sfdisk -q --no-reread --no-tell-kernel "$w/$1.img" <<END
label: gpt
label-id: 3C1F9B52-6E07-4A0D-9A41-5D0E7B8A2F10
start=2048, size=40M, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=7A9F1E64-02D3-4C5B-8E26-91B3C4D5E6F7
start=86016, size=16M, type=E3C9E316-0B5C-4DB8-817D-F92DF00215AE
start=118784, size=384M, type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7, uuid=$2
END
    fat=32 fat "$w/volume" 40M 2048 "$4"
    put "$w/volume" "$w/$1.img" 2048
    volume "$w/volume" 384M 118784 "$3"
    put "$w/volume" "$w/$1.img" 118784
}

# tree KIND SET ROOT ARCHITECTURE VERSION HAL KERNEL: $w/tree, and $w/esp of a UEFI
tree()
{
    rm -rf "$w/tree" "$w/esp"
    tests/image/lib/real_tree.py "$HALCYON_TESTDATA/hives/$2" "$w/tree" "${@:3}"
    [ "$1" != uefi ] || mkdir -p "$w/esp/EFI/Microsoft/Boot"
    ! declare -F furnish >/dev/null || furnish "$1" "${@:3:3}"
}

build()
{
    case $1 in
    2003) tree ntldr 2003-sp1-x86-dc WINDOWS x86 5.2.3790.1830 halaacpi.dll ntoskrnl.exe &&
        mbr 2003 volume 7 8b4c8b4c 28672 "$w/tree" ;;
    2003-cabs) tree ntldr 2003-sp1-x86-dc WINDOWS x86 5.2.3790.1830 halaacpi.dll ntoskrnl.exe &&
        tests/image/lib/hal_cabinet.py "$w/tree" WINDOWS x86 5.2.3790.1830 && mbr 2003-cabs volume 7 8b4c8b4c 28672 "$w/tree" ;;
    2003-fat32) tree ntldr 2003-sp1-x86-dc WINDOWS x86 5.2.3790.1830 halaacpi.dll ntoskrnl.exe &&
        fat=32 mbr 2003-fat32 fat c 8b4c8b4c 28672 "$w/tree" ;;
    2003-fat16) tree ntldr 2003-sp1-x86-dc WINDOWS x86 5.2.3790.1830 halaacpi.dll ntoskrnl.exe &&
        tests/image/lib/hal_cabinet.py "$w/tree" WINDOWS x86 5.2.3790.1830 && mbr 2003-fat16 fat 6 8b4c8b4c 28672 "$w/tree" ;;
    nt4-fat) tree ntldr nt4-sp3-pdc-x86 WINNT x86 4.0.1381.4 halapic.dll ntoskrnl.exe &&
        mbr nt4-fat fat 6 4e543400 32256 "$w/tree" ;;
    nt4-ntfs) tree ntldr nt4-sp3-pdc-x86 WINNT x86 4.0.1381.4 hal.dll ntoskrnl.exe &&
        mbr nt4-ntfs volume 7 4e543401 32256 "$w/tree" ;;
    win7) tree bios win7-sp1-x86-WKS-WIN732BITA Windows x86 6.1.7601.17514 halmacpi.dll ntkrpamp.exe &&
        mbr win7 volume 7 5cbea03e 1048576 "$w/tree" ;;
    win81) tree bios win81-x64-STUDENT-PC8 Windows x64 6.3.9600.17415 hal.dll ntkrnlmp.exe &&
        mbr win81 volume 7 d1cecf67 368050176 "$w/tree" ;;
    win10-1709) tree uefi win10-1709-x64-dell-physical-gpt Windows x64 10.0.16299.15 hal.dll ntkrnlmp.exe &&
        gpt win10-1709 09931f21-7faf-44a9-81d8-1e73c14b9eaf "$w/tree" "$w/esp" ;;
    win10-1903) tree bios win10-1903-x64-vmware Windows x64 10.0.18362.1 hal.dll ntkrnlmp.exe &&
        mbr win10-1903 volume 7 df4546ae 525336576 "$w/tree" ;;
    esac
}
