/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The MP table out of hostile memory: the input is the BIOS data area, then the ROM from f0000 on.
 * modules: restore/probe */
#include <stdlib.h>
#include <string.h>

#include "restore/probe/probe_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *low = calloc(1, LOW_MEMORY_BYTES);
	struct hc_arena arena = { 0 };
	struct hc_mps mps;
	struct hc_err err;

	(void)!hc_mps_parse(hc_span(data, size), &arena, &mps, &err);
	if (size > 256 && size <= 256 + 0x10000) {
		memcpy(low + 0x400, data, 256);
		memcpy(low + 0xf0000, data + 256, size - 256);
		(void)!hc_mps_parse(hc_span(low, LOW_MEMORY_BYTES), &arena, &mps, &err);
	}
	free(low);
	hc_arena_done(&arena);
	return 0;
}
