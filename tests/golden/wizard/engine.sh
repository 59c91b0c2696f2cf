#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Stands in for the engine: answers each command with the file that the golden cases use.
# A restore goes on for as long as $PLAY/hold exists, and leaves $PLAY/finished.
set -eu
common=$(dirname "$0")/common

case $1 in
    probe) cat "$common/facts.json" ;;
    catalog) cat "$common/catalog.json" ;;
    check) cat "$common/check.json" ;;
    plan) cat "$common/plan.json" ;;
    report) cat "$common/report.text" ;;
    apply)
        trap 'echo "halcyon: error: H0004 stopped on request" >&2; exit 1' TERM
        head -n 4 "$common/apply.events"
        while [ -e "$PLAY/hold" ]; do
            sleep 0.05
        done
        tail -n +5 "$common/apply.events"
        touch "$PLAY/finished"
        ;;
    *) exit 2 ;;
esac
