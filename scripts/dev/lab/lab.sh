#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The lab: a private network with a real DHCP, TFTP and web server, and QEMU machines of any shape.
#
# A bash library; source it.  Needs root (see lab_as_root) and the packages of scripts/dev/packages.list.
# Nothing leaves the lab's own network namespace, so labs side by side all use 10.77.0.0/24.
# Everything it starts ends with the shell that called lab_start, even when that shell is killed.
#
#   . scripts/dev/lab/lab.sh
#   lab_as_root "$0" "$@"
#   lab_start "$work" append=halcyon.intent=http://10.77.0.1/intent.json
#   cp intent.json "$LAB_DIR/www/"
#   lab_machine m1 firmware=uefi disk=nvme size=8G serial=SN1 order=net then=disk
#   lab_boot m1
#   lab_wait m1 'ORACLE: whole' 300
#   lab_stop
#
# The network
#   lab_as_root SCRIPT ARG...   run the script again with what the lab needs (user namespace or sudo); call it first
#   lab_start [DIR] [KEY=VALUE...]  files go to DIR, which the caller removes (default: a temporary folder, removed
#                               at the end). Servers are those of pxe/server/configure.sh.
#       boot=DIR                vmlinuz and initramfs.img    (default DIR/www/boot)
#       repository=DIR          served as /repository/       (default DIR/www/repository)
#       append=WORDS            words for the kernel command line
#       uefi=shim|ipxe          what UEFI machines get (shim)
#       proxy=yes               our DHCP server only adds boot information; a second one lends addresses
#   lab_append WORDS            replace those words, for machines that boot from now on
#   lab_stop                    end all that; also done when the shell exits
#   lab_web_stop lab_web_start  the web server vanishes (connections break) and comes back; lab_web_start also reads
#                               additions from $LAB_DIR/nginx.d/*.conf (location blocks)
#   lab_net_off lab_net_on      the network swallows every packet, and works again
#   lab_in COMMAND...           run a command inside, e.g. lab_in curl "$LAB_URL/reports/x"
#   LAB_DIR LAB_URL LAB_ADDRESS folder, http://10.77.0.1, 10.77.0.1.  Web root is $LAB_DIR/www, and
#                               $LAB_DIR/www/reports takes PUT and MKCOL. Logs of the servers are in $LAB_DIR/log.
#
# Machines
#   lab_machine NAME KEY=VALUE...  describe a machine; machine.sh lists the keys
#   lab_boot NAME [KEY=VALUE...]   switch it on, with changes to the description for this time
#   lab_wait NAME REGEX SECONDS    wait for a line (grep -E) on the serial console since the last lab_boot or lab_mark;
#                                  fails with the last 30 lines when it does not come or the machine goes off
#   lab_mark NAME                  later waits look only at what comes from here on
#   lab_wait_off NAME SECONDS [REASON]  wait until it is off; REASON as lab_reason prints it
#   lab_reason NAME                guest-shutdown, guest-reset (with reboot=exit), host-qmp-quit, cut
#   lab_wait_file FILE SECONDS     wait until FILE is there (a report that arrives)
#   lab_console NAME               print the console since lab_boot, without control sequences
#   lab_type NAME TEXT             type on the serial console (printf escapes: '\r' is Enter)
#   lab_key NAME KEY...            press keys on the keyboard, as QEMU's sendkey names them
#   lab_screen NAME FILE.ppm       picture of the screen
#   lab_monitor NAME COMMAND       QEMU's monitor
#   lab_poweroff NAME [SECONDS]    press the power button; pull the plug when that does not help
#   lab_cut NAME                   power cut: the machine is gone at once; what reached the disk stays
#   Files of a machine: $LAB_DIR/NAME/{serial.log,qemu.log,command,disk0.img,monitor.sock,qmp.log}
#
# Environment: HALCYON_LAB_ACCEL  QEMU's accelerator (default tcg,thread=multi; kvm where there is one)

