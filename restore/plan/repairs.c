/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Repairs that the verdict names and that this program can't make: asked about, and listed as losses. */
#include <string.h>

#include "restore/plan/plan_priv.h"

/* Made on request only (design.md section 9): leaving them out loses nothing. */
static bool
is_on_request(const char *fixup)
{
	return strcmp(fixup, "filters") == 0 || strcmp(fixup, "devices") == 0;
}

static bool
is_made(const struct hc_plan_input *in, const char *fixup)
{
	return is_on_request(fixup) || hc_strings_has(&in->fixups, fixup);
}

bool
hc_plan_lacks_repair(const struct hc_plan_input *in, const struct hc_finding *finding)
{
	for (size_t i = 0; i < finding->fixups.count; i++)
		if (!is_made(in, finding->fixups.items[i]))
			return true;
	return false;
}

static int
add_loss(struct hc_plan *plan, const struct hc_finding *finding, const char *fixup,
	 struct hc_arena *arena, struct hc_err *err)
{
	const char *text = hc_arena_printf(arena, "repair %s was not made (%s: %s)", fixup,
					   finding->rule, finding->title);

	if (text == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a plan");
	return hc_strings_add(&plan->losses, arena, text, err);
}

/* What becomes of all repairs together. */
static int
add_general_losses(const struct hc_survey *survey, struct hc_arena *arena, struct hc_plan *plan,
		   struct hc_err *err)
{
	const char *text;

	if (survey == NULL)
		return 0;
	if (survey->repairs_unread != NULL) {
		text = hc_arena_printf(arena, "Windows was not looked at for repairs: %s",
				       survey->repairs_unread);
		return text == NULL ? hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a plan")
				    : hc_strings_add(&plan->losses, arena, text, err);
	}
	if (survey->edits.count == 0 || survey->journal_room != 0)
		return 0;
	return hc_strings_add(
		&plan->losses, arena,
		"`halcyon undo` can't take the repairs back: there is no room for "
		"their journal before the first partition",
		err);
}

int
hc_plan_repair_losses(const struct hc_plan_input *in, struct hc_arena *arena,
		      struct hc_plan *plan, struct hc_err *err)
{
	if (add_general_losses(in->rules.survey, arena, plan, err) < 0)
		return -1;
	for (size_t i = 0; i < plan->verdict.findings.count; i++) {
		const struct hc_finding *finding = &plan->verdict.findings.items[i];

		if (finding->level < HC_LEVEL_REPAIR)
			continue;
		for (size_t k = 0; k < finding->fixups.count; k++)
			if (!is_made(in, finding->fixups.items[k]) &&
			    add_loss(plan, finding, finding->fixups.items[k], arena, err) < 0)
				return -1;
	}
	return 0;
}
