/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile load options; what was understood of one, written and read again, is the same.
 * modules: restore/boot */
#include <stdlib.h>
#include <string.h>

#include "restore/boot/efivars.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct hc_load_option first, second;
	struct hc_arena arena = { 0 };
	struct hc_buf written = { 0 };
	struct hc_err err;

	if (hc_load_option_read(hc_span(bytes, length), &arena, &first, &err) == 0 &&
	    hc_load_option_write(&first, &written, &err) == 0) {
		if (hc_load_option_read(hc_buf_span(&written), &arena, &second, &err) < 0 ||
		    first.attributes != second.attributes ||
		    first.has_drive != second.has_drive ||
		    (first.has_drive &&
		     memcmp(&first.drive, &second.drive, sizeof(first.drive)) != 0) ||
		    !same_text(first.description, second.description) ||
		    !same_text(first.path, second.path) ||
		    first.optional.size != second.optional.size ||
		    memcmp(first.optional.data, second.optional.data, first.optional.size) != 0)
			abort();
	}
	hc_buf_done(&written);
	hc_arena_done(&arena);
	return 0;
}
