# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Part of lab.sh: what the lab needs of this host, and removing what dead labs left behind.

# Run SCRIPT again as root: in a user namespace of our own where the kernel lets us, else through sudo.
lab_as_root()
{
    [ "$(id -u)" != 0 ] || return 0
    if [ -r /dev/net/tun ] && [ -w /dev/net/tun ] && unshare -Urnm mount -t tmpfs lab /run 2>/dev/null; then
        # ip-netns(8) keeps its names in /run; the one of the host is not ours to write to.
        # shellcheck disable=SC2016  # expanded by the inner shell
        exec unshare -Urnm sh -c 'mount -t tmpfs lab /run && exec "$@"' sh "$@"
    fi
    if command -v sudo >/dev/null; then
        exec sudo -E "$@"
    fi
    lab_say "needs root: no user namespaces with /dev/net/tun here, and no sudo"
    exit 1
}

# Prints the command line option of apt packages for what is missing, and fails; silent when all is there.
lab_check_host()
{
    local tool missing=''
    [ "$(id -u)" = 0 ] || { lab_say "needs root (lab_as_root)"; return 1; }
    for tool in ip nsenter setsid qemu-system-x86_64 dnsmasq nginx socat; do
        command -v "$tool" >/dev/null || missing="$missing $tool"
    done
    [ -z "$missing" ] || { lab_say "these programs are missing:$missing; scripts/dev/setup.sh installs them"; return 1; }
    lab_have_tun || return 1
    unshare -n ip link add br0 type bridge 2>/dev/null || { lab_say "this kernel can't make a network namespace with a bridge (CONFIG_NET_NS, CONFIG_BRIDGE)"; return 1; }
    unshare -n ip tuntap add t0 mode tap 2>/dev/null || { lab_say "this kernel can't make a tap device (CONFIG_TUN, /dev/net/tun)"; return 1; }
}

# A minimal root (debootstrap) has no node for the tun driver.
lab_have_tun()
{
    [ ! -c /dev/net/tun ] || return 0
    # Of two labs that start at once, one comes too late for mknod.
    mkdir -p /dev/net && { mknod /dev/net/tun c 10 200 2>/dev/null || [ -c /dev/net/tun ]; } && return 0
    lab_say "there is no /dev/net/tun, and it can't be made here"
    return 1
}

# When the process was born, in clock ticks since boot: with the pid it names a process for good (proc(5), stat, field 22).
# Pids alone come round again within minutes on a busy machine.
lab_birth()
{
    local line IFS=' '
    read -r line 2>/dev/null <"/proc/$1/stat" || return 1
    line=${line##*) }
    # shellcheck disable=SC2086  # split into fields; the first one is field 3
    set -- $line
    echo "${20}"
}

# A process as "PID BIRTH", for lab_runs.
lab_process()
{
    echo "$1 $(lab_birth "$1")"
}

lab_runs()
{
    local pid=${1% *} birth=${1#* }
    [ -n "$birth" ] && [ "$(lab_birth "$pid")" = "$birth" ]
}

lab_gone()
{
    ! lab_runs "$1"
}

# A lab lives as long as its shell holds the lock on /run/hclab/ID, whatever becomes of that shell and in whatever pid
# namespace it is. The file names the temporary folder, if there is one. Nothing that the lab starts inherits the lock.
lab_register()
{
    local file
    mkdir -p /run/hclab
    file=$(mktemp "/run/hclab/$BASHPID-XXXXXX") || return 1
    exec {LAB_LOCK}<>"$file"
    flock "$LAB_LOCK"
    LAB_ID=${file##*/}
}

# Labs whose shell is gone: end their processes, remove their namespaces and temporary folders.
lab_sweep()
{
    local file
    for file in /run/hclab/*; do
        [ -e "$file" ] || continue
        # A lab that is just being registered has no namespace yet, and its file is too young to tell.
        [ -e "/run/netns/hclab-${file##*/}" ] || [ -n "$(find "$file" -mmin +1)" ] || continue
        flock -n "$file" true || continue
        lab_say "removing what lab ${file##*/} left behind"
        lab_remove "${file##*/}"
    done
}

lab_remove()
{
    local folder
    lab_end_namespace "hclab-$1.lender"
    lab_end_namespace "hclab-$1"
    folder=$(cat "/run/hclab/$1" 2>/dev/null) || folder=''
    [ -z "$folder" ] || rm -rf "$folder"
    rm -f "/run/hclab/$1"
}

# Wait for this shell to go, and remove its lab, for the case that the shell was killed and could not do it.
lab_watch()
{
    # shellcheck disable=SC2016  # expanded by the inner shell
    setsid bash -c 'flock "/run/hclab/$2" true; . "$1"; lab_remove "$2"' lab "$LAB_HOME/lab.sh" "$LAB_ID" \
        </dev/null >/dev/null 2>&1 {LAB_LOCK}>&- &
    # shellcheck disable=SC2034  # lab.sh ends it
    LAB_WATCH=$(lab_process $!)
    disown $!
}

# Every process in a lab's namespace was started by that lab.
lab_end_namespace()
{
    [ -e "/run/netns/$1" ] || return 0
    lab_until 10 lab_kill_all "$1" || lab_say "processes of $1 do not end: $(ip netns pids "$1" | tr '\n' ' ')"
    ip netns del "$1" 2>/dev/null || true
}

lab_kill_all()
{
    local pids
    pids=$(ip netns pids "$1" 2>/dev/null) || return 0
    [ -n "$pids" ] || return 0
    # shellcheck disable=SC2086  # one word per process
    kill -9 $pids 2>/dev/null || true
    return 1
}
