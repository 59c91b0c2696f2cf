# shellcheck shell=sh disable=SC2034 # `needs` is read by 20-build.sh
# SPDX-License-Identifier: GPL-3.0-or-later
# zstd: the library, with its thread pool.

needs=

build() {
    make -C lib -j"$JOBS" libzstd.a-mt CC="$CC" CFLAGS="$CFLAGS"
    cp lib/libzstd.a "$DEST/lib/"
    cp lib/zstd.h lib/zstd_errors.h lib/zdict.h "$DEST/include/"
}
