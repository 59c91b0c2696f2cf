/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of a key: set and deleted one by one, the others stay as they are. */
#include <string.h>

#include "restore/hive/hive_cells_priv.h"

#define NO_VALUE UINT32_MAX

static uint32_t
count_of(const struct hc_cells *cells, uint32_t key)
{
	return hc_get_le32(hc_cell(cells, key) + 36);
}

/* Where the list leads to a value. */
static uint8_t *
entry_of(const struct hc_cells *cells, uint32_t key, uint32_t at)
{
	return hc_cell(cells, hc_get_le32(hc_cell(cells, key) + 40)) + 4 * (size_t)at;
}

static struct hc_name
name_of(const struct hc_cells *cells, uint32_t value)
{
	const uint8_t *vk = hc_cell(cells, value);

	return hc_name_of(vk + 20, hc_get_le16(vk + 2),
			  (hc_get_le16(vk + 16) & VALUE_NARROW) != 0);
}

static uint32_t
find(const struct hc_cells *cells, uint32_t key, struct hc_name name)
{
	for (uint32_t at = 0; at < count_of(cells, key); at++) {
		uint32_t value = hc_get_le32(entry_of(cells, key, at));

		if (hc_name_compare(name_of(cells, value), name) == 0)
			return at;
	}
	return NO_VALUE;
}

/* ---------------------------------------------------------------- data */

static bool
is_segmented(const struct hc_cells *cells, uint32_t bytes)
{
	return cells->minor >= MINOR_SEGMENTS && bytes > SEGMENT_BYTES;
}

static void
free_data(struct hc_cells *cells, uint32_t value)
{
	uint32_t bytes = hc_get_le32(hc_cell(cells, value) + 4);
	uint32_t data = hc_get_le32(hc_cell(cells, value) + 8), list;

	if (bytes == 0 || (bytes & INLINE_DATA) != 0)
		return;
	if (is_segmented(cells, bytes)) {
		list = hc_get_le32(hc_cell(cells, data) + 4);
		for (uint32_t i = 0; i < hc_get_le16(hc_cell(cells, data) + 2); i++)
			hc_cell_free(cells, hc_get_le32(hc_cell(cells, list) + 4 * (size_t)i));
		hc_cell_free(cells, list);
	}
	hc_cell_free(cells, data);
}

/* Four bytes more than the data, as Windows has them: libhivex takes the last four of a segment's cell for padding. */
static uint32_t
new_data(struct hc_cells *cells, struct hc_span data, struct hc_err *err)
{
	uint32_t cell = hc_cell_new(cells, (uint32_t)data.size + 4, err);

	if (cell != HC_NO_CELL)
		memcpy(hc_cell(cells, cell), data.data, data.size);
	return cell;
}

static uint32_t
new_segments(struct hc_cells *cells, struct hc_span data, struct hc_err *err)
{
	uint32_t count = (uint32_t)((data.size + SEGMENT_BYTES - 1) / SEGMENT_BYTES);
	uint32_t list = hc_cell_new(cells, count * 4, err), db, cell;

	if (list == HC_NO_CELL)
		return HC_NO_CELL;
	for (uint32_t i = 0; i < count; i++) {
		size_t at = (size_t)i * SEGMENT_BYTES;

		cell = new_data(
			cells,
			hc_span(data.data + at, hc_min_u64(data.size - at, SEGMENT_BYTES)),
			err);
		if (cell == HC_NO_CELL)
			return HC_NO_CELL;
		hc_put_le32(hc_cell(cells, list) + 4 * (size_t)i, cell);
	}
	db = hc_cell_new(cells, 8, err);
	if (db == HC_NO_CELL)
		return HC_NO_CELL;
	memcpy(hc_cell(cells, db), "db", 2);
	hc_put_le16(hc_cell(cells, db) + 2, (uint16_t)count);
	hc_put_le32(hc_cell(cells, db) + 4, list);
	return db;
}

static int
put_data(struct hc_cells *cells, uint32_t value, uint32_t type, struct hc_span data,
	 struct hc_err *err)
{
	uint32_t bytes = (uint32_t)data.size, cell;
	uint8_t *vk = hc_cell(cells, value);

