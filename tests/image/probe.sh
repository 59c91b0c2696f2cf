#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The probe against witnesses: MP tables as SeaBIOS writes them (QEMU machines without ACPI, their low memory as a recorded
# machine), PCI ids as real Windows registries have them, the variable store of OVMF with Microsoft's keys.
#
# Needs:    qemu-system-x86, seabios, ovmf, jq, python3-hivex, openssl; build/host/bin/halcyon; HALCYON_TESTDATA for the
#           registries.  Provides: TAP.
# SeaBIOS lists one processor a package, so four sockets are four processors, four cores are one (hazard 31).
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh

halcyon=${HALCYON_BUILD:-build}/host/bin/halcyon
deadline_seconds=60

# wait_for FILE TEXT
wait_for()
{
    local end=$((SECONDS + deadline_seconds))
    until grep -q "$2" "$1" 2>/dev/null; do
        if [ "$SECONDS" -ge "$end" ]; then
            echo "waited $deadline_seconds s for \"$2\" in $1"
            cat "$1"
            return 1
        fi
        sleep 0.1
    done
}

# record FOLDER SMP: a recorded machine with the low memory of a QEMU machine without ACPI
record()
{
    local machine=$1 monitor status=0
    mkdir -p "$machine/sys/firmware" "$machine/proc"
    coproc qemu { exec qemu-system-x86_64 -machine pc,acpi=off,accel=tcg -m 64 -smp "$2" -nodefaults -display none \
        -chardev "file,id=bios,path=$machine/bios.log" -device isa-debugcon,iobase=0x402,chardev=bios \
        -monitor stdio; }
    monitor=${qemu_PID:?}
    at_end "jobs -p | xargs -r kill"
    wait_for "$machine/bios.log" 'No bootable device' || status=1
    printf 'pmemsave 0 0x100000 "%s"\nquit\n' "$machine/low-memory" >&"${qemu[1]}"
    wait "$monitor" || status=1
    return "$status"
}

# facts FOLDER: what the probe makes of it, in one line
facts()
{
    "$halcyon" probe --sysroot "$1" --json | jq -r '"\(.mps.present) \(.mps.processors) \(.hal.id)"'
}

machine()
{
    check "SeaBIOS starts with -smp $2" record "$tap_work/$1" "$2"
    check "-smp $2: $3" test "$(facts "$tap_work/$1")" = "$3"
}

if ! command -v qemu-system-x86_64 >/dev/null; then
    echo 'qemu-system-x86_64 is needed (package qemu-system-x86)' >&2
    exit 77
fi
machine sockets 4,sockets=4,cores=1 'yes 4 mps_mp'
machine cores 4,sockets=1,cores=4 'yes 1 mps_up'
machine one 1 'yes 1 mps_up'
head -c 1M /dev/zero >"$tap_work/one/low-memory"
check 'without the table it is a Standard PC' test "$(facts "$tap_work/one")" = 'no 0 e_isa_up'
rm "$tap_work/one/low-memory"
check 'without memory to look at nobody can tell' test "$(facts "$tap_work/one")" = 'unknown 0 null'

# pci_ids HIVE.xz: what Windows called its PCI functions, and what the probe calls them by the same numbers
pci_ids()
{
    local work=$tap_work/pci devices
    rm -rf "$work"
    mkdir "$work"
    xz -dc "$1" >"$work/hive"
    devices=$(tests/image/lib/pci_enum.py "$work/hive" "$work")
    [ "$devices" -ge "$2" ] || return 1
    "$halcyon" probe --sysroot "$work" --json | jq -S '[.pci[] | {address, hardware_ids, compatible_ids}]' >"$work/got"
    jq -S . "$work/expected.json" | diff - "$work/got"
}

if [ -n "${HALCYON_TESTDATA:-}" ]; then
    while read -r hive devices; do
        check "PCI ids of $devices functions are those of $hive" pci_ids "$HALCYON_TESTDATA/hives/$hive/SYSTEM.xz" "$devices"
    done <<'EOF'
2003-sp1-x86-dc 44
win7-sp1-x86-WKS-WIN732BITA 45
win81-x64-STUDENT-PC8 9
win10-1709-x64-dell-physical-gpt 21
win10-1903-x64-vmware 46
EOF
else
    skip 'PCI ids as in real registries' 'HALCYON_TESTDATA is not set'
fi

# certificates: store, digest, subject and issuer of each, as openssl and sha256sum read them
certificates()
{
    local file store
    for store in PK KEK db; do
        for file in "$tap_work/certificates/$store"-*.der; do
            echo "$store $(sha256sum <"$file" | cut -d ' ' -f 1)"
            openssl x509 -inform DER -in "$file" -noout -subject -issuer -nameopt RFC2253 | sed 's/^[a-z]*=//'
        done
    done
}

same_certificates()
{
    "$halcyon" probe --sysroot "$tap_work/secure" --json >"$tap_work/facts.json"
    diff <(certificates) <(jq -r '.firmware.certificates[] | "\(.store) \(.sha256)", .subject, .issuer' "$tap_work/facts.json")
}

firmware_is()
{
    [ "$(jq -r "$1" "$tap_work/facts.json")" = "$2" ]
}

store=/usr/share/OVMF/OVMF_VARS_4M.ms.fd
if [ -r "$store" ]; then
    mkdir -p "$tap_work/secure/sys/firmware/efi/efivars" "$tap_work/certificates"
    check 'OVMF: its variables as files' tests/image/lib/varstore.py "$store" "$tap_work/secure/sys/firmware/efi/efivars" \
        "$tap_work/certificates"
    check 'certificates are what openssl reads' same_certificates
    check "Microsoft's own are among them" firmware_is \
        '[.firmware.certificates[] | select(.store == "db") | .subject | select(startswith("CN=Microsoft"))] | length >= 2' true
    check 'so are the digests that dbx forbids' firmware_is '.firmware.revoked[]' "$(cat "$tap_work/certificates/revoked")"
    check 'nothing was left out' firmware_is '.firmware.unread | length' 0
else
    skip 'the variable store of OVMF' "$store is missing (package ovmf)"
fi
tap_done
