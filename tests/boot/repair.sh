#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Windows on other hardware: a backup of a machine with another controller is restored over the network, repaired, and
# started; the stand-in finds the driver of *this* controller ready, and under UEFI the firmware starts it by its own entry.
# The same without the repair must not start (hazards 25).
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

# answer_with NAME BACKUP MEMBERS: the answer file, with more members.
answer_with()
{
    answer "$1" "$2" STANDIN0001
    jq "$3" "$LAB_DIR/www/$1.json" >"$tap_work/answer" && cp "$tap_work/answer" "$LAB_DIR/www/$1.json"
}

# stays_down NAME CHECK: it was restored as asked for, and the stand-in says what is wrong with it.
stays_down()
{
    lab_wait "$1" 'restore done, then: reboot' 240 && lab_wait "$1" 'ORACLE: (WHOLE|BROKEN)' 240 &&
        lab_console "$1" | grep "ORACLE: $2 FAIL" && lab_console "$1" | grep 'ORACLE: BROKEN 1$'
}

# starts_by_entry NAME: the firmware starts the entry that halcyon made.
starts_by_entry()
{
    lab_console "$1" | grep -aE 'starting Boot[0-9A-F]{4} "Windows Boot Manager"'
}

# machine NAME FIRMWARE DISK: blank, restores itself, then starts from its disk.
machine()
{
    lab_machine "$1" firmware="$2" memory=1024 serial-number="$1-serial" "uuid=$uuid_of_machine" order=net then=disk \
        disk="$3" size=3G serial=STANDIN0001
}

uefi=$(tests/fixtures/standin/build.py --firmware uefi --version win10 --controller ahci --size 1G --fill 24M --cache)
bios=$(tests/fixtures/standin/build.py --firmware bios --version win7 --controller ide --size 1G --fill 24M --cache)
check 'capture' prepare_repository "$uefi" "$bios"
machines=(nvme knocked)
# Minutes count: BIOS adds no new path but that of the active partition, which tests/image/repair.sh has.
if [ "${HALCYON_SLOW:-0}" = 1 ]; then
    machines+=(bios)
else
    skip 'bios: from IDE to AHCI' 'HALCYON_SLOW is not 1'
fi
for name in "${machines[@]}"; do
    case $name in
    nvme) firmware=uefi disk=nvme backup=m1 members=. ;;
    knocked) firmware=uefi disk=nvme backup=m1 members='.without = ["storage-boot"] | .accept = ["DRV-1"]' ;;
    bios) firmware=bios disk=ahci backup=m2 members=. ;;
    esac
    lab_start "$tap_work/lab-$name" "boot=$HALCYON_BUILD/boot" "repository=$repository" \
        "append=halcyon.intent=http://10.77.0.1/$name.json"
    answer_with "$name" "$backup" "$members"
    machine "$name" "$firmware" "$disk"
    lab_boot "$name"
    if [ "$name" = knocked ]; then
        check 'without its repair: Windows of an AHCI machine has no driver ready for NVMe' stays_down "$name" controller
        check 'the report said that it would not boot' report_says "$name" .bootcheck.first_broken controller-driver
    else
        check "$name: repaired, started, whole" comes_back "$name"
        check "$name: the report says what was repaired" report_says "$name" '[.repairs[] | select(test("^storage-boot"))] | length > 0' true
        check "$name: and that it boots" report_says "$name" .bootcheck.boots yes
    fi
    if [ "$name" = nvme ]; then
        check 'the firmware starts the entry that was made for it' starts_by_entry "$name"
        check 'which bootcheck had seen' report_says "$name" '.bootcheck.links[] | select(.id == "firmware-entry") | .state' ok
    fi
    lab_stop
done
tap_done
