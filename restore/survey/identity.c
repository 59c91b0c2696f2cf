/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new identity for the restored disk, where another disk of the machine has the backup's (DSK-3). */
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "restore/base/text.h"
#include "restore/survey/survey_priv.h"

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a new identity");
}

static bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcasecmp(a, b) == 0;
}

/* Whether a disk that will be beside the target is called as the backup's disk was. */
static bool
is_taken(const struct hc_survey_request *request, const struct hc_manifest_disk *disk)
{
	for (size_t i = 0; request->facts != NULL && i < request->facts->disks.count; i++) {
		const struct hc_disk *other = &request->facts->disks.items[i];

		if (strcmp(other->path, request->target->path) != 0 &&
		    same(other->table_id, disk->table_id))
			return true;
	}
	return false;
}

static const struct hc_partition *
partition_of(const struct hc_disk *target, const struct hc_partition *partition)
{
	for (size_t i = 0; i < target->partitions.count; i++)
		if (target->partitions.items[i].number == partition->number &&
		    target->partitions.items[i].start == partition->start)
			return &target->partitions.items[i];
	return NULL;
}

/* A disk that was given a new identity before keeps that: it can be compared with its backup. */
static bool
has_own_identity(const struct hc_disk *target, const struct hc_manifest_disk *disk)
{
	if (target->table != disk->table || target->table_id == NULL ||
	    same(target->table_id, disk->table_id))
		return false;
	for (size_t i = 0; i < disk->regions.count; i++)
		if (disk->regions.items[i].partition != NULL &&
		    partition_of(target, disk->regions.items[i].partition) == NULL)
			return false;
	return true;
}

static const char *
random_signature(struct hc_arena *arena, struct hc_err *err)
{
	uint32_t number = 0;

	/* Zero is none: Windows would write one of its own. */
	while (number == 0)
		if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number)) {
			hc_err_sys(err, H_IO, "asking for random bytes");
			return NULL;
		}
	return hc_arena_printf(arena, "%08x", number);
}

static const char *
random_guid(struct hc_arena *arena, struct hc_err *err)
{
	char guid[HC_GUID_TEXT];

	return hc_guid_random(guid, err) < 0 ? NULL : hc_arena_strdup(arena, guid);
}

static int
add_partitions(const struct hc_survey_request *request, const struct hc_manifest_disk *disk,
	       bool keep, struct hc_arena *arena, struct hc_new_identity *identity,
	       struct hc_err *err)
{
	for (size_t i = 0; i < disk->regions.count; i++) {
		const struct hc_partition *partition = disk->regions.items[i].partition;
		struct hc_new_partition_id *id;

		if (partition == NULL)
			continue;
		id = hc_arena_grow(arena, &identity->partitions.items,
				   &identity->partitions.count, sizeof(*id));
		if (id == NULL)
			return no_memory(err);
		id->number = partition->number;
		if (disk->table != HC_TABLE_GPT)
			continue;
		id->guid = keep ? partition_of(request->target, partition)->guid
				: random_guid(arena, err);
		if (id->guid == NULL)
			return no_memory(err);
	}
	return 0;
}

int
survey_identity(const struct hc_survey_request *request, const struct hc_manifest_disk *disk,
		struct hc_arena *arena, struct hc_survey *ret, struct hc_err *err)
{
	struct hc_new_identity *identity;
	bool keep;

	if (request->target == NULL || request->keep_identity || disk->table_id == NULL)
		return 0;
	keep = has_own_identity(request->target, disk);
	if (!is_taken(request, disk) && !(keep && request->compare))
		return 0;
	identity = hc_arena_alloc(arena, sizeof(*identity));
	if (identity == NULL)
		return no_memory(err);
	identity->table_id = keep                          ? request->target->table_id
			     : disk->table == HC_TABLE_GPT ? random_guid(arena, err)
							   : random_signature(arena, err);
	if (identity->table_id == NULL)
		return no_memory(err);
	if (add_partitions(request, disk, keep, arena, identity, err) < 0)
		return -1;
	ret->identity = identity;
	return 0;
}
