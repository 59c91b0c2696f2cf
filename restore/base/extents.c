/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of extents. */
#include "restore/base/bytes.h"

#include <stdlib.h>

int
hc_extents_add(struct hc_extents *list, struct hc_extent extent, struct hc_err *err)
{
	struct hc_extent *grown;
	size_t room;

	if (extent.length == 0)
		return 0;
	if (list->count > 0 && hc_extent_end(list->items[list->count - 1]) == extent.offset) {
		list->items[list->count - 1].length += extent.length;
		return 0;
	}
	if (list->count == list->room) {
		room = list->room == 0 ? 64 : list->room * 2;
		grown = reallocarray(list->items, room, sizeof(*grown));
		if (grown == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %zu extents",
					  room);
		list->items = grown;
		list->room = room;
	}
	list->items[list->count++] = extent;
	return 0;
}

static int
by_offset(const void *a, const void *b)
{
	const struct hc_extent *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

void
hc_extents_sort(struct hc_extents *list)
{
	size_t kept = 0;

	if (list->count == 0)
		return;
	qsort(list->items, list->count, sizeof(*list->items), by_offset);
	for (size_t i = 1; i < list->count; i++) {
		struct hc_extent *last = &list->items[kept], next = list->items[i];

		if (next.offset > hc_extent_end(*last))
			list->items[++kept] = next;
		else if (hc_extent_end(next) > hc_extent_end(*last))
			last->length = hc_extent_end(next) - last->offset;
	}
	list->count = kept + 1;
}

uint64_t
hc_extents_total(const struct hc_extents *list)
{
	uint64_t total = 0;

	for (size_t i = 0; i < list->count; i++)
		total += list->items[i].length;
	return total;
}

void
hc_extents_done(struct hc_extents *list)
{
	free(list->items);
	*list = (struct hc_extents){ 0 };
}
