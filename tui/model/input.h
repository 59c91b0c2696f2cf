/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What goes into the wizard's model and what comes out of it: inputs, and effects to be carried out.
 *
 * Shape:   one input makes at most one effect.  A run of the engine begins with HC_EFFECT_RUN; then come its
 *          notes and lines as they are said, its document, and last its exit.
 * Units:   milliseconds of any steady clock.
 * Owner:   inputs are borrowed for the call; what an effect points to is valid until the next step.
 * Errors:  none.
 * Source:  style.md b.8; design.md section 4 for the engine's commands.
 * Example:
 *	struct hc_wiz_input key = { .kind = HC_INPUT_KEY, .at_ms = now, .key = HC_KEY_ENTER };
 */
#ifndef HC_TUI_INPUT_H
#define HC_TUI_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "restore/base/bytes.h"

/* Runs of the engine; one at a time. */
enum hc_wiz_job {
	HC_JOB_NONE,
	HC_JOB_PROBE,     /* document: facts */
	HC_JOB_CATALOG,   /* document: catalog */
	HC_JOB_CHECK,     /* document: verdict */
	HC_JOB_PLAN,      /* document: plan, or a bare verdict */
	HC_JOB_APPLY,     /* lines: events */
	HC_JOB_VERIFY,    /* lines: events */
	HC_JOB_REPORT,    /* document: text for people */
	HC_JOB_BOOTCHECK, /* document: bootcheck */
	HC_JOB_RUNS,      /* document: runs */
	HC_JOB_SHOW,      /* document: text for people, of one of these */
	HC_JOB_FIX_LOOK,  /* document: repairs that would be made */
	HC_JOB_FIX,       /* document: repairs that were made */
	HC_JOB_UNDO_LOOK, /* document: undoable */
	HC_JOB_UNDO,
	HC_JOB_MEDIA, /* document: media */
	HC_JOB_MOUNT, /* document: media, of the one that was mounted */
	HC_JOB_COUNT
};

extern const char *const hc_wiz_job_names[]; /* "probe" …: each run has its own */
/* The engine's command for it. */
const char *hc_wiz_job_command(enum hc_wiz_job job);
/* Its standard output is kept in the run's folder under this name: "facts.json", "plan.json", … */
extern const char *const hc_wiz_job_files[];
/* Whether that is read line by line while it runs. */
bool hc_wiz_job_streams(enum hc_wiz_job job);
/* Whether it writes to a disk: it is left alone when the wizard ends, and the machine is not switched off under it. */
bool hc_wiz_job_writes(enum hc_wiz_job job);

enum hc_key {
	HC_KEY_NONE,
	HC_KEY_TEXT, /* `ch` says which */
	HC_KEY_UP,
	HC_KEY_DOWN,
	HC_KEY_LEFT,
	HC_KEY_RIGHT,
	HC_KEY_PAGE_UP,
	HC_KEY_PAGE_DOWN,
	HC_KEY_HOME,
	HC_KEY_END,
	HC_KEY_ENTER,
	HC_KEY_BACK,  /* Esc */
	HC_KEY_ERASE, /* Backspace */
	HC_KEY_DELETE,
	HC_KEY_CLEAR, /* Ctrl-U: empties the line */
	HC_KEY_HELP,  /* F1 */
	HC_KEY_AGAIN, /* Ctrl-R: looks again */
	HC_KEY_COUNT
};

/* "UP", "ENTER", … as scripts spell them; HC_KEY_NONE for an unknown one. */
enum hc_key hc_key_named(const char *name);

enum hc_wiz_input_kind {
	HC_INPUT_TICK, /* time passed */
	HC_INPUT_KEY,
	HC_INPUT_DOCUMENT, /* all of the job's standard output, before its exit */
	HC_INPUT_LINE,     /* one line of it, for a job that streams */
	HC_INPUT_NOTE,     /* one line of the job's standard error */
	HC_INPUT_EXIT, /* the job ended: exit status; 128 + n for signal n; 127 it didn't start */
	HC_INPUT_NOTICE, /* something to tell the operator: `bytes` */
};

struct hc_wiz_input {
	enum hc_wiz_input_kind kind;
	uint64_t at_ms;
	enum hc_key key;
	uint32_t ch;
	struct hc_span bytes;
	int status;
};

enum hc_wiz_effect_kind {
	HC_EFFECT_NONE,
	HC_EFFECT_RUN,    /* start argv as `job` */
	HC_EFFECT_CANCEL, /* ask the running job to stop; its exit is still awaited */
	HC_EFFECT_SHELL,
	HC_EFFECT_REBOOT,
	HC_EFFECT_POWEROFF,
	HC_EFFECT_QUIT,
	HC_EFFECT_COUNT
};

#define HC_WIZ_ARGS 48

struct hc_wiz_effect {
	enum hc_wiz_effect_kind kind;
	enum hc_wiz_job job;
	const char *argv[HC_WIZ_ARGS]; /* of RUN, ended by NULL */
};

#endif
