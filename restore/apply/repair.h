/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Repairs: the edits of a plan, made on a disk so that a power cut at any write leaves the old state or the new.
 *
 * Shape:   edits ─▶ overlay over the disk ─▶ checked ─▶ list of sectors, old and new (disk/sectors.h), into a file on the
 *          system volume whose clusters were free ─▶ recorded as pending ─▶ written ─▶ read back ─▶ recorded as done
 *          Until it is recorded nothing that anybody uses has changed.  From then on the list is applied, again if it was cut
 *          off, and it is what takes the repair back: hc_repair_undo writes the old sectors, so the disk is as it was,
 *          byte for byte, free clusters included where they held zeros.
 * Units:   bytes of the disk.
 * Errors:  H_FIX_STALE, H_FIX_NO_ROOM, H_SECTORS, H_UNDO_CHANGED, H_UNDO_NONE, H_READBACK_MISMATCH; those of volumes and hives.
 * Source:  hazards 5, 7, 23, 24; docs/decisions/0010-fixups.md.
 */
#ifndef HC_APPLY_REPAIR_H
#define HC_APPLY_REPAIR_H

#include "restore/base/io.h"
#include "restore/model/report.h"
#include "restore/model/undo.h"

/* A disk that is repaired. */
struct hc_repair {
	struct hc_io *disk; /* all of it, writable; what it takes is durable after flush */
	uint32_t block;     /* its logical sector */
	uint64_t system_partition;  /* where the undo folder goes */
	const struct hc_undo *undo; /* the edits, and what stands in the undo folder */
	/* Makes durable what the journal says of this repair: called as pending before the first sector is changed, and
	 * as done after the last. */
	int (*record)(void *ctx, const struct hc_journal_repair *repair, struct hc_err *err);
	void *ctx;
};

/* No edits but variables: nothing is written, and nothing recorded. */
int hc_repair_make(const struct hc_repair *repair, struct hc_arena *arena, struct hc_err *err);
/* What was recorded as pending and was cut off: writes the list once more, and records done.  H_UNDO_CHANGED, and nothing is
 * written, when a sector holds neither the old nor the new: somebody used the disk in between. */
int hc_repair_finish(const struct hc_repair *repair, const struct hc_journal_repair *recorded,
		     struct hc_arena *arena, struct hc_err *err);
/* Takes it back; the caller then forgets it in the journal.  H_UNDO_CHANGED, naming the first place, when a sector holds
 * neither what the repair left (nor, of one that was cut off, what was there before): nothing is written then. */
int hc_repair_undo(const struct hc_repair *repair, const struct hc_journal_repair *recorded,
		   struct hc_arena *arena, struct hc_err *err);
/* The same question without an answer on the disk: nothing is written, nothing recorded. */
int hc_repair_may_undo(const struct hc_repair *repair, const struct hc_journal_repair *recorded,
		       struct hc_arena *arena, struct hc_err *err);
/* The list of a repair, checked; it points into `bytes`. */
struct hc_sectors;
int hc_repair_list(struct hc_io *disk, const struct hc_journal_repair *recorded,
		   struct hc_arena *arena, struct hc_buf *bytes, struct hc_sectors *ret,
		   struct hc_err *err);
/* Puts what was there before the repair into bytes that were read at `offset`, where they are what the repair left. */
void hc_repair_take_out(const struct hc_sectors *list, uint64_t offset, uint8_t *bytes,
			size_t length);

#endif
