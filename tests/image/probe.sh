#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# MP tables as SeaBIOS writes them: QEMU machines without ACPI, their low memory as a recorded machine.
#
# Needs:    qemu-system-x86, seabios, jq; build/host/bin/halcyon.  Provides: TAP.
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
tap_done
