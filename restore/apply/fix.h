/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fix: repairs of a Windows that is on a disk already, and taking them back.
 *
 * Shape:   open the target ─ hc_fix_pending ─ hc_fix_make | hc_fix_undo ─ close
 * Owner:   strings live in the caller's arena.
 * Errors:  those of disk.h and repair.h; H_FIX_NO_ROOM: nothing before the first partition can take the journal.
 * Source:  hazards 5, 7, 23.
 */
#ifndef HC_APPLY_FIX_H
#define HC_APPLY_FIX_H

#include "restore/model/plan.h"
#include "restore/model/report.h"
#include "restore/model/undo.h"

struct hc_fix;

/* Opens a disk, as hc_disk_describe told it, exclusively, and compares its identity; reads its journal.  Writes nothing. */
int hc_fix_open(const struct hc_disk *described, struct hc_arena *arena, struct hc_fix **ret,
		struct hc_err *err);
void hc_fix_close(struct hc_fix *fix);
/* The disk, for looking at it. */
struct hc_io *hc_fix_disk(struct hc_fix *fix);
/* Its logical sector; of an image file the one that its partition table is made for. */
uint32_t hc_fix_block(const struct hc_fix *fix);
/* What the journal says of repairs, the last first; NULL past the oldest that it still knows. */
const struct hc_journal_repair *hc_fix_recorded(const struct hc_fix *fix, size_t i);

/* Finishes what an earlier run was cut off in, forwards (pending) or backwards (undoing); nothing where there is none. */
int hc_fix_resume(struct hc_fix *fix, struct hc_err *err);
/* Makes the edits.  `system_partition` takes the undo folder. */
int hc_fix_make(struct hc_fix *fix, const struct hc_undo *undo, uint64_t system_partition,
		struct hc_err *err);
/* What one of these changed, as its undo folder says; the disk's volumes are looked through for it.  H_UNDO_NONE: there is
 * none, or it can't be read. */
int hc_fix_manifest(struct hc_fix *fix, const struct hc_journal_repair *recorded,
		    struct hc_undo *ret, struct hc_err *err);
/* Whether the last repair could be taken back now; writes nothing.  H_UNDO_NONE, H_UNDO_CHANGED, H_SECTORS. */
int hc_fix_may_undo(struct hc_fix *fix, struct hc_err *err);
/* Takes the last repair back, the firmware's variables excepted. H_UNDO_NONE, H_UNDO_CHANGED. */
int hc_fix_undo(struct hc_fix *fix, struct hc_err *err);

#endif
