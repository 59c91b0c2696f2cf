# shellcheck shell=sh disable=SC2034 # `needs` is read by 20-build.sh
# SPDX-License-Identifier: GPL-3.0-or-later
# util-linux: libblkid, libfdisk and libuuid.

needs=

build() {
    ./configure --host=x86_64-linux-musl --prefix=/usr --disable-shared --enable-static --disable-dependency-tracking --disable-nls \
        --disable-all-programs --enable-libblkid --enable-libfdisk --enable-libuuid --disable-asciidoc --disable-bash-completion \
        --without-python --without-ncurses --without-systemd --without-udev --without-cryptsetup --without-econf
    make -j"$JOBS" libuuid.la libblkid.la libfdisk.la
    cp .libs/libuuid.a .libs/libblkid.a .libs/libfdisk.a "$DEST/lib/"
    mkdir -p "$DEST/include/uuid" "$DEST/include/blkid" "$DEST/include/libfdisk"
    cp libuuid/src/uuid.h "$DEST/include/uuid/"
    cp libblkid/src/blkid.h "$DEST/include/blkid/"
    cp libfdisk/src/libfdisk.h "$DEST/include/libfdisk/"
}
