/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the chunk index: a good one of three rows, and what can be wrong with it. */
#ifndef HC_TESTS_INDEX_CASES_H
#define HC_TESTS_INDEX_CASES_H

#include <stdlib.h>

#include "restore/source/source_priv.h"
#include "tests/unit/castr_store.h"
#include "tests/unit/tap.h"

static struct hc_index_row rows_of_3[] = { { 1000, { { 1 } } },
					   { 1001, { { 2 } } },
					   { 66537, { { 3 } } } };

static void
good_index(struct hc_buf *out)
{
	const struct hc_index index = { .digest = HC_DIGEST_SHA256,
					.chunk_min = 4096,
					.chunk_avg = 16384,
					.chunk_max = 65536,
					.rows = rows_of_3,
					.count = 3 };
	struct hc_err err;

	out->size = 0;
	if (hc_index_write(&index, out, &err) < 0)
		abort();
}

struct damage {
	const char *what;
	size_t offset; /* of a word; from the end when `tail` */
	bool tail;
	uint64_t value;
	uint64_t at; /* where the error points; HC_NO_OFFSET: nowhere, ANYWHERE */
};

#define ANYWHERE 1u

static const struct damage damages[] = {
	{ "size of the header", 0, false, 40, 0 },
	{ "type of the header", 8, false, 0x96824d9c7b129ff8, 8 },
	{ "flags of an archive", 16, false, 0x8000000000000001, 16 },
	{ "an unknown flag", 16, false, 0x8800000000000000, 16 },
	{ "least size 0", 24, false, 0, 24 },
	{ "least size above average", 24, false, 16385, 24 },
	{ "average above greatest", 32, false, 65537, 32 },
	{ "greatest above 128 MiB", 40, false, (128u << 20) + 1, 40 },
	{ "greatest below a row", 40, false, 65535, ANYWHERE },
	{ "table with a size", 48, false, 0, 48 },
	{ "type of the table", 56, false, 1, 56 },
	{ "first row empty", 64, false, 0, 64 },
	{ "row that does not advance", 104, false, 1000, 104 },
	{ "row that goes back", 104, false, 999, 104 },
	{ "row too large", 144, false, 66538, 144 },
	{ "row beyond files", 144, false, UINT64_MAX, 144 },
	{ "first zero of the tail", 40, true, 1, ANYWHERE },
	{ "second zero of the tail", 32, true, 1, ANYWHERE },
	{ "offset in the tail", 24, true, 47, ANYWHERE },
	{ "table size one row short", 16, true, 64 + 120 + 40 - 48 - 40, ANYWHERE },
	{ "marker", 8, true, 0x4b4f050e5549ecd0, ANYWHERE },
};

static void
test_index_damage(void)
{
	struct hc_buf bytes = { 0 };
	struct hc_index index;
	struct hc_err err;

	for (size_t i = 0; i < COUNT(damages); i++) {
		const struct damage *d = &damages[i];

		good_index(&bytes);
		hc_put_le64(bytes.data + (d->tail ? bytes.size - d->offset : d->offset),
			    d->value);
		ok_fails(hc_index_parse(hc_buf_span(&bytes), &index, &err), &err,
			 H_INDEX_FORMAT, "index refused: %s", d->what);
		if (d->at != ANYWHERE)
			ok(err.offset == d->at, "  at byte %llu", (unsigned long long)d->at);
	}
	good_index(&bytes);
	for (size_t size = 0; size < bytes.size; size++) {
		uint8_t *part = malloc(size); /* exactly: what is read behind it is found */

		memcpy(part, bytes.data, size);
		if (hc_index_parse(hc_span(part, size), &index, &err) == 0)
			ok(false, "index cut to %zu bytes was accepted", size);
		free(part);
	}
	good_index(&bytes);
	hc_buf_append(&bytes, "half a row before t", 20, &err);
	memmove(bytes.data + 184 + 20, bytes.data + 184, 40);
	hc_put_le64(bytes.data + 184 + 20 + 24, bytes.size - 48);
	ok_fails(hc_index_parse(hc_buf_span(&bytes), &index, &err), &err, H_INDEX_FORMAT,
		 "index refused: half a row before the tail");
	good_index(&bytes);
	hc_put_le64(bytes.data + 40, 128 << 20);
	hc_put_le64(bytes.data + 144, 1001 + HC_CHUNK_LIMIT + 1);
	ok_fails(hc_index_parse(hc_buf_span(&bytes), &index, &err), &err, H_INDEX_FORMAT,
		 "index refused: a row above our own limit");
	good_index(&bytes);
	hc_buf_append(&bytes, "", 1, &err);
	ok_fails(hc_index_parse(hc_buf_span(&bytes), &index, &err), &err, H_INDEX_FORMAT,
		 "index refused: a trailing byte");
	good_index(&bytes);
	hc_buf_append(&bytes, rows_of_3, sizeof(rows_of_3[0]), &err);
	ok_fails(hc_index_parse(hc_buf_span(&bytes), &index, &err), &err, H_INDEX_FORMAT,
		 "index refused: trailing rows");
	hc_buf_done(&bytes);
}

