/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verdict, and what the operator answers to it by name. */
#include "tui/model/wiz_priv.h"

#include <stdio.h>
#include <string.h>

/* A repair that can't be made is asked about like a warning. */
static unsigned
gravity(const struct hc_finding *finding)
{
	return 2 * finding->level + finding->unmade;
}

/* Worst first; equal ones keep their order. */
void
hc_wiz_sort_findings(struct hc_verdict *verdict)
{
	struct hc_finding *items = verdict->findings.items;

	for (size_t i = 1; i < verdict->findings.count; i++) {
		struct hc_finding item = items[i];
		size_t at = i;

		for (; at > 0 && gravity(&items[at - 1]) < gravity(&item); at--)
			items[at] = items[at - 1];
		items[at] = item;
	}
}

const struct hc_verdict *
hc_wiz_verdict(const struct hc_wiz *wiz)
{
	if (wiz->of_disk)
		return wiz->have_verdict ? &wiz->plan.verdict : NULL;
	return wiz->have_check ? &wiz->check : NULL;
}

const struct hc_finding *
hc_wiz_finding(const struct hc_wiz *wiz)
{
	const struct hc_verdict *verdict = hc_wiz_verdict(wiz);
	size_t at = wiz->selected[HC_SCREEN_VERDICT];

	if (verdict == NULL || at >= verdict->findings.count)
		return NULL;
	return &verdict->findings.items[at];
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

/* ---------------------------------------------------------------- questions and answers */

/* Where the operator's answer to this finding is; answer_count: there is none.  An acceptance is no override, so a rule
 * that blocks on the chosen disk is asked about anew. */
static size_t
answer_at(const struct hc_wiz *wiz, const struct hc_finding *finding)
{
	size_t at = 0;

	if (finding == NULL || finding->rule == NULL)
		return wiz->answer_count;
	while (at < wiz->answer_count &&
	       (strcmp(wiz->answers[at].rule, finding->rule) != 0 ||
		wiz->answers[at].override != (finding->level == HC_LEVEL_BLOCK)))
		at++;
	return at;
}

bool
hc_wiz_is_answered(const struct hc_wiz *wiz, const struct hc_finding *finding)
{
	return answer_at(wiz, finding) < wiz->answer_count;
}

bool
hc_wiz_is_open(const struct hc_wiz *wiz, const struct hc_finding *finding)
{
	return (finding->level >= HC_LEVEL_WARN || finding->unmade) &&
	       !hc_wiz_is_answered(wiz, finding);
}

size_t
hc_wiz_questions(const struct hc_wiz *wiz, size_t *ret_hopeless)
{
	const struct hc_verdict *verdict = hc_wiz_verdict(wiz);
	size_t count = 0, hopeless = 0;

	for (size_t i = 0; verdict != NULL && i < verdict->findings.count; i++) {
		const struct hc_finding *finding = &verdict->findings.items[i];

		if (!hc_wiz_is_open(wiz, finding))
			continue;
		count++;
		hopeless += finding->level == HC_LEVEL_BLOCK && !finding->overridable;
	}
	if (ret_hopeless != NULL)
		*ret_hopeless = hopeless;
	return count;
}

/* The selected finding, if it waits for an answer and there is room for one. */
static const struct hc_finding *
asked(const struct hc_wiz *wiz)
{
	const struct hc_finding *finding = hc_wiz_finding(wiz);

	return finding != NULL && hc_wiz_is_open(wiz, finding) && finding->rule != NULL &&
			       strlen(finding->rule) < sizeof(wiz->answers[0].rule) &&
			       wiz->answer_count < HC_WIZ_ANSWERS && wiz->job == HC_JOB_NONE
		       ? finding
		       : NULL;
}

bool
hc_wiz_may_accept(const struct hc_wiz *wiz)
{
	const struct hc_finding *finding = asked(wiz);

	return finding != NULL && finding->level != HC_LEVEL_BLOCK;
}

bool
hc_wiz_may_override(const struct hc_wiz *wiz)
{
	const struct hc_finding *finding = asked(wiz);

	return finding != NULL && finding->level == HC_LEVEL_BLOCK && finding->overridable;
}

static void
add_answer(struct hc_wiz *wiz)
{
	const struct hc_finding *finding = asked(wiz);
	struct hc_wiz_answer *answer;

	if (finding == NULL)
		return;
	answer = &wiz->answers[wiz->answer_count++];
	snprintf(answer->rule, sizeof(answer->rule), "%s", finding->rule);
	answer->override = finding->level == HC_LEVEL_BLOCK;
	answer->of_disk = wiz->of_disk;
	wiz->plan_is_old = true;
}

/* The plan is made with it: it carries the name to the report. */
void
hc_wiz_act_accept(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	add_answer(wiz);
}

/* A block isn't lifted by one key: the question shows what it means. */
void
hc_wiz_act_override(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	wiz->ask = HC_ASK_OVERRIDE;
}

void
hc_wiz_override(struct hc_wiz *wiz)
{
	if (hc_wiz_may_override(wiz))
		add_answer(wiz);
}

bool
hc_wiz_may_take_back(const struct hc_wiz *wiz)
{
	return wiz->job == HC_JOB_NONE && hc_wiz_is_answered(wiz, hc_wiz_finding(wiz));
}

static void
drop_answer(struct hc_wiz *wiz, size_t at)
{
	size_t after = --wiz->answer_count - at;

	memmove(wiz->answers + at, wiz->answers + at + 1, after * sizeof(wiz->answers[0]));
	wiz->answers[wiz->answer_count] = (struct hc_wiz_answer){ 0 };
	wiz->plan_is_old = true;
}

void
hc_wiz_act_take_back(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	drop_answer(wiz, answer_at(wiz, hc_wiz_finding(wiz)));
}

bool
hc_wiz_has_accepted(const struct hc_wiz *wiz, const char *rule)
{
	const struct hc_finding finding = { .rule = rule, .level = HC_LEVEL_WARN };

	return hc_wiz_is_answered(wiz, &finding);
}

void
hc_wiz_accept(struct hc_wiz *wiz, const char *rule, bool yes)
{
	const struct hc_finding finding = { .rule = rule, .level = HC_LEVEL_WARN };
	size_t at = answer_at(wiz, &finding);

	if (at < wiz->answer_count && !yes)
		drop_answer(wiz, at);
	else if (at == wiz->answer_count && yes && at < HC_WIZ_ANSWERS)
		snprintf(wiz->answers[wiz->answer_count++].rule, sizeof(wiz->answers[0].rule),
			 "%s", rule);
}

void
hc_wiz_drop_answers(struct hc_wiz *wiz, bool all)
{
	for (size_t i = wiz->answer_count; i-- > 0;)
		if (all || wiz->answers[i].of_disk)
			drop_answer(wiz, i);
}

/* "DSK-3,DRV-2", for one option. */
void
hc_wiz_answer_list(const struct hc_wiz *wiz, bool override, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < wiz->answer_count && used < size; i++)
		if (wiz->answers[i].override == override)
			used += (size_t)snprintf(buf + used, size - used, "%s%s",
						 used > 0 ? "," : "", wiz->answers[i].rule);
}

