/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile registry hives: open, walk two levels of keys, read values of each kind.
 * modules: restore/hive */
#include "restore/hive/hive.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void
walk(struct hc_hive *hive, const char *path, int levels, struct hc_arena *arena)
{
	struct hc_strings keys = { 0 };
	struct hc_hive_key key;
	struct hc_span data;
	struct hc_err err;
	const char *text;
	uint32_t number;

	if (hc_hive_key(hive, path, &key, &err) < 0)
		return;
	(void)(hc_hive_string(hive, key, "text", arena, &text, &err) < 0);
	(void)(hc_hive_strings(hive, key, "list", arena, &keys, &err) < 0);
	(void)(hc_hive_dword(hive, key, "number", &number, &err) < 0);
	(void)(hc_hive_bytes(hive, key, "bytes", arena, &data, &err) < 0);
	keys = (struct hc_strings){ 0 };
	if (hc_hive_subkeys(hive, key, arena, &keys, &err) < 0 || levels == 0)
		return;
	for (size_t i = 0; i < keys.count && i < 8; i++)
		walk(hive, keys.items[i], levels - 1, arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct hc_arena arena = { 0 };
	struct hc_hive *hive = NULL;
	struct hc_err err;

	if (hc_hive_open(hc_span(bytes, length), "SYSTEM", &hive, &err) == 0)
		walk(hive, "", 1, &arena);
	hc_hive_close(hive);
	hc_arena_done(&arena);
	return 0;
}