static void
test_index(void)
{
	struct hc_buf bytes = { 0 }, again = { 0 };
	struct hc_index index, empty = { .chunk_min = 1, .chunk_avg = 1, .chunk_max = 1 };
	struct hc_err err;

	good_index(&bytes);
	ok(bytes.size == 64 + 3 * 40 + 40, "an index of three rows has 224 bytes");
	ok_call(hc_index_parse(hc_buf_span(&bytes), &index, &err), &err, "it is read");
	ok(index.count == 3 && index.digest == HC_DIGEST_SHA256 && index.chunk_max == 65536 &&
		   !memcmp(index.rows, rows_of_3, sizeof(rows_of_3)),
	   "as it was written");
	index.digest = HC_DIGEST_SHA512_256;
	ok_call(hc_index_write(&index, &again, &err), &err, "SHA-512/256 is written");
	ok(hc_get_le64(again.data + 16) == 0xa000000000000000, "with desync's flags");
	hc_index_done(&index);
	ok_call(hc_index_parse(hc_buf_span(&again), &index, &err), &err, "and read");
	ok(index.digest == HC_DIGEST_SHA512_256, "as that");
	hc_index_done(&index);
	hc_put_le64(bytes.data + 16, 0xb000000000000000);
	ok_call(hc_index_parse(hc_buf_span(&bytes), &index, &err), &err,
		"casync's flags are read");
	hc_index_done(&index);
	again.size = 0;
	ok_call(hc_index_write(&empty, &again, &err), &err, "an index without rows");
	ok_call(hc_index_parse(hc_buf_span(&again), &index, &err), &err, "is read");
	ok(index.count == 0 && again.size == 104, "and has none");
	hc_index_done(&index);
	hc_buf_done(&bytes);
	hc_buf_done(&again);
}

static void
test_zeros(void)
{
	uint8_t *zeros = calloc(1, 16 << 20);
	struct hc_index_row row = { 1 << 20, { { 0 } } };
	struct hc_index index = { .rows = &row, .count = 1 };
	struct hc_digest digest;
	bool good = true;

	for (unsigned type = 0; type < 2; type++) {
		for (uint64_t size = 1; size <= 16 << 20; size *= 2) {
			hc_digest_of(type, zeros, size, &digest);
			good = good && hc_digest_equal(&digest, hc_zeros_digest(type, size));
		}
	}
	ok(good, "the table of zeros' digests is right");
	ok(!hc_zeros_digest(HC_DIGEST_SHA256, 0) && !hc_zeros_digest(HC_DIGEST_SHA256, 12288) &&
		   !hc_zeros_digest(HC_DIGEST_SHA256, 32 << 20),
	   "and has no other sizes");
	hc_digest_of(HC_DIGEST_SHA256, zeros, 1 << 20, &row.digest);
	ok(hc_index_row_is_zero(&index, 0), "a zero row is known");
	row.end--;
	ok(!hc_index_row_is_zero(&index, 0), "a digest of another size is not");
	free(zeros);
}

#endif
