/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of changed sectors with the right size and digest around hostile rows: what is read lies inside the list.
 * modules: restore/disk */
#include <stdlib.h>
#include <string.h>

#include "restore/base/digest.h"
#include "restore/disk/sectors.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	uint8_t *list = malloc(length + HC_DIGEST_BYTES);
	struct hc_sectors found = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_digest sum;
	struct hc_err err;

	memcpy(list, bytes, length);
	if (length >= 40)
		hc_put_le64(list + 24, length + HC_DIGEST_BYTES);
	hc_digest_of(HC_DIGEST_SHA256, list, length, &sum);
	memcpy(list + length, sum.bytes, HC_DIGEST_BYTES);
	if (hc_sectors_read(hc_span(list, length + HC_DIGEST_BYTES), &arena, &found, &err) == 0)
		for (size_t i = 0; i < found.count; i++)
			if (found.items[i].before < list ||
			    found.items[i].after + found.items[i].length > list + length)
				abort();
	hc_arena_done(&arena);
	free(list);
	return 0;
}
