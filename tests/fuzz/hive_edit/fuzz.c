/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile hives that are to be changed: refused, or changed into hives that open, are sound, and can be changed again.
 * modules: restore/hive */
#include <stdlib.h>

#include "restore/hive/hive_cells_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static const uint8_t data[20000];
static const struct hc_hive_change items[] = {
	{ HC_HIVE_SET_VALUE, "Select", "Current", 4, { data, 4 } },
	{ HC_HIVE_SET_VALUE, "one\\two\\three", "", 1, { data, 40 } },
	{ HC_HIVE_SET_VALUE, "", "long", 3, { data, sizeof(data) } },
	{ HC_HIVE_SET_VALUE, "", "\xe5\x80\xbc", 3, { data, 1 } },
	{ HC_HIVE_DELETE_VALUE, "", "text", 0, { NULL, 0 } },
	{ HC_HIVE_DELETE_VALUE, "", "list", 0, { NULL, 0 } },
	{ HC_HIVE_DELETE_KEY, "a", NULL, 0, { NULL, 0 } },
	{ HC_HIVE_DELETE_KEY, "Objects", NULL, 0, { NULL, 0 } },
	{ HC_HIVE_MAKE_KEY, "a\\b", NULL, 0, { NULL, 0 } },
};
static const struct hc_hive_changes changes = { items, sizeof(items) / sizeof(items[0]) };

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct hc_buf hive = { 0 }, once = { 0 }, twice = { 0 };
	struct hc_hive_census census;
	struct hc_err err;
	uint64_t at;

	/* The checksum is no hurdle for anybody who means it. */
	if (hc_buf_append(&hive, bytes, length, &err) == 0 && length >= 512)
		hc_put_le32(hive.data + 508, hc_base_block_checksum(hive.data));
	if (hc_hive_edit(hc_buf_span(&hive), "SYSTEM", &changes, 1700000000, &once, &err) ==
	    0) {
		struct hc_hive *open = NULL;

		if (hc_hive_check(hc_buf_span(&once), &census, &at) != NULL ||
		    hc_hive_open(hc_buf_span(&once), "SYSTEM", &open, &err) < 0 ||
		    hc_hive_edit(hc_buf_span(&once), "SYSTEM", &changes, 1700000000, &twice,
				 &err) < 0)
			abort();
		hc_hive_close(open);
	}
	hc_buf_done(&hive);
	hc_buf_done(&once);
	hc_buf_done(&twice);
	return 0;
}
