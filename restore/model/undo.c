/* SPDX-License-Identifier: GPL-3.0-or-later */
/* undo: its table. */
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
