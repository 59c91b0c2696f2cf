# shellcheck shell=sh disable=SC2034 # `needs` is read by 20-build.sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Jansson: JSON.

needs=

build() {
    autoreconf -fi
    ./configure --host=x86_64-linux-musl --prefix=/usr --disable-shared --enable-static --disable-dependency-tracking
    make -C src -j"$JOBS" libjansson.la
    cp src/.libs/libjansson.a "$DEST/lib/"
    cp src/jansson.h src/jansson_config.h "$DEST/include/"
}
