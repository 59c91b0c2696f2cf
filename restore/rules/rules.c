/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rules: the evaluator. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "restore/rules/rules_priv.h"

struct hc_judgement {
	struct hc_arena *arena;
	struct hc_finding *finding;
	bool out_of_memory;
};

/* ---------------------------------------------------------------- what judges say */

void
hc_judge_fact(struct hc_judgement *j, const char *where, const char *fmt, ...)
{
	struct hc_evidence *evidence =
		hc_arena_grow(j->arena, &j->finding->evidence.items,
			      &j->finding->evidence.count, sizeof(*evidence));
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (evidence == NULL || (evidence->fact = hc_arena_strdup(j->arena, text)) == NULL) {
		j->out_of_memory = true;
		return;
	}
	evidence->where = where;
}

void
hc_judge_remedy(struct hc_judgement *j, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	j->finding->remedy = hc_arena_strdup(j->arena, text);
	if (j->finding->remedy == NULL)
		j->out_of_memory = true;
}

void
hc_judge_fixup(struct hc_judgement *j, const char *id)
{
	struct hc_err err;

	if (!hc_strings_has(&j->finding->fixups, id) &&
	    hc_strings_add(&j->finding->fixups, j->arena, id, &err) < 0)
		j->out_of_memory = true;
}

/* ---------------------------------------------------------------- one rule */

/* Volume mode brings back one volume: what is inside Windows matters if Windows lies there. */
static bool
is_data_volume(const struct hc_rules_input *in)
{
	const struct hc_windows *windows = in->manifest->windows;

	return hc_mode_of(in) == HC_RULE_VOLUME && in->partition != 0 && windows != NULL &&
	       (in->disk != windows->system_disk || in->partition != windows->system_partition);
}

/* Nothing that the rule would ask can be read: a partial document (hazards 16). */
static bool
is_sealed(const struct hc_rule *rule, const struct hc_rules_input *in)
{
	return (rule->needs & (HC_RULE_WINDOWS | HC_RULE_OUTSIDE)) == HC_RULE_WINDOWS &&
	       in->manifest->windows != NULL && in->manifest->windows->bitlocker;
}

static bool
is_left_out(const struct hc_rule *rule, const struct hc_rules_input *in)
{
	return (rule->modes & hc_mode_of(in)) == 0 ||
	       ((rule->needs & HC_RULE_TARGET) != 0 && in->target == NULL) ||
	       ((rule->needs & HC_RULE_WINDOWS) != 0 && is_data_volume(in));
}

/* Whether the Windows in the backup is one that the rule is about; *ret_why: why nobody can tell, or NULL. */
static bool
is_in_range(const struct hc_rule *rule, const struct hc_rules_input *in, const char **ret_why)
{
	unsigned nt;

	*ret_why = NULL;
	if ((rule->needs & HC_RULE_WINDOWS) == 0)
		return true;
	if (in->manifest->windows == NULL) {
		*ret_why = "no Windows was recognised in the backup";
		return true;
	}
	if (is_sealed(rule, in)) {
		*ret_why = "the volume of Windows is encrypted by BitLocker";
		return true;
	}
	if (rule->since == 0)
		return true;
	nt = hc_nt_of(in->manifest->windows);
	if (nt == 0)
		*ret_why = "the version of the Windows in the backup is not known";
	return nt == 0 || (nt >= rule->since && nt <= rule->until);
}

/* Why the rule can't be judged, or NULL; *ret_where: the document that would have to say it. */
static const char *
lacks(const struct hc_rule *rule, const struct hc_rules_input *in, const char **ret_where)
{
	if ((rule->needs & HC_RULE_MACHINE) != 0 && in->facts == NULL) {
		*ret_where = "facts";
		return "the machine that will run this is not known";
	}
	if ((rule->needs & HC_RULE_TARGET_WINDOWS) != 0 && hc_target_windows(in) == NULL) {
		*ret_where = "survey.target_windows";
		return "no Windows was found on the target";
	}
	return NULL;
}

static void
mark_override(const struct hc_rule *rule, const struct hc_rules_input *in,
	      struct hc_judgement *j)
{
	struct hc_finding *finding = j->finding;
	const char *why = NULL;

