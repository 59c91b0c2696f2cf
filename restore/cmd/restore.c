/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon apply and halcyon restore. */
#include <stdio.h>
#include <string.h>

#include "restore/base/file.h"
#include "restore/cmd/prepare.h"
#include "restore/cmd/run.h"
#include "restore/cmd/unattended.h"
#include "restore/report/report.h"

#define PLAN_MAX_BYTES (64u << 20)

static int
print_report(struct cli *cli, const struct hc_report *report, struct hc_err *err)
{
	struct hc_buf text = { 0 };
	int result = 0;

	/* With --json standard output belongs to the events. */
	if (cli->json || cli->quiet)
		return 0;
	result = hc_report_text(report, &text, err);
	if (result == 0)
		result = cli_print_buf(&text, err);
	hc_buf_done(&text);
	return result;
}

/* The plan as it was written; one that was changed by hand is refused by its seal. */
static int
load_plan(struct cli *cli, const char *path, struct hc_plan *ret, const char **ret_id,
	  struct hc_err *err)
{
	struct hc_buf bytes = { 0 };
	char seal[HC_SEAL_TEXT];
	int result = hc_file_read(path, PLAN_MAX_BYTES, &bytes, err);

	if (result == 0)
		result =
			hc_doc_read(&hc_plan_shape, hc_buf_span(&bytes), &cli->arena, ret, err);
	if (result < 0 && err->code == H_DOC_SEAL)
		err->code = H_PLAN_CHANGED;
	if (result == 0) {
		hc_doc_seal(hc_buf_span(&bytes), seal);
		*ret_id = hc_arena_strdup(&cli->arena, seal);
		if (*ret_id == NULL)
			result = hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a plan's id");
	}
	hc_buf_done(&bytes);
	return result < 0 ? hc_err_at(err, HC_NO_OFFSET, "%s", path) : 0;
}

int
cmd_apply(struct cli *cli, struct hc_err *err)
{
	struct hc_plan plan = { 0 };
	struct run run = { .plan = &plan };
	struct hc_facts facts = { 0 };

	if (load_plan(cli, cli->args[0], &plan, &run.plan_id, err) < 0 ||
	    run_confirm(cli, &plan, err) < 0 ||
	    machine_facts(cli, plan.target.path, &facts, &run.facts, &run.here, err) < 0)
		return -1;
	/* Without a folder of its own the plan's report stands beside it, so that it can't be used twice. */
	run.state_dir = cli_get(cli, "state-dir");
	if (run.state_dir == NULL)
		run.state_dir = hc_arena_printf(&cli->arena, "%s.run", cli->args[0]);
	if (run_plan(cli, &run, err) < 0)
		return -1;
	return print_report(cli, &run.report, err);
}

static void
print_verdict(struct cli *cli, const struct hc_verdict *verdict)
{
	struct hc_buf text = { 0 };
	struct hc_err ignored;

	if (!cli->json && hc_verdict_text(verdict, &text, &ignored) == 0)
		fprintf(stderr, "%.*s", (int)text.size, (const char *)text.data);
	hc_buf_done(&text);
}

static int
restore_attended(struct cli *cli, struct hc_err *err)
{
	struct request request;
	struct prepared prepared = { 0 };
	struct hc_plan plan = { 0 };
	struct run run = { .plan = &plan, .state_dir = cli_get(cli, "state-dir") };
	int result;

	if (request_from_options(cli, &request, err) < 0)
		return -1;
	if (request.target == NULL)
		return hc_err_set(err, H_USAGE, "restore wants --target TARGET");
	result = prepare(cli, &request, &prepared, err);
	if (result == 0) {
		result = prepared_plan(cli, &prepared, &plan, &run.plan_id, err);
		if (result < 0)
			print_verdict(cli, &plan.verdict);
	}
	run.facts = prepared.input.rules.facts;
	run.here = prepared.here;
	if (result == 0)
		result = run_confirm(cli, &plan, err);
	if (result == 0)
		result = run_plan(cli, &run, err);
	if (result == 0)
		result = print_report(cli, &run.report, err);
	prepared_done(&prepared);
	return result;
}

int
cmd_restore(struct cli *cli, struct hc_err *err)
{
	if (cli_has(cli, "unattended"))
		return restore_unattended(cli, err);
	return restore_attended(cli, err);
}
