#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Loads a driver for each device the kernel reports, again for the devices that these bring, until nothing new appears.
# Needs: /sys, /dev. Provides: disks and network adapters; afterwards mdev serves devices that are plugged in later.
# On failure: never by a device without driver; only when no module can be loaded at all.
set -eu
# shellcheck source=initramfs/init/lib.sh
. /init.d/lib.sh

QUIET=100     # hundredths of a second without anything new
DEADLINE=3000 # hundredths of a second since the start of this stage

# load_new: modules for aliases that were not there before
load_new() {
    # Not by a walk through /sys/devices, which takes ten times as long; processors have no bus with aliases.
    cat /sys/bus/*/devices/*/modalias /sys/devices/system/cpu/modalias 2>/dev/null | sort -u >"$STATE/aliases.now"
    grep -vxFf "$STATE/aliases" "$STATE/aliases.now" >"$STATE/aliases.new" || return 0
    xargs modprobe -q -b -a <"$STATE/aliases.new" || true
    mv "$STATE/aliases.now" "$STATE/aliases"
}

# what there is: if this stays the same, devices have settled
seen() {
    cat /proc/partitions
    ls /sys/class/net
    wc -l <"$STATE/aliases"
}

# A USB disk takes a second or more between its driver and its first block device.
usb_disks_missing() {
    for device in /sys/bus/usb/drivers/usb-storage/*:* /sys/bus/usb/drivers/uas/*:*; do
        [ -e "$device" ] || continue
        set -- "$device"/host*/target*/*:*
        [ -e "$1" ] || return 0
    done
    return 1
}

[ -d "/lib/modules/$(uname -r)" ] || {
    echo "the image has modules of $(ls /lib/modules), but this kernel is $(uname -r)"
    echo "vmlinuz and initramfs.img must come from the same build"
    exit 1
}
# The line that never matches keeps grep -f from taking an empty list for "everything".
echo '#' >"$STATE/aliases"
begin=$(now)
quiet_since=$begin
before=
while :; do
    load_new
    after=$(seen)
    if [ "$after" != "$before" ]; then
        quiet_since=$(now)
        before=$after
    fi
    [ "$(($(now) - quiet_since))" -lt "$QUIET" ] || usb_disks_missing || break
    if [ "$(($(now) - begin))" -gt "$DEADLINE" ]; then
        echo "devices still appear after $(seconds "$DEADLINE") s; going on with those that are there"
        break
    fi
    sleep 0.2
done
mdev -d
disks=$(find /sys/block -mindepth 1 -maxdepth 1 ! -name 'loop*' ! -name 'ram*' | wc -l)
echo "$(wc -l </proc/modules) modules, $disks disks, $(find /sys/class/net -mindepth 1 ! -name lo | wc -l) network adapters" >"$STATE/summary"
