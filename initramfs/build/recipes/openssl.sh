# shellcheck shell=sh disable=SC2034 # `needs` is read by 20-build.sh
# SPDX-License-Identifier: GPL-3.0-or-later
# OpenSSL: libcrypto and libssl alone. Its assembly (SHA-256 with the processor's own instructions) stays on.

needs=

build() {
    # no-secure-memory..: what a client of HTTPS does not need. /etc/ssl is where the image keeps its trusted certificates.
    perl ./Configure linux-x86_64 --prefix=/usr --openssldir=/etc/ssl --libdir=lib \
        no-shared no-tests no-docs no-apps no-module no-engine no-dso no-legacy no-autoload-config no-afalgeng no-async \
        no-comp no-quic no-dtls no-srp no-psk no-ssl3 no-idea no-seed no-bf no-cast no-rc2 no-rc4 no-md4 no-mdc2 no-whirlpool no-camellia \
        no-aria no-sm2 no-sm3 no-sm4 no-gost no-ocsp no-cmp no-cms no-ts no-ct no-ui-console no-ml-dsa no-slh-dsa \
        CC="$CC" CFLAGS="$CFLAGS"
    make -j"$JOBS" build_generated
    make -j"$JOBS" libcrypto.a libssl.a
    cp libcrypto.a libssl.a "$DEST/lib/"
    mkdir -p "$DEST/include/openssl"
    cp include/openssl/*.h "$DEST/include/openssl/"
}
