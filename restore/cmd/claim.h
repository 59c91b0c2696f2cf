/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The claim of a task: an atomic create on the server before the first write (hazards 1).
 *
 * Shape:   REPORTS/TASK/ made by MKCOL: whoever makes it owns the task; plan.json inside is the plan of the run,
 *          report.json and report.txt say how it ended, events.jsonl what happened.
 * Errors:  H_CLAIM_TAKEN, H_CLAIM_FAILED, H_NET_*.
 */
#ifndef HC_CMD_CLAIM_H
#define HC_CMD_CLAIM_H

#include "restore/cmd/run.h"
#include "restore/model/facts.h"
#include "restore/source/source.h"

struct claim {
	struct hc_place *place;
	struct hc_session *session;
	const char *task;
};

int claim_open(const char *reports, const char *task, const struct hc_place_options *options,
	       struct claim *ret, struct hc_err *err);
/*
 * Fails with H_CLAIM_TAKEN where an earlier claim of the task has a plan, and `disk` does not carry its unfinished
 * journal.  Takes nothing: it saves a machine that restarted from the network the survey and a misleading verdict.
 */
int claim_check(struct cli *cli, struct claim *claim, const struct hc_disk *disk,
		struct hc_err *err);
/*
 * Takes the task for this plan.  Where it is taken already, and `disk` carries the unfinished journal of the
 * very plan that lies there, that plan is returned in *plan and *plan_id: the run is carried on.
 */
int claim_take(struct cli *cli, struct claim *claim, const struct hc_disk *disk,
	       struct hc_plan *plan, const char **plan_id, struct hc_err *err);
/* Puts report and events there; a server that is gone by now changes nothing of what was done. */
int claim_report(struct cli *cli, struct claim *claim, const struct run *run,
		 struct hc_err *err);
void claim_close(struct claim *claim);

#endif
