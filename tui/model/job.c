/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs of the engine: their command lines, their documents, and what follows their end. */
#include "tui/model/wiz_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each run has a name, and a file that keeps what it printed. */
const char *const hc_wiz_job_names[HC_JOB_COUNT + 1] = {
	[HC_JOB_NONE] = "nothing",        [HC_JOB_PROBE] = "probe",
	[HC_JOB_CATALOG] = "catalog",     [HC_JOB_CHECK] = "check",
	[HC_JOB_PLAN] = "plan",           [HC_JOB_APPLY] = "apply",
	[HC_JOB_VERIFY] = "verify",       [HC_JOB_UNATTENDED] = "restore",
	[HC_JOB_REPORT] = "report",       [HC_JOB_BOOTCHECK] = "bootcheck",
	[HC_JOB_RUNS] = "runs",           [HC_JOB_SHOW] = "show-report",
	[HC_JOB_FIX_LOOK] = "fix-look",   [HC_JOB_FIX] = "fix",
	[HC_JOB_UNDO_LOOK] = "undo-look", [HC_JOB_UNDO] = "undo",
	[HC_JOB_CAPTURE] = "capture",     [HC_JOB_MEDIA] = "media",
	[HC_JOB_MOUNT] = "mount",
};

/* plan.json is also what apply reads. */
const char *const hc_wiz_job_files[HC_JOB_COUNT + 1] = {
	[HC_JOB_NONE] = "nothing",
	[HC_JOB_PROBE] = "facts.json",
	[HC_JOB_CATALOG] = "catalog.json",
	[HC_JOB_CHECK] = "check.json",
	[HC_JOB_PLAN] = "plan.json",
	[HC_JOB_APPLY] = "apply.events",
	[HC_JOB_VERIFY] = "verify.events",
	[HC_JOB_UNATTENDED] = "restore.events",
	[HC_JOB_REPORT] = "report.text",
	[HC_JOB_BOOTCHECK] = "bootcheck.json",
	[HC_JOB_RUNS] = "runs.json",
	[HC_JOB_SHOW] = "show-report.text",
	[HC_JOB_FIX_LOOK] = "fix-look.json",
	[HC_JOB_FIX] = "fix.json",
	[HC_JOB_UNDO_LOOK] = "undo-look.json",
	[HC_JOB_UNDO] = "undo.text",
	[HC_JOB_CAPTURE] = "capture.events",
	[HC_JOB_MEDIA] = "media.json",
	[HC_JOB_MOUNT] = "mount.json",
};

/* For this long any key keeps the machine as it is. */
#define END_MS 30000

/* Exit statuses of the engine (design.md section 4) that come with a verdict all the same. */
enum {
	STATUS_DONE = 0,
	STATUS_BLOCKED = 3,
	STATUS_ANSWER = 4,
};

bool
hc_wiz_job_streams(enum hc_wiz_job job)
{
	return job == HC_JOB_APPLY || job == HC_JOB_VERIFY || job == HC_JOB_UNATTENDED ||
	       job == HC_JOB_CAPTURE;
}

bool
hc_wiz_job_writes(enum hc_wiz_job job)
{
	return job == HC_JOB_APPLY || job == HC_JOB_UNATTENDED || job == HC_JOB_FIX ||
	       job == HC_JOB_UNDO;
}

/* ---------------------------------------------------------------- starting */

void
hc_wiz_add(struct hc_wiz_args *args, const char *text)
{
	/* Never skipped: an option must not swallow the next word. */
	if (args->count < HC_WIZ_ARGS - 1)
		args->effect->argv[args->count++] = text != NULL ? text : "";
}

static void
add_option(void *ctx, const char *option, const char *value)
{
	hc_wiz_add(ctx, option);
	if (value != NULL)
		hc_wiz_add(ctx, value);
}

/* What check and plan are asked alike. */
static void
add_choices(struct hc_wiz_args *args, struct hc_wiz *wiz)
{
	hc_wiz_answer_list(wiz, false, wiz->accepted, sizeof(wiz->accepted));
	hc_wiz_answer_list(wiz, true, wiz->overridden, sizeof(wiz->overridden));
	if (wiz->accepted[0] != '\0')
		add_option(args, "--accept", wiz->accepted);
	if (wiz->overridden[0] != '\0')
		add_option(args, "--override", wiz->overridden);
	hc_wiz_option_args(wiz, add_option, args);
	hc_wiz_add(args, "--json");
}

