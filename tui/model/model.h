/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wizard as a pure state machine: keys, time and the engine's words go in, effects come out.
 *
 * Shape:   hc_wiz_step(wiz, input, effect) is the only way anything changes; no I/O, no clock, no terminal.
 *
 *	WELCOME ─▶ MACHINE
 *	   │
 *	   ├─restore─▶ REPOSITORY ─catalog─▶ BACKUP ─check─▶ VERDICT ─▶ TARGET ─plan─▶ OPTIONS ─plan─▶ REVIEW
 *	   │                                                   ▲ ▼         ▲             ▲  │             │  │
 *	   │                                                 FINDING       └─── VERDICT ─┘◀─┴─────────────┘  │
 *	   │                                                                 (of this disk)                  ▼
 *	   │                                              RESULT ◀─ PROGRESS ◀─apply─ CONFIRM ◀──────────────┘
 *	   └─verify──▶ REPOSITORY ─catalog─▶ BACKUP ─verify─▶ PROGRESS ─▶ RESULT ─▶ WELCOME
 *
 *	    OPTIONS is there from the first VERDICT on, too: drivers may be what it lacks.
 *	    VERDICT is shown twice: for backup and machine, before a disk is chosen; and, where there can't be a plan for
 *	    the disk before somebody has answered (or on request), for backup, machine and disk.
 *
 *          Other tasks begin on TASKS, which WELCOME leads to as well: tui/model/tasks.h.
 *          Esc goes one arrow back until PROGRESS; what was typed or selected stays.  The only place that
 *          asks for HC_JOB_APPLY is hc_wiz_act_confirm (plan.c), after the identity's end was typed.
 * Units:   milliseconds of any steady clock in at_ms; bytes.
 * Owner:   the wizard owns its documents; inputs are borrowed for the call; what an effect points to is
 *          valid until the next step.
 * Errors:  none: trouble is state that a screen shows.
 * Source:  design.md section 3; style.md b.8; hazards 2, 3, 6, 7.
 * Example:
 *	struct hc_wiz_input key = { .kind = HC_INPUT_KEY, .at_ms = now, .key = HC_KEY_ENTER };
 *	hc_wiz_step(wiz, &key, &effect);
 *	if (effect.kind == HC_EFFECT_RUN)
 *		start(effect.argv);
 */
#ifndef HC_TUI_MODEL_H
#define HC_TUI_MODEL_H

#include "restore/model/event.h"
#include "restore/model/media.h"
#include "restore/model/plan.h"
#include "tui/model/input.h"
#include "tui/model/kiosk.h"
#include "tui/model/options.h"
#include "tui/model/run.h"
#include "tui/model/tasks.h"

enum hc_wiz_screen {
	HC_SCREEN_WELCOME,
	HC_SCREEN_MACHINE,
	HC_SCREEN_REPOSITORY,
	HC_SCREEN_BACKUP,
	HC_SCREEN_VERDICT, /* of backup and machine; with `of_disk` of the chosen disk, too */
	HC_SCREEN_FINDING, /* one of VERDICT's findings in full: there and back */
	HC_SCREEN_TARGET,
	HC_SCREEN_OPTIONS, /* repairs, drivers, what happens at the end */
	HC_SCREEN_REVIEW,  /* the plan in plain words */
	HC_SCREEN_CONFIRM,
	HC_SCREEN_PROGRESS,
	HC_SCREEN_RESULT,
	HC_SCREEN_KIOSK, /* the restore of an answer file, from its beginning to its end */
	HC_SCREEN_TASKS, /* a menu; from here on those of tasks.h */
	HC_SCREEN_DISK,
	HC_SCREEN_CHAIN,
	HC_SCREEN_REPAIRS,
	HC_SCREEN_UNDOABLE,
	HC_SCREEN_ALLOW,
	HC_SCREEN_CAPTURE,
	HC_SCREEN_RUNS,
	HC_SCREEN_REPORT,
	HC_SCREEN_COUNT
};

enum hc_wiz_task {
	HC_TASK_RESTORE,
	HC_TASK_VERIFY,
	HC_TASK_BOOTCHECK,
	HC_TASK_FIX,
	HC_TASK_UNDO,
	HC_TASK_CAPTURE,
	HC_TASK_REPORTS,
	HC_TASK_COUNT
};

/* ---------------------------------------------------------------- state */

#define HC_WIZ_ANSWERS 16
/* What a finding says besides its evidence: because, remedy, consequence, source. */
#define HC_WIZ_FINDING_PARTS 4

