/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rules: whether a backup fits a machine.  One table, one evaluator, no I/O.
 *
 * Shape:   a rule is a row of rules.def: what it asks, what can come out, why, what to do, where it applies.  Its
 *          judge, a pure function in the file of its topic, compares facts and returns a level with its evidence.
 *          The row is also the rule's page: hc_rule_page prints docs/rules/ID.md from it.
 * Owner:   the verdict lives in the caller's arena and borrows from its inputs.
 * Errors:  H_OUT_OF_MEMORY only: a fact that is missing is a finding, not an error.
 * Source:  design.md section 6 (the ids are contracts); KB 249694; hazards 2, 4, 6, 12, 14 to 16, 20.
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
	uint64_t partition;           /* that volume mode restores; 0: not named */
	const struct hc_disk *target; /* NULL: no target was named yet */
	const struct hc_survey *survey;
	const char *mode; /* bmr, volume, system-state; NULL: bmr */
	const char *
		server_time; /* what time a server says it is, UTC; NULL: nobody said (hazards 20) */
	uint64_t tombstone_days; /* that the operator states; 0: none */
	unsigned signature; /* enum hc_tristate: by a trusted key; HC_UNKNOWN: not asked for */
	bool unattended;
	bool named_by_identity; /* the answer file names the disk by serial or WWN */
	bool reerase;
	struct hc_strings overrides;
	struct hc_strings accepted;
};

/* What a judge reports through. */
struct hc_judgement;

/* ---------------------------------------------------------------- the table */

enum hc_rule_mode {
	HC_RULE_BMR = 1,
	HC_RULE_VOLUME = 2,
	HC_RULE_STATE = 4,
};

/* What must be known for a rule to be judged; without it the finding is "info: not evaluated" (hazards 6). */
enum hc_rule_need {
	HC_RULE_MACHINE = 1, /* the facts */
	HC_RULE_WINDOWS = 2, /* the Windows in the backup */
	HC_RULE_TARGET =
		4, /* the target; a rule that needs it is left out while none is named */
	HC_RULE_TARGET_WINDOWS = 8, /* the Windows that a system state goes into */
	HC_RULE_OUTSIDE = 16,       /* of the Windows nothing that lies inside of its volume */
};

#define HC_RULE_OUTCOMES 5

struct hc_rule_outcome {
	unsigned level;   /* enum hc_level */
	const char *text; /* when; NULL ends the list */
};

struct hc_rule {
	const char *id;
	const char *title;
	unsigned modes;        /* enum hc_rule_mode */
	unsigned needs;        /* enum hc_rule_need */
	unsigned since, until; /* Windows versions, HC_NT; 0 and 0: all */
	const char *asks;      /* what is compared */
	struct hc_rule_outcome outcomes[HC_RULE_OUTCOMES + 1];
	const char *because;
	const char *source;
	const char *remedy;
	const char *overriding; /* what `--override` or `--accept` means here */
	bool override_is_useless; /* a block that is overridden leads nowhere: nobody is offered it */
	/* Whether the rule has something to say about this backup; NULL: always.  Asked when its Windows is known,
	 * whether or not the machine is. */
	bool (*applies)(const struct hc_rules_input *in);
	/* Why a block can't be overridden here, or NULL; no function: it can. */
	const char *(*refuses_override)(const struct hc_rules_input *in);
	unsigned (*judge)(const struct hc_rules_input *in, struct hc_judgement *j);
};

/* By position, NULL past the end; by id, NULL when unknown. */
const struct hc_rule *hc_rules_at(size_t position);
const struct hc_rule *hc_rules_by_id(const char *id);
/* The rule's page, Markdown: what docs/rules/ID.md holds. */
int hc_rule_page(const struct hc_rule *rule, struct hc_buf *out, struct hc_err *err);

/* ---------------------------------------------------------------- the evaluator */

/* Whether this is the very machine that the backup came from (hazards 15). */
bool hc_same_machine(const struct hc_rules_input *in);

/*
 * Findings come worst first, then by id.  A block that is overridden, and a warning that is accepted, by name, is marked
 * and no longer counts for the outcome; an accepted repair is marked and stays a repair.
 */
int hc_rules_judge(const struct hc_rules_input *in, struct hc_arena *arena,
		   struct hc_verdict *ret, struct hc_err *err);

#endif
