# shellcheck shell=sh disable=SC2034 # `needs` is read by 20-build.sh
# SPDX-License-Identifier: GPL-3.0-or-later
# NTFS-3G: the library, the FUSE mount for media (its own FUSE inside), and the tools that check, make and recover a volume.

needs=

build() {
    # configure.ac calls libgcrypt's macro, although encrypted files are left out: without libgcrypt's own it has to exist.
    mkdir -p m4
    # shellcheck disable=SC2016 # m4's own $3
    echo 'AC_DEFUN([AM_PATH_LIBGCRYPT], [$3])' >m4/libgcrypt.m4
    autoreconf -fi
    ./configure --host=x86_64-linux-musl --prefix=/usr --disable-shared --enable-static --disable-dependency-tracking \
        --disable-ldconfig --disable-mtab --disable-plugins --disable-nfconv --enable-extras --disable-crypto --without-uuid \
        --without-hd --with-fuse=internal
    make -C include -j"$JOBS"
    make -C libntfs-3g -j"$JOBS"
    make -C libfuse-lite -j"$JOBS"
    make -C src -j"$JOBS" ntfs-3g
    make -C ntfsprogs -j"$JOBS" ntfsfix mkntfs ntfsrecover
    cp libntfs-3g/.libs/libntfs-3g.a "$DEST/lib/"
    cp src/ntfs-3g ntfsprogs/ntfsfix ntfsprogs/mkntfs ntfsprogs/ntfsrecover "$DEST/bin/"
    mkdir -p "$DEST/include/ntfs-3g"
    cp include/ntfs-3g/*.h "$DEST/include/ntfs-3g/"
}