/* ---------------------------------------------------------------- going on */

void
hc_wiz_select_question(struct hc_wiz *wiz)
{
	const struct hc_verdict *verdict = hc_wiz_verdict(wiz);

	wiz->selected[HC_SCREEN_VERDICT] = 0;
	for (size_t i = 0; verdict != NULL && i < verdict->findings.count; i++)
		if (hc_wiz_is_open(wiz, &verdict->findings.items[i])) {
			wiz->selected[HC_SCREEN_VERDICT] = i;
			return;
		}
}

void
hc_wiz_load_check(struct hc_wiz *wiz, struct hc_span bytes)
{
	struct hc_err err;

	hc_arena_done(&wiz->check_arena);
	wiz->check = (struct hc_verdict){ 0 };
	wiz->have_check = false;
	if (hc_doc_read(&hc_verdict_shape, bytes, &wiz->check_arena, &wiz->check, &err) < 0) {
		wiz->check = (struct hc_verdict){ 0 };
		hc_wiz_trouble(wiz, "The verdict can't be read.\n%s", err.text[0]);
		return;
	}
	wiz->have_check = true;
	hc_wiz_sort_findings(&wiz->check);
	if (!wiz->of_disk)
		hc_wiz_select_question(wiz);
}

/* Nothing is left to be answered; and for a disk there is a plan, or the answers may lead to one. */
bool
hc_wiz_verdict_may_go_on(const struct hc_wiz *wiz)
{
	return hc_wiz_verdict(wiz) != NULL && wiz->job == HC_JOB_NONE &&
	       hc_wiz_questions(wiz, NULL) == 0 &&
	       (!wiz->of_disk || wiz->have_plan || wiz->plan_is_old);
}

void
hc_wiz_act_verdict(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	if (!wiz->of_disk) {
		wiz->screen = HC_SCREEN_TARGET;
		return;
	}
	wiz->screen = HC_SCREEN_REVIEW;
	if (wiz->have_plan && !wiz->plan_is_old)
		return;
	wiz->screen = HC_SCREEN_OPTIONS;
	hc_wiz_request_plan(wiz, effect);
}

void
hc_wiz_request_check(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	wiz->have_check = false;
	hc_wiz_request(wiz, HC_JOB_CHECK, effect);
}

/* From the plan: all that was compared for this disk. */
void
hc_wiz_act_verdict_of_disk(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	wiz->of_disk = true;
	hc_wiz_select_question(wiz);
	wiz->screen = HC_SCREEN_VERDICT;
}
