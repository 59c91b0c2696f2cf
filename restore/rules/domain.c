/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules about folders, and about domain controllers.
 * Source: KB 249694, "Windows folder and disk layout"; windows-offline.md section 11; hazards 20.
 */
#include <stdio.h>
#include <string.h>

#include "restore/rules/rules_priv.h"

/* ---------------------------------------------------------------- DIR-1, DC-1 */

/* Paths are compared as Windows does.  Worse of `so_far` and what is found: block, info, pass. */
static unsigned
compare_path(struct hc_judgement *j, const char *what, const char *old, const char *here,
	     const char *where, unsigned so_far)
{
	if (old == NULL && here == NULL)
		return so_far;
	if (hc_same_name(old, here)) {
		hc_judge_fact(j, where, "%s: %s in both", what, old);
		return so_far;
	}
	hc_judge_fact(j, where, "%s: %s in the backup, %s on the target", what,
		      hc_or_unknown(old), hc_or_unknown(here));
	if (old == NULL || here == NULL)
		return so_far == HC_LEVEL_BLOCK ? so_far : HC_LEVEL_INFO;
	return HC_LEVEL_BLOCK;
}

JUDGE(judge_folders)
{
	const struct hc_windows *old = in->manifest->windows, *here = hc_target_windows(in);
	unsigned level = HC_LEVEL_PASS;

	if (old->system_root == NULL && here->system_root == NULL) {
		hc_judge_fact(j, "manifest.windows.system_root",
			      "%%SystemRoot%% is not known of either");
		level = HC_LEVEL_INFO;
	}
	level = compare_path(j, "%SystemDrive%", old->system_drive, here->system_drive,
			     "survey.target_windows.system_drive", level);
	return compare_path(j, "%SystemRoot%", old->system_root, here->system_root,
			    "survey.target_windows.system_root", level);
}

APPLIES(applies_dc)
{
	/* One of NT 4.0 keeps its accounts in SAM: it has no Active Directory. */
	return in->manifest->windows->domain_controller != NULL &&
	       hc_nt_of(in->manifest->windows) != HC_NT(4, 0);
}

JUDGE(judge_dc_paths)
{
	const struct hc_domain_controller *old = in->manifest->windows->domain_controller;
	const struct hc_domain_controller *here = hc_target_windows(in)->domain_controller;
	unsigned level = HC_LEVEL_PASS;
	const char *where;

	if (here == NULL) {
		hc_judge_fact(j, "survey.target_windows.domain_controller",
			      "the Windows on the target is no domain controller: there are no "
			      "locations to compare");
		return HC_LEVEL_INFO;
	}
	where = here->where != NULL ? here->where : "survey.target_windows.domain_controller";
	if (old->database == NULL && here->database == NULL) {
		hc_judge_fact(j, where,
			      "where the Active Directory database lies is not known");
		level = HC_LEVEL_INFO;
	}
	level = compare_path(j, "Active Directory database", old->database, here->database,
			     where, level);
	level = compare_path(j, "Active Directory log files", old->log_path, here->log_path,
			     where, level);
	level = compare_path(j, "replication of SYSVOL", old->replication, here->replication,
			     where, level);
	level = compare_path(j, "FRS database", old->frs_working_directory,
			     here->frs_working_directory, where, level);
	return compare_path(j, "FRS log files", old->frs_log_directory, here->frs_log_directory,
			    where, level);
}

/* ---------------------------------------------------------------- DC-2 */

#define DAYS_OLD_FOREST 60
#define DAYS_NEW_FOREST 180
#define DAY_SECONDS     86400

/* Seconds since 1970 of "2026-11-23T16:50:00Z"; false: no time. */
static bool
parse_time(const char *text, int64_t *ret)
{
	int year, month, day, hour, minute, second;
	int64_t days;

	*ret = 0;
	if (text == NULL || sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2dZ", &year, &month, &day, &hour,
				   &minute, &second) != 6)
		return false;
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 ||
	    hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
		return false;
	/* Days since 1 March of year 0: the leap day comes last. */
	if (month <= 2)
		year--;
	days = 365 * (int64_t)year + year / 4 - year / 100 + year / 400 +
	       (153 * ((month + 9) % 12) + 2) / 5 + day - 1 - 719468;
	*ret = ((days * 24 + hour) * 60 + minute) * 60 + second;
	return true;
}

/* How old the backup is; -1: nobody can tell. */
static int64_t
age_days(const struct hc_rules_input *in)
{
	int64_t made, now;

	/* A clock that runs behind the backup's says nothing. */
	if (!parse_time(in->manifest->created, &made) || !parse_time(in->server_time, &now) ||
	    now < made)
		return -1;
	return (now - made) / DAY_SECONDS;
}

static unsigned
judge_age(const struct hc_rules_input *in, struct hc_judgement *j)
{
	const char *where = "manifest.windows.domain_controller.tombstone_days";
	uint64_t kept = in->manifest->windows->domain_controller->tombstone_days, age;
	int64_t days = age_days(in);

	if (in->tombstone_days != 0) {
		kept = in->tombstone_days;
		where = "tombstone_days, as the operator states it";
	}
	if (days < 0) {
		hc_judge_fact(j, "manifest.created", "the age of the backup was not judged: %s",
			      in->server_time == NULL
				      ? "no server told the time"
				      : "the times of backup and server don't fit");
		return HC_LEVEL_REPAIR;
	}
	age = (uint64_t)days;
	hc_judge_fact(j, "manifest.created", "the backup is %llu days old",
		      (unsigned long long)age);
	if (kept != 0) {
		hc_judge_fact(j, where, "deleted objects are kept for %llu days",
			      (unsigned long long)kept);
		return age < kept ? HC_LEVEL_REPAIR : HC_LEVEL_BLOCK;
	}
	hc_judge_fact(j, where,
		      "how long deleted objects are kept can't be read offline: %d days in old "
		      "forests, %d in newer ones",
		      DAYS_OLD_FOREST, DAYS_NEW_FOREST);
	if (age > DAYS_NEW_FOREST)
		return HC_LEVEL_BLOCK;
	return age > DAYS_OLD_FOREST ? HC_LEVEL_WARN : HC_LEVEL_REPAIR;
}

JUDGE(judge_dc_age)
{
	unsigned level;
	const struct hc_domain_controller *dc = in->manifest->windows->domain_controller;

	hc_judge_fact(j, dc->where != NULL ? dc->where : "manifest.windows.domain_controller",
		      "the backup holds a domain controller");
	hc_judge_fixup(j, "dc-restore");
	level = judge_age(in, j);
	if (level == HC_LEVEL_REPAIR)
		hc_judge_remedy(
			j,
			"%sUntil the repair is made by halcyon: start into the directory "
			"services restore mode first and set `Database restored from "
			"backup` to 1.",
			age_days(in) >= 0 ? ""
					  : "Make sure that the backup is younger than the "
					    "tombstone lifetime.\n");
	return level;
}
