/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replacing the partitions that a device element names, in place (hazards 23: a pure function on bytes). */
#include "restore/boot/boot_priv.h"

static const struct hc_bcd_move *
find_move(const struct hc_bcd_map *map, const struct hc_bcd_partition *from)
{
	for (size_t i = 0; i < map->count; i++)
		if (hc_bcd_partition_equal(&map->items[i].from, from))
			return &map->items[i];
	return NULL;
}

int
hc_bcd_patch(uint8_t *value, size_t length, const struct hc_bcd_map *map,
	     struct hc_arena *arena, struct hc_bcd_patched *ret, struct hc_err *err)
{
	struct hc_bcd_descriptors found;
	const struct hc_bcd_move *moves[HC_BCD_DEVICES_MAX] = { NULL };
	struct hc_bcd_patched done = { 0 };

	if (hc_bcd_scan(hc_span(value, length), &found, err) < 0)
		return -1;
	/* All that can fail comes before the first change. */
	for (size_t i = 0; i < found.count; i++) {
		const struct hc_bcd_descriptor *d = &found.items[i];
		struct hc_bcd_unknown *unknown;

		if (d->type != HC_BCD_DEVICE_PARTITION)
			continue;
		moves[i] = find_move(map, &d->partition);
		if (moves[i] != NULL)
			continue;
		unknown = hc_arena_grow(arena, &done.unknown.items, &done.unknown.count,
					sizeof(*unknown));
		if (unknown == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY,
					  "no memory to change a boot configuration");
		*unknown = (struct hc_bcd_unknown){ d->at, d->partition };
	}
	for (size_t i = 0; i < found.count; i++) {
		if (moves[i] == NULL)
			continue;
		if (hc_bcd_partition_equal(&moves[i]->from, &moves[i]->to)) {
			done.kept++;
			continue;
		}
		hc_bcd_partition_put(value + found.items[i].at, &moves[i]->to);
		done.changed++;
	}
	*ret = done;
	return 0;
}
