# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# TAP for shell tests; source it.
#
# Provides: $tap_work             a temporary folder, removed at the end
#           check NAME COMMAND...  one test: passes when the command does; its output is shown when it fails
#           check_exit N NAME COMMAND...  passes when the command exits with N
#           skip NAME WHY
#           at_end COMMAND         run when the script ends, last given first
#           tap_done               prints the plan; exit status of the script

tap_count=0
tap_failed=0
tap_work=$(mktemp -d)
tap_cleanups=()

tap_cleanup()
{
    local i
    for ((i = ${#tap_cleanups[@]} - 1; i >= 0; i--)); do
        eval "${tap_cleanups[i]}" || true
    done
    rm -rf "$tap_work"
}
trap tap_cleanup EXIT

at_end()
{
    tap_cleanups+=("$*")
}

tap_result()
{
    tap_count=$((tap_count + 1))
    if [ "$1" = 0 ]; then
        echo "ok $tap_count - $2"
    else
        echo "not ok $tap_count - $2"
        tap_failed=$((tap_failed + 1))
        tail -n 40 "$tap_work/.out" | sed 's/^/# /'
    fi
}

check()
{
    local name=$1 status=0
    shift
    "$@" >"$tap_work/.out" 2>&1 || status=$?
    tap_result "$status" "$name"
}

check_exit()
{
    local want=$1 name=$2 status=0
    shift 2
    "$@" >"$tap_work/.out" 2>&1 || status=$?
    echo "exit status $status, expected $want" >>"$tap_work/.out"
    tap_result "$((status != want))" "$name"
}

skip()
{
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

tap_done()
{
    echo "1..$tap_count"
    [ "$tap_failed" = 0 ]
}
