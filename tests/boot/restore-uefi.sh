#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# UEFI: a machine with a blank NVMe disk boots over the network, restores itself over HTTP, restarts from its disk, and
# the stand-in Windows finds itself whole; and one whose power fails in the middle carries on.
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
# shellcheck source=tests/boot/lib/restore.sh
. tests/boot/lib/restore.sh

power_fails()
{
    lab_wait uefi '^data +[1-9]' 150 && lab_cut uefi && lab_boot uefi
}

image=$(tests/fixtures/standin/build.py --firmware uefi --version win10 --controller nvme --size 2G --fill 150M --cache)
check 'capture' prepare_repository "$image"
lab_start "$tap_work/lab" "boot=$HALCYON_BUILD/boot" "repository=$repository" "append=halcyon.intent=http://10.77.0.1/uefi.json"
answer uefi m1 STANDIN0001
lab_machine uefi firmware=uefi memory=1024 serial-number=uefi-serial "uuid=$uuid_of_machine" order=net then=disk disk=nvme size=3G serial=STANDIN0001
lab_boot uefi
check 'the power fails in the middle of the restore' power_fails
check 'it carries on by itself, restarts from its disk and is whole' comes_back uefi
check 'the report is on the server' report_says uefi .outcome restored
check 'what the disk held already was kept' report_says uefi '.reused_bytes > 0' true
lab_stop
tap_done
