/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan: the writes, step by step in the order of hazards 5. */
#include "restore/plan/plan_priv.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "restore/base/text.h"
#include "restore/disk/convert.h"
#include "restore/disk/disk.h"
#include "restore/disk/journal.h"

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a plan");
}

static int
add_held(struct hc_plan *plan, struct hc_arena *arena, struct hc_plan_held held,
	 struct hc_err *err)
{
	struct hc_plan_held *slot =
		hc_arena_grow(arena, &plan->held.items, &plan->held.count, sizeof(*slot));

	if (slot == NULL || held.what == NULL)
		return no_memory(err);
	*slot = held;
	return 0;
}

static int
add_range(struct hc_plan *plan, struct hc_arena *arena, struct hc_plan_range range,
	  struct hc_err *err)
{
	struct hc_plan_range *slot = hc_arena_grow(arena, &plan->invalidate.items,
						   &plan->invalidate.count, sizeof(*slot));

	if (slot == NULL || range.what == NULL)
		return no_memory(err);
	*slot = range;
	return 0;
}

/* NULL: the disk is started as it was. */
static const struct hc_conversion *
conversion_of(const struct hc_plan_input *in)
{
	return in->rules.survey == NULL ? NULL : in->rules.survey->conversion;
}

/* ---------------------------------------------------------------- geometry */

/* Bytes of the table at the start, and of the one at the end, of a disk. */
static uint64_t
head_table_bytes(const struct hc_manifest_disk *disk)
{
	if (disk->table == HC_TABLE_GPT)
		return 2 * disk->logical_block +
		       hc_round_up(hc_base64_size(disk->gpt_entries), disk->logical_block);
	return disk->table == HC_TABLE_MBR ? disk->logical_block : 0;
}

static uint64_t
tail_table_bytes(const struct hc_manifest_disk *disk)
{
	return disk->table == HC_TABLE_GPT ? head_table_bytes(disk) - disk->logical_block : 0;
}

/* A partition that a conversion makes: nothing of the backup goes there. */
static bool
is_made(const struct hc_region *region)
{
	return region->kind == HC_REGION_PARTITION && region->index.name == NULL;
}

/* ---------------------------------------------------------------- invalidate */

/* The first sectors of the volumes that are there now, and of those that will be. */
static int
plan_invalidate(const struct hc_plan_input *in, const struct hc_manifest_disk *disk,
		struct hc_arena *arena, struct hc_plan *plan, struct hc_err *err)
{
	const struct hc_disk *target = in->rules.target;
	uint64_t block = plan->target.logical_block, size = plan->target.size;

