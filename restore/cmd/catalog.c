/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon catalog: the backups in a repository; and, for a machine, which of them fit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "restore/base/text.h"
#include "restore/cmd/prepare.h"
#include "restore/survey/survey.h"

/* ---------------------------------------------------------------- for a machine */

static int
add_reasons(const struct hc_verdict *verdict, struct hc_arena *arena,
	    struct hc_catalog_backup *backup, struct hc_err *err)
{
	for (size_t i = 0; i < verdict->findings.count; i++) {
		const struct hc_finding *finding = &verdict->findings.items[i];
		const char *text;

		if (finding->level < HC_LEVEL_REPAIR)
			continue;
		text = hc_arena_printf(arena, "%s %s: %s", finding->rule,
				       hc_level_names[finding->level], finding->title);
		if (text == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a verdict");
		if (hc_strings_add(&backup->reasons, arena, text, err) < 0)
			return -1;
	}
	return 0;
}

static bool
is_fatal(const struct hc_err *err, int result)
{
	return result < 0 && (err->code == H_OUT_OF_MEMORY || err->code == H_CANCELLED);
}

/* As `check` judges it while no target is named: on what its registry says of drivers, too.  That is fetched for those
 * only that nothing else rules out: a repository may hold hundreds. */
static int
judge_opened(struct cli *cli, struct hc_backup *backup, struct hc_rules_input *rules,
	     struct hc_catalog_backup *entry, struct hc_err *err)
{
	const struct hc_survey_request request = { .disk = rules->disk, .facts = rules->facts };
	struct hc_survey survey = { 0 };
	struct hc_verdict verdict;

	if (server_time(cli, backup, &rules->server_time, err) < 0 ||
	    hc_rules_judge(rules, &cli->arena, &verdict, err) < 0)
		return -1;
	if (verdict.outcome != HC_OUTCOME_BLOCKED &&
	    rules->disk < rules->manifest->disks.count) {
		rules->survey = &survey;
		if (hc_survey(backup, &request, &cli->arena, &survey, err) < 0 ||
		    hc_rules_judge(rules, &cli->arena, &verdict, err) < 0)
			return -1;
	}
	if (add_reasons(&verdict, &cli->arena, entry, err) < 0)
		return -1;
	entry->outcome = hc_outcome_names[verdict.outcome];
	return 0;
}

/* A backup that can't be opened has no outcome, and is no reason not to list the others. */
static int
judge_backup(struct cli *cli, const struct hc_place_options *place,
	     const struct hc_facts *facts, struct hc_catalog_backup *entry, struct hc_err *err)
{
	struct hc_rules_input rules = { .facts = facts, .mode = "bmr" };
	struct hc_backup *backup = NULL;
	int result;
	char *name = hc_arena_printf(&cli->arena, "%s//%s", cli->args[0], entry->id);

	if (name == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a verdict");
	if (!entry->complete)
		return 0;
	if (hc_backup_open(name, place, &backup, err) < 0) {
		if (is_fatal(err, -1))
			return -1;
		return hc_strings_add(&entry->reasons, &cli->arena, err->text[0], err);
	}
	rules.manifest = hc_backup_manifest(backup);
	result = judge_opened(cli, backup, &rules, entry, err);
	hc_backup_close(backup);
	return is_fatal(err, result) ? -1
	       : result < 0 ? hc_strings_add(&entry->reasons, &cli->arena, err->text[0], err)
			    : 0;
}

static unsigned
rank(const struct hc_catalog_backup *backup)
{
	unsigned at = 0;

	while (hc_outcome_names[at] != NULL &&
	       (backup->outcome == NULL || strcmp(hc_outcome_names[at], backup->outcome) != 0))
		at++;
	return at;
}

/* Best first; of those that fit alike, the newest; then by id. */
static int
by_outcome(const void *a, const void *b)
{
	const struct hc_catalog_backup *x = a, *y = b;
	int order;

	if (rank(x) != rank(y))
		return rank(x) < rank(y) ? -1 : 1;
	order = strcmp(y->created == NULL ? "" : y->created,
		       x->created == NULL ? "" : x->created);
	return order != 0 ? order : strcmp(x->id, y->id);
}

static int
judge_all(struct cli *cli, const struct hc_place_options *place, struct hc_catalog *catalog,
	  struct hc_err *err)
{
	struct hc_facts facts = { 0 };

	if (hc_doc_load(&hc_facts_shape, cli_get(cli, "facts"), &cli->arena, &facts, err) < 0)
		return -1;
	for (size_t i = 0; i < catalog->backups.count; i++)
		if (judge_backup(cli, place, &facts, &catalog->backups.items[i], err) < 0)
			return -1;
	if (catalog->backups.count > 1)
		qsort(catalog->backups.items, catalog->backups.count,
		      sizeof(catalog->backups.items[0]), by_outcome);
	return 0;
}

/* ---------------------------------------------------------------- printing */

#define FOR_MACHINE_WIDTH 25

static void
print_backup(const struct hc_catalog_backup *backup, bool judged)
{
	char used[HC_SIZE_TEXT];

	hc_size_text(backup->used_bytes, used);
	if (judged)
		printf("%-*s", FOR_MACHINE_WIDTH, backup->outcome ? backup->outcome : "-");
	printf("%-28s %-16s %-20s %11s  %s%s\n", backup->id, backup->host ? backup->host : "-",
	       backup->created ? backup->created : "-", used, backup->os ? backup->os : "-",
	       backup->complete ? "" : "  (not complete)");
	for (size_t i = 0; i < backup->reasons.count; i++)
		printf("  %s\n", backup->reasons.items[i]);
}

int
cmd_catalog(struct cli *cli, struct hc_err *err)
{
	bool judged = cli_has(cli, "facts");
	struct hc_place_options place;
	struct hc_catalog catalog = { 0 };

	if (place_options(cli, &place, err) < 0 ||
	    hc_catalog_read(cli->args[0], &place, &cli->arena, &catalog, err) < 0 ||
	    (judged && judge_all(cli, &place, &catalog, err) < 0))
		return -1;
	if (cli->json)
		return cli_print(&hc_catalog_shape, &catalog, err);
	if (judged)
		printf("%-*s", FOR_MACHINE_WIDTH, "FOR THIS MACHINE");
	printf("%-28s %-16s %-20s %11s  %s\n", "ID", "HOST", "CREATED", "USED", "SYSTEM");
	for (size_t i = 0; i < catalog.backups.count; i++)
		print_backup(&catalog.backups.items[i], judged);
	return 0;
}
