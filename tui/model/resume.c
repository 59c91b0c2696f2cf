/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run that outlives the wizard that asked for it: what is written down of it, and taking it up again. */
#include "tui/model/wiz_priv.h"

#include <stdlib.h>
#include <string.h>

/* Read by the same program only, so that `task` may be a number. */
struct record {
	unsigned job;
	uint64_t task, restores, began_ms;
	const char *opened, *backup, *target_path, *target_identity, *state_dir, *intent;
};

#define T struct record
static const struct hc_field record_fields[] = {
	HC_ENUM(T, job, hc_wiz_job_names, "The run."),
	HC_FIELD(T, task, NUMBER, "What it is for."),
	HC_FIELD(T, restores, NUMBER, "How many restores this wizard had begun."),
	HC_FIELD(T, began_ms, NUMBER, "When, on this system's steady clock."),
	HC_FIELD(T, opened, STRING, "The repository."),
	HC_FIELD(T, backup, STRING, "The backup."),
	HC_FIELD(T, target_path, STRING, "The disk."),
	HC_FIELD(T, target_identity, STRING, "Its identity."),
	HC_FIELD(T, intent, STRING, "The answer file, where nobody attends."),
	HC_FIELD(T, state_dir, STRING, "Where its report goes."),
};
static const struct hc_shape record_shape =
	HC_SHAPE(T, "halcyon.wizard-run/1", record_fields, false, "A run of the wizard.");
#undef T

int
hc_wiz_record(const struct hc_wiz *wiz, struct hc_buf *out, struct hc_err *err)
{
	struct record record = { .job = wiz->job,
				 .task = wiz->task,
				 .restores = wiz->restores,
				 .began_ms = wiz->job_began_ms,
				 .opened = wiz->opened,
				 .backup = wiz->backup,
				 .target_path = wiz->target_path,
				 .target_identity = wiz->target_identity,
				 .intent = wiz->kiosk.intent,
				 .state_dir = wiz->state_dir };

	return hc_doc_write(&record_shape, &record, HC_JSON_PRETTY, out, err);
}

static void
keep(char **text, const char *value)
{
	if (value != NULL)
		hc_wiz_keep(text, "%s", value);
}

int
hc_wiz_resume(struct hc_wiz *wiz, struct hc_span bytes, struct hc_err *err)
{
	struct hc_arena arena = { 0 };
	struct record record = { 0 };
	int result = hc_doc_read(&record_shape, bytes, &arena, &record, err);

	if (result == 0 && record.task >= HC_TASK_COUNT)
		result = hc_err_set(err, H_DOC_SCHEMA, "there is no task %llu",
				    (unsigned long long)record.task);
	if (result == 0 && !hc_wiz_job_streams((enum hc_wiz_job)record.job))
		result = hc_err_set(err, H_DOC_SCHEMA, "%s is no run that can be taken up",
				    hc_wiz_job_names[record.job]);
	if (result < 0)
		goto out;
	wiz->task = (enum hc_wiz_task)record.task;
	wiz->restores = (unsigned)record.restores;
	keep(&wiz->opened, record.opened);
	keep(&wiz->backup, record.backup);
	keep(&wiz->target_path, record.target_path);
	keep(&wiz->target_identity, record.target_identity);
	keep(&wiz->kiosk.intent, record.intent);
	keep(&wiz->state_dir, record.state_dir);
	/* Time stands still until the past was told. */
	wiz->now_ms = wiz->job_began_ms = record.began_ms;
	wiz->catching_up = true;
	wiz->job = (enum hc_wiz_job)record.job;
	wiz->screen = wiz->job == HC_JOB_UNATTENDED ? HC_SCREEN_KIOSK : HC_SCREEN_PROGRESS;
	hc_wiz_run_start(wiz);
	hc_wiz_run_log(wiz, "an earlier wizard began this run");
out:
	hc_arena_done(&arena);
	return result;
}

void
hc_wiz_resume_plan(struct hc_wiz *wiz, struct hc_span plan)
{
	enum hc_wiz_job job = wiz->job;

	wiz->job = HC_JOB_PLAN;
	hc_wiz_document(wiz, plan);
	wiz->job = job;
}
