# shellcheck shell=sh disable=SC2034 # `needs` is read by 20-build.sh
# SPDX-License-Identifier: GPL-3.0-or-later
# BusyBox: configured from lists/applets.list, everything else off.

needs=

build() {
    # Its partial links (-r) must not see the flags of the last one.
    unset LDFLAGS
    sh "$LISTS/../build/busybox-config.sh" "$LISTS/applets.list" .
    make -j"$JOBS" CC="$CC" HOSTCC=gcc CONFIG_EXTRA_CFLAGS="$CFLAGS" CONFIG_EXTRA_LDFLAGS='-static-pie -Wl,--build-id=none' SKIP_STRIP=y busybox
    strip -o "$DEST/bin/busybox" busybox
}
