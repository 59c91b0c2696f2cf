/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An overlay: blocks in memory over an io that is never written. */
#include "restore/disk/overlay.h"

#include <stdlib.h>
#include <string.h>

/* Blocks by number: open addressing, a power of two of slots, at most half of them used. */
struct slot {
	uint64_t number;
	uint8_t *bytes; /* NULL: free */
};

struct overlay {
	struct hc_io io;
	struct hc_io *base;
	uint32_t block;
	uint64_t budget, held;
	struct slot *slots;
	size_t slot_count, used;
};

static struct overlay *
of(struct hc_io *io)
{
	return (struct overlay *)io;
}

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an overlay");
}

/* ---------------------------------------------------------------- blocks */

/* Where the block is, or would be. */
static struct slot *
find(const struct overlay *o, uint64_t number)
{
	/* Fibonacci hashing: neighbours must not crowd. */
	size_t at = (size_t)(number * 0x9e3779b97f4a7c15ull) & (o->slot_count - 1);

	while (o->slots[at].bytes != NULL && o->slots[at].number != number)
		at = (at + 1) & (o->slot_count - 1);
	return &o->slots[at];
}

static int
grow(struct overlay *o, struct hc_err *err)
{
	struct overlay bigger = *o;

	bigger.slot_count = o->slot_count == 0 ? 1024 : o->slot_count * 2;
	bigger.slots = calloc(bigger.slot_count, sizeof(*bigger.slots));
	if (bigger.slots == NULL)
		return no_memory(err);
	for (size_t i = 0; i < o->slot_count; i++)
		if (o->slots[i].bytes != NULL)
			*find(&bigger, o->slots[i].number) = o->slots[i];
	free(o->slots);
	o->slots = bigger.slots;
	o->slot_count = bigger.slot_count;
	return 0;
}

/* Length of a block: the last one of the base may be cut short. */
static size_t
block_length(const struct overlay *o, uint64_t number)
{
	return (size_t)hc_min_u64(o->block, o->io.size - number * o->block);
}

/* The block, read from the base when it isn't held yet; NULL with err. */
static uint8_t *
take(struct overlay *o, uint64_t number, struct hc_err *err)
{
	struct slot *slot;
	uint8_t *bytes;

	if (o->used * 2 >= o->slot_count && grow(o, err) < 0)
		return NULL;
	slot = find(o, number);
	if (slot->bytes != NULL)
		return slot->bytes;
	if (o->held + o->block > o->budget) {
		hc_err_set(err, H_OUT_OF_MEMORY, "the repairs change more than %llu bytes",
			   (unsigned long long)o->budget);
		return NULL;
	}
	bytes = malloc(o->block);
	if (bytes == NULL) {
		no_memory(err);
		return NULL;
	}
	if (hc_io_pread(o->base, number * o->block, bytes, block_length(o, number), err) < 0) {
		free(bytes);
		return NULL;
	}
	*slot = (struct slot){ number, bytes };
	o->used++;
	o->held += o->block;
	return bytes;
}

/* ---------------------------------------------------------------- reading and writing */

static int
overlay_pread(struct hc_io *io, uint64_t offset, void *buf, size_t length, struct hc_err *err)
{
	struct overlay *o = of(io);
	uint8_t *to = buf;

	if (hc_io_pread(o->base, offset, buf, length, err) < 0)
		return -1;
	while (o->used > 0 && length > 0) {
		uint64_t number = offset / o->block;
		size_t within = (size_t)(offset % o->block);
		size_t n = (size_t)hc_min_u64(length, o->block - within);
		const struct slot *slot = find(o, number);

		if (slot->bytes != NULL)
			memcpy(to, slot->bytes + within, n);
		to += n;
		offset += n;
		length -= n;
	}
	return 0;
}

static int
overlay_pwrite(struct hc_io *io, uint64_t offset, const void *buf, size_t length,
	       struct hc_err *err)
{
	struct overlay *o = of(io);
	const uint8_t *from = buf;

	while (length > 0) {
		size_t within = (size_t)(offset % o->block);
		size_t n = (size_t)hc_min_u64(length, o->block - within);
		uint8_t *bytes = take(o, offset / o->block, err);

		if (bytes == NULL)
			return -1;
		memcpy(bytes + within, from, n);
		from += n;
		offset += n;
		length -= n;
	}
	return 0;
}

/* The base's next data, or a block that is held before it. */
static int
overlay_next_data(struct hc_io *io, uint64_t from, struct hc_extent *ret, struct hc_err *err)
{
	struct overlay *o = of(io);

	if (hc_io_next_data(o->base, from, ret, err) < 0)
		return -1;
	for (size_t i = 0; i < o->slot_count; i++) {
		uint64_t start = o->slots[i].number * o->block;
		uint64_t end;

		if (o->slots[i].bytes == NULL)
			continue;
		end = start + block_length(o, o->slots[i].number);
		if (end > from && hc_max_u64(start, from) < ret->offset) {
			ret->offset = hc_max_u64(start, from);
			ret->length = end - ret->offset;
		}
	}
	return 0;
}

static void
overlay_close(struct hc_io *io)
{
	struct overlay *o = of(io);

	for (size_t i = 0; i < o->slot_count; i++)
		free(o->slots[i].bytes);
	free(o->slots);
	free(o);
}

static const struct hc_io_ops overlay_ops = {
	.name = "overlay",
	.pread = overlay_pread,
	.pwrite = overlay_pwrite,
	.next_data = overlay_next_data,
	.close = overlay_close,
};

int
hc_overlay_open(struct hc_io *base, uint32_t block, uint64_t budget, struct hc_io **ret,
		struct hc_err *err)
{
	struct overlay *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return no_memory(err);
	o->io = (struct hc_io){ &overlay_ops, base->size };
	o->base = base;
	o->block = block;
	o->budget = budget;
	*ret = &o->io;
	return 0;
}

/* ---------------------------------------------------------------- what differs */

static int
by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The numbers of the blocks that differ from the base, sorted. */
static int
list_changed(struct overlay *o, struct hc_arena *arena, uint64_t **ret, size_t *ret_count,
	     struct hc_err *err)
{
	uint64_t *numbers = hc_arena_array(arena, o->used + 1, sizeof(*numbers));
	uint8_t *old = hc_arena_alloc(arena, o->block);
	size_t count = 0;

	if (numbers == NULL || old == NULL)
		return no_memory(err);
	for (size_t i = 0; i < o->slot_count; i++) {
		const struct slot *slot = &o->slots[i];
		size_t length;

		if (slot->bytes == NULL)
			continue;
		length = block_length(o, slot->number);
		if (hc_io_pread(o->base, slot->number * o->block, old, length, err) < 0)
			return -1;
		if (memcmp(old, slot->bytes, length) != 0)
			numbers[count++] = slot->number;
	}
	qsort(numbers, count, sizeof(*numbers), by_number);
	*ret = numbers;
	*ret_count = count;
	return 0;
}

int
hc_overlay_runs(struct hc_io *overlay, struct hc_arena *arena, struct hc_extents *ret,
		struct hc_err *err)
{
	struct overlay *o = of(overlay);
	uint64_t *numbers = NULL;
	size_t count = 0;

	if (list_changed(o, arena, &numbers, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const struct hc_extent extent = { numbers[i] * o->block,
						  block_length(o, numbers[i]) };

		if (hc_extents_add(ret, extent, err) < 0)
			return -1;
	}
	return 0;
}
