/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verdicts of many cases at once, for tests/golden/rules.
 *
 * Usage: rules FOLDER COUNT: FOLDER/0 … hold facts.json, manifest.json, survey.json, target.json (a missing one is
 * not known) and options (name=value lines).  Prints "case", "finding" and "evidence" lines, fields parted by tabs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "restore/model/survey.h"
#include "restore/rules/rules.h"

struct documents {
	struct hc_facts facts;
	struct hc_manifest manifest;
	struct hc_survey survey;
	struct hc_disk_record target;
	struct hc_rules_input in;
	struct hc_arena arena;
};

/* 1: there is none. */
static int
load(struct documents *d, const char *folder, const char *name, const struct hc_shape *shape,
     void *ret, struct hc_err *err)
{
	/* Cases are written by hand: they carry no seal. */
	struct hc_shape plain = *shape;
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.json", folder, name);
	file = fopen(path, "r");
	if (file == NULL)
		return 1;
	fclose(file);
	plain.sealed = false;
	return hc_doc_load(&plain, path, &d->arena, ret, err);
}

static int
take_option(struct documents *d, const char *name, const char *value, struct hc_err *err)
{
	if (strcmp(name, "mode") == 0)
		d->in.mode = hc_arena_strdup(&d->arena, value);
	else if (strcmp(name, "partition") == 0)
		d->in.partition = strtoull(value, NULL, 10);
	else if (strcmp(name, "disk") == 0)
		d->in.disk = strtoull(value, NULL, 10);
	else if (strcmp(name, "now") == 0)
		d->in.server_time = hc_arena_strdup(&d->arena, value);
	else if (strcmp(name, "tombstone_days") == 0)
		d->in.tombstone_days = strtoull(value, NULL, 10);
	else if (strcmp(name, "unattended") == 0)
		d->in.unattended = true;
	else if (strcmp(name, "named") == 0)
		d->in.named_by_identity = true;
	else if (strcmp(name, "reerase") == 0)
		d->in.reerase = true;
	else if (strcmp(name, "signature") == 0)
		d->in.signature = strcmp(value, "yes") == 0 ? HC_YES : HC_NO;
	else if (strcmp(name, "override") == 0)
		return hc_strings_add(&d->in.overrides, &d->arena, value, err);
	else if (strcmp(name, "accept") == 0)
		return hc_strings_add(&d->in.accepted, &d->arena, value, err);
	else
		return hc_err_set(err, H_USAGE, "no option %s", name);
	return 0;
}

static int
load_options(struct documents *d, const char *folder, struct hc_err *err)
{
	char path[512], line[256];
	int result = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/options", folder);
	file = fopen(path, "r");
	while (result == 0 && file != NULL && fgets(line, sizeof(line), file) != NULL) {
		char *value = strchr(line, '=');

		line[strcspn(line, "\n")] = '\0';
		if (value == NULL)
			continue;
		*value = '\0';
		result = take_option(d, line, value + 1, err);
	}
	if (file != NULL)
		fclose(file);
	return result;
}

static int
load_all(struct documents *d, const char *folder, struct hc_err *err)
{
	int facts = load(d, folder, "facts", &hc_facts_shape, &d->facts, err);
	int survey = load(d, folder, "survey", &hc_survey_shape, &d->survey, err);
	int target = load(d, folder, "target", &hc_disk_record_shape, &d->target, err);

	if (facts < 0 || survey < 0 || target < 0 ||
	    load(d, folder, "manifest", &hc_manifest_shape, &d->manifest, err) != 0)
		return -1;
	d->in = (struct hc_rules_input){ .facts = facts == 0 ? &d->facts : NULL,
					 .manifest = &d->manifest,
					 .survey = survey == 0 ? &d->survey : NULL,
					 .target = target == 0 ? &d->target.disk : NULL,
					 .mode = "bmr" };
	return load_options(d, folder, err);
}

/* A level that the rule's row does not list is a contradiction between page and program. */
static bool
may_be(const struct hc_finding *f)
{
	const struct hc_rule *row = hc_rules_by_id(f->rule);

	if (f->evidence.count > 0 &&
	    strncmp(f->evidence.items[0].fact, "not evaluated:", 14) == 0)
		return f->level == HC_LEVEL_INFO;
	for (size_t i = 0; i < HC_RULE_OUTCOMES && row->outcomes[i].text != NULL; i++)
		if (row->outcomes[i].level == f->level)
			return true;
	return false;
}

static void
print_finding(const struct hc_finding *f)
{
	printf("finding\t%s\t%s%s\t%s\n", f->rule, hc_level_names[f->level],
	       may_be(f) ? "" : "-unlisted", f->overridden ? "yes" : "no");
	for (size_t i = 0; i < f->evidence.count; i++)
		printf("evidence\t%s\t%s | %s\n", f->rule, f->evidence.items[i].fact,
		       f->evidence.items[i].where);
	/* Lines of a remedy stay one line here. */
	if (strcmp(f->remedy, hc_rules_by_id(f->rule)->remedy) != 0) {
		printf("evidence\t%s\tremedy: ", f->rule);
		for (const char *at = f->remedy; *at != '\0'; at++)
			putchar(*at == '\n' ? ' ' : *at);
		putchar('\n');
	}
	if (f->fixups.count == 0)
		return;
	printf("evidence\t%s\trepairs:", f->rule);
	for (size_t i = 0; i < f->fixups.count; i++)
		printf(" %s", f->fixups.items[i]);
	printf("\n");
}

static int
judge(struct documents *d, const char *folder, long number, struct hc_err *err)
{
	struct hc_verdict verdict;

	if (load_all(d, folder, err) < 0 ||
	    hc_rules_judge(&d->in, &d->arena, &verdict, err) < 0)
		return -1;
	printf("case\t%ld\t%s\n", number, hc_outcome_names[verdict.outcome]);
	for (size_t i = 0; i < verdict.findings.count; i++)
		print_finding(&verdict.findings.items[i]);
	return 0;
}

int
main(int argc, char **argv)
{
	long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
	char folder[400], text[2048];
	struct hc_err err;

	for (long i = 0; i < count; i++) {
		struct documents d = { 0 };
		int result;

		snprintf(folder, sizeof(folder), "%s/%ld", argv[1], i);
		result = judge(&d, folder, i, &err);
		hc_arena_done(&d.arena);
		if (result < 0) {
			hc_err_format(&err, text, sizeof(text));
			fprintf(stderr, "case %ld: %s\n", i, text);
			return 1;
		}
	}
	return count > 0 ? 0 : 2;
}
