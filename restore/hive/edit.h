/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changing a registry hive: in memory, and checked before anybody gets it.
 *
 * Shape:   bytes of a clean hive + changes → bytes of a hive that holds them and nothing else new.
 * Units:   paths as everywhere here: backslashes, "" is the root, needless backslashes are dropped; names in UTF-8, compared
 *          without regard to case.  Data up to 1 MiB; names of keys up to 255 characters, of values up to 16383.
 * Owner:   the result is appended to the caller's buffer; changes are borrowed.
 * Errors:  H_HIVE_DIRTY: the hive needs its logs first (hc_hive_recover).  H_HIVE_FORMAT: it is none.  H_HIVE_EDIT: it is of
 *          version 1.6 or not sound as it lies there, a change cannot be made, or the result does not hold exactly what
 *          was asked for.  H_TEXT_ENCODING: a name is not UTF-8.
 * Source:  hazards 13, 23; hive_cells_priv.h; docs/decisions/0012-hive-writer.md says why libhivex does not write.
 *
 * How a result is made and proved:
 * - The hive has to be sound: check.c follows everything that its root leads to.
 * - The changes are made in a copy of its bytes.  Values and keys that are not named stay in their cells, with their
 *   class and security; new keys have the security of the key above them.  Free cells are used first, then new bins.
 * - The copy has to be sound too; no list may be less sorted, no hash, count of users or cell in use more wrong than before.
 * - libhivex, which had no part in it, reads both, and the whole registry is compared: what differs must be what the
 *   changes say, and all that they say must be there.
 * The result is clean (both sequence numbers equal, one higher than before, its time that of `when`), so that old
 * logs of it, should they survive, are of another time; the caller empties them all the same.
 *
 * A new key's name may have only letters whose upper case is known here (names.c): lists of keys are sorted by it.
 */
#ifndef HC_HIVE_EDIT_H
#define HC_HIVE_EDIT_H

#include <time.h>

#include "restore/hive/hive.h"

enum hc_hive_change_kind {
	HC_HIVE_SET_VALUE,    /* the key, and those above it, are made where they are missing */
	HC_HIVE_DELETE_VALUE, /* fine if it isn't there */
	HC_HIVE_MAKE_KEY,     /* and those above it; fine if it is there */
	HC_HIVE_DELETE_KEY,   /* with all below it; fine if it isn't there; never the root */
};

struct hc_hive_change {
	enum hc_hive_change_kind kind;
	const char *key; /* ControlSet001\Services\disk */
	const char *
		name; /* of the value; "" is the default value; not looked at where the kind is of a key */
	uint32_t type;
	struct hc_span data;
};

struct hc_hive_changes {
	const struct hc_hive_change *items;
	size_t count;
};

/* One after the other: a later change counts where two of them meet.  Without changes, or where all of them hold already,
 * the result is a copy with new numbers and a new time.  `name` is for messages. */
int hc_hive_edit(struct hc_span hive, const char *name, const struct hc_hive_changes *changes,
		 time_t when, struct hc_buf *ret, struct hc_err *err);

/* Appends a hive that has a root key and nothing else, to begin with: new.c. */
int hc_hive_new(struct hc_buf *ret, struct hc_err *err);

/* ---------------------------------------------------------------- the whole registry, compared: diff.c */

/* A value or key that differs. */
struct hc_hive_difference {
	const char *key; /* its path below the root, as in hc_hive_change; "" is the root */
	const char
		*name; /* of the value; NULL: it is the key itself that was made or deleted */
	bool before, after; /* whether it is there */
	uint32_t type_before, type_after;
	struct hc_span data_before, data_after; /* in the arena */
};
struct hc_hive_differences {
	struct hc_hive_difference *items;
	size_t count;
};
/* Every key and value of both, by path: the values of a key, then its subkeys; names are compared without regard to case.
 * A key that only one side has is one row, what is below it follows.  Times, classes and security are not compared. */
int hc_hive_diff(struct hc_hive *before, struct hc_hive *after, struct hc_arena *arena,
		 struct hc_hive_differences *ret, struct hc_err *err);

#endif
