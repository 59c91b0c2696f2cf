#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A stick starts under BIOS, UEFI, and UEFI with Secure Boot on, and an ISO under BIOS; the machine knows the
# stick as its boot medium, and never takes it as a target.
#
# Needs:    root or what lab_as_root finds; the packages of scripts/dev/packages.list; make image.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
# shellcheck source=scripts/dev/lab/lab.sh
. scripts/dev/lab/lab.sh
lab_as_root "$0" "$@"
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh

stick=$tap_work/stick.img iso=$tap_work/halcyon.iso boot=$tap_work/boot
kernel_words="quiet halcyon.task=shell $LAB_KERNEL_WORDS"

# The image as it is shipped, and one file more: what the machine is asked to run.
prepare_image()
{
    mkdir "$boot" "$tap_work/more"
    cp "$HALCYON_BUILD/boot/vmlinuz" "$boot/"
    cat >"$tap_work/more/q" <<'EOF'
dmesg -n 1
halcyon probe --json >/tmp/f
grep -o '"secure_boot": *"[a-z]*"' /tmp/f
echo "MEDIUM $(grep -c '"boot medium"' /tmp/f)"
halcyon fix /dev/sda --confirm STICK0001 2>&1 | grep -o 'boot medium' | head -n 1 | sed 's/^/REFUSED: /'
echo ASKED
EOF
    (cd "$tap_work/more" && echo q | cpio --quiet -o -H newc) | gzip -9 | cat "$HALCYON_BUILD/boot/initramfs.img" - >"$boot/initramfs.img"
}

# What is typed before the shell's prompt is there is lost.
shell_comes()
{
    lab_wait "$1" 'press Enter for a rescue shell .*ttyS0' 300 && lab_type "$1" '\r' && lab_wait "$1" '^halcyon shell ttyS0:~# ' 60 &&
        lab_type "$1" 'sh /q\r' && lab_wait "$1" '^ASKED' 120
}

says()
{
    lab_saw "$1" "$2" || { lab_console "$1" | tail -n 20; return 1; }
}

machine()
{
    lab_machine "$@" memory=768 order=disk nic=none
    lab_boot "$1"
}

prepare_image
check 'a stick is made' pxe/usb/make-media.sh --out "$stick" --size 400M --boot "$boot" --timeout 1 --append "$kernel_words"
check 'an ISO is made' pxe/usb/make-media.sh --iso "$iso" --boot "$boot" --timeout 1 --append "$kernel_words"
cp --sparse=always "$stick" "$tap_work/stick2.img"
lab_start "$tap_work/lab"
machine secure firmware=uefi-secure disk=usb "image=$stick" serial=STICK0001
machine bios disk=usb "image=$tap_work/stick2.img" serial=STICK0001
check 'the stick starts under BIOS' shell_comes bios
check 'it is known as the boot medium' says bios '^MEDIUM 1'
check 'it is not written to' says bios '^REFUSED: boot medium'
lab_cut bios
machine cd disk=usb "image=$tap_work/nothing.img" size=64M "qemu=-cdrom $iso -boot d"
check 'the ISO starts under BIOS' shell_comes cd
lab_cut cd
check 'the stick starts under UEFI with Secure Boot on' shell_comes secure
check 'Secure Boot is on' says secure '^"secure_boot": *"yes"'
check 'the stick is known as the boot medium there too' says secure '^MEDIUM 1'
lab_cut secure
lab_stop
tap_done
