/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An image in casync's form: an index whose rows name the chunks of a store.
 *
 * Made once at opening and never changed: the data runs (rows that are not known to be zeros,
 * merged), and a bit per zero row.
 */
#include <stdlib.h>
#include <string.h>

#include "restore/source/source_priv.h"

struct castr {
	struct hc_image image;
	struct hc_index index;
	char *store;
	uint8_t *zero; /* a bit per row */
	struct hc_extent *runs;
	size_t run_count;
};

static uint64_t
row_start(const struct castr *c, size_t row)
{
	return row == 0 ? 0 : c->index.rows[row - 1].end;
}

static bool
row_is_zero(const struct castr *c, size_t row)
{
	return (c->zero[row / 8] >> (row % 8) & 1) != 0;
}

/* The row that holds `offset`; the count of rows when it lies behind them all. */
static size_t
find_row(const struct castr *c, uint64_t offset)
{
	size_t low = 0, high = c->index.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->index.rows[middle].end > offset)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* ---------------------------------------------------------------- read */

static struct hc_chunk_want
want_row(const struct castr *c, size_t row)
{
	return (struct hc_chunk_want){
		.store = c->store,
		.type = c->index.digest,
		.digest = &c->index.rows[row].digest,
		.size = (size_t)(c->index.rows[row].end - row_start(c, row)),
		.blob_offset = row_start(c, row),
	};
}

/* A part of a row goes through the session's own buffer, which keeps it for the next part. */
static int
read_part(const struct castr *c, struct hc_session *s, size_t row, struct hc_extent part,
	  void *buf, struct hc_err *err)
{
	struct hc_chunk_want want = want_row(c, row);

	if (!s->row_valid || s->row_type != want.type || s->row.size != want.size ||
	    !hc_digest_equal(&s->row_digest, want.digest)) {
		s->row_valid = false;
		s->row.size = 0;
		if (hc_buf_reserve(&s->row, want.size, err) < 0 ||
		    hc_chunk_read(s, &want, s->row.data, err) < 0)
			return -1;
		s->row.size = want.size;
		s->row_type = want.type;
		s->row_digest = *want.digest;
		s->row_valid = true;
	}
	memcpy(buf, s->row.data + (part.offset - want.blob_offset), (size_t)part.length);
	return 0;
}

static int
castr_read(struct hc_image *image, struct hc_session *session, struct hc_extent extent,
	   void *buf, struct hc_err *err)
{
	const struct castr *c = (const struct castr *)image;
	uint64_t at = extent.offset, end = hc_extent_end(extent);
	uint8_t *to = buf;

	if (at > image->size || extent.length > image->size - at)
		return hc_err_set(err, H_INTERNAL, "%llu bytes at %llu lie outside the image",
				  (unsigned long long)extent.length, (unsigned long long)at);
	for (size_t row = find_row(c, at); at < end; row++) {
		uint64_t start = row_start(c, row);
		uint64_t stop = hc_min_u64(c->index.rows[row].end, end);
		struct hc_chunk_want want = want_row(c, row);
		int result = 0;

		if (row_is_zero(c, row))
			memset(to, 0, (size_t)(stop - at));
		else if (at == start && stop - at == want.size)
			result = hc_chunk_read(session, &want, to, err);
		else
			result = read_part(c, session, row, (struct hc_extent){ at, stop - at },
					   to, err);
		if (result < 0)
			return -1;
		to += stop - at;
		at = stop;
	}
	return 0;
}

/* ---------------------------------------------------------------- layout */

static struct hc_extent
castr_next_data(const struct hc_image *image, uint64_t from)
{
	const struct castr *c = (const struct castr *)image;
	size_t low = 0, high = c->run_count;
	uint64_t start;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (hc_extent_end(c->runs[middle]) > from)
			high = middle;
		else
			low = middle + 1;
	}
	if (low == c->run_count)
		return (struct hc_extent){ image->size, 0 };
	start = hc_max_u64(from, c->runs[low].offset);
	return (struct hc_extent){ start, hc_extent_end(c->runs[low]) - start };
}

static uint64_t
castr_boundary(const struct hc_image *image, uint64_t from, uint64_t max)
{
	const struct castr *c = (const struct castr *)image;
	uint64_t limit, before;
	size_t row;

	if (from >= image->size || max >= image->size - from)
		return image->size;
	limit = from + max;
	row = find_row(c, limit);
	before = row_start(c, row); /* the greatest boundary at or below the limit */
	return before > from ? before : limit;
}

static struct hc_extent
castr_row(const struct hc_image *image, uint64_t offset)
{
	const struct castr *c = (const struct castr *)image;
	size_t row = find_row(c, offset);

	if (row == c->index.count)
		return (struct hc_extent){ image->size, 0 };
	return (struct hc_extent){ row_start(c, row),
				   c->index.rows[row].end - row_start(c, row) };
}

