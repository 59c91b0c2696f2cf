# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Part of lab.sh: describing machines and switching them on.

lab_machine()
{
    local name=$1
    shift
    [[ $name =~ ^[A-Za-z0-9._-]+$ ]] || { lab_say "not a machine's name: '$name'"; return 1; }
    case $name in
    boot | www | tftp | log | state | nginx.d | *.conf) lab_say "$name is a folder of the lab"; return 1 ;;
    esac
    mkdir -p "$LAB_DIR/$name"
    rm -f "$LAB_DIR/$name/vars.fd"
    : >"$LAB_DIR/$name/description"
    [ $# = 0 ] || printf '%s\n' "$@" >"$LAB_DIR/$name/description"
    lab_describe "$name"
}

# Read the description and the changes to it; a mistake in it shows here, before anything runs.
lab_describe()
{
    local name=$1 words
    shift
    mapfile -t words <"$LAB_DIR/$name/description"
    LAB_TAPS=()
    lab_qemu_line "$name" "${words[@]}" "$@"
}

lab_boot()
{
    local name=$1 dir=$LAB_DIR/$1 tap
    shift
    ! lab_is_on "$name" || { lab_say "$name is on already"; return 1; }
    lab_describe "$name" "$@" || return 1
    for tap in ${LAB_TAPS[@]+"${LAB_TAPS[@]}"}; do
        lab_tap "$tap" || { lab_say "no tap for $name"; return 1; }
    done
    printf '%q ' qemu-system-x86_64 "${LAB_QEMU[@]}" >"$dir/command"
    rm -f "$dir/"*.sock "$dir/cut"
    touch "$dir/serial.log"
    lab_mark "$name"
    : >"$dir/qmp.log"
    : >"$dir/qemu.log"
    lab_serve "$dir/qemu.log" qemu-system-x86_64 "${LAB_QEMU[@]}"
    echo "$LAB_SERVED" >"$dir/process"
    lab_until 10 lab_monitor_up "$name" || { lab_say "QEMU of $name did not start: $(tail -n 5 "$dir/qemu.log")"; return 1; }
    lab_follow_events "$name"
    [ "${LAB_M[then]:-}" != disk ] || lab_disk_next "$name"
}

lab_monitor_up()
{
    ! lab_is_on "$1" || [ -S "$LAB_DIR/$1/monitor.sock" ]
}

# QEMU tells the reason of a shutdown only in an event on its QMP socket, and nothing at all before the greeting is answered.
lab_follow_events()
{
    local dir=$LAB_DIR/$1
    echo '{"execute":"qmp_capabilities"}' |
        nsenter --net="/run/netns/$LAB_NS" -- socat -t 1000000 - "UNIX-CONNECT:$dir/qmp.sock,shut-none" >>"$dir/qmp.log" 2>&1 {LAB_LOCK}>&- &
    disown $!
    lab_until 10 grep -qs '"return"' "$dir/qmp.log" || { lab_say "QEMU of $1 did not answer: $(tail -n 5 "$dir/qemu.log")"; return 1; }
}

# QEMU reads the boot order again at each reset: with the cards at the end of it, the disk is next. This holds for both
# firmwares, as both take the order from QEMU.
lab_disk_next()
{
    local n said
    for ((n = 1; n <= LAB_NICS; n++)); do
        [ "${LAB_N[$n.model]}" != none ] || continue
        said=$(lab_monitor "$1" "qom-set /machine/peripheral/nic$n bootindex $((100 + n))")
        case $said in
        *rror*) lab_say "QEMU refused the new boot order: $said"; return 1 ;;
        esac
    done
}

lab_is_on()
{
    [ -r "$LAB_DIR/$1/process" ] && lab_runs "$(cat "$LAB_DIR/$1/process")"
}

lab_is_off()
{
    ! lab_is_on "$1"
}
