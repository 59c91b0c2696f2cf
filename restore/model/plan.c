/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verdict and plan: their tables. */
#include "restore/model/plan.h"

const char *const hc_level_names[] = { "pass", "info", "repair", "warn", "block", NULL };
const char *const hc_outcome_names[] = { "compatible", "compatible-with-repairs",
					 "needs-confirmation", "blocked", NULL };

#define T struct hc_evidence
static const struct hc_field evidence_fields[] = {
	HC_NEED(T, fact, STRING, "What was found."),
	HC_FIELD(T, where, STRING, "Where: a member of a document, a file, a registry value."),
};
static const struct hc_shape evidence_shape =
	HC_SHAPE(T, NULL, evidence_fields, false, "One piece of evidence.");
#undef T

#define T struct hc_finding
static const struct hc_field finding_fields[] = {
	HC_NEED(T, rule, STRING, "Rule id, see docs/rules/."),
	HC_ENUM(T, level, hc_level_names, "How grave it is."),
	HC_FIELD(T, title, STRING, "The rule in a few words."),
	HC_PART(T, evidence, LIST, &evidence_shape, "What led to it."),
	HC_FIELD(T, because, STRING, "Why it matters."),
	HC_FIELD(T, source, STRING, "Where the rule comes from."),
	HC_FIELD(T, remedy, STRING, "What to do."),
	HC_FIELD(T, fixups, STRINGS, "Repairs that take care of it."),
	HC_FIELD(T, overridden, BOOL, "Overridden or accepted by name."),
	HC_FIELD(T, overridable, BOOL, "A block that may be overridden by name, to some use."),
	HC_FIELD(T, unmade, BOOL,
		 "A repair that can't be made here: it has to be accepted by name."),
	HC_FIELD(T, consequence, STRING, "What overriding or accepting it means."),
};
static const struct hc_shape finding_shape =
	HC_SHAPE(T, NULL, finding_fields, false, "What one rule says.");
#undef T

#define T struct hc_verdict
static const struct hc_field verdict_fields[] = {
	HC_ENUM(T, outcome, hc_outcome_names, "The worst of the findings."),
	HC_PART(T, findings, LIST, &finding_shape, "Worst first."),
};
const struct hc_shape hc_verdict_shape = HC_SHAPE(T, "halcyon.verdict/1", verdict_fields, false,
						  "Whether a backup fits a machine.");
#undef T

#define T struct hc_plan_range
static const struct hc_field range_fields[] = {
	HC_NEED(T, offset, NUMBER, "First byte."),
	HC_NEED(T, length, NUMBER, "Bytes."),
	HC_FIELD(T, what, STRING, "What lies there."),
};
static const struct hc_shape range_shape = HC_SHAPE(T, NULL, range_fields, false, "A range.");
#undef T

#define T struct hc_plan_write
static const struct hc_field write_fields[] = {
	HC_NEED(T, offset, NUMBER, "First byte."),
	HC_NEED(T, bytes, STRING, "base64."),
	HC_FIELD(T, what, STRING, "What it is."),
};
const struct hc_shape hc_plan_write_shape =
	HC_SHAPE(T, NULL, write_fields, false, "Bytes and where they go.");
#undef T

#define T struct hc_plan_data
static const struct hc_field data_fields[] = {
	HC_NEED(T, what, STRING, "Name of the blob."),
	HC_PART(T, index, OBJECT, &hc_file_ref_shape, "Its index."),
	HC_PART(T, free, OPTIONAL, &hc_file_ref_shape, "Extents that no file uses."),
	HC_NEED(T, source_offset, NUMBER, "First byte of the blob."),
	HC_NEED(T, length, NUMBER, "Bytes."),
	HC_NEED(T, target_offset, NUMBER, "Where they go."),
};
static const struct hc_shape data_shape =
	HC_SHAPE(T, NULL, data_fields, false, "A part of a blob and where it goes.");
#undef T

#define T struct hc_plan_held
static const struct hc_field held_fields[] = {
	HC_NEED(T, offset, NUMBER, "First byte."),
	HC_NEED(T, length, NUMBER, "Bytes."),
	HC_FIELD(T, what, STRING, "What lies there."),
	HC_FIELD(T, discard, BOOL, "Its content comes from tables."),
};
static const struct hc_shape held_shape =
	HC_SHAPE(T, NULL, held_fields, false, "A range that is written last.");
