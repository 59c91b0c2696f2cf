/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * XPRESS with Huffman codes, "LZ77+Huffman" of [MS-XCA] 2.2.
 *
 * A block: 256 bytes, of which each holds the lengths of two symbols' codes, low half first; then the codes.
 * Symbols 0 to 255 are bytes.  Above, the low 4 bits are the length of a match less 3, the high ones how many bits of
 * its offset follow, below a leading 1.  A length of 15 goes on in a byte, and one of 255 there in two more bytes.
 * Symbol 256 also ends the data, but only where no more is wanted; who asks for out_size bytes never meets it.
 */
#include "restore/volume/wof_priv.h"

#define TABLE_BYTES 256
#define BLOCK_MAX   65536
#define MATCH_MIN   3

/* The length that stands in whole bytes, when the symbol's 4 bits are all set; -1. */
static int
take_long_length(struct hc_bits *bits)
{
	int value = hc_bits_byte(bits), high;

	if (value != 255)
		return value < 0 ? -1 : value + 15;
	value = hc_bits_byte(bits);
	high = hc_bits_byte(bits);
	if (value < 0 || high < 0)
		return -1;
	value |= high << 8;
	/* Below 15 it would have fitted the symbol.  0 announces 32 bits, for matches longer than a block. */
	return value < 15 ? -1 : value;
}

int
hc_xpress_decode(struct hc_span in, uint8_t *out, size_t out_size)
{
	uint8_t lengths[TABLE_BYTES * 2];
	struct hc_huffman code;
	struct hc_bits bits;
	size_t done = 0, offset;
	int symbol, length, low;

	if (in.size < TABLE_BYTES || out_size > BLOCK_MAX)
		return -1;
	for (size_t i = 0; i < TABLE_BYTES; i++) {
		lengths[i * 2] = in.data[i] & 15;
		lengths[i * 2 + 1] = in.data[i] >> 4;
	}
	if (hc_huffman_build(&code, lengths, sizeof(lengths)) < 0)
		return -1;
	hc_bits_start(&bits, hc_span(in.data + TABLE_BYTES, in.size - TABLE_BYTES));
	while (done < out_size) {
		symbol = hc_huffman_take(&code, &bits);
		if (symbol < 0)
			return -1;
		if (symbol < 256) {
			out[done++] = (uint8_t)symbol;
			continue;
		}
		length = symbol & 15;
		if (length == 15)
			length = take_long_length(&bits);
		if (length < 0)
			return -1;
		symbol = (symbol - 256) >> 4;
		low = hc_bits_take(&bits, (unsigned)symbol);
		if (low < 0)
			return -1;
		offset = ((size_t)1 << symbol) + (size_t)low;
		length += MATCH_MIN;
		if (offset > done || (size_t)length > out_size - done)
			return -1;
		hc_match_copy(out + done, offset, (size_t)length);
		done += (size_t)length;
	}
	return 0;
}
