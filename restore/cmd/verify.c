/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon verify: is a backup whole; is a target what the backup says. */
#include <stdio.h>

#include "restore/base/log.h"
#include "restore/base/text.h"
#include "restore/cmd/prepare.h"
#include "restore/cmd/run.h"
#include "restore/report/report.h"

static void
on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct hc_event event = { .kind = HC_EVENT_PROGRESS,
				  .step = "verify",
				  .at_ms = 0,
				  .done_bytes = done,
				  .total_bytes = total };

	progress_show(ctx, &event);
}

static void
print_result(const struct hc_verify_result *result)
{
	char bytes[HC_SIZE_TEXT];

	hc_size_text(result->bytes, bytes);
	printf("%llu chunks in %llu rows, %s, checked: %llu fault%s\n",
	       (unsigned long long)result->chunks, (unsigned long long)result->rows, bytes,
	       (unsigned long long)result->fault_count, result->fault_count == 1 ? "" : "s");
	for (size_t i = 0; i < result->faults.count; i++)
		hc_log_err(&result->faults.items[i]);
}

static int
verify_backup(struct cli *cli, struct hc_err *err)
{
	struct hc_verify_options options = { .progress = on_progress };
	struct hc_verify_result found = { 0 };
	struct hc_place_options place;
	struct hc_backup *backup = NULL;
	struct progress *progress = NULL;
	uint64_t threads;
	int result;

	if (place_options(cli, &place, err) < 0 ||
	    cli_number(cli, "threads", 0, &threads, err) < 0 ||
	    hc_backup_open(cli->args[0], &place, &backup, err) < 0)
		return -1;
	progress = progress_new(cli);
	options.threads = (unsigned)threads;
	options.ctx = progress;
	result = hc_backup_verify(backup, &options, &cli->arena, &found, err);
	progress_free(progress);
	if (!cli->json && !cli->quiet)
		print_result(&found);
	hc_backup_close(backup);
	return result;
}

static int
verify_target(struct cli *cli, struct hc_err *err)
{
	struct request request;
	struct prepared prepared;
	struct hc_plan plan = { 0 };
	struct run run = { .plan = &plan };
	struct hc_buf text = { 0 };
	int result;

	if (request_from_options(cli, &request, err) < 0)
		return -1;
	request.compare = true;
	result = prepare(cli, &request, &prepared, err);
	/* Rules forbid writing; comparing is always allowed. */
	prepared.input.compare_only = true;
	if (result == 0 && prepared.input.create_size != 0)
		result = hc_err_set(err, H_TARGET_BAD, "there is no %s", request.target);
	if (result == 0)
		result = prepared_plan(cli, &prepared, &plan, &run.plan_id, err);
	if (result == 0)
		result = run_compare(cli, &run, err);
	if (result == 0 && !cli->json && !cli->quiet)
		result = hc_report_text(&run.report, &text, err);
	if (result == 0)
		result = cli_print_buf(&text, err);
	hc_buf_done(&text);
	prepared_done(&prepared);
	return result;
}

int
cmd_verify(struct cli *cli, struct hc_err *err)
{
	return cli_has(cli, "target") ? verify_target(cli, err) : verify_backup(cli, err);
}
