# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What every script of the image build shares: folders, messages, the lock, the archive's address.
# Needs: to be sourced by a script of this folder, LC_ALL is set here. Provides: TOP HERE BUILD SRC SYSROOT and the functions below.

LC_ALL=C
export LC_ALL
umask 022
HERE=$(cd "$(dirname "$0")/.." && pwd)
TOP=$(cd "$HERE/.." && pwd)
BUILD=${HALCYON_BUILD:-build}
case $BUILD in
    /*) ;;
    *) BUILD=$TOP/$BUILD ;;
esac
# shellcheck disable=SC2034 # used by the scripts that source this file
SRC=$BUILD/sources THIRD=$BUILD/third SYSROOT=$BUILD/sysroot LOCK=$HERE/lock/packages.lock

say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*"; }
note() { printf 'NOTE: %s\n' "$*" >&2; }
die() {
    printf '%s: error: %s\n' "$(basename "$0" .sh)" "$1" >&2
    shift
    for hint; do printf '    %s\n' "$hint" >&2; done
    exit 1
}

# list FILE: its lines without comments and blank lines
list() { sed -e 's/[[:space:]]*#.*//' -e '/^[[:space:]]*$/d' "$1"; }

# need PROGRAM PACKAGE: stop when a tool of the build host is missing
need() { command -v "$1" >/dev/null 2>&1 || die "the program '$1' is missing" "install it: apt-get install $2"; }

# epoch: the one time stamp of everything built from this lock
epoch() { awk '$1 == "epoch" { print $2 }' "$LOCK"; }

sha256() { sha256sum "$1" | cut -d ' ' -f 1; }

# archive NAME: base address of the archive `debian` or `debian-security`, as this machine's apt knows it
archive() {
    # shellcheck disable=SC2016 # apt's own syntax
    sites=$(apt-get indextargets --format '$(SITE)' | sed 's#/*$##' | sort -u)
    site=$(printf '%s\n' "$sites" | grep "/$1\$" | head -n 1) || true
    if [ -z "$site" ]; then
        site=$(printf '%s\n' "$sites" | grep '/debian$' | head -n 1) || true
        [ -n "$site" ] || die "apt knows no mirror whose path ends in /debian" \
            "configure one in /etc/apt/sources.list.d, or set HALCYON_SOURCES to a folder that holds the files"
        site=${site%/debian}/$1
    fi
    printf '%s\n' "$site"
}

# unpack NAME FOLDER: the upstream archive plus Debian's patches in FOLDER/src, checked against the lock once more
unpack() {
    "$HERE/build/10-fetch.sh" "$1" >/dev/null
    rm -rf "${2:?}"
    mkdir -p "$2/src"
    awk -v n="$1" '$1 == n && NF == 5 { print $5 }' "$LOCK" | while read -r path; do
        case $path in
            *.orig.tar.*) tar -xf "$SRC/${path##*/}" -C "$2/src" --strip-components=1 ;;
            *.debian.tar.*) tar -xf "$SRC/${path##*/}" -C "$2" debian ;;
        esac
    done
    if [ -f "$2/debian/patches/series" ]; then
        list "$2/debian/patches/series" | while read -r patch _; do
            patch -d "$2/src" -p1 -s --no-backup-if-mismatch <"$2/debian/patches/$patch" ||
                die "Debian's patch '$patch' does not apply to $1"
        done
    fi
    # One time stamp for all files: make must not think that a patched configure.ac asks for new autotools output.
    find "$2/src" -exec touch -h -d "@$(epoch)" {} +
}
