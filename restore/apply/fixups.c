/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan's repairs, as a step of a restore. */
#include <time.h>

#include "restore/apply/apply_priv.h"
#include "restore/apply/repair.h"
#include "restore/base/text.h"
#include "restore/fixup/fixup.h"

/* A restore that is cut off writes everything again: only the end of it needs to be in the journal. */
static int
remember(void *ctx, const struct hc_journal_repair *repair, struct hc_err *err)
{
	struct hc_apply *apply = ctx;

	if (repair->state != HC_REPAIR_DONE)
		return 0;
	apply->repair = hc_arena_alloc(&apply->arena, sizeof(*apply->repair));
	if (apply->repair == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
	*apply->repair = *repair;
	return 0;
}

int
apply_make_repairs(struct hc_apply *apply, struct hc_err *err)
{
	const struct hc_plan *plan = apply->plan;
	char created[HC_TIME_TEXT];
	struct hc_undo undo = { .run = plan->run,
				.tool = plan->tool,
				.plan = apply->plan_id,
				.backup = plan->backup,
				.edits = plan->edits };
	struct hc_repair repair = { .block = (uint32_t)plan->target.logical_block,
				    .system_partition = plan->system_partition,
				    .undo = &undo,
				    .place = apply->options.place,
				    .record = remember,
				    .ctx = apply };
	int result;

	if (plan->edits.count == 0)
		return 0;
	if (plan->run == NULL)
		return hc_err_set(err, H_PLAN_STALE, "the plan does not name its repairs");
	hc_time_text(time(NULL), created);
	undo.created = hc_arena_strdup(&apply->arena, created);
	if (undo.created == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
	if (apply_late_io(apply, &repair.disk, err) < 0)
		return -1;
	result = hc_repair_make(&repair, &apply->arena, err);
	hc_io_close(repair.disk);
	return result;
}

int
apply_set_variables(struct hc_apply *apply, struct hc_err *err)
{
	return hc_fixup_set_variables(&apply->plan->edits, NULL, err);
}

/* ---------------------------------------------------------------- comparing a repaired disk */

static int
open_one(struct hc_apply *apply, struct hc_io *disk, const struct hc_journal_repair *record,
	 struct hc_err *err)
{
	struct repaired *repaired = &apply->repaired[apply->repaired_count];
	const struct hc_repair repair = { .disk = disk, .place = apply->options.place };

	/* One that was cut off is for `halcyon fix` to finish: what it left differs. */
	if (record->state != HC_REPAIR_DONE)
		return 0;
	apply->repaired_count++;
	return hc_repair_list(&repair, record, &apply->arena, &repaired->bytes, &repaired->list,
			      err);
}

int
apply_open_repaired(struct hc_apply *apply, const struct hc_journal *journal,
		    struct hc_err *err)
{
	struct hc_io *disk = NULL;
	int result = 0;

	if (journal->repair == NULL)
		return 0;
	apply->repaired = hc_arena_array(&apply->arena, journal->earlier.count + 1,
					 sizeof(*apply->repaired));
	if (apply->repaired == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
	if (hc_target_io(apply->target, &disk, err) < 0)
		return -1;
	result = open_one(apply, disk, journal->repair, err);
	for (size_t i = 0; result == 0 && i < journal->earlier.count; i++)
		result = open_one(apply, disk, &journal->earlier.items[i], err);
	hc_io_close(disk);
	return result;
}

void
apply_take_out_repairs(const struct hc_apply *apply, uint64_t offset, uint8_t *bytes,
		       size_t length)
{
	for (size_t i = 0; i < apply->repaired_count; i++)
		hc_repair_take_out(&apply->repaired[i].list, offset, bytes, length);
}

void
apply_close_repaired(struct hc_apply *apply)
{
	for (size_t i = 0; i < apply->repaired_count; i++)
		hc_buf_done(&apply->repaired[i].bytes);
}
