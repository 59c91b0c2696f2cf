#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A stand-in Windows restored for other machines: its repairs are planned and made, the oracle finds it whole there, and without
# them broken; undo makes it a disk that was restored without repairs.  Each repair that the oracle can see is left out once.
#
# Needs:    root, the packages of scripts/dev/packages.list, build/host/bin/halcyon.
#           HALCYON_SLOW=1 adds the rows that are marked so.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build} ASAN_OPTIONS=detect_leaks=1:quarantine_size_mb=16
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh

halcyon=$HALCYON_BUILD/host/bin/halcyon
standin=tests/fixtures/standin
options=(--fill 4M --pagefile 4M --small-files 100 --no-boot --size 1G)
w=$tap_work
# shellcheck source=tests/image/lib/restored.sh
. tests/image/lib/restored.sh
# shellcheck source=tests/lib/drivers.sh
. tests/lib/drivers.sh

facts() { tests/image/lib/qemu_facts.py "$@"; }
# whole, red IMAGE CHECK: the oracle's answer, by the words in oracle_says
oracle() { "$standin/oracle/oracle.py" --image "$1" "${oracle_says[@]}" >"$w/oracle"; }
whole() { oracle "$w/$1.img" || { grep FAIL "$w/oracle" && return 1; }; }
red() { ! oracle "$w/$1.img" && cat "$w/oracle" && grep "^ORACLE: $2 FAIL " "$w/oracle"; }

# backup VERSION FIRMWARE CONTROLLER: $backup, made once
backup()
{
    backup=$1-$2-$3
    image=$("$standin/build.py" --version "$1" --firmware "$2" --controller "$3" "${options[@]}" --cache)
    identity=$(sfdisk --json "$image" | jq -r '.partitiontable.id | ascii_downcase | ltrimstr("0x")')
    [ -d "$w/repo/backups/$backup" ] || "$halcyon" capture "$image" --to "$w/repo" --id "$backup" --quiet
}

# restores NAME OPTIONS...: of $backup, for the machine of $w/facts.json
restores()
{
    "$halcyon" restore "$w/repo//$backup" --target "$w/$1.img" --confirm "$1.img" --for-machine "$w/facts.json" \
        --state-dir "$w/$1.state" --quiet "${@:2}"
}

# plans REPAIRS OPTIONS...: these, and no other
plans()
{
    local got
    "$halcyon" plan "$w/repo//$backup" --target "$w/new.img" --for-machine "$w/facts.json" --out "$w/plan.json" "${@:2}" || return 1
    got=$(jq -r '[.edits[].fixup] | unique | join(",")' "$w/plan.json")
    echo "got $got, wanted $1"
    [ "$got" = "$1" ] && [ ! -e "$w/new.img" ]
}

boots() { "$halcyon" bootcheck "$w/$1.img" --facts "$w/facts.json"; }
verified() { "$halcyon" verify "$w/repo//$backup" --target "$w/$1.img" | tee "$w/said" && grep -q 'the same as the backup' "$w/said"; }
undone() { "$halcyon" undo "$w/$1.img" --confirm "$1.img"; }

# blocked RULE: nothing is written
blocked()
{
    local status=0
    restores new 2>"$w/err" || status=$?
    cat "$w/err"
    [ "$status" = 3 ] && grep -q "blocked by $1" "$w/err" && [ ! -e "$w/new.img" ]
}

# Onto another controller: plan, restore, and the same without the repair.
while read -r version firmware from to when; do
    [ "$when" != slow ] || [ "${HALCYON_SLOW:-0}" = 1 ] || continue
    row="$version $firmware from $from to $to"
    oracle_says=(--controller "$to")
    backup "$version" "$firmware" "$from"
    facts "$to" "$firmware" >"$w/facts.json"
    check "$row: storage-boot is planned, and what each restore leaves, nothing else" plans asr-session,storage-boot
    check "$row: restored" restores new
    check "$row: the oracle finds it whole there" whole new
    check "$row: bootcheck as well" boots new
    check "$row: it is the same as the backup, repaired though" verified new
    check_exit 4 "$row: DRV-1 wants that repair" restores bare --without storage-boot
    check "$row: accepted, it is restored without" restores bare --without storage-boot --accept DRV-1
    check "$row: and the oracle finds it broken there" red bare controller
    check "$row: undo" undone new
    check "$row: of both" undone bare
    check "$row: now both are the same" same_disk new bare
    rm -rf "$w"/new.* "$w"/bare.*
done <<'END'
win10 uefi ahci nvme
win10 uefi ahci ide slow
win10 uefi nvme ahci slow
win7 bios ide ahci
win7 bios ahci ide
win7 bios ide lsi-sas slow
win10 bios ide lsi-sas
END

backup win10 uefi ahci
facts virtio uefi >"$w/facts.json"
check 'no driver: blocked, and nothing is written' blocked DRV-1
if [ -n "${HALCYON_TESTDATA:-}" ]; then
    oracle_says=(--controller virtio --state driver=viostor)
    check 'virtio: a folder with its driver' viostor_package "$w/drivers/viostor"
    check 'virtio: driver-inject is planned' plans asr-session,driver-inject --drivers "$w/drivers"
    check 'virtio: restored' restores new --drivers "$w/drivers"
    check 'virtio: the oracle finds it whole there' whole new
    check 'virtio: bootcheck as well' boots new
    check 'virtio: without it, by name, it is restored' restores bare --without driver-inject --override DRV-1
    check 'virtio: and the oracle finds it broken there' red bare controller
    check 'virtio: undo' undone new
    check 'virtio: of both' undone bare
    check 'virtio: now both are the same' same_disk new bare
    rm -rf "$w"/new.* "$w"/bare.*
