/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A target as an io: reads and writes of any alignment, through whole blocks. */
#include <stdlib.h>
#include <string.h>

#include "restore/disk/disk.h"

#define BOUNCE_BYTES (1u << 20)
#define ALIGN        4096u

struct target_io {
	struct hc_io io;
	struct hc_target *target;
	uint8_t *bounce;
};

/* What of a range one round moves: whole blocks around it, as much as the buffer takes. */
struct round {
	uint64_t from;
	size_t length;  /* of whole blocks */
	size_t skip, n; /* the part that was asked for */
};

static struct round
next_round(const struct target_io *t, uint64_t offset, size_t length)
{
	const uint64_t end = offset + length;
	struct round r = { .from = hc_round_down(offset, ALIGN) };
	uint64_t to = hc_min_u64(hc_round_up(end, ALIGN), r.from + BOUNCE_BYTES);

	/* A disk of 512-byte sectors need not end at a multiple of 4096. */
	to = hc_min_u64(to, t->io.size);
	r.length = (size_t)(to - r.from);
	r.skip = (size_t)(offset - r.from);
	r.n = (size_t)(hc_min_u64(end, to) - offset);
	return r;
}

static int
target_pread(struct hc_io *io, uint64_t offset, void *buf, size_t length, struct hc_err *err)
{
	struct target_io *t = (struct target_io *)io;
	uint8_t *to = buf;

	while (length > 0) {
		const struct round r = next_round(t, offset, length);

		if (hc_target_read(t->target, r.from, t->bounce, r.length, err) < 0)
			return -1;
		memcpy(to, t->bounce + r.skip, r.n);
		to += r.n;
		offset += r.n;
		length -= r.n;
	}
	return 0;
}

static int
target_pwrite(struct hc_io *io, uint64_t offset, const void *buf, size_t length,
	      struct hc_err *err)
{
	struct target_io *t = (struct target_io *)io;
	const uint64_t block = hc_target_logical_block(t->target);
	const uint8_t *from = buf;

	while (length > 0) {
		struct round r = next_round(t, offset, length);
		const uint64_t first = hc_round_down(offset, block);
		const uint64_t last = hc_round_up(offset + r.n, block);

		/* Only the sectors that are asked for are written: neighbours may be somebody else's. */
		if ((offset != first || offset + r.n != last) &&
		    hc_target_read(t->target, first, t->bounce, (size_t)(last - first), err) <
			    0)
			return -1;
		memcpy(t->bounce + (offset - first), from, r.n);
		if (hc_target_write(t->target, first, t->bounce, (size_t)(last - first), err) <
		    0)
			return -1;
		from += r.n;
		offset += r.n;
		length -= r.n;
	}
	return 0;
}

static int
target_flush(struct hc_io *io, struct hc_err *err)
{
	return hc_target_flush(((struct target_io *)io)->target, err);
}

static void
target_close(struct hc_io *io)
{
	struct target_io *t = (struct target_io *)io;

	free(t->bounce);
	free(t);
}

static const struct hc_io_ops target_ops = {
	.name = "target",
	.pread = target_pread,
	.pwrite = target_pwrite,
	.flush = target_flush,
	.close = target_close,
};

int
hc_target_io(struct hc_target *target, struct hc_io **ret, struct hc_err *err)
{
	struct target_io *t = calloc(1, sizeof(*t));

	if (t != NULL)
		t->bounce = aligned_alloc(ALIGN, BOUNCE_BYTES + ALIGN);
	if (t == NULL || t->bounce == NULL) {
		free(t);
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to read a disk");
	}
	t->io = (struct hc_io){ &target_ops, hc_target_size(target) };
	t->target = target;
	*ret = &t->io;
	return 0;
}
