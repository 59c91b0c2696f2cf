# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Disks of a BIOS with 64-bit Windows that UEFI could start; source it after tests/image/lib/fixed.sh, in place of whose
# `furnish` this is.
: "${w:?a folder to work in}"

# furnish: the boot store, and bootmgr, go to $w/boot where $reserved is set, else to the volume of Windows.
furnish()
{
    local boot=$w/tree old
    [ -z "${reserved:-}" ] || boot=$w/boot
    rm -rf "${w:?}/boot" && mkdir -p "$boot"
    old=("$HALCYON_TESTDATA/hives/bcd/pybcd-BCDlaptop" "0x124f900000=${offsets[$building]}" "0x0003ee7c=${signatures[$building]}")
    tests/image/lib/real_boot.py both "$w/tree" "$boot" "${@:2}" "${old[@]}"
}

# reserved_disk NAME SET: $w/NAME.img as Windows' set-up lays it out: System Reserved, and Windows up to the end.
reserved_disk()
{
    local start
    building=$2 reserved=1
    start=$((offsets[$2] / 512))
    tree bios "$(hives_of "$2")" Windows x64 "${@:3}" || return 1
    truncate -s $((offsets[$2] + 385 * 1024 * 1024)) "$w/$1.img"
    sfdisk -q --no-reread --no-tell-kernel "$w/$1.img" <<END
label: dos
label-id: ${signatures[$2]}
start=2048, size=$((start - 2048)), type=7, bootable
start=$start, size=$((384 * 2048)), type=7
END
    volume "$w/volume" $((offsets[$2] - 1048576)) 2048 "$w/boot"
    put "$w/volume" "$w/$1.img" 2048
    volume "$w/volume" 384M "$start" "$w/tree"
    put "$w/volume" "$w/$1.img" "$start"
    printf '%0440d' 1 | dd of="$w/$1.img" conv=notrunc status=none
    rm -rf "$w/tree" "${w:?}/boot"
}

hives_of() { (cd "$HALCYON_TESTDATA/hives" && echo "$1"-x64-*); }
