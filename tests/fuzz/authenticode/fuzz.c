/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile signed programs: the places of the digest, the certificate table, PKCS #7 and its certificates.
 * modules: restore/base */
#include "restore/base/authenticode.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct hc_arena arena = { 0 };
	struct hc_authenticode code;
	struct hc_err err;

	(void)(hc_authenticode_read(hc_span(bytes, length), &arena, &code, &err) < 0);
	hc_arena_done(&arena);
	return 0;
}
