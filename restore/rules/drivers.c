/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about drivers: the storage chain, filters, policies. */
#include <string.h>

#include "restore/rules/rules_priv.h"

/* ---------------------------------------------------------------- DRV-1 */

/* What the survey's answer for one device means. */
static const struct driver_state {
	const char *state;
	unsigned level;
	const char *fixup;
} driver_states[] = {
	{ "ready", HC_LEVEL_PASS, NULL },
	{ "disabled", HC_LEVEL_REPAIR, "storage-boot" },
	{ "file-missing", HC_LEVEL_BLOCK, "driver-inject" },
	{ "absent", HC_LEVEL_BLOCK, "driver-inject" },
};

static const struct driver_state *
find_state(const char *state)
{
	for (size_t i = 0; i < sizeof(driver_states) / sizeof(driver_states[0]); i++)
		if (hc_same_text(state, driver_states[i].state))
			return &driver_states[i];
	return NULL;
}

static unsigned
judge_driver(const struct hc_driver_answer *answer, struct hc_judgement *j)
{
	const struct driver_state *state = find_state(answer->state);

	hc_judge_fact(j, answer->where != NULL ? answer->where : "survey.drivers",
		      "%s (%s) %s: %s is %s", hc_or_unknown(answer->device),
		      hc_or_unknown(answer->role), hc_or_unknown(answer->hardware_id),
		      answer->service != NULL ? answer->service : "no driver",
		      hc_or_unknown(answer->state));
	if (state == NULL)
		return HC_LEVEL_INFO;
	if (state->fixup != NULL)
		hc_judge_fixup(j, state->fixup);
	return state->level;
}

JUDGE(judge_storage_drivers)
{
	const struct hc_survey *survey = in->survey;
	unsigned level = HC_LEVEL_PASS;

	if (survey == NULL || !survey->drivers_known || survey->drivers.count == 0) {
		hc_judge_fact(j, "survey.drivers",
			      "which drivers the backup has for this machine is not known");
		return HC_LEVEL_INFO;
	}
	for (size_t i = 0; i < survey->drivers.count; i++) {
		unsigned one = judge_driver(&survey->drivers.items[i], j);

		if (one > level)
			level = one;
	}
	return level;
}

/* ---------------------------------------------------------------- DRV-2 */

#define SERVICE_DISABLED 4

static bool
is_dangling(const struct hc_filter_driver *filter)
{
	return !filter->service_present || filter->file_present == HC_NO;
}

static void
say_filter(struct hc_judgement *j, const struct hc_filter_driver *filter)
{
	const char *where =
		filter->where != NULL ? filter->where : "manifest.windows.filter_drivers";
	const char *of = filter->class_name != NULL ? filter->class_name : filter->group;

	if (is_dangling(filter))
		hc_judge_fact(j, where, "%s (%s%s%s) names a driver that is not there",
			      filter->name, hc_or_unknown(filter->kind),
			      of != NULL ? " of " : "", of != NULL ? of : "");
	else
		hc_judge_fact(j, where, "%s (%s) of %s", filter->name,
			      hc_or_unknown(filter->kind),
			      filter->company != NULL ? filter->company : "an unknown vendor");
}

JUDGE(judge_filters)
{
	const struct hc_windows *windows = in->manifest->windows;
	unsigned level = HC_LEVEL_PASS;

	for (size_t i = 0; i < windows->filter_drivers.count; i++) {
		const struct hc_filter_driver *filter = &windows->filter_drivers.items[i];
		unsigned one = filter->microsoft == HC_UNKNOWN ? HC_LEVEL_INFO : HC_LEVEL_WARN;

		if (is_dangling(filter))
			one = HC_LEVEL_WARN;
		else if (filter->microsoft == HC_YES || filter->start == SERVICE_DISABLED)
			continue;
		say_filter(j, filter);
		if (one > level)
			level = one;
	}
	if (level == HC_LEVEL_WARN && hc_same_machine(in)) {
		hc_judge_fact(j, "facts.machine.uuid", "they ran on this machine");
		return HC_LEVEL_INFO;
	}
	if (level == HC_LEVEL_WARN)
		hc_judge_fixup(j, "filters");
	return level;
}

/* ---------------------------------------------------------------- DRV-3 */

JUDGE(judge_policies)
{
	const struct hc_strings *policies = &in->manifest->windows->driver_policies;

	for (size_t i = 0; i < policies->count; i++)
		hc_judge_fact(j, "manifest.windows.driver_policies", "the policy %s is set",
			      policies->items[i]);
	return policies->count > 0 && !hc_same_machine(in) ? HC_LEVEL_WARN : HC_LEVEL_PASS;
}
