/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A list of sectors, old and new: what a repair changes on a disk, before it does, and what takes it back.
 *
 * Shape:   bytes, all numbers little-endian:
 *            0   16  "halcyon sectors\n"
 *            16   4  version, 1
 *            20   4  bytes of a sector
 *            24   8  bytes of the whole list, with its digest
 *            32   8  number of rows
 *            40      rows: u64 offset on the disk, u64 length; then the old bytes, then the new ones
 *            end-32  SHA-256 of all before it
 * Units:   bytes; offsets and lengths are whole sectors; rows by offset, without overlap.
 * Owner:   a list that was read points into the bytes it was read from.
 * Errors:  H_SECTORS: not such a list, or damaged.
 * Source:  hazards 23; docs/decisions/0010-fixups.md.
 */
#ifndef HC_DISK_SECTORS_H
#define HC_DISK_SECTORS_H

#include "restore/base/arena.h"
#include "restore/base/io.h"

#define HC_SECTORS_MAX (256u << 20)

struct hc_sectors_row {
	uint64_t offset;
	uint64_t length;
	const uint8_t *before, *after;
};

struct hc_sectors {
	uint32_t block;
	struct hc_sectors_row *items;
	size_t count;
};

/* Bytes of a list with these rows. */
uint64_t hc_sectors_size(const struct hc_extents *runs);
/* The list of what `after` has in `runs` and `before` has there now; appended. */
int hc_sectors_write(struct hc_io *before, struct hc_io *after, uint32_t block,
		     const struct hc_extents *runs, struct hc_buf *out, struct hc_err *err);
/* Bytes behind the list are passed over. */
int hc_sectors_read(struct hc_span bytes, struct hc_arena *arena, struct hc_sectors *ret,
		    struct hc_err *err);

#endif
