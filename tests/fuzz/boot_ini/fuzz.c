/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile boot.ini files.
 * modules: restore/boot */
#include <stdlib.h>
#include <string.h>

#include "restore/boot/boot.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct hc_arena arena = { 0 };
	struct hc_boot_ini ini = { 0 };
	struct hc_err err;

	if (hc_boot_ini_read(hc_span(bytes, length), &arena, &ini, &err) == 0)
		for (size_t i = 0; i < ini.entries.count; i++) {
			const struct hc_boot_ini_entry *e = &ini.entries.items[i];

			if (e->path == NULL || e->title == NULL ||
			    (e->signature != NULL && strlen(e->signature) != 8))
				abort();
		}
	hc_arena_done(&arena);
	return 0;
}
