#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A stick's image and an ISO as other programs see them, and what make-media.sh refuses. tests/boot/stick.sh starts them.
#
# Needs:    root (loop device and mount namespace for --copy); the packages of scripts/dev/packages.list.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
# shellcheck source=pxe/usb/parts.sh
. pxe/usb/parts.sh
PATH=$PATH:/usr/sbin:/sbin

make=pxe/usb/make-media.sh
boot=$tap_work/boot stick=$tap_work/stick.img iso=$tap_work/x.iso

# Stand-ins: what is on the medium is compared, not started.
prepare()
{
    mkdir -p "$boot" "$tap_work/mounted" "$tap_work/repository/backups"
    head -c 3000000 /dev/urandom >"$boot/vmlinuz"
    head -c 5000000 /dev/urandom >"$boot/initramfs.img"
    head -c 2000000 /dev/urandom >"$tap_work/repository/backups/a file with a long name"
}

# part NUMBER FILE: a partition as a file, by the table as sgdisk reads it
part()
{
    local first last
    first=$(sgdisk --info="$1" "$stick" | sed -n 's/^First sector: \([0-9]*\) .*/\1/p')
    last=$(sgdisk --info="$1" "$stick" | sed -n 's/^Last sector: \([0-9]*\) .*/\1/p')
    dd if="$stick" of="$2" bs=512 skip="$first" count=$((last - first + 1)) conv=sparse status=none
}

table_is_good()
{
    sgdisk --verify "$stick" | tee "$tap_work/said"
    grep '^No problems found' "$tap_work/said"
}

types_are()
{
    sgdisk --print "$stick" | awk '$1 ~ /^[0-9]+$/ { printf "%s:%s ", $1, $6 }' | tee "$tap_work/types"
    [ "$(cat "$tap_work/types")" = '1:0700 2:EF02 3:EF00 ' ]
}

copied()
{
    # shellcheck disable=SC2016  # for the inner shell
    unshare --mount --propagation private bash -c '
        loop=$(losetup --find --show "$1") && trap "losetup --detach $loop" EXIT
        mount.exfat-fuse "$loop" "$2" >/dev/null && diff -r "$3" "$2/repository" && umount "$2"
    ' bash "$tap_work/data" "$tap_work/mounted" "$tap_work/repository"
}

on_esp()
{
    mcopy -n -i "$tap_work/esp" "::$1" "$tap_work/got" && cmp "$tap_work/got" "$2"
}

menu_of_esp()
{
    rm -f "$tap_work/grub.cfg"
    mcopy -i "$tap_work/esp" ::boot/grub/grub.cfg "$tap_work/grub.cfg" && grub-script-check "$tap_work/grub.cfg" &&
        grep -F "$1" "$tap_work/grub.cfg"
}

same_guid()
{
    local guid
    guid=$(sgdisk --print "$stick" | sed -n 's/^Disk identifier (GUID): //p')
    menu_of_esp "halcyon.medium=${guid,,}"
}

prepare
check 'a stick is made' "$make" --out "$stick" --size 400M --boot "$boot" --copy "$tap_work/repository" --append quiet \
    --intent https://server/a.json
check 'nothing stays mounted' bash -c "! grep -F '$tap_work' /proc/self/mounts"
check 'no loop device is left' bash -c "! losetup --list --noheadings --output BACK-FILE | grep -F '$tap_work'"
check 'sgdisk finds nothing wrong with its table' table_is_good
check 'the data partition is the first entry' types_are
part 1 "$tap_work/data"
part 3 "$tap_work/esp"
check 'fsck.exfat finds nothing wrong' fsck.exfat -n "$tap_work/data"
check 'what was copied is there' copied
check 'fsck.fat finds nothing wrong' fsck.fat -n "$tap_work/esp"
check 'the firmware finds shim, signed' on_esp EFI/BOOT/BOOTX64.EFI /usr/lib/shim/shimx64.efi.signed
check 'shim finds GRUB, signed' on_esp EFI/BOOT/grubx64.efi "$GRUB_SIGNED"
check 'GRUB finds the kernel' on_esp boot/vmlinuz "$boot/vmlinuz"
check 'GRUB finds the image' on_esp boot/initramfs.img "$boot/initramfs.img"
check 'the menu has the words that were asked for' menu_of_esp ' quiet'
check 'the menu has the answer file' menu_of_esp 'halcyon.intent=https://server/a.json'
check 'the image learns which medium it came from' same_guid
check 'an ISO is made' "$make" --iso "$iso" --boot "$boot"
check 'it starts by BIOS and by UEFI' bash -c "xorriso -indev '$iso' -report_el_torito plain 2>/dev/null |
    grep -c -E 'El Torito boot img *: *[12] *(BIOS|UEFI)' | grep -x 2"
check_exit 2 'refused: neither an image nor a stick' "$make" --boot "$boot"
check_exit 2 'refused: an image without a size' "$make" --out "$stick" --boot "$boot"
check_exit 2 'refused: an image that is too small' "$make" --out "$stick" --size 300M --boot "$boot"
check_exit 2 'refused: words that GRUB would read as something else' "$make" --iso "$iso" --boot "$boot" --append 'a;reboot'
check_exit 2 'refused: no kernel and image' "$make" --iso "$iso" --boot "$tap_work/repository"
check_exit 1 'refused: a stick that is not there' "$make" --stick NO-SUCH-SERIAL --boot "$boot"
check_exit 1 'refused: more than there is room for' "$make" --out "$tap_work/full.img" --size 320M --boot "$boot" \
    --copy "$tap_work"
check 'and nothing is left of it' bash -c "! ls '$tap_work'/full.img*"
tap_done