	if (finding->level == HC_LEVEL_WARN || finding->level == HC_LEVEL_REPAIR)
		finding->overridden = hc_strings_has(&in->accepted, rule->id);
	if (finding->level != HC_LEVEL_BLOCK || !hc_strings_has(&in->overrides, rule->id))
		return;
	if (rule->refuses_override != NULL)
		why = rule->refuses_override(in);
	finding->overridden = why == NULL;
	if (why != NULL)
		hc_judge_fact(j, "overrides", "it can't be overridden: %s", why);
}

/* What somebody can do about it by name, and what that means. */
static void
mark_way_out(const struct hc_rule *rule, const struct hc_rules_input *in,
	     struct hc_finding *finding)
{
	if (finding->level < HC_LEVEL_REPAIR)
		return;
	finding->consequence = rule->overriding;
	finding->overridable =
		finding->level == HC_LEVEL_BLOCK && !rule->override_is_useless &&
		(rule->refuses_override == NULL || rule->refuses_override(in) == NULL);
}

/* Returns whether the rule applies. */
static bool
judge_one(const struct hc_rule *rule, const struct hc_rules_input *in, struct hc_judgement *j)
{
	const char *why, *where = "manifest.windows";

	if (is_left_out(rule, in) || !is_in_range(rule, in, &why))
		return false;
	if (why == NULL)
		why = lacks(rule, in, &where);
	*j->finding = (struct hc_finding){ .rule = rule->id,
					   .title = rule->title,
					   .because = rule->because,
					   .source = rule->source,
					   .remedy = rule->remedy };
	/* What does not apply is left out, whether or not everything is known that it would need. */
	if (in->manifest->windows != NULL && !is_sealed(rule, in) && rule->applies != NULL &&
	    !rule->applies(in))
		return false;
	if (why != NULL) {
		j->finding->level = HC_LEVEL_INFO;
		hc_judge_fact(j, where, "not evaluated: %s", why);
		return true;
	}
	j->finding->level = rule->judge(in, j);
	if (j->finding->level == HC_LEVEL_NONE)
		return false;
	mark_override(rule, in, j);
	mark_way_out(rule, in, j->finding);
	return true;
}

/* ---------------------------------------------------------------- all of them */

static int
worst_first(const void *a, const void *b)
{
	const struct hc_finding *x = a, *y = b;

	if (x->level != y->level)
		return x->level > y->level ? -1 : 1;
	return strcmp(x->rule, y->rule);
}

static unsigned
outcome_of(const struct hc_verdict *verdict)
{
	static const unsigned of_level[] = { HC_OUTCOME_COMPATIBLE, HC_OUTCOME_COMPATIBLE,
					     HC_OUTCOME_REPAIRS, HC_OUTCOME_CONFIRM,
					     HC_OUTCOME_BLOCKED };
	unsigned worst = HC_OUTCOME_COMPATIBLE;

	for (size_t i = 0; i < verdict->findings.count; i++) {
		const struct hc_finding *finding = &verdict->findings.items[i];
		bool counts = !finding->overridden || finding->level == HC_LEVEL_REPAIR;

		if (counts && of_level[finding->level] > worst)
			worst = of_level[finding->level];
	}
	return worst;
}

static size_t
rule_count(void)
{
	size_t count = 0;

	while (hc_rules_at(count) != NULL)
		count++;
	return count;
}

int
hc_rules_judge(const struct hc_rules_input *in, struct hc_arena *arena, struct hc_verdict *ret,
	       struct hc_err *err)
{
	struct hc_judgement j = { arena, NULL, false };
	struct hc_verdict verdict = { 0 };
	const struct hc_rule *rule;

	/* One more than there are rules: one that is left out has been written to, too. */
	verdict.findings.items =
		hc_arena_array(arena, rule_count() + 1, sizeof(*verdict.findings.items));
	if (verdict.findings.items == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a verdict");
	for (size_t i = 0; (rule = hc_rules_at(i)) != NULL; i++) {
		j.finding = &verdict.findings.items[verdict.findings.count];
		if (judge_one(rule, in, &j))
			verdict.findings.count++;
	}
	if (j.out_of_memory)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a verdict");
	qsort(verdict.findings.items, verdict.findings.count, sizeof(*verdict.findings.items),
	      worst_first);
	verdict.outcome = outcome_of(&verdict);
	*ret = verdict;
	return 0;
}
