/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where rows begin and end.
 *
 * At cuts: a row ends at the next cut, the next zeros, or after 1 MiB.
 * By content: a row ends behind a block of 4 KiB whose hash says so (one in 16: 64 KiB on average), before a block
 * of zeros, or after 256 KiB.  Blocks of zeros become rows of their own.
 * The hash decides only where chunks are cut, so it needs no strength; but it must never change, or
 * the same data would be stored anew.
 */
#include <stdlib.h>
#include <string.h>

#include "restore/capture/capture_priv.h"

#define BLOCK       4096u
#define CONTENT_MAX (256u << 10)
#define CONTENT_CUT 16u
#define HASH_PRIME  0x9e3779b97f4a7c15ull /* 2^64 divided by the golden ratio */

void
hc_rows_done(struct hc_rows *rows)
{
	hc_extents_done(&rows->zeros);
	free(rows->cuts.items);
	*rows = (struct hc_rows){ 0 };
}

int
hc_rows_set_zeros(struct hc_rows *rows, const struct hc_extents *list, struct hc_err *err)
{
	for (size_t i = 0; i < list->count; i++) {
		uint64_t start = hc_round_up(list->items[i].offset, BLOCK);
		uint64_t end = hc_extent_end(list->items[i]);

		if (end < rows->size)
			end = hc_round_down(end, BLOCK);
		if (start < end &&
		    hc_extents_add(&rows->zeros, (struct hc_extent){ start, end - start },
				   err) < 0)
			return -1;
	}
	return 0;
}

uint64_t
hc_rows_zeros_at(struct hc_rows *rows, uint64_t from)
{
	const struct hc_extents *zeros = &rows->zeros;

	while (rows->zero_at < zeros->count &&
	       hc_extent_end(zeros->items[rows->zero_at]) <= from)
		rows->zero_at++;
	if (rows->zero_at == zeros->count || zeros->items[rows->zero_at].offset > from)
		return 0;
	return hc_extent_end(zeros->items[rows->zero_at]) - from;
}

/* The first cut behind `from`, UINT64_MAX when there is none. */
static uint64_t
next_cut(struct hc_rows *rows, uint64_t from)
{
	while (rows->cut_at < rows->cuts.count && rows->cuts.items[rows->cut_at] <= from)
		rows->cut_at++;
	return rows->cut_at < rows->cuts.count ? rows->cuts.items[rows->cut_at] : UINT64_MAX;
}

uint64_t
hc_rows_data_at(struct hc_rows *rows, uint64_t from, uint64_t max)
{
	uint64_t end = rows->size, at = from, row;
	size_t kept = rows->cut_at;

	if (rows->zero_at < rows->zeros.count)
		end = hc_min_u64(end, rows->zeros.items[rows->zero_at].offset);
	if (end - from <= max || rows->by_content)
		return hc_min_u64(end - from, max);
	/* Whole rows only, so that where reading stopped leaves no trace. */
	while (at < end) {
		row = hc_min_u64(hc_min_u64(next_cut(rows, at), end), at + HC_ROW_MAX);
		if (row - from > max)
			break;
		at = row;
	}
	rows->cut_at = kept;
	return at - from;
}

/* Four lanes, since one multiplication has to wait for the one before it. */
static uint64_t
hash_block(const uint8_t *block)
{
	uint64_t lanes[4] = { 1, 2, 3, 4 }, word, hash = 0;

	for (size_t at = 0; at < BLOCK; at += 32)
		for (size_t i = 0; i < 4; i++) {
			memcpy(&word, block + at + i * 8, 8);
			lanes[i] = (lanes[i] ^ word) * HASH_PRIME;
			lanes[i] ^= lanes[i] >> 29;
		}
	for (size_t i = 0; i < 4; i++)
		hash = (hash ^ lanes[i]) * HASH_PRIME;
	return hash >> 32;
}

static size_t
cut_by_content(struct hc_span data, bool end_follows, bool *ret_zeros)
{
	size_t at = 0;

	*ret_zeros = data.size >= BLOCK && hc_is_zero(data.data, BLOCK);
	if (*ret_zeros) {
		while (at + BLOCK <= data.size && at < HC_ROW_MAX &&
		       hc_is_zero(data.data + at, BLOCK))
			at += BLOCK;
		return at;
	}
	while (at + BLOCK <= data.size) {
		if (at > 0 && hc_is_zero(data.data + at, BLOCK))
			return at;
		at += BLOCK;
		if (at >= CONTENT_MAX || hash_block(data.data + at - BLOCK) % CONTENT_CUT == 0)
			return at;
	}
	return end_follows ? data.size : 0;
}

size_t
hc_rows_cut(struct hc_rows *rows, uint64_t from, struct hc_span data, bool end_follows,
	    bool *ret_zeros)
{
	size_t length;

	if (rows->by_content)
		return cut_by_content(data, end_follows, ret_zeros);
	length = (size_t)hc_min_u64(hc_min_u64(next_cut(rows, from) - from, HC_ROW_MAX),
				    data.size);
	*ret_zeros = hc_is_zero(data.data, length);
	return length;
}

uint64_t
hc_rows_zero_row(uint64_t from, uint64_t length)
{
	uint64_t row = HC_ROW_MAX;

	while (row > length || from % row != 0)
		row /= 2;
	return row;
}
