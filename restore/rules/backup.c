/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about the backup itself. */
#include "restore/rules/rules_priv.h"

JUDGE(judge_complete)
{
	const struct hc_manifest *m = in->manifest;

	hc_judge_fact(j, "manifest", "the manifest of %s is whole, its seal holds", m->id);
	hc_judge_fact(j, "manifest.disks", "%zu disk%s, %llu chunks", m->disks.count,
		      m->disks.count == 1 ? "" : "s", (unsigned long long)m->totals.chunks);
	if (m->disks.count == 0) {
		hc_judge_fact(j, "manifest.disks", "it holds no disk");
		return HC_LEVEL_BLOCK;
	}
	return HC_LEVEL_PASS;
}

/* Names the volumes for which `wanted` holds; returns how many. */
static size_t
name_volumes(const struct hc_rules_input *in, struct hc_judgement *j,
	     bool (*wanted)(const struct hc_volume_state *), const char *what)
{
	const struct hc_regions *regions;
	size_t found = 0;

	if (in->disk >= in->manifest->disks.count)
		return 0;
	regions = &in->manifest->disks.items[in->disk].regions;
	for (size_t i = 0; i < regions->count; i++) {
		const struct hc_region *region = &regions->items[i];

		if (region->volume == NULL || region->partition == NULL ||
		    !wanted(region->volume))
			continue;
		found++;
		hc_judge_fact(j, "manifest.disks[].regions[].volume", "partition %llu %s",
			      (unsigned long long)region->partition->number, what);
	}
	return found;
}

static bool
has_bitlocker(const struct hc_volume_state *volume)
{
	return volume->bitlocker;
}

static bool
is_hibernated(const struct hc_volume_state *volume)
{
	return volume->hibernated;
}

JUDGE(judge_bitlocker)
{
	return name_volumes(in, j, has_bitlocker, "is encrypted by BitLocker") > 0
		       ? HC_LEVEL_WARN
		       : HC_LEVEL_PASS;
}

JUDGE(judge_hibernated)
{
	return name_volumes(in, j, is_hibernated, "holds a resumable hiberfil.sys") > 0
		       ? HC_LEVEL_WARN
		       : HC_LEVEL_PASS;
}
