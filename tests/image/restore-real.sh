#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Registries of real Windows, captured and restored for other machines: the repairs that a restore makes by itself.
#
# Each row of the table below is restored twice, for the same machine: with its repairs, and without any of them.  Between the
# two the whole registry and all files differ by the plan and by nothing else (hivex, reged, ntfs-3g, mtools); bootcheck finds
# the one whole and the other broken; undo makes the one into the other.  The plan is tests/image/restore-real/NAME.edits.
# What is real about these disks, and what is made: tests/image/lib/disks.sh and real_boot.py; hives that were not shut down
# cleanly and have no logs are declared clean there (hazards 13).
#
# Needs:    root, HALCYON_TESTDATA, the packages of scripts/dev/packages.list, build/host/bin/halcyon.
#           UPDATE=1 writes tests/image/restore-real/*.edits anew: read the diff.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build} ASAN_OPTIONS=detect_leaks=1:quarantine_size_mb=16
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
halcyon=$HALCYON_BUILD/host/bin/halcyon
w=$tap_work
# shellcheck source=tests/image/lib/disks.sh
. tests/image/lib/disks.sh
# shellcheck source=tests/image/lib/fixed.sh
. tests/image/lib/fixed.sh
# shellcheck source=tests/image/lib/found.sh
. tests/image/lib/found.sh
# shellcheck source=tests/image/lib/restored.sh
. tests/image/lib/restored.sh
if [ -z "${HALCYON_TESTDATA:-}" ]; then
    skip 'restores of real registries' 'HALCYON_TESTDATA is not set'
    tap_done
    exit
fi

captured()
{
    prepare "$row" "$set" && "$halcyon" capture "$w/$row.img" --to "$w/repo" --id "$row" --quiet && rm "$w/$row.img"
}

# plans: the edits that were checked in, and no target yet
plans()
{
    "$halcyon" plan "$w/repo//$row" --target "$w/new.img" --for-machine "$w/facts.json" "${accepted[@]}" --out "$w/plan.json" &&
        [ ! -e "$w/new.img" ] && edits_are "tests/image/restore-real/$row.edits"
}

# restores NAME OPTIONS...
restores()
{
    "$halcyon" restore "$w/repo//$row" --target "$w/$1.img" --confirm "$1.img" --for-machine "$w/facts.json" "${accepted[@]}" \
        --state-dir "$w/$1.state" --quiet "${@:2}"
}

# restored: what was done is what is planned now, but for the ids
restored()
{
    restores new && cp "$w/new.state/plan.json" "$w/plan.json" && [ "$(jq -r .outcome "$w/new.state/report.json")" = restored ]
}

# hash_of NAME PATH: of a file on the volume of Windows, read by ntfs-3g
hash_of()
{
    local number start size kind
    read -r number start size kind < <(partitions "$1" | tail -n 1)
    extract "$1" "$start" "$size" "$w/part" && ntfscat "$w/part" "$2" | sha256sum
}

# hal_of_cabinet: the pair comes from the cabinet of this Windows, as gcab unpacks it; the old one stays beside it
hal_of_cabinet()
{
    local file member number start size kind
    read -r number start size kind < <(partitions bare | tail -n 1)
    extract bare "$start" "$size" "$w/part" && ntfscat "$w/part" '/WINDOWS/Driver Cache/i386/sp1.cab' >"$w/sp1.cab" &&
        mkdir "$w/cab" && gcab -x -C "$w/cab" "$w/sp1.cab" || return 1
    while read -r file member; do
        [ "$(hash_of new "/WINDOWS/System32/$file")" = "$(sha256sum <"$w/cab/$member")" ] || { echo "$file is not $member"; return 1; }
    done <<<$'hal.dll halmacpi.dll\nntoskrnl.exe ntkrnlmp.exe\nntkrnlpa.exe ntkrpamp.exe'
    [ "$(hash_of new /WINDOWS/System32/halold.dll)" = "$(hash_of bare /WINDOWS/System32/hal.dll)" ] &&
        [ "$(hash_of new /WINDOWS/System32/krnlold.exe)" = "$(hash_of bare /WINDOWS/System32/ntoskrnl.exe)" ]
}

# SET of disks.sh | the machine | what is accepted | what is, besides, without the repairs | what is broken without
while IFS='|' read -r row set machine accepted more broken; do
    if [ "$row" = win81-ide ] && [ "${HALCYON_SLOW:-0}" != 1 ]; then
        skip "$row" 'HALCYON_SLOW is not 1; fix.sh repairs the same Windows for the same machine'
        continue
    fi
    read -ra accepted <<<"$accepted"
    read -ra more <<<"$more"
    tests/image/lib/qemu_facts.py "${machine%-*}" "${machine##*-}" >"$w/facts.json"
    check "$row: captured" captured
    check "$row: the plan has these repairs" plans
    mapfile -t fixups < <(jq -r '[.edits[].fixup] | unique[]' "$w/plan.json")
    check "$row: restored" restored
    check "$row: restored without its repairs" restores bare "${fixups[@]/#/--without=}" "${more[@]}"
    check "$row: bootcheck finds the one whole" finds new "$w/facts.json" 0
    check "$row: and the other broken" finds bare "$w/facts.json" "$broken"
    open_disk was bare
    open_disk at new
    check "$row: the whole registry differs by the plan, and by nothing else" hives_changed
    check "$row: of all files only those of the plan differ" files_changed
    check "$row: ntfsfix finds no fault" volumes_sound new
    check "$row: the old bytes are for SYSTEM and Administrators alone" undo_is_closed new
    [ "$set" != 2003-cabs ] || check "$row: HAL and kernels are those of the cabinet" hal_of_cabinet
    check "$row: undo" "$halcyon" undo "$w/new.img" --confirm new.img
    check "$row: now both are the same" same_disk new bare
    rm -rf "$w"/*.img "$w"/*.state "$w"/at* "$w"/was* "$w/repo"
done <<'END'
win10-nvme|win10-1709|nvme-uefi|--accept DRV-2|--accept DRV-1|controller-driver:storage-boot 3
win7-ahci|win7|ahci-bios|--accept DRV-2|--accept DRV-1|controller-driver:storage-boot 3
win81-ide|win81|ide-bios|--accept DRV-2|--accept DRV-1|controller-driver:storage-boot 3
2003-mp-ide|2003-cabs|ide-bios||--override DRV-1 --accept DC-2 --accept HAL-2|controller-driver:storage-boot 3
END
tap_done
