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
	uint64_t processors;

	hc_mps_parse(hc_span(data, size), &processors);
	if (size > 256 && size <= 256 + 0x10000) {
		memcpy(low + 0x400, data, 256);
		memcpy(low + 0xf0000, data + 256, size - 256);
		hc_mps_parse(hc_span(low, LOW_MEMORY_BYTES), &processors);
	}
	free(low);
	return 0;
}
