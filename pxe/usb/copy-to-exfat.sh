#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# copy-to-exfat.sh FILE-OR-DEVICE MOUNTPOINT FOLDER...: copy folders to the top of an exFAT file system.
#
# Needs:    root, a mount namespace of its own (unshare --mount), and a kernel with exFAT, or exfat-fuse.
# Provides: the copies; the file system is unmounted, and a loop device that was needed is gone.
set -euo pipefail

device=$1 point=$2
shift 2
if [ ! -b "$device" ]; then
    device=$(losetup --find --show "$device")
    trap 'losetup --detach "$device" 2>/dev/null || true' EXIT
fi
mount -t exfat "$device" "$point" 2>/dev/null || mount.exfat-fuse "$device" "$point" >/dev/null
# exFAT has no owners, links and modes: what can't be kept is not asked for.
cp -r --preserve=timestamps "$@" "$point/"
umount "$point"
