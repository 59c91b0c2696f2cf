/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about the backup itself. */
#include "restore/rules/rules_priv.h"

/* A blob index without a hash can't be told from another one.  Returns how many there are. */
static size_t
name_unhashed(const struct hc_manifest *m, struct hc_judgement *j)
{
	size_t found = 0;

	for (size_t i = 0; i < m->disks.count; i++) {
		const struct hc_regions *regions = &m->disks.items[i].regions;

		for (size_t k = 0; k < regions->count; k++) {
			const struct hc_file_ref *index = &regions->items[k].index;

			if (index->name == NULL ||
			    (index->sha256 != NULL && index->sha256[0] != '\0'))
				continue;
			hc_judge_fact(j, "manifest.disks[].regions[].index", "%s has no hash",
				      index->name);
			found++;
		}
	}
	return found;
}

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
	if (name_unhashed(m, j) > 0)
		return HC_LEVEL_BLOCK;
	for (size_t i = 0; i < m->warnings.count; i++)
		hc_judge_fact(j, "manifest.warnings", "noted at capture: %s",
			      m->warnings.items[i]);
	if (in->signature == HC_NO) {
		hc_judge_fact(j, "manifest.json.minisig",
			      "no key that is trusted here has signed it");
		return HC_LEVEL_WARN;
	}
	return m->warnings.count > 0 ? HC_LEVEL_INFO : HC_LEVEL_PASS;
}
