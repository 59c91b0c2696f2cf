/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes that are kept encrypted and authenticated, by a passphrase or by the bytes of a key file.
 * The only user of libcrypto's ciphers.
 *
 * Shape:   all numbers little-endian:
 *            0   16  "halcyon crypted\n"
 *            16   4  version, 1: key by scrypt (N 2^15, r 8, p 3), AES-256-GCM
 *            20  32  salt of scrypt
 *            52  12  nonce of GCM
 *            64   8  bytes of the content
 *            72      the content, encrypted
 *            end-16  tag of GCM; it covers bytes 0 to 71 and the context too
 *          Salt and nonce are new for each.  The context says what the content is, "RUN/sectors", and is not stored: bytes
 *          that were put in the place of others do not decrypt.
 * Units:   bytes.
 * Owner:   both append to the caller's buffer, which holds nothing of the content after a failure.
 * Errors:  H_UNDO_KEY: another secret, another context, or damaged bytes: which of them can't be told.
 *          H_OUT_OF_MEMORY: scrypt takes 32 MiB.
 * Source:  RFC 7914 (scrypt), NIST SP 800-38D (GCM); the parameters of scrypt: OWASP, Password Storage Cheat Sheet.
 */
#ifndef HC_BASE_ENCRYPTED_H
#define HC_BASE_ENCRYPTED_H

#include "restore/base/bytes.h"

/* More than the content has. */
#define HC_ENCRYPTED_OVERHEAD 88u

int hc_encrypt(struct hc_span secret, const char *context, struct hc_span content,
	       struct hc_buf *out, struct hc_err *err);
int hc_decrypt(struct hc_span secret, const char *context, struct hc_span bytes,
	       struct hc_buf *out, struct hc_err *err);

#endif
