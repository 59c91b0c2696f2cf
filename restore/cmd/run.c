/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Carrying out a plan for a command. */
#include "restore/cmd/run.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "restore/base/file.h"
#include "restore/cmd/prepare.h"
#include "restore/report/report.h"

/* ---------------------------------------------------------------- confirmation */

/* What was typed; "" where nothing was. */
static void
ask(const struct hc_identity *identity, struct hc_span page, char *answer, size_t size)
{
	fprintf(stderr, "%.*s\nType the target's identity, %s, to go on: ", (int)page.size,
		(const char *)page.data, identity->name);
	if (fgets(answer, (int)size, stdin) == NULL)
		answer[0] = '\0';
	answer[strcspn(answer, "\n")] = '\0';
}

int
run_confirm_target(struct cli *cli, const struct hc_plan_target *target, const char *what,
		   struct hc_span page, struct hc_err *err)
{
	const struct hc_identity *identity = &target->identity;
	const char *given = cli_get(cli, "confirm");
	char answer[256];

	if (identity->name == NULL)
		return hc_err_set(err, H_TARGET_BAD, "%s has neither serial number nor WWN",
				  target->path);
	if (given == NULL && !cli->json && isatty(STDIN_FILENO) == 1) {
		ask(identity, page, answer, sizeof(answer));
		given = answer;
	}
	if (given == NULL || given[0] == '\0') {
		hc_err_set(err, H_CONFIRM_MISSING, "%s would be %s", target->path, what);
		return hc_err_remedy(err, "Add `--confirm %s` if that is the disk you mean.",
				     identity->name);
	}
	if (strcmp(given, identity->name) == 0 ||
	    (identity->wwn != NULL && strcmp(given, identity->wwn) == 0))
		return 0;
	return hc_err_set(err, H_CONFIRM_WRONG, "\"%s\" was confirmed, but %s is \"%s\"", given,
			  target->path, identity->name);
}

int
run_confirm(struct cli *cli, const struct hc_plan *plan, struct hc_err *err)
{
	struct hc_buf page = { 0 };
	int result = hc_plan_text(plan, &page, err);

	if (result == 0)
		result = run_confirm_target(cli, &plan->target, "erased", hc_buf_span(&page),
					    err);
	hc_buf_done(&page);
	return result;
}

/* ---------------------------------------------------------------- the state folder */

static int
state_path(struct cli *cli, const struct run *run, const char *name, const char **ret,
	   struct hc_err *err)
{
	*ret = hc_arena_printf(&cli->arena, "%s/%s", run->state_dir, name);
	return *ret != NULL ? 0 : hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a path");
}

/* A plan that this folder reports as carried out is spent, whatever the disk holds (hazards 7). */
static int
check_not_spent(struct cli *cli, const struct run *run, struct hc_err *err)
{
	struct hc_report old = { 0 };
	struct hc_err ignored;
	const char *path;

	if (state_path(cli, run, "report.json", &path, err) < 0)
		return -1;
	if (hc_doc_load(&hc_report_shape, path, &cli->arena, &old, &ignored) < 0)
		return 0;
	if (old.plan == NULL || strcmp(old.plan, run->plan_id) != 0 ||
	    strcmp(old.outcome, "restored") != 0)
		return 0;
	return hc_err_set(err, H_PLAN_SPENT, "%s reports it as carried out", path);
}

static int
begin_state(struct cli *cli, const struct run *run, FILE **ret_events, struct hc_err *err)
{
	const char *plan, *events;

	*ret_events = NULL;
	if (run->state_dir == NULL)
		return 0;
	if (hc_file_make_dirs(run->state_dir, err) < 0 || check_not_spent(cli, run, err) < 0 ||
	    state_path(cli, run, "plan.json", &plan, err) < 0 ||
	    state_path(cli, run, "events.jsonl", &events, err) < 0 ||
	    hc_doc_save(&hc_plan_shape, run->plan, plan, err) < 0)
		return -1;
	*ret_events = fopen(events, "ae");
	return *ret_events != NULL ? 0 : hc_err_sys(err, H_IO, "opening %s", events);
}

static int
write_report(struct cli *cli, const struct run *run, struct hc_err *err)
{
	struct hc_buf text = { 0 };
	const char *json, *plain;
	int result = -1;

	if (run->state_dir == NULL)
		return 0;
	if (state_path(cli, run, "report.json", &json, err) == 0 &&
	    state_path(cli, run, "report.txt", &plain, err) == 0 &&
	    hc_doc_save(&hc_report_shape, &run->report, json, err) == 0 &&
	    hc_report_text(&run->report, &text, err) == 0)
		result = hc_file_replace(plain, hc_buf_span(&text), err);
	hc_buf_done(&text);
	return result;
}

/* ---------------------------------------------------------------- the record of the repairs */

