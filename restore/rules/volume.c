/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about the state that the backup's volumes were left in. */
#include "restore/rules/rules_priv.h"

/* Names the volumes that are restored and for which `wanted` holds; returns how many. */
static size_t
name_volumes(const struct hc_rules_input *in, struct hc_judgement *j,
	     bool (*wanted)(const struct hc_region *), const char *what)
{
	const struct hc_manifest_disk *disk = hc_source_disk(in);
	bool one = hc_mode_of(in) == HC_RULE_VOLUME && in->partition != 0;
	size_t found = 0;

	for (size_t i = 0; disk != NULL && i < disk->regions.count; i++) {
		const struct hc_region *region = &disk->regions.items[i];

		if (region->volume == NULL || region->partition == NULL || !wanted(region) ||
		    (one && region->partition->number != in->partition))
			continue;
		found++;
		hc_judge_fact(j, "manifest.disks[].regions[].volume", "partition %llu %s",
			      (unsigned long long)region->partition->number, what);
	}
	return found;
}

static void
say_none(struct hc_judgement *j, const char *what)
{
	hc_judge_fact(j, "manifest.disks[].regions[].volume", "no volume that is restored %s",
		      what);
}

/* ---------------------------------------------------------------- VOL-1 */

static bool
has_bitlocker(const struct hc_region *region)
{
	return region->volume->bitlocker;
}

JUDGE(judge_bitlocker)
{
	const struct hc_windows *windows = in->manifest->windows;
	size_t found = name_volumes(in, j, has_bitlocker, "is encrypted by BitLocker");

	if (found == 0 && windows != NULL && windows->bitlocker) {
		hc_judge_fact(j, "manifest.windows.bitlocker",
			      "the volume of Windows is encrypted by BitLocker");
		found++;
	}
	if (found == 0) {
		say_none(j, "is encrypted by BitLocker");
		return HC_LEVEL_PASS;
	}
	/* A block copy brings the encryption with it; single files can't be read through it. */
	return hc_mode_of(in) == HC_RULE_STATE ? HC_LEVEL_BLOCK : HC_LEVEL_WARN;
}

/* ---------------------------------------------------------------- VOL-2 */

static bool
is_hibernated(const struct hc_region *region)
{
	return region->volume->hibernated;
}

JUDGE(judge_hibernated)
{
	if (name_volumes(in, j, is_hibernated, "holds a resumable hiberfil.sys") == 0) {
		say_none(j, "holds a resumable hiberfil.sys");
		return HC_LEVEL_PASS;
	}
	hc_judge_fixup(j, "hibernation");
	return HC_LEVEL_REPAIR;
}

/* ---------------------------------------------------------------- VOL-3 */

/* An encrypted volume does not tell, and only NTFS has such a log. */
static bool
is_readable_ntfs(const struct hc_region *region)
{
	const char *filesystem = region->partition->filesystem;

	return !region->volume->bitlocker &&
	       (filesystem == NULL || hc_same_name(filesystem, "ntfs"));
}

static bool
has_open_log(const struct hc_region *region)
{
	return is_readable_ntfs(region) && !region->volume->journal_clean;
}

static bool
is_dirty(const struct hc_region *region)
{
	return is_readable_ntfs(region) && region->volume->dirty;
}

JUDGE(judge_journal)
{
	size_t open = name_volumes(in, j, has_open_log, "has an unreplayed $LogFile");
	size_t dirty = name_volumes(in, j, is_dirty,
				    "is marked dirty: Windows checks it when it starts");

	for (size_t i = 0; in->survey != NULL && i < in->survey->unreplayed.count; i++)
		hc_judge_fact(j, "survey.unreplayed",
			      "%s needs repairs, and its $LogFile can't be replayed",
			      in->survey->unreplayed.items[i]);
	if (in->survey != NULL && in->survey->unreplayed.count > 0)
		return HC_LEVEL_WARN;
	/* Files that are read one by one may be older than what the log says. */
	if (open > 0 && hc_mode_of(in) == HC_RULE_STATE)
		return HC_LEVEL_WARN;
	if (open + dirty > 0)
		return HC_LEVEL_INFO;
	say_none(j, "has an unreplayed $LogFile or is marked dirty");
	return HC_LEVEL_PASS;
}
