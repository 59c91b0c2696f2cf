#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What runs on one console where the wizard does not: a labelled shell.
# Arguments: device, then `shell`, or `rescue` with the error's id. Standard input and output are the console.
# Needs: a controlling terminal (setsid -c). Provides: nothing.
# shellcheck source=initramfs/init/lib.sh
. /init.d/lib.sh

tty=$1 mode=$2 label=${3:-}
TERM=$(term_of "$tty")
export TERM
# As a program that was killed may have left it.
stty sane 2>/dev/null
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

case $mode in
    rescue) shell_loop "rescue shell ($label)" ;;
    *) shell_loop ;;
esac
