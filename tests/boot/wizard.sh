#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A person restores a machine: BIOS, booted over the network, the wizard on its serial console, keys only; afterwards it
# starts from its disk, and the stand-in Windows finds itself whole.
#
# Needs:    root or what lab_as_root finds; the packages of scripts/dev/packages.list; make image.
#           HALCYON_SLOW=1; UEFI=1 adds UEFI.
# Provides: TAP. Times go to standard error.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
if [ "${HALCYON_SLOW:-0}" != 1 ]; then
    echo '1..0 # SKIP two minutes: HALCYON_SLOW=1 tests/run.sh tests/boot/wizard.sh'
    exit
fi
# shellcheck source=scripts/dev/lab/lab.sh
. scripts/dev/lab/lab.sh
lab_as_root "$0" "$@"
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
# shellcheck source=tests/boot/lib/restore.sh
. tests/boot/lib/restore.sh
# shellcheck source=tests/boot/lib/screen.sh
. tests/boot/lib/screen.sh

ANSWER_MS=50    # a key is answered within
FIRST_SCREEN=30 # seconds from init to the first screen, on a busy machine

tenths() { echo "$((($(date +%s%N) - $1) / 100000000))e-1"; }

# From the start of init, which is when its first stage began, to the first whole screen.
first_screen()
{
    local took begin
    lab_wait "$1" 'halcyon: stage 10-mounts ok' 120 || return 1
    begin=$(date +%s%N)
    took=$(lab_console "$1" | sed -n 's/.*stage 10-mounts ok (\([0-9.]*\) s).*/\1/p')
    lab_wait "$1" 'Rescue shell' 120 && lab_wait "$1" "$1-serial" 60 || return 1
    took=$(awk -v a="$took" -v b="$(tenths "$begin")" 'BEGIN { print a + b }')
    echo "# $1: first screen $took s after the start of init" >&2
    awk -v took="$took" -v most="$FIRST_SCREEN" 'BEGIN { exit !(took <= most) }'
}

# The best of a dozen, as this machine may do something else meanwhile.
answers_keys()
{
    local median best
    read -r median best < <(screen_key_times "$1") && echo "# $1: a key is answered in $median ms, at best $best" >&2 &&
        awk -v best="$best" -v most="$ANSWER_MS" 'BEGIN { exit !(best <= most) }'
}

# The machine's firmware and boot loader show themselves on this line before the wizard does.
is_led_to_the_end()
{
    screen_open "$1" && screen_wait "$1" 'Restore this machine' 30 && screen_walk "$1" 'RESTORED|FAILED|NOT |DIED' 300 &&
        screen_shows "$1" 'RESTORED: everything' && screen_shows "$1" 'read back and compared'
}

starts_again()
{
    lab_mark "$1" && screen_keys "$1" Enter && screen_wait "$1" 'Reboot\?' 10 && screen_keys "$1" y &&
        lab_wait "$1" 'ORACLE: (WHOLE|BROKEN)' 240 && screen_close "$1" && lab_console "$1" | grep 'ORACLE: WHOLE'
}

# restores NAME FIRMWARE VERSION DISK
restores()
{
    local begin
    lab_machine "$1" firmware="$2" memory=512 serial-number="$1-serial" "uuid=$uuid_of_machine" order=net then=disk \
        disk="$4" size=2G serial=STANDIN0001
    begin=$(date +%s%N)
    lab_boot "$1"
    check "$2: the wizard comes up on the serial console" first_screen "$1"
    check "$2: it answers keys" answers_keys "$1"
    check "$2: keys lead to a restored disk" is_led_to_the_end "$1"
    check "$2: the machine restarts from its disk and is whole" starts_again "$1"
    echo "# $1: $(tenths "$begin") s in all" >&2
    lab_poweroff "$1"
}

standin() { tests/fixtures/standin/build.py --firmware "$1" --version "$2" --controller "$3" --size 1G --fill 24M --cache; }

image=$(standin bios win7 ide)
check 'capture' prepare_repository "$image"
lab_start "$tap_work/lab" "boot=$HALCYON_BUILD/boot" "repository=$repository"
restores bios bios win7 ide
if [ "${UEFI:-0}" = 1 ]; then
    image=$(standin uefi win10 ahci)
    rm -rf "$repository"
    check 'capture, UEFI' prepare_repository "$image"
    restores uefi uefi win10 ahci
fi
lab_stop
tap_done
