#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The probe in the boot image: one processor and four, ACPI and MP table, BIOS, UEFI, UEFI with Secure Boot. Each machine prints
# its facts on the serial console; a recording made there gives the same facts.
#
# Needs:    root or what lab_as_root finds; the packages of scripts/dev/packages.list; make image.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
# shellcheck source=scripts/dev/lab/lab.sh
. scripts/dev/lab/lab.sh
lab_as_root "$0" "$@"
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh

kernel_words='quiet halcyon.task=shell'
# The image as it is shipped, and one file more: what the machine is asked to run.
boot=$tap_work/boot
# A licence key as firmware has it.
licence=sig=MSDM,oem_id=LAB,data=$tap_work/licence
# Without network adapter and disks the firmware is done at once.
small="memory=512 order=kernel nic=none kernel=$boot/vmlinuz initrd=$boot/initramfs.img"

prepare_image()
{
    mkdir "$boot" "$tap_work/more"
    cp "$HALCYON_BUILD/boot/vmlinuz" "$boot/"
    # Time and addresses are not in a recording. Facts come in lines that begin with F:.
    cat >"$tap_work/more/q" <<'EOF'
dmesg -n 1
for nic in /sys/class/net/*; do ip addr flush dev "${nic##*/}"; done
halcyon probe --record /tmp/r --json >/tmp/a
halcyon probe --sysroot /tmp/r --json >/tmp/b
for i in a b; do grep -v '"created"' /tmp/$i >/tmp/$i.same; done
cmp /tmp/a.same /tmp/b.same && echo SAME
grep -q HALCYON-KEY /sys/firmware/acpi/tables/MSDM && ! grep -rq HALCYON-KEY /tmp/r/sys && echo QUIET
gzip -9 </tmp/a | base64 | sed 's/^/F:/'
echo PROBED
EOF
    (cd "$tap_work/more" && echo q | cpio --quiet -o -H newc) | gzip -9 | cat "$HALCYON_BUILD/boot/initramfs.img" - >"$boot/initramfs.img"
}

# ask NAME: run that in the machine's shell, and keep what it says. What is typed before its prompt is there is lost.
ask()
{
    local status=0
    lab_wait "$1" 'press Enter for a rescue shell .*ttyS0' 300 && lab_type "$1" '\r' && lab_wait "$1" '^halcyon shell ttyS0:~# ' 60 &&
        lab_type "$1" 'sh /q\r' && lab_wait "$1" '^PROBED' 120 || status=1
    lab_console "$1" | sed -n 's/^F://p' | base64 -d | gzip -dc >"$tap_work/$1.json" || status=1
    ! lab_saw "$1" '^SAME' || touch "$tap_work/$1.same"
    ! lab_saw "$1" '^QUIET' || touch "$tap_work/$1.quiet"
    # One that failed must not slow the others down.
    lab_cut "$1"
    return "$status"
}

# facts NAME FILTER WANT
facts()
{
    local got
    got=$(jq -r "$2" "$tap_work/$1.json")
    echo "$got"
    [ "$got" = "$3" ]
}

# classified NAME TITLE WANT: firmware, enabled processors of the MADT, MP table, HAL
classified()
{
    check "$2: $3" facts "$1" \
        '"\(.firmware.type) \(.acpi.madt.enabled) \(.mps.present) \(.mps.processors) \(.hal.type) \(.hal.id)"' "$3"
    check "$2: the recording gives the same facts" test -e "$tap_work/$1.same"
}

boot()
{
    lab_machine "$@"
    lab_boot "$1"
}

# A disk with a stand-in Windows, which is only looked at.
disk=$tap_work/windows.qcow2
qemu-img create -q -f qcow2 -F raw -b "$(realpath "$(tests/fixtures/standin/build.py --firmware uefi --version win10 \
    --controller nvme --size 2G --fill 150M --cache)")" "$disk"

