#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Each repair left out in turn, on machines that boot (hazards 25): a backup that needs one repair on this machine is restored
# over the network twice, with it and without.  With it the stand-in that starts from the disk finds itself whole; without it
# the stand-in says what is wrong, or nothing starts at all.
#
# The repairs that a start of the stand-in can't show: asr-session, chkdsk, dc-restore, profile-list, hal, and those on request.
#
# Needs:    root or what lab_as_root finds; the packages of scripts/dev/packages.list; make image; HALCYON_SLOW=1.
#           HALCYON_TESTDATA for the row virtio.  ROWS="NAME..." runs only these.  Half an hour: `make knockout`.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
if [ "${HALCYON_SLOW:-0}" != 1 ]; then
    echo '1..0 # SKIP half an hour: make knockout'
    exit
fi
# shellcheck source=scripts/dev/lab/lab.sh
. scripts/dev/lab/lab.sh
lab_as_root "$0" "$@"
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
# shellcheck source=tests/boot/lib/restore.sh
. tests/boot/lib/restore.sh
# shellcheck source=tests/lib/drivers.sh
. tests/lib/drivers.sh
standin=tests/fixtures/standin
boot=$tap_work/boot

# The boot image as it is shipped, with a folder of drivers.
prepare_boot()
{
    mkdir -p "$boot" "$tap_work/more/drivers"
    cp "$HALCYON_BUILD/boot/vmlinuz" "$boot/"
    [ -z "${HALCYON_TESTDATA:-}" ] || viostor_package "$tap_work/more/drivers/viostor" || return 1
    (cd "$tap_work/more" && find . | cpio --quiet -o -H newc) | gzip -9 |
        cat "$HALCYON_BUILD/boot/initramfs.img" - >"$boot/initramfs.img"
}

# capture_row: backup $row, of a stand-in that was harmed, or sleeps, as $harm says
capture_row()
{
    local image version=win10 options=(--size 1G --fill 24M)
    [ "$firmware" = uefi ] || version=win7
    [ "$harm" != hibernated ] || options+=(--hibernated)
    image=$("$standin/build.py" --firmware "$firmware" --version "$version" --controller "$from" "${options[@]}" --cache) || return 1
    case $harm in
    - | hibernated) ;;
    *)
        cp --sparse=always "$image" "$tap_work/harmed.img" && image=$tap_work/harmed.img && "$standin/damage.py" "$image" "$harm" || return 1
        ;;
    esac
    "$halcyon" capture "$image" --to "$repository" --id "$row" --quiet
}

# boots NAME MEMBERS: a blank machine restores itself and starts from its disk; console and report are kept.  Where bootcheck
# found what nobody had accepted, it stays in the rescue shell: then it is switched off, and on again.  A firmware that finds
# nothing to start asks the network.
boots()
(
    local name=$1 kept=$tap_work/$1
    lab_start "$tap_work/lab-$name" "boot=$boot" "repository=$repository" "append=halcyon.intent=http://10.77.0.1/$name.json"
    answer "$name" "$row" STANDIN0001
    jq "$2" "$LAB_DIR/www/$name.json" >"$kept.answer" && cp "$kept.answer" "$LAB_DIR/www/$name.json"
    lab_machine "$name" firmware="$firmware" memory=1024 serial-number="$name-serial" "uuid=$uuid_of_machine" order=net then=disk \
        disk="$to" size=3G serial=STANDIN0001 ${state:+"qemu=-smbios type=11,value=standin:$state"}
    lab_boot "$name"
    lab_wait "$name" 'restore done, then: reboot|the unattended restore failed with status 3' 300 && starts_from_disk "$name"
    lab_console "$name" >"$kept.console"
    cp "$LAB_DIR/www/reports/task-$name/report.json" "$kept.report"
    lab_stop
    rm -rf "$tap_work/lab-$name"
)

starts_from_disk()
{
    if lab_saw "$1" 'failed with status 3'; then
        lab_cut "$1" && lab_boot "$1" order=disk then=
    else
        lab_mark "$1"
    fi
    lab_wait "$1" 'ORACLE: (WHOLE|BROKEN)|Start PXE over IPv4' 300
}

