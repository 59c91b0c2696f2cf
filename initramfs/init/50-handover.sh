# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Hands over, as the kernel line says: halcyon.task=wizard|kiosk|shell, else halcyon.intent=URL (unattended restore), else the wizard.
# Needs: all stages before; lib.sh. Provides: hand_over, which the first process calls again when somebody typed `resume`.
# On failure: the restore's error in a frame on all consoles, with a rescue shell.

hand_over() {
    task=$(param task) || task=
    intent=$(param intent) || intent=
    if [ -z "$task" ] && [ -n "$intent" ]; then task=unattended; fi
    tell "halcyon: stage 50-handover ok (0.0 s): ${task:-wizard}"
    case $task in
        unattended) unattended "$intent" ;;
        wizard | '') wizard ;;
        kiosk)
            [ -n "$intent" ] || {
                echo "halcyon.task=kiosk wants halcyon.intent=URL" >"$STATE/log/50-handover"
                rescue H1304 "there is no answer file for halcyon.task=kiosk" "$STATE/log/50-handover"
            }
            wizard ${intent:+--kiosk "$intent"}
            ;;
        shell)
            rescue shell "the kernel line asks for a shell (halcyon.task=shell)"
            if [ -n "$intent" ]; then unattended "$intent"; else wizard; fi
            ;;
        *)
            echo "known are wizard, kiosk and shell; without halcyon.task, halcyon.intent=URL restores unattended" >"$STATE/log/50-handover"
            rescue H1304 "unknown halcyon.task=$task on the kernel line" "$STATE/log/50-handover"
            ;;
    esac
}

LIFE=1000 # hundredths of a second: a wizard that ends before did not work at all

# A shell on the second screen, so that somebody at the machine can look while it works.
second_screen() {
    [ -c /dev/tty2 ] && [ ! -e "$STATE/tty2" ] || return 0
    : >"$STATE/tty2"
    setsid -c sh /init.d/console.sh tty2 shell <>/dev/tty2 >&0 2>&1 &
}

unattended() {
    rm -f "$STATE/end-action" "$STATE/log/restore"
    second_screen
    set -- /bin/halcyon restore --unattended --intent "$1" --state-dir "$STATE"
    tell "halcyon: $*"
    {
        "$@" </dev/null 2>&1
        echo $? >"$STATE/status"
    } | while IFS= read -r line; do
        printf '%s\n' "$line" >>"$STATE/log/restore"
        tell "$line"
    done
    status=$(cat "$STATE/status")
    if [ "$status" -ne 0 ]; then
        rm -f "$STATE/end-action"
        tell "halcyon: restore failed, status $status"
        rescue H1302 "the unattended restore failed with status $status" "$STATE/log/restore"
        return
    fi
    action=$(cat "$STATE/end-action" 2>/dev/null) || action=
    tell "halcyon: restore done, then: ${action:-nothing}"
    rm -f "$STATE/end-action"
    finish "$action"
    if [ "$action" = shell ]; then
        rescue shell "the restore is done; the answer file asks for a shell"
    else
        rescue H1303 "the restore is done, but it did not say what comes next: '$action'" "$STATE/log/restore"
    fi
}

# wizard [OPTION...]: one wizard for all consoles. It is started again when it ends: a restore goes on meanwhile, and the next one takes it up.
wizard() {
    # Messages of drivers would tear the screens.
    dmesg -n 3
    second_screen
    early=0 first=$*
    set --
    for tty in $(consoles); do
        set -- "$@" --console "/dev/$tty,$(term_of "$tty")"
    done
    until [ -e "$STATE/end-action" ]; do
        begin=$(now)
        # Its shells are not ours; what it says on its way out is kept.
        # shellcheck disable=SC2086 # an option and its value
        ENV=/etc/profile HALCYON_CONSOLE=wizard setsid /bin/halcyon-wizard --resident "$@" $first </dev/null >>"$STATE/log/wizard" 2>&1
        echo "halcyon-wizard ended with status $? after $(seconds $(($(now) - begin))) s" >>"$STATE/log/wizard"
        # An answer file is used once: what comes after it, or after an accident, somebody decides.
        first=
        if [ "$(($(now) - begin))" -gt "$LIFE" ]; then early=0; fi
        early=$((early + 1))
        if [ ! -e "$STATE/end-action" ] && [ "$early" -ge 3 ]; then
            rescue H1305 "the wizard ends again and again; a restore that it began goes on" "$STATE/log/wizard"
            early=0
        fi
    done
    action=$(cat "$STATE/end-action")
    rm -f "$STATE/end-action"
    finish "$action"
    # An answer file that asks for a shell: the wizard has one.
    wizard
}
