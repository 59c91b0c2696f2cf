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
lab_birth()
{
    local line IFS=' '
    read -r line 2>/dev/null <"/proc/$1/stat" || return 1
    line=${line##*) }
    # shellcheck disable=SC2086  # split into fields; the first one is field 3
    set -- $line
    echo "${20}"
}

# lab_alive PID-BIRTH[.XXXXXX]: in doubt it is.
lab_alive()
{
    local id=${1%%.*} birth
    [ -d "/proc/${id%-*}" ] || [ ! -d "/proc/$$" ] || return 1
    birth=$(lab_birth "${id%-*}") || return 0
    [ "$birth" = "${id#*-}" ]
}

# Labs whose shell is gone: end their processes, remove their namespaces and temporary folders.
lab_sweep()
{
    local path
    for path in /run/netns/hclab-*; do
        [ -e "$path" ] || continue
        lab_alive "${path#/run/netns/hclab-}" && continue
        lab_say "removing ${path#/run/netns/}, whose shell is gone"
        lab_end_namespace "${path#/run/netns/}"
    done
    for path in "${TMPDIR:-/tmp}"/hclab-*; do
        [ -d "$path" ] || continue
        lab_alive "${path##*/hclab-}" || rm -rf "$path"
    done
}

# Sweep as soon as this shell is gone, for the case that it was killed and could not do it.
lab_watch()
{
    local owner=$BASHPID
    # shellcheck disable=SC2016  # expanded by the inner shell
    setsid bash -c 'tail --pid="$2" -f /dev/null; . "$1"; lab_sweep' lab "$LAB_HOME/lab.sh" "$owner" \
        </dev/null >/dev/null 2>&1 &
    LAB_WATCH=$!
    disown "$LAB_WATCH"
}

# Every process in a lab's namespace was started by that lab.
lab_end_namespace()
{
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
