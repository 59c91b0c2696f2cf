/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about the target disk. */
#include <string.h>

#include "restore/base/text.h"
#include "restore/rules/rules_priv.h"

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
		       hc_round_up(hc_base64_size(disk->gpt_entries), disk->logical_block);
	return hc_min_u64(end, disk->size);
}

/* Volume mode: the volume goes into the partition of its number. */
static unsigned
judge_volume_size(const struct hc_rules_input *in, const struct hc_manifest_disk *disk,
		  struct hc_judgement *j)
{
	const struct hc_partitions *partitions = &in->target->partitions;
	char need[HC_SIZE_TEXT], have[HC_SIZE_TEXT];
	uint64_t least = 0, room = 0;

	for (size_t i = 0; i < disk->regions.count; i++)
		if (disk->regions.items[i].partition != NULL &&
		    disk->regions.items[i].partition->number == in->partition)
			least = disk->regions.items[i].size;
	for (size_t i = 0; i < partitions->count; i++)
		if (partitions->items[i].number == in->partition)
			room = partitions->items[i].size;
	hc_size_text(least, need);
	hc_size_text(room, have);
	hc_judge_fact(j, "manifest.disks[].regions", "the volume needs %s (%llu bytes)", need,
		      (unsigned long long)least);
	hc_judge_fact(j, "facts.disks[].partitions[].size",
		      "partition %llu of %s has %s (%llu bytes)",
		      (unsigned long long)in->partition, in->target->path, have,
		      (unsigned long long)room);
	return least != 0 && room >= least ? HC_LEVEL_PASS : HC_LEVEL_BLOCK;
}

JUDGE(judge_size)
{
	const struct hc_manifest_disk *disk = hc_source_disk(in);
	char need[HC_SIZE_TEXT], have[HC_SIZE_TEXT], lack[HC_SIZE_TEXT];
	uint64_t least;

	if (disk == NULL) {
		hc_judge_fact(j, "manifest.disks", "the backup has no disk %llu",
			      (unsigned long long)in->disk);
		return HC_LEVEL_BLOCK;
	}
	if (hc_mode_of(in) == HC_RULE_VOLUME && in->partition != 0)
		return judge_volume_size(in, disk, j);
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
	const struct hc_manifest_disk *disk = hc_source_disk(in);

	if (disk == NULL) {
		hc_judge_fact(j, "manifest.disks", "the backup has no disk %llu",
			      (unsigned long long)in->disk);
		return HC_LEVEL_BLOCK;
	}
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
	const struct hc_manifest_disk *disk = hc_source_disk(in);
	unsigned level = HC_LEVEL_PASS;

	for (size_t i = 0; disk != NULL && i < in->facts->disks.count; i++) {
		const struct hc_disk *other = &in->facts->disks.items[i];

		if (strcmp(other->path, in->target->path) == 0 ||
		    !hc_same_text(other->table_id, disk->table_id))
			continue;
		hc_judge_fact(j, "facts.disks[].table_id", "%s has the identity %s too",
			      other->path, other->table_id);
		hc_judge_fixup(j, "mounted-devices");
		hc_judge_fixup(j, "bcd");
		level = HC_LEVEL_REPAIR;
	}
	if (level == HC_LEVEL_PASS)
		hc_judge_fact(j, "facts.disks[].table_id",
			      "no other disk here has the identity %s",
			      disk != NULL ? hc_or_unknown(disk->table_id) : "unknown");
	return level;
}

/* Partition types that say that a volume may lie on several disks: MBR type 42, and GPT's (Microsoft, PARTITION_INFORMATION_GPT). */
static const struct pooled {
	const char *type;
	const char *what;
} pooled[] = {
	{ "42", "a dynamic disk (Logical Disk Manager)" },
	{ "5808c8aa-7e8f-42e0-85d2-e1e90434cfb3", "a dynamic disk (Logical Disk Manager)" },
	{ "af9b60a0-1431-4f62-bc68-3311714a69ad", "a dynamic disk (Logical Disk Manager)" },
	{ "e75caf8f-f680-4cee-afa3-b001e56efc2d", "a storage space" },
};

static const struct pooled *
find_pooled(const struct hc_partition *partition)
{
	for (size_t i = 0; partition != NULL && i < sizeof(pooled) / sizeof(pooled[0]); i++)
		if (hc_same_name(partition->type, pooled[i].type))
			return &pooled[i];
	return NULL;
}

JUDGE(judge_dynamic)
{
	const struct hc_manifest_disk *disk = hc_source_disk(in);
	size_t found = 0;

	for (size_t i = 0; disk != NULL && i < disk->regions.count; i++) {
		const struct hc_partition *partition = disk->regions.items[i].partition;
		const struct pooled *row = find_pooled(partition);

		if (row == NULL)
			continue;
		hc_judge_fact(j, "manifest.disks[].regions[].partition.type",
			      "partition %llu is part of %s",
			      (unsigned long long)partition->number, row->what);
		found++;
	}
	if (found == 0) {
		hc_judge_fact(j, "manifest.disks[].regions[].partition.type",
			      "no partition is part of a dynamic disk or a storage space");
		return HC_LEVEL_PASS;
	}
	return hc_mode_of(in) == HC_RULE_VOLUME ? HC_LEVEL_INFO : HC_LEVEL_BLOCK;
}

/* Unattended, only what is certainly meant may be erased (hazards 2). */
static unsigned
judge_holds_unattended(const struct hc_rules_input *in, struct hc_judgement *j, bool blank,
		       bool same)
{
	if (hc_same_text(in->target->holds_kind, "halcyon-finished") && !in->reerase) {
		hc_judge_fact(j, "facts.disks[].journal",
			      "a finished restore of plan %.12s lies there",
			      in->target->journal ? in->target->journal : "?");
		hc_judge_remedy(
			j, "Set reerase: true in the answer file if it is to be erased again.");
		return HC_LEVEL_BLOCK;
	}
	/* What an unfinished restore left is lost already; whether this run may carry on is decided by its claim. */
	if (hc_same_text(in->target->holds_kind, "halcyon-unfinished"))
		return HC_LEVEL_PASS;
	if (blank || same || in->named_by_identity)
		return HC_LEVEL_PASS;
	return HC_LEVEL_WARN;
}

JUDGE(judge_holds)
{
	const struct hc_manifest_disk *disk = hc_source_disk(in);
	bool blank = hc_same_text(in->target->holds_kind, "blank");
	bool same = disk != NULL && hc_same_text(in->target->table_id, disk->table_id);
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
	if (member_of->count > 0)
		return HC_LEVEL_BLOCK;
	hc_judge_fact(j, "facts.disks[].member_of", "%s is part of nothing larger",
		      in->target->path);
	return HC_LEVEL_PASS;
}
