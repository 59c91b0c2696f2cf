/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file that the Windows Overlay Filter compressed.
 *
 * Reparse data: 0 tag, 4 length of what follows 8, 6 reserved; 8 WOF_EXTERNAL_INFO: version 1, provider; for the
 * provider 2, single files, 16 FILE_PROVIDER_EXTERNAL_INFO: version 1, algorithm.  All of 4 bytes.
 *
 * The stream: a table of where each chunk but the first begins, counted from the end of the table, 4 bytes each (8 for
 * files of 4 GiB and more); the chunks.  All are of one size when unpacked, the last one of what is left.  One that
 * takes as much room as its content is the content.
 */
#include "restore/volume/wof_priv.h"

#include <stdlib.h>
#include <string.h>

#define STEP          (1u << 20)
#define PROVIDER_WIM  1
#define PROVIDER_FILE 2

/* By algorithm: winioctl.h, FILE_PROVIDER_COMPRESSION_*. */
static const struct hc_wof algorithms[] = {
	{ "XPRESS4K", 4096, hc_xpress_decode },
	{ "LZX", 32768, hc_lzx_decode },
	{ "XPRESS8K", 8192, hc_xpress_decode },
	{ "XPRESS16K", 16384, hc_xpress_decode },
};

const char *
hc_wof_parse(struct hc_span reparse, struct hc_wof *ret)
{
	struct hc_span info = { NULL, 0 };
	uint32_t algorithm;

	if (reparse.size >= 8 && hc_get_le32(reparse.data) == HC_TAG_WOF)
		info = hc_span_part(reparse, 8, hc_get_le16(reparse.data + 4));
	if (info.size >= 8 && hc_get_le32(info.data) == 1 &&
	    hc_get_le32(info.data + 4) == PROVIDER_WIM)
		return "lies in a WIM archive behind the Windows Overlay Filter (WIMBoot)";
	if (info.size < 16 || hc_get_le32(info.data) != 1 ||
	    hc_get_le32(info.data + 4) != PROVIDER_FILE || hc_get_le32(info.data + 8) != 1)
		return "is compressed by the Windows Overlay Filter in an unknown form";
	algorithm = hc_get_le32(info.data + 12);
	if (algorithm >= sizeof(algorithms) / sizeof(algorithms[0]))
		return "is compressed by the Windows Overlay Filter with an unknown algorithm";
	*ret = algorithms[algorithm];
	return NULL;
}

/* ---------------------------------------------------------------- content */

struct reader {
	const struct hc_wof *wof;
	struct hc_io *stream;
	const char *path;
	uint64_t size;
	uint64_t chunks;
	unsigned width;       /* of an entry of the table */
	uint64_t table_bytes; /* where the chunks begin */
	size_t batch;         /* chunks that make a step */
	uint64_t *begins;     /* where they lie in the stream, and where the last one ends */
	uint8_t *packed;
	uint8_t *out;
};

static int
damaged(const struct reader *r, uint64_t chunk, const char *why, struct hc_err *err)
{
	hc_err_set(err, H_WOF_DAMAGED, "%s, compressed with %s: chunk %llu of %llu %s", r->path,
		   r->wof->name, (unsigned long long)chunk + 1, (unsigned long long)r->chunks,
		   why);
	return hc_err_at(err, chunk * r->wof->chunk_size, "%s", r->path);
}

static size_t
unpacked_size(const struct reader *r, uint64_t chunk)
{
	uint64_t left = r->size - chunk * r->wof->chunk_size;

	return left < r->wof->chunk_size ? (size_t)left : r->wof->chunk_size;
}

