/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile programs: headers, resource directories, version resources.
 * modules: restore/boot */
#include "restore/boot/pe.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct hc_arena arena = { 0 };
	struct hc_pe pe;
	const char *architecture;
	struct hc_err err;

	(void)(hc_pe_architecture(hc_span(bytes, length), &architecture, &err) < 0);
	(void)(hc_pe_read(hc_span(bytes, length), &arena, &pe, &err) < 0);
	hc_arena_done(&arena);
	return 0;
}
