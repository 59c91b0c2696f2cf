# shellcheck shell=sh disable=SC2034 # `needs` is read by 20-build.sh
# SPDX-License-Identifier: GPL-3.0-or-later
# libmspack: Microsoft cabinet files.

needs=

build() {
    ./configure --host=x86_64-linux-musl --prefix=/usr --disable-shared --enable-static --disable-dependency-tracking
    make -j"$JOBS" libmspack.la
    cp .libs/libmspack.a "$DEST/lib/"
    cp mspack/mspack.h "$DEST/include/"
}
