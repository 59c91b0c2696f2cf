#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Restores and captures that are killed at random moments, with a web server that comes and goes, for as long as you like.
# Each round ends with a restore that is carried on to its end; then the stand-in's own oracle has to find it whole.
#
# Needs:    root, the packages of scripts/dev/packages.list, make host.
# Provides: one line a round; exit status 1 and the folder of the round when something is wrong.
# Options:  --minutes 60    --seed N  (printed; the same seed makes the same choices)   --log FILE  adds a row
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
minutes=60 seed=$RANDOM log=
while [ $# -gt 0 ]; do
    case $1 in
    --minutes) minutes=$2 ;;
    --seed) seed=$2 ;;
    --log) log=$2 ;;
    *) echo "soak: unknown option $1" >&2; exit 2 ;;
    esac
    shift 2
done

# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
# shellcheck source=tests/lib/web.sh
. tests/lib/web.sh
halcyon=$HALCYON_BUILD/host/bin/halcyon
oracle=tests/fixtures/standin/oracle/oracle.py
w=$tap_work
commit=$(git rev-parse --short HEAD 2>/dev/null || echo none)
rounds=0 kills=0 outages=0
RANDOM=$seed

# some_ms LEAST MOST: waits so long.
some_ms()
{
    local ms=$(($1 + RANDOM % ($2 - $1 + 1)))
    read -r -t "$((ms / 1000)).$(printf %03d $((ms % 1000)))" <> <(:) || true
}

fail()
{
    trap - EXIT
    web_stop
    echo "soak: round $rounds (seed $seed): $*; look at $w" >&2
    exit 1
}

# A run that is killed, or whose server vanishes for a moment; how it ends does not matter.
disturb()
{
    "$@" >"$w/out" 2>&1 &
    local pid=$!
    some_ms 1 1200
    if [ $((RANDOM % 3)) = 0 ]; then
        web_stop
        outages=$((outages + 1))
        some_ms 10 1500
        web_again || fail 'nginx does not come back'
        some_ms 1 500
    fi
    ! kill -9 $pid 2>/dev/null || kills=$((kills + 1))
    wait $pid 2>/dev/null || true
}

restore_round()
{
    local from=$w/repo
    [ $((RANDOM % 2)) = 0 ] || from=$web_url/repo
    # An older system lies there, or nothing.
    rm -rf "$w/disk.img" "$w"/plan.json*
    [ $((RANDOM % 2)) = 0 ] || cp --sparse=always "$other" "$w/disk.img"
    "$halcyon" plan "$from//b" --target "$w/disk.img" --out "$w/plan.json" --quiet || fail 'no plan'
    for ((i = RANDOM % 4; i >= 0; i--)); do
        disturb "$halcyon" apply "$w/plan.json" --confirm disk.img --quiet
    done
    # 3: a run that was killed after its last write is finished, and says so.
    "$halcyon" apply "$w/plan.json" --confirm disk.img --state-dir "$w/plan.json.last" >"$w/out" 2>&1 || [ $? = 3 ] ||
        fail "the last run failed: $(tail -n 3 "$w/out")"
    "$oracle" --image "$w/disk.img" >"$w/out" 2>&1 || fail "the oracle: $(tail -n 3 "$w/out")"
}

capture_round()
{
    for ((i = RANDOM % 3; i >= 0; i--)); do
        disturb "$halcyon" capture "$other" --to "$w/store" --id "k$rounds-$i" --quiet
    done
    "$halcyon" capture "$image" --to "$w/store" --id "r$rounds" --quiet >"$w/out" 2>&1 ||
        fail "the last capture failed: $(tail -n 3 "$w/out")"
    "$halcyon" verify "$w/store//r$rounds" >"$w/out" 2>&1 || fail "verify: $(tail -n 3 "$w/out")"
    for id in $("$halcyon" catalog "$w/store" --json | jq -r '.backups[] | select(.complete).id'); do
        "$halcyon" verify "$w/store//$id" >"$w/out" 2>&1 || fail "a backup that is listed is not whole: $id"
    done
    [ $((rounds % 10)) != 0 ] || rm -rf "$w/store"
}

image=$(tests/fixtures/standin/build.py --firmware uefi --version win10 --size 1G --fill 40M --pagefile 8M --small-files 300 --no-boot --cache)
other=$(tests/fixtures/standin/build.py --firmware bios --version win7 --size 1G --fill 40M --pagefile 8M --small-files 300 --no-boot --cache)
"$halcyon" capture "$image" --to "$w/repo" --id b --quiet
mkdir -p "$w/www" && ln -s "$w/repo" "$w/www/repo"
web_start "$w/www"
echo "soak: commit $commit, seed $seed, $minutes minutes"
end=$((SECONDS + minutes * 60))
while [ $SECONDS -lt $end ]; do
    rounds=$((rounds + 1))
    restore_round
    [ $((rounds % 4)) != 0 ] || capture_round
    echo "round $rounds ok: $kills kills, $outages outages so far"
done
row="| $(date -u +%F) | $commit | $minutes | $rounds | $kills | $outages | clean |"
[ -z "$log" ] || sed -i "s/^<!-- soak:/$row\n&/" "$log"
