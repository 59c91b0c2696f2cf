/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The target as it will be when all is done: the disk, with the volumes' first sectors and the partition tables that are
 * written later (hazards 5).  Repairs see this; what they write to a late range changes what will be written there.
 */
#include <stdlib.h>
#include <string.h>

#include "restore/apply/apply_priv.h"

/* Bytes that are not on the target yet. */
struct late {
	uint64_t offset, length;
	uint8_t *bytes;
};

struct late_io {
	struct hc_io io;
	struct hc_apply *apply;
	struct hc_io *target;
};

/* Tables go over what volumes and gaps have there. */
static struct late
late_at(struct hc_apply *apply, size_t i)
{
	const size_t held = apply->plan->held.count;

	if (i >= held) {
		struct table_write *table = &apply->tables[i - held];

		return (struct late){ table->offset, table->bytes.size, table->bytes.data };
	}
	if (apply->held[i].plan->discard)
		return (struct late){ 0, 0, NULL };
	return (struct late){ apply->held[i].plan->offset, apply->held[i].plan->length,
			      apply->held[i].content };
}

static size_t
late_count(const struct hc_apply *apply)
{
	return apply->plan->held.count + apply->plan->tables.count;
}

static int
late_pread(struct hc_io *io, uint64_t offset, void *buf, size_t length, struct hc_err *err)
{
	struct late_io *l = (struct late_io *)io;
	uint8_t *to = buf;

	if (hc_io_pread(l->target, offset, buf, length, err) < 0)
		return -1;
	for (size_t i = 0; i < late_count(l->apply); i++) {
		const struct late late = late_at(l->apply, i);
		const uint64_t start = hc_max_u64(late.offset, offset);
		const uint64_t end = hc_min_u64(late.offset + late.length, offset + length);

		if (start < end)
			memcpy(to + (start - offset), late.bytes + (start - late.offset),
			       (size_t)(end - start));
	}
	return 0;
}

/* Piece by piece: up to the next border of a late range. */
static int
late_pwrite(struct hc_io *io, uint64_t offset, const void *buf, size_t length,
	    struct hc_err *err)
{
	struct late_io *l = (struct late_io *)io;
	const uint8_t *from = buf;

	while (length > 0) {
		uint64_t end = offset + length;
		uint8_t *into = NULL;

		for (size_t i = 0; i < late_count(l->apply); i++) {
			const struct late late = late_at(l->apply, i);
			const uint64_t late_end = late.offset + late.length;

			if (late.length == 0 || late_end <= offset || late.offset >= end)
				continue;
			if (late.offset > offset) {
				end = late.offset;
			} else {
				/* A later one lies over an earlier one. */
				into = late.bytes + (offset - late.offset);
				end = hc_min_u64(end, late_end);
			}
		}
		if (into != NULL)
			memcpy(into, from, (size_t)(end - offset));
		else if (hc_io_pwrite(l->target, offset, from, (size_t)(end - offset), err) < 0)
			return -1;
		from += end - offset;
		length -= (size_t)(end - offset);
		offset = end;
	}
	return 0;
}

static int
late_flush(struct hc_io *io, struct hc_err *err)
{
	return hc_io_flush(((struct late_io *)io)->target, err);
}

static void
late_close(struct hc_io *io)
{
	struct late_io *l = (struct late_io *)io;

	hc_io_close(l->target);
	free(l);
}

static const struct hc_io_ops late_ops = {
	.name = "target as it will be",
	.pread = late_pread,
	.pwrite = late_pwrite,
	.flush = late_flush,
	.close = late_close,
};

int
apply_late_io(struct hc_apply *apply, struct hc_io **ret, struct hc_err *err)
{
	struct late_io *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
	if (hc_target_io(apply->target, &l->target, err) < 0) {
		free(l);
		return -1;
	}
	l->io = (struct hc_io){ &late_ops, hc_target_size(apply->target) };
	l->apply = apply;
	*ret = &l->io;
	return 0;
}