/* Where `count` chunks begin, and where the last of them ends: each at most as long as its content. */
static int
read_begins(struct reader *r, uint64_t first, size_t count, struct hc_err *err)
{
	/* Entry i of the table is where chunk i + 1 begins. */
	uint64_t from = first == 0 ? 0 : first - 1, to = first + count, length;
	uint8_t *raw = r->out; /* free until chunks are unpacked, and larger than entries are */
	uint64_t *begin = r->begins;

	if (to > r->chunks - 1)
		to = r->chunks - 1;
	if (hc_io_pread(r->stream, from * r->width, raw, (size_t)(to - from) * r->width, err) <
	    0)
		return -1;
	if (first == 0)
		*begin++ = 0;
	for (; from < to; from++, raw += r->width)
		*begin++ = r->width == 4 ? hc_get_le32(raw) : hc_get_le64(raw);
	if (first + count == r->chunks)
		*begin = r->stream->size - r->table_bytes;
	for (size_t i = 0; i < count; i++) {
		if (r->begins[i] > r->begins[i + 1] ||
		    r->begins[i + 1] > r->stream->size - r->table_bytes)
			return damaged(r, first + i, "lies outside of the stream", err);
		length = r->begins[i + 1] - r->begins[i];
		if (length == 0 || length > unpacked_size(r, first + i))
			return damaged(r, first + i, "has a length that cannot be", err);
	}
	return 0;
}

static int
decode_batch(struct reader *r, uint64_t first, size_t count, struct hc_sink sink,
	     struct hc_err *err)
{
	size_t done = 0, size, length;
	const uint8_t *in = r->packed;

	if (read_begins(r, first, count, err) < 0 ||
	    hc_io_pread(r->stream, r->table_bytes + r->begins[0], r->packed,
			(size_t)(r->begins[count] - r->begins[0]), err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++, in += length, done += size) {
		size = unpacked_size(r, first + i);
		length = (size_t)(r->begins[i + 1] - r->begins[i]);
		if (length == size)
			memcpy(r->out + done, in, size);
		else if (r->wof->decode(hc_span(in, length), r->out + done, size) < 0)
			return damaged(r, first + i, "cannot be decoded", err);
	}
	return sink.take(sink.ctx, hc_span(r->out, done), err);
}

static int
decode_all(struct reader *r, struct hc_sink sink, struct hc_err *err)
{
	uint64_t count;

	for (uint64_t first = 0; first < r->chunks; first += count) {
		count = r->chunks - first < r->batch ? r->chunks - first : r->batch;
		if (decode_batch(r, first, (size_t)count, sink, err) < 0)
			return -1;
	}
	return 0;
}

int
hc_wof_decode(const struct hc_wof *wof, uint64_t size, struct hc_io *stream, const char *path,
	      struct hc_sink sink, struct hc_err *err)
{
	struct reader r = { .wof = wof, .stream = stream, .path = path, .size = size };
	int result = -1;

	r.chunks = size / wof->chunk_size + (size % wof->chunk_size != 0);
	r.width = size > UINT32_MAX ? 8 : 4;
	r.batch = STEP / wof->chunk_size;
	/* A chunk takes a byte at least: this also bounds the table by what is there. */
	if (r.chunks == 0 ? stream->size != 0
			  : stream->size == 0 || r.chunks - 1 > (stream->size - 1) / r.width) {
		hc_err_set(err, H_WOF_DAMAGED,
			   "%s, compressed with %s: %llu bytes cannot be the form of %llu",
			   path, wof->name, (unsigned long long)stream->size,
			   (unsigned long long)size);
		return hc_err_at(err, HC_NO_OFFSET, "%s", path);
	}
	r.table_bytes = r.chunks == 0 ? 0 : (r.chunks - 1) * r.width;
	r.begins = calloc(r.batch + 1, sizeof(*r.begins));
	r.packed = malloc(STEP);
	r.out = malloc(STEP);
	if (r.begins == NULL || r.packed == NULL || r.out == NULL)
		hc_err_set(err, H_OUT_OF_MEMORY, "no memory to read %s", path);
	else
		result = decode_all(&r, sink, err);
	free(r.begins);
	free(r.packed);
	free(r.out);
	return result;
}