LAB_HOME=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_ROOT=$(cd "$LAB_HOME/../../.." && pwd)
LAB_ADDRESS=10.77.0.1
export LAB_URL=http://$LAB_ADDRESS
LAB_DIR=''
# Linux measures its timer against the processor's speed and panics ("IO-APIC + timer doesn't work") where a busy host
# lets an emulated machine wait. Kernels booted over the network get this word; with order=kernel put it into append=.
LAB_KERNEL_WORDS=no_timer_check
PATH=$PATH:/usr/sbin:/sbin

# shellcheck source=scripts/dev/lab/host.sh
. "$LAB_HOME/host.sh"
# shellcheck source=scripts/dev/lab/net.sh
. "$LAB_HOME/net.sh"
# shellcheck source=scripts/dev/lab/machine.sh
. "$LAB_HOME/machine.sh"
# shellcheck source=scripts/dev/lab/disks.sh
. "$LAB_HOME/disks.sh"
# shellcheck source=scripts/dev/lab/console.sh
. "$LAB_HOME/console.sh"
# shellcheck source=scripts/dev/lab/run-machine.sh
. "$LAB_HOME/run-machine.sh"

lab_say()
{
    echo "lab: $*" >&2
}

# lab_until SECONDS COMMAND...: true as soon as COMMAND is, false when it was not within SECONDS.
lab_until()
{
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}

lab_wait_file()
{
    lab_until "$2" test -e "$1" && return 0
    lab_say "waited $2 s for $1, and it did not come"
    return 1
}

lab_start()
{
    local dir='' arg
    [ -z "$LAB_DIR" ] || { lab_say "this shell has a lab already, in $LAB_DIR"; return 1; }
    case ${1:-} in
    '' | *=*) ;;
    *) dir=$1; shift ;;
    esac
    LAB_CONFIGURE=() LAB_PROXY=no LAB_WORDS=''
    for arg in "$@"; do
        case $arg in
        boot=* | repository=* | uefi=*) LAB_CONFIGURE+=("--${arg%%=*}" "${arg#*=}") ;;
        append=*) LAB_WORDS=${arg#*=} ;;
        proxy=yes) LAB_PROXY=yes; LAB_CONFIGURE+=(--proxy) ;;
        *) lab_say "lab_start: unknown key: $arg"; return 1 ;;
        esac
    done
    lab_check_host || return 1
    lab_sweep
    lab_register || return 1
    LAB_NS=hclab-$LAB_ID
    if [ -z "$dir" ]; then
        dir=$(mktemp -d "${TMPDIR:-/tmp}/hclab-$LAB_ID.XXXXXX")
        echo "$dir" >"/run/hclab/$LAB_ID"
    fi
    mkdir -p "$dir"
    LAB_DIR=$(cd "$dir" && pwd)
    lab_on_exit
    lab_watch
    lab_net_create && lab_configure && lab_dhcp_start && lab_web_start
}

lab_stop()
{
    [ -n "$LAB_DIR" ] || return 0
    # Its flock goes with the lock.
    ! lab_runs "$LAB_WATCH" || kill -9 "${LAB_WATCH% *}" 2>/dev/null || true
    lab_remove "$LAB_ID"
    exec {LAB_LOCK}>&-
    LAB_DIR=''
}

# Keep what the caller wants done at its exit, after the lab is gone.
lab_on_exit()
{
    local old
    # A subshell shows its parent's traps, which are not its own, until it sets one itself.
    [ $BASHPID = $$ ] || { trap : WINCH; trap - WINCH; }
    old=$(trap -p EXIT)
    old=${old#"trap -- "}
    old=${old%" EXIT"}
    eval "old=${old:-:}"
    # With set -e a plain command that passes a failure on would end the trap before the old one.
    # shellcheck disable=SC2064  # the old command is to be put in now
    trap "if lab_exit \$?; then
$old
else
$old
fi" EXIT
}

# Pass the exit status on.
lab_exit()
{
    lab_stop
    return "$1"
}
