/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile FAT boot sectors, and what mdir may print about hostile folders.
 * modules: restore/volume */
#include "restore/volume/fat_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct hc_fat_folder folder = { .path = "" };
	struct hc_arena arena = { 0 };
	struct hc_err err;

	if (length >= 512)
		(void)hc_fat_is(bytes);
	if (hc_fat_parse_listing(hc_span(bytes, length), &arena, &folder, &err) == 0)
		(void)hc_fat_find(&folder, hc_span("NTLDR", 5));
	hc_arena_done(&arena);
	return 0;
}
