/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Digests: SHA-256 and SHA-512/256, both 32 bytes; the processor's own instructions where it has them.
 * The only user of libcrypto's hashes.
 *
 * Source:  FIPS 180-4; transport.md section 1.2 for which one a repository uses.
 * Example:
 *	struct hc_digest d;
 *	hc_digest_of(HC_DIGEST_SHA256, bytes, size, &d);
 */
#ifndef HC_BASE_DIGEST_H
#define HC_BASE_DIGEST_H

#include <stdbool.h>

#include "restore/base/bytes.h"

#define HC_DIGEST_BYTES 32
#define HC_DIGEST_TEXT  65 /* hex digits and NUL */

enum hc_digest_type {
	HC_DIGEST_SHA256,
	HC_DIGEST_SHA512_256,
};

struct hc_digest {
	uint8_t bytes[HC_DIGEST_BYTES];
};

void hc_digest_of(enum hc_digest_type type, const void *data, size_t size,
		  struct hc_digest *ret);
bool hc_digest_equal(const struct hc_digest *a, const struct hc_digest *b);
void hc_digest_hex(const struct hc_digest *digest, char ret[HC_DIGEST_TEXT]);
/* Exactly 64 lower-case hex digits; false otherwise. */
bool hc_digest_parse(const char *hex, struct hc_digest *ret);

/* Piecewise.  hc_digest_new returns NULL when memory is out; hc_digest_end frees it too. */
struct hc_digest_ctx;
struct hc_digest_ctx *hc_digest_new(enum hc_digest_type type);
void hc_digest_add(struct hc_digest_ctx *ctx, const void *data, size_t size);
void hc_digest_end(struct hc_digest_ctx *ctx, struct hc_digest *ret);

#endif
