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

/* Whether the target holds this span already; a medium that can't be read there is no failure. */
static bool
is_there(struct hc_apply *apply, const struct span *span, uint8_t *buf)
{
	struct hc_image *image = apply->blobs[span->blob].image;
	struct hc_err ignored;

	if (!apply->compare_first || image->ops->same == NULL || apply_meets_held(apply, span))
		return false;
	if (hc_target_read(apply->target, span->target, buf, (size_t)span->source.length, &ignored) < 0)
		return false;
	return image->ops->same(image, span->source, buf) == 1;
}

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
	struct hc_image *image = apply->blobs[span->blob].image;
	size_t length = (size_t)span->source.length;

	if (span->kind != SPAN_DATA)
		return apply_meets_held(apply, span) ? write_zeros_around_held(apply, span, buf, err)
						     : zero(apply, span, err);
	if (is_there(apply, span, buf)) {
		count(apply, &apply->figures.reused, length);
		return 0;
	}
	if (image->ops->read(image, session, span->source, buf, err) < 0)
		return -1;
	apply_mask(apply, span, buf);
	if (hc_target_write(apply->target, span->target, buf, length, err) < 0)
		return -1;
	count(apply, &apply->figures.written, length);
	return 0;
}
