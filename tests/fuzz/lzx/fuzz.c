/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chunk of LZX, out of hostile bytes: u16 size when unpacked, less 1; the chunk.
 * modules: restore/volume */
#include <stdlib.h>

#include "restore/volume/wof_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t out_size;
	uint8_t *out;

	if (size < 2)
		return 0;
	out_size = hc_get_le16(data) % 32768u + 1;
	out = malloc(out_size);
	if (out != NULL)
		(void)(hc_lzx_decode(hc_span(data + 2, size - 2), out, out_size) < 0);
	free(out);
	return 0;
}
