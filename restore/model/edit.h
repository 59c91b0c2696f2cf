/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * edit: one change that a repair makes to an offline Windows, with what was there before.
 *
 * Shape:   the edits of a plan are a list; each stands for itself, and their order is the order in which they are made.
 *          Which members an edit has depends on its kind:
 *
 *            kind      partition  path        key, name     offset   before, after
 *            value     yes        hive file   yes           -        type, bytes, text
 *            key       yes        hive file   key           -        NULL or there (text "key"): made, or deleted with all below
 *            file      yes        file        -             -        size, sha256; after: bytes, or `from`
 *            bytes     0 or one   -           -             yes      bytes, text
 *            variable  0          -           name          -        bytes (with the 4 of attributes), text
 *            flag      yes        -           name "dirty"  -        text "set" or "clear"
 *            flag      yes        -           "journal"     -        text "open"; "dropped"
 *
 * Units:   bytes; partition is its number in the table, 0 the disk as a whole; offsets count from its start.
 *          Paths as in volume.h: /Windows/System32/config/SYSTEM.  Keys as in hive.h: ControlSet001\Services\disk.
 * Owner:   the arena it was built in.
 * Source:  design.md sections 3, 9; hazards 10, 23.
 */
#ifndef HC_MODEL_EDIT_H
#define HC_MODEL_EDIT_H

#include "restore/model/json.h"

enum hc_edit_kind {
	HC_EDIT_VALUE,
	HC_EDIT_KEY,
	HC_EDIT_FILE,
	HC_EDIT_BYTES,
	HC_EDIT_VARIABLE,
	HC_EDIT_FLAG,
};

extern const char *const hc_edit_kind_names[]; /* value key file bytes variable flag */

/* What is there, or will be. */
struct hc_edit_state {
	const char *type;   /* of a registry value: REG_DWORD */
	const char *bytes;  /* base64; of files up to 64 KiB */
	const char *text;   /* for people: 0, stornvme, "3 (on demand)" */
	uint64_t size;      /* of a file */
	const char *sha256; /* of a file's content */
};

/* Where the new content of a file comes from, when the edit does not carry it. */
struct hc_edit_source {
	const char *
		kind; /* volume: a file on a volume of this disk; cabinet: a member of one; host: a file of this system */
	uint64_t partition; /* of volume and cabinet */
	const char *path;
	const char *member; /* of a cabinet */
};

struct hc_edit {
	const char *fixup;
	unsigned kind; /* enum hc_edit_kind */
	uint64_t partition;
	const char *path;
	const char *key;
	const char *name;
	uint64_t offset;
	struct hc_edit_state *before, *after; /* NULL: it isn't there */
	struct hc_edit_source *from;
	const char *because; /* one line for people */
};

struct hc_edits {
	struct hc_edit *items;
	size_t count;
};

/* What a fixup has to say without an edit. */
struct hc_fix_note {
	const char *fixup;
	bool refused; /* something is wrong that it must not, or can't, repair; false: told only */
	const char *text;
	const char *remedy;
};

struct hc_fix_notes {
	struct hc_fix_note *items;
	size_t count;
};

extern const struct hc_shape hc_edit_shape, hc_fix_note_shape;

/* What an edit changes: "SYSTEM\ControlSet001\Services\disk\Start"; appended. */
int hc_edit_object_text(const struct hc_edit *edit, struct hc_buf *out, struct hc_err *err);
/* For people: what is changed, fixup by fixup, old and new, each line after `indent`; then the notes. */
int hc_edits_text(const struct hc_edits *edits, const struct hc_fix_notes *notes,
		  const char *indent, struct hc_buf *out, struct hc_err *err);

#endif
