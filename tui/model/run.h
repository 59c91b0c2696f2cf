/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A run of the engine that streams, as the wizard has heard of it.
 *
 * Shape:   steps in the order in which they come, the one that began last, a ring of log lines; hc_wiz_left says what
 *          a restore left on the disk, told by the steps that it began and ended.
 * Units:   bytes; milliseconds of the wizard's clock.
 * Owner:   a part of struct hc_wiz.
 * Errors:  none.
 * Source:  restore/apply/apply.h for the steps; restore/model/event.h.
 * Example:
 *	if (wiz->run.outcome == HC_RUN_BAD)
 *		say(wiz->run.failure);
 */
#ifndef HC_TUI_RUN_H
#define HC_TUI_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HC_WIZ_TEXT    1536
#define HC_WIZ_LINE    200
#define HC_WIZ_STEPS   12
#define HC_WIZ_LOG     64
#define HC_WIZ_SAMPLES 8

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

#endif
