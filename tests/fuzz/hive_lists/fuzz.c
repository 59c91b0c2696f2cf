/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile registry hives: list the keys and values of the root and of its keys, values as text.
 * modules: restore/hive */
#include "restore/hive/hive.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct hc_hive_children list = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_hive *hive = NULL;
	struct hc_hive_key root;
	struct hc_err err;
	const char *text;

	if (hc_hive_open(hc_span(bytes, length), "SYSTEM", &hive, &err) == 0 &&
	    hc_hive_key(hive, "", &root, &err) == 0)
		(void)(hc_hive_children(hive, root, &arena, &list, &err) < 0);
	for (size_t i = 0; hive != NULL && i <= list.count && i < 8; i++) {
		struct hc_hive_key key = i < list.count ? list.items[i].key : root;
		struct hc_hive_value_list values = { 0 };

		(void)(hc_hive_values(hive, key, &arena, &values, &err) < 0);
		for (size_t j = 0; j < values.count && j < 16; j++)
			(void)(hc_hive_value_text(hive, &values.items[j], &arena, &text, &err) <
			       0);
	}
	hc_hive_close(hive);
	hc_arena_done(&arena);
	return 0;
}
