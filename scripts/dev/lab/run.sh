#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Boot a machine by hand in a lab of its own; everything is gone when it ends.
#
# Needs:    what lab.sh needs; build/boot (make image) unless the machine boots from its disk.
# Provides: the machine's serial console on this terminal, or its log where there is no terminal.
set -euo pipefail

usage()
{
    cat <<'END'
usage: run.sh [--KEY VALUE...] [option...]
  --KEY VALUE        a key of the machine, as scripts/dev/lab/machine.sh lists them:
                     --firmware uefi --disk nvme --size 8G --memory 512 --smp 4 --acpi off --order net --then disk
  --boot DIR         folder with vmlinuz and initramfs.img (default: boot in the build folder)
  --repository DIR   served as http://10.77.0.1/repository/
  --intent FILE      answer file: served, and named on the kernel command line
  --append WORDS     more words for the kernel command line
  --files DIR        where to keep disks, logs and reports (default: a temporary folder, removed at the end)
  --screen           show the machine's screen in a window
  --log              follow the console's log instead of connecting to it
example: run.sh --firmware uefi --disk nvme --size 20G --repository /srv/backups
Press Ctrl-] to leave a connected console; the machine is switched off then.
END
}

root=$(cd "$(dirname "$0")/../../.." && pwd)
# shellcheck source=scripts/dev/lab/lab.sh
. "$root/scripts/dev/lab/lab.sh"

network=() keys=() files='' append='' intent='' boot=${HALCYON_BUILD:-$root/build}/boot watch=connect
parse()
{
    while [ $# -gt 0 ]; do
        case $1 in
        --help) usage; exit 0 ;;
        --screen) keys+=("qemu=-display gtk"); shift; continue ;;
        --log) watch=log; shift; continue ;;
        --*) [ $# -ge 2 ] || { lab_say "$1: its value is missing (--help lists the options)"; exit 2; } ;;
        *) lab_say "$1: options begin with -- (--help lists them)"; exit 2 ;;
        esac
        case $1 in
        --boot) boot=$2 ;;
        --repository) network+=("repository=$2") ;;
        --intent) intent=$2 ;;
        --append) append="$append $2" ;;
        --files) files=$2 ;;
        *) keys+=("${1#--}=$2") ;;
        esac
        shift 2
    done
}

start()
{
    [ -t 0 ] || watch=log
    [ -z "$intent" ] || append="$append halcyon.intent=$LAB_URL/intent.json"
    [ ! -d "$boot" ] || network+=("boot=$(cd "$boot" && pwd)")
    lab_start ${files:+"$files"} ${network[@]+"${network[@]}"} append="$append" || exit 1
    [ -z "$intent" ] || cp "$intent" "$LAB_DIR/www/intent.json"
    lab_machine machine ${keys[@]+"${keys[@]}"} && lab_boot machine || exit 1
    lab_say "files are in $LAB_DIR; the network is seen by: nsenter --net=/run/netns/$LAB_NS curl $LAB_URL/"
}

# Follow the log until the machine is off.
follow()
{
    local pid
    read -r pid _ <"$LAB_DIR/machine/process"
    tail -n +1 -f --pid="$pid" "$LAB_DIR/machine/serial.log"
}

lab_as_root "$0" "$@"
parse "$@"
start
if [ "$watch" = log ]; then
    follow
else
    cat "$LAB_DIR/machine/serial.log"
    socat -,raw,echo=0,escape=0x1d "UNIX-CONNECT:$LAB_DIR/machine/serial.sock" || true
fi
if lab_is_on machine; then
    lab_poweroff machine 10
fi
lab_say "the machine is off: $(lab_reason machine)"
