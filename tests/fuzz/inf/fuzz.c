/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile INF files: each of their devices is found again and installed.  modules: restore/windows */
#include <stdlib.h>

#include "restore/windows/inf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const struct hc_inf_target target = { length % 2 ? "x86" : "x64", 10, 0, 17763, 3, 16 };
	struct hc_inf_models models = { 0 };
	struct hc_inf_install install;
	struct hc_arena arena = { 0 };
	struct hc_inf_match match;
	struct hc_inf *inf;
	struct hc_err err;

	if (hc_inf_read(hc_span(bytes, length), 0x409, &arena, &inf, &err) == 0)
		hc_inf_models(inf, &target, &arena, &models, &err);
	for (size_t i = 0; i < models.count && i < 16; i++) {
		struct hc_device_ids ids = { NULL, &models.items[i].ids };
		int found = hc_inf_match(inf, &target, ids, &arena, &match, &err);

		if (found < 0 || (found == 0 && (match.rank < 0x2000 || *match.id == '\0')))
			abort();
		if (found == 0 && match.install != NULL)
			(void)hc_inf_install(inf, &target, match.install, &arena, &install,
					     &err);
	}
	hc_arena_done(&arena);
	return 0;
}
