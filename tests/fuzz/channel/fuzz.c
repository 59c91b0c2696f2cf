/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What setup left, hostile: a DigitalProductId4, a ProductId, an oeminfo.ini.
 * modules: restore/windows */
#include "restore/windows/channel.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct hc_arena arena = { 0 };
	const char *id = hc_arena_strndup(&arena, (const char *)bytes, length), *text;
	struct hc_err err;

	if (id != NULL)
		hc_channel_of_product_id(id);
	(void)(hc_channel_of_digital_product_id(hc_span(bytes, length), &arena, &text, &err) <
	       0);
	(void)(hc_ini_text(hc_span(bytes, length), "General", "Manufacturer", &arena, &text,
			   &err) < 0);
	hc_arena_done(&arena);
	return 0;
}