	if (hc_table_invalidate(size, block, arena, &plan->invalidate, err) < 0)
		return -1;
	for (size_t i = 0; i < target->partitions.count; i++) {
		const struct hc_partition *old = &target->partitions.items[i];
		struct hc_plan_range range = { old->start, block, NULL };

		if (old->start >= size || size - old->start < block || old->start % block != 0)
			continue;
		range.what = hc_arena_printf(arena, "first sector of the old partition %llu",
					     (unsigned long long)old->number);
		if (add_range(plan, arena, range, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < disk->regions.count; i++) {
		const struct hc_region *region = &disk->regions.items[i];
		struct hc_plan_range range = { region->start, block, NULL };

		if (region->kind != HC_REGION_PARTITION || region->size < block)
			continue;
		/* The file system of one that is made counts on zeros in all of it. */
		if (is_made(region))
			range.length = region->size;
		range.what = hc_arena_printf(arena, "%s the new partition %llu",
					     is_made(region) ? "all of" : "first sector of",
					     (unsigned long long)region->partition->number);
		if (add_range(plan, arena, range, err) < 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------- data */

/* How much of a region goes to the target: the table at the old end never does, and what lies behind the
 * last partition only as far as the target reaches. */
static uint64_t
length_on_target(const struct hc_region *region, const struct hc_manifest_disk *disk,
		 uint64_t size)
{
	uint64_t end = region->start + region->size, last = size - tail_table_bytes(disk);

	if (region->kind != HC_REGION_TAIL && region->kind != HC_REGION_HEAD)
		return region->size;
	if (end == disk->size)
		end -= hc_min_u64(tail_table_bytes(disk), region->size);
	end = hc_min_u64(end, last);
	return end > region->start ? end - region->start : 0;
}

static int
plan_data(const struct hc_manifest_disk *disk, struct hc_arena *arena, struct hc_plan *plan,
	  struct hc_err *err)
{
	for (size_t i = 0; i < disk->regions.count; i++) {
		const struct hc_region *region = &disk->regions.items[i];
		uint64_t length = length_on_target(region, disk, plan->target.size);
		struct hc_plan_data *data;

		if (region->kind == HC_REGION_TAIL && length < region->size &&
		    region->data_bytes > 0 && disk->table != HC_TABLE_GPT &&
		    hc_strings_add(&plan->losses, arena,
				   "what lies behind the last partition does not fit in full",
				   err) < 0)
			return -1;
		if (length == 0 || is_made(region))
			continue;
		data = hc_arena_grow(arena, &plan->data.items, &plan->data.count,
				     sizeof(*data));
		if (data == NULL)
			return no_memory(err);
		*data = (struct hc_plan_data){ .index = region->index,
					       .free = region->free,
					       .length = length,
					       .target_offset = region->start };
		data->what = hc_arena_strndup(arena, region->index.name,
					      strcspn(region->index.name, "."));
		if (data->what == NULL)
			return no_memory(err);
		plan->data_bytes += hc_min_u64(region->data_bytes, length);
	}
	return 0;
}

/* ---------------------------------------------------------------- held ranges, tables, journal */

static int
plan_held(const struct hc_plan_input *in, const struct hc_manifest_disk *disk,
	  struct hc_arena *arena, struct hc_plan *plan, struct hc_err *err)
{
	uint64_t block = disk->logical_block, table = head_table_bytes(disk);

	if (table > 0 && add_held(plan, arena,
				  (struct hc_plan_held){
					  0, table, "the partition table at the start", true },
				  err) < 0)
		return -1;
	if (in->rules.survey != NULL && in->rules.survey->journal_room != 0) {
		plan->journal_offset = in->rules.survey->journal_room;
		if (add_held(plan, arena,
			     (struct hc_plan_held){ plan->journal_offset, HC_JOURNAL_BYTES,
						    "the journal", true },
			     err) < 0)
			return -1;
	}
	for (size_t i = 0; i < disk->regions.count; i++) {
		const struct hc_region *region = &disk->regions.items[i];
		struct hc_plan_held held = { region->start, block, NULL, false };

		if (region->kind != HC_REGION_PARTITION || region->size < block ||
		    is_made(region))
			continue;
		held.what = hc_arena_printf(arena, "the first sector of partition %llu",
					    (unsigned long long)region->partition->number);
		if (add_held(plan, arena, held, err) < 0)
			return -1;
	}
	return 0;
}

/* The file system of a partition that is made comes before the table that names it. */
static int
plan_tables(const struct hc_plan_input *in, const struct hc_manifest_disk *disk,
	    struct hc_arena *arena, struct hc_plan *plan, struct hc_err *err)
{
	const struct hc_conversion *conversion = conversion_of(in);
	struct hc_plan_writes tables = { NULL, 0 };

	if (disk->table != HC_TABLE_NONE &&
	    hc_table_writes(disk, plan->target.size, arena, &tables, err) < 0)
		return -1;
	if (conversion == NULL) {
		plan->tables = tables;
		return 0;
	}
	plan->tables.items = hc_arena_array(arena, tables.count + conversion->format.count,
					    sizeof(*tables.items));
	if (plan->tables.items == NULL)
		return no_memory(err);
	for (size_t i = 0; i < conversion->format.count; i++)
		plan->tables.items[plan->tables.count++] = conversion->format.items[i];
	for (size_t i = 0; i < tables.count; i++)
		plan->tables.items[plan->tables.count++] = tables.items[i];
	return hc_convert_losses(&in->rules.manifest->disks.items[in->rules.disk], conversion,
				 arena, &plan->losses, err);
}

static int
plan_writes(const struct hc_plan_input *in, const struct hc_manifest_disk *disk,
	    struct hc_arena *arena, struct hc_plan *plan, struct hc_err *err)
{
	if (plan_invalidate(in, disk, arena, plan, err) < 0 ||
	    plan_data(disk, arena, plan, err) < 0 ||
	    plan_held(in, disk, arena, plan, err) < 0 ||
	    hc_table_losses(disk, plan->target.size, arena, &plan->losses, err) < 0)
		return -1;
	return plan_tables(in, disk, arena, plan, err);
}

/* ---------------------------------------------------------------- the whole */

/* What of a verdict is asked for by name. */
typedef bool asks(const struct hc_finding *finding);

static bool
is_block(const struct hc_finding *finding)
{
	return finding->level == HC_LEVEL_BLOCK;
}

static bool
is_warning(const struct hc_finding *finding)
{
	return finding->level == HC_LEVEL_WARN;
}

static bool
is_lacking_repair(const struct hc_finding *finding)
{
	return finding->unmade;
}

/* "DSK-1, FW-1" of the findings that nobody overrode or accepted; returns how many there are. */
static size_t
name_rules(const struct hc_verdict *verdict, asks *wanted, char *buf, size_t size)
{
	size_t used = 0, count = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < verdict->findings.count && used < size; i++) {
		const struct hc_finding *finding = &verdict->findings.items[i];
		int n;

		if (finding->overridden || !wanted(finding))
			continue;
		n = snprintf(buf + used, size - used, "%s%s", used > 0 ? ", " : "",
			     finding->rule);
		used += n < 0 ? 0 : (size_t)n;
		count++;
	}
	return count;
}

static int
check_outcome(const struct hc_verdict *verdict, struct hc_err *err)
{
	char names[256], repairs[256];
	size_t warnings, lacking;

	if (verdict->outcome == HC_OUTCOME_BLOCKED) {
		name_rules(verdict, is_block, names, sizeof(names));
		return hc_err_set(err, H_PLAN_BLOCKED, "blocked by %s", names);
	}
	warnings = name_rules(verdict, is_warning, names, sizeof(names));
	lacking = name_rules(verdict, is_lacking_repair, repairs, sizeof(repairs));
	if (warnings + lacking == 0)
		return 0;
	if (lacking == 0)
		return hc_err_set(err, H_PLAN_NEEDS_ANSWER, "not accepted yet: %s", names);
	return hc_err_set(err, H_PLAN_NEEDS_ANSWER,
			  "not accepted yet: %s%s%s; what repairs %s is not made", names,
			  warnings > 0 ? ", " : "", repairs, repairs);
}

static void
describe_repairs(const struct hc_plan_input *in, struct hc_plan *plan)
{
	const struct hc_survey *survey = in->rules.survey;
	const struct hc_windows *windows = in->rules.manifest->windows;

	if (survey == NULL || !survey->repairs_known || windows == NULL)
		return;
	plan->edits = survey->edits;
	plan->notes = survey->notes;
	plan->run = survey->run;
	plan->system_partition = windows->system_partition;
}

static void
describe(const struct hc_plan_input *in, const struct hc_manifest_disk *disk,
	 struct hc_arena *arena, struct hc_plan *plan)
{
	const struct hc_disk *target = in->rules.target;
	char created[HC_TIME_TEXT];

	hc_time_text(time(NULL), created);
	plan->created = hc_arena_strdup(arena, created);
	plan->tool = "halcyon " HC_VERSION;
	plan->mode = in->rules.mode;
	plan->repository = in->repository;
	plan->backup = in->rules.manifest->id;
	plan->manifest_sha256 = in->manifest_sha256;
	plan->store = in->rules.manifest->store;
	plan->task = in->task;
	plan->reuse = in->reuse;
	plan->overrides = in->rules.overrides;
	plan->accepted = in->rules.accepted;
	describe_repairs(in, plan);
	if (disk->table_id != in->rules.manifest->disks.items[in->rules.disk].table_id)
		plan->new_table_id = disk->table_id;
	if (conversion_of(in) != NULL)
		plan->convert_firmware = conversion_of(in)->to;
	plan->target = (struct hc_plan_target){
		.path = target->path,
		.is_file = target->is_file,
		.create_size = in->create_size,
		.size = target->size,
		.logical_block = target->is_file ? disk->logical_block : target->logical_block,
		.identity = target->identity,
	};
}

/* Also where FW-1, which says so too, was not judged or was overridden: the option asks for what can't be done. */
static int
refuse_conversion(const struct hc_conversion *conversion, struct hc_err *err)
{
	return hc_err_set(err, H_PLAN_NO_CONVERSION, "to %s: %s", conversion->to,
			  conversion->refused);
}

int
hc_plan_judge(const struct hc_plan_input *in, struct hc_arena *arena, struct hc_verdict *ret,
	      struct hc_err *err)
{
	if (hc_rules_judge(&in->rules, arena, ret, err) < 0)
		return -1;
	/* Which repairs can be made depends on the disk: without one that is not said yet. */
	for (size_t i = 0; in->rules.target != NULL && i < ret->findings.count; i++) {
		struct hc_finding *finding = &ret->findings.items[i];

		finding->unmade =
			finding->level == HC_LEVEL_REPAIR && hc_plan_lacks_repair(in, finding);
	}
	return 0;
}

int
hc_plan_build(const struct hc_plan_input *in, struct hc_arena *arena, struct hc_plan *ret,
	      struct hc_err *err)
{
	const struct hc_manifest *manifest = in->rules.manifest;
	struct hc_manifest_disk disk;

	*ret = (struct hc_plan){ .mode = in->rules.mode };
	if (hc_plan_judge(in, arena, &ret->verdict, err) < 0)
		return -1;
	if (!in->compare_only && check_outcome(&ret->verdict, err) < 0)
		return -1;
	if (in->rules.target == NULL)
		return hc_err_set(err, H_TARGET_BAD, "no target was named");
	/* DSK-1 blocks a disk number that isn't there; an override can't make one. */
	if (in->rules.disk >= manifest->disks.count)
		return hc_err_set(err, H_NOT_FOUND, "the backup has no disk %llu",
				  (unsigned long long)in->rules.disk);
	if (conversion_of(in) != NULL && conversion_of(in)->refused != NULL)
		return refuse_conversion(conversion_of(in), err);
	if (hc_disk_as_restored(&manifest->disks.items[in->rules.disk], in->rules.survey, arena,
				&disk, err) < 0)
		return -1;
	describe(in, &disk, arena, ret);
	if (hc_plan_repair_losses(in, arena, ret, err) < 0)
		return -1;
	return plan_writes(in, &disk, arena, ret, err);
}
