/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verdict, the plan, and the one door to the disk: the typed confirmation. */
#include "tui/model/wiz_priv.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define CONFIRM_CHARACTERS 4

/* Worst first; equal ones keep their order. */
void
hc_wiz_sort_findings(struct hc_wiz *wiz)
{
	struct hc_finding *items = wiz->plan.verdict.findings.items;

	for (size_t i = 1; i < wiz->plan.verdict.findings.count; i++) {
		struct hc_finding item = items[i];
		size_t at = i;

		for (; at > 0 && items[at - 1].level < item.level; at--)
			items[at] = items[at - 1];
		items[at] = item;
	}
}

const struct hc_finding *
hc_wiz_finding(const struct hc_wiz *wiz)
{
	size_t at = wiz->selected[HC_SCREEN_PLAN];

	if (!wiz->have_verdict || at >= wiz->plan.verdict.findings.count)
		return NULL;
	return &wiz->plan.verdict.findings.items[at];
}

bool
hc_wiz_has_finding(const struct hc_wiz *wiz)
{
	return hc_wiz_finding(wiz) != NULL;
}

void
hc_wiz_act_finding(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	wiz->selected[HC_SCREEN_FINDING] = 0;
	wiz->screen = HC_SCREEN_FINDING;
}

bool
hc_wiz_may_accept(const struct hc_wiz *wiz)
{
	const struct hc_finding *finding = hc_wiz_finding(wiz);

	/* A repair is asked about only where it keeps the plan from being made. */
	return finding != NULL &&
	       (finding->level == HC_LEVEL_WARN ||
		(finding->level == HC_LEVEL_REPAIR && !wiz->have_plan)) &&
	       !finding->overridden && finding->rule != NULL &&
	       strlen(finding->rule) < sizeof(wiz->accepted[0]) &&
	       wiz->accepted_count < HC_WIZ_ACCEPTED && wiz->job == HC_JOB_NONE;
}

/* The plan is made again with the warning accepted by name: it carries that to the report. */
void
hc_wiz_act_accept(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	const struct hc_finding *finding = hc_wiz_finding(wiz);

	snprintf(wiz->accepted[wiz->accepted_count], sizeof(wiz->accepted[0]), "%s",
		 finding->rule);
	wiz->accepted_count++;
	wiz->have_plan = wiz->have_verdict = false;
	hc_wiz_request(wiz, HC_JOB_PLAN, effect);
}

/* Which of the operator's answers is about the selected finding; accepted_count: none. */
static size_t
answer_at(const struct hc_wiz *wiz)
{
	const struct hc_finding *finding = hc_wiz_finding(wiz);
	size_t at = 0;

	if (finding == NULL || finding->rule == NULL)
		return wiz->accepted_count;
	while (at < wiz->accepted_count && strcmp(wiz->accepted[at], finding->rule) != 0)
		at++;
	return at;
}

bool
hc_wiz_may_take_back(const struct hc_wiz *wiz)
{
	return wiz->job == HC_JOB_NONE && answer_at(wiz) < wiz->accepted_count;
}

/* The plan carried the answer, so it goes too; the engine asks again. */
void
hc_wiz_act_take_back(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	size_t at = answer_at(wiz), after = --wiz->accepted_count - at;

	memmove(wiz->accepted + at, wiz->accepted + at + 1, after * sizeof(wiz->accepted[0]));
	wiz->have_plan = wiz->have_verdict = false;
	hc_wiz_request(wiz, HC_JOB_PLAN, effect);
}

/* Whether nothing stands in the way any more. */
bool
hc_wiz_may_go_on(const struct hc_wiz *wiz)
{
	if (!wiz->have_plan || wiz->job != HC_JOB_NONE ||
	    wiz->plan.verdict.outcome == HC_OUTCOME_BLOCKED)
		return false;
	for (size_t i = 0; i < wiz->plan.verdict.findings.count; i++) {
		const struct hc_finding *finding = &wiz->plan.verdict.findings.items[i];

		if (finding->level >= HC_LEVEL_WARN && !finding->overridden)
			return false;
	}
	return true;
}

void
hc_wiz_act_plan(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	hc_wiz_field_set(&wiz->confirm, "");
	wiz->screen = HC_SCREEN_CONFIRM;
}

const char *
hc_wiz_identity(const struct hc_wiz *wiz)
{
	const char *name = wiz->plan.target.identity.name;

	return name != NULL ? name : "";
}

const char *
hc_wiz_word_of(const char *identity)
{
	size_t length = strlen(identity);

	return length > CONFIRM_CHARACTERS ? identity + length - CONFIRM_CHARACTERS : identity;
}

const char *
hc_wiz_confirm_word(const struct hc_wiz *wiz)
{
	return hc_wiz_word_of(hc_wiz_identity(wiz));
}

bool
hc_wiz_confirmed(const struct hc_wiz *wiz)
{
	return hc_wiz_may_go_on(wiz) && wiz->confirm.length > 0 &&
	       strcasecmp(wiz->confirm.text, hc_wiz_confirm_word(wiz)) == 0;
}

/* The only place that asks for a run that erases. */
void
hc_wiz_act_confirm(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	wiz->screen = HC_SCREEN_PROGRESS;
	hc_wiz_keep(&wiz->state_dir, "%s/restore-%u", wiz->run_dir, ++wiz->restores);
	hc_wiz_request(wiz, HC_JOB_APPLY, effect);
}
