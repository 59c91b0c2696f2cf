/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FADT, MADT, digests and root pointer out of hostile bytes, and the HAL type that follows from them.
 * modules: restore/probe */
#include "restore/probe/probe_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hc_span bytes = hc_span(data, size);
	struct hc_arena arena = { 0 };
	struct hc_facts f = { 0 };
	struct hc_hal_input in = { &f.acpi, &f.mps, &f.firmware, &f.machine, { 0 }, 0, 0, 0 };
	struct hc_acpi_digest digest;
	struct hc_damage damage;
	struct hc_madt madt;
	struct hc_err err;

	f.acpi.present = hc_fadt_parse(bytes, &in.fadt, &damage);
	if (hc_madt_parse(bytes, &madt, &in.pcat, &damage, &err) == 0)
		f.acpi.madt = &madt;
	in.madt_incomplete = damage.incomplete;
	hc_rsdp_find(bytes);
	(void)!hc_acpi_digest(bytes, &arena, &digest, &err);
	(void)!hc_hal_classify(&in, &arena, &f.hal, &err);
	hc_arena_done(&arena);
	return 0;
}
