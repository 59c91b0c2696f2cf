#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Unpacks Debian's signed kernel, without installing it: the package lock/kernel.lock names for this suite.
# When neither HALCYON_SOURCES nor the mirror has that one any more, the one apt offers today is taken, and said to be so.
# Needs: apt, dpkg-deb. HALCYON_KERNEL_SUITE chooses another row of the lock than this machine's own suite.
# Provides: build/boot/vmlinuz (signature untouched), build/kernel/{modules/ABI,config,release,package}.
set -eu
# shellcheck source=initramfs/build/common.sh
. "$(dirname "$0")/common.sh"

# shellcheck disable=SC1091 # the machine's own
suite=${HALCYON_KERNEL_SUITE:-$(. /etc/os-release && echo "${VERSION_CODENAME:-}")}
OUT=$BUILD/kernel
mkdir -p "$SRC" "$BUILD/boot"

# locked_deb HASH PATH: print the package file if it can be had
locked_deb() {
    file=$SRC/${2##*/}
    if [ ! -f "$file" ] || [ "$(sha256 "$file")" != "$1" ]; then
        if [ -n "${HALCYON_SOURCES:-}" ]; then
            [ -f "$HALCYON_SOURCES/${2##*/}" ] || return 1
            cp "$HALCYON_SOURCES/${2##*/}" "$file.part"
        else
            base=$(archive "${2%%/*}") || return 1
            /usr/lib/apt/apt-helper -qq download-file "$base/${2#*/}" "$file.part" >"$SRC/kernel.log" 2>&1 || return 1
            rm -f "$SRC/kernel.log"
        fi
        [ "$(sha256 "$file.part")" = "$1" ] || die "'${2##*/}' is not the file the lock names" "expected sha256 $1" "found    sha256 $(sha256 "$file.part")"
        mv "$file.part" "$file"
    fi
    echo "$file"
}

# offered_deb: the package apt would install today; apt checks it against the signed index
offered_deb() {
    package=$(apt-cache depends --important linux-image-amd64 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
    [ -n "$package" ] || die "apt knows no linux-image-amd64" "refresh its lists: apt-get update"
    (cd "$SRC" && apt-get -qq download "$package" >&2) || die "apt-get download $package failed" "refresh its lists: apt-get update"
    version=$(apt-cache show "$package" | sed -n 's/^Version: //p' | head -n 1)
    file=$SRC/${package}_$(printf '%s' "$version" | sed 's/:/%3a/')_amd64.deb
    [ -f "$file" ] || die "apt-get download left no $file"
    echo "$file"
}

row=$(list "$HERE/lock/kernel.lock" | awk -v s="$suite" '$1 == s { print $4, $5 }')
deb=
# shellcheck disable=SC2086 # two words on purpose
[ -z "$row" ] || deb=$(locked_deb $row) || deb=
if [ -z "$deb" ]; then
    deb=$(offered_deb)
    note "kernel: using $(basename "$deb"), not what lock/kernel.lock names for the suite '$suite'; make lock-update brings the lock up to date"
fi

rm -rf "$OUT.new"
mkdir -p "$OUT.new/tree"
dpkg-deb -x "$deb" "$OUT.new/tree"
release=$(basename "$(ls -d "$OUT.new"/tree/boot/vmlinuz-*)")
release=${release#vmlinuz-}
modules=$OUT.new/tree/lib/modules
[ -d "$modules" ] || modules=$OUT.new/tree/usr/lib/modules
mkdir "$OUT.new/modules"
mv "$modules/$release" "$OUT.new/modules/$release"
mv "$OUT.new/tree/boot/config-$release" "$OUT.new/config"
cp "$OUT.new/tree/boot/vmlinuz-$release" "$BUILD/boot/vmlinuz.new"
mv "$BUILD/boot/vmlinuz.new" "$BUILD/boot/vmlinuz"
rm -rf "$OUT.new/tree"
echo "$release" >"$OUT.new/release"
echo "$(dpkg-deb -f "$deb" Package) $(dpkg-deb -f "$deb" Version) $(sha256 "$deb")" >"$OUT.new/package"
rm -rf "$OUT"
mv "$OUT.new" "$OUT"
say "$(basename "$deb") → ${BUILD#"$TOP/"}/boot/vmlinuz, ${OUT#"$TOP/"}/modules/$release"
