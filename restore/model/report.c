/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report and journal: their tables. */
#include "restore/model/report.h"

const char *const hc_journal_names[] = { "started", "finished", "none", NULL };
const char *const hc_repair_state_names[] = { "pending", "done", "undoing", NULL };

#define T struct hc_step_result
static const struct hc_field step_fields[] = {
	HC_NEED(T, step, STRING, "Step."),
	HC_FIELD(T, bytes, NUMBER, "Bytes it handled."),
	HC_FIELD(T, milliseconds, NUMBER, "How long it took."),
	HC_FIELD(T, text, STRING, "For people."),
};
static const struct hc_shape step_shape = HC_SHAPE(T, NULL, step_fields, false, "A step.");
#undef T

#define T struct hc_report
static const struct hc_field report_fields[] = {
	HC_FIELD(T, created, STRING, "When, UTC."),
	HC_FIELD(T, tool, STRING, "halcyon and its version."),
	HC_NEED(T, outcome, STRING, "restored, failed, blocked or verified."),
	HC_FIELD(T, task, STRING, "Task of an unattended run."),
	HC_FIELD(T, plan, STRING, "Plan id."),
	HC_FIELD(T, backup, STRING, "Backup id."),
	HC_FIELD(T, repository, STRING, "Where the backup lies."),
	HC_PART(T, machine, OBJECT, &hc_machine_shape, "The machine this ran on."),
	HC_PART(T, target, OBJECT, &hc_plan_target_shape, "What was written."),
	HC_PART(T, verdict, OBJECT, &hc_verdict_shape, "The verdict before the first write."),
	HC_PART(T, steps, LIST, &step_shape, "Steps in their order."),
	HC_FIELD(T, written_bytes, NUMBER, "Data written."),
	HC_FIELD(T, zeroed_bytes, NUMBER, "Ranges made zero."),
	HC_FIELD(T, reused_bytes, NUMBER, "Were on the target already."),
	HC_FIELD(T, received_bytes, NUMBER, "Over the network."),
	HC_FIELD(T, read_back_bytes, NUMBER, "Read back and compared."),
	HC_FIELD(T, left_bytes, NUMBER, "Unused ranges left as they were."),
	HC_FIELD(T, retries, NUMBER, "Attempts that failed and were repeated."),
	HC_FIELD(T, read_back_independent, BOOL, "Read back past the page cache."),
	HC_FIELD(T, milliseconds, NUMBER, "The whole run."),
	HC_FIELD(T, run, STRING, "Names the repairs that were made; null: none."),
	HC_FIELD(T, repairs, STRINGS, "What was repaired; no contents."),
	HC_PART(T, notes, LIST, &hc_fix_note_shape, "What the repairs say besides."),
	HC_PART(T, bootcheck, OPTIONAL, &hc_bootcheck_shape,
		"Whether it would start, link by link; null: no Windows was restored."),
	HC_FIELD(T, losses, STRINGS, "What the target can't keep."),
	HC_FIELD(T, overrides, STRINGS, "Rules overridden by name."),
	HC_FIELD(T, accepted, STRINGS, "Warnings accepted by name."),
	HC_FIELD(T, error, STRING, "Error id."),
	HC_FIELD(T, error_text, STRING, "The error with its remedy."),
	HC_FIELD(T, state, STRING, "What is on the disk now."),
};
const struct hc_shape hc_report_shape = HC_SHAPE(T, "halcyon.report/1", report_fields, false,
						 "What a run did and how it ended.");
#undef T

#define T struct hc_journal_extent
static const struct hc_field extent_fields[] = {
	HC_NEED(T, offset, NUMBER, "Bytes from the start of the disk."),
	HC_NEED(T, length, NUMBER, "Bytes."),
};
static const struct hc_shape extent_shape =
	HC_SHAPE(T, NULL, extent_fields, false, "A piece of the list of sectors.");
#undef T

#define T struct hc_journal_repair
static const struct hc_field repair_fields[] = {
	HC_NEED(T, run, STRING, "Names the run: its folder under halcyon\\undo."),
	HC_ENUM(T, state, hc_repair_state_names, "pending, done or undoing."),
	HC_FIELD(T, created, STRING, "When, UTC."),
	HC_PART(T, list, LIST, &extent_shape, "Where the list of sectors lies, in order."),
	HC_FIELD(T, size, NUMBER, "Bytes of the list."),
	HC_FIELD(T, sha256, STRING, "Its digest."),
	HC_FIELD(T, list_was_zero, BOOL, "What lay there before was zeros."),
	HC_FIELD(
		T, kept_at, STRING,
		"Folder outside of this disk that keeps the list, encrypted; null: it lies here."),
};
static const struct hc_shape repair_shape =
	HC_SHAPE(T, NULL, repair_fields, false, "The last repair of this disk.");
#undef T

#define T struct hc_journal
static const struct hc_field journal_fields[] = {
	HC_FIELD(T, plan, STRING, "Plan id; null where no restore was made."),
	HC_FIELD(T, task, STRING, "Task of an unattended run."),
	HC_FIELD(T, backup, STRING, "Backup id."),
	HC_ENUM(T, state, hc_journal_names, "started, finished, or none: no restore of ours."),
	HC_FIELD(T, created, STRING, "When, UTC."),
	HC_PART(T, repair, OPTIONAL, &repair_shape, "The last repair; null: none."),
	HC_PART(T, earlier, LIST, &repair_shape, "Repairs before it, latest first."),
};
const struct hc_shape hc_journal_shape = HC_SHAPE(T, "halcyon.journal/1", journal_fields, true,
						  "Which plan was begun or finished here.");
#undef T
