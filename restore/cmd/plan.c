/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon check and halcyon plan: the verdict, and every write that would follow.  They write nothing to a target. */
#include <string.h>

#include "restore/cmd/prepare.h"
#include "restore/model/intent.h"

static int
print_verdict(struct cli *cli, const struct hc_verdict *verdict, struct hc_err *err)
{
	struct hc_buf text = { 0 };
	int result;

	if (cli->json)
		return cli_print(&hc_verdict_shape, verdict, err);
	result = hc_verdict_text(verdict, &text, err);
	if (result == 0)
		result = cli_print_buf(&text, err);
	hc_buf_done(&text);
	return result;
}

static int
outcome_error(const struct hc_verdict *verdict, struct hc_err *err)
{
	if (verdict->outcome == HC_OUTCOME_BLOCKED)
		return hc_err_set(err, H_PLAN_BLOCKED, "the verdict is: blocked");
	if (verdict->outcome == HC_OUTCOME_CONFIRM)
		return hc_err_set(err, H_PLAN_NEEDS_ANSWER,
				  "the verdict is: needs confirmation");
	return 0;
}

int
cmd_check(struct cli *cli, struct hc_err *err)
{
	struct request request;
	struct prepared prepared;
	struct hc_verdict verdict;
	int result = -1;

	if (request_from_options(cli, &request, err) < 0)
		return -1;
	if (prepare(cli, &request, &prepared, err) == 0 &&
	    hc_plan_judge(&prepared.input, &cli->arena, &verdict, err) == 0 &&
	    print_verdict(cli, &verdict, err) == 0)
		result = outcome_error(&verdict, err);
	prepared_done(&prepared);
	return result;
}

static int
print_plan(struct cli *cli, const struct hc_plan *plan, struct hc_err *err)
{
	const char *out = cli_get(cli, "out");
	struct hc_buf text = { 0 };
	int result = 0;

	if (out != NULL)
		result = hc_doc_save(&hc_plan_shape, plan, out, err);
	else if (cli->json)
		return cli_print(&hc_plan_shape, plan, err);
	if (result == 0 && cli->json)
		return cli_print(&hc_verdict_shape, &plan->verdict, err);
	if (result == 0 && !cli->quiet)
		result = hc_plan_text(plan, &text, err);
	if (result == 0 && !cli->quiet && plan->target.identity.name != NULL)
		result = hc_buf_printf(&text, err,
				       "\nTo carry it out: halcyon apply %s --confirm %s\n",
				       out ? out : "PLAN", plan->target.identity.name);
	if (result == 0)
		result = cli_print_buf(&text, err);
	hc_buf_done(&text);
	return result;
}

/* Choices from a file come before those of the command line. */
static int
read_intent(struct cli *cli, struct request *request, struct hc_err *err)
{
	const char *file = cli_get(cli, "intent");
	struct hc_intent *intent = hc_arena_alloc(&cli->arena, sizeof(*intent));

	if (file == NULL)
		return 0;
	if (intent == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an answer file");
	if (hc_doc_load(&hc_intent_shape, file, &cli->arena, intent, err) < 0)
		return -1;
	if (request->backup == NULL)
		request->backup = intent->backup;
	request->reuse = request->reuse || intent->reuse;
	if (request->tombstone_days == 0)
		request->tombstone_days = intent->tombstone_days;
	if (fix_request_from_intent(cli, intent, &request->fix, err) < 0)
		return -1;
	for (size_t i = 0; i < intent->accept.count; i++)
		if (hc_strings_add(&request->accepted, &cli->arena, intent->accept.items[i],
				   err) < 0)
			return -1;
	for (size_t i = 0; i < intent->override.count; i++)
		if (hc_strings_add(&request->overrides, &cli->arena, intent->override.items[i],
				   err) < 0)
			return -1;
	return 0;
}

int
cmd_plan(struct cli *cli, struct hc_err *err)
{
	struct hc_err shown;
	struct request request;
	struct prepared prepared;
	struct hc_plan plan;
	const char *id;
	int result;

	if (request_from_options(cli, &request, err) < 0 || read_intent(cli, &request, err) < 0)
		return -1;
	if (request.target == NULL)
		return hc_err_set(err, H_USAGE, "plan wants --target TARGET");
	result = prepare(cli, &request, &prepared, err);
	if (result == 0) {
		result = prepared_plan(cli, &prepared, &plan, &id, err);
		if (result == 0)
			result = print_plan(cli, &plan, err);
		else if (err->code == H_PLAN_BLOCKED || err->code == H_PLAN_NEEDS_ANSWER)
			(void)(print_verdict(cli, &plan.verdict, &shown) < 0);
	}
	prepared_done(&prepared);
	return result;
}
