# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the stages share: parameters of the kernel line, messages on all consoles, the rescue shell.
# Needs: /proc. Provides: STATE and the functions below.

STATE=/run/halcyon

# param NAME: value of halcyon.NAME=VALUE on the kernel line; the last one counts. Fails when there is none.
param() { word "halcyon.$1"; }

# word NAME: the same for NAME=VALUE
word() {
    found=$(tr ' ' '\n' </proc/cmdline | sed -n "s/^$1=//p" | tail -n 1)
    [ -n "$found" ] && printf '%s\n' "$found"
}

# consoles: device names, the screen first, then each serial console of the kernel line that really opens
consoles() {
    [ -f "$STATE/consoles" ] || { echo console && return; }
    cat "$STATE/consoles"
}

# term_of DEVICE: what kind of terminal it is. The kernel's own TERM=linux is for screens; TERM=... on the kernel line
# reaches us through the environment, and is about the serial consoles.
term_of() {
    case $1 in
        tty[0-9]*) echo linux ;;
        *) if [ "${TERM:-linux}" = linux ]; then echo vt220; else echo "$TERM"; fi ;;
    esac
}

# tell TEXT: one line on every console
tell() {
    for tty in $(consoles); do
        printf '%s\n' "$*" >"/dev/$tty"
    done 2>/dev/null
    return 0
}

# now: hundredths of a second since the kernel started
now() {
    IFS=' .' read -r whole part _ </proc/uptime
    echo "$((whole * 100 + 1${part} - 100))"
}

# seconds HUNDREDTHS: as text, with tenths
seconds() { echo "$(($1 / 100)).$(($1 % 100 / 10))"; }

# run_stage NAME: a stage says in $STATE/summary what it found; what it prints is kept as its log
run_stage() {
    rm -f "$STATE/summary"
    begin=$(now)
    sh "/init.d/$1.sh" >"$STATE/log/$1" 2>&1
    status=$?
    took=$(seconds $(($(now) - begin)))
    if [ "$status" -eq 0 ]; then
        tell "halcyon: stage $1 ok ($took s)$(sed 's/^/: /;q' "$STATE/summary" 2>/dev/null)"
    else
        tell "halcyon: stage $1 failed ($took s), status $status"
        rescue H1301 "the start failed in stage $1" "$STATE/log/$1"
    fi
}

# frame ID TITLE FILE: an error in a frame, with the last lines of FILE
frame() {
    bar=+$(printf '%76s' '' | tr ' ' '-')+
    {
        echo
        echo "$bar"
        printf '| %-74s |\n' "$1  $2"
        [ ! -s "${3:-}" ] || tail -n 8 "$3" | tr -d '\r\033' | cut -c 1-72 | while IFS= read -r line; do
            printf '|   %-72s |\n' "$line"
        done
        printf '| %-74s |\n' "Press Enter for a rescue shell; \`resume\` there carries on."
        echo "$bar"
    } >"$STATE/frame"
    for tty in $(consoles); do
        cat "$STATE/frame" >"/dev/$tty"
    done 2>/dev/null
}

# on_consoles MODE [LABEL]: start console.sh on each console; their ids are kept in $STATE/console.pids
on_consoles() {
    : >"$STATE/console.pids"
    for tty in $(consoles); do
        setsid -c sh /init.d/console.sh "$tty" "$@" <"/dev/$tty" >"/dev/$tty" 2>&1 &
        echo $! >>"$STATE/console.pids"
    done
}

# rescue ID TITLE FILE: frame and shells on all consoles, until somebody types `resume` or a restart is asked for
rescue() {
    rm -f "$STATE/resume"
    frame "$@"
    on_consoles rescue "$1"
    until [ -e "$STATE/resume" ] || [ -e "$STATE/end-action" ]; do
        sleep 1
    done
    while read -r pid; do
        # The whole session: an interactive shell has a process group of its own.
        pkill -KILL -s "$pid" 2>/dev/null
    done <"$STATE/console.pids"
    [ ! -e "$STATE/end-action" ] || finish "$(cat "$STATE/end-action")"
    tell "halcyon: carrying on"
}

# finish reboot|poweroff: never returns for these two
finish() {
    case $1 in
        reboot | poweroff)
            tell "halcyon: $1"
            sync
            umount -a -r 2>/dev/null
            sync
            "$1" -f
            ;;
    esac
}
