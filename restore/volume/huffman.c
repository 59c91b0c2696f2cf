/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Canonical Huffman codes of up to 16 bits ([MS-XCA] 2.2, [MS-PATCH]). */
#include "restore/volume/wof_priv.h"

#include <string.h>

/* Every run of the next bits that begins with a code of up to HC_HUFFMAN_FAST bits says which. */
static void
fill_fast(struct hc_huffman *code)
{
	const unsigned unused = HC_HUFFMAN_BITS - HC_HUFFMAN_FAST;
	unsigned at = 0, symbol = 0;

	memset(code->fast, 0, sizeof(code->fast));
	for (unsigned length = 1; length <= HC_HUFFMAN_FAST; length++)
		while (at < code->end[length] >> unused) {
			unsigned entry = (unsigned)code->sorted[symbol++] << 4 | length;

			for (unsigned i = 0; i < 1u << (HC_HUFFMAN_FAST - length); i++)
				code->fast[at++] = (uint16_t)entry;
		}
}

int
hc_huffman_build(struct hc_huffman *code, const uint8_t *lengths, size_t count)
{
	uint16_t counts[HC_HUFFMAN_BITS + 1] = { 0 }, next[HC_HUFFMAN_BITS + 1];

	for (size_t i = 0; i < count; i++)
		counts[lengths[i]]++;
	code->end[0] = 0;
	code->first[0] = 0;
	counts[0] = 0;
	for (unsigned n = 1; n <= HC_HUFFMAN_BITS; n++) {
		code->end[n] =
			code->end[n - 1] + ((uint32_t)counts[n] << (HC_HUFFMAN_BITS - n));
		code->first[n] = (uint16_t)(code->first[n - 1] + counts[n - 1]);
	}
	if (code->end[HC_HUFFMAN_BITS] > 1u << HC_HUFFMAN_BITS)
		return -1;
	memcpy(next, code->first, sizeof(next));
	for (size_t i = 0; i < count; i++)
		if (lengths[i] != 0)
			code->sorted[next[lengths[i]]++] = (uint16_t)i;
	fill_fast(code);
	return 0;
}

int
hc_huffman_slow(const struct hc_huffman *code, struct hc_bits *bits)
{
	uint32_t ahead = bits->word >> 16, index;

	for (unsigned n = HC_HUFFMAN_FAST + 1; n <= HC_HUFFMAN_BITS; n++) {
		if (ahead >= code->end[n])
			continue;
		index = (ahead - code->end[n - 1]) >> (HC_HUFFMAN_BITS - n);
		return hc_bits_skip(bits, n) < 0 ? -1 : code->sorted[code->first[n] + index];
	}
	return -1;
}
