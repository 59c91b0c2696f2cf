/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wizard's tasks besides restoring and verifying: their state, and what their screens ask.
 *
 * Shape:   a task begins on TASKS.
 *
 *	TASKS ─boot check─▶ DISK ─bootcheck─▶ CHAIN
 *	  ├────repair─────▶ DISK ─fix --dry-run──▶ REPAIRS ──▶ ALLOW ─fix, bootcheck──▶ CHAIN
 *	  ├────undo───────▶ DISK ─undo --dry-run─▶ UNDOABLE ─▶ ALLOW ─undo, bootcheck─▶ CHAIN
 *	  └────reports────▶ RUNS ─report─▶ REPORT
 *
 *          CHAIN leads to REPAIRS, too, when it is broken.  The only place that asks for HC_JOB_FIX and
 *          HC_JOB_UNDO is hc_wiz_act_allow (change.c), after the end of the disk's identity was typed.
 *
 *          Esc goes one arrow back; what was chosen stays.
 * Owner:   the wizard owns its documents.
 * Errors:  none: trouble is state that a screen shows.
 * Source:  design.md sections 3, 4; hazards 3, 4, 7, 23.
 */
#ifndef HC_TUI_TASKS_H
#define HC_TUI_TASKS_H

#include "restore/model/bootcheck.h"
#include "restore/model/facts.h"
#include "restore/model/runs.h"
#include "restore/model/undo.h"

struct hc_wiz;

#define HC_TASK_LINE 200

/* What became of a repair, or of taking one back. */
enum hc_wiz_change {
	HC_CHANGE_NONE, /* it isn't about one */
	HC_CHANGE_GOING,
	HC_CHANGE_MADE,
	HC_CHANGE_NOTHING, /* there was nothing left to do */
	HC_CHANGE_FAILED,
};

struct hc_wiz_tasks {
	char *disk_path, *disk_identity; /* of the chosen disk */
	char *shown;                     /* the state folder whose report is shown */

	enum hc_wiz_change change;
	char failure[HC_TASK_LINE]; /* why it failed: the engine's first words */

	bool have_chain, have_runs, have_repairs, have_undoable;
	struct hc_arena chain_arena, runs_arena, repairs_arena, undoable_arena;
	struct hc_bootcheck chain;
	struct hc_runs runs;
	struct hc_repairs repairs; /* those that would be made, or were */
	struct hc_undoable undoable;
};

/* ---------------------------------------------------------------- what screens ask */

/* The disk that is selected on DISK; the one that was chosen there; NULL when there is none. */
const struct hc_disk *hc_wiz_task_disk(const struct hc_wiz *wiz);
const struct hc_disk *hc_wiz_chosen_disk(const struct hc_wiz *wiz);
/* The selected link of the boot chain, the selected run; NULL when there is none. */
const struct hc_boot_link *hc_wiz_link(const struct hc_wiz *wiz);
const struct hc_run_entry *hc_wiz_run_entry(const struct hc_wiz *wiz);
/* Whether what was looked at may be changed; the characters to be typed for it; whether they were. */
bool hc_wiz_may_change(const struct hc_wiz *wiz);
const char *hc_wiz_allow_word(const struct hc_wiz *wiz);
bool hc_wiz_allowed(const struct hc_wiz *wiz);

#endif
