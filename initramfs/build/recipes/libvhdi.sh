# shellcheck shell=sh disable=SC2034 # `needs` is read by 20-build.sh
# SPDX-License-Identifier: GPL-3.0-or-later
# libvhdi: VHD and VHDX images. Debian's changes to it are packaging only.

needs=

build() {
    # musl has bindtextdomain, which configure sees; but with --disable-nls its header is not included, and gcc 14 refuses that.
    export ac_cv_func_bindtextdomain=no
    ./configure --host=x86_64-linux-musl --prefix=/usr --disable-shared --enable-static --disable-dependency-tracking --disable-nls \
        --disable-python --without-libfuse --enable-wide-character-type=no
    for dir in common libcerror libcthreads libcdata libclocale libcnotify libcsplit libuna libcfile libcpath libbfio libfcache libfdata \
        libfguid libvhdi; do
        [ ! -d "$dir" ] || make -C "$dir" -j"$JOBS"
    done
    cp libvhdi/.libs/libvhdi.a "$DEST/lib/"
    mkdir -p "$DEST/include/libvhdi"
    cp include/libvhdi.h "$DEST/include/"
    cp include/libvhdi/*.h "$DEST/include/libvhdi/"
}
