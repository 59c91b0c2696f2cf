#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes the manifest of the image: lists/files.list, modules of lists/modules.list with what they need, BusyBox's applets,
# terminal descriptions, the programs in build/bin and the site's files (HALCYON_SITE). Nothing comes from this machine.
# Needs: 20-build.sh and 25-kernel.sh have run; kmod (depmod), xz for kernels whose modules are compressed.
# Argument: "programs" = fail when build/bin/halcyon or build/bin/halcyon-wizard is missing.
# Provides: build/image/manifest (input of 40-pack.sh), build/image/modules.
set -eu
# shellcheck source=initramfs/build/common.sh
. "$(dirname "$0")/common.sh"

OUT=$BUILD/image
release=$(cat "$BUILD/kernel/release" 2>/dev/null) || die "the kernel is not unpacked" "run initramfs/build/25-kernel.sh"
KMOD=$BUILD/kernel/modules/$release
DEST=$OUT/modules/lib/modules/$release

# The dependencies that depmod finds in the package's own tree, names without compression suffix and with _ for -
resolve_modules() {
    list "$HERE/lists/modules.list" | awk -v dep="$KMOD/modules.dep" -v builtin="$KMOD/modules.builtin" '
        function plain(path) { sub(/.*\//, "", path); sub(/\.ko.*$/, "", path); gsub(/-/, "_", path); return path }
        function take(path,    n, i, words) {
            if (path in taken) return
            taken[path] = 1
            print path
            n = split(needs[path], words, " ")
            for (i = 1; i <= n; i++) take(words[i])
        }
        BEGIN {
            while ((getline line < dep) > 0) {
                split(line, part, ": *")
                needs[part[1]] = part[2]
                file[plain(part[1])] = part[1]
            }
            while ((getline line < builtin) > 0) built[plain(line)] = 1
        }
        /\/$/ {
            hits = 0
            for (path in needs) if (index(path, "kernel/" $1) == 1) { take(path); hits++ }
            if (!hits) { print "no module below kernel/" $1 > "/dev/stderr"; bad = 1 }
            next
        }
        {
            name = $1; optional = sub(/^\?/, "", name); gsub(/-/, "_", name)
            if (name in file) take(file[name])
            else if (!(name in built) && !optional) { print "no module named " name > "/dev/stderr"; bad = 1 }
        }
        END { exit bad }'
}

# Copies modules as they are: a signature is the tail of the uncompressed file and stays with it.
collect_modules() {
    depmod -b "$BUILD/kernel/depmod" "$release"
    rm -rf "$OUT/modules"
    mkdir -p "$DEST"
    resolve_modules >"$OUT/modules.taken" || die "lists/modules.list names modules that $release does not have" \
        "correct the list, or put a ? before a name that only some kernels have"
    sort -o "$OUT/modules.taken" "$OUT/modules.taken"
    while read -r path; do
        mkdir -p "$DEST/${path%/*}"
        case $path in
            *.xz) xz -dc "$KMOD/$path" >"$DEST/${path%.xz}" ;;
            *) ln "$KMOD/$path" "$DEST/$path" 2>/dev/null || cp "$KMOD/$path" "$DEST/$path" ;;
        esac
    done <"$OUT/modules.taken"
    cp "$KMOD/modules.builtin" "$KMOD/modules.builtin.modinfo" "$KMOD/modules.order" "$DEST/"
    depmod -b "$OUT/modules" "$release"
    # BusyBox reads the text forms only.
    rm -f "$DEST"/modules.*.bin "$DEST/modules.builtin.modinfo" "$DEST/modules.order" "$DEST/modules.devname" "$DEST/modules.softdep.bin"
}

# tree SOURCE NAME: manifest lines for a folder and all that is in it
tree() {
    find "$1" -mindepth 1 \( -type d -o -type f -o -type l \) | sort | while read -r path; do
        name=$2${path#"$1"}
        case $path in *[[:space:]]*) die "a file name with a blank can't go into the image: '$path'" "rename it" ;; esac
        if [ -d "$path" ]; then
            echo "dir $name 755 0 0"
        elif [ -x "$path" ]; then
            echo "file $name $(readlink -f "$path") 755 0 0"
        else
            echo "file $name $(readlink -f "$path") 644 0 0"
        fi
    done
}

busybox_links() {
    "$SYSROOT/bin/busybox" --list | grep -v '^busybox$' | while read -r applet; do
        grep -q "^[a-z]* /bin/$applet " "$OUT/files" || echo "slink /bin/$applet busybox 777 0 0"
    done
}

programs() {
    for program in halcyon halcyon-wizard; do
        if [ -f "$BUILD/bin/$program" ]; then
            strip -o "$OUT/$program" "$BUILD/bin/$program"
            echo "file /bin/$program $OUT/$program 755 0 0"
        elif [ "${1:-}" = programs ]; then
            die "${BUILD#"$TOP/"}/bin/$program is missing" "build it first: make static"
        else
            note "${BUILD#"$TOP/"}/bin/$program is missing: the image can start, but not restore"
        fi
    done
}

# The site's own files: certificates that are trusted, firmware the kernel loads, drivers and keys for the engine
site() {
    : >"$OUT/ca-certificates.crt"
    echo "file /etc/ssl/certs/ca-certificates.crt $OUT/ca-certificates.crt 644 0 0"
    [ -n "${HALCYON_SITE:-}" ] || return 0
    [ -d "$HALCYON_SITE" ] || die "HALCYON_SITE is no folder: '$HALCYON_SITE'" "see initramfs/README.md"
    folder=$(cd "$HALCYON_SITE" && pwd)
    tree "$folder" /etc/halcyon/site | grep -v -e ' /etc/halcyon/site/firmware ' -e ' /etc/halcyon/site/firmware/' || true
    [ ! -d "$folder/firmware" ] || tree "$folder/firmware" /lib/firmware
    for cert in "$folder"/ca/*.crt "$folder"/ca/*.pem; do
        [ ! -f "$cert" ] || { cat "$cert" && echo; } >>"$OUT/ca-certificates.crt"
    done
}

need depmod kmod
need xz xz-utils
mkdir -p "$OUT"
# depmod wants lib/modules/RELEASE below its base.
mkdir -p "$BUILD/kernel/depmod/lib"
ln -sfn "$BUILD/kernel/modules" "$BUILD/kernel/depmod/lib/modules"
collect_modules
list "$HERE/lists/files.list" | sed -e "s#\${TOP}#$TOP#" -e "s#\${BUILD}#$BUILD#" >"$OUT/files"
# Kept apart: a function in a pipe could fail without anybody noticing.
programs "${1:-}" >"$OUT/files.programs"
busybox_links >"$OUT/files.busybox"
tree "$SYSROOT/share/terminfo" /etc/terminfo >"$OUT/files.terminfo"
tree "$OUT/modules/lib/modules" /lib/modules >"$OUT/files.modules"
site >"$OUT/files.site"
cat "$OUT/files" "$OUT/files.programs" "$OUT/files.busybox" "$OUT/files.terminfo" "$OUT/files.modules" "$OUT/files.site" >"$OUT/manifest"
say "lists, $(wc -l <"$OUT/modules.taken") modules of $release → ${OUT#"$TOP/"}/manifest ($(wc -l <"$OUT/manifest") entries)"
