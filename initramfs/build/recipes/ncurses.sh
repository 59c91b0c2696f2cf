# shellcheck shell=sh disable=SC2034 # `needs` is read by 20-build.sh
# SPDX-License-Identifier: GPL-3.0-or-later
# ncurses: the wide library with only the terminals of lists/terminfo.list; no program needs /usr/share/terminfo of the build host.

needs=

build() {
    ./configure --host=x86_64-linux-musl --prefix=/usr --with-build-cc=gcc --without-shared --without-debug --without-cxx \
        --without-cxx-binding --without-ada --without-manpages --without-tests --disable-db-install --without-progs --enable-widec \
        --enable-ext-colors --with-default-terminfo-dir=/etc/terminfo --with-terminfo-dirs=/etc/terminfo:/lib/terminfo:/usr/share/terminfo \
        --disable-stripping --with-fallbacks="$(sed -e 's/#.*//' "$LISTS/terminfo.list" | xargs | tr ' ' ',')" \
        --with-tic-path="$(command -v tic)" --with-infocmp-path="$(command -v infocmp)"
    make -C include -j"$JOBS"
    make -C ncurses -j"$JOBS"
    make -C panel -j"$JOBS"
    cp lib/libncursesw.a lib/libpanelw.a "$DEST/lib/"
    # Debian splits libtinfo off; an empty one lets the same -l options serve both builds.
    ar rcs "$DEST/lib/libtinfo.a"
    make -C include install.includes DESTDIR="$PWD/out"
    cp out/usr/include/*/*.h "$DEST/include/" 2>/dev/null || cp out/usr/include/*.h "$DEST/include/"
    mkdir -p "$DEST/share/terminfo"
    tic -x -o "$DEST/share/terminfo" -e "$(sed -e 's/#.*//' "$LISTS/terminfo.list" | xargs | tr ' ' ',')" misc/terminfo.src
}