/* Questions that yes or no answers; no is the default. */
enum hc_wiz_ask {
	HC_ASK_NOTHING,
	HC_ASK_STOP,
	HC_ASK_REBOOT,
	HC_ASK_POWEROFF,
	HC_ASK_QUIT,
	HC_ASK_OVERRIDE, /* the selected finding's block */
};

/* What the operator said about one rule by name. */
struct hc_wiz_answer {
	char rule[16];
	bool override; /* of a block; false: a warning, or a repair that can't be made, accepted */
	bool of_disk; /* it was asked about the chosen disk, and goes with it */
};

struct hc_wiz_config {
	const char *run_dir;    /* keeps what the engine says, the plan and the report */
	const char *repository; /* what the field starts with; may be NULL */
	bool resident;          /* the wizard is all there is: it can't be quit */
	const char *intent;     /* the answer file of a kiosk; else NULL */
	const char *state_dir;  /* of its restore; borrowed */
	const char *
		reports_dir; /* where reports of earlier runs are, up to two levels deep; NULL: run_dir */
};

struct hc_wiz {
	const char *run_dir, *reports_dir;
	bool resident;
	uint64_t now_ms;

	enum hc_wiz_screen screen;
	enum hc_wiz_task task;
	bool help;
	bool show_log; /* on PROGRESS and RESULT */
	enum hc_wiz_ask ask;
	char notice[HC_WIZ_LINE];  /* one line for the operator; the next key clears it */
	char trouble[HC_WIZ_TEXT]; /* what went wrong, until a key is pressed; "" is nothing */
	size_t selected[HC_SCREEN_COUNT];
	size_t report_top; /* first line of the report that is shown */

	enum hc_wiz_job job, queued; /* running; to start when that ends */
	bool cancelled;
	bool catching_up; /* with a run that an earlier wizard began: its events say when they were */
	uint64_t job_began_ms;
	char notes[HC_WIZ_TEXT]; /* the last lines of its standard error */

	struct hc_wiz_field repository, confirm;
	struct hc_wiz_field
		typed; /* what stood in `repository` before a found place was chosen */
	bool have_media;
	struct hc_arena media_arena;
	struct hc_media media;               /* what is attached */
	char *mounting;                      /* the device that is being mounted */
	char *opened;                        /* the repository that the catalog is of */
	char *backup;                        /* REPO//ID */
	char *target_path, *target_identity; /* of the chosen disk */
	char *plan_file, *state_dir; /* the latter of the last restore: a folder for each */
	unsigned restores;
	bool reuse; /* the chosen disk holds a part of a restore already */
	struct hc_wiz_answer answers[HC_WIZ_ANSWERS];
	size_t answer_count;
	/* "DSK-3,DRV-2": the same as options of the engine. */
	char accepted[HC_WIZ_ANSWERS * 16], overridden[HC_WIZ_ANSWERS * 16];
	bool of_disk; /* VERDICT is about the chosen disk, too: the plan's */
	/* The plan isn't of what was answered since: it is made again before it counts. */
	bool plan_is_old, check_is_old;
	struct hc_wiz_options options;
	uint64_t end_at_ms; /* when the machine is rebooted or switched off; 0: it isn't */

	bool have_facts, have_catalog, have_check, have_verdict, have_plan;
	struct hc_arena facts_arena, catalog_arena, check_arena, plan_arena, report_arena;
	struct hc_facts facts;
	struct hc_catalog catalog; /* sorted: this machine's first, then the newest */
	struct hc_verdict check;   /* of backup and machine, worst first */
	struct hc_plan plan;       /* with have_verdict alone: only its verdict, worst first */
	const char **review;       /* the plan's lines, for people */
	size_t review_count;
	struct hc_wiz_kiosk kiosk;
	struct hc_wiz_run run;
	const char **report; /* lines: why the run failed, then the engine's report */
	size_t report_count, failure_count;
	struct hc_wiz_tasks tasks;
};

/* NULL when memory is out. The repository text is copied; run_dir is borrowed. */
struct hc_wiz *hc_wiz_new(const struct hc_wiz_config *config);
void hc_wiz_free(struct hc_wiz *wiz);
/* Asks for the first run (probe); a wizard that is given facts as a document needs no start. */
void hc_wiz_start(struct hc_wiz *wiz, uint64_t now_ms, struct hc_wiz_effect *effect);
void hc_wiz_step(struct hc_wiz *wiz, const struct hc_wiz_input *input,
		 struct hc_wiz_effect *effect);
