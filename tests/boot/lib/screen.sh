# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A person at a machine's serial console: tmux is the terminal; source after lab.sh.
#
# Needs:    tmux, socat, python3; the lab's machine is on.
# Provides: screen_open NAME [COLUMNS ROWS]    a terminal on the console (80 24); what is there is drawn again
#           screen_close NAME                  hangs up; the machine goes on
#           screen_text NAME                   what the terminal shows now
#           screen_wait NAME REGEX SECONDS     until it shows that; else fails and prints what it shows
#           screen_keys NAME KEY...            as tmux names them: Enter, Escape, Up, F1, or text
#           screen_key_times NAME              milliseconds from a key to its answer on the line: "median best"; not while open
#           screen_walk NAME END SECONDS       leads through the wizard until it shows END, by the table `screen_table`

screen_tmux()
{
    local name=$1
    shift
    tmux -f /dev/null -S "$LAB_DIR/$name/tmux.sock" "$@"
}

screen_open()
{
    screen_tmux "$1" new-session -d -x "${2:-80}" -y "${3:-24}" "socat -,raw,echo=0 UNIX-CONNECT:$LAB_DIR/$1/serial.sock" &&
        screen_tmux "$1" set-option -g status off && screen_keys "$1" C-l
}

screen_close()
{
    screen_tmux "$1" kill-server
}

screen_text()
{
    screen_tmux "$1" capture-pane -p
}

screen_shows()
{
    screen_text "$1" | grep -aE -- "$2" >/dev/null
}

screen_wait()
{
    lab_until "$3" screen_shows "$1" "$2" && return 0
    echo "$1: '$2' is not on the screen after $3 s:"
    screen_text "$1"
    return 1
}

screen_keys()
{
    local name=$1
    shift
    screen_tmux "$name" send-keys "$@"
}

screen_key_times()
{
    python3 tests/boot/lib/key-times.py "$LAB_DIR/$1/serial.sock"
}

# What a technician does on which screen: a line of it, what must be there before, keys.  The first row whose line is there
# decides; a screen that changes nothing but its clock is answered once.
screen_table='
Type the last 4 characters|.|0001 Enter
a  Accept this|.|a
which backup|Backup +m1|Enter
which disk|> .*STANDIN0001|Enter
Enter +Choose|.|Enter
Enter +Open|.|Enter
Enter +Go on|.|Enter
'

# screen_answer NAME: the keys for what it shows now; nothing where it waits
screen_answer()
{
    local shown line more keys
    shown=$(screen_text "$1")
    while IFS='|' read -r line more keys; do
        [ -n "$keys" ] || continue
        grep -aE -- "$line" <<<"$shown" >/dev/null || continue
        ! grep -aE -- "$more" <<<"$shown" >/dev/null || echo "$keys"
        return 0
    done <<<"$screen_table"
}

# Title and keys say which screen it is, and whether an answer has changed what can be done there.
screen_place()
{
    screen_text "$1" | sed -n '1p; $p'
}

screen_walk()
{
    local deadline=$((SECONDS + $3)) place answered='' keys
    until screen_shows "$1" "$2"; do
        [ "$SECONDS" -lt "$deadline" ] || { screen_wait "$1" "$2" 0; return 1; }
        place=$(screen_place "$1")
        keys=$(screen_answer "$1")
        if [ -n "$keys" ] && [ "$place" != "$answered" ]; then
            echo "$(head -n 1 <<<"$place"): $keys"
            # shellcheck disable=SC2086 # several keys
            screen_keys "$1" $keys
            answered=$place
        fi
        sleep 0.1
    done
}
