/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about the target disk. */
#include <string.h>

#include "restore/base/text.h"
#include "restore/rules/rules_priv.h"

static const struct hc_manifest_disk *
source_disk(const struct hc_rules_input *in)
{
	return in->disk < in->manifest->disks.count ? &in->manifest->disks.items[in->disk]
						    : NULL;
}

static bool
same_text(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

JUDGE(judge_offline)
{
	const struct hc_strings *users = &in->target->in_use_by;

	for (size_t i = 0; i < users->count; i++)
		hc_judge_fact(j, "facts.disks[].in_use_by", "%s is in use: %s",
			      in->target->path, users->items[i]);
	if (in->target->read_only)
		hc_judge_fact(j, "facts.disks[].read_only", "%s is write-protected",
			      in->target->path);
	return users->count > 0 || in->target->read_only ? HC_LEVEL_BLOCK : HC_LEVEL_PASS;
}

/* The least size a disk must have: the end of the last partition, and room for the backup GPT behind it. */
static uint64_t
least_size(const struct hc_manifest_disk *disk)
{
	uint64_t end = 0;

	for (size_t i = 0; i < disk->regions.count; i++)
		if (disk->regions.items[i].kind == HC_REGION_PARTITION)
			end = disk->regions.items[i].start + disk->regions.items[i].size;
	if (end == 0)
		return disk->size;
	if (disk->table == HC_TABLE_GPT && disk->gpt_entries != NULL)
		end += disk->logical_block +
		       hc_round_up(strlen(disk->gpt_entries) / 4 * 3, disk->logical_block);
	return hc_min_u64(end, disk->size);
}

JUDGE(judge_size)
{
	const struct hc_manifest_disk *disk = source_disk(in);
	char need[HC_SIZE_TEXT], have[HC_SIZE_TEXT], lack[HC_SIZE_TEXT];
	uint64_t least;

	if (disk == NULL) {
		hc_judge_fact(j, "manifest.disks", "the backup has no disk %llu",
			      (unsigned long long)in->disk);
		return HC_LEVEL_BLOCK;
	}
	least = least_size(disk);
	hc_size_text(least, need);
	hc_size_text(in->target->size, have);
	hc_judge_fact(j, "manifest.disks[].regions", "partitions need %s (%llu bytes)", need,
		      (unsigned long long)least);
	hc_judge_fact(j, "facts.disks[].size", "%s has %s (%llu bytes)", in->target->path, have,
		      (unsigned long long)in->target->size);
	if (in->target->size >= least)
		return HC_LEVEL_PASS;
	hc_size_text(least - in->target->size, lack);
	hc_judge_remedy(j, "Choose a disk of at least %llu bytes; %s lacks %s.",
			(unsigned long long)least, in->target->path, lack);
	return HC_LEVEL_BLOCK;
}

JUDGE(judge_sectors)
{
	const struct hc_manifest_disk *disk = source_disk(in);

	if (disk == NULL)
		return HC_LEVEL_BLOCK;
	hc_judge_fact(j, "manifest.disks[].logical_block",
		      "the backup has sectors of %llu bytes",
		      (unsigned long long)disk->logical_block);
	/* An image file takes the sector size of the machine that will use it. */
	if (in->target->is_file) {
		hc_judge_fact(j, "facts.disks[].is_file", "an image file has any sector size");
		return HC_LEVEL_PASS;
	}
	hc_judge_fact(j, "facts.disks[].logical_block", "%s has sectors of %llu bytes",
		      in->target->path, (unsigned long long)in->target->logical_block);
	return disk->logical_block == in->target->logical_block ? HC_LEVEL_PASS
								: HC_LEVEL_BLOCK;
}

JUDGE(judge_identity_free)
{
	const struct hc_manifest_disk *disk = source_disk(in);
	enum hc_level level = HC_LEVEL_PASS;

	for (size_t i = 0; disk != NULL && i < in->facts->disks.count; i++) {
		const struct hc_disk *other = &in->facts->disks.items[i];

		if (strcmp(other->path, in->target->path) == 0 ||
		    !same_text(other->table_id, disk->table_id))
			continue;
		hc_judge_fact(j, "facts.disks[].table_id", "%s has the identity %s too",
			      other->path, other->table_id);
		level = HC_LEVEL_WARN;
	}
	return level;
}

/* Unattended, only what is certainly meant may be erased (hazards 2). */
static enum hc_level
judge_holds_unattended(const struct hc_rules_input *in, struct hc_judgement *j, bool blank,
		       bool same)
{
	if (same_text(in->target->holds_kind, "halcyon-finished") && !in->reerase) {
		hc_judge_fact(j, "facts.disks[].journal",
			      "a finished restore of plan %.12s lies there",
			      in->target->journal ? in->target->journal : "?");
		hc_judge_remedy(
			j, "Set reerase: true in the answer file if it is to be erased again.");
		return HC_LEVEL_BLOCK;
	}
	/* What an unfinished restore left is lost already; whether this run may carry on is decided by its claim. */
	if (same_text(in->target->holds_kind, "halcyon-unfinished"))
		return HC_LEVEL_PASS;
	if (blank || same || in->named_by_identity)
		return HC_LEVEL_PASS;
	return HC_LEVEL_WARN;
}

JUDGE(judge_holds)
{
	const struct hc_manifest_disk *disk = source_disk(in);
	bool blank = same_text(in->target->holds_kind, "blank");
	bool same = disk != NULL && same_text(in->target->table_id, disk->table_id);
	const char *holds = in->survey != NULL && in->survey->target_holds != NULL
				    ? in->survey->target_holds
				    : in->target->holds;

	if (blank)
		hc_judge_fact(j, "facts.disks[].holds", "%s is blank", in->target->path);
	else
		hc_judge_fact(j, "survey.target_holds", "%s holds: %s", in->target->path,
			      holds != NULL ? holds : "something unknown");
	if (same)
		hc_judge_fact(j, "facts.disks[].table_id", "it is the disk of this backup: %s",
			      disk->table_id);
	if (in->unattended)
		return judge_holds_unattended(in, j, blank, same);
	return blank ? HC_LEVEL_PASS : HC_LEVEL_INFO;
}

JUDGE(judge_member)
{
	const struct hc_strings *member_of = &in->target->member_of;

	for (size_t i = 0; i < member_of->count; i++)
		hc_judge_fact(j, "facts.disks[].member_of", "%s is part of: %s",
			      in->target->path, member_of->items[i]);
	return member_of->count > 0 ? HC_LEVEL_BLOCK : HC_LEVEL_PASS;
}
