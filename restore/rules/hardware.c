/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about the machine as a whole. */
#include <string.h>

#include "restore/rules/rules_priv.h"

JUDGE(judge_hardware_same)
{
	switch (hc_same_hardware(in, j)) {
	case HC_YES:
		hc_judge_fact(j, "facts.machine",
			      "vendor, product, HAL, storage controllers and bridges are those "
			      "of the backup");
		return HC_LEVEL_PASS;
	case HC_NO:
		return HC_LEVEL_BLOCK;
	default:
		return HC_LEVEL_INFO;
	}
}

/* ---------------------------------------------------------------- HW-2 */

/* "lo" and other devices of no hardware have no driver. */
static bool
is_adapter(const struct hc_network *network)
{
	return network->driver != NULL;
}

/* What stays in the machine: a stick that halcyon was started from does not. */
static bool
is_fixed(const struct hc_disk *disk)
{
	return !disk->removable && !disk->is_file && !hc_same_text(disk->bus, "usb");
}

static size_t
count_adapters(const struct hc_facts *facts)
{
	size_t count = 0;

	for (size_t i = 0; i < facts->network.count; i++)
		count += is_adapter(&facts->network.items[i]);
	return count;
}

static size_t
count_disks(const struct hc_facts *facts)
{
	size_t count = 0;

	for (size_t i = 0; i < facts->disks.count; i++)
		count += is_fixed(&facts->disks.items[i]);
	return count;
}

JUDGE(judge_hardware_spare)
{
	const struct hc_facts *facts = in->facts;
	bool adapters = count_adapters(facts) > 1;
	bool disks = count_disks(facts) > in->manifest->disks.count;

	if (hc_same_machine(in)) {
		hc_judge_fact(j, "facts.machine.uuid", "it is the machine of the backup");
		return HC_LEVEL_PASS;
	}
	for (size_t i = 0; adapters && i < facts->network.count; i++)
		if (is_adapter(&facts->network.items[i]))
			hc_judge_fact(j, "facts.network", "network adapter: %s",
				      hc_or_unknown(facts->network.items[i].name));
	for (size_t i = 0; disks && i < facts->disks.count; i++) {
		const struct hc_disk *disk = &facts->disks.items[i];

		if (is_fixed(disk) &&
		    (in->target == NULL || !hc_same_text(disk->path, in->target->path)))
			hc_judge_fact(j, "facts.disks",
				      "disk that the restore does not need: %s", disk->path);
	}
	if (!adapters)
		hc_judge_fact(j, "facts.network", "network adapters: %zu",
			      count_adapters(facts));
	hc_judge_fact(j, "facts.disks", "fixed disks: %zu, and %zu in the backup",
		      count_disks(facts), in->manifest->disks.count);
	return adapters || disks ? HC_LEVEL_WARN : HC_LEVEL_PASS;
}
