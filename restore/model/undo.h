/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * undo: what a repair changed, kept on the system volume as \halcyon\undo\RUN\manifest.json beside the list of sectors.
 *
 * Source:  design.md sections 1, 9; hazards 7, 23, 24.
 */
#ifndef HC_MODEL_UNDO_H
#define HC_MODEL_UNDO_H

#include "restore/model/edit.h"

struct hc_undo {
	const char *run;
	const char *created;
	const char *tool;
	const char *plan;   /* of a restore, else NULL */
	const char *backup; /* of a restore, else NULL */
	struct hc_edits edits;
};

/* What `halcyon fix` found, and whether it was made. */
struct hc_repairs {
	const char *target;
	const char *run; /* NULL: nothing was made */
	bool made;
	struct hc_edits edits;
	struct hc_fix_notes notes;
};

/* A repair that a disk records. */
struct hc_made_repair {
	const char *run;
	const char *created;
	const char *state;  /* pending and undoing: it was cut off */
	const char *backup; /* of a restore, else NULL */
	struct hc_edits edits;
	const char *unknown; /* why the edits can't be told; NULL: they are all there */
};

/* What `halcyon undo` would take back. */
struct hc_undoable {
	const char *target;
	struct {
		struct hc_made_repair *items;
		size_t count;
	} repairs;             /* the last first: the one that would be taken back */
	const char *hindrance; /* why that can't be; NULL: it can */
};

extern const struct hc_shape hc_undoable_shape; /* halcyon.undoable/1 */
extern const struct hc_shape hc_undo_shape;     /* halcyon.undo/1 */
extern const struct hc_shape hc_repairs_shape;  /* halcyon.repairs/1 */

#endif