#undef T

#define T struct hc_plan_target
static const struct hc_field target_fields[] = {
	HC_NEED(T, path, STRING, "Where it was when the plan was made."),
	HC_FIELD(T, is_file, BOOL, "An image file."),
	HC_FIELD(T, create_size, NUMBER, "Size of the file to create; 0: it exists."),
	HC_NEED(T, size, NUMBER, "Bytes."),
	HC_NEED(T, logical_block, NUMBER, "Logical sector size."),
	HC_PART(T, identity, OBJECT, &hc_identity_shape,
		"What apply compares before it writes."),
};
const struct hc_shape hc_plan_target_shape =
	HC_SHAPE(T, NULL, target_fields, false, "The target.");
#undef T

#define T struct hc_plan_repair
static const struct hc_field repair_fields[] = {
	HC_NEED(T, fixup, STRING, "Its id, see docs/fixups/."),
	HC_FIELD(T, title, STRING, "In a few words."),
	HC_FIELD(T, on_request, BOOL, "Made only when asked for by name."),
	HC_FIELD(T, left_out, BOOL, "Left out by name."),
	HC_FIELD(T, edits, NUMBER, "How many of the plan's edits are its."),
	HC_FIELD(T, notes, NUMBER, "How many notes say that it was refused."),
};
static const struct hc_shape repair_shape =
	HC_SHAPE(T, NULL, repair_fields, false, "What becomes of one repair.");
#undef T

#define T struct hc_plan
static const struct hc_field plan_fields[] = {
	HC_FIELD(T, created, STRING, "When, UTC."),
	HC_FIELD(T, tool, STRING, "halcyon and its version."),
	HC_NEED(T, mode, STRING, "bmr."),
	HC_NEED(T, repository, STRING, "Where the backup lies."),
	HC_NEED(T, backup, STRING, "Its id."),
	HC_FIELD(T, manifest_sha256, STRING, "Of the manifest's file."),
	HC_FIELD(T, store, STRING, "Chunk store inside the repository."),
	HC_FIELD(T, task, STRING, "Task of an unattended run."),
	HC_FIELD(T, reuse, BOOL, "Hash the target first, fetch only what differs."),
	HC_PART(T, target, OBJECT, &hc_plan_target_shape, "What is erased."),
	HC_PART(T, verdict, OBJECT, &hc_verdict_shape, "The verdict this plan rests on."),
	HC_PART(T, invalidate, LIST, &range_shape, "Zeroed first: tables and first sectors."),
	HC_PART(T, data, LIST, &data_shape, "Written then, and read back."),
	HC_PART(T, held, LIST, &held_shape, "Kept back, written after the read-back."),
	HC_PART(T, tables, LIST, &hc_plan_write_shape, "Written last, in this order."),
	HC_FIELD(T, journal_offset, NUMBER, "Of the journal on the target; 0: none."),
	HC_FIELD(T, data_bytes, NUMBER, "Written at most."),
	HC_FIELD(T, overrides, STRINGS, "Rules overridden by name."),
	HC_FIELD(T, accepted, STRINGS, "Warnings accepted by name."),
	HC_FIELD(T, losses, STRINGS, "What the target can't keep."),
	HC_PART(T, edits, LIST, &hc_edit_shape, "Repairs, made after the read-back."),
	HC_PART(T, notes, LIST, &hc_fix_note_shape, "What the repairs say besides."),
	HC_PART(T, repairs, LIST, &repair_shape, "What becomes of each repair."),
	HC_FIELD(T, system_partition, NUMBER, "Partition that holds Windows; 0: none."),
	HC_FIELD(
		T, new_table_id, STRING,
		"Disk GUID or signature that it gets, since another disk has the backup's or the firmware is converted; null: the backup's."),
	HC_FIELD(T, convert_firmware, STRING,
		 "uefi: the disk becomes one that UEFI starts; null: it starts as it did."),
	HC_FIELD(T, run, STRING, "Names the repairs of this plan."),
	HC_FIELD(
		T, undo_to, STRING,
		"Folder that keeps the record of the repairs, encrypted; null: the volume of Windows does."),
	HC_FIELD(T, undo_key, STRING, "Path of the file with the key for it."),
};
const struct hc_shape hc_plan_shape =
	HC_SHAPE(T, "halcyon.plan/1", plan_fields, true, "Every write of one restore.");
#undef T
