/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data step: a span from the backup to the target. */
#include "restore/apply/apply_priv.h"

static void
count(struct hc_apply *apply, uint64_t *figure, uint64_t bytes)
{
	pthread_mutex_lock(&apply->lock);
	*figure += bytes;
	pthread_mutex_unlock(&apply->lock);
}

/* From the backup to the target; `buf` has room for the span. */
static int
write_fresh(struct hc_apply *apply, struct hc_session *session, const struct span *span,
	    uint8_t *buf, struct hc_err *err)
{
	struct hc_image *image = apply->blobs[span->blob].image;
	size_t length = (size_t)span->source.length;

	if (image->ops->read(image, session, span->source, buf, err) < 0)
		return -1;
	apply_mask(apply, span, buf);
	if (hc_target_write(apply->target, span->target, buf, length, err) < 0)
		return -1;
	count(apply, &apply->figures.written, length);
	return 0;
}

/* ---------------------------------------------------------------- what is there already */

/* The rows from `at` on that are all the same as on the target, or all not. */
static bool
next_run(const struct hc_apply *apply, const struct span *span, const uint8_t *buf, uint64_t at,
	 uint64_t *ret_end)
{
	const struct hc_image *image = apply->blobs[span->blob].image;
	uint64_t start = span->source.offset, end = hc_extent_end(span->source);
	bool first = true, same = false;

	while (at < end) {
		struct hc_extent row = image->ops->row(image, at);
		bool row_same = row.offset >= start && hc_extent_end(row) <= end &&
				image->ops->same(image, row, buf + (row.offset - start)) == 1;

		if (!first && row_same != same)
			break;
		same = row_same;
		first = false;
		at = hc_min_u64(hc_extent_end(row), end);
	}
	*ret_end = at;
	return same;
}

/* Keeps the rows that the target holds already and fetches the others.  1: done; 0: not for this span. */
static int
write_differing(struct hc_apply *apply, struct hc_session *session, const struct span *span,
		uint8_t *buf, struct hc_err *err)
{
	const struct hc_image_ops *ops = apply->blobs[span->blob].image->ops;
	uint64_t end = hc_extent_end(span->source), next;
	struct hc_err unread;

	/* A medium that can't be read here may still be written. */
	if (!apply->compare_first || ops->same == NULL || ops->row == NULL ||
	    apply_meets_held(apply, span) ||
	    hc_target_read(apply->target, span->target, buf, (size_t)span->source.length,
			   &unread) < 0)
		return 0;
	for (uint64_t at = span->source.offset; at < end; at = next) {
		bool same = next_run(apply, span, buf, at, &next);
		uint64_t in_span = at - span->source.offset;
		struct span part = *span;

		if (in_span % BUFFER_ALIGN != 0 ||
		    (next != end && (next - at) % BUFFER_ALIGN != 0))
			return 0;
		part.source = (struct hc_extent){ at, next - at };
		part.target += in_span;
		if (same)
			count(apply, &apply->figures.reused, part.source.length);
		else if (write_fresh(apply, session, &part, buf + in_span, err) < 0)
			return -1;
	}
	return 1;
}

/* ---------------------------------------------------------------- zeros */

static int
zero(struct hc_apply *apply, const struct span *span, struct hc_err *err)
{
	const struct hc_extent range = { span->target, span->source.length };
	bool zeroed = false;

	if (hc_target_zero(apply->target, range, span->kind == SPAN_ZERO, &zeroed, err) < 0)
		return -1;
	count(apply, zeroed ? &apply->figures.zeroed : &apply->figures.left, range.length);
	return 0;
}

/* A held range in the midst of zeros (a blank first sector, say): written piece by piece with its mask. */
static int
write_zeros_around_held(struct hc_apply *apply, const struct span *span, uint8_t *buf,
			struct hc_err *err)
{
	struct span part = *span;
	uint64_t left = span->source.length;

	while (left > 0) {
		size_t length = (size_t)hc_min_u64(left, SPAN_BYTES);

		part.source.length = length;
		if (!apply_meets_held(apply, &part)) {
			if (zero(apply, &part, err) < 0)
				return -1;
		} else {
			for (size_t i = 0; i < length; i++)
				buf[i] = 0;
			apply_mask(apply, &part, buf);
			if (hc_target_write(apply->target, part.target, buf, length, err) < 0)
				return -1;
			count(apply, &apply->figures.written, length);
		}
		part.source.offset += length;
		part.target += length;
		left -= length;
	}
	return 0;
}

int
apply_write_span(struct hc_apply *apply, struct hc_session *session, const struct span *span,
		 uint8_t *buf, struct hc_err *err)
{
	int done;

	if (span->kind != SPAN_DATA)
		return apply_meets_held(apply, span)
			       ? write_zeros_around_held(apply, span, buf, err)
			       : zero(apply, span, err);
	done = write_differing(apply, session, span, buf, err);
	if (done != 0)
		return done < 0 ? -1 : 0;
	return write_fresh(apply, session, span, buf, err);
}
