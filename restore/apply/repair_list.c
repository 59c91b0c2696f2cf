/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Applying the list of a repair: forwards, once more after a cut, and backwards. */
#include <stdlib.h>
#include <string.h>

#include "restore/apply/repair_priv.h"
#include "restore/base/digest.h"

#define PIECE_BYTES (1u << 20)

/* ---------------------------------------------------------------- the list's place */

int
hc_repair_list_is_zero(struct hc_io *disk, const struct hc_journal_repair *record, bool *ret,
		       struct hc_err *err)
{
	uint8_t *buf = malloc(PIECE_BYTES);
	int result = 0;

	*ret = true;
	if (buf == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a repair");
	for (size_t i = 0; result == 0 && *ret && i < record->list.count; i++) {
		const struct hc_journal_extent *e = &record->list.items[i];

		for (uint64_t at = 0; result == 0 && *ret && at < e->length;
		     at += PIECE_BYTES) {
			size_t n = (size_t)hc_min_u64(PIECE_BYTES, e->length - at);

			result = hc_io_pread(disk, e->offset + at, buf, n, err);
			*ret = result == 0 && hc_is_zero(buf, n);
		}
	}
	free(buf);
	return result;
}

/* Bytes of the list, then zeros up to the end of its place; no list: zeros alone. */
int
hc_repair_put_list(struct hc_io *disk, const struct hc_journal_repair *record,
		   struct hc_span list, struct hc_err *err)
{
	uint8_t *buf = malloc(PIECE_BYTES);
	uint64_t done = 0;
	int result = 0;

	if (buf == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a repair");
	for (size_t i = 0; result == 0 && i < record->list.count; i++) {
		const struct hc_journal_extent *e = &record->list.items[i];

		for (uint64_t at = 0; result == 0 && at < e->length; at += PIECE_BYTES) {
			size_t n = (size_t)hc_min_u64(PIECE_BYTES, e->length - at);
			size_t part =
				done < list.size ? (size_t)hc_min_u64(n, list.size - done) : 0;

			memset(buf, 0, n);
			if (part > 0)
				memcpy(buf, list.data + done, part);
			result = hc_io_pwrite(disk, e->offset + at, buf, n, err);
			done += n;
		}
	}
	free(buf);
	if (result == 0 && done < list.size)
		return hc_err_set(err, H_INTERNAL, "a list of %zu bytes has room for %llu",
				  list.size, (unsigned long long)done);
	return result;
}

static int
check_place(struct hc_io *disk, const struct hc_journal_repair *record, struct hc_err *err)
{
	uint64_t room = 0, end;

	for (size_t i = 0; i < record->list.count; i++) {
		const struct hc_journal_extent *e = &record->list.items[i];

		if (!hc_add_u64(e->offset, e->length, &end) || end > disk->size ||
		    !hc_add_u64(room, e->length, &room))
			return hc_err_set(err, H_SECTORS, "the list lies outside the disk");
	}
	return record->size <= room && record->size <= HC_SECTORS_MAX
		       ? 0
		       : hc_err_set(err, H_SECTORS, "the list has %llu bytes, its place %llu",
				    (unsigned long long)record->size, (unsigned long long)room);
}

int
hc_repair_list(struct hc_io *disk, const struct hc_journal_repair *record,
	       struct hc_arena *arena, struct hc_buf *bytes, struct hc_sectors *ret,
	       struct hc_err *err)
{
	char hex[HC_DIGEST_TEXT];
	struct hc_digest sum;

