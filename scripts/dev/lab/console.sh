# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Part of lab.sh: watching a machine's console, typing on it, and switching the machine off.

lab_mark()
{
    stat -c %s "$LAB_DIR/$1/serial.log" >"$LAB_DIR/$1/mark"
}

# Firmware and boot loaders move the cursor; without their sequences the log is plain lines.
lab_console()
{
    local mark
    read -r mark <"$LAB_DIR/$1/mark"
    tail -c +$((mark + 1)) "$LAB_DIR/$1/serial.log" | sed -e 's/\x1b\[[0-9;?=]*[A-Za-z]//g; s/\x1b[()c][0B]\?//g' | tr -d '\000\r'
}

lab_saw()
{
    # Not grep -q: it would end early, and the pipe would fail with the writer.
    lab_console "$1" | grep -aE -- "$2" >/dev/null
}

lab_saw_or_off()
{
    lab_saw "$1" "$2" || lab_is_off "$1"
}

lab_wait()
{
    local why="the machine went off"
    lab_until "$3" lab_saw_or_off "$1" "$2" || why="it did not come within $3 s"
    ! lab_saw "$1" "$2" || return 0
    lab_say "$1: waited for '$2' on the console: $why. The last lines:"
    lab_console "$1" | tail -n 30 >&2
    return 1
}

lab_wait_off()
{
    local reason
    lab_until "$2" lab_is_off "$1" || { lab_say "$1 is still on after $2 s; the last lines:"; lab_console "$1" | tail -n 30 >&2; return 1; }
    reason=$(lab_reason "$1")
    [ -z "${3:-}" ] || [ "$reason" = "$3" ] || { lab_say "$1 went off, by $reason and not $3: $(tail -n 5 "$LAB_DIR/$1/qemu.log")"; return 1; }
}

lab_reason()
{
    [ ! -e "$LAB_DIR/$1/cut" ] || { echo cut; return 0; }
    # The event is on its way to the log when QEMU ends.
    lab_until 5 lab_event_reason "$1" >/dev/null || { echo unknown; return 0; }
    lab_event_reason "$1"
}

lab_event_reason()
{
    local reason
    reason=$(sed -n 's/.*"SHUTDOWN".*"reason": *"\([a-z-]*\)".*/\1/p; s/.*"reason": *"\([a-z-]*\)".*"SHUTDOWN".*/\1/p' "$LAB_DIR/$1/qmp.log" | tail -n 1)
    [ -n "$reason" ] && echo "$reason"
}

# The monitor greets in its first line and echoes what it reads after its prompt.
lab_monitor()
{
    local name=$1
    shift
    printf '%s\n' "$*" | socat -t 10 - "UNIX-CONNECT:$LAB_DIR/$name/monitor.sock" | tr -d '\r' | sed '1d; /^(qemu)/d'
}

lab_type()
{
    # shellcheck disable=SC2059  # the text is a printf format, as documented
    printf "$2" | socat -u - "UNIX-CONNECT:$LAB_DIR/$1/serial.sock"
}

lab_key()
{
    local name=$1 key
    shift
    for key in "$@"; do
        lab_monitor "$name" "sendkey $key" >/dev/null || return 1
    done
}

lab_screen()
{
    rm -f "$2"
    lab_monitor "$1" "screendump $2" >/dev/null
    lab_wait_file "$2" 10
}

lab_poweroff()
{
    ! lab_is_off "$1" || return 0
    lab_monitor "$1" system_powerdown >/dev/null || true
    lab_until "${2:-30}" lab_is_off "$1" || lab_cut "$1"
}

lab_cut()
{
    local pid
    lab_is_on "$1" || { lab_say "$1 is off already"; return 1; }
    read -r pid _ <"$LAB_DIR/$1/process"
    touch "$LAB_DIR/$1/cut"
    kill -9 "$pid"
    lab_until 10 lab_is_off "$1" || { lab_say "QEMU of $1 does not end"; return 1; }
}
