/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Repair and undo: what would be changed on a disk, and the one door to it: the typed confirmation. */
#include "tui/model/task_priv.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---------------------------------------------------------------- what would be changed */

static void
look(struct hc_wiz *wiz, enum hc_wiz_screen screen, enum hc_wiz_job job,
     struct hc_wiz_effect *effect)
{
	wiz->tasks.have_repairs = wiz->tasks.have_undoable = false;
	wiz->selected[screen] = 0;
	wiz->screen = screen;
	hc_wiz_request(wiz, job, effect);
}

void
hc_wiz_look_at_repairs(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	look(wiz, HC_SCREEN_REPAIRS, HC_JOB_FIX_LOOK, effect);
}

void
hc_wiz_look_at_undoable(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	look(wiz, HC_SCREEN_UNDOABLE, HC_JOB_UNDO_LOOK, effect);
}

bool
hc_wiz_may_repair(const struct hc_wiz *wiz)
{
	return wiz->job == HC_JOB_NONE && wiz->tasks.have_chain &&
	       wiz->tasks.chain.boots == HC_NO;
}

/* From a boot check that found something: the same disk. */
void
hc_wiz_act_repair(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	const struct hc_disk *disk = hc_wiz_chosen_disk(wiz);
	enum hc_wiz_task before = wiz->task;
	char why[HC_WIZ_LINE];

	if (disk == NULL)
		return;
	wiz->task = HC_TASK_FIX;
	if (hc_wiz_task_refusal(wiz, disk, why) != NULL) {
		hc_wiz_notice(wiz, "This disk can't be changed: %.150s.", why);
		wiz->task = before;
		return;
	}
	wiz->tasks.change = HC_CHANGE_NONE;
	hc_wiz_look_at_repairs(wiz, effect);
}

bool
hc_wiz_may_change(const struct hc_wiz *wiz)
{
	const struct hc_wiz_tasks *tasks = &wiz->tasks;

	if (wiz->job != HC_JOB_NONE || hc_wiz_chosen_disk(wiz) == NULL ||
	    tasks->disk_identity[0] == '\0')
		return false;
	if (wiz->task == HC_TASK_FIX)
		return tasks->have_repairs && tasks->repairs.edits.count > 0;
	return wiz->task == HC_TASK_UNDO && tasks->have_undoable &&
	       tasks->undoable.repairs.count > 0 && tasks->undoable.hindrance == NULL;
}

void
hc_wiz_act_change(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	hc_wiz_field_set(&wiz->confirm, "");
	wiz->screen = HC_SCREEN_ALLOW;
}

/* ---------------------------------------------------------------- the door */

const char *
hc_wiz_allow_word(const struct hc_wiz *wiz)
{
	const char *identity = wiz->tasks.disk_identity;

	return hc_wiz_word_of(identity != NULL ? identity : "");
}

bool
hc_wiz_allowed(const struct hc_wiz *wiz)
{
	return hc_wiz_may_change(wiz) && wiz->confirm.length > 0 &&
	       strcasecmp(wiz->confirm.text, hc_wiz_allow_word(wiz)) == 0;
}

/* The only place that asks for a run that changes a disk in place. */
void
hc_wiz_act_allow(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	/* What is reviewed is used once: the disk is not what it was. */
	wiz->tasks.have_chain = wiz->tasks.have_repairs = wiz->tasks.have_undoable = false;
	wiz->tasks.change = HC_CHANGE_GOING;
	wiz->screen = HC_SCREEN_CHAIN;
	hc_wiz_request(wiz, wiz->task == HC_TASK_FIX ? HC_JOB_FIX : HC_JOB_UNDO, effect);
}

/* ---------------------------------------------------------------- the engine's words */

static void
look_args(struct hc_wiz_args *args, const struct hc_wiz *wiz)
{
	hc_wiz_add(args, wiz->tasks.disk_path);
	hc_wiz_add(args, "--dry-run");
	hc_wiz_add(args, "--json");
}

/* The engine compares the identity with that of the disk that it opens. */
static void
change_args(struct hc_wiz_args *args, const struct hc_wiz *wiz)
{
	hc_wiz_add(args, wiz->tasks.disk_path);
	hc_wiz_add(args, "--confirm");
	hc_wiz_add(args, wiz->tasks.disk_identity);
	hc_wiz_add(args, "--json");
}

static void
repairs_document(struct hc_wiz *wiz, struct hc_span bytes)
{
	wiz->tasks.have_repairs =
		hc_wiz_load(wiz, &hc_repairs_shape, bytes, &wiz->tasks.repairs_arena,
			    &wiz->tasks.repairs, "The list of repairs");
}

static void
undoable_document(struct hc_wiz *wiz, struct hc_span bytes)
{
	wiz->tasks.have_undoable =
		hc_wiz_load(wiz, &hc_undoable_shape, bytes, &wiz->tasks.undoable_arena,
			    &wiz->tasks.undoable, "The list of what was repaired");
}

/* A repair that is refused, or one that can't be taken back, is an answer, whatever the status says. */
static void
end_look(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect)
{
	(void)effect;
	if (wiz->tasks.have_repairs || wiz->tasks.have_undoable)
		return;
	hc_wiz_tell(wiz, status, "This disk could not be looked at.");
	if (wiz->screen == HC_SCREEN_REPAIRS || wiz->screen == HC_SCREEN_UNDOABLE)
		wiz->screen = HC_SCREEN_DISK;
}

static void
fail(struct hc_wiz *wiz, int status, const char *heading)
{
	wiz->tasks.change = HC_CHANGE_FAILED;
	if (wiz->notes[0] != '\0')
		snprintf(wiz->tasks.failure, sizeof(wiz->tasks.failure), "%.*s",
			 (int)strcspn(wiz->notes, "\n"), wiz->notes);
	else
		snprintf(wiz->tasks.failure, sizeof(wiz->tasks.failure),
			 "the engine ended with status %d", status);
	hc_wiz_tell(wiz, status, heading);
}

/* However it ended: what became of the boot chain is looked at. */
static void
end_fix(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect)
{
	bool made = wiz->tasks.have_repairs && wiz->tasks.repairs.made;

	/* With status 0 and nothing made there was nothing left to do. */
	if (made || (status == 0 && wiz->tasks.have_repairs))
		wiz->tasks.change = made ? HC_CHANGE_MADE : HC_CHANGE_NOTHING;
	else
		fail(wiz, status, "The repairs were not made.");
	hc_wiz_look_at_chain(wiz, effect);
}

static void
end_undo(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect)
{
	wiz->tasks.change = HC_CHANGE_MADE;
	if (status != 0)
		fail(wiz, status, "The repair was not taken back.");
	hc_wiz_look_at_chain(wiz, effect);
}

const struct hc_wiz_task_job hc_wiz_job_fix_look = {
	.job = HC_JOB_FIX_LOOK,
	.command = "fix",
	.args = look_args,
	.document = repairs_document,
	.end = end_look,
};

const struct hc_wiz_task_job hc_wiz_job_fix = {
	.job = HC_JOB_FIX,
	.command = "fix",
	.args = change_args,
	.document = repairs_document,
	.end = end_fix,
};

const struct hc_wiz_task_job hc_wiz_job_undo_look = {
	.job = HC_JOB_UNDO_LOOK,
	.command = "undo",
	.args = look_args,
	.document = undoable_document,
	.end = end_look,
};

const struct hc_wiz_task_job hc_wiz_job_undo = {
	.job = HC_JOB_UNDO,
	.command = "undo",
	.args = change_args,
	.end = end_undo,
};
