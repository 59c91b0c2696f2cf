/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that the Windows Overlay Filter compressed (compact OS): their format, and the two decoders behind it.
 *
 * Shape:   reparse data says how (struct hc_wof); the stream WofCompressedData holds a table of chunks and the
 *          chunks; hc_wof_decode hands out the content.  Nothing here knows NTFS.
 * Units:   bytes.
 * Errors:  the decoders know good and bad only: 0 or -1, and with -1 what `out` holds is worth nothing.  They read
 *          and write inside what they are given, whatever it holds, and allocate nothing.
 *          hc_wof_decode: H_WOF_DAMAGED, what the stream's io and the sink raise.
 * Source:  [MS-FSCC] 2.1.2.1, winioctl.h (WOF_EXTERNAL_INFO, FILE_PROVIDER_EXTERNAL_INFO); [MS-XCA] 2.2;
 *          [MS-PATCH] (LZX).  Where wimlib's documentation of the WIM format was the only source, it says so.
 */
#ifndef HC_VOLUME_WOF_PRIV_H
#define HC_VOLUME_WOF_PRIV_H

#include "restore/base/io.h"
#include "restore/volume/volume.h"

#define HC_TAG_WOF    0x80000017u
#define HC_WOF_STREAM "WofCompressedData"

struct hc_wof {
	const char *name; /* "XPRESS4K" */
	size_t chunk_size;
	int (*decode)(struct hc_span in, uint8_t *out, size_t out_size);
};

/* From the whole reparse data, tag and length first.  NULL: it can be decoded; else why not, as the end of a
 * sentence that begins with the file's name. */
const char *hc_wof_parse(struct hc_span reparse, struct hc_wof *ret);
/* A file of `size` bytes, of which `stream` is the compressed form; handed out in steps of up to 1 MiB. */
int hc_wof_decode(const struct hc_wof *wof, uint64_t size, struct hc_io *stream,
		  const char *path, struct hc_sink sink, struct hc_err *err);

/* LZ77 + Huffman of [MS-XCA] 2.2, one block of it: out_size is at most 65536. */
int hc_xpress_decode(struct hc_span in, uint8_t *out, size_t out_size);
/* LZX as WIM archives use it, with a window of 32 KiB: out_size is at most 32768. */
int hc_lzx_decode(struct hc_span in, uint8_t *out, size_t out_size);

/* ---------------------------------------------------------------- bits */

/*
 * Bits out of little-endian words of 16, each from its highest bit down.  Both formats put whole bytes between the
 * words, at the place that the decoder has come to, so when a word is taken is part of the format: as soon as fewer
 * than 16 bits are left ([MS-XCA] 2.2; in LZX it makes no difference).
 * Behind the end there are zeros to look at; to take one of them is an error.
 */
struct hc_bits {
	const uint8_t *at;
	const uint8_t *end;
	uint32_t word;    /* the next bits, from the top */
	unsigned left;    /* how many of them count: 16 to 32 between calls */
	unsigned made_up; /* how many of those, at their end, lie behind the end */
};

/* Drops up to 16 bits; -1 when there were not as many. */
static inline int
hc_bits_skip(struct hc_bits *bits, unsigned count)
{
	uint32_t next = 0;

	bits->word <<= count;
	bits->left -= count;
	if (bits->left < 16) {
		if (bits->end - bits->at >= 2) {
			next = hc_get_le16(bits->at);
			bits->at += 2;
		} else {
			bits->made_up += 16;
		}
		bits->word |= next << (16 - bits->left);
		bits->left += 16;
	}
	return bits->made_up > bits->left ? -1 : 0;
}

static inline void
hc_bits_start(struct hc_bits *bits, struct hc_span in)
{
	*bits = (struct hc_bits){ .at = in.data, .end = in.data + in.size };
	/* Of nothing, nothing can be missing yet. */
	(void)(hc_bits_skip(bits, 0) < 0);
}

/* Takes up to 16 bits as a number, or -1. */
static inline int
hc_bits_take(struct hc_bits *bits, unsigned count)
{
	uint32_t value = (bits->word >> 16) >> (16 - count);

	return hc_bits_skip(bits, count) < 0 ? -1 : (int)value;
}

/* A whole byte, past the words taken so far, or -1. */
static inline int
hc_bits_byte(struct hc_bits *bits)
{
	return bits->at == bits->end ? -1 : *bits->at++;
}

/* ---------------------------------------------------------------- Huffman codes */

#define HC_HUFFMAN_SYMBOLS 512 /* XPRESS; LZX has 496 at most */
#define HC_HUFFMAN_BITS    16  /* LZX; XPRESS has 15 at most */
#define HC_HUFFMAN_FAST    10

/* A canonical code: shorter codes come first, those of one length in the order of their symbols. */
struct hc_huffman {
	/* [n]: where codes of n bits end, written as 16 bits; those of n + 1 begin there. */
	uint32_t end[HC_HUFFMAN_BITS + 1];
	/* [n]: where the symbols of n bits begin in `sorted`. */
	uint16_t first[HC_HUFFMAN_BITS + 1];
	uint16_t sorted[HC_HUFFMAN_SYMBOLS];
	/* By the next bits: symbol << 4 | length; 0 for codes that are longer, or none. */
	uint16_t fast[1u << HC_HUFFMAN_FAST];
};

/* From the length of each symbol's code, 0 to 16, 0 for none.  -1 when there are more codes than bits can tell
 * apart.  Fewer are fine: a code that belongs to no symbol is an error when it is met. */
int hc_huffman_build(struct hc_huffman *code, const uint8_t *lengths, size_t count);
/* For codes that `fast` does not hold. */
int hc_huffman_slow(const struct hc_huffman *code, struct hc_bits *bits);

/* The next symbol, or -1. */
static inline int
hc_huffman_take(const struct hc_huffman *code, struct hc_bits *bits)
{
	unsigned entry = code->fast[bits->word >> (32 - HC_HUFFMAN_FAST)];

	if (entry == 0)
		return hc_huffman_slow(code, bits);
	return hc_bits_skip(bits, entry & 15) < 0 ? -1 : (int)(entry >> 4);
}

/* Repeats `length` bytes from `offset` before `at`; the caller has checked both.  They may overlap: then what was
 * just written is repeated. */
static inline void
hc_match_copy(uint8_t *at, size_t offset, size_t length)
{
	for (const uint8_t *from = at - offset; length > 0; length--)
		*at++ = *from++;
}

#endif
