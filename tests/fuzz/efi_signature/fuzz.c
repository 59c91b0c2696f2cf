/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signature lists of Secure Boot, with their certificates, out of hostile bytes.
 * modules: restore/probe */
#include "restore/probe/probe_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hc_arena arena = { 0 };
	struct hc_firmware firmware = { 0 };
	struct hc_err err;

	(void)!hc_efi_signatures(hc_span(data, size), "dbx", &arena, &firmware, &err);
	hc_arena_done(&arena);
	return 0;
}