static void
add_plan_args(struct hc_wiz_args *args, struct hc_wiz *wiz)
{
	hc_wiz_add(args, wiz->backup);
	hc_wiz_add(args, "--target");
	hc_wiz_add(args, wiz->target_path);
	if (wiz->reuse)
		hc_wiz_add(args, "--reuse");
	wiz->plan_is_old = false;
	add_choices(args, wiz);
}

static void
add_args(struct hc_wiz_args *args, struct hc_wiz *wiz, enum hc_wiz_job job)
{
	hc_wiz_add(args, "halcyon");
	hc_wiz_add(args, hc_wiz_job_command(job));
	if (job == HC_JOB_PROBE || job == HC_JOB_MEDIA) {
		hc_wiz_add(args, "--json");
	} else if (job == HC_JOB_MOUNT) {
		hc_wiz_add(args, "--mount");
		hc_wiz_add(args, wiz->mounting);
		hc_wiz_add(args, "--json");
	} else if (job == HC_JOB_CATALOG) {
		hc_wiz_add(args, wiz->opened);
		hc_wiz_add(args, "--json");
	} else if (job == HC_JOB_CHECK) {
		hc_wiz_add(args, wiz->backup);
		wiz->check_is_old = false;
		add_choices(args, wiz);
	} else if (job == HC_JOB_PLAN) {
		add_plan_args(args, wiz);
	} else if (job == HC_JOB_APPLY) {
		hc_wiz_add(args, wiz->plan_file);
		hc_wiz_add(args, "--confirm");
		hc_wiz_add(args, hc_wiz_identity(wiz));
		hc_wiz_add(args, "--state-dir");
		hc_wiz_add(args, wiz->state_dir);
		hc_wiz_add(args, "--json");
	} else if (job == HC_JOB_VERIFY) {
		hc_wiz_add(args, wiz->backup);
		hc_wiz_add(args, "--json");
	} else if (job == HC_JOB_UNATTENDED) {
		hc_wiz_add(args, "--unattended");
		hc_wiz_add(args, "--intent");
		hc_wiz_add(args, wiz->kiosk.intent);
		hc_wiz_add(args, "--state-dir");
		hc_wiz_add(args, wiz->state_dir);
		hc_wiz_add(args, "--json");
	} else if (job == HC_JOB_REPORT) {
		hc_wiz_add(args, wiz->state_dir);
	} else {
		hc_wiz_task_args(args, wiz, job);
	}
}

static void
start(struct hc_wiz *wiz, enum hc_wiz_job job, struct hc_wiz_effect *effect)
{
	struct hc_wiz_args args = { effect, 0 };

	effect->kind = HC_EFFECT_RUN;
	effect->job = job;
	add_args(&args, wiz, job);
	wiz->job = job;
	wiz->queued = HC_JOB_NONE;
	wiz->cancelled = false;
	wiz->job_began_ms = wiz->now_ms;
	wiz->notes[0] = '\0';
	if (hc_wiz_job_streams(job))
		hc_wiz_run_start(wiz);
}

void
hc_wiz_request(struct hc_wiz *wiz, enum hc_wiz_job job, struct hc_wiz_effect *effect)
{
	if (wiz->job != HC_JOB_NONE)
		wiz->queued = job;
	else
		start(wiz, job, effect);
}

void
hc_wiz_cancel(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	wiz->queued = HC_JOB_NONE;
	if (wiz->job == HC_JOB_NONE || wiz->cancelled)
		return;
	wiz->cancelled = true;
	effect->kind = HC_EFFECT_CANCEL;
	effect->job = wiz->job;
}

/* ---------------------------------------------------------------- documents */

bool
hc_wiz_load_facts(struct hc_wiz *wiz, struct hc_span bytes)
{
	struct hc_arena arena = { 0 };
	struct hc_facts facts = { 0 };
	struct hc_err err;

	if (hc_doc_read(&hc_facts_shape, bytes, &arena, &facts, &err) < 0) {
		hc_wiz_trouble(wiz, "What is known of this machine can't be read.\n%s",
			       err.text[0]);
		hc_arena_done(&arena);
		return false;
	}
	hc_arena_done(&wiz->facts_arena);
	wiz->facts_arena = arena;
	wiz->facts = facts;
	wiz->have_facts = true;
	/* What was said of a disk was said of what was read then. */
	hc_wiz_drop_answers(wiz, false);
	return true;
}

