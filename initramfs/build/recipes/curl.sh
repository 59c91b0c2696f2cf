# shellcheck shell=sh disable=SC2034 # `needs` is read by 20-build.sh
# SPDX-License-Identifier: GPL-3.0-or-later
# curl: libcurl for HTTP and HTTPS, nothing else; certificates where OpenSSL and the image keep them.

needs=openssl

build() {
    # Debian's patch set touches configure.ac, and its libtool flavour patch needs the autotools anew.
    autoreconf -fi
    ./configure --host=x86_64-linux-musl --prefix=/usr --disable-shared --enable-static --disable-dependency-tracking \
        --with-openssl --with-ca-bundle=/etc/ssl/certs/ca-certificates.crt --with-ca-path=/etc/ssl/certs \
        --without-libpsl --without-libidn2 --without-brotli --without-zstd --without-zlib --without-nghttp2 --without-librtmp \
        --without-libssh2 --disable-ldap --disable-ftp --disable-file --disable-rtsp --disable-dict --disable-telnet \
        --disable-tftp --disable-pop3 --disable-imap --disable-smb --disable-smtp --disable-gopher --disable-mqtt --disable-ipfs \
        --disable-manual --disable-docs --disable-ntlm --disable-tls-srp --disable-alt-svc --disable-hsts --disable-websockets \
        --enable-threaded-resolver
    make -C lib -j"$JOBS"
    cp lib/.libs/libcurl.a "$DEST/lib/"
    mkdir -p "$DEST/include/curl"
    cp include/curl/*.h "$DEST/include/curl/"
}