	if (bytes <= 4) {
		hc_put_le32(vk + 4, bytes | INLINE_DATA);
		hc_put_le32(vk + 8, 0);
		if (bytes > 0)
			memcpy(vk + 8, data.data, bytes);
	} else {
		cell = is_segmented(cells, bytes) ? new_segments(cells, data, err)
						  : new_data(cells, data, err);
		if (cell == HC_NO_CELL)
			return -1;
		vk = hc_cell(cells, value);
		hc_put_le32(vk + 4, bytes);
		hc_put_le32(vk + 8, cell);
	}
	hc_put_le32(vk + 12, type);
	return 0;
}

/* ---------------------------------------------------------------- the list of values */

static uint32_t
new_value(struct hc_cells *cells, struct hc_name name, struct hc_err *err)
{
	uint32_t bytes = hc_name_bytes(name);
	uint32_t value = hc_cell_new(cells, 20 + bytes, err);
	uint8_t *vk;

	if (value == HC_NO_CELL)
		return HC_NO_CELL;
	vk = hc_cell(cells, value);
	memcpy(vk, "vk", 2);
	hc_put_le16(vk + 2, (uint16_t)bytes);
	/* The default value, which has no name, goes without the flag. */
	if (hc_name_put(name, vk + 20) && bytes > 0)
		hc_put_le16(vk + 16, VALUE_NARROW);
	return value;
}

static int
add_to_list(struct hc_cells *cells, uint32_t key, uint32_t value, struct hc_err *err)
{
	uint32_t count = count_of(cells, key);
	uint32_t old = count > 0 ? hc_get_le32(hc_cell(cells, key) + 40) : HC_NO_CELL,
		 list = old;

	if (count == 0 || (count + 1) * 4 > hc_cell_room(cells, old)) {
		list = hc_cell_new(cells, (count + 1) * 4, err);
		if (list == HC_NO_CELL)
			return -1;
		if (count > 0)
			memcpy(hc_cell(cells, list), hc_cell(cells, old), count * (size_t)4);
		hc_cell_free(cells, old);
	}
	hc_put_le32(hc_cell(cells, key) + 40, list);
	hc_put_le32(hc_cell(cells, key) + 36, count + 1);
	hc_put_le32(entry_of(cells, key, count), value);
	return 0;
}

static void
raise_to(uint8_t *place, uint32_t value)
{
	if (hc_get_le32(place) < value)
		hc_put_le32(place, value);
}

int
hc_value_set(struct hc_cells *cells, uint32_t key, struct hc_name name, uint32_t type,
	     struct hc_span data, struct hc_err *err)
{
	uint32_t at = find(cells, key, name), value;

	if (at != NO_VALUE) {
		value = hc_get_le32(entry_of(cells, key, at));
		free_data(cells, value);
	} else {
		value = new_value(cells, name, err);
		if (value == HC_NO_CELL || add_to_list(cells, key, value, err) < 0)
			return -1;
	}
	if (put_data(cells, value, type, data, err) < 0)
		return -1;
	raise_to(hc_cell(cells, key) + 60, name.count * 2);
	raise_to(hc_cell(cells, key) + 64, (uint32_t)data.size);
	hc_put_le64(hc_cell(cells, key) + 4, cells->now);
	return 0;
}

void
hc_value_delete(struct hc_cells *cells, uint32_t key, struct hc_name name)
{
	uint32_t at = find(cells, key, name), count = count_of(cells, key), value;

	if (at == NO_VALUE)
		return;
	value = hc_get_le32(entry_of(cells, key, at));
	free_data(cells, value);
	hc_cell_free(cells, value);
	memmove(entry_of(cells, key, at), entry_of(cells, key, at + 1),
		(count - at - 1) * (size_t)4);
	hc_put_le32(hc_cell(cells, key) + 36, count - 1);
	if (count == 1) {
		hc_cell_free(cells, hc_get_le32(hc_cell(cells, key) + 40));
		hc_put_le32(hc_cell(cells, key) + 40, HC_NO_CELL);
	}
	hc_put_le64(hc_cell(cells, key) + 4, cells->now);
}

void
hc_values_free(struct hc_cells *cells, uint32_t key)
{
	uint32_t count = count_of(cells, key);

	for (uint32_t at = 0; at < count; at++) {
		uint32_t value = hc_get_le32(entry_of(cells, key, at));

		free_data(cells, value);
		hc_cell_free(cells, value);
	}
	if (count > 0)
		hc_cell_free(cells, hc_get_le32(hc_cell(cells, key) + 40));
}
