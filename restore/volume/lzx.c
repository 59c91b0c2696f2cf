/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LZX as WIM archives and the Windows Overlay Filter use it: each chunk of 32 KiB stands alone.
 *
 * [MS-PATCH] has the format of blocks, trees and matches.  WIM differs in these points (wimlib's documentation of
 * the format, proven by what its library writes): there is no header of a stream, so calls are always translated, with
 * the size 12000000; a block's size is one bit, set for 32768, or else that bit and 16 more.
 *
 *	chunk:    blocks; then translation of x86 calls
 *	block:    3 bits type, size, [aligned tree], main tree in two parts, length tree, symbols
 *	          or, uncompressed: bits up to the next word, R0 R1 R2 (4 bytes each), bytes, one more when they are odd
 *	symbol:   0 to 255 a byte; above, 3 bits length less 2, and the slot of the offset
 */
#include "restore/volume/wof_priv.h"

#include <string.h>

#define WINDOW         32768
#define SLOTS          30 /* of offsets below WINDOW */
#define MAIN_SYMBOLS   (256 + 8 * SLOTS)
#define LENGTH_SYMBOLS 249
#define PRE_SYMBOLS    20
#define MATCH_MIN      2
#define LENGTH_LONG    7 /* in a symbol: the length tree has the rest */
#define CALL_SIZE      12000000
#define CALL_TAIL      10 /* bytes at the end where no call is translated */

enum block { BLOCK_VERBATIM = 1, BLOCK_ALIGNED = 2, BLOCK_UNCOMPRESSED = 3 };

struct lzx {
	struct hc_bits bits;
	uint8_t *out;
	size_t size;
	size_t done;
	uint32_t recent[3]; /* R0, R1, R2: the last offsets */
	/* Each block's trees are told as differences from the one's before. */
	uint8_t main_lengths[MAIN_SYMBOLS];
	uint8_t length_lengths[LENGTH_SYMBOLS];
	struct hc_huffman main;
	struct hc_huffman length;
	struct hc_huffman aligned;
};

/* ---------------------------------------------------------------- trees */

/* One difference, applied: a length is 0 to 16, counted round; -1. */
static int
new_length(uint8_t old, int delta)
{
	return delta < 0 || delta > 16 ? -1 : (old + 17 - delta) % 17;
}

/* Lengths of a part of a tree, behind the "pretree" that packs them. */
static int
read_lengths(struct hc_bits *bits, uint8_t *lengths, size_t count)
{
	uint8_t pre_lengths[PRE_SYMBOLS];
	struct hc_huffman pre;
	int symbol, value, run;

	for (size_t i = 0; i < PRE_SYMBOLS; i++) {
		value = hc_bits_take(bits, 4);
		if (value < 0)
			return -1;
		pre_lengths[i] = (uint8_t)value;
	}
	if (hc_huffman_build(&pre, pre_lengths, PRE_SYMBOLS) < 0)
		return -1;
	for (size_t i = 0; i < count;) {
		symbol = hc_huffman_take(&pre, bits);
		run = 1;
		if (symbol == 17)
			run = 4 + hc_bits_take(bits, 4);
		else if (symbol == 18)
			run = 20 + hc_bits_take(bits, 5);
		else if (symbol == 19)
			run = 4 + hc_bits_take(bits, 1);
		value = 0;
		if (symbol == 19)
			value = new_length(lengths[i], hc_huffman_take(&pre, bits));
		else if (symbol < 17)
			value = new_length(lengths[i], symbol);
		/* What was missing from a run's length is missing from the end of the input. */
		if (value < 0 || bits->made_up > bits->left || (size_t)run > count - i)
			return -1;
		memset(lengths + i, value, (size_t)run);
		i += (size_t)run;
	}
	return 0;
}

static int
read_aligned_tree(struct lzx *lzx)
{
	uint8_t lengths[8];
	int value;

	for (size_t i = 0; i < sizeof(lengths); i++) {
		value = hc_bits_take(&lzx->bits, 3);
		if (value < 0)
			return -1;
		lengths[i] = (uint8_t)value;
	}
	return hc_huffman_build(&lzx->aligned, lengths, sizeof(lengths));
}

static int
read_trees(struct lzx *lzx)
{
	if (read_lengths(&lzx->bits, lzx->main_lengths, 256) < 0 ||
	    read_lengths(&lzx->bits, lzx->main_lengths + 256, MAIN_SYMBOLS - 256) < 0 ||
	    read_lengths(&lzx->bits, lzx->length_lengths, LENGTH_SYMBOLS) < 0)
		return -1;
	if (hc_huffman_build(&lzx->main, lzx->main_lengths, MAIN_SYMBOLS) < 0)
		return -1;
	return hc_huffman_build(&lzx->length, lzx->length_lengths, LENGTH_SYMBOLS);
}

/* ---------------------------------------------------------------- blocks */

/*
 * The offset of a slot.  0, 1 and 2 are the recent ones, and the one used becomes R0 in exchange.  From 3 on, a slot
 * begins at its two highest bits, and the others follow; what they name is the offset plus 2.  In aligned blocks the
 * last three bits have a tree of their own.  -1 when the input ends.
 */
