/* SPDX-License-Identifier: GPL-3.0-or-later */
/* runs: its tables. */
#include "restore/model/runs.h"

#define T struct hc_run_entry
static const struct hc_field entry_fields[] = {
	HC_NEED(T, path, STRING, "The state folder; `halcyon report` prints what it holds."),
	HC_FIELD(T, created, STRING, "When the report was written, UTC."),
	HC_FIELD(T, outcome, STRING, "How it ended: restored, failed, blocked or verified."),
	HC_FIELD(T, task, STRING, "The task of an answer file; null without one."),
	HC_FIELD(T, backup, STRING, "Id of the backup."),
	HC_FIELD(T, target, STRING, "Path of the disk at that time."),
	HC_FIELD(T, identity, STRING, "Serial number or WWN of the disk."),
	HC_FIELD(T, error, STRING, "Id of the error that ended it; null when it ended well."),
	HC_FIELD(T, state, STRING, "What was on the disk afterwards."),
};
static const struct hc_shape entry_shape =
	HC_SHAPE(T, NULL, entry_fields, false, "A run that left a report.");
#undef T

#define T struct hc_runs
static const struct hc_field runs_fields[] = {
	HC_NEED(T, folder, STRING, "The folder that was looked through, two levels deep."),
	HC_PART(T, runs, LIST, &entry_shape, "The runs, the latest first."),
	HC_FIELD(T, unreadable, STRINGS, "Reports that can't be read, and why."),
};
const struct hc_shape hc_runs_shape = HC_SHAPE(T, "halcyon.runs/1", runs_fields, false,
					       "The restores that left a report in a folder.");
#undef T
