/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The readback step: what the medium holds against what the backup says. */
#include <stdlib.h>
#include <string.h>

#include "restore/apply/apply_priv.h"

static int
differs(const struct hc_apply *apply, const struct span *span, struct hc_err *err)
{
	const char *what = apply->blobs[span->blob].plan->what;

	hc_err_set(err, apply->options.verify_only ? H_TARGET_DIFFERS : H_READBACK_MISMATCH,
		   "%llu bytes at offset %llu of %s are not what the backup holds",
		   (unsigned long long)span->source.length,
		   (unsigned long long)span->source.offset, what);
	return hc_err_at(err, span->target, "%s", apply->plan->target.path);
}

/* Images without digests are read a second time. */
static int
compare_bytes(struct hc_apply *apply, struct hc_session *session, const struct span *span,
	      const uint8_t *got, struct hc_err *err)
{
	struct hc_image *image = apply->blobs[span->blob].image;
	size_t length = (size_t)span->source.length;
	uint8_t *want = malloc(length);
	int result;

	if (want == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %zu bytes", length);
	result = image->ops->read(image, session, span->source, want, err);
	if (result == 0 && memcmp(want, got, length) != 0)
		result = differs(apply, span, err);
	free(want);
	return result;
}

static int
check_zeros(struct hc_apply *apply, const struct span *span, uint8_t *buf, struct hc_err *err)
{
	struct span part = *span;
	uint64_t left = span->source.length;

	while (left > 0) {
		size_t length = (size_t)hc_min_u64(left, SPAN_BYTES);

		part.source.length = length;
		if (hc_target_read(apply->target, part.target, buf, length, err) < 0)
			return -1;
		apply_take_out_repairs(apply, part.target, buf, length);
		if (apply_unmask(apply, &part, buf, err) < 0)
			return -1;
		if (!hc_is_zero(buf, length))
			return differs(apply, &part, err);
		part.source.offset += length;
		part.target += length;
		left -= length;
	}
	return 0;
}

int
apply_check_span(struct hc_apply *apply, struct hc_session *session, const struct span *span,
		 uint8_t *buf, struct hc_err *err)
{
	struct hc_image *image = apply->blobs[span->blob].image;
	size_t length = (size_t)span->source.length;
	int result;

	if (span->kind == SPAN_FREE)
		return 0; /* outside the contract: hazards 18 */
	if (span->kind == SPAN_ZERO) {
		result = check_zeros(apply, span, buf, err);
	} else {
		if (hc_target_read(apply->target, span->target, buf, length, err) < 0)
			return -1;
		apply_take_out_repairs(apply, span->target, buf, length);
		if (apply_unmask(apply, span, buf, err) < 0)
			return -1;
		if (image->ops->same != NULL && image->ops->same(image, span->source, buf) == 1)
			result = 0;
		else
			result = compare_bytes(apply, session, span, buf, err);
	}
	pthread_mutex_lock(&apply->lock);
	apply->figures.read_back += length;
	pthread_mutex_unlock(&apply->lock);
	return result;
}
