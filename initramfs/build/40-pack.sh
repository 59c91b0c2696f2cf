#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Packs what the manifest names into build/boot/initramfs.img: a cpio archive, compressed by one thread at a fixed level.
# Fails when kernel and image together are larger than the budget (40 MiB; HALCYON_BUDGET_MIB for a site with much firmware).
# Needs: 30-collect.sh has run; gcc, zstd. Provides: build/boot/initramfs.img.
set -eu
# shellcheck source=initramfs/build/common.sh
. "$(dirname "$0")/common.sh"

BOOT=$BUILD/boot
budget=${HALCYON_BUDGET_MIB:-40}
need gcc gcc
need zstd zstd
[ -f "$BUILD/image/manifest" ] || die "there is no manifest" "run initramfs/build/30-collect.sh"
mkdir -p "$BUILD/toolchain" "$BOOT"
gcc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -o "$BUILD/toolchain/mkcpio" "$HERE/build/mkcpio.c"
# pack NAME LISTS: IMAGE/NAME.zst; what did not change since the last time is not compressed again, modules take a minute
pack() {
    name=$1
    shift
    (cd "$BUILD/image" && cat "$@") | "$BUILD/toolchain/mkcpio" "$(epoch)" >"$BUILD/image/$name.new"
    if [ -f "$BUILD/image/$name.zst" ] && cmp -s "$BUILD/image/$name.new" "$BUILD/image/$name"; then
        rm "$BUILD/image/$name.new"
        return
    fi
    # -19 has a window of 8 MiB: what the kernel needs in memory while it unpacks.
    zstd -q -f -19 -T1 --no-check "$BUILD/image/$name.new" -o "$BUILD/image/$name.zst.new"
    mv "$BUILD/image/$name.new" "$BUILD/image/$name"
    mv "$BUILD/image/$name.zst.new" "$BUILD/image/$name.zst"
}

# Two archives in a row, which the kernel unpacks one after the other: the first holds the folders that the second needs.
pack programs.cpio files files.programs files.busybox files.terminfo files.site
pack modules.cpio files.modules
cat "$BUILD/image/programs.cpio.zst" "$BUILD/image/modules.cpio.zst" >"$BOOT/initramfs.img.new"
size=$(($(stat -c %s "$BOOT/initramfs.img.new") + $(stat -c %s "$BOOT/vmlinuz")))
if [ "$size" -gt $((budget * 1048576)) ]; then
    die "kernel and image have $size bytes, the budget is $budget MiB" \
        "the largest modules: $(awk '$1 == "file" { print $3 }' "$BUILD/image/files.modules" | xargs ls -S | head -n 5 | xargs -n 1 basename | xargs)" \
        "take some out of lists/modules.list, or raise HALCYON_BUDGET_MIB"
fi
mv "$BOOT/initramfs.img.new" "$BOOT/initramfs.img"
say "$(cat "$BUILD/image/programs.cpio" "$BUILD/image/modules.cpio" | wc -c) bytes of cpio → ${BOOT#"$TOP/"}/initramfs.img, with the kernel $((size / 1024)) of $((budget * 1024)) KiB"
