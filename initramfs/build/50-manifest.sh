#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes build/boot/manifest.txt: sha256, size and path of each file of the image, the sources and the tools it was made with.
# Two manifests that are equal stand for images that are equal.
# Needs: 40-pack.sh has run. Provides: build/boot/manifest.txt.
set -eu
# shellcheck source=initramfs/build/common.sh
. "$(dirname "$0")/common.sh"

BOOT=$BUILD/boot
[ -f "$BOOT/initramfs.img" ] || die "there is no image" "run initramfs/build/40-pack.sh"
{
    echo "# halcyon boot image"
    for file in vmlinuz initramfs.img; do
        echo "image $(sha256 "$BOOT/$file") $(stat -c %s "$BOOT/$file") $file"
    done
    echo "kernel $(cat "$BUILD/kernel/package")"
    awk 'NF == 5 && !seen[$1]++ { print "source", $1, $2, $3 }' "$LOCK"
    for tool in gcc binutils musl-dev linux-libc-dev zstd kmod xz-utils ncurses-bin autoconf automake libtool make; do
        echo "tool $tool $(dpkg-query -W -f '${Version}' "$tool" 2>/dev/null || echo unknown)"
    done
    sort "$BUILD/image/manifest" | while read -r kind name source rest; do
        case $kind in
            file) echo "file $(sha256 "$source") $(stat -c %s "$source") ${rest%% *} $name" ;;
            slink) echo "link $name $source" ;;
            dir) echo "dir $source $name" ;;
            nod) echo "node $source $rest $name" ;;
        esac
    done
} >"$BOOT/manifest.txt.new"
mv "$BOOT/manifest.txt.new" "$BOOT/manifest.txt"
say "${BOOT#"$TOP/"}/initramfs.img → ${BOOT#"$TOP/"}/manifest.txt ($(wc -l <"$BOOT/manifest.txt") lines)"
