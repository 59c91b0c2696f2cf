#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A stick starts under BIOS, UEFI, and UEFI with Secure Boot on, and an ISO under BIOS and UEFI; the machine knows the
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

stick=$tap_work/stick.img iso=$tap_work/halcyon.iso
kernel_words="quiet halcyon.task=shell $LAB_KERNEL_WORDS"

shell_comes()
{
    lab_wait "$1" 'press Enter for a rescue shell .*ttyS0' 300 && lab_type "$1" '\r' && lab_wait "$1" '^halcyon shell ttyS0:~# ' 60
}

# says NAME COMMAND REGEX: what a command in the machine's shell prints
says()
{
    lab_mark "$1"
    lab_type "$1" "$2"'\r' && lab_wait "$1" "$3" 60
}

machine()
{
    lab_machine "$@" memory=768 order=disk nic=none
    lab_boot "$1"
}

check 'a stick is made' pxe/usb/make-media.sh --out "$stick" --size 400M --boot "$HALCYON_BUILD/boot" --timeout 1 --append "$kernel_words"
check 'an ISO is made' pxe/usb/make-media.sh --iso "$iso" --boot "$HALCYON_BUILD/boot" --timeout 1 --append "$kernel_words"
cp "$stick" "$tap_work/stick2.img"
lab_start "$tap_work/lab"
machine secure firmware=uefi-secure disk=usb "image=$stick" serial=STICK0001
machine bios disk=usb "image=$tap_work/stick2.img" serial=STICK0001
check 'the stick starts under BIOS' shell_comes bios
check 'the stick is the boot medium' says bios 'halcyon probe --json | grep -c \"boot\ medium\"' '^1'
lab_cut bios
check 'the stick starts under UEFI with Secure Boot on' shell_comes secure
check 'Secure Boot is on' says secure 'halcyon probe --json | grep secure_boot' '"secure_boot": *"yes"'
check 'the stick is the boot medium there too' says secure 'halcyon probe --json | grep -c \"boot\ medium\"' '^1'
lab_cut secure
machine cd disk=usb "image=$tap_work/nothing.img" size=64M "qemu=-cdrom $iso -boot d"
check 'the ISO starts under BIOS' shell_comes cd
lab_cut cd
lab_stop
tap_done
