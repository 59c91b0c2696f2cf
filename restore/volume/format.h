/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An empty FAT32 file system, for a partition that is made.
 *
 * Shape:   what to make ─▶ a file without a name in TMPDIR or /tmp, with holes where zeros are, that reads as the volume.
 *          The same request gives the same bytes: no time and no label stand in it.
 * Units:   bytes.
 * Owner:   the caller closes the io, and the file goes with it.
 * Errors:  H_UNSUPPORTED: mtools isn't there.  H_VOLUME_FORMAT: it can't make it: under 65525 clusters is no FAT32.  H_IO.
 * Source:  [FAT] Microsoft FAT32 File System Specification 1.03; mformat of mtools 4.0.32.
 */
#ifndef HC_VOLUME_FORMAT_H
#define HC_VOLUME_FORMAT_H

#include "restore/base/io.h"

struct hc_fat_request {
	uint64_t size;
	uint64_t start; /* on the disk: its hidden sectors */
	uint32_t block; /* logical sector of the disk */
	uint32_t serial;
};

int hc_fat_format(const struct hc_fat_request *request, struct hc_io **ret, struct hc_err *err);

#endif
