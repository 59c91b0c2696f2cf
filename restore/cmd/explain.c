/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon explain: what a rule or an error means; and the lists that the documentation is checked with. */
#include <stdio.h>
#include <string.h>

#include "restore/cmd/cli.h"
#include "restore/fixup/fixup.h"
#include "restore/model/bootcheck.h"
#include "restore/model/event.h"
#include "restore/model/facts.h"
#include "restore/model/intent.h"
#include "restore/model/manifest.h"
#include "restore/model/media.h"
#include "restore/model/plan.h"
#include "restore/model/report.h"
#include "restore/model/runs.h"
#include "restore/model/survey.h"
#include "restore/model/undo.h"
#include "restore/rules/rules.h"

static const struct hc_shape *const shapes[] = {
	&hc_facts_shape,       &hc_windows_shape,  &hc_manifest_shape, &hc_repository_shape,
	&hc_catalog_shape,     &hc_intent_shape,   &hc_survey_shape,   &hc_verdict_shape,
	&hc_plan_shape,        &hc_event_shape,    &hc_report_shape,   &hc_journal_shape,
	&hc_disk_record_shape, &hc_undo_shape,     &hc_repairs_shape,  &hc_bootcheck_shape,
	&hc_runs_shape,        &hc_undoable_shape, &hc_media_shape,
};

#define SHAPE_COUNT (sizeof(shapes) / sizeof(shapes[0]))

static int
print_schema(const char *name, struct hc_err *err)
{
	struct hc_buf text = { 0 };
	int result = -1;

	for (size_t i = 0; i < SHAPE_COUNT; i++) {
		const char *short_name = shapes[i]->schema + strlen("halcyon.");

		if (strncmp(short_name, name, strlen(name)) != 0 ||
		    short_name[strlen(name)] != '/')
			continue;
		result = hc_doc_schema(shapes[i], &text, err);
		if (result == 0)
			result = cli_print_buf(&text, err);
		hc_buf_done(&text);
		return result;
	}
	return hc_err_set(err, H_NOT_FOUND, "there is no document \"%s\"", name);
}

/* Id, title, and the levels that can come out. */
static void
print_rule_line(const struct hc_rule *rule)
{
	printf("%s\t%s\t", rule->id, rule->title);
	for (size_t i = 0; rule->outcomes[i].text != NULL; i++)
		printf("%s%s", i > 0 ? "," : "", hc_level_names[rule->outcomes[i].level]);
	printf("\n");
}

/* The page of docs/rules, or of docs/fixups. */
static int
print_page(const struct hc_rule *rule, const struct hc_fixup *fixup, struct hc_err *err)
{
	struct hc_buf text = { 0 };
	int result = rule != NULL ? hc_rule_page(rule, &text, err)
				  : hc_fixup_page(fixup, &text, err);

	if (result == 0)
		result = cli_print_buf(&text, err);
	hc_buf_done(&text);
	return result;
}

static int
print_list(const char *kind, struct hc_err *err)
{
	const struct hc_err_info *info;
	const struct hc_fixup *fixup;
	const struct hc_rule *rule;

	if (strcmp(kind, "errors") == 0)
		for (unsigned i = 0; (info = hc_err_info_at(i)) != NULL; i++)
			printf("H%04d\t%s\n", (int)info->code, info->title);
	else if (strcmp(kind, "rules") == 0)
		for (size_t i = 0; (rule = hc_rules_at(i)) != NULL; i++)
			print_rule_line(rule);
	else if (strcmp(kind, "fixups") == 0)
		for (size_t i = 0; (fixup = hc_fixups_at(i)) != NULL; i++)
			printf("%s\t%s\t%s\n", fixup->id, fixup->title,
			       fixup->on_request ? "on request" : "by itself");
	else if (strcmp(kind, "schemas") == 0)
		for (size_t i = 0; i < SHAPE_COUNT; i++)
			printf("%.*s\n",
			       (int)strcspn(shapes[i]->schema + strlen("halcyon."), "/"),
			       shapes[i]->schema + strlen("halcyon."));
	else if (strcmp(kind, "commands") == 0)
		for (const struct cli_command *c = cli_commands; c->name != NULL; c++)
			printf("%s\t%.*s\n", c->name, (int)strcspn(c->about, "\n"), c->about);
	else
		return hc_err_set(err, H_USAGE,
				  "--list %s: errors, rules, fixups, schemas or commands",
				  kind);
	return 0;
}

int
cmd_explain(struct cli *cli, struct hc_err *err)
{
	static const int exits[] = { 2, 1, 3, 4, 5 };
	const struct hc_err_info *info;
	const struct hc_fixup *fixup;
	const struct hc_rule *rule;

	if (cli_has(cli, "schema"))
		return print_schema(cli_get(cli, "schema"), err);
	if (cli_has(cli, "list"))
		return print_list(cli_get(cli, "list"), err);
	if (cli->arg_count == 0)
		return hc_err_set(err, H_USAGE,
				  "explain wants a rule, an error or a repair, such as FW-1, "
				  "H0404 or bcd");
	rule = hc_rules_by_id(cli->args[0]);
	fixup = rule == NULL ? hc_fixups_by_id(cli->args[0]) : NULL;
	info = hc_err_info_by_id(cli->args[0]);
	if (rule != NULL || fixup != NULL)
		return print_page(rule, fixup, err);
	if (info != NULL)
		printf("H%04d  %s\n\nExit status %d.\nDo: %s\n", (int)info->code, info->title,
		       exits[info->class], info->remedy);
	else
		return hc_err_set(err, H_NOT_FOUND, "there is no rule, error or repair \"%s\"",
				  cli->args[0]);
	return 0;
}
