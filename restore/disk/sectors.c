/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of sectors, old and new. */
#include "restore/disk/sectors.h"

#include <string.h>

#include "restore/base/digest.h"

static const char magic[16] = { 'h', 'a', 'l', 'c', 'y', 'o', 'n', ' ',
				's', 'e', 'c', 't', 'o', 'r', 's', '\n' };

#define VERSION    1u
#define HEAD_BYTES 40u
#define ROW_BYTES  16u

/* ---------------------------------------------------------------- writing */

uint64_t
hc_sectors_size(const struct hc_extents *runs)
{
	return HEAD_BYTES + runs->count * ROW_BYTES + 2 * hc_extents_total(runs) +
	       HC_DIGEST_BYTES;
}

static int
append_bytes(struct hc_io *io, struct hc_extent run, struct hc_buf *out, struct hc_err *err)
{
	if (hc_buf_reserve(out, out->size + run.length, err) < 0 ||
	    hc_io_pread(io, run.offset, out->data + out->size, run.length, err) < 0)
		return -1;
	out->size += run.length;
	return 0;
}

int
hc_sectors_write(struct hc_io *before, struct hc_io *after, uint32_t block,
		 const struct hc_extents *runs, struct hc_buf *out, struct hc_err *err)
{
	const size_t start = out->size;
	uint8_t head[HEAD_BYTES], row[ROW_BYTES];
	struct hc_digest sum;

	if (hc_sectors_size(runs) > HC_SECTORS_MAX)
		return hc_err_set(err, H_SECTORS,
				  "%llu bytes would change: too many for a repair",
				  (unsigned long long)hc_extents_total(runs));
	memcpy(head, magic, sizeof(magic));
	hc_put_le32(head + 16, VERSION);
	hc_put_le32(head + 20, block);
	hc_put_le64(head + 24, hc_sectors_size(runs));
	hc_put_le64(head + 32, runs->count);
	if (hc_buf_append(out, head, sizeof(head), err) < 0)
		return -1;
	for (size_t i = 0; i < runs->count; i++) {
		hc_put_le64(row, runs->items[i].offset);
		hc_put_le64(row + 8, runs->items[i].length);
		if (hc_buf_append(out, row, sizeof(row), err) < 0 ||
		    append_bytes(before, runs->items[i], out, err) < 0 ||
		    append_bytes(after, runs->items[i], out, err) < 0)
			return -1;
	}
	hc_digest_of(HC_DIGEST_SHA256, out->data + start, out->size - start, &sum);
	return hc_buf_append(out, sum.bytes, sizeof(sum.bytes), err);
}

/* ---------------------------------------------------------------- reading */

static int
damaged(struct hc_err *err, uint64_t at, const char *what)
{
	hc_err_set(err, H_SECTORS, "the list of changed sectors is damaged: %s", what);
	return hc_err_at(err, at, "sectors");
}

static int
check_head(struct hc_span bytes, struct hc_span *ret_list, struct hc_err *err)
{
	struct hc_digest sum;
	uint64_t size;

	if (bytes.size < HEAD_BYTES + HC_DIGEST_BYTES ||
	    memcmp(bytes.data, magic, sizeof(magic)) != 0)
		return damaged(err, 0, "it does not begin as one");
	if (hc_get_le32(bytes.data + 16) != VERSION)
		return damaged(err, 16, "it is of a version that this halcyon does not know");
	size = hc_get_le64(bytes.data + 24);
	if (size < HEAD_BYTES + HC_DIGEST_BYTES || size > bytes.size || size > HC_SECTORS_MAX)
		return damaged(err, 24, "it is cut short");
	hc_digest_of(HC_DIGEST_SHA256, bytes.data, (size_t)size - HC_DIGEST_BYTES, &sum);
	if (memcmp(sum.bytes, bytes.data + size - HC_DIGEST_BYTES, HC_DIGEST_BYTES) != 0)
		return damaged(err, size - HC_DIGEST_BYTES, "its digest is wrong");
	*ret_list = hc_span(bytes.data, (size_t)size - HC_DIGEST_BYTES);
	return 0;
}

/* A row at `at`, which must lie behind `least` on the disk. */
static int
read_row(struct hc_span list, size_t at, uint32_t block, uint64_t least,
	 struct hc_sectors_row *ret, struct hc_err *err)
{
	uint64_t end;

	if (list.size - at < ROW_BYTES)
		return damaged(err, at, "a row is cut short");
	ret->offset = hc_get_le64(list.data + at);
	ret->length = hc_get_le64(list.data + at + 8);
	if (ret->length == 0 || ret->length % block != 0 || ret->offset % block != 0 ||
	    !hc_add_u64(ret->offset, ret->length, &end))
		return damaged(err, at, "a row is not of whole sectors");
	if (ret->offset < least)
		return damaged(err, at, "rows overlap, or are out of order");
	if (ret->length > (list.size - at - ROW_BYTES) / 2)
		return damaged(err, at, "a row is cut short");
	ret->before = list.data + at + ROW_BYTES;
	ret->after = ret->before + ret->length;
	return 0;
}

int
hc_sectors_read(struct hc_span bytes, struct hc_arena *arena, struct hc_sectors *ret,
		struct hc_err *err)
{
	struct hc_sectors found = { 0 };
	struct hc_span list = { NULL, 0 };
	size_t at = HEAD_BYTES;
	uint64_t count, least = 0;

	if (check_head(bytes, &list, err) < 0)
		return -1;
	found.block = hc_get_le32(list.data + 20);
	count = hc_get_le64(list.data + 32);
	if (found.block < 512 || (found.block & (found.block - 1)) != 0)
		return damaged(err, 20, "its sectors are of no size that disks have");
	if (count > (list.size - HEAD_BYTES) / ROW_BYTES)
		return damaged(err, 32, "it has more rows than bytes");
	found.items = hc_arena_array(arena, (size_t)count + 1, sizeof(*found.items));
	if (found.items == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a list of sectors");
	for (; found.count < count; found.count++) {
		struct hc_sectors_row *row = &found.items[found.count];

		if (read_row(list, at, found.block, least, row, err) < 0)
			return -1;
		least = row->offset + row->length;
		at += ROW_BYTES + 2 * (size_t)row->length;
	}
	if (at != list.size)
		return damaged(err, at, "there is something behind its last row");
	*ret = found;
	return 0;
}
