/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The chunk index (.caibx), all integers little-endian u64 (transport.md section 1.1):
 *
 *	  0  48                    size of this header
 *	  8  0x96824d9c7b129ff9    index
 *	 16  feature flags
 *	 24  chunk_min, 32 chunk_avg, 40 chunk_max
 *	 48  0xffffffffffffffff    table: size not known when it was begun
 *	 56  0xe75b9e112f17417d    table
 *	 64  rows of 40 bytes: end offset in the blob, digest
 *	end-40  0, 0, 48, size of the table (file size - 48), 0x4b4f050e5549ecd1
 */
#include <stdlib.h>
#include <string.h>

#include "restore/source/source_priv.h"

#define INDEX_BYTES_MAX (1ull << 30)
#define HEADER_BYTES    48u
#define ROWS_AT         64u
#define ROW_BYTES       40u
#define TAIL_BYTES      40u
#define CHUNK_SIZE_MAX  (128ull << 20) /* casync's own limit for the header's three sizes */

#define INDEX_TYPE  0x96824d9c7b129ff9ull
#define TABLE_TYPE  0xe75b9e112f17417dull
#define TAIL_MARKER 0x4b4f050e5549ecd1ull

/* The digest; and three flags that casync carries over from its directory mode into blob
 * indexes. */
#define FLAG_SHA512_256        0x2000000000000000ull
#define FLAG_EXCLUDE_NODUMP    0x8000000000000000ull
#define FLAG_EXCLUDE_SUBMOUNTS 0x4000000000000000ull
#define FLAG_EXCLUDE_FILE      0x1000000000000000ull
#define FLAGS_OF_BLOBS                                                                         \
	(FLAG_SHA512_256 | FLAG_EXCLUDE_NODUMP | FLAG_EXCLUDE_SUBMOUNTS | FLAG_EXCLUDE_FILE)

static int
bad(uint64_t offset, const char *what, uint64_t found, struct hc_err *err)
{
	hc_err_set(err, H_INDEX_FORMAT, "%s: found %llu (0x%llx)", what,
		   (unsigned long long)found, (unsigned long long)found);
	return hc_err_at(err, offset, "the index");
}

struct expect {
	uint64_t offset;
	uint64_t value;
	const char *what;
};

static int
check_words(struct hc_span bytes, const struct expect *list, size_t count, struct hc_err *err)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t found = hc_get_le64(bytes.data + list[i].offset);

		if (found != list[i].value)
			return bad(list[i].offset, list[i].what, found, err);
	}
	return 0;
}

static int
check_frame(struct hc_span bytes, struct hc_err *err)
{
	const uint64_t tail = bytes.size - TAIL_BYTES;
	const struct expect words[] = {
		{ 0, HEADER_BYTES, "the size of the header is not 48" },
		{ 8, INDEX_TYPE, "this is not a chunk index" },
		{ 48, UINT64_MAX, "the table does not begin with the size \"unknown\"" },
		{ 56, TABLE_TYPE, "there is no table of chunks" },
		{ tail, 0, "the index does not end after its rows" },
		{ tail + 8, 0, "the second word of the tail is not 0" },
		{ tail + 16, HEADER_BYTES, "the tail does not point to the table" },
		{ tail + 24, bytes.size - HEADER_BYTES, "the size of the table is wrong" },
		{ tail + 32, TAIL_MARKER, "the marker at the end is missing" },
	};

	return check_words(bytes, words, sizeof(words) / sizeof(words[0]), err);
}

static int
read_header(struct hc_span bytes, struct hc_index *index, struct hc_err *err)
{
	uint64_t flags = hc_get_le64(bytes.data + 16);

	if ((flags & ~FLAGS_OF_BLOBS) != 0)
		return bad(16, "these feature flags are not those of a blob's index", flags,
			   err);
	index->digest = flags & FLAG_SHA512_256 ? HC_DIGEST_SHA512_256 : HC_DIGEST_SHA256;
	index->chunk_min = hc_get_le64(bytes.data + 24);
	index->chunk_avg = hc_get_le64(bytes.data + 32);
	index->chunk_max = hc_get_le64(bytes.data + 40);
	if (index->chunk_min < 1 || index->chunk_min > index->chunk_avg)
		return bad(24, "the least chunk size is out of range", index->chunk_min, err);
	if (index->chunk_avg > index->chunk_max)
		return bad(32, "the average chunk size is out of range", index->chunk_avg, err);
	if (index->chunk_max > CHUNK_SIZE_MAX)
		return bad(40, "the greatest chunk size is out of range", index->chunk_max,
			   err);
	return 0;
}

