/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports: which restores left one, and one of them in full. */
#include "tui/model/task_priv.h"

void
hc_wiz_act_reports(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	wiz->task = HC_TASK_REPORTS;
	wiz->screen = HC_SCREEN_RUNS;
	wiz->selected[HC_SCREEN_RUNS] = 0;
	wiz->tasks.have_runs = false;
	hc_wiz_request(wiz, HC_JOB_RUNS, effect);
}

const struct hc_run_entry *
hc_wiz_run_entry(const struct hc_wiz *wiz)
{
	size_t at = wiz->selected[HC_SCREEN_RUNS];

	if (!wiz->tasks.have_runs || at >= wiz->tasks.runs.runs.count)
		return NULL;
	return &wiz->tasks.runs.runs.items[at];
}

void
hc_wiz_act_run(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	const struct hc_run_entry *entry = hc_wiz_run_entry(wiz);

	if (entry == NULL)
		return;
	hc_wiz_keep(&wiz->tasks.shown, "%s", entry->path);
	hc_wiz_drop_lines(wiz);
	wiz->selected[HC_SCREEN_REPORT] = 0;
	wiz->screen = HC_SCREEN_REPORT;
	hc_wiz_request(wiz, HC_JOB_SHOW, effect);
}

/* ---------------------------------------------------------------- the list */

static void
runs_args(struct hc_wiz_args *args, const struct hc_wiz *wiz)
{
	hc_wiz_add(args, wiz->reports_dir);
	hc_wiz_add(args, "--list");
	hc_wiz_add(args, "--json");
}

static void
runs_document(struct hc_wiz *wiz, struct hc_span bytes)
{
	wiz->tasks.have_runs = hc_wiz_load(wiz, &hc_runs_shape, bytes, &wiz->tasks.runs_arena,
					   &wiz->tasks.runs, "The list of reports");
}

static void
runs_end(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect)
{
	(void)effect;
	if (status == 0 && wiz->tasks.have_runs)
		return;
	wiz->tasks.have_runs = false;
	hc_wiz_tell(wiz, status, "There is no list of reports.");
	if (wiz->screen == HC_SCREEN_RUNS)
		wiz->screen = HC_SCREEN_TASKS;
}

const struct hc_wiz_task_job hc_wiz_job_runs = {
	.job = HC_JOB_RUNS,
	.command = "report",
	.args = runs_args,
	.document = runs_document,
	.end = runs_end,
};

/* ---------------------------------------------------------------- one of them */

static void
show_args(struct hc_wiz_args *args, const struct hc_wiz *wiz)
{
	hc_wiz_add(args, wiz->tasks.shown);
}

static void
show_end(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect)
{
	(void)effect;
	if (status == 0 && wiz->report_count > 0)
		return;
	hc_wiz_tell(wiz, status, "This report can't be shown.");
	if (wiz->screen == HC_SCREEN_REPORT)
		wiz->screen = HC_SCREEN_RUNS;
}

const struct hc_wiz_task_job hc_wiz_job_show = {
	.job = HC_JOB_SHOW,
	.command = "report",
	.args = show_args,
	.document = hc_wiz_add_lines,
	.end = show_end,
};