	if (check_place(disk, record, err) < 0 ||
	    hc_buf_reserve(bytes, record->size + 1, err) < 0)
		return -1;
	for (size_t i = 0; i < record->list.count && bytes->size < record->size; i++) {
		const struct hc_journal_extent *e = &record->list.items[i];
		size_t n = (size_t)hc_min_u64(e->length, record->size - bytes->size);

		if (hc_io_pread(disk, e->offset, bytes->data + bytes->size, n, err) < 0)
			return -1;
		bytes->size += n;
	}
	hc_digest_of(HC_DIGEST_SHA256, bytes->data, bytes->size, &sum);
	hc_digest_hex(&sum, hex);
	if (record->sha256 == NULL || strcmp(hex, record->sha256) != 0) {
		hc_err_set(err, H_SECTORS,
			   "the list of changed sectors is not what the journal "
			   "says: somebody wrote over it");
		return hc_err_at(err, record->list.count > 0 ? record->list.items[0].offset : 0,
				 "the disk");
	}
	return hc_sectors_read(hc_buf_span(bytes), arena, ret, err);
}

/* ---------------------------------------------------------------- writing rows */

static int
check_row(struct hc_io *disk, const struct hc_sectors_row *row, uint8_t *buf,
	  const uint8_t *want, struct hc_err *err)
{
	if (hc_io_pread(disk, row->offset, buf, row->length, err) < 0)
		return -1;
	if (memcmp(buf, want, row->length) == 0)
		return 0;
	hc_err_set(err, H_READBACK_MISMATCH,
		   "%llu bytes that a repair wrote read back differently",
		   (unsigned long long)row->length);
	return hc_err_at(err, row->offset, "the disk");
}

/* The new bytes, or with `back` the old ones; flushed, and read back. */
static int
write_rows(struct hc_io *disk, const struct hc_sectors *list, bool back, struct hc_err *err)
{
	uint64_t largest = 1;
	uint8_t *buf;
	int result = 0;

	for (size_t i = 0; i < list->count; i++)
		largest = hc_max_u64(largest, list->items[i].length);
	buf = malloc(largest);
	if (buf == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a repair");
	for (size_t i = 0; result == 0 && i < list->count; i++) {
		const struct hc_sectors_row *row = &list->items[i];

		result = hc_io_pwrite(disk, row->offset, back ? row->before : row->after,
				      row->length, err);
	}
	if (result == 0)
		result = hc_io_flush(disk, err);
	for (size_t i = 0; result == 0 && i < list->count; i++)
		result = check_row(disk, &list->items[i], buf,
				   back ? list->items[i].before : list->items[i].after, err);
	free(buf);
	return result;
}

/* Each block of a row is as the repair left it; of one that was cut off it may still be as it was before. */
static int
check_unchanged(struct hc_io *disk, const struct hc_sectors *list, bool cut_off,
		struct hc_err *err)
{
	uint8_t *buf = malloc(list->block);
	int result = 0;

	if (buf == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a repair");
	for (size_t i = 0; result == 0 && i < list->count; i++) {
		const struct hc_sectors_row *row = &list->items[i];

		for (uint64_t at = 0; result == 0 && at < row->length; at += list->block) {
			result = hc_io_pread(disk, row->offset + at, buf, list->block, err);
			if (result < 0 || memcmp(buf, row->after + at, list->block) == 0 ||
			    (cut_off && memcmp(buf, row->before + at, list->block) == 0))
				continue;
			hc_err_set(
				err, H_UNDO_CHANGED,
				"this sector is neither as it was nor as the repair leaves it");
			result = hc_err_at(err, row->offset + at, "the disk");
		}
	}
	free(buf);
	return result;
}

int
hc_repair_finish(const struct hc_repair *repair, const struct hc_journal_repair *recorded,
		 struct hc_arena *arena, struct hc_err *err)
{
	struct hc_journal_repair done = *recorded;
	struct hc_sectors list;
	struct hc_buf bytes = { 0 };
	int result = -1;

	done.state = HC_REPAIR_DONE;
	if (hc_repair_list(repair->disk, recorded, arena, &bytes, &list, err) == 0 &&
	    check_unchanged(repair->disk, &list, true, err) == 0 &&
	    write_rows(repair->disk, &list, false, err) == 0)
		result = repair->record(repair->ctx, &done, err);
	hc_buf_done(&bytes);
	return result;
}

/* ---------------------------------------------------------------- back */

/* The list, and that nobody has written to its places since. */
static int
open_unchanged(const struct hc_repair *repair, const struct hc_journal_repair *recorded,
	       struct hc_arena *arena, struct hc_buf *bytes, struct hc_sectors *ret,
	       struct hc_err *err)
{
	if (hc_repair_list(repair->disk, recorded, arena, bytes, ret, err) < 0)
		return -1;
	return check_unchanged(repair->disk, ret, recorded->state != HC_REPAIR_DONE, err);
}

int
hc_repair_may_undo(const struct hc_repair *repair, const struct hc_journal_repair *recorded,
		   struct hc_arena *arena, struct hc_err *err)
{
	struct hc_sectors list;
	struct hc_buf bytes = { 0 };
	int result = open_unchanged(repair, recorded, arena, &bytes, &list, err);

	hc_buf_done(&bytes);
	return result;
}

int
hc_repair_undo(const struct hc_repair *repair, const struct hc_journal_repair *recorded,
	       struct hc_arena *arena, struct hc_err *err)
{
	struct hc_journal_repair undoing = *recorded;
	struct hc_sectors list;
	struct hc_buf bytes = { 0 };
	int result = -1;

	undoing.state = HC_REPAIR_UNDOING;
	if (open_unchanged(repair, recorded, arena, &bytes, &list, err) == 0 &&
	    repair->record(repair->ctx, &undoing, err) == 0 &&
	    write_rows(repair->disk, &list, true, err) == 0)
		result = 0;
	hc_buf_done(&bytes);
	return result;
}

/* ---------------------------------------------------------------- as it was */

void
hc_repair_take_out(const struct hc_sectors *list, uint64_t offset, uint8_t *bytes,
		   size_t length)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct hc_sectors_row *row = &list->items[i];
		const uint64_t from = hc_max_u64(row->offset, offset);
		const uint64_t to = hc_min_u64(row->offset + row->length, offset + length);

		if (from < to &&
		    memcmp(bytes + (from - offset), row->after + (from - row->offset),
			   (size_t)(to - from)) == 0)
			memcpy(bytes + (from - offset), row->before + (from - row->offset),
			       (size_t)(to - from));
	}
}
