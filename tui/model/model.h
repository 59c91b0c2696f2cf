/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wizard as a pure state machine: keys, time and the engine's words go in, effects come out.
 *
 * Shape:   hc_wiz_step(wiz, input, effect) is the only way anything changes; no I/O, no clock, no terminal.
 *
 *	WELCOME ─▶ MACHINE
 *	   │
 *	   ├─restore─▶ REPOSITORY ─catalog─▶ BACKUP ─▶ TARGET ─plan─▶ PLAN ─▶ CONFIRM ─apply─▶ PROGRESS ─▶ RESULT
 *	   └─verify──▶ REPOSITORY ─catalog─▶ BACKUP ─verify─▶ PROGRESS ─▶ RESULT        ◀──────── WELCOME ┘
 *
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
#include "restore/model/plan.h"
#include "tui/model/input.h"

enum hc_wiz_screen {
	HC_SCREEN_WELCOME,
	HC_SCREEN_MACHINE,
	HC_SCREEN_REPOSITORY,
	HC_SCREEN_BACKUP,
	HC_SCREEN_TARGET,
	HC_SCREEN_PLAN,
	HC_SCREEN_FINDING, /* one of PLAN's findings in full: there and back */
	HC_SCREEN_CONFIRM,
	HC_SCREEN_PROGRESS,
	HC_SCREEN_RESULT,
	HC_SCREEN_COUNT
};

enum hc_wiz_task { HC_TASK_RESTORE, HC_TASK_VERIFY };

/* ---------------------------------------------------------------- state */

#define HC_WIZ_FIELD    512
#define HC_WIZ_TEXT     1536
#define HC_WIZ_STEPS    12
#define HC_WIZ_LOG      64
#define HC_WIZ_LINE     200
#define HC_WIZ_SAMPLES  8
#define HC_WIZ_ACCEPTED 16
/* What a finding says besides its evidence: because, remedy, source. */
#define HC_WIZ_FINDING_PARTS 3

/* A line that is typed; ASCII. */
struct hc_wiz_field {
	char text[HC_WIZ_FIELD];
	size_t length, cursor;
};

/* Questions that yes or no answers; no is the default. */
enum hc_wiz_ask {
	HC_ASK_NOTHING,
	HC_ASK_STOP,
	HC_ASK_REBOOT,
	HC_ASK_POWEROFF,
	HC_ASK_QUIT,
};

enum hc_wiz_step_state { HC_STEP_AHEAD, HC_STEP_RUNNING, HC_STEP_DONE, HC_STEP_FAILED };

struct hc_wiz_run_step {
	char name[16], what[48]; /* the step, and the part of it that is being done */
	enum hc_wiz_step_state state;
	uint64_t done, total;
	uint64_t began_ms, ended_ms;
};

/* What a restore left on the disk, told by the steps that it began and ended. */
enum hc_wiz_left {
	HC_LEFT_UNTOUCHED, /* it ended before the first write */
	HC_LEFT_HALF, /* something was written, the partition tables were not: it does not boot */
	HC_LEFT_UNMARKED, /* all data was compared; the tables may be there, the mark "finished" is not */
	HC_LEFT_RESTORED, /* marked as finished; the firmware's entries may not be set */
	HC_LEFT_UNPROVEN, /* these too; what is left is to look whether it boots, and the report */
	HC_LEFT_COUNT
};

enum hc_wiz_outcome { HC_RUN_NONE, HC_RUN_GOING, HC_RUN_GOOD, HC_RUN_BAD, HC_RUN_STOPPED };

/* What an engine run that streams has told. */
struct hc_wiz_run {
	enum hc_wiz_outcome outcome;
	int status;
	uint64_t began_ms, ended_ms;
	struct hc_wiz_run_step steps[HC_WIZ_STEPS];
	size_t count;
	size_t current; /* the step that began last */
	uint64_t received;
	unsigned retries;
	struct {
		uint64_t at_ms, done;
	} samples[HC_WIZ_SAMPLES]; /* of the current step, oldest first: for the rate */
	size_t sample_count;
	char log[HC_WIZ_LOG][HC_WIZ_LINE]; /* a ring; line n is at n % HC_WIZ_LOG */
	size_t logged;
	char failure[HC_WIZ_TEXT]; /* why, and what helps */
};

struct hc_wiz_config {
	const char *run_dir;    /* keeps what the engine says, the plan and the report */
	const char *repository; /* what the field starts with; may be NULL */
	bool resident;          /* the wizard is all there is: it can't be quit */
};

struct hc_wiz {
	const char *run_dir;
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
	char *opened;                        /* the repository that the catalog is of */
	char *backup;                        /* REPO//ID */
	char *target_path, *target_identity; /* of the chosen disk */
	char *plan_file, *state_dir; /* the latter of the last restore: a folder for each */
	unsigned restores;
	bool reuse; /* the chosen disk holds a part of a restore already */
	char accepted[HC_WIZ_ACCEPTED][16]; /* rules whose warnings the operator accepted */
	size_t accepted_count;

	bool have_facts, have_catalog, have_verdict, have_plan;
	struct hc_arena facts_arena, catalog_arena, plan_arena, report_arena;
	struct hc_facts facts;
	struct hc_catalog catalog; /* sorted: this machine's first, then the newest */
	struct hc_plan plan;       /* with have_verdict alone: only its verdict, worst first */
	struct hc_wiz_run run;
	const char **report; /* lines: why the run failed, then the engine's report */
	size_t report_count, failure_count;
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
/* The i-th item of the menu on WELCOME and RESULT. */
bool hc_wiz_choice(const struct hc_wiz *wiz, size_t i, const char **label, const char **about);
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
bool hc_wiz_is_of_this_machine(const struct hc_wiz *wiz,
			       const struct hc_catalog_backup *backup);
/* Name of the planned target, what --confirm wants; and its end, which the operator types. */
const char *hc_wiz_identity(const struct hc_wiz *wiz);
const char *hc_wiz_confirm_word(const struct hc_wiz *wiz);
bool hc_wiz_confirmed(const struct hc_wiz *wiz);
/* Whether the plan stands and nothing in its verdict is left to be accepted. */
bool hc_wiz_may_go_on(const struct hc_wiz *wiz);
/* What the last restore left on the disk, whichever way it ended. */
enum hc_wiz_left hc_wiz_left(const struct hc_wiz *wiz);
/* Bytes a second of the current step over the last seconds; milliseconds left; 0: not known yet. */
uint64_t hc_wiz_rate(const struct hc_wiz *wiz);
uint64_t hc_wiz_left_ms(const struct hc_wiz *wiz);

#endif