else
    skip 'virtio: with a folder of drivers' 'HALCYON_TESTDATA is not set'
fi

# Beside the disk that the backup is of: another identity, and everything that names it follows.
while read -r version firmware controller repairs; do
    row="$version $firmware beside its own disk"
    oracle_says=(--controller "$controller" --state identity=new)
    backup "$version" "$firmware" "$controller"
    facts "$controller" "$firmware" --beside "$identity" >"$w/facts.json"
    check "$row: its repairs are planned" plans "$repairs" --accept HW-2
    check "$row: restored" restores new --accept HW-2
    check "$row: the oracle finds it whole" whole new
    check "$row: bootcheck as well" boots new
    [ "$firmware" = bios ] || check "$row: sgdisk finds no fault" bash -c "sgdisk -v '$w/new.img' | grep 'No problems found'"
    rm -rf "$w"/new.*
done <<'END'
win10 uefi ahci asr-session,bcd,mounted-devices
win7 bios ide asr-session,bcd,mounted-devices
END

# harmed KIND FIXUP CHECK: fix without the repair leaves it broken; another fix, with it, makes it whole
harmed()
{
    cp --sparse=always "$image" "$w/harmed.img" && "$standin/damage.py" "$w/harmed.img" "$1" || return 1
    "$halcyon" fix "$w/harmed.img" --facts "$w/facts.json" --confirm harmed.img --without "$2" && red harmed "$3" &&
        "$halcyon" fix "$w/harmed.img" --facts "$w/facts.json" --confirm harmed.img && whole harmed
}

# The knock-out table: a harm, the repair of it, and what the oracle says where that is left out.
while read -r firmware kind fixup name state when; do
    [ "$when" != slow ] || [ "${HALCYON_SLOW:-0}" = 1 ] || continue
    oracle_says=()
    [ "$state" = - ] || oracle_says=(--state "$state")
    case $firmware in
    uefi) version=win10 controller=ahci ;;
    bios) version=win7 controller=ide ;;
    esac
    image=$("$standin/build.py" --version "$version" --firmware "$firmware" --controller "$controller" "${options[@]}" --cache)
    facts "$controller" "$firmware" >"$w/facts.json"
    check "$firmware, $kind: without $fixup the oracle's $name is red, with it all is whole" harmed "$kind" "$fixup" "$name"
done <<'END'
uefi driver-demoted storage-boot controller - slow
bios driver-start storage-boot controller - slow
uefi volmgr-demoted storage-boot driver-chain -
uefi filter-dangles storage-boot driver-chain - slow
uefi bcd-disk bcd bcd-devices -
bios signature bcd bcd-devices identity=new
bios signature mounted-devices mounted-devices identity=new
uefi mounted-devices mounted-devices mounted-devices - slow
bios hidden-sectors boot-sectors boot-sectors -
uefi hidden-sectors-backup boot-sectors boot-sectors - slow
bios active-flag boot-sectors partition-table - slow
uefi efi-fallback-missing efi-boot boot-code -
bios client-protocols client-protocols client-protocols -
END
# four_k: a disk image for sectors of 4096 bytes, with the registry of the backup: its table tells the size, no device does.
four_k()
{
    local loop sum
    rm -f "$w/4k.img" && truncate -s 200M "$w/4k.img" && truncate -s 160M "$w/4k.ntfs" && mkdir -p "$w/mnt" || return 1
    loop=$(losetup -f --show -b 4096 "$w/4k.img") || return 1
    printf 'label: gpt\nstart=512, size=40960, type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7\n' | sfdisk -q --no-reread "$loop"
    losetup -d "$loop"
    mkntfs -qFQ -s 4096 -c 4096 -p 512 -H 255 -S 63 "$w/4k.ntfs"
    ntfs-3g -o no_detach "$w/4k.ntfs" "$w/mnt" &
    until mountpoint -q "$w/mnt" || ! kill -0 $! 2>/dev/null; do :; done
    mkdir -p "$w/mnt/Windows/System32/config"
    "$halcyon" cat "$w/repo//$backup" 'C:/Windows/System32/config/SYSTEM' >"$w/mnt/Windows/System32/config/SYSTEM"
    umount "$w/mnt" && wait $!
    dd if="$w/4k.ntfs" of="$w/4k.img" bs=1M seek=2 conv=notrunc,sparse status=none && rm "$w/4k.ntfs"
    sum=$(sha256sum "$w/4k.img")
    "$halcyon" fix "$w/4k.img" --only autoreboot --confirm 4k.img | tee "$w/said" && grep -q ' made;' "$w/said" &&
        "$halcyon" undo "$w/4k.img" --confirm 4k.img && [ "$(sha256sum "$w/4k.img")" = "$sum" ]
}

check 'an image with sectors of 4096 bytes is repaired, and all bytes come back' four_k
tap_done
