#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# bootcheck of the stand-in Windows, BIOS and UEFI: whole it boots; damaged, the link that is named is the one that was
# harmed, with its repair, and the stand-in's own oracle finds the same; of a backup it says the same.
#
# Needs:    root, the packages of scripts/dev/packages.list, build/host/bin/halcyon.
#           HALCYON_SLOW=1 adds the other kinds of damage.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
# shellcheck source=tests/lib/agrees.sh
. tests/lib/agrees.sh

halcyon=$HALCYON_BUILD/host/bin/halcyon
machines=tests/fixtures/machines
declare -A controllers=([bios]=ide [uefi]=nvme)
declare -A facts=([bios]=$machines/acpi-up.json [uefi]=$machines/uefi-mp.json)
standin=tests/fixtures/standin
options=(--fill 4M --pagefile 4M --small-files 100 --no-boot --size 1G)
w=$tap_work
slow=${HALCYON_SLOW:-0}
few=" mbr-code bcd-missing bcd-partition hive-broken driver-missing driver-demoted disk-driver-start mounted-devices "

build() { "$standin/build.py" "$@" "${options[@]}" --cache; }

# looks NAME OPTIONS...: the document in $w/said, the exit status in $w/status
looks()
{
    local status=0
    "$halcyon" bootcheck "$@" --json >"$w/said" 2>"$w/err" || status=$?
    echo "$status" >"$w/status"
    jq -r '.links[] | select(.state != "ok") | "\(.id) \(.state): \(.found)"' "$w/said"
    cat "$w/err"
}

# answers STATUS BOOTS FIRST-BROKEN FIXUP NAME OPTIONS...
answers()
{
    local want="$1 $2 $3 $4" got
    looks "${@:5}"
    got="$(cat "$w/status") $(jq -r '.first_broken as $first | ([.links[] | select(.id == $first)][0] // {}) as $link |
        "\(.boots) \($first // "-") \($link.fixup // "-")"' "$w/said")"
    echo "got $got, wanted $want"
    [ "$got" = "$want" ]
}

# states LINK STATE NAME OPTIONS...
states()
{
    looks "${@:3}"
    jq -e --arg id "$1" --arg state "$2" 'any(.links[]; .id == $id and .state == $state)' "$w/said"
}

# damaged KIND FIRMWARE BOOTS FIRST-BROKEN FIXUP: a copy with that harm done
damaged()
{
    local status=0
    [ "$3" != no ] || status=3
    cp --sparse=always "${!2}" "$w/damaged.img"
    "$standin/damage.py" "$w/damaged.img" "$1"
    answers "$status" "$3" "$4" "$5" "$w/damaged.img" --facts "${facts[$2]}" || return 1
    "$standin/oracle/oracle.py" --image "$w/damaged.img" --controller "${controllers[$2]}" >"$w/oracle" || true
    bootcheck_agrees "$w/oracle" "$w/said"
}

prints()
{
    "$halcyon" bootcheck "${@:2}" >"$w/page" 2>"$w/err" || true
    grep -F -- "$1" "$w/page"
}

bios=$(build --firmware bios --version win7 --controller ide)
uefi=$(build --firmware uefi --version win10 --controller nvme)

check 'BIOS: it boots from IDE' answers 0 yes - - "$bios" --facts "${facts[bios]}"
check 'UEFI: it boots from NVMe' answers 0 yes - - "$uefi" --facts "${facts[uefi]}"
check 'BIOS: on an unknown machine nothing is broken' answers 0 unknown - - "$bios"
check 'which is what an image file is for' answers 0 unknown - - "$uefi" --for-machine unknown
check 'BIOS: not on a machine with UEFI' answers 3 no firmware firmware "$bios" --for-machine "${facts[uefi]}"
check 'UEFI: not on a machine with BIOS' answers 3 no firmware firmware "$uefi" --facts "${facts[bios]}"
check 'which has an id, and a remedy' grep -zE "H1560 .*Run .halcyon fix .* --only firmware" "$w/err"
check 'the page ends with the answer' prints 'It will boot.' "$bios" --facts "${facts[bios]}"
check 'or with what to run' prints "Run: halcyon fix $uefi --only firmware" "$uefi" --facts "${facts[bios]}"

while read -r firmware kind boots link fixup; do
    [ "$slow" = 1 ] || [[ $few == *" $kind "* ]] || continue
    check "$firmware, $kind: $link" damaged "$kind" "$firmware" "$boots" "$link" "$fixup"
done <<'END'
bios mbr-code no mbr boot-sectors
bios active-flag no mbr -
bios bcd-missing no boot-store bcd
bios bcd-partition no boot-entry bcd
bios bcd-disk no boot-entry bcd
bios winload-missing no loader -
bios hive-broken no system-hive -
bios hive-dirty no system-hive -
bios control-set no control-set -
bios hal-missing no hal -
bios driver-start no controller-driver storage-boot
bios driver-missing no boot-drivers driver-inject
bios disk-driver-start no disk-drivers storage-boot
bios mounted-devices no drive-letter mounted-devices
bios file-content yes - -
uefi bcd-partition no boot-entry bcd
uefi winload-missing no loader -
uefi driver-demoted no controller-driver storage-boot
uefi volmgr-demoted no disk-drivers storage-boot
uefi mounted-devices no drive-letter mounted-devices
END

check 'a disk is captured' "$halcyon" capture "$uefi" --to "$w/repo" --id uefi --quiet
check 'and another' "$halcyon" capture "$bios" --to "$w/repo" --id bios --quiet
check 'UEFI: the backup boots' answers 0 yes - - "$w/repo//uefi" --facts "${facts[uefi]}"
check 'BIOS: of the backup the boot record is not looked at' states mbr unknown "$w/repo//bios" --facts "${facts[bios]}"
check 'and the rest is' states loader ok "$w/repo//bios" --facts "${facts[bios]}"
check_exit 1 'there is no second disk' "$halcyon" bootcheck "$w/repo//bios" --disk 1 --facts "${facts[bios]}"
truncate -s 8M "$w/blank.img"
check_exit 1 'a disk without Windows' "$halcyon" bootcheck "$w/blank.img"
check_exit 2 'a folder' "$halcyon" bootcheck "$w"
tap_done
