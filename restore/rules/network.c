/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about the network. */
#include "restore/rules/rules_priv.h"

static bool
is_here(const struct hc_facts *facts, const char *hardware_id)
{
	for (size_t i = 0; i < facts->pci.count; i++)
		for (size_t k = 0; k < facts->pci.items[i].hardware_ids.count; k++)
			if (hc_same_name(facts->pci.items[i].hardware_ids.items[k],
					 hardware_id))
				return true;
	return false;
}

JUDGE(judge_fixed_addresses)
{
	const struct hc_windows *windows = in->manifest->windows;
	unsigned level = HC_LEVEL_PASS;

	if (in->facts->pci.count == 0) {
		hc_judge_fact(j, "facts.pci", "which adapters this machine has is not known");
		return HC_LEVEL_INFO;
	}
	for (size_t i = 0; i < windows->network_adapters.count; i++) {
		const struct hc_windows_adapter *adapter = &windows->network_adapters.items[i];

		if (adapter->addresses.count == 0 || is_here(in->facts, adapter->hardware_id))
			continue;
		for (size_t k = 0; k < adapter->addresses.count; k++)
			hc_judge_fact(j,
				      adapter->where != NULL
					      ? adapter->where
					      : "manifest.windows.network_adapters",
				      "%s is bound to %s, which is not in this machine",
				      adapter->addresses.items[k],
				      hc_or_unknown(adapter->description));
		hc_judge_fixup(j, "devices");
		level = HC_LEVEL_INFO;
	}
	if (level == HC_LEVEL_PASS)
		hc_judge_fact(j, "manifest.windows.network_adapters",
			      "no fixed address is bound to an adapter that is not here");
	return level;
}
