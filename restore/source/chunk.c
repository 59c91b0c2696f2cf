/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One chunk out of a store: fetched, decompressed, checked, and fetched once more when it was
 * not good. */
#include <stdio.h>
#include <string.h>

#include "restore/base/log.h"
#include "restore/source/source_priv.h"

#define SUFFIX        ".cacnk"
#define PACKED_MARGIN 4096u

void
hc_chunk_name(const char *store, const struct hc_digest *digest, char ret[HC_CHUNK_NAME])
{
	char hex[HC_DIGEST_TEXT];

	hc_digest_hex(digest, hex);
	snprintf(ret, HC_CHUNK_NAME, "%s/%.4s/%s" SUFFIX, store, hex, hex);
}

/* A chunk file is a little larger than its row when the row can't be compressed (zstd's own
 * bound is 1/256 and some bytes), never more. */
static size_t
packed_max(size_t size)
{
	return size + size / 64 + PACKED_MARGIN;
}

/*
 * A store holds a chunk as X.cacnk, or uncompressed as X (transport.md 1.2).  What the last
 * chunk was is tried first, so that an uncompressed store does not cost two requests a chunk.
 */
static int
get_either(struct hc_session *session, const char *name, size_t size, bool fresh,
	   bool *ret_plain, struct hc_err *err)
{
	char plain[HC_CHUNK_NAME];
	bool use_plain = session->plain_first;

	snprintf(plain, sizeof(plain), "%.*s", (int)(strlen(name) - strlen(SUFFIX)), name);
	for (int tries = 0; tries < 2; tries++) {
		const char *which = use_plain ? plain : name;

		session->packed.size = 0;
		if (hc_session_get(session, which, packed_max(size), fresh, &session->packed,
				   err) == 0) {
			session->plain_first = *ret_plain = use_plain;
			return 0;
		}
		if (err->code != H_NOT_FOUND)
			return -1;
		use_plain = !use_plain;
	}
	return -1;
}

/* xz and gzip are casync's other two; neither is what anybody writes today (transport.md 1.2).
 */
static bool
is_foreign(struct hc_span packed)
{
	static const uint8_t xz[] = { 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00 };
	static const uint8_t gzip[] = { 0x1f, 0x8b };

	return (packed.size >= sizeof(xz) && memcmp(packed.data, xz, sizeof(xz)) == 0) ||
	       (packed.size >= sizeof(gzip) && memcmp(packed.data, gzip, sizeof(gzip)) == 0);
}

static int
unpack(struct hc_session *session, const struct hc_chunk_want *want, bool plain, void *buf,
       struct hc_err *err)
{
	struct hc_span packed = hc_buf_span(&session->packed);
	char hex[HC_DIGEST_TEXT];
	struct hc_digest found;

	if (!plain && is_foreign(packed))
		return hc_err_set(
			err, H_CHUNK_DAMAGED,
			"it is compressed by xz or gzip, or damaged; halcyon reads zstd");
	if (!plain && hc_zstd_unpack(session->zstd, packed, buf, want->size, err) < 0)
		return -1;
	if (plain && packed.size != want->size)
		return hc_err_set(err, H_CHUNK_DAMAGED, "it holds %zu bytes, not %zu",
				  packed.size, want->size);
	if (plain)
		memcpy(buf, packed.data, want->size);
	hc_digest_of(want->type, buf, want->size, &found);
	if (hc_digest_equal(&found, want->digest))
		return 0;
	hc_digest_hex(&found, hex);
	return hc_err_set(err, H_CHUNK_DAMAGED, "the digest of its %zu bytes is %s", want->size,
			  hex);
}

static int
attempt(struct hc_session *session, const struct hc_chunk_want *want, const char *name,
	bool fresh, void *buf, struct hc_err *err)
{
	bool plain = false;

	if (get_either(session, name, want->size, fresh, &plain, err) == 0)
		return unpack(session, want, plain, buf, err);
	if (err->code == H_NOT_FOUND)
		return hc_err_set(err, H_CHUNK_MISSING, "there is no such file");
	if (err->code == H_NET_TOO_LARGE)
		return hc_err_set(err, H_CHUNK_DAMAGED,
				  "it is larger than %zu bytes can become", want->size);
	return -1;
}

int
hc_chunk_read(struct hc_session *session, const struct hc_chunk_want *want, void *buf,
	      struct hc_err *err)
{
	char name[HC_CHUNK_NAME], hex[HC_DIGEST_TEXT];
	int result;

	hc_chunk_name(want->store, want->digest, name);
	result = attempt(session, want, name, false, buf, err);
	/* A cache or mirror on the way may have garbled it: once more, past the caches. */
	if (result < 0 && err->code == H_CHUNK_DAMAGED) {
		hc_log(HC_LOG_DEBUG, "%s/%s is fetched again: %s", session->place->name, name,
		       err->text[0]);
		result = attempt(session, want, name, true, buf, err);
	}
	if (result == 0)
		return 0;
	hc_digest_hex(want->digest, hex);
	hc_err_at(err, HC_NO_OFFSET, "%s/%s", session->place->name, name);
	if (want->blob_offset == HC_NO_OFFSET)
		return hc_err_wrap(err, "while reading chunk %s", hex);
	return hc_err_wrap(err, "while reading chunk %s for byte %llu of the blob", hex,
			   (unsigned long long)want->blob_offset);
}
