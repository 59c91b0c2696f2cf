#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes lock/packages.lock and lock/kernel.lock anew, with hashes from the archive's signed indexes.
# A source gets the newest Debian revision of the upstream version in lists/packages.list that the mirror really has.
# Needs: apt with a configured mirror, the Debian archive keyring, network. Provides: lock/packages.lock, lock/kernel.lock.
set -eu
# shellcheck source=initramfs/build/common.sh
. "$(dirname "$0")/common.sh"

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
trap 'exit 1' HUP INT TERM

# private_apt FOLDER ARGUMENTS: apt-get with lists of its own; the machine's configuration stays as it is
private_apt() {
    state=$1
    shift
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/parts"
    [ -e "$state/status" ] || : >"$state/status"
    apt-get -qq -o Dir::State="$state" -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status" \
        -o Dir::Cache="$state/cache" -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts="$state/parts" \
        -o APT::Architecture=amd64 -o APT::Architectures=amd64 -o APT::Sandbox::User= -o Acquire::Languages=none "$@"
}

# open_lists FOLDER TYPE SUITE...: fetch the indexes of the suites, their updates and security archives
open_lists() {
    dir=$1 type=$2
    shift 2
    mkdir -p "$dir"
    for suite; do
        echo "$type [signed-by=$KEYRING arch=amd64] $(archive debian) $suite main"
        [ "$suite" != sid ] || continue
        echo "$type [signed-by=$KEYRING arch=amd64] $(archive debian) $suite-updates main"
        echo "$type [signed-by=$KEYRING arch=amd64] $(archive debian-security) $suite-security main"
    done >"$dir/sources.list"
    private_apt "$dir" update || die "the indexes of $* can't be read" "check that the mirror carries these suites"
}

# The sources' indexes as a table: name, version, sha256, path below the host
source_table() {
    # shellcheck disable=SC2016 # $(...) is apt's own syntax
    private_apt "$WORK/src" indextargets --format '$(FILENAME) $(SITE)' 'Created-By: Sources' | while read -r file site; do
        /usr/lib/apt/apt-helper cat-file "$file" | awk -v site="${site##*/}" '
            /^Package: / { name = $2 }
            /^Version: / { version = $2 }
            /^Directory: / { dir = $2 }
            /^[^ ]/ { sums = /^Checksums-Sha256:/ }
            /^ / && sums { hash[n] = $1; path[n++] = $3 }
            /^$/ {
                for (i = 0; i < n; i++) print name, version, hash[i], site "/" dir "/" path[i]
                n = 0
            }'
    done | sort -u >"$WORK/table"
}

# on_mirror HASH: first path of that file from which the mirror gives it; fails if there is none
on_mirror() {
    [ ! -e "$WORK/files/$1.path" ] || { cat "$WORK/files/$1.path" && return 0; }
    awk -v h="$1" '$3 == h { print $4 }' "$WORK/table" >"$WORK/paths"
    while read -r path; do
        url=$(archive "${path%%/*}")/${path#*/}
        if /usr/lib/apt/apt-helper -qq download-file "$url" "$WORK/files/$1" "SHA256:$1" 2>/dev/null; then
            echo "$path" | tee "$WORK/files/$1.path"
            return 0
        fi
    done <"$WORK/paths"
    return 1
}

# files NAME VERSION: hash and path of each file of a source, once
files() { awk -v n="$1" -v v="$2" '$1 == n && $2 == v && !seen[$3]++ { print $3, $4 }' "$WORK/table"; }

# rows NAME UPSTREAM LICENCE: the lock's lines of one source. Without a revision whose patches are there: the upstream archive alone.
rows() {
    awk -v name="$1" -v upstream="$2" '$1 == name { v = $2; sub(/^[0-9]+:/, "", v); sub(/-[^-]*$/, "", v); if (v == upstream) print $2 }' \
        "$WORK/table" | sort -urV >"$WORK/versions"
    [ -s "$WORK/versions" ] || die "no suite has the source '$1' in version $2" "choose another version in lists/packages.list"
    chosen=$(while read -r version; do
        files "$1" "$version" | grep -E '\.(orig|debian)\.tar\.[a-z0-9]+$' >"$WORK/candidate"
        while read -r hash path; do
            on_mirror "$hash" >/dev/null || continue 2
        done <"$WORK/candidate"
        echo "$version"
        break
    done <"$WORK/versions")
    [ -n "$chosen" ] || chosen=$(head -n 1 "$WORK/versions")
    files "$1" "$chosen" | grep -v '\.asc$' | while read -r hash path; do
        absent=
        path=$(on_mirror "$hash") || {
            path=$(files "$1" "$chosen" | awk -v h="$hash" '$1 == h { print $2 }') absent=' absent'
            note "the mirror lacks $path"
        }
        case $path$absent in *.orig.*absent) die "no build is possible without $path" "choose another version in lists/packages.list" ;; esac
        printf '%-10s %-24s %-17s %s %s%s\n' "$1" "$chosen" "$3" "$hash" "$path" "$absent"
    done
}

packages_lock() {
    cat <<'EOF'
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make lock-update` from lists/packages.list: the sources of everything third-party in the image.
# Columns: name, Debian version, licence, sha256, path in the Debian archive.
# `absent`: the mirror did not have this file when the lock was written, so it is not fetched; its hash is from the signed index.
# `epoch` is the time stamp of everything built from this lock.
EOF
    echo "epoch $(date -u +%s)"
    list "$HERE/lists/packages.list" | while read -r name upstream licence; do rows "$name" "$upstream" "$licence"; done
}

# kernel_row SUITE: the signed kernel package that the suite's linux-image-amd64 stands for
kernel_row() {
    open_lists "$WORK/$1" deb "$1"
    package=$(private_apt "$WORK/$1" install -s --no-install-recommends linux-image-amd64 2>/dev/null |
        sed -n 's/^Inst \(linux-image-[0-9][^ ]*\) .*/\1/p' | head -n 1)
    [ -n "$package" ] || die "linux-image-amd64 of '$1' can't be resolved"
    private_apt "$WORK/$1" download --print-uris "$package" |
        sed -n "s/^'\([^']*\)' \([^ ]*\) [0-9]* SHA256:\([0-9a-f]*\)\$/\1 \2 \3/p" | while read -r url file hash; do
        path=$(printf '%s\n' "$url" | sed 's#.*/\(debian\(-security\)\{0,1\}/pool/.*\)/[^/]*$#\1#')
        version=${file#*_}
        printf '%-9s %-33s %-12s %s %s\n' "$1" "$package" "${version%_*}" "$hash" "$path/$file"
    done
}

kernel_lock() {
    cat <<'EOF'
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make lock-update`: the signed kernel package that linux-image-amd64 stands for in each suite. GPL-2.0-only.
# Columns: suite, package, version, sha256 of the .deb, path in the Debian archive.
EOF
    for suite in bookworm trixie; do kernel_row "$suite"; done
}

need apt-get apt
mkdir -p "$WORK/files"
open_lists "$WORK/src" deb-src trixie bookworm sid
source_table
packages_lock >"$WORK/packages.lock"
kernel_lock >"$WORK/kernel.lock"
for lock in packages kernel; do
    # The time stamp alone is no reason to build everything again.
    if [ -e "$HERE/lock/$lock.lock" ] && [ "$(sed '/^epoch /d' "$HERE/lock/$lock.lock")" = "$(sed '/^epoch /d' "$WORK/$lock.lock")" ]; then
        say "lock/$lock.lock is up to date"
    else
        cp "$WORK/$lock.lock" "$HERE/lock/$lock.lock"
        say "lock/$lock.lock written"
    fi
done
