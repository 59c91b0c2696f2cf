#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What runs on one console: the wizard with a way to a shell, or a labelled shell.
# Arguments: device, then `wizard`, `shell`, or `rescue` with the error's id. Standard input and output are the console.
# Needs: a controlling terminal (setsid -c). Provides: `reboot` or `poweroff` in $STATE/end-action when asked for.
# shellcheck source=initramfs/init/lib.sh
. /init.d/lib.sh

tty=$1 mode=$2 label=${3:-}
case $tty in
    tty[0-9]*) export TERM=linux ;;
    # The kernel's own TERM=linux is for screens; TERM=... on the kernel line reaches us through the environment.
    *) [ "${TERM:-linux}" != linux ] || export TERM=vt220 ;;
esac
export ENV=/etc/profile HALCYON_CONSOLE="$tty" HALCYON_LABEL="$label"

shell() {
    (cd /root && sh -i)
}

# A shell by Enter only, so that noise on an unconnected serial line runs no commands.
shell_loop() {
    while :; do
        printf '\nhalcyon: press Enter for a %s on %s\n' "${1:-shell}" "$tty"
        read -r _ || exit 0
        shell
    done
}

wizard_loop() {
    while :; do
        if [ -x /bin/halcyon-wizard ]; then
            /bin/halcyon-wizard
            printf '\r\n\nhalcyon-wizard ended with status %s.\n' "$?"
        else
            printf '\nhalcyon-wizard is not in this image.\n'
        fi
        [ ! -e "$STATE/end-action" ] || exit 0
        printf 'Enter = start it again, s = shell, r = reboot, p = power off: '
        read -r answer || exit 0
        case $answer in
            s*) shell ;;
            r*) echo reboot >"$STATE/end-action" ;;
            p*) echo poweroff >"$STATE/end-action" ;;
        esac
    done
}

case $mode in
    wizard) wizard_loop ;;
    rescue) shell_loop "rescue shell ($label)" ;;
    *) shell_loop ;;
esac
