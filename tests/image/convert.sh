#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Real registries of 64-bit Windows on BIOS disks, restored for a UEFI machine with --convert-firmware.
#
# The disks are laid out as theirs were (tests/image/lib/disks.sh), with and without a System Reserved; boot managers are made.
# What the table, the file systems, the boot store and the drive letter are then is asked of sgdisk, fsck.fat, ntfsfix, mtools
# and hivexsh; and bootcheck finds the chain whole.
#
# Needs:    root, HALCYON_TESTDATA, the packages of scripts/dev/packages.list, build/host/bin/halcyon; for all rows HALCYON_SLOW=1.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build} ASAN_OPTIONS=detect_leaks=1:quarantine_size_mb=16
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
halcyon=$HALCYON_BUILD/host/bin/halcyon
w=$tap_work
# shellcheck source=tests/image/lib/disks.sh
. tests/image/lib/disks.sh
# shellcheck source=tests/image/lib/fixed.sh
. tests/image/lib/fixed.sh
# shellcheck source=tests/image/lib/bios_x64.sh
. tests/image/lib/bios_x64.sh
# shellcheck source=tests/image/lib/found.sh
. tests/image/lib/found.sh
if [ -z "${HALCYON_TESTDATA:-}" ]; then
    skip 'conversions of real registries' 'HALCYON_TESTDATA is not set'
    tap_done
    exit
fi
tests/image/lib/qemu_facts.py ahci uefi >"$w/uefi.json"
tests/image/lib/qemu_facts.py ahci bios >"$w/bios.json"

# fails STATUS TEXT COMMAND...: it ends so, and says so
fails()
{
    local status=0
    "${@:3}" >"$w/said" 2>&1 || status=$?
    cat "$w/said"
    [ "$status" -eq "$1" ] && grep -qF "$2" "$w/said"
}

# plans FACTS OPTIONS...: of the backup at hand, for $w/new.img
plans() { "$halcyon" plan "$w/repo//$row" --target "$w/new.img" --for-machine "$1" "${@:2}" --out "$w/plan.json"; }

restores()
{
    "$halcyon" restore "$w/repo//$row" --target "$w/new.img" --confirm new.img --for-machine "$w/uefi.json" \
        --convert-firmware uefi --state-dir "$w/state" --quiet && cp "$w/state/plan.json" "$w/plan.json"
}

# table: number, type code and MiB of each partition, as sgdisk has them
table()
{
    sgdisk -p "$w/new.img" | awk '/^ +[0-9]+ / { printf "%s%d %s %d", sep, $1, $6, ($3 - $2 + 1) / 2048; sep = ", " }'
    echo
}

table_is()
{
    local got
    got=$(table)
    echo "got $got, wanted $1"
    [ "$got" = "$1" ]
}

# guid NUMBER: of a partition, as the registry and a boot store hold it; 0: of the disk
guid()
{
    local text
    text=$(if [ "$1" = 0 ]; then sgdisk -p "$w/new.img" | sed -n 's/^Disk identifier (GUID): //p'
    else sgdisk -i "$1" "$w/new.img" | sed -n 's/^Partition unique GUID: //p'; fi)
    python3 -c 'import sys, uuid; print(uuid.UUID(sys.argv[1]).bytes_le.hex())' "$text"
}

# esp_file PATH: a file of the EFI system partition, to standard output
esp_file()
{
    local number start size kind
    read -r number start size kind < <(partitions new | grep fat)
    mtype -i "$w/new.img@@$((start * 512))" "::$1"
}

# esp_files: those that Windows keeps of them, the same bytes; and the one that any firmware starts
esp_files()
{
    local number start size kind from to
    read -r number start size kind < <(partitions new | grep ntfs | tail -n 1)
    extract new "$start" "$size" "$w/part" || return 1
    while read -r from to; do
        ntfscat "$w/part" "/Windows/Boot/$from" | cmp - <(esp_file "/EFI/$to") || return 1
    done <<'END'
EFI/bootmgfw.efi Microsoft/Boot/bootmgfw.efi
EFI/memtest.efi Microsoft/Boot/memtest.efi
EFI/de-DE/bootmgfw.efi.mui Microsoft/Boot/de-DE/bootmgfw.efi.mui
Fonts/wgl4_boot.ttf Microsoft/Boot/Fonts/wgl4_boot.ttf
EFI/bootmgfw.efi BOOT/BOOTX64.EFI
END
}

# element OBJECT ELEMENT: of the boot store on the EFI system partition, as hivexsh has it
element()
{
    printf 'cd Objects\\%s\\Elements\\%s\nlsval Element\nquit\n' "$1" "$2" >"$w/script"
    hivexsh -f "$w/script" "$w/BCD"
}

# bytes_of HIVE KEY: all values of a key as hexadecimal digits, without commas
bytes_of() { hivexregedit --export "$1" "$2" | tr -d ',\\ \n'; }

# names HIVE KEY NUMBER: bytes there name this partition by its GUIDs
names() { bytes_of "$1" "$2" | tee "$w/device" | grep -q "$(guid "$3").*$(guid 0)"; }

