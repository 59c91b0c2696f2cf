# shellcheck shell=sh disable=SC2034 # `needs` is read by 20-build.sh
# SPDX-License-Identifier: GPL-3.0-or-later
# dosfstools: making and checking FAT volumes.

needs=

build() {
    ./configure --host=x86_64-linux-musl --prefix=/usr --disable-dependency-tracking --without-udev --without-iconv
    make -C src -j"$JOBS" mkfs.fat fsck.fat
    cp src/mkfs.fat src/fsck.fat "$DEST/bin/"
}
