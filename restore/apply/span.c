/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cutting blobs into spans: large, aligned, on row boundaries where rows allow it. */
#include "restore/apply/apply_priv.h"

uint64_t
apply_total_bytes(const struct hc_apply *apply)
{
	uint64_t total = 0;

	for (size_t i = 0; i < apply->plan->data.count; i++)
		total += apply->plan->data.items[i].length;
	return total;
}

/* The first free extent that ends behind `at`, or free_count. */
static size_t
first_free(const struct blob *blob, uint64_t at)
{
	size_t low = 0, high = blob->free.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (hc_extent_end(blob->free.items[middle]) > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* A run of zeros is split where files begin and end to use it. */
static void
zero_span(const struct blob *blob, uint64_t at, uint64_t end, struct span *ret)
{
	size_t i = first_free(blob, at);
	uint64_t to = hc_min_u64(end, at + ZERO_SPAN_BYTES);

	ret->kind = SPAN_ZERO;
	if (i < blob->free.count && blob->free.items[i].offset <= at) {
		ret->kind = SPAN_FREE;
		to = hc_min_u64(to, hc_extent_end(blob->free.items[i]));
	} else if (i < blob->free.count) {
		to = hc_min_u64(to, blob->free.items[i].offset);
	}
	ret->source = (struct hc_extent){ at, to - at };
}

static void
data_span(const struct blob *blob, uint64_t at, uint64_t end, uint64_t block, struct span *ret)
{
	uint64_t to = hc_min_u64(blob->image->ops->boundary(blob->image, at, SPAN_BYTES), end);
	uint64_t shift = blob->plan->target_offset - blob->plan->source_offset;

	/* Rows of other writers need not end on sectors; then the span does, and a row is read twice. */
	if ((to + shift) % block != 0 && to != end)
		to -= (to + shift) % block;
	if (to <= at)
		to = hc_min_u64(end, at + SPAN_BYTES);
	ret->kind = SPAN_DATA;
	ret->source = (struct hc_extent){ at, to - at };
}

int
apply_next_span(struct hc_apply *apply, struct span *ret)
{
	const struct blob *blob;
	struct hc_extent found;
	uint64_t end, block = apply->plan->target.logical_block;

	for (;; apply->cursor_blob++, apply->cursor_at = 0) {
		if (apply->cursor_blob == apply->plan->data.count)
			return 0;
		blob = &apply->blobs[apply->cursor_blob];
		end = blob->plan->source_offset + blob->plan->length;
		apply->cursor_at = hc_max_u64(apply->cursor_at, blob->plan->source_offset);
		if (apply->cursor_at < end)
			break;
	}
	found = blob->image->ops->next_data(blob->image, apply->cursor_at);
	ret->blob = apply->cursor_blob;
	/* Only whole sectors are handled as zeros; a remainder goes with the data behind it. */
	found.offset = hc_min_u64(
		hc_max_u64(hc_round_down(found.offset, block), apply->cursor_at), end);
	if (found.offset > apply->cursor_at)
		zero_span(blob, apply->cursor_at, found.offset, ret);
	else
		data_span(blob, apply->cursor_at, end, block, ret);
	if (ret->kind == SPAN_DATA && found.length > 0 &&
	    hc_extent_end(found) < hc_extent_end(ret->source)) {
		uint64_t to = hc_min_u64(hc_round_up(hc_extent_end(found), block), end);

		ret->source.length = to - ret->source.offset;
	}
	ret->target =
		ret->source.offset - blob->plan->source_offset + blob->plan->target_offset;
	apply->cursor_at = hc_extent_end(ret->source);
	return 1;
}
