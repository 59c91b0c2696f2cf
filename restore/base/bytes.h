/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes: spans, growable buffers, extents, little-endian integers, checked arithmetic.
 *
 * Shape:   struct hc_span borrows (data, size); struct hc_buf owns (data, size, room);
 *          struct hc_extent is (offset, length) in bytes; struct hc_extents owns a list of them.
 * Owner:   spans never own; a buffer is freed by hc_buf_done, a list by hc_extents_done.
 * Errors:  buffers raise H_OUT_OF_MEMORY.
 * Example:
 *	struct le32 raw = { { 0x78, 0x56, 0x34, 0x12 } };
 *	assert(le32_get(raw) == 0x12345678);
 */
#ifndef HC_BASE_BYTES_H
#define HC_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "restore/base/err.h"

struct hc_span {
	const uint8_t *data;
	size_t size;
};

struct hc_buf {
	uint8_t *data;
	size_t size;
	size_t room;
};

struct hc_extent {
	uint64_t offset;
	uint64_t length;
};

static inline struct hc_span
hc_span(const void *data, size_t size)
{
	return (struct hc_span){ data, size };
}

/* The part of a span, or an empty one with data NULL when it does not lie inside. */
static inline struct hc_span
hc_span_part(struct hc_span span, uint64_t offset, uint64_t length)
{
	if (offset > span.size || length > span.size - offset)
		return (struct hc_span){ NULL, 0 };
	return (struct hc_span){ span.data + offset, (size_t)length };
}

int hc_buf_append(struct hc_buf *buf, const void *data, size_t size, struct hc_err *err);
int hc_buf_printf(struct hc_buf *buf, struct hc_err *err, const char *fmt, ...) HC_PRINTF(3, 4);
/* Room for `room` bytes in all; size stays. */
int hc_buf_reserve(struct hc_buf *buf, size_t room, struct hc_err *err);
void hc_buf_done(struct hc_buf *buf);
static inline struct hc_span
hc_buf_span(const struct hc_buf *buf)
{
	return (struct hc_span){ buf->data, buf->size };
}

/* Integers as they lie on disk: byte arrays, so that a wrong-endian access does not compile. */
struct le16 {
	uint8_t b[2];
};
struct le32 {
	uint8_t b[4];
};
struct le64 {
	uint8_t b[8];
};

static inline uint16_t
hc_get_le16(const void *p)
{
	const uint8_t *b = p;

	return (uint16_t)(b[0] | b[1] << 8);
}
static inline uint32_t
hc_get_le32(const void *p)
{
	const uint8_t *b = p;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	       (uint32_t)b[3] << 24;
}
static inline uint64_t
hc_get_le64(const void *p)
{
	const uint8_t *b = p;

	return (uint64_t)hc_get_le32(b) | (uint64_t)hc_get_le32(b + 4) << 32;
}
static inline void
hc_put_le16(void *p, uint16_t value)
{
	uint8_t *b = p;

	b[0] = (uint8_t)value;
	b[1] = (uint8_t)(value >> 8);
}
static inline void
hc_put_le32(void *p, uint32_t value)
{
	hc_put_le16(p, (uint16_t)value);
	hc_put_le16((uint8_t *)p + 2, (uint16_t)(value >> 16));
}
static inline void
hc_put_le64(void *p, uint64_t value)
{
	hc_put_le32(p, (uint32_t)value);
	hc_put_le32((uint8_t *)p + 4, (uint32_t)(value >> 32));
}
static inline uint16_t
le16_get(struct le16 v)
{
	return hc_get_le16(v.b);
}
static inline uint32_t
le32_get(struct le32 v)
{
	return hc_get_le32(v.b);
}
static inline uint64_t
le64_get(struct le64 v)
{
	return hc_get_le64(v.b);
}

/* True and *ret written when the sum (product) fits. */
static inline bool
hc_add_u64(uint64_t a, uint64_t b, uint64_t *ret)
{
	return !__builtin_add_overflow(a, b, ret);
}
static inline bool
hc_mul_u64(uint64_t a, uint64_t b, uint64_t *ret)
{
	return !__builtin_mul_overflow(a, b, ret);
}
static inline uint64_t
hc_min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}
static inline uint64_t
hc_max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}
static inline uint64_t
hc_round_down(uint64_t value, uint64_t step)
{
	return value - value % step;
}
static inline uint64_t
hc_round_up(uint64_t value, uint64_t step)
{
	return value % step == 0 ? value : value - value % step + step;
}
/* The end of an extent; extents of this program never wrap (checked where they are read in). */
static inline uint64_t
hc_extent_end(struct hc_extent e)
{
	return e.offset + e.length;
}

/* A list of extents; where a function asks for a sorted one: by offset, without overlap. */
struct hc_extents {
	struct hc_extent *items;
	size_t count;
	size_t room;
};

/* Appends; an extent that starts where the last one ends makes that one longer. */
int hc_extents_add(struct hc_extents *list, struct hc_extent extent, struct hc_err *err);
/* Sorts by offset and merges what overlaps or touches. */
void hc_extents_sort(struct hc_extents *list);
uint64_t hc_extents_total(const struct hc_extents *list);
void hc_extents_done(struct hc_extents *list);

/* Whether all bytes are zero; fast for large buffers. */
bool hc_is_zero(const void *data, size_t size);

#endif
