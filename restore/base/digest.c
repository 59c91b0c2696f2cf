/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digests over OpenSSL's EVP. */
#include "restore/base/digest.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

struct hc_digest_ctx {
	EVP_MD_CTX *md;
};

static const EVP_MD *
algorithm(enum hc_digest_type type)
{
	return type == HC_DIGEST_SHA256 ? EVP_sha256() : EVP_sha512_256();
}

void
hc_digest_of(enum hc_digest_type type, const void *data, size_t size, struct hc_digest *ret)
{
	unsigned length = 0;
	int ok = EVP_Digest(data, size, ret->bytes, &length, algorithm(type), NULL);

	assert(ok == 1 && length == HC_DIGEST_BYTES);
	(void)ok;
}

bool
hc_digest_equal(const struct hc_digest *a, const struct hc_digest *b)
{
	return memcmp(a->bytes, b->bytes, HC_DIGEST_BYTES) == 0;
}

void
hc_digest_hex(const struct hc_digest *digest, char ret[HC_DIGEST_TEXT])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned i = 0; i < HC_DIGEST_BYTES; i++) {
		ret[2 * i] = digits[digest->bytes[i] >> 4];
		ret[2 * i + 1] = digits[digest->bytes[i] & 15];
	}
	ret[2 * HC_DIGEST_BYTES] = '\0';
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
hc_digest_parse(const char *hex, struct hc_digest *ret)
{
	struct hc_digest parsed;

	for (unsigned i = 0; i < HC_DIGEST_BYTES; i++) {
		int high = nibble(hex[2 * i]);
		int low = high < 0 ? -1 : nibble(hex[2 * i + 1]);

		if (low < 0)
			return false;
		parsed.bytes[i] = (uint8_t)(high << 4 | low);
	}
	if (hex[2 * HC_DIGEST_BYTES] != '\0')
		return false;
	*ret = parsed;
	return true;
}

struct hc_digest_ctx *
hc_digest_new(enum hc_digest_type type)
{
	struct hc_digest_ctx *ctx = calloc(1, sizeof(*ctx));

	if (ctx == NULL)
		return NULL;
	ctx->md = EVP_MD_CTX_new();
	if (ctx->md == NULL || EVP_DigestInit_ex(ctx->md, algorithm(type), NULL) != 1) {
		EVP_MD_CTX_free(ctx->md);
		free(ctx);
		return NULL;
	}
	return ctx;
}

void
hc_digest_add(struct hc_digest_ctx *ctx, const void *data, size_t size)
{
	int ok = EVP_DigestUpdate(ctx->md, data, size);

	assert(ok == 1);
	(void)ok;
}

void
hc_digest_end(struct hc_digest_ctx *ctx, struct hc_digest *ret)
{
	struct hc_digest unused;
	unsigned length = 0;
	int ok = EVP_DigestFinal_ex(ctx->md, (ret ? ret : &unused)->bytes, &length);

	assert(ok == 1 && length == HC_DIGEST_BYTES);
	(void)ok;
	EVP_MD_CTX_free(ctx->md);
	free(ctx);
}
