#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Brings the sources named in lock/packages.lock to build/sources, from the folder HALCYON_SOURCES or the mirror apt is configured for.
# Needs: apt (for the mirror). Arguments: names of sources, none = all.
# Provides: build/sources/FILE, each with the hash the lock names; nothing else gets its final name there.
set -eu
# shellcheck source=initramfs/build/common.sh
. "$(dirname "$0")/common.sh"

# wanted [NAME...]: lines "hash path" of the lock
wanted() {
    list "$LOCK" | awk -v names=" $* " 'NF == 5 && (names == "  " || index(names, " " $1 " ")) { print $4, $5 }'
}

# from_folder FILE HASH
from_folder() {
    found=$HALCYON_SOURCES/$1
    [ -f "$found" ] || die "the file '$1' is missing in the folder HALCYON_SOURCES ($HALCYON_SOURCES)" \
        "put it there (its sha256 is $2), or unset HALCYON_SOURCES to use the mirror"
    [ "$(sha256 "$found")" = "$2" ] || die "the file '$found' is not the one the lock names" \
        "expected sha256 $2" "found    sha256 $(sha256 "$found")" "replace it with the right file"
    cp "$found" "$SRC/$1.part"
}

# from_mirror FILE HASH PATH: apt's own downloader, so that its proxy and credentials apply
from_mirror() {
    base=$(archive "${3%%/*}") || exit 1
    /usr/lib/apt/apt-helper -qq download-file "$base/${3#*/}" "$SRC/$1.part" >"$SRC/$1.log" 2>&1 || {
        cat "$SRC/$1.log" >&2
        rm -f "$SRC/$1.part"
        die "the mirror does not give '$3'" \
            "no network: set HALCYON_SOURCES to a folder that holds the file (sha256 $2)" \
            "replaced by a newer version: make lock-update, then build again"
    }
    rm -f "$SRC/$1.log"
    [ "$(sha256 "$SRC/$1.part")" = "$2" ] || {
        found=$(sha256 "$SRC/$1.part")
        rm -f "$SRC/$1.part"
        die "what the mirror sent as '$3' is not the file the lock names" "expected sha256 $2" "found    sha256 $found" \
            "try again, or look at the mirror; nothing was unpacked"
    }
}

mkdir -p "$SRC"
trap 'rm -f "$SRC"/*.part' EXIT
trap 'exit 1' HUP INT TERM
new=0 kept=0
for name; do
    list "$LOCK" | grep -q "^$name " || die "the lock has no source named '$name'" "names: $(list "$LOCK" | awk 'NF == 5 { print $1 }' | sort -u | xargs)"
done
wanted "$@" >"$SRC/.wanted.$$"
while read -r hash path; do
    file=${path##*/}
    if [ -f "$SRC/$file" ] && [ "$(sha256 "$SRC/$file")" = "$hash" ]; then
        kept=$((kept + 1))
        continue
    fi
    if [ -n "${HALCYON_SOURCES:-}" ]; then from_folder "$file" "$hash"; else from_mirror "$file" "$hash" "$path"; fi
    mv "$SRC/$file.part" "$SRC/$file"
    new=$((new + 1))
done <"$SRC/.wanted.$$"
rm -f "$SRC/.wanted.$$"
say "lock/packages.lock → ${SRC#"$TOP/"}: $new fetched, $kept already there"
