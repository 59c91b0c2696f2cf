/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * runs: the restores that left a report in a folder, for somebody who wants to read one.
 *
 * Shape:   a line of what each report says; `halcyon report PATH` has all of it.
 * Owner:   the arena it was built in.
 * Source:  design.md section 3; report.h.
 */
#ifndef HC_MODEL_RUNS_H
#define HC_MODEL_RUNS_H

#include "restore/model/json.h"

struct hc_run_entry {
	const char *path; /* the state folder */
	const char *created;
	const char *outcome; /* as the report has it: "restored", "failed" … */
	const char *task;
	const char *backup;
	const char *target;   /* path of the disk at that time */
	const char *identity; /* of the disk */
	const char *error;    /* "H0404"; NULL: it ended well */
	const char *state;    /* what was on the disk afterwards */
};

struct hc_runs {
	const char *folder; /* that was looked through */
	struct {
		struct hc_run_entry *items;
		size_t count;
	} runs;                       /* the latest first */
	struct hc_strings unreadable; /* reports that are none: "PATH: why" */
};

extern const struct hc_shape hc_runs_shape; /* halcyon.runs/1 */

#endif
