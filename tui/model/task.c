/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tasks besides restoring and verifying: which runs of the engine they are made of, and the way back. */
#include "tui/model/task_priv.h"

#include <stdlib.h>
#include <string.h>

static const struct hc_wiz_task_job *const jobs[] = {
	&hc_wiz_job_bootcheck, &hc_wiz_job_runs,      &hc_wiz_job_show, &hc_wiz_job_fix_look,
	&hc_wiz_job_fix,       &hc_wiz_job_undo_look, &hc_wiz_job_undo,
};

static const struct hc_wiz_task_job *
find(enum hc_wiz_job job)
{
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
		if (jobs[i]->job == job)
			return jobs[i];
	return NULL;
}

const char *
hc_wiz_job_command(enum hc_wiz_job job)
{
	const struct hc_wiz_task_job *found = find(job);

	/* To mount a medium is one of media's options. */
	if (job == HC_JOB_MOUNT)
		job = HC_JOB_MEDIA;
	return found != NULL ? found->command : hc_wiz_job_names[job];
}

void
hc_wiz_task_args(struct hc_wiz_args *args, const struct hc_wiz *wiz, enum hc_wiz_job job)
{
	const struct hc_wiz_task_job *found = find(job);

	if (found != NULL)
		found->args(args, wiz);
}

void
hc_wiz_task_document(struct hc_wiz *wiz, struct hc_span bytes)
{
	const struct hc_wiz_task_job *found = find(wiz->job);

	if (found != NULL && found->document != NULL)
		found->document(wiz, bytes);
}

void
hc_wiz_task_end(struct hc_wiz *wiz, enum hc_wiz_job job, int status,
		struct hc_wiz_effect *effect)
{
	const struct hc_wiz_task_job *found = find(job);

	if (found != NULL)
		found->end(wiz, status, effect);
}

void
hc_wiz_task_done(struct hc_wiz *wiz)
{
	struct hc_wiz_tasks *tasks = &wiz->tasks;

	hc_arena_done(&tasks->chain_arena);
	hc_arena_done(&tasks->runs_arena);
	hc_arena_done(&tasks->repairs_arena);
	hc_arena_done(&tasks->undoable_arena);
	free(tasks->disk_path);
	free(tasks->disk_identity);
	free(tasks->shown);
}

bool
hc_wiz_load(struct hc_wiz *wiz, const struct hc_shape *shape, struct hc_span bytes,
	    struct hc_arena *arena, void *doc, const char *what)
{
	struct hc_err err;

	hc_arena_done(arena);
	memset(doc, 0, shape->size);
	if (hc_doc_read(shape, bytes, arena, doc, &err) == 0)
		return true;
	hc_wiz_trouble(wiz, "%s can't be read.\n%s", what, err.text[0]);
	memset(doc, 0, shape->size);
	return false;
}

bool
hc_wiz_task_rows(const struct hc_wiz *wiz, size_t *ret)
{
	const struct hc_wiz_tasks *tasks = &wiz->tasks;
	const struct {
		enum hc_wiz_screen screen;
		size_t count;
	} lists[] = {
		{ HC_SCREEN_DISK, wiz->have_facts ? wiz->facts.disks.count : 0 },
		{ HC_SCREEN_CHAIN, tasks->have_chain ? tasks->chain.links.count : 0 },
		{ HC_SCREEN_REPAIRS,
		  tasks->have_repairs ? tasks->repairs.edits.count + tasks->repairs.notes.count
				      : 0 },
		{ HC_SCREEN_UNDOABLE,
		  tasks->have_undoable ? tasks->undoable.repairs.count : 0 },
		{ HC_SCREEN_RUNS, tasks->have_runs ? tasks->runs.runs.count : 0 },
		{ HC_SCREEN_REPORT, wiz->report_count },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (lists[i].screen != wiz->screen)
			continue;
		*ret = lists[i].count;
		return true;
	}
	return false;
}

void
hc_wiz_act_task_back(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	static const struct {
		enum hc_wiz_screen from, to;
		enum hc_wiz_job awaited; /* that isn't wanted any more */
	} ways[] = {
		{ HC_SCREEN_TASKS, HC_SCREEN_WELCOME, HC_JOB_NONE },
		{ HC_SCREEN_DISK, HC_SCREEN_TASKS, HC_JOB_NONE },
		{ HC_SCREEN_CHAIN, HC_SCREEN_DISK, HC_JOB_BOOTCHECK },
		{ HC_SCREEN_REPAIRS, HC_SCREEN_DISK, HC_JOB_FIX_LOOK },
		{ HC_SCREEN_UNDOABLE, HC_SCREEN_DISK, HC_JOB_UNDO_LOOK },
		{ HC_SCREEN_RUNS, HC_SCREEN_TASKS, HC_JOB_RUNS },
		{ HC_SCREEN_REPORT, HC_SCREEN_RUNS, HC_JOB_SHOW },
	};

	if (wiz->screen == HC_SCREEN_ALLOW) {
		wiz->screen = wiz->task == HC_TASK_FIX ? HC_SCREEN_REPAIRS : HC_SCREEN_UNDOABLE;
		return;
	}
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (ways[i].from != wiz->screen)
			continue;
		wiz->queued = HC_JOB_NONE;
		if (ways[i].awaited != HC_JOB_NONE && wiz->job == ways[i].awaited)
			hc_wiz_cancel(wiz, effect);
		wiz->screen = ways[i].to;
		return;
	}
}
