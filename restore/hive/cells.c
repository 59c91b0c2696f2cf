/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Room in the bins of a hive: free cells are used again, neighbours are joined, new bins go to the end. */
#include <stdlib.h>
#include <string.h>

#include "restore/hive/hive_cells_priv.h"

#define CELL_STEP 8u

static uint8_t *
at_offset(const struct hc_cells *cells, uint32_t offset)
{
	return cells->file->data + BASE_BLOCK_BYTES + offset;
}

static uint32_t
bin_length(const struct hc_cells *cells, uint32_t bin)
{
	return hc_get_le32(at_offset(cells, bin) + 8);
}

/* Negative: it is in use. */
static int32_t
cell_length(const struct hc_cells *cells, uint32_t cell)
{
	return (int32_t)hc_get_le32(at_offset(cells, cell));
}

static uint32_t
cell_bytes(const struct hc_cells *cells, uint32_t cell)
{
	int32_t length = cell_length(cells, cell);

	return length < 0 ? 0u - (uint32_t)length : (uint32_t)length;
}

uint32_t
hc_cell_room(const struct hc_cells *cells, uint32_t cell)
{
	return cell_bytes(cells, cell) - 4;
}

/* ---------------------------------------------------------------- bins */

/* Which bin each page from `first` on belongs to: to look for it from the first one on takes minutes where a
 * hundred thousand keys are deleted. */
static int
note_bins(struct hc_cells *cells, uint32_t first, struct hc_err *err)
{
	size_t pages = cells->bins_bytes / BIN_STEP;
	uint32_t *more = realloc(cells->bin_of_page, pages * sizeof(*more));
	uint32_t end;

	if (more == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for changes of a hive");
	cells->bin_of_page = more;
	for (uint32_t bin = first; bin < cells->bins_bytes; bin = end) {
		end = bin + bin_length(cells, bin);
		for (uint32_t at = bin; at < end; at += BIN_STEP)
			more[at / BIN_STEP] = bin;
	}
	return 0;
}

int
hc_cells_open(struct hc_cells *cells, struct hc_err *err)
{
	return note_bins(cells, 0, err);
}

void
hc_cells_done(struct hc_cells *cells)
{
	free(cells->bin_of_page);
	cells->bin_of_page = NULL;
}

/* ---------------------------------------------------------------- new cells */

/* A free cell of this bin with that many bytes, its length included; HC_NO_CELL: there is none. */
static uint32_t
find_in_bin(const struct hc_cells *cells, uint32_t bin, uint32_t bytes)
{
	uint32_t end = bin + bin_length(cells, bin);

	for (uint32_t cell = bin + BIN_HEAD; cell < end; cell += cell_bytes(cells, cell))
		if (cell_length(cells, cell) >= (int32_t)bytes)
			return cell;
	return HC_NO_CELL;
}

/* A bin behind the last one, with one free cell of at least that many bytes. */
static int
add_bin(struct hc_cells *cells, uint32_t bytes, struct hc_err *err)
{
	uint32_t bin = cells->bins_bytes;
	uint32_t length = (uint32_t)hc_round_up(bytes + (uint64_t)BIN_HEAD, BIN_STEP);
	size_t end = (size_t)BASE_BLOCK_BYTES + bin + length;

	if (length > BINS_MAX - bin)
		return hc_err_set(err, H_HIVE_EDIT, "the hive has no room for %u bytes more",
				  bytes);
	if (hc_buf_reserve(cells->file, end, err) < 0)
		return -1;
	/* What a file has behind its last bin is left from longer days. */
	memset(at_offset(cells, bin), 0, length);
	if (cells->file->size < end)
		cells->file->size = end;
	memcpy(at_offset(cells, bin), "hbin", 4);
	hc_put_le32(at_offset(cells, bin) + 4, bin);
	hc_put_le32(at_offset(cells, bin) + 8, length);
	hc_put_le32(at_offset(cells, bin) + BIN_HEAD, length - BIN_HEAD);
	cells->bins_bytes += length;
	return note_bins(cells, bin, err);
}

/* Marks the free cell used; what is more than that many bytes stays free. */
static void
take(struct hc_cells *cells, uint32_t cell, uint32_t bytes)
{
	uint32_t rest = cell_bytes(cells, cell) - bytes;

	if (rest > 0)
		hc_put_le32(at_offset(cells, cell + bytes), rest);
	hc_put_le32(at_offset(cells, cell), 0u - bytes);
	memset(at_offset(cells, cell) + 4, 0, bytes - 4);
}

uint32_t
hc_cell_new(struct hc_cells *cells, uint32_t bytes, struct hc_err *err)
{
	uint32_t need = (uint32_t)hc_round_up(bytes + (uint64_t)4, CELL_STEP);
	uint32_t cell = HC_NO_CELL, bin = cells->from;

	for (; bin < cells->bins_bytes; bin += bin_length(cells, bin)) {
		cell = find_in_bin(cells, bin, need);
		if (cell != HC_NO_CELL)
			break;
	}
	if (cell == HC_NO_CELL) {
		bin = cells->bins_bytes;
		if (add_bin(cells, need, err) < 0)
			return HC_NO_CELL;
		cell = bin + BIN_HEAD;
	}
	/* What is searched for most is small, and what is too small for it is passed over once. */
	if (need <= BIN_STEP / 8)
		cells->from = bin;
	take(cells, cell, need);
	return cell;
}

/* ---------------------------------------------------------------- freed cells */

/* No hive that Windows wrote has two free cells side by side. */
void
hc_cell_free(struct hc_cells *cells, uint32_t cell)
{
	uint32_t bin, end, before = HC_NO_CELL, next, bytes;

	if (cell == HC_NO_CELL)
		return;
	bytes = cell_bytes(cells, cell);
	bin = cells->bin_of_page[cell / BIN_STEP];
	end = bin + bin_length(cells, bin);
	for (uint32_t at = bin + BIN_HEAD; at < cell; at += cell_bytes(cells, at))
		before = at;
	next = cell + bytes;
	if (next < end && cell_length(cells, next) > 0)
		bytes += cell_bytes(cells, next);
	if (before != HC_NO_CELL && cell_length(cells, before) > 0) {
		bytes += cell_bytes(cells, before);
		cell = before;
	}
	hc_put_le32(at_offset(cells, cell), bytes);
}
