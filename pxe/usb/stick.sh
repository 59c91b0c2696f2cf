# shellcheck shell=bash
# shellcheck disable=SC2154  # make-media.sh sets what is used here
# SPDX-License-Identifier: GPL-3.0-or-later
# A stick, or the image of one: part of make-media.sh, which sets what is used here.
#
# Needs:    parts.sh; stick, out, size, label, copies, words, boot, intent, timeout, work, target.
# Provides: open_stick open_image make_stick.

# A stick by its serial number: exactly one, on USB, not in use, and confirmed.
open_stick()
{
    local found name transport model bytes answer
    found=$(lsblk -dnbo NAME,TRAN,SIZE,SERIAL,MODEL | awk -v serial="$stick" '$4 == serial')
    [ -n "$found" ] || die "no disk has the serial number '$stick': lsblk -o NAME,TRAN,SIZE,MODEL,SERIAL lists them"
    [ "$(wc -l <<<"$found")" = 1 ] || die "more than one disk has the serial number '$stick': unplug the others"
    read -r name transport bytes _ model <<<"$found"
    [ "$transport" = usb ] || die "/dev/$name ($model) is not on USB"
    [ -z "$(lsblk -nro MOUNTPOINTS "/dev/$name" | tr -d '[:space:]')" ] || die "/dev/$name is mounted: unmount it first"
    lsblk -o NAME,SIZE,FSTYPE,LABEL,PARTLABEL "/dev/$name"
    printf 'All that is on /dev/%s (%s, %s bytes) will be erased.\nType the last four characters of its serial number: ' \
        "$name" "$model" "$bytes"
    read -r answer || answer=
    [ "$answer" = "${stick: -4}" ] || status=4 die "not confirmed; nothing was written"
    target=/dev/$name holes=''
}

open_image()
{
    target=$out.part holes=,sparse
    rm -f "$target"
    truncate -s "$size" "$target"
}

# put FILE SECTOR: into the target; a new image is zeros already, a stick is not
put()
{
    dd if="$1" of="$target" bs=1M seek=$(($2 * 512)) oflag=seek_bytes conv="notrunc$holes" status=none
}

# An image's data partition is made beside it and copied to its place.
make_data_of_image()
{
    truncate -s $(($(data_sectors "$target") * 512)) "$work/data"
    mkfs.exfat -L "$label" "$work/data" >/dev/null
    copy_folders "$work/data"
    put "$work/data" "$STICK_DATA_AT"
}

make_data_of_stick()
{
    local part
    udevadm settle 2>/dev/null || true
    part=$(lsblk -nrpo NAME,PARTN "$target" | awk '$2 == 1 { print $1 }')
    [ -b "$part" ] || die "the kernel does not show the data partition of $target: unplug the stick, and begin again"
    mkfs.exfat -L "$label" "$part" >/dev/null
    copy_folders "$part"
}

# In a mount namespace of its own: whatever happens, neither a mount nor a loop device is left.
copy_folders()
{
    [ ${#copies[@]} -gt 0 ] || return 0
    mkdir "$work/mounted"
    unshare --mount --propagation private "$here/copy-to-exfat.sh" "$1" "$work/mounted" "${copies[@]}" ||
        die "the folders are not on the data partition: root, exfat-fuse or a kernel with exFAT, and room are needed"
}

make_stick()
{
    local guid mark
    guid=$(cat /proc/sys/kernel/random/uuid)
    mark=/.disk/halcyon-$guid
    words="$words halcyon.medium=$guid"
    fill_tree "$work/tree" "$mark"
    fat_image "$work/tree" "$work/esp" "$STICK_ESP_SECTORS" "$label"
    grub_core i386-pc "$mark" "$work/core"
    partition "$target" "$guid"
    put "$work/esp" "$STICK_ESP_AT"
    bios_boot "$target" "$work/core"
    if [ -n "$stick" ]; then make_data_of_stick; else make_data_of_image; fi
    sync "$target"
}