both()
{
    boots "$row-with" "$with" &
    boots "$row-out" ".without += [\"$fixup\"] | $with | $out" &
    wait
    [ -s "$tap_work/$row-with.report" ] && [ -s "$tap_work/$row-out.report" ]
}

shown() { tail -n 30 "$tap_work/$1.console"; jq -c '{outcome, repairs, bootcheck: .bootcheck.first_broken}' "$tap_work/$1.report"; }

# repaired: it is whole, and by this repair
repaired()
{
    shown "$row-with"
    grep 'ORACLE: WHOLE' "$tap_work/$row-with.console" &&
        jq -e --arg fixup "$fixup" 'any(.repairs[]; startswith($fixup))' "$tap_work/$row-with.report"
}

# knocked_out: restored without that repair, and red; $red are the oracle's checks that fail, or "nothing" where nothing starts
knocked_out()
{
    local failed
    shown "$row-out"
    jq -e --arg fixup "$fixup" '.outcome == "restored" and all(.repairs[]; startswith($fixup) | not)' "$tap_work/$row-out.report" || return 1
    failed=$(sed -nE 's/^ORACLE: ([a-z-]+) FAIL .*/\1/p' "$tap_work/$row-out.console" | xargs)
    echo "red: $failed, wanted $red"
    if [ "$red" = nothing ]; then
        grep 'Start PXE over IPv4' "$tap_work/$row-out.console" && ! grep 'ORACLE:' "$tap_work/$row-out.console"
    else
        grep 'ORACLE: BROKEN' "$tap_work/$row-out.console" && [ "$failed" = "$red" ]
    fi
}

check 'the boot image, with a folder of drivers' prepare_boot
# FIRMWARE, controllers FROM and TO, what was done to the disk before the backup, the repair, the oracle's checks that are red
# without it, what the oracle is told; then members of the answer: always, and without the repair.
# Beside a volume that sleeps no repair can be made, so that those of every restore stay out with hibernation.
while IFS='|' read -r row firmware from to harm fixup red state with out; do
    if [ -n "${ROWS:-}" ] && [[ " $ROWS " != *" $row "* ]]; then
        continue
    elif [ "$fixup" = driver-inject ] && [ -z "${HALCYON_TESTDATA:-}" ]; then
        skip "$row: without $fixup" 'HALCYON_TESTDATA is not set'
        continue
    fi
    check "$row: captured" capture_row
    check "$row: both machines ran" both
    check "$row: with $fixup the machine starts, whole" repaired
    check "$row: without $fixup: $red" knocked_out
    rm -rf "$repository/backups/$row" "$tap_work/$row"-*
done <<'END'
nvme|uefi|ahci|nvme|-|storage-boot|controller||.|.accept += ["DRV-1"]
ahci|bios|ide|ahci|-|storage-boot|controller||.|.accept += ["DRV-1"]
ide|bios|ahci|ide|-|storage-boot|controller||.|.accept += ["DRV-1"]
virtio|uefi|ahci|virtio-blk|-|driver-inject|controller|driver=viostor|.drivers = "/drivers"|.override += ["DRV-1"]
volumes|uefi|ahci|ahci|volmgr-demoted|storage-boot|driver-chain||.|.accept += ["DRV-1"]
letter|uefi|ahci|ahci|mounted-devices|mounted-devices|mounted-devices||.|.
store|uefi|ahci|ahci|bcd-disk|bcd|bcd-devices winre||.|.
sectors|bios|ide|ide|hidden-sectors|boot-sectors|boot-sectors ntfsfix||.|.
entry|uefi|ahci|ahci|efi-fallback-missing|efi-boot|nothing||.|.
protocols|uefi|ahci|ahci|client-protocols|client-protocols|client-protocols||.|.
sleep|uefi|ahci|ahci|hibernated|hibernation|hibernation|hibernation=none|.|.without += ["asr-session", "efi-boot"] | .accept += ["VOL-2"]
END
tap_done