static int
read_rows(struct hc_span bytes, struct hc_index *index, struct hc_err *err)
{
	uint64_t before = 0, max = hc_min_u64(index->chunk_max, HC_CHUNK_LIMIT);

	for (size_t i = 0; i < index->count; i++) {
		const uint64_t at = ROWS_AT + (uint64_t)ROW_BYTES * i;
		uint64_t end = hc_get_le64(bytes.data + at);

		if (end <= before)
			return bad(at, "a row does not end after the row before it", end, err);
		if (end - before > max)
			return bad(at, "a row is larger than the greatest chunk", end - before,
				   err);
		index->rows[i].end = end;
		memcpy(index->rows[i].digest.bytes, bytes.data + at + 8, HC_DIGEST_BYTES);
		before = end;
	}
	/* Offsets are signed where files are concerned. */
	if (before > INT64_MAX)
		return bad(ROWS_AT, "the blob is larger than a file can be", before, err);
	return 0;
}

static uint64_t
row_size(const struct hc_index *index, size_t row)
{
	return index->rows[row].end - (row == 0 ? 0 : index->rows[row - 1].end);
}

/* casync cuts runs of zeros at chunk_max, which may be any number. */
static int
learn_zeros_of_max(struct hc_index *index, struct hc_err *err)
{
	bool useful = false;
	void *zeros;

	if (hc_zeros_digest(index->digest, index->chunk_max) != NULL)
		return 0;
	for (size_t row = 0; row < index->count && !useful; row++)
		useful = row_size(index, row) == index->chunk_max;
	if (!useful)
		return 0;
	zeros = calloc(1, (size_t)index->chunk_max);
	if (zeros == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %llu zeros",
				  (unsigned long long)index->chunk_max);
	hc_digest_of(index->digest, zeros, (size_t)index->chunk_max, &index->zeros_of_max);
	index->knows_zeros_of_max = true;
	free(zeros);
	return 0;
}

int
hc_index_parse(struct hc_span bytes, struct hc_index *ret, struct hc_err *err)
{
	struct hc_index index = { 0 };

	if (bytes.size > INDEX_BYTES_MAX)
		return bad(HC_NO_OFFSET, "the index is larger than 1 GiB", bytes.size, err);
	if (bytes.size < ROWS_AT + TAIL_BYTES)
		return bad(HC_NO_OFFSET, "the index is shorter than an empty one", bytes.size,
			   err);
	if ((bytes.size - ROWS_AT - TAIL_BYTES) % ROW_BYTES != 0)
		return bad(HC_NO_OFFSET, "the size is not that of whole rows", bytes.size, err);
	if (check_frame(bytes, err) < 0 || read_header(bytes, &index, err) < 0)
		return -1;
	index.count = (bytes.size - ROWS_AT - TAIL_BYTES) / ROW_BYTES;
	index.rows = calloc(index.count + 1, sizeof(*index.rows));
	if (index.rows == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %zu rows", index.count);
	if (read_rows(bytes, &index, err) < 0 || learn_zeros_of_max(&index, err) < 0) {
		free(index.rows);
		return -1;
	}
	*ret = index;
	return 0;
}

static int
put(struct hc_buf *out, uint64_t word, struct hc_err *err)
{
	uint8_t raw[8];

	hc_put_le64(raw, word);
	return hc_buf_append(out, raw, sizeof(raw), err);
}

/* The flags are desync's: casync accepts them too (transport.md 1.1). */
int
hc_index_write(const struct hc_index *index, struct hc_buf *out, struct hc_err *err)
{
	const uint64_t table = (uint64_t)ROW_BYTES * index->count + 16 + TAIL_BYTES;
	const uint64_t digest = index->digest == HC_DIGEST_SHA512_256 ? FLAG_SHA512_256 : 0;
	const uint64_t head[] = {
		HEADER_BYTES,     INDEX_TYPE,       FLAG_EXCLUDE_NODUMP | digest,
		index->chunk_min, index->chunk_avg, index->chunk_max,
		UINT64_MAX,       TABLE_TYPE
	};
	const uint64_t tail[] = { 0, 0, HEADER_BYTES, table, TAIL_MARKER };

	if (hc_buf_reserve(out, out->size + HEADER_BYTES + (size_t)table, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++) {
		if (put(out, head[i], err) < 0)
			return -1;
	}
	for (size_t i = 0; i < index->count; i++) {
		if (put(out, index->rows[i].end, err) < 0 ||
		    hc_buf_append(out, index->rows[i].digest.bytes, HC_DIGEST_BYTES, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < sizeof(tail) / sizeof(tail[0]); i++) {
		if (put(out, tail[i], err) < 0)
			return -1;
	}
	return 0;
}

void
hc_index_done(struct hc_index *index)
{
	free(index->rows);
	*index = (struct hc_index){ 0 };
}

bool
hc_index_row_is_zero(const struct hc_index *index, size_t row)
{
	uint64_t size = row_size(index, row);
	const struct hc_digest *zeros = hc_zeros_digest(index->digest, size);

	if (zeros == NULL && index->knows_zeros_of_max && size == index->chunk_max)
		zeros = &index->zeros_of_max;
	return zeros != NULL && hc_digest_equal(zeros, &index->rows[row].digest);
}