/*
 * A run outlives its wizard.  What a later one needs to take up the run that goes on now, as text; and taking it up, in
 * place of hc_wiz_start: on PROGRESS, as if it had asked for that run itself.  What was said meanwhile follows as
 * HC_INPUT_LINE with at_ms 0.  The plan comes apart, as it may be gone.  H_DOC_*: the text is no such thing.
 */
int hc_wiz_record(const struct hc_wiz *wiz, struct hc_buf *out, struct hc_err *err);
int hc_wiz_resume(struct hc_wiz *wiz, struct hc_span record, struct hc_err *err);
void hc_wiz_resume_plan(struct hc_wiz *wiz, struct hc_span plan);
/* Facts from elsewhere: a file, a test. False: not a facts document; `trouble` says why. */
bool hc_wiz_load_facts(struct hc_wiz *wiz, struct hc_span bytes);

/* ---------------------------------------------------------------- what screens ask */

/* The i-th key of this screen and what it does now; false past the last. */
bool hc_wiz_hint(const struct hc_wiz *wiz, size_t i, const char **key, const char **label);
/* The i-th item of the menu on WELCOME, TASKS and RESULT. */
bool hc_wiz_choice(const struct hc_wiz *wiz, size_t i, const char **label, const char **about);
/* The i-th place that was found on media or named by DHCP; NULL past the last.  On REPOSITORY the row behind them is
 * the typed one. */
const struct hc_media_place *hc_wiz_place(const struct hc_wiz *wiz, size_t i);
size_t hc_wiz_place_count(const struct hc_wiz *wiz);
/* How many rows can be selected on this screen. */
size_t hc_wiz_rows(const struct hc_wiz *wiz);
/* Why a disk can't be the target, for people; NULL when it can. */
const char *hc_wiz_refusal(const struct hc_wiz *wiz, const struct hc_disk *disk,
			   char buf[HC_WIZ_LINE]);
/* The selected disk, the chosen one, the selected finding, the selected backup; NULL when there is none. */
const struct hc_disk *hc_wiz_disk(const struct hc_wiz *wiz);
const struct hc_disk *hc_wiz_target(const struct hc_wiz *wiz);
const struct hc_finding *hc_wiz_finding(const struct hc_wiz *wiz);
const struct hc_catalog_backup *hc_wiz_backup(const struct hc_wiz *wiz);
/* How well a backup matches this machine's identity, 0: not at all; and why, for people. */
unsigned hc_wiz_match(const struct hc_wiz *wiz, const struct hc_catalog_backup *backup,
		      char why[HC_WIZ_LINE]);
/* Name of the planned target, what --confirm wants; and its end, which the operator types. */
const char *hc_wiz_identity(const struct hc_wiz *wiz);
const char *hc_wiz_confirm_word(const struct hc_wiz *wiz);
bool hc_wiz_confirmed(const struct hc_wiz *wiz);
/* What VERDICT is about; NULL: not known yet.  What of it is left to be answered by name; those of them that can't be. */
const struct hc_verdict *hc_wiz_verdict(const struct hc_wiz *wiz);
size_t hc_wiz_questions(const struct hc_wiz *wiz, size_t *ret_hopeless);
/* Whether a finding waits for an answer; whether it has one. */
bool hc_wiz_is_open(const struct hc_wiz *wiz, const struct hc_finding *finding);
bool hc_wiz_is_answered(const struct hc_wiz *wiz, const struct hc_finding *finding);
/* Whether the plan stands and nothing in its verdict is left to be answered. */
bool hc_wiz_may_go_on(const struct hc_wiz *wiz);
/* Whether the answer file's restore goes on; whether it ended without success and somebody has to do something. */
bool hc_wiz_kiosk_runs(const struct hc_wiz *wiz);
bool hc_wiz_kiosk_waits(const struct hc_wiz *wiz);
/* What the last restore left on the disk, whichever way it ended. */
enum hc_wiz_left hc_wiz_left(const struct hc_wiz *wiz);
/* Bytes a second of the current step over the last seconds; milliseconds left; 0: not known yet. */
uint64_t hc_wiz_rate(const struct hc_wiz *wiz);
uint64_t hc_wiz_left_ms(const struct hc_wiz *wiz);
/* Of a restore as a whole: bytes that are to be written and to be read back; and the time left at the pace so far, 0:
 * not known yet. */
void hc_wiz_overall(const struct hc_wiz *wiz, uint64_t *ret_done, uint64_t *ret_total,
		    uint64_t *ret_left_ms);

#endif
