/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about drivers: the storage chain, filters, policies. */
#include <stdio.h>
#include <string.h>

#include "restore/rules/rules_priv.h"

/* ---------------------------------------------------------------- DRV-1 */

#define NO_DRIVER "the backup has no driver for it"

/* What the survey's answer for one device means. */
static const struct driver_state {
	const char *state;
	unsigned level;
	const char *fixup;
	const char *text;    /* behind the driver's name */
	const char *unnamed; /* where there is no driver to name */
} driver_states[] = {
	{ "ready", HC_LEVEL_PASS, NULL, "is ready", NO_DRIVER },
	{ "disabled", HC_LEVEL_REPAIR, "storage-boot", "is there, but is not started at boot",
	  NO_DRIVER },
	{ "unlisted", HC_LEVEL_REPAIR, "storage-boot",
	  "is there, but Windows does not know that it drives this", NO_DRIVER },
	{ "injected", HC_LEVEL_REPAIR, "driver-inject",
	  "is not installed whole, and comes from the folder of drivers",
	  "a package of the folder of drivers will be installed for it" },
	{ "file-missing", HC_LEVEL_BLOCK, "driver-inject",
	  "is registered, but its file is missing", NO_DRIVER },
	{ "absent", HC_LEVEL_BLOCK, "driver-inject", "would drive it, but is not installed",
	  NO_DRIVER },
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
level_of(const struct hc_driver_answer *answer)
{
	const struct driver_state *state = find_state(answer->state);

	return state != NULL ? state->level : HC_LEVEL_INFO;
}

/* "controller 0000:00:10.0 (PCI\VEN_1000&DEV_0030): symmpi is ready" */
static void
say_driver(const struct hc_driver_answer *answer, struct hc_judgement *j)
{
	const struct driver_state *state = find_state(answer->state);
	const char *where = answer->where != NULL ? answer->where : "survey.drivers";
	const char *id = answer->hardware_id;
	char device[256];

	snprintf(device, sizeof(device), "%s %s%s%s%s", hc_or_unknown(answer->role),
		 hc_or_unknown(answer->device), id != NULL ? " (" : "", id != NULL ? id : "",
		 id != NULL ? ")" : "");
	if (state == NULL)
		hc_judge_fact(j, where, "%s: nothing is known of a driver", device);
	else if (answer->service == NULL)
		hc_judge_fact(j, where, "%s: %s", device, state->unnamed);
	else
		hc_judge_fact(j, where, "%s: %s %s", device, answer->service, state->text);
	if (state != NULL && state->fixup != NULL)
		hc_judge_fixup(j, state->fixup);
}

static bool
has_state(const struct hc_survey *survey, const char *state)
{
	for (size_t i = 0; i < survey->drivers.count; i++)
		if (hc_same_text(survey->drivers.items[i].state, state))
			return true;
	return false;
}

/* What is to be done to drivers that can be repaired; of several the first. */
static const char *
remedy_of(const struct hc_survey *survey)
{
	static const struct {
		const char *state, *remedy;
	} remedies[] = {
		{ "injected", "Have the driver installed from its package." },
		{ "unlisted",
		  "Have the driver entered for this controller in CriticalDeviceDatabase, and "
		  "started at boot, in every control set." },
		{ "disabled",
		  "Have the driver started at boot: Start 0, and no StartOverride, in every "
		  "control set." },
	};

	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (has_state(survey, remedies[i].state))
			return remedies[i].remedy;
	return NULL;
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
	/* What is wrong comes first: the chain is long. */
	for (size_t i = 0; i < survey->drivers.count; i++) {
		unsigned one = level_of(&survey->drivers.items[i]);

		if (one > HC_LEVEL_PASS)
			say_driver(&survey->drivers.items[i], j);
		if (one > level)
			level = one;
	}
	if (level == HC_LEVEL_REPAIR)
		hc_judge_remedy(j, "%s", remedy_of(survey));
	for (size_t i = 0; i < survey->drivers.count; i++)
		if (level_of(&survey->drivers.items[i]) == HC_LEVEL_PASS)
			say_driver(&survey->drivers.items[i], j);
	return level;
}

/* ---------------------------------------------------------------- DRV-2 */

#define SERVICE_DISABLED 4

static bool
is_dangling(const struct hc_filter_driver *filter)
{
	return !filter->service_present || filter->file_present == HC_NO;
}

/* Without devices of these classes Windows does not start, or can't be used. */
static bool
is_needed_class(const char *name)
{
	static const char *const needed[] = { "Computer",    "DiskDrive", "Display", "hdc",
					      "HIDClass",    "Keyboard",  "Mouse",   "Net",
					      "SCSIAdapter", "System",    "USB",     "Volume" };

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (hc_same_name(name, needed[i]))
			return true;
	return false;
}

/*
 * A name without a driver keeps every device of its class from starting.  Windows 10 from 1903 on comes with such a
 * name for infrared devices (IRENUM, seen in the real registry), which is no reason to stop anybody.
 */
static unsigned
level_of_filter(const struct hc_filter_driver *filter)
{
	if (is_dangling(filter))
		return filter->microsoft == HC_YES && filter->class_name != NULL &&
				       !is_needed_class(filter->class_name)
			       ? HC_LEVEL_INFO
			       : HC_LEVEL_WARN;
	if (filter->microsoft == HC_YES || filter->start == SERVICE_DISABLED)
		return HC_LEVEL_PASS;
	return filter->microsoft == HC_UNKNOWN ? HC_LEVEL_INFO : HC_LEVEL_WARN;
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
		unsigned one = level_of_filter(filter);

		if (one == HC_LEVEL_PASS)
			continue;
		say_filter(j, filter);
		if (one > level)
			level = one;
	}
	if (level == HC_LEVEL_PASS)
		hc_judge_fact(j, "manifest.windows.filter_drivers",
			      "%zu filter drivers: each is Microsoft's, or disabled",
			      windows->filter_drivers.count);
	if (level == HC_LEVEL_WARN && hc_same_machine(in)) {
		hc_judge_fact(j, "facts.machine.uuid", "they ran on this machine");
		return HC_LEVEL_INFO;
	}
	if (level == HC_LEVEL_WARN)
		hc_judge_fixup(j, "filters");
	return level;
}

/* ---------------------------------------------------------------- DRV-3 */

/* "SOFTWARE: there is no …" stands for a hive that could not be read. */
static bool
is_unread(const struct hc_windows *windows, const char *hive)
{
	size_t length = strlen(hive);

	for (size_t i = 0; i < windows->hives.count; i++)
		if (hc_same_name(windows->hives.items[i].name, hive))
			return false;
	for (size_t i = 0; i < windows->unread.count; i++)
		if (strncmp(windows->unread.items[i], hive, length) == 0 &&
		    windows->unread.items[i][length] == ':')
			return true;
	return false;
}

JUDGE(judge_policies)
{
	const struct hc_strings *policies = &in->manifest->windows->driver_policies;

	for (size_t i = 0; i < policies->count; i++)
		hc_judge_fact(j, "manifest.windows.driver_policies", "the policy %s is set",
			      policies->items[i]);
	if (policies->count > 0)
		return hc_same_machine(in) ? HC_LEVEL_PASS : HC_LEVEL_WARN;
	if (is_unread(in->manifest->windows, "SOFTWARE")) {
		hc_judge_fact(j, "manifest.windows.unread",
			      "the hive SOFTWARE, where policies stand, could not be read");
		return HC_LEVEL_INFO;
	}
	hc_judge_fact(j, "manifest.windows.driver_policies",
		      "no policy forbids the installation of devices");
	return HC_LEVEL_PASS;
}
