#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the pinned sources statically against musl: one recipe each in recipes/NAME.sh.
# Needs: 10-fetch.sh has run; gcc, musl-dev, linux-libc-dev, make, patch, autoconf, automake, libtool, pkgconf, gettext.
# Arguments: names of sources, none = all. A source is built again only when its recipe, its lock entry or the compiler changed.
# Provides: build/sysroot/{include,lib,bin,share}; with no arguments also build/sysroot/.done.
#
# A recipe sets `needs` (names built before it) and defines build(), which runs in the patched source folder and installs into
# $DEST/{include,lib,bin,share}. It finds the compiler as $CC, flags in $CFLAGS and $LDFLAGS, `make` jobs in $JOBS.
set -eu
# shellcheck source=initramfs/build/common.sh
. "$(dirname "$0")/common.sh"

JOBS=${JOBS:-2}
CC=hc-cc
CFLAGS='-O2 -ffunction-sections -fdata-sections -fstack-protector-strong'
LDFLAGS='-static-pie -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,relro,-z,now -s'
SOURCE_DATE_EPOCH=$(epoch)
LISTS=$HERE/lists
export CC CFLAGS LDFLAGS JOBS SOURCE_DATE_EPOCH LISTS
export AR=ar RANLIB=ranlib TZ=UTC0 ZERO_AR_DATE=1
# Libraries of this machine are not for us: pkg-config finds nothing, configure only what the recipe names.
export PKG_CONFIG_LIBDIR=/nonexistent
unset MAKEFLAGS MFLAGS MAKELEVEL CPPFLAGS CONFIG_SITE PKG_CONFIG_PATH 2>/dev/null || true

# The compiler under a name without a path, so that no folder of this machine gets into what programs record of their build.
write_compiler() {
    mkdir -p "$BUILD/toolchain"
    cat >"$BUILD/toolchain/hc-cc.new" <<EOF
#!/bin/sh
exec gcc -specs='$HERE/build/musl.specs' -ffile-prefix-map='$THIRD'=. -ffile-prefix-map='$SYSROOT'=sysroot \\
    -isystem '$SYSROOT/include' -isystem '$SYSROOT/kernel-headers' -L'$SYSROOT/lib' "\$@"
EOF
    chmod +x "$BUILD/toolchain/hc-cc.new"
    mv "$BUILD/toolchain/hc-cc.new" "$BUILD/toolchain/hc-cc"
    PATH=$BUILD/toolchain:$PATH
    export PATH
}

# musl brings no kernel headers: link those of linux-libc-dev, and only those, into a folder of their own.
link_kernel_headers() {
    mkdir -p "$SYSROOT/kernel-headers" "$SYSROOT/include" "$SYSROOT/lib" "$SYSROOT/bin"
    [ -d /usr/include/linux ] || die "the kernel's headers are missing" "install them: apt-get install linux-libc-dev"
    for dir in linux asm-generic mtd misc rdma sound video drm xen; do
        [ ! -d "/usr/include/$dir" ] || ln -sfn "/usr/include/$dir" "$SYSROOT/kernel-headers/$dir"
    done
    ln -sfn "/usr/include/$(gcc -print-multiarch)/asm" "$SYSROOT/kernel-headers/asm"
}

# fingerprint NAME: hash of all that decides what the build gives
fingerprint() {
    {
        grep -E "^($1|epoch) " "$LOCK"
        echo "$CFLAGS $LDFLAGS $PKG_CONFIG_LIBDIR"
        cat "$BUILD/toolchain/hc-cc" "$HERE/build/musl.specs" "$HERE/build/recipes/$1.sh"
        [ "$1" != busybox ] || cat "$HERE/lists/applets.list" "$HERE/build/busybox-config.sh"
        [ "$1" != ncurses ] || cat "$HERE/lists/terminfo.list"
        gcc --version | head -n 1
        dpkg-query -W -f '${Version}\n' musl-dev linux-libc-dev 2>/dev/null || true
        for need in $needs; do cat "$THIRD/$need.stamp"; done
    } | sha256sum | cut -d ' ' -f 1
}

build_one() {
    name=$1 needs=
    [ -f "$HERE/build/recipes/$name.sh" ] || die "no recipe for '$name'" "recipes: $(ls "$HERE/build/recipes")"
    # shellcheck source=/dev/null
    . "$HERE/build/recipes/$name.sh"
    for need in $needs; do (build_one "$need"); done
    stamp=$(fingerprint "$name")
    [ "$(cat "$THIRD/$name.stamp" 2>/dev/null)" != "$stamp" ] || return 0
    start=$(date +%s)
    rm -f "$THIRD/$name.stamp"
    unpack "$name" "$THIRD/$name"
    mkdir -p "$THIRD/$name/dest"
    DEST=$THIRD/$name/dest
    export DEST
    mkdir -p "$DEST/lib" "$DEST/include" "$DEST/bin"
    # A shell of its own, so that set -e holds inside build() although its failure is handled here.
    sh -eu -c '. "$1"; cd "$2"; build' sh "$HERE/build/recipes/$name.sh" "$THIRD/$name/src" >"$THIRD/$name/log" 2>&1 || {
        tail -n 30 "$THIRD/$name/log" >&2
        die "building $name failed" "the whole log: $THIRD/$name/log"
    }
    cp -R "$DEST/." "$SYSROOT/"
    echo "$stamp" >"$THIRD/$name.stamp"
    rm -rf "$THIRD/$name/src" "$THIRD/$name/debian"
    say "$name $(awk -v n="$name" '$1 == n { print $2; exit }' "$LOCK") → ${SYSROOT#"$TOP/"} ($(($(date +%s) - start)) s)"
}

need gcc gcc
need make make
need patch patch
[ -f /usr/lib/x86_64-linux-musl/rcrt1.o ] || die "musl is missing" "install it: apt-get install musl-dev musl-tools"
need flock util-linux
mkdir -p "$THIRD"
# One build at a time in this folder: two would remove each other's sources.
exec 9>"$THIRD/.lock"
flock -n 9 || { say "waiting for another build of ${THIRD#"$TOP/"}" && flock 9; }
write_compiler
link_kernel_headers
if [ $# -gt 0 ]; then
    for one; do build_one "$one"; done
    exit 0
fi
"$HERE/build/10-fetch.sh"
# Two lanes, because OpenSSL takes as long as everything else.
rm -f "$SYSROOT/.done"
(build_one openssl && build_one curl) &
lane=$!
trap 'kill "$lane" 2>/dev/null || true' EXIT
trap 'exit 1' HUP INT TERM
for one in $(list "$HERE/lists/packages.list" | awk '$1 != "openssl" && $1 != "curl" { print $1 }'); do build_one "$one"; done
wait "$lane" || die "the OpenSSL and curl lane failed" "its message is above"
trap - EXIT
: >"$SYSROOT/.done"
