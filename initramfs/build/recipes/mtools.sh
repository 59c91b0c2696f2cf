# shellcheck shell=sh disable=SC2034 # `needs` is read by 20-build.sh
# SPDX-License-Identifier: GPL-3.0-or-later
# mtools: files on FAT volumes without mounting; one program under several names.

needs=

build() {
    ./configure --host=x86_64-linux-musl --prefix=/usr --sysconfdir=/etc --disable-floppyd --without-x
    make -j"$JOBS" mtools
    cp mtools "$DEST/bin/"
}
