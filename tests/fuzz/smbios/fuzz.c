/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMBIOS structures, MADT and FADT out of hostile bytes.
 * modules: restore/probe */
#include "restore/probe/probe_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hc_arena arena = { 0 };
	struct hc_machine machine;
	struct hc_madt madt;
	struct hc_fadt fadt;
	unsigned version = 0x300;
	bool pcat;

	hc_smbios_version(hc_span(data, size), &version);
	if (hc_smbios_machine(hc_span(data, size), version, &arena, &machine)) {
		if (machine.serial != NULL)
			hc_is_placeholder(machine.serial);
		if (machine.uuid != NULL)
			hc_is_placeholder_uuid(machine.uuid);
	}
	hc_madt_parse(hc_span(data, size), &arena, &madt, &pcat);
	hc_fadt_parse(hc_span(data, size), &fadt);
	hc_arena_done(&arena);
	return 0;
}
