/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of extents as they lie beside an index: which parts of a blob no file uses. */
#include "restore/source/source.h"

#include <stdlib.h>

#define PAIR 16u

/* A volume of 4 TiB whose every second cluster of 4 KiB is free has 8 GiB of pairs; real ones have a
 * few MiB. */
#define UNPACKED_MAX (256u << 20)
#define PACK_LEVEL   9

int
hc_extents_pack(const struct hc_extents *list, struct hc_buf *out, struct hc_err *err)
{
	struct hc_zstd *zstd = NULL;
	uint8_t *pairs;
	int result;

	if (list->count > UNPACKED_MAX / PAIR)
		return hc_err_set(err, H_UNSUPPORTED, "%zu free extents are too many",
				  list->count);
	pairs = malloc(list->count * PAIR + 1);
	if (pairs == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %zu extents",
				  list->count);
	for (size_t i = 0; i < list->count; i++) {
		hc_put_le64(pairs + i * PAIR, list->items[i].offset);
		hc_put_le64(pairs + i * PAIR + 8, list->items[i].length);
	}
	result = hc_zstd_new(&zstd, err);
	if (result == 0)
		result = hc_zstd_pack(zstd, PACK_LEVEL, hc_span(pairs, list->count * PAIR), out,
				      err);
	hc_zstd_free(zstd);
	free(pairs);
	return result;
}

static int
read_pairs(struct hc_span pairs, uint64_t size, struct hc_extents *list, struct hc_err *err)
{
	uint64_t end = 0;

	for (size_t at = 0; at + PAIR <= pairs.size; at += PAIR) {
		struct hc_extent e = { hc_get_le64(pairs.data + at),
				       hc_get_le64(pairs.data + at + 8) };

		if (e.length == 0 || e.offset < end || e.offset > size ||
		    e.length > size - e.offset)
			return hc_err_set(
				err, H_INDEX_FORMAT,
				"extent %zu of a list of free extents is out of place",
				at / PAIR);
		end = hc_extent_end(e);
		if (hc_extents_add(list, e, err) < 0)
			return -1;
	}
	return 0;
}

int
hc_extents_unpack(struct hc_span file, uint64_t size, struct hc_extents *ret,
		  struct hc_err *err)
{
	struct hc_extents list = { 0 };
	struct hc_zstd *zstd = NULL;
	uint8_t *pairs = NULL;
	uint64_t unpacked;
	int result = -1;

	if (!hc_zstd_content_size(file, &unpacked) || unpacked % PAIR != 0 ||
	    unpacked > UNPACKED_MAX)
		return hc_err_set(err, H_INDEX_FORMAT, "a list of free extents is damaged");
	pairs = malloc((size_t)unpacked + 1);
	if (pairs == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a list of free extents");
	if (hc_zstd_new(&zstd, err) < 0)
		goto out;
	if (hc_zstd_unpack(zstd, file, pairs, (size_t)unpacked, err) < 0) {
		hc_err_set(err, H_INDEX_FORMAT, "a list of free extents is damaged");
		goto out;
	}
	if (read_pairs(hc_span(pairs, (size_t)unpacked), size, &list, err) < 0)
		goto out;
	*ret = list;
	list = (struct hc_extents){ 0 };
	result = 0;
out:
	hc_zstd_free(zstd);
	free(pairs);
	hc_extents_done(&list);
	return result;
}