static void
load_catalog(struct hc_wiz *wiz, struct hc_span bytes)
{
	struct hc_arena arena = { 0 };
	struct hc_catalog catalog = { 0 };
	struct hc_err err;

	if (hc_doc_read(&hc_catalog_shape, bytes, &arena, &catalog, &err) < 0) {
		hc_wiz_trouble(wiz, "The list of backups can't be read.\n%s", err.text[0]);
		hc_arena_done(&arena);
		return;
	}
	hc_arena_done(&wiz->catalog_arena);
	wiz->catalog_arena = arena;
	wiz->catalog = catalog;
	wiz->have_catalog = true;
	hc_wiz_sort_catalog(wiz);
}

void
hc_wiz_document(struct hc_wiz *wiz, struct hc_span bytes)
{
	/* An engine that failed may leave nothing: its standard error says why. */
	if (wiz->cancelled || bytes.size == 0)
		return;
	if (wiz->job == HC_JOB_PROBE)
		hc_wiz_load_facts(wiz, bytes);
	else if (wiz->job == HC_JOB_CATALOG)
		load_catalog(wiz, bytes);
	else if (wiz->job == HC_JOB_CHECK)
		hc_wiz_load_check(wiz, bytes);
	else if (wiz->job == HC_JOB_PLAN)
		hc_wiz_load_plan(wiz, bytes);
	else if (wiz->job == HC_JOB_REPORT)
		hc_wiz_add_lines(wiz, bytes);
	else if (wiz->job == HC_JOB_MEDIA)
		hc_wiz_load_media(wiz, bytes);
	else
		hc_wiz_task_document(wiz, bytes);
}

/* Keeps the last lines that fit. */
void
hc_wiz_note(struct hc_wiz *wiz, struct hc_span line)
{
	static const char prefix[] = "halcyon: error: ";
	size_t used = strlen(wiz->notes), room = sizeof(wiz->notes) - 1, length;

	if (line.size > sizeof(prefix) - 1 &&
	    memcmp(line.data, prefix, sizeof(prefix) - 1) == 0)
		line = hc_span_part(line, sizeof(prefix) - 1, line.size - (sizeof(prefix) - 1));
	length = line.size < room - 1 ? line.size : room - 1;
	while (used + length + 1 > room) {
		char *end = strchr(wiz->notes, '\n');
		size_t first = end != NULL ? (size_t)(end - wiz->notes) + 1 : used;

		memmove(wiz->notes, wiz->notes + first, used - first + 1);
		used -= first;
	}
	snprintf(wiz->notes + used, sizeof(wiz->notes) - used, "%.*s\n", (int)length,
		 (const char *)line.data);
	if (hc_wiz_job_streams(wiz->job))
		hc_wiz_run_log(wiz, "%.*s", (int)line.size, (const char *)line.data);
}

/* ---------------------------------------------------------------- endings */

void
hc_wiz_tell(struct hc_wiz *wiz, int status, const char *heading)
{
	if (wiz->trouble[0] != '\0')
		return;
	if (status == 127)
		hc_wiz_trouble(wiz, "%s\nThe program halcyon could not be started.\n%s",
			       heading, wiz->notes);
	else if (wiz->notes[0] != '\0')
		hc_wiz_trouble(wiz, "%s\n%s", heading, wiz->notes);
	else
		hc_wiz_trouble(wiz, "%s\nThe engine ended with status %d and said nothing.",
			       heading, status);
}

static void
end_probe(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect)
{
	(void)effect;
	if (status != STATUS_DONE || !wiz->have_facts)
		hc_wiz_tell(wiz, status, "This machine could not be read.");
}

static void
end_catalog(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect)
{
	(void)effect;
	if (status == STATUS_DONE && wiz->have_catalog)
		return;
	hc_wiz_tell(wiz, status, "The repository could not be read.");
	wiz->have_catalog = false;
	if (wiz->screen == HC_SCREEN_BACKUP)
		wiz->screen = HC_SCREEN_REPOSITORY;
}

