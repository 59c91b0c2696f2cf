/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMBIOS structures and names out of hostile bytes.
 * modules: restore/probe */
#include "restore/probe/probe_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hc_arena arena = { 0 };
	struct hc_machine machine;
	unsigned version = 0x300;

	hc_smbios_version(hc_span(data, size), &version);
	if (hc_smbios_machine(hc_span(data, size), version, &arena, &machine)) {
		if (machine.serial != NULL)
			hc_is_placeholder(machine.serial);
		if (machine.uuid != NULL)
			hc_is_placeholder_uuid(machine.uuid);
	}
	hc_arena_done(&arena);
	return 0;
}