/* Options come before the plan: the stick may be mounted elsewhere by now. */
static int
open_undo(struct cli *cli, const struct hc_plan *plan, struct hc_undo_place **ret,
	  struct hc_err *err)
{
	const char *folder = cli_get(cli, "undo-to"), *key = cli_get(cli, "undo-key");

	return undo_place(folder != NULL ? folder : plan->undo_to,
			  key != NULL ? key : plan->undo_key, ret, err);
}

int
run_check_undo(struct cli *cli, const struct hc_plan *plan, struct hc_err *err)
{
	struct hc_undo_place *place = NULL;
	int result = open_undo(cli, plan, &place, err);

	hc_undo_place_close(place);
	return result;
}

/* ---------------------------------------------------------------- the run */

static void
tell(FILE *events, struct progress *progress, const struct hc_event *event)
{
	struct hc_buf line = { 0 };
	struct hc_err ignored;

	progress_show(progress, event);
	if (events != NULL &&
	    hc_doc_write(&hc_event_shape, event, HC_JSON_LINE, &line, &ignored) == 0) {
		fwrite(line.data, 1, line.size, events);
		fflush(events);
	}
	hc_buf_done(&line);
}

static int
step_through(struct run *run, struct hc_apply *apply, FILE *events, struct progress *progress,
	     struct hc_err *err)
{
	struct hc_event event;
	char code[8];
	int more;

	while ((more = hc_apply_step(apply, &event, err)) > 0)
		tell(events, progress, &event);
	hc_apply_figures(apply, &run->report);
	run->report.state = hc_apply_state(apply);
	event = (struct hc_event){ .kind = more < 0 ? HC_EVENT_FAILED : HC_EVENT_FINISHED,
				   .at_ms = run->report.milliseconds,
				   .text = run->report.state };
	if (more < 0) {
		snprintf(code, sizeof(code), "H%04d", (int)err->code);
		event.error = code;
		event.text = err->text[0];
	}
	tell(events, progress, &event);
	return more;
}

static int
run_with(struct cli *cli, struct run *run, bool compare, FILE *events, struct hc_err *err)
{
	struct hc_apply_options options = { .ca_file = cli_get(cli, "ca-file"),
					    .credentials_file = cli_get(cli, "credentials"),
					    .stop = &cli_stop,
					    .verify_only = compare };
	struct progress *progress = progress_new(cli);
	struct hc_place_options place;
	struct hc_undo_place *undo = NULL;
	struct hc_apply *apply = NULL;
	uint64_t threads;
	int result = -1;

	if (place_options(cli, &place, err) == 0 &&
	    cli_number(cli, "threads", 0, &threads, err) == 0 &&
	    open_undo(cli, run->plan, &undo, err) == 0) {
		options.place = undo;
		options.patience_ms = place.patience_ms;
		options.threads = (unsigned)threads;
		result = hc_apply_open(run->plan, run->plan_id, &options, &apply, err);
	}
	if (result == 0)
		result = step_through(run, apply, events, progress, err);
	/* The report borrows from the run: it is written before the run is closed. */
	if (result < 0)
		hc_report_failure(&run->report, err, &cli->arena);
	else
		run->report.outcome = compare ? "verified" : "restored";
	if (run->report.steps.count > 0) {
		struct hc_step_result *steps =
			hc_arena_array(&cli->arena, run->report.steps.count, sizeof(*steps));

		if (steps != NULL)
			memcpy(steps, run->report.steps.items,
			       run->report.steps.count * sizeof(*steps));
		else
			run->report.steps.count = 0;
		run->report.steps.items = steps;
	}
	progress_free(progress);
	hc_apply_close(apply);
	hc_undo_place_close(undo);
	return result;
}

int
run_plan(struct cli *cli, struct run *run, struct hc_err *err)
{
	struct hc_err second;
	FILE *events = NULL;
	int result;

	hc_report_begin(run->plan, run->plan_id, run->facts, &cli->arena, &run->report);
	run->report.state = "untouched";
	if (begin_state(cli, run, &events, err) < 0)
		return -1;
	result = run_with(cli, run, false, events, err);
	if (result == 0)
		result = hc_report_repairs(run->plan, &cli->arena, &run->report, err);
	if (result == 0) {
		result = run_bootcheck(cli, run, err);
		/* The backup is on the disk all the same, and was checked: that is what the outcome says. */
		if (result < 0) {
			hc_report_failure(&run->report, err, &cli->arena);
			run->report.outcome = "restored";
		}
	}
	if (events != NULL)
		fclose(events);
	if (write_report(cli, run, &second) < 0) {
		if (result == 0)
			*err = second;
		return -1;
	}
	return result;
}

int
run_compare(struct cli *cli, struct run *run, struct hc_err *err)
{
	hc_report_begin(run->plan, run->plan_id, run->facts, &cli->arena, &run->report);
	run->report.state = "untouched";
	return run_with(cli, run, true, NULL, err);
}
