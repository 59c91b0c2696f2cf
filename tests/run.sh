#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Run test programs that speak TAP, and say what came of it.
#
# Usage:    tests/run.sh SHELF|PROGRAM...      shelves: check unit golden fuzz image boot
# Needs:    what the shelves test to be built already (`make test` does that); root for image and boot.
# Provides: one line per program, the whole output of each that fails, build/test-report/SHELF-NAME.{tap,err,result},
#           and as the last line "N passed, N failed, N skipped".
# A program that dies, that runs no test, whose plan does not fit, or that takes too long has failed.
# One that exits with 77 is skipped; the last line it wrote says why.
set -euo pipefail

cd "$(dirname "$0")/.."
build=${HALCYON_BUILD:-build}
report=$build/test-report
start=${HALCYON_TEST_START:-$(date +%s)}
budget_minutes=45

# shelf_programs SHELF: its programs, one a line.
shelf_programs()
{
    case $1 in
    check) echo scripts/check/all.sh ;;
    unit) for source in tests/unit/test_*.c; do echo "$build/host/unit/$(basename "$source" .c)"; done ;;
    fuzz) echo "tests/$1/run.sh" ;;
    golden | image | boot) for program in tests/"$1"/*.sh; do [ ! -e "$program" ] || echo "$program"; done ;;
    *) return 1 ;;
    esac
}

# shelf_limits SHELF: seconds that one of its programs may take, and how many run at once.
shelf_limits()
{
    local boot=1500 image=900
    [ "${HALCYON_SLOW:-0}" != 1 ] || boot=5400 image=3600
    case $1 in
    unit) echo 300 2 ;;
    boot) echo "${HALCYON_BOOT_SECONDS:-$boot} 2" ;;
    image) echo "$image 2" ;;
    *) echo 900 1 ;;
    esac
}

# judge TAP ERR STATUS LIMIT: print "passed failed skipped" and then one line for each complaint or skip.
judge()
{
    awk -v status="$3" -v limit="$4" -v last_words="$(tail -q -n 1 "$1" "$2" | tail -n 1)" '
    function complain(text) { failed++; notes = notes "! " text "\n" }
    function skip(text) { skipped++; sub(/^[ :]*/, "", text); notes = notes "s " (text == "" ? "no reason given" : text) "\n" }
    /^1\.\.[0-9]+/ {
        if (planned) complain("two plans")
        planned = 1; plan = substr($1, 4) + 0
        if (plan == 0 && toupper($0) ~ /# *SKIP/) { sub(/.*[Ss][Kk][Ii][Pp]/, ""); skip($0); whole = 1 }
    }
    /^Bail out!/ { complain($0) }
    /^(not )?ok([ \t]|$)/ {
        seen++; number = ($1 == "not") ? $3 : $2
        if (number ~ /^[0-9]+$/ && number + 0 != seen) complain("test " number " came as number " seen)
        if ($1 == "not") { failed++; next }
        if (match(toupper($0), /# *SKIP/)) skip(substr($0, RSTART + RLENGTH)); else passed++
    }
    END {
        if (status == 77 && !seen && !whole) skip(last_words)
        else if (status == 124 || status == 137) complain("took longer than " limit " s and was stopped")
        else {
            if (!planned) complain("died before its plan, exit status " status)
            else if (plan != seen) complain("planned " plan " tests, ran " seen + 0)
            else if (!seen && !whole) complain("ran no test")
            if (status != 0 && !failed) complain("exit status " status)
            if (status == 0 && failed && planned && plan == seen) notes = notes "! exit status 0 in spite of that\n"
        }
        printf "%d %d %d\n%s", passed, failed, skipped, notes
    }' "$1"
}

# run_one SHELF PROGRAM LIMIT
run_one()
{
    local name status=0 begin passed failed skipped word=ok out
    name=$1-$(basename "$2" .sh)
    name=${name%-run}
    out=$report/$name
    begin=$(date +%s%N)
    if [ -x "$2" ]; then
        timeout -k 30 "$3" "$2" >"$out.tap" 2>"$out.err" </dev/null || status=$?
    else
        : >"$out.tap"
        echo "$2 is not there, or may not be executed" >"$out.err"
        status=127
    fi
    judge "$out.tap" "$out.err" "$status" "$3" >"$out.result"
    read -r passed failed skipped <"$out.result"
    [ "$failed" -eq 0 ] || word=FAIL
    [ "$passed$failed" != 00 ] || word=skip
    {
        flock 9
        printf '%-4s  %-28s %4d passed %3d failed %3d skipped  %7.1f s\n' "$word" "$name" "$passed" "$failed" "$skipped" \
            "$((($(date +%s%N) - begin) / 100000000))e-1"
        [ "$failed" -eq 0 ] || show_failure "$out"
    } 9>"$report/.lock"
}

show_failure()
{
    echo "------ $1.tap"
    cat "$1.tap"
    if [ -s "$1.err" ]; then
        echo "------ $1.err"
        cat "$1.err"
    fi
    sed -n 's/^! /------ /p' "$1.result"
}

# run_shelf SHELF LIMIT JOBS: reads programs, one a line.
run_shelf()
{
    local program
    while read -r program; do
        while [ "$(jobs -rp | wc -l)" -ge "$3" ]; do wait -n || true; done
        run_one "$1" "$program" "$2" &
    done
    wait
}

# What was started is stopped: a test passes TERM on to its own children, and timeout(1) is its parent.
stop_children()
{
    local child
    for child in $(jobs -p); do
        pkill -TERM -P "$child" 2>/dev/null || true
    done
    wait
}

summary()
{
    local seconds=$(($(date +%s) - start))
    grep -H '^s ' "$report"/*.result | sed -E 's#.*/(.*)\.result:s #SKIP: \1: #' | sort | uniq -c |
        sed -E 's/^ *1 //; s/^ *([0-9]+) (.*)/\2 (\1 times)/' || true
    printf 'took %d min %d s\n' $((seconds / 60)) $((seconds % 60))
    [ "$seconds" -le $((budget_minutes * 60)) ] || echo "NOTE: more than the $budget_minutes minutes that the tests may take"
    awk 'FNR == 1 { passed += $1; failed += $2; skipped += $3 }
        END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit failed > 0 || passed == 0 }' "$report"/*.result
}

main()
{
    local shelf programs limits
    [ $# -gt 0 ] || { sed -n '5s/^# //p' "$0" >&2; exit 2; }
    rm -rf "$report"
    mkdir -p "$report"
    trap 'trap - INT TERM; stop_children; exit 130' INT TERM
    for shelf; do
        if programs=$(shelf_programs "$shelf"); then
            # An empty shelf is a failure, not a pass.
            [ -n "$programs" ] || programs="tests/$shelf/(no program)"
        else
            programs=$shelf shelf=$(basename "$(dirname "$shelf")")
        fi
        limits=$(shelf_limits "$shelf")
        # shellcheck disable=SC2086 # two words
        run_shelf "$shelf" $limits <<<"$programs"
    done
    summary
}

main "$@"