static int
take_offset(struct lzx *lzx, unsigned slot, bool aligned)
{
	unsigned extra = slot < 4 ? 0 : slot / 2 - 1;
	uint32_t base = slot < 4 ? slot : (2 | (slot & 1)) << extra, offset;
	int high, low = 0;

	if (slot < 3) {
		offset = lzx->recent[slot];
		lzx->recent[slot] = lzx->recent[0];
		lzx->recent[0] = offset;
		return 0;
	}
	aligned = aligned && extra >= 3;
	high = hc_bits_take(&lzx->bits, aligned ? extra - 3 : extra);
	if (aligned) {
		low = hc_huffman_take(&lzx->aligned, &lzx->bits);
		high = high < 0 ? -1 : high << 3;
	}
	if (high < 0 || low < 0)
		return -1;
	lzx->recent[2] = lzx->recent[1];
	lzx->recent[1] = lzx->recent[0];
	lzx->recent[0] = base + (uint32_t)high + (uint32_t)low - 2;
	return 0;
}

static int
decode_symbols(struct lzx *lzx, size_t end, bool aligned)
{
	int symbol, more;
	size_t length;

	while (lzx->done < end) {
		symbol = hc_huffman_take(&lzx->main, &lzx->bits);
		if (symbol < 0)
			return -1;
		if (symbol < 256) {
			lzx->out[lzx->done++] = (uint8_t)symbol;
			continue;
		}
		length = symbol & 7;
		if (length == LENGTH_LONG) {
			more = hc_huffman_take(&lzx->length, &lzx->bits);
			if (more < 0)
				return -1;
			length += (size_t)more;
		}
		length += MATCH_MIN;
		if (take_offset(lzx, (unsigned)(symbol - 256) >> 3, aligned) < 0)
			return -1;
		/* A match never reaches into the next block. */
		if (lzx->recent[0] == 0 || lzx->recent[0] > lzx->done ||
		    length > end - lzx->done)
			return -1;
		hc_match_copy(lzx->out + lzx->done, lzx->recent[0], length);
		lzx->done += length;
	}
	return 0;
}

/* What is left of the word that was begun is padding; when none was begun, a whole word is. */
static int
copy_uncompressed(struct lzx *lzx, size_t length)
{
	const uint8_t *at = lzx->bits.at;
	size_t left, padding = length & 1;

	if (lzx->bits.made_up > 0)
		return -1;
	/* With more than 16 bits at hand, the last 16 of them are a word that was not begun. */
	if (lzx->bits.left > 16)
		at -= 2;
	left = (size_t)(lzx->bits.end - at);
	if (left < 12 || left - 12 < length)
		return -1;
	for (size_t i = 0; i < 3; i++)
		lzx->recent[i] = hc_get_le32(at + i * 4);
	memcpy(lzx->out + lzx->done, at + 12, length);
	lzx->done += length;
	at += 12 + length;
	left -= 12 + length;
	/* The last block's may be missing: nothing comes after it. */
	padding = padding < left ? padding : left;
	hc_bits_start(&lzx->bits, hc_span(at + padding, left - padding));
	return 0;
}

static int
decode_block(struct lzx *lzx)
{
	int type = hc_bits_take(&lzx->bits, 3), whole = hc_bits_take(&lzx->bits, 1), size;

	size = whole > 0 ? WINDOW : hc_bits_take(&lzx->bits, 16);
	if (type < 0 || whole < 0 || size <= 0 || (size_t)size > lzx->size - lzx->done)
		return -1;
	if (type == BLOCK_UNCOMPRESSED)
		return copy_uncompressed(lzx, (size_t)size);
	if (type != BLOCK_VERBATIM && type != BLOCK_ALIGNED)
		return -1;
	if ((type == BLOCK_ALIGNED && read_aligned_tree(lzx) < 0) || read_trees(lzx) < 0)
		return -1;
	return decode_symbols(lzx, lzx->done + (size_t)size, type == BLOCK_ALIGNED);
}

/*
 * The encoder made the targets of x86 calls (0xE8 and 32 bits) absolute, since those repeat.  Those from -position to
 * below the size were relative before; the ones below zero had run past the size.
 */
static void
undo_calls(uint8_t *out, size_t size)
{
	int64_t target, position;

	for (size_t i = 0; size > CALL_TAIL && i < size - CALL_TAIL; i++) {
		if (out[i] != 0xe8)
			continue;
		position = (int64_t)i;
		target = (int32_t)hc_get_le32(out + i + 1);
		if (target >= 0 && target < CALL_SIZE)
			hc_put_le32(out + i + 1, (uint32_t)(target - position));
		else if (target < 0 && target >= -position)
			hc_put_le32(out + i + 1, (uint32_t)(target + CALL_SIZE));
		i += 4;
	}
}

int
hc_lzx_decode(struct hc_span in, uint8_t *out, size_t out_size)
{
	struct lzx lzx = { .out = out, .size = out_size, .recent = { 1, 1, 1 } };

	if (in.size == 0 || out_size > WINDOW)
		return -1;
	hc_bits_start(&lzx.bits, in);
	while (lzx.done < lzx.size)
		if (decode_block(&lzx) < 0)
			return -1;
	undo_calls(out, out_size);
	return 0;
}
