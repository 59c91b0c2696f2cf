#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Run the fuzz targets: each over its corpus first, then with inputs that the fuzzer makes up.
#
# Usage:    tests/fuzz/run.sh [--minutes N] [--log FILE] [TARGET...]
#           Minutes are the processor's, so that a busy machine takes longer and not less.
#           Without --minutes: a smoke run, 20 seconds by the clock, shared by all targets.
# Needs:    `make fuzzers`. Provides: TAP, one test a target; an input that fails is kept in build/fuzz/crash/TARGET-*,
#           new inputs that reach new code in build/fuzz/found/TARGET. --log adds a row for each target to FILE.
set -euo pipefail

cd "$(dirname "$0")/../.."
build=${HALCYON_BUILD:-build}/fuzz
smoke_seconds=20
seconds='' log='' spent=0 by_clock=yes
# An input that takes longer has failed: by the clock, which a busy machine lets run without us.
slow_seconds=20
# The commit that the run began with: a long run must not be credited to a later one.
commit=$(git rev-parse --short HEAD 2>/dev/null || echo none)

# one TARGET: run it; the fuzzer's own words go to build/fuzz/log/TARGET.
one()
{
    local corpus=tests/fuzz/$1/corpus found=$build/found/$1 out=$build/log/$1 dict=()
    mkdir -p "$found" "$build/crash" "$build/log"
    [ ! -e "tests/fuzz/$1/dict" ] || dict=("-dict=tests/fuzz/$1/dict")
    set -- "$build/bin/$1" "-artifact_prefix=$build/crash/$1-" "-timeout=$slow_seconds" -rss_limit_mb=2048 "${dict[@]}"
    "$@" -runs=0 "$corpus" >"$out" 2>&1 || return 1
    spend "$@" -print_final_stats=1 "$found" "$corpus" >>"$out" 2>&1
}

# children_seconds: sets $children, what all programs took that this shell has waited for
children_seconds()
{
    times >"$build/log/times" # in a pipe it would be those of a subshell
    children=$(sed -n 2p "$build/log/times" | tr 'ms' '  ' | awk '{ print int($1 * 60 + $2 + $3 * 60 + $4) }')
}

# spend COMMAND...: libFuzzer counts by the clock; it is called again until the processor has spent $seconds.  Sets $spent.
spend()
{
    local begin children status=0
    children_seconds
    begin=$children spent=0
    while [ "$spent" -lt "$seconds" ] && [ "$status" = 0 ]; do
        "$@" -max_total_time=$((seconds - spent)) || status=$?
        children_seconds
        spent=$((children - begin))
        [ "$by_clock" = no ] || break
    done
    return "$status"
}

# add_row TARGET RESULT: what a run came to, for the cumulative log.
add_row()
{
    local runs covered
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/log/$1" | awk '{ sum += $1 } END { print sum }')
    covered=$(grep -oE 'cov: [0-9]+' "$build/log/$1" | tail -n 1 | cut -d ' ' -f 2)
    printf '| %s | %s | %s | %d | %s | %s | %s |\n' "$(date -u +%F)" "$commit" "$1" "$spent" \
        "${runs:-?}" "${covered:-?}" "$2" >>"$log"
}

parse()
{
    while [ $# -gt 0 ]; do
        case $1 in
        --minutes) seconds=$(($2 * 60)) by_clock=no slow_seconds=300; shift 2 ;;
        --log) log=$2; shift 2 ;;
        -*) echo "tests/fuzz/run.sh: unknown option $1" >&2; exit 2 ;;
        *) break ;;
        esac
    done
    targets=("$@")
}

main()
{
    local target number=0 failed=0 result
    parse "$@"
    if [ ${#targets[@]} -eq 0 ]; then
        for target in tests/fuzz/*/fuzz.c; do targets+=("$(basename "$(dirname "$target")")"); done
    fi
    [ -n "$seconds" ] || seconds=$((smoke_seconds / ${#targets[@]} + 1))
    for target in "${targets[@]}"; do
        number=$((number + 1)) result=clean
        if [ -z "$(ls "tests/fuzz/$target/corpus" 2>/dev/null)" ]; then
            echo "not ok $number - fuzz $target: tests/fuzz/$target/corpus holds nothing"
            failed=1
            continue
        fi
        if one "$target"; then
            echo "ok $number - fuzz $target for $seconds s"
        else
            echo "not ok $number - fuzz $target"
            grep -vE '^(INFO|#[0-9])' "$build/log/$target" | sed 's/^/# /' | head -n 60
            failed=1 result='**found an input that fails**'
        fi
        [ -z "$log" ] || add_row "$target" "$result"
    done
    echo "1..$number"
    exit "$failed"
}

main "$@"
