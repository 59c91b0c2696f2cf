/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wizard's tasks besides restoring and verifying: their state, and what their screens ask.
 *
 * Shape:   a task begins on TASKS.
 *
 *	TASKS ─boot check─▶ DISK ─bootcheck─▶ CHAIN
 *	  └────reports────▶ RUNS ─report─▶ REPORT
 *
 *          Esc goes one arrow back; what was chosen stays.
 * Owner:   the wizard owns its documents.
 * Errors:  none: trouble is state that a screen shows.
 * Source:  design.md sections 3, 4; hazards 3, 4.
 */
#ifndef HC_TUI_TASKS_H
#define HC_TUI_TASKS_H

#include "restore/model/bootcheck.h"
#include "restore/model/facts.h"
#include "restore/model/runs.h"

struct hc_wiz;

struct hc_wiz_tasks {
	char *disk_path, *disk_identity; /* of the chosen disk */
	char *shown;                     /* the state folder whose report is shown */

	bool have_chain, have_runs;
	struct hc_arena chain_arena, runs_arena;
	struct hc_bootcheck chain;
	struct hc_runs runs;
};

/* ---------------------------------------------------------------- what screens ask */

/* The disk that is selected on DISK; the one that was chosen there; NULL when there is none. */
const struct hc_disk *hc_wiz_task_disk(const struct hc_wiz *wiz);
const struct hc_disk *hc_wiz_chosen_disk(const struct hc_wiz *wiz);
/* The selected link of the boot chain, the selected run; NULL when there is none. */
const struct hc_boot_link *hc_wiz_link(const struct hc_wiz *wiz);
const struct hc_run_entry *hc_wiz_run_entry(const struct hc_wiz *wiz);

#endif