prepare_image
echo HALCYON-KEY >"$tap_work/licence"
lab_start "$tap_work/lab" "boot=$boot" "append=$kernel_words"
# Secure Boot takes the longest: it goes first, and the small ones run meanwhile.
boot secure firmware=uefi-secure memory=1024 smp=4 order=net disk=nvme "image=$disk" serial=WIN0001 sector=512
# shellcheck disable=SC2086  # words, as documented
{
    boot up $small smp=1 "append=console=ttyS0 $kernel_words $LAB_KERNEL_WORDS"
    check 'one processor starts' ask up
    boot again $small smp=1 "append=console=ttyS0 $kernel_words $LAB_KERNEL_WORDS" "qemu=-acpitable $licence"
    check 'one processor starts again' ask again
    boot mp $small smp=4 "append=console=ttyS0 $kernel_words $LAB_KERNEL_WORDS"
    check 'four processors start' ask mp
    boot uefi $small firmware=uefi smp=2 "append=console=ttyS0 $kernel_words $LAB_KERNEL_WORDS"
    check 'two processors with UEFI start' ask uefi
    boot mps $small smp=4 acpi=off "append=console=ttyS0 $kernel_words $LAB_KERNEL_WORDS"
    check 'four processors without ACPI start' ask mps
}
check 'four processors with UEFI and Secure Boot start' ask secure
lab_stop

classified up 'one processor' 'bios 1 yes 1 acpi-uniprocessor acpiapic_up'
classified again 'the same one' 'bios 1 yes 1 acpi-uniprocessor acpiapic_up'
check 'ACPI tables have the same digests when it starts again' test "$(jq -c .acpi.digests "$tap_work/up.json")" = "$(
    jq -c .acpi.digests "$tap_work/again.json")"
check 'there is one of each that tells machines apart' facts up '[.acpi.digests[].signature] | join(" ")' 'APIC DSDT FACP HPET'
check 'with more processors two differ' facts mp \
    "[.acpi.digests - $(jq -c .acpi.digests "$tap_work/up.json") | .[].signature] | join(\" \")" 'APIC DSDT'
check 'the licence key of the firmware is named' facts again '.acpi.tables | contains(["MSDM"])' true
check 'and is in no recording' test -e "$tap_work/again.quiet"
classified mp 'four processors' 'bios 4 yes 4 acpi-multiprocessor acpiapic_mp'
classified uefi 'UEFI' 'uefi 2 no 0 acpi-multiprocessor acpiapic_mp'
check 'its Secure Boot is off, and it has 64 bits' facts uefi '"\(.firmware.secure_boot) \(.firmware.bits)"' 'no 64'
classified mps 'without ACPI' 'bios null yes 4 mps-multiprocessor mps_mp'
# Lockdown closes the memory that an MP table would lie in.
classified secure 'Secure Boot' 'uefi 4 unknown 0 acpi-multiprocessor acpiapic_mp'
check 'Secure Boot is enforced, by firmware of 64 bits' facts secure '"\(.firmware.secure_boot) \(.firmware.bits)"' 'yes 64'
check "the firmware trusts Microsoft's certificates" facts secure \
    '[.firmware.certificates[] | select(.store == "db") | .subject | capture("CN=(?<cn>[^,]*)").cn] | contains(
        ["Microsoft Windows Production PCA 2011", "Microsoft Corporation UEFI CA 2011"])' true
check 'and forbids some images' facts secure '.firmware.revoked | length > 0' true
# shellcheck disable=SC2016  # jq's variables
check 'the disk has its identity, sectors and controller' facts secure \
    '.pci as $pci | .disks[] | select(.serial == "WIN0001") | . as $d |
        "\(.bus) \(.logical_block) \($pci[] | select(.address == $d.controller) | .hardware_ids[0] | .[0:21])"' \
    'nvme 512 PCI\VEN_1B36&DEV_0010'
check 'and the Windows on it is named' facts secure '.disks[] | select(.serial == "WIN0001") | .holds | test("^Windows .* of ")' true
tap_done
