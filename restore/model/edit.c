/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edit: its tables. */
#include "restore/model/edit.h"

const char *const hc_edit_kind_names[] = { "value",    "key",  "file", "bytes",
					   "variable", "flag", NULL };

#define T struct hc_edit_state
static const struct hc_field state_fields[] = {
	HC_FIELD(T, type, STRING, "Type of a registry value: REG_DWORD."),
	HC_FIELD(T, bytes, STRING, "Content, base64; of files up to 64 KiB."),
	HC_FIELD(T, text, STRING, "The same for people."),
	HC_FIELD(T, size, NUMBER, "Bytes of a file."),
	HC_FIELD(T, sha256, STRING, "SHA-256 of a file's content."),
};
static const struct hc_shape state_shape =
	HC_SHAPE(T, NULL, state_fields, false, "What is there, or will be.");
#undef T

#define T struct hc_edit_source
static const struct hc_field source_fields[] = {
	HC_NEED(T, kind, STRING,
		"volume: a file on this disk; cabinet: a member of one there; host: a file of the "
		"system that repairs."),
	HC_FIELD(T, partition, NUMBER, "Partition that volume and cabinet lie on."),
	HC_NEED(T, path, STRING, "The file."),
	HC_FIELD(T, member, STRING, "Name inside a cabinet."),
};
static const struct hc_shape source_shape =
	HC_SHAPE(T, NULL, source_fields, false,
		 "Where a file's content comes from when the edit lacks it.");
#undef T

#define T struct hc_edit
static const struct hc_field edit_fields[] = {
	HC_NEED(T, fixup, STRING, "The repair that it belongs to."),
	HC_ENUM(T, kind, hc_edit_kind_names, "What is changed."),
	HC_FIELD(T, partition, NUMBER, "Number of the partition; 0: the disk as a whole."),
	HC_FIELD(T, path, STRING, "File, or the registry hive's file, on that partition."),
	HC_FIELD(T, key, STRING, "Registry key."),
	HC_FIELD(T, name, STRING,
		 "Name of the value, variable or flag; \"\" is a key's default."),
	HC_FIELD(T, offset, NUMBER, "Of bytes: from the start of the partition, or disk."),
	HC_PART(T, before, OPTIONAL, &state_shape, "What is there now; null: nothing."),
	HC_PART(T, after, OPTIONAL, &state_shape, "What will be there; null: nothing."),
	HC_PART(T, from, OPTIONAL, &source_shape,
		"Where the new content of a file comes from."),
	HC_FIELD(T, because, STRING, "Why, for people."),
};
const struct hc_shape hc_edit_shape =
	HC_SHAPE(T, NULL, edit_fields, false, "One change that a repair makes.");
#undef T

#define T struct hc_fix_note
static const struct hc_field note_fields[] = {
	HC_NEED(T, fixup, STRING, "The repair that says it."),
	HC_FIELD(T, refused, BOOL, "Something is wrong that it can't or must not repair."),
	HC_NEED(T, text, STRING, "What it found."),
	HC_FIELD(T, remedy, STRING, "What to do."),
};
const struct hc_shape hc_fix_note_shape =
	HC_SHAPE(T, NULL, note_fields, false, "What a repair says without changing anything.");
#undef T
