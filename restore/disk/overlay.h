/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An overlay: a disk as it would be after some writes that nobody has made yet.
 *
 * Shape:   an hc_io over another one: reads see what was written to the overlay, else the base, which is never written.
 * Units:   bytes; blocks of `block` bytes, the logical sector of the disk.
 * Owner:   the base is borrowed and outlives it; hc_io_close frees the overlay with all that was written.
 * Errors:  H_OUT_OF_MEMORY also when more than `budget` bytes of blocks would be held; those of reading the base.
 * Source:  hazards 23: a fixup run works on an overlay; its list of sectors, old and new, is the dry run, the journal
 *          and the undo.
 */
#ifndef HC_DISK_OVERLAY_H
#define HC_DISK_OVERLAY_H

#include "restore/base/arena.h"
#include "restore/base/io.h"

int hc_overlay_open(struct hc_io *base, uint32_t block, uint64_t budget, struct hc_io **ret,
		    struct hc_err *err);

/* Where it differs from the base: whole blocks, neighbours in one, by offset.  Blocks that were written with what the base has
 * are left out.  On the heap: hc_extents_done; `arena` for its own use. */
int hc_overlay_runs(struct hc_io *overlay, struct hc_arena *arena, struct hc_extents *ret,
		    struct hc_err *err);

#endif
