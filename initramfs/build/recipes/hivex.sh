# shellcheck shell=sh disable=SC2034 # `needs` is read by 20-build.sh
# SPDX-License-Identifier: GPL-3.0-or-later
# hivex: the registry hive library alone, without bindings and programs.

needs=

build() {
    ./configure --host=x86_64-linux-musl --prefix=/usr --disable-shared --enable-static --disable-dependency-tracking --disable-nls \
        --disable-ocaml --disable-perl --disable-python --disable-ruby --without-readline
    make -C gnulib/lib -j"$JOBS"
    make -C lib -j"$JOBS" libhivex.la
    cp lib/.libs/libhivex.a "$DEST/lib/"
    cp include/hivex.h "$DEST/include/"
}