/* Statuses that come with a verdict. */
static bool
is_judged(int status)
{
	return status == STATUS_DONE || status == STATUS_BLOCKED || status == STATUS_ANSWER;
}

static void
end_check(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect)
{
	(void)effect;
	if (is_judged(status) && wiz->have_check)
		return;
	hc_wiz_tell(wiz, status, "Backup and machine could not be compared.");
	wiz->have_check = false;
	if (wiz->screen == HC_SCREEN_VERDICT)
		wiz->screen = HC_SCREEN_BACKUP;
}

static bool
awaits_plan(const struct hc_wiz *wiz)
{
	return wiz->screen == HC_SCREEN_REVIEW ||
	       (wiz->screen == HC_SCREEN_OPTIONS && wiz->of_disk);
}

/* Without a plan its verdict says why: there the operator answers. */
static void
end_plan(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect)
{
	wiz->have_plan = wiz->have_plan && (status == STATUS_DONE || status == STATUS_ANSWER);
	if (is_judged(status) && wiz->have_verdict) {
		if (!wiz->have_plan && awaits_plan(wiz))
			hc_wiz_act_verdict_of_disk(wiz, effect);
		return;
	}
	hc_wiz_tell(wiz, status, "There is no plan for this disk.");
	hc_wiz_forget_plan(wiz);
	if (awaits_plan(wiz))
		wiz->screen = HC_SCREEN_TARGET;
}

void
hc_wiz_end_run(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect)
{
	bool restore = wiz->task == HC_TASK_RESTORE;

	hc_wiz_run_end(wiz, status);
	/* A plan is used once (hazards 7); and the disk is not what it was. */
	if (restore) {
		hc_wiz_forget_plan(wiz);
		hc_wiz_drop_answers(wiz, false);
	}
	wiz->screen = HC_SCREEN_RESULT;
	/* A machine that was restored starts from its disk next; otherwise the next step is the start. */
	wiz->selected[HC_SCREEN_RESULT] =
		restore && wiz->run.outcome == HC_RUN_GOOD ? 0 : hc_wiz_rows(wiz) - 1;
	wiz->ask = HC_ASK_NOTHING;
	/* Only what is good and proven to boot is left alone. */
	if (restore && wiz->run.outcome == HC_RUN_GOOD && wiz->options.end != HC_END_NOTHING)
		wiz->end_at_ms = wiz->now_ms + END_MS;
	if (restore)
		hc_wiz_request(wiz, HC_JOB_REPORT, effect);
}

static void
end_report(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect)
{
	(void)effect;
	if (status != STATUS_DONE)
		hc_wiz_notice(wiz, "There is no report: %.*s", (int)strcspn(wiz->notes, "\n"),
			      wiz->notes);
}

void
hc_wiz_exit(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect)
{
	static void (*const end[HC_JOB_COUNT])(struct hc_wiz *, int, struct hc_wiz_effect *) = {
		[HC_JOB_PROBE] = end_probe,        [HC_JOB_CATALOG] = end_catalog,
		[HC_JOB_CHECK] = end_check,        [HC_JOB_PLAN] = end_plan,
		[HC_JOB_APPLY] = hc_wiz_end_run,   [HC_JOB_VERIFY] = hc_wiz_end_run,
		[HC_JOB_REPORT] = end_report,      [HC_JOB_MEDIA] = hc_wiz_end_media,
		[HC_JOB_MOUNT] = hc_wiz_end_mount, [HC_JOB_UNATTENDED] = hc_wiz_kiosk_end,
	};
	enum hc_wiz_job job = wiz->job;

	wiz->job = HC_JOB_NONE;
	/* The end of a run that writes matters even when it was asked to stop. */
	if (end[job] != NULL && (!wiz->cancelled || hc_wiz_job_streams(job)))
		end[job](wiz, status, effect);
	else if (!wiz->cancelled || hc_wiz_job_streams(job))
		hc_wiz_task_end(wiz, job, status, effect);
	if (wiz->queued != HC_JOB_NONE && wiz->job == HC_JOB_NONE)
		start(wiz, wiz->queued, effect);
}
