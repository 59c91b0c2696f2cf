/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile INF files: read, matched, each model installed, for two Windows.  modules: restore/windows */
#include <stdlib.h>

#include "restore/windows/inf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const struct hc_inf_target targets[] = { { "x86", 5, 1, 2600, 1, 0 },
							{ "x64", 10, 0, 17763, 3, 16 } };
	struct hc_arena arena = { 0 };
	struct hc_inf_install install;
	struct hc_inf_models models;
	struct hc_inf_match match;
	struct hc_inf *inf;
	struct hc_err err;

	for (size_t t = 0;
	     t < 2 && hc_inf_read(hc_span(bytes, length), 0x409, &arena, &inf, &err) == 0;
	     t++) {
		hc_inf_catalog(inf, &targets[t]);
		if (hc_inf_models(inf, &targets[t], &arena, &models, &err) < 0)
			continue;
		for (size_t i = 0; i < models.count && i < 16; i++) {
			struct hc_device_ids ids = { &models.items[i].ids,
						     &models.items[i].ids };

			if (hc_inf_match(inf, &targets[t], ids, &arena, &match, &err) == 0 &&
			    (match.rank > 0x3fff ||
			     (match.install != NULL &&
			      hc_inf_install(inf, &targets[t], match.install, &arena, &install,
					     &err) == 0 &&
			      install.section != match.install)))
				abort();
		}
	}
	hc_arena_done(&arena);
	return 0;
}
