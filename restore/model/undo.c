/* SPDX-License-Identifier: GPL-3.0-or-later */
/* undo: its tables. */
#include "restore/model/undo.h"

#define T struct hc_undo
static const struct hc_field undo_fields[] = {
	HC_NEED(T, run, STRING, "Names the run, and its folder."),
	HC_FIELD(T, created, STRING, "When, UTC."),
	HC_FIELD(T, tool, STRING, "Version of halcyon."),
	HC_FIELD(T, plan, STRING, "Plan of the restore that it was part of."),
	HC_FIELD(T, backup, STRING, "Backup that was restored."),
	HC_PART(T, edits, LIST, &hc_edit_shape, "Each change, with what was there before."),
};
const struct hc_shape hc_undo_shape =
	HC_SHAPE(T, "halcyon.undo/1", undo_fields, false, "What a repair changed.");
#undef T

#define T struct hc_repairs
static const struct hc_field repairs_fields[] = {
	HC_NEED(T, target, STRING, "The disk or image file."),
	HC_FIELD(T, run, STRING, "Names the run; null: nothing was made."),
	HC_FIELD(T, made, BOOL, "False for a dry run, and where there was nothing to do."),
	HC_PART(T, edits, LIST, &hc_edit_shape, "Each change, old and new."),
	HC_PART(T, notes, LIST, &hc_fix_note_shape, "What the repairs say besides."),
};
const struct hc_shape hc_repairs_shape = HC_SHAPE(T, "halcyon.repairs/1", repairs_fields, false,
						  "What has to be repaired on a disk.");
#undef T

#define T struct hc_made_repair
static const struct hc_field made_fields[] = {
	HC_NEED(T, run, STRING, "Names the run, and its folder."),
	HC_FIELD(T, created, STRING, "When, UTC."),
	HC_FIELD(T, state, STRING,
		 "done; pending or undoing: it was cut off while it was made, or taken back."),
	HC_FIELD(T, backup, STRING, "Backup whose restore it was part of; null: none."),
	HC_PART(T, edits, LIST, &hc_edit_shape, "Each change, with what was there before."),
	HC_FIELD(T, unknown, STRING,
		 "Why the changes can't be told; null: they are all there."),
};
static const struct hc_shape made_shape =
	HC_SHAPE(T, NULL, made_fields, false, "A repair that a disk records.");
#undef T

#define T struct hc_undoable
static const struct hc_field undoable_fields[] = {
	HC_NEED(T, target, STRING, "The disk or image file."),
	HC_PART(T, repairs, LIST, &made_shape,
		"The repairs that it records, the last first: that one would be taken back."),
	HC_FIELD(T, hindrance, STRING, "Why it can't be taken back; null: it can."),
};
const struct hc_shape hc_undoable_shape =
	HC_SHAPE(T, "halcyon.undoable/1", undoable_fields, false,
		 "What `halcyon undo` would take back.");
#undef T
