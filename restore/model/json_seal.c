/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The seal: a document's own SHA-256 as its last member "seal", so that one changed bit anywhere is found. */
#include <stdlib.h>
#include <string.h>

#include "restore/base/digest.h"
#include "restore/model/json_priv.h"

static const char after[] = "\"\n}\n";

/* Offset of the 64 digits: they stand at a fixed distance from the end. */
static int
find_digits(struct hc_span bytes, size_t *ret, struct hc_err *err)
{
	const size_t before = sizeof(HC_SEAL_BEFORE) - 1, tail = sizeof(after) - 1;
	const char *text = (const char *)bytes.data;
	size_t digits;

	if (bytes.size < before + HC_SEAL_DIGITS + tail)
		return hc_err_set(err, H_DOC_SEAL,
				  "%zu bytes are too few for a sealed document", bytes.size);
	digits = bytes.size - tail - HC_SEAL_DIGITS;
	if (memcmp(text + digits - before, HC_SEAL_BEFORE, before) != 0 ||
	    memcmp(text + bytes.size - tail, after, tail) != 0)
		return hc_err_set(err, H_DOC_SEAL, "the document does not end with its seal");
	*ret = digits;
	return 0;
}

static int
digest_without(struct hc_span bytes, size_t digits, struct hc_digest *ret, struct hc_err *err)
{
	static const char zeros[] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	struct hc_digest_ctx *ctx = hc_digest_new(HC_DIGEST_SHA256);

	if (ctx == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a digest");
	hc_digest_add(ctx, bytes.data, digits);
	hc_digest_add(ctx, zeros, HC_SEAL_DIGITS);
	hc_digest_add(ctx, bytes.data + digits + HC_SEAL_DIGITS,
		      bytes.size - digits - HC_SEAL_DIGITS);
	hc_digest_end(ctx, ret);
	return 0;
}

int
hc_seal_check(struct hc_span bytes, struct hc_err *err)
{
	struct hc_digest digest;
	char hex[HC_DIGEST_TEXT];
	size_t digits;

	if (find_digits(bytes, &digits, err) < 0 ||
	    digest_without(bytes, digits, &digest, err) < 0)
		return -1;
	hc_digest_hex(&digest, hex);
	if (memcmp(bytes.data + digits, hex, HC_SEAL_DIGITS) == 0)
		return 0;
	return hc_err_set(err, H_DOC_SEAL, "the document's sha256 is %s, but it says %.64s",
			  hex, (const char *)bytes.data + digits);
}

int
hc_seal_fill(struct hc_buf *out, size_t start, struct hc_err *err)
{
	struct hc_span bytes = hc_span(out->data + start, out->size - start);
	struct hc_digest digest;
	char hex[HC_DIGEST_TEXT];
	size_t digits;

	if (find_digits(bytes, &digits, err) < 0 ||
	    digest_without(bytes, digits, &digest, err) < 0)
		return -1;
	hc_digest_hex(&digest, hex);
	memcpy(out->data + start + digits, hex, HC_SEAL_DIGITS);
	return 0;
}

void
hc_doc_seal(struct hc_span bytes, char ret[HC_SEAL_TEXT])
{
	struct hc_err ignored;
	size_t digits;

	ret[0] = '\0';
	if (find_digits(bytes, &digits, &ignored) < 0)
		return;
	memcpy(ret, bytes.data + digits, HC_SEAL_DIGITS);
	ret[HC_SEAL_DIGITS] = '\0';
}
