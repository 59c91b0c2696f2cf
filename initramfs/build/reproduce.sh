#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Proves that the image is reproducible: builds it here (as far as it is not built) and once more from nothing in another folder,
# third-party libraries and all, with the same pinned sources; then compares every byte. Some 10 minutes on two processors.
# Needs: what `make image` needs. Provides: exit status 0 when kernel, image and manifest are equal.
set -euo pipefail
# shellcheck source=initramfs/build/common.sh
. "$(dirname "$0")/common.sh"

# A path of another length, because lengths of paths are what leaks most often.
WORK=$(mktemp -d "${TMPDIR:-/tmp}/halcyon-reproduce-another-folder.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
trap 'exit 1' HUP INT TERM
unset MAKEFLAGS MFLAGS MAKELEVEL 2>/dev/null || true

make -C "$TOP" -j2 image HALCYON_SITE="${HALCYON_SITE:-}"
# Both are kept at once, so that work in this folder meanwhile does no harm.
mkdir "$WORK/tree" "$WORK/first"
cp "$BUILD/boot/vmlinuz" "$BUILD/boot/initramfs.img" "$BUILD/boot/manifest.txt" "$WORK/first/"
# What git knows, as it is in this folder now, committed or not.
(cd "$TOP" && git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    [ ! -e "$file" ] || printf '%s\0' "$file"
done | tar --null -T - -cf -) | tar -xf - -C "$WORK/tree"
say "building again in $WORK/tree"
env -u HALCYON_BUILD HALCYON_SOURCES="$SRC" make -C "$WORK/tree" -j2 image >"$WORK/log" 2>&1 || {
    tail -n 30 "$WORK/log" >&2
    die "the second build failed"
}
status=0
for file in vmlinuz initramfs.img manifest.txt; do
    if cmp -s "$WORK/first/$file" "$WORK/tree/build/boot/$file"; then
        say "$file: equal ($(sha256 "$WORK/first/$file"))"
    else
        say "$file: DIFFERENT"
        status=1
    fi
done
[ "$status" -eq 0 ] || {
    diff "$WORK/first/manifest.txt" "$WORK/tree/build/boot/manifest.txt" | head -n 20
    die "the two builds differ" "the lines above name the files"
}
