/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile catalogs: PKCS #7, its signer, the list.
 * modules: restore/base */
#include "restore/base/security_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct hc_security_catalog catalog;
	struct hc_arena arena = { 0 };
	struct hc_err err;
	bool listed;

	if (hc_security_catalog_read(hc_span(bytes, length), &arena, &catalog, &err) == 0)
		(void)(hc_security_catalog_lists(&catalog, hc_span(bytes, length), &listed,
						 &err) < 0);
	hc_arena_done(&arena);
	return 0;
}