# store_starts SYSTEM: the default entry lies on that partition and is winload.efi; bootmgr lies on the EFI system partition
store_starts()
{
    local bootmgr='{9dea862c-5cdd-4e70-acc1-f32b344d4795}' default esp
    esp_file /EFI/Microsoft/Boot/BCD >"$w/BCD" || return 1
    default=$(element "$bootmgr" 23000003)
    esp=$(sgdisk -p "$w/new.img" | awk '$6 == "EF00" { print $1 }')
    element "$default" 12000002 | tee "$w/path" && grep -qi '\\winload\.efi$' "$w/path" || return 1
    names "$w/BCD" "\\Objects\\$default\\Elements\\21000001" "$1" && names "$w/BCD" "\\Objects\\$bootmgr\\Elements\\11000001" "$esp"
}

# letter_is SYSTEM: C: is that partition: DMIO:ID: and its GUID
letter_is()
{
    local number start size kind
    read -r number start size kind < <(partitions new | grep ntfs | tail -n 1)
    extract new "$start" "$size" "$w/part" && ntfscat "$w/part" /Windows/System32/config/SYSTEM >"$w/SYSTEM" || return 1
    hivexregedit --export "$w/SYSTEM" '\MountedDevices' | grep -F 'DosDevices\\C:' | tr -d ',' | tee "$w/letter"
    grep -q "444d494f3a49443a$(guid "$1")" "$w/letter"
}

# boot_sector_is_none: nothing that a BIOS would start
boot_sector_is_none() { [ "$(head -c 440 "$w/new.img" | tr -d '\0' | wc -c)" -eq 0 ]; }

# Without what starts it: the plan is about its layout.
built_uefi() { (unset -f furnish && build win10-1709); }

starts_no_longer() { fails 3 'Boot manager' "$halcyon" bootcheck "$w/new.img" --facts "$w/uefi.json"; }

# converted SYSTEM TABLE: all that is asked of a converted disk
converted()
{
    check "$row: the table" table_is "$2"
    check "$row: sgdisk, fsck.fat and ntfsfix find no fault" volumes_sound new
    check "$row: no boot record is left" boot_sector_is_none
    check "$row: the boot files are those of this Windows" esp_files
    check "$row: the boot store starts it" store_starts "$1"
    check "$row: C: is where Windows lies" letter_is "$1"
    check "$row: bootcheck finds the chain whole" finds new "$w/uefi.json" 0
    check "$row: and broken for a BIOS" finds new "$w/bios.json" 'firmware:firmware 3'
    check "$row: verify knows it" "$halcyon" verify "$w/repo//$row" --target "$w/new.img" --quiet
}

# ---------------------------------------------------------------- one volume, a larger disk

row=plain
check "$row: built" prepare plain win10-1903
check "$row: captured" "$halcyon" capture "$w/plain.img" --to "$w/repo" --id plain --quiet
truncate -s 2G "$w/new.img"
check "$row: blocked, when it isn't asked for" fails 3 'block  FW-1' plans "$w/uefi.json"
check "$row: blocked on a machine that starts by BIOS" fails 3 'block  FW-1' plans "$w/bios.json" --convert-firmware uefi
check "$row: planned, when it is" fails 0 'restore again, without --convert-firmware' plans "$w/uefi.json" --convert-firmware uefi
check "$row: restored" restores
converted 1 '1 0700 384, 2 EF00 260, 3 0C01 16'
check "$row: undo takes the boot files back" "$halcyon" undo "$w/new.img" --confirm new.img
check "$row: and then it starts no longer, as the plan said" starts_no_longer
rm -f "$w"/*.img

# ---------------------------------------------------------------- System Reserved, a disk of the same size; the other way

if [ "${HALCYON_SLOW:-0}" = 1 ]; then
    row=reserved
    check "$row: built" reserved_disk reserved win10-1903 10.0.18362.1 hal.dll ntkrnlmp.exe
    check "$row: captured" "$halcyon" capture "$w/reserved.img" --to "$w/repo" --id reserved --quiet
    rm "$w/reserved.img"
    check "$row: the plan says what is lost" fails 0 'Loses: partition 1' plans "$w/uefi.json" --convert-firmware uefi
    check "$row: restored" restores
    converted 2 '2 0700 384, 3 EF00 500'
    rm -f "$w"/*.img

    # The other way.

    row=uefi
    check "$row: built" built_uefi
    check "$row: captured" "$halcyon" capture "$w/win10-1709.img" --to "$w/repo" --id uefi --quiet
    check "$row: to BIOS is refused by name" fails 3 'converts from BIOS to UEFI only' plans "$w/bios.json" --convert-firmware bios
    rm -f "$w"/*.img
else
    skip 'reserved: System Reserved gives its place; uefi: back to BIOS' 'HALCYON_SLOW is not 1'
fi

# ---------------------------------------------------------------- no room at all

row=plain
check "$row: no room is said with the size that has" fails 3 'of 1033895936 bytes at least' plans "$w/uefi.json" --convert-firmware uefi
check "$row: not even where the machine is not known" fails 3 'H0609' plans unknown --convert-firmware uefi
tap_done
