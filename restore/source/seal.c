/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The seal of a chunk file: a checksum of the compressed bytes, inside the one zstd frame that it is.
 *
 * A chunk's name is the digest of what it decompresses to.  That leaves changes of the file that do not change
 * the content: about one flipped bit in a thousand (an unused bit of a header, a match that is
 * found elsewhere too; measured on 4 KiB to 200 KiB of text and programs).  They do no harm, but a
 * repository in which they pass is not known to be as it was written.  A second frame would be the place
 * for a checksum, but casync refuses files that go on after the first [ran].  So the frame ends with four
 * empty blocks, which RFC 8878 3.1.1.2 allows ("even zero" bytes): blocks of the type RLE, size 0, whose one
 * byte to be repeated carries a byte of the sum.
 *
 *	02 00 00 s0  02 00 00 s1  02 00 00 s2  03 00 00 s3      (03: the last block)
 *
 * The sum is the low half of XXH64 (seed 0) of all bytes before.  Chunks by others have no seal and are
 * read as they are.  Damage to the twelve fixed bytes needs no sum: a block of any other size or type there
 * makes too much output, or leaves bytes over, and no decoder accepts that.
 */
#include <string.h>

#include "restore/source/source_priv.h"

#define SEAL_BYTES   16u
#define BLOCK_HEADER 3u

#define P1 0x9e3779b185ebca87ull
#define P2 0xc2b2ae3d27d4eb4full
#define P3 0x165667b19e3779f9ull
#define P4 0x85ebca77c2b2ae63ull
#define P5 0x27d4eb2f165667c5ull

/* ---------------------------------------------------------------- XXH64, from its specification */

static uint64_t
rotate(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static uint64_t
step(uint64_t lane, uint64_t input)
{
	return rotate(lane + input * P2, 31) * P1;
}

static uint64_t
finish(uint64_t hash, const uint8_t *at, size_t left)
{
	for (; left >= 8; at += 8, left -= 8)
		hash = rotate(hash ^ step(0, hc_get_le64(at)), 27) * P1 + P4;
	if (left >= 4) {
		hash = rotate(hash ^ hc_get_le32(at) * P1, 23) * P2 + P3;
		at += 4;
		left -= 4;
	}
	for (; left > 0; at++, left--)
		hash = rotate(hash ^ *at * P5, 11) * P1;
	hash = (hash ^ hash >> 33) * P2;
	hash = (hash ^ hash >> 29) * P3;
	return hash ^ hash >> 32;
}

uint64_t
hc_xxh64(struct hc_span bytes)
{
	uint64_t lane[4] = { P1 + P2, P2, 0, 0 - P1 }, hash;
	const uint8_t *at = bytes.data;
	size_t left = bytes.size;

	if (left < 32)
		return finish(P5 + bytes.size, at, left);
	for (; left >= 32; at += 32, left -= 32) {
		for (unsigned i = 0; i < 4; i++)
			lane[i] = step(lane[i], hc_get_le64(at + 8 * (size_t)i));
	}
	hash = rotate(lane[0], 1) + rotate(lane[1], 7) + rotate(lane[2], 12) +
	       rotate(lane[3], 18);
	for (unsigned i = 0; i < 4; i++)
		hash = (hash ^ step(0, lane[i])) * P1 + P4;
	return finish(hash + bytes.size, at, left);
}

/* ---------------------------------------------------------------- the seal */

/* Size of the frame's header; RFC 8878 3.1.1.1. */
static size_t
header_bytes(uint8_t descriptor)
{
	static const size_t dictionary[] = { 0, 1, 2, 4 }, content[] = { 0, 2, 4, 8 };
	bool single = (descriptor >> 5 & 1) != 0;
	size_t size = 5 + dictionary[descriptor & 3] + content[descriptor >> 6];

	/* One segment: no window, but a content size at any rate. */
	return size + (!single || descriptor >> 6 == 0);
}

/* Offset of the header of the last block; 0 when this is no frame that ends with one. */
static size_t
last_block(struct hc_span frame)
{
	size_t at = frame.size < 5 ? frame.size : header_bytes(frame.data[4]);

	while (at < frame.size && frame.size - at >= BLOCK_HEADER) {
		uint32_t header = hc_get_le16(frame.data + at) | (uint32_t)frame.data[at + 2]
									 << 16;
		size_t size = (header >> 1 & 3) == 1 ? 1 : header >> 3;
		size_t next = at + BLOCK_HEADER + size;

		if ((header & 1) != 0)
			return next == frame.size ? at : 0;
		at = next;
	}
	return 0;
}

int
hc_seal_add(struct hc_buf *out, size_t start, struct hc_err *err)
{
	struct hc_span frame = hc_span(out->data + start, out->size - start);
	uint8_t seal[SEAL_BYTES] = { 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0 };
	size_t last = last_block(frame);
	uint64_t sum;

	if (last == 0)
		return hc_err_set(err, H_INTERNAL, "zstd wrote a frame without a last block");
	out->data[start + last] &= 0xfe;
	sum = hc_xxh64(frame);
	for (unsigned i = 0; i < 4; i++)
		seal[4 * i + 3] = (uint8_t)(sum >> 8 * i);
	return hc_buf_append(out, seal, sizeof(seal), err);
}

static bool
has_seal(const uint8_t *end)
{
	for (unsigned i = 0; i < SEAL_BYTES; i++) {
		if (i % 4 != 3 && end[i] != (i == 12 ? 3 : i % 4 == 0 ? 2 : 0))
			return false;
	}
	return true;
}

bool
hc_seal_broken(struct hc_span frame)
{
	const uint8_t *end;
	uint32_t sum = 0;

	if (frame.size <= SEAL_BYTES)
		return false;
	end = frame.data + frame.size - SEAL_BYTES;
	if (!has_seal(end))
		return false;
	for (unsigned i = 0; i < 4; i++)
		sum |= (uint32_t)end[4 * i + 3] << 8 * i;
	return sum != (uint32_t)hc_xxh64(hc_span(frame.data, frame.size - SEAL_BYTES));
}
