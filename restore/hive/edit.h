/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changing a registry hive: in memory, and checked before anybody gets it.
 *
 * Shape:   bytes of a clean hive + changes → bytes of a hive that holds them and nothing else new.
 * Owner:   the result is appended to the caller's buffer; changes are borrowed.
 * Errors:  H_HIVE_DIRTY: the hive needs its logs first (hc_hive_recover).  H_HIVE_FORMAT, H_HIVE_EDIT: libhivex could not
 *          make a change, or the result, opened again, does not hold exactly what was asked for.
 * Source:  hazards 13, 23; style.md anti-patterns 7 to 9: a handle is not used on after a failed write, the original
 *          is never written in place by libhivex, sequence numbers are ours to set.
 *
 * The result is clean (both sequence numbers equal, one higher than before, its time that of `when`), so that old
 * logs of it, should they survive, are of another time; the caller empties them all the same.
 */
#ifndef HC_HIVE_EDIT_H
#define HC_HIVE_EDIT_H

#include <time.h>

#include "restore/hive/hive.h"

enum hc_hive_change_kind {
	HC_HIVE_SET_VALUE,    /* the key, and those above it, are made where they are missing */
	HC_HIVE_DELETE_VALUE, /* fine if it isn't there */
	HC_HIVE_MAKE_KEY,
	HC_HIVE_DELETE_KEY, /* with all below it; fine if it isn't there; never the root */
};

struct hc_hive_change {
	enum hc_hive_change_kind kind;
	const char *key;  /* ControlSet001\Services\disk */
	const char *name; /* of the value; "" is the default value */
	uint32_t type;
	struct hc_span data;
};

struct hc_hive_changes {
	const struct hc_hive_change *items;
	size_t count;
};

/* `name` is for messages. */
int hc_hive_edit(struct hc_span hive, const char *name, const struct hc_hive_changes *changes,
		 time_t when, struct hc_buf *ret, struct hc_err *err);

/* Appends a hive that has a root key and nothing else, to begin with: new.c. */
int hc_hive_new(struct hc_buf *ret, struct hc_err *err);

/* ---------------------------------------------------------------- the whole registry, compared: diff.c */

/* A value or key that differs; both paths as ROOTKEY\...; values NULL: it is the key that was made or deleted. */
struct hc_hive_difference {
	const char *key;
	const char *name;   /* NULL: the key itself */
	bool before, after; /* whether it is there */
	uint32_t type_before, type_after;
	struct hc_span data_before, data_after;
};
struct hc_hive_differences {
	struct hc_hive_difference *items;
	size_t count;
};
/* Every key and value of both, by path; names are compared without regard to case.  A key that only one side has is one row,
 * what is below it follows. */
int hc_hive_diff(struct hc_hive *before, struct hc_hive *after, struct hc_arena *arena,
		 struct hc_hive_differences *ret, struct hc_err *err);

#endif
