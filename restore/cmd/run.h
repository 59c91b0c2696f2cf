/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Carrying out a plan for a command: confirmation, events to whoever listens, report.
 */
#ifndef HC_CMD_RUN_H
#define HC_CMD_RUN_H

#include "restore/apply/apply.h"
#include "restore/cmd/cli.h"

struct run {
	const struct hc_plan *plan;
	const char *plan_id;
	const struct hc_facts *facts; /* of the machine that it shall start on; may be NULL */
	bool here; /* they are of the machine that this runs on, and the target is a disk of it */
	const char *
		state_dir; /* keeps plan.json, events.jsonl, report.json, report.txt; may be NULL */
	struct hc_report report; /* filled in by run_plan */
};

/* H_CONFIRM_MISSING (exit 4) unless --confirm, or somebody at the terminal, names the target. */
int run_confirm(struct cli *cli, const struct hc_plan *plan, struct hc_err *err);
/* The same for anything else that changes a disk: `what` happens to it ("changed"); `page` is shown to somebody at the
 * terminal before the question. */
int run_confirm_target(struct cli *cli, const struct hc_plan_target *target, const char *what,
		       struct hc_span page, struct hc_err *err);
/* Whether the record of the plan's repairs can be kept where options or plan say: before anybody is asked, and before a task
 * is claimed. */
int run_check_undo(struct cli *cli, const struct hc_plan *plan, struct hc_err *err);
/* Applies; prints events; writes the state folder; fills in the report in any case. */
int run_plan(struct cli *cli, struct run *run, struct hc_err *err);
/* Whether what was restored would start, into the report; after run_plan.  H_BOOT_BROKEN where it would not, unless the
 * operator overrode or accepted a finding that a repair was for. */
int run_bootcheck(struct cli *cli, struct run *run, struct hc_err *err);
/* The target against the backup; writes nothing to it. */
int run_compare(struct cli *cli, struct run *run, struct hc_err *err);

/* progress.c: one event for people or for machines, as the options say. */
struct progress;
struct progress *progress_new(const struct cli *cli);
void progress_show(struct progress *progress, const struct hc_event *event);
void progress_free(struct progress *progress);

#endif
