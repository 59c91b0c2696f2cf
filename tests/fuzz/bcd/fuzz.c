/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile device elements: listed, patched, listed again: descriptors stay where they are.
 * modules: restore/boot */
#include <stdlib.h>
#include <string.h>

#include "restore/boot/boot.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct hc_bcd_object before = { 0 }, after = { 0 };
	struct hc_bcd_move move = { .to = { .scheme = HC_BCD_GPT, .disk = { 0xd1 } } };
	struct hc_bcd_map map = { &move, 0 };
	struct hc_bcd_patched found = { 0 }, done = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_err err;
	uint8_t *copy = malloc(length + 1);

	memcpy(copy, bytes, length);
	if (hc_bcd_devices(hc_span(bytes, length), "11000001", &arena, &before, &err) == 0 &&
	    hc_bcd_patch(copy, length, &map, &arena, &found, &err) == 0) {
		map.count = found.unknown.count > 0;
		move.from = map.count ? found.unknown.items[0].partition : move.to;
		if (memcmp(copy, bytes, length) != 0 || found.changed + found.kept != 0 ||
		    hc_bcd_patch(copy, length, &map, &arena, &done, &err) < 0 ||
		    hc_bcd_devices(hc_span(copy, length), "11000001", &arena, &after, &err) <
			    0 ||
		    after.devices.count != before.devices.count ||
		    done.changed + done.kept + done.unknown.count != found.unknown.count)
			abort();
		for (size_t i = 0; i < before.devices.count; i++)
			if (before.devices.items[i].at != after.devices.items[i].at)
				abort();
	}
	free(copy);
	hc_arena_done(&arena);
	return 0;
}