static int
castr_same(const struct hc_image *image, struct hc_extent extent, const void *buf)
{
	const struct castr *c = (const struct castr *)image;
	const uint8_t *at = buf;
	uint64_t end = hc_extent_end(extent);

	for (size_t row = find_row(c, extent.offset); row < c->index.count; row++) {
		uint64_t start = row_start(c, row);
		size_t size = (size_t)(c->index.rows[row].end - start);
		struct hc_digest found;

		if (start >= end)
			break;
		/* Only whole rows have a digest to compare with. */
		if (start < extent.offset || size > end - start)
			return 0;
		if (row_is_zero(c, row)) {
			if (!hc_is_zero(at, size))
				return 0;
		} else {
			hc_digest_of(c->index.digest, at, size, &found);
			if (!hc_digest_equal(&found, &c->index.rows[row].digest))
				return 0;
		}
		at += size;
	}
	return end <= image->size;
}

/* ---------------------------------------------------------------- chunks of zeros */

#define ZERO_SIZES_MAX 64 /* our writer has nine, casync one */

static uint64_t
row_size(const struct castr *c, size_t row)
{
	return c->index.rows[row].end - row_start(c, row);
}

static int
check_zero_row(struct castr *c, size_t row, struct hc_session *session, struct hc_err *err)
{
	struct hc_chunk_want want = { c->store, c->index.digest, &c->index.rows[row].digest,
				      (size_t)row_size(c, row), row_start(c, row) };
	void *buf = malloc(want.size);
	int result;

	if (buf == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %zu bytes", want.size);
	result = hc_chunk_read(session, &want, buf, err);
	free(buf);
	return result;
}

static int
castr_check_zeros(struct hc_image *image, struct hc_session *session, struct hc_err *err)
{
	struct castr *c = (struct castr *)image;
	uint64_t seen[ZERO_SIZES_MAX];
	size_t count = 0;

	for (size_t row = 0; row < c->index.count && count < ZERO_SIZES_MAX; row++) {
		size_t i = 0;

		if (!row_is_zero(c, row))
			continue;
		while (i < count && seen[i] != row_size(c, row))
			i++;
		if (i < count)
			continue;
		seen[count++] = row_size(c, row);
		if (check_zero_row(c, row, session, err) < 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------- open */

static void
castr_close(struct hc_image *image)
{
	struct castr *c = (struct castr *)image;

	hc_index_done(&c->index);
	free(c->store);
	free(c->zero);
	free(c->runs);
	free(c);
}

static const struct hc_image_ops castr_ops = {
	.name = "castr",
	.read = castr_read,
	.next_data = castr_next_data,
	.boundary = castr_boundary,
	.same = castr_same,
	.close = castr_close,
	.row = castr_row,
	.check_zeros = castr_check_zeros,
};

static void
mark_zeros(struct castr *c)
{
	for (size_t row = 0; row < c->index.count; row++) {
		if (hc_index_row_is_zero(&c->index, row))
			c->zero[row / 8] = (uint8_t)(c->zero[row / 8] | 1u << (row % 8));
	}
}

static bool
run_begins(const struct castr *c, size_t row)
{
	return !row_is_zero(c, row) && (row == 0 || row_is_zero(c, row - 1));
}

static int
find_runs(struct castr *c, struct hc_err *err)
{
	size_t count = 0;

	for (size_t row = 0; row < c->index.count; row++)
		count += run_begins(c, row);
	c->runs = calloc(count + 1, sizeof(*c->runs));
	if (c->runs == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %zu runs of data",
				  count);
	for (size_t row = 0; row < c->index.count; row++) {
		if (run_begins(c, row))
			c->runs[c->run_count++].offset = row_start(c, row);
		if (!row_is_zero(c, row))
			c->runs[c->run_count - 1].length =
				c->index.rows[row].end - c->runs[c->run_count - 1].offset;
	}
	return 0;
}

int
hc_image_open_castr(struct hc_index *take_index, const char *store, struct hc_image **ret,
		    struct hc_err *err)
{
	struct castr *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		hc_index_done(take_index);
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to open an image");
	}
	c->index = *take_index;
	*take_index = (struct hc_index){ 0 };
	c->image.ops = &castr_ops;
	c->image.size = c->index.count == 0 ? 0 : c->index.rows[c->index.count - 1].end;
	c->store = strdup(store);
	c->zero = calloc(c->index.count / 8 + 1, 1);
	if (c->store == NULL || c->zero == NULL) {
		hc_err_set(err, H_OUT_OF_MEMORY, "no memory to open an image");
		goto fail;
	}
	if (hc_place_check_name(store, err) < 0)
		goto fail;
	if (strlen(store) > HC_STORE_NAME_MAX) {
		hc_err_set(err, H_REPO_FORMAT, "the name of the chunk store has %zu characters",
			   strlen(store));
		goto fail;
	}
	mark_zeros(c);
	if (find_runs(c, err) < 0)
		goto fail;
	*ret = &c->image;
	return 0;
fail:
	castr_close(&c->image);
	return -1;
}
