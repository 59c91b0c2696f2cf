/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rules: whether a backup fits a machine.  One table, one evaluator, no I/O.
 *
 * Shape:   a rule is a row (id, title, because, source, remedy) with a judge: a pure function that compares facts
 *          and returns a level with its evidence.  rules.c lists the rows; one file per topic holds the judges.
 * Owner:   the verdict lives in the caller's arena.
 * Errors:  H_OUT_OF_MEMORY only: a fact that is missing is a finding, not an error.
 * Source:  design.md section 6 (the ids are contracts); KB 249694; hazards 2, 4, 6, 16.
 * Example:
 *	struct hc_rules_input in = { .facts = &facts, .manifest = &manifest, .target = &disk, .mode = "bmr" };
 *	if (hc_rules_judge(&in, &arena, &verdict, err) < 0)
 *		return -1;
 */
#ifndef HC_RULES_RULES_H
#define HC_RULES_RULES_H

#include "restore/model/facts.h"
#include "restore/model/intent.h"
#include "restore/model/manifest.h"
#include "restore/model/plan.h"
#include "restore/model/survey.h"

struct hc_rules_input {
	const struct hc_facts *facts; /* NULL: the machine is unknown (hazards 6) */
	const struct hc_manifest *manifest;
	uint64_t disk;                /* of the manifest, from 0 */
	const struct hc_disk *target; /* NULL: no target was named yet */
	const struct hc_survey *survey;
	const char *mode;
	bool unattended;
	bool named_by_identity; /* the answer file names the disk by serial or WWN */
	bool reerase;
	struct hc_strings overrides;
	struct hc_strings accepted;
};

/* What a judge reports through. */
struct hc_judgement;

/* Evidence; `where` names the member of the document. */
void hc_judge_fact(struct hc_judgement *j, const char *where, const char *fmt, ...)
	HC_PRINTF(3, 4);
/* A better remedy than the row's. */
void hc_judge_remedy(struct hc_judgement *j, const char *fmt, ...) HC_PRINTF(2, 3);

struct hc_rule {
	const char *id;
	const char *title;
	const char *because;
	const char *source;
	const char *remedy;
	bool needs_machine; /* judged on facts: without them "info: not evaluated" */
	bool needs_target;  /* left out while no target is named */
	enum hc_level (*judge)(const struct hc_rules_input *in, struct hc_judgement *j);
};

/* By position, NULL past the end; by id, NULL when unknown. */
const struct hc_rule *hc_rules_at(size_t position);
const struct hc_rule *hc_rules_by_id(const char *id);

/* Findings come worst first.  A block that is overridden, and a warning that is accepted, by name counts as
 * info for the outcome and is marked. */
int hc_rules_judge(const struct hc_rules_input *in, struct hc_arena *arena,
		   struct hc_verdict *ret, struct hc_err *err);

#endif
