#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Registries of real Windows on disks laid out as theirs were, and four machines: what inspect, check and catalog say.
#
# What is real about these disks, and what is made: tests/image/lib/disks.sh.
#
# Needs:    root, HALCYON_TESTDATA, the packages of scripts/dev/packages.list, build/host/bin/halcyon.
# Provides: TAP.  Expected: tests/image/real-windows/expect.verdicts.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh

halcyon=$HALCYON_BUILD/host/bin/halcyon
machines=tests/fixtures/machines
expected=tests/image/real-windows/expect.verdicts
table=tests/image/lib/verdict_table.py
w=$tap_work
# shellcheck source=tests/image/lib/disks.sh
. tests/image/lib/disks.sh
if [ -z "${HALCYON_TESTDATA:-}" ]; then
    skip 'verdicts on real registries' 'HALCYON_TESTDATA is not set'
    tap_done
    exit
fi

# checks SET[>SET] MACHINE: the document and the page of its verdict; both exit alike.  SET>SET: a system state onto that disk.
checks()
{
    local to="$w/$1-$2" status=0 again=0 command=("$halcyon" check "$w/repo//${1%>*}" --facts "$machines/$2.json")
    [ "$1" = "${1#*>}" ] || command+=(--mode system-state --target "$w/${1#*>}.img")
    "${command[@]}" --json >"$to.json" 2>"$to.err" || status=$?
    "${command[@]}" >"$to.txt" 2>>"$to.err" || again=$?
    cat "$to.err"
    echo "$status" >"$to.status"
    [ "$status" = "$again" ]
}

# catalogs MACHINE: says of each backup what check says.
catalogs()
{
    "$halcyon" catalog "$w/repo" --facts "$machines/$1.json" --json | jq -r '.backups[] | "\(.id) \(.outcome)"' | sort >"$w/catalog"
    for set in $sets; do
        echo "$set $(jq -r .outcome "$w/$set-$1.json")"
    done | sort | diff - "$w/catalog"
}

# overrides SET FACT: FW-1 by name, on the UEFI machine; what the finding says.
overrides()
{
    "$halcyon" check "$w/repo//$1" --facts "$machines/uefi-mp.json" --override FW-1 --json >"$w/overridden" 2>/dev/null || true
    jq -r '.findings[] | select(.rule == "FW-1") | "overridden=\(.overridden)", .evidence[].fact' "$w/overridden" >"$w/said"
    cat "$w/said"
    grep -qF "$2" "$w/said"
}

sets=$("$table" list "$expected" | cut -d' ' -f1 | grep -v '>' | uniq)
for set in $sets; do
    check "$set: a disk" build "$set"
    check "$set: captured" "$halcyon" capture "$w/$set.img" --to "$w/repo" --id "$set" --quiet
    check "$set: inspected" bash -c "'$halcyon' inspect '$w/$set.img' --json >'$w/$set.json'"
    check "$set: the backup says what the disk says" diff <(jq -S . "$w/$set.json") <(jq -S .windows "$w/repo/backups/$set/manifest.json")
done
while read -r set machine; do
    check "$set on $machine: judged" checks "$set" "$machine"
    check "$set on $machine: the verdict" "$table" judge "$expected" "$set" "$machine" "$w/$set-$machine.json"
    check "$set on $machine: evidence, remedies, page, exit status" \
        "$table" sound "$w/$set-$machine.json" "$w/$set-$machine.txt" "$(cat "$w/$set-$machine.status")"
done < <("$table" list "$expected")
for machine in acpi-up acpi-mp mps-mp uefi-mp; do
    check "catalog for $machine agrees with check" catalogs "$machine"
done
check '2003 x86 can not be converted to UEFI, override or not' overrides 2003 'only a 64-bit Windows can be converted'
check '8.1 x64 can' overrides win81 'overridden=true'
[ -z "${HALCYON_KEEP:-}" ] || cp -r "$w/." "$HALCYON_KEEP/"
tap_done
