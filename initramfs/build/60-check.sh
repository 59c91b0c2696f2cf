#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Checks the finished image: budget, signatures of kernel and modules, no path of the build machine, and that it starts in 512 MiB.
# Needs: 50-manifest.sh has run; qemu-system-x86_64 for the start (says SKIP without it).
# Provides: a line per check; exit status 1 when one fails.
set -eu
# shellcheck source=initramfs/build/common.sh
. "$(dirname "$0")/common.sh"

BOOT=$BUILD/boot
DEADLINE=${HALCYON_BOOT_DEADLINE:-300} # seconds for the start under emulation on a busy machine
WORK=$(mktemp -d)
machine=
trap '[ -z "$machine" ] || kill "$machine" 2>/dev/null || true; rm -rf "$WORK"' EXIT
trap 'exit 1' HUP INT TERM

check_budget() {
    size=$(($(stat -c %s "$BOOT/vmlinuz") + $(stat -c %s "$BOOT/initramfs.img")))
    budget=$((${HALCYON_BUDGET_MIB:-40} * 1048576))
    [ "$size" -le "$budget" ] || die "kernel and image have $size bytes, the budget is $budget"
    say "budget: $((size / 1024)) of $((budget / 1024)) KiB"
}

# The certificate table of a PE file (its fifth directory) is where Secure Boot's signature lies: offset and size must not be 0.
check_signatures() {
    pe=$(od -An -tu4 -j 60 -N 4 "$BOOT/vmlinuz" | tr -d ' ')
    table=$(od -An -tu4 -j $((pe + 24 + 112 + 32 + 4)) -N 4 "$BOOT/vmlinuz" | tr -d ' ')
    [ "$table" -gt 0 ] || die "the kernel carries no signature" "use Debian's signed package: initramfs/build/25-kernel.sh"
    count=0
    awk '$1 == "file" && $2 ~ /\.ko$/ { print $3 }' "$BUILD/image/files.modules" >"$WORK/modules"
    while read -r module; do
        tail -c 28 "$module" | grep -q '^~Module signature appended~' || die "the module '$module' has lost its signature"
        count=$((count + 1))
    done <"$WORK/modules"
    [ "$count" -gt 0 ] || die "the image has no modules"
    say "signatures: kernel ($table bytes), $count modules"
}

check_paths() {
    cp "$BUILD/image/programs.cpio" "$WORK/programs"
    # A site's own files may name any path; without them, nothing may know where it was built.
    if [ -z "${HALCYON_SITE:-}" ] && grep -aq -F -e "$BUILD/" -e "$TOP/initramfs" -e "$TOP/restore" "$WORK/programs"; then
        die "a program in the image names the folder it was built in ($TOP)" "$(strings -a "$WORK/programs" | grep -F "$TOP" | head -n 3)"
    fi
    say "paths: none of this machine"
}

check_start() {
    command -v qemu-system-x86_64 >/dev/null || {
        echo "SKIP: the start in 512 MiB: qemu-system-x86_64 is not installed"
        return
    }
    qemu-system-x86_64 -m 512 -nodefaults -display none -monitor none -serial "file:$WORK/serial" -no-reboot \
        -device virtio-net-pci,netdev=n -netdev user,id=n,restrict=on -kernel "$BOOT/vmlinuz" -initrd "$BOOT/initramfs.img" \
        -append 'console=ttyS0 quiet halcyon.task=shell' </dev/null >"$WORK/qemu" 2>&1 &
    machine=$!
    waited=0
    until grep -q 'halcyon: stage 50-handover ok' "$WORK/serial" 2>/dev/null; do
        if [ "$waited" -ge "$DEADLINE" ] || ! kill -0 "$machine" 2>/dev/null || grep -q 'failed (' "$WORK/serial" 2>/dev/null; then
            tail -n 30 "$WORK/serial" "$WORK/qemu" >&2 || true
            die "the image did not reach its last stage in $DEADLINE s with 512 MiB of memory"
        fi
        sleep 1
        waited=$((waited + 1))
    done
    say "start in 512 MiB: $waited s under emulation"
    sed -n 's/.*\(halcyon: stage .*\)/  \1/p' "$WORK/serial" | tr -d '\r'
}

[ -f "$BOOT/manifest.txt" ] || die "there is no image" "run: make image"
check_budget
check_signatures
check_paths
check_start
