/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan, and the one door to the disk: the typed confirmation. */
#include "tui/model/wiz_priv.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define CONFIRM_CHARACTERS 4

/* ---------------------------------------------------------------- the plan's document */

/* A device name may have moved to another disk since it was chosen: the plan must be for that one. */
static void
check_target(struct hc_wiz *wiz)
{
	const char *planned = wiz->plan.target.identity.name, *chosen = wiz->target_identity;

	if (planned == NULL)
		planned = "";
	if (!wiz->have_plan || (chosen != NULL && strcmp(planned, chosen) == 0))
		return;
	hc_wiz_trouble(wiz,
		       "%s is not the disk that was chosen: it was \"%s\", it is \"%s\" now.\n"
		       "Read the disks again and choose.",
		       wiz->target_path, chosen != NULL ? chosen : "", planned);
	hc_wiz_forget_plan(wiz);
}

void
hc_wiz_forget_plan(struct hc_wiz *wiz)
{
	wiz->have_verdict = wiz->have_plan = false;
	wiz->review = NULL;
	wiz->review_count = 0;
}

/* A plan, or what the engine gives when there can't be one: the verdict alone. */
void
hc_wiz_load_plan(struct hc_wiz *wiz, struct hc_span bytes)
{
	struct hc_verdict verdict = { 0 };
	struct hc_err err, ignored;

	hc_wiz_forget_plan(wiz);
	hc_arena_done(&wiz->plan_arena);
	wiz->plan = (struct hc_plan){ 0 };
	if (hc_doc_read(&hc_plan_shape, bytes, &wiz->plan_arena, &wiz->plan, &err) == 0) {
		wiz->have_verdict = wiz->have_plan = true;
	} else {
		wiz->plan = (struct hc_plan){ 0 };
		if (hc_doc_read(&hc_verdict_shape, bytes, &wiz->plan_arena, &verdict,
				&ignored) < 0) {
			hc_wiz_trouble(wiz, "The plan can't be read.\n%s", err.text[0]);
			return;
		}
		wiz->plan.verdict = verdict;
		wiz->have_verdict = true;
	}
	hc_wiz_sort_findings(&wiz->plan.verdict);
	check_target(wiz);
	if (wiz->have_plan)
		hc_wiz_review(wiz);
}

void
hc_wiz_request_plan(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	hc_wiz_forget_plan(wiz);
	wiz->selected[HC_SCREEN_REVIEW] = 0;
	hc_wiz_request(wiz, HC_JOB_PLAN, effect);
}

/* ---------------------------------------------------------------- the door */

/* Whether nothing stands in the way any more. */
bool
hc_wiz_may_go_on(const struct hc_wiz *wiz)
{
	if (!wiz->have_plan || wiz->plan_is_old || wiz->job != HC_JOB_NONE ||
	    wiz->plan.verdict.outcome == HC_OUTCOME_BLOCKED)
		return false;
	for (size_t i = 0; i < wiz->plan.verdict.findings.count; i++) {
		const struct hc_finding *finding = &wiz->plan.verdict.findings.items[i];

		/* The plan carries the answer, and the operator gave it. */
		if (finding->level >= HC_LEVEL_WARN &&
		    (!finding->overridden || !hc_wiz_is_answered(wiz, finding)))
			return false;
	}
	return true;
}

void
hc_wiz_act_review(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
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
