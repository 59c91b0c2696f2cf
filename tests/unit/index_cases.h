/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A good index of three rows, and what can be wrong with one word of it. */
#ifndef HC_TESTS_INDEX_CASES_H
#define HC_TESTS_INDEX_CASES_H

#include <stdlib.h>

#include "restore/source/source.h"

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

#endif
