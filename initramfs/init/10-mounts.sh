#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Mounts the kernel's file systems and finds the consoles.
# Needs: /proc. Provides: /sys /dev /dev/pts /dev/shm, firmware variables, $STATE/consoles.
# On failure: nothing else would work; rescue shell on the kernel's own console.
set -eu
# shellcheck source=initramfs/init/lib.sh
. /init.d/lib.sh

mounted() { mountpoint -q "$1"; }

mounted /sys || mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
mounted /dev || mount -t devtmpfs -o nosuid,mode=755 devtmpfs /dev
# Without it nobody can see whether the kernel is locked down.
mounted /sys/kernel/security || mount -t securityfs -o nosuid,nodev,noexec securityfs /sys/kernel/security || true
mkdir -p /dev/pts /dev/shm
mounted /dev/pts || mount -t devpts -o nosuid,noexec,mode=620 devpts /dev/pts
mounted /dev/shm || mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs /dev/shm
ln -sfn /proc/self/fd /dev/fd
ln -sfn /proc/self/fd/0 /dev/stdin
ln -sfn /proc/self/fd/1 /dev/stdout
ln -sfn /proc/self/fd/2 /dev/stderr

# The screen is a console of ours even when the kernel line names only a serial one.
{
    [ ! -c /dev/tty1 ] || echo tty1
    tr ' ' '\n' </sys/class/tty/console/active | grep -v '^tty[0-9]*$' || true
} >"$STATE/consoles.new"
: >"$STATE/consoles.open"
while read -r tty; do
    # A port that the kernel line names but the machine lacks does not open.
    if timeout 2 stty -F "/dev/$tty" >/dev/null 2>&1; then echo "$tty" >>"$STATE/consoles.open"; fi
done <"$STATE/consoles.new"
[ -s "$STATE/consoles.open" ] || echo console >"$STATE/consoles.open"
mv "$STATE/consoles.open" "$STATE/consoles"

if [ -d /sys/firmware/efi ]; then
    firmware=UEFI
    modprobe -q efivarfs || true
    mounted /sys/firmware/efi/efivars || mount -t efivarfs -o nosuid,nodev,noexec efivarfs /sys/firmware/efi/efivars ||
        echo "the firmware's variables can't be reached"
else
    firmware=BIOS
fi
echo "$firmware, consoles $(xargs <"$STATE/consoles")" >"$STATE/summary"
