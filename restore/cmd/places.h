/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All volumes of an image, a device, a backup or a directory, opened for reading.
 *
 * What one of them lacks (a chunk that is missing, a sector that can't be read) does not keep the others from being read.
 */
#ifndef HC_CMD_PLACES_H
#define HC_CMD_PLACES_H

#include "restore/boot/boot.h"
#include "restore/catalog/catalog.h"
#include "restore/cmd/cli.h"
#include "restore/volume/volume.h"

struct place {
	uint64_t disk;      /* of the backup's, from 0 */
	uint64_t partition; /* its number; 0: there is no table */
	uint64_t size;
	const char *filesystem;           /* as libblkid names it; NULL: unknown */
	const struct hc_partition *entry; /* as its table has it; NULL: there is no table */
	struct hc_image *image;           /* of a backup */
	struct hc_volume *volume; /* a directory; else NULL: it is opened from volumes[].io */
};

struct places {
	struct hc_backup *backup;
	struct hc_session *session;
	struct hc_io *disk;       /* of an image */
	struct hc_disk described; /* the same; zeros: it is no image */
	struct place *items;
	struct hc_boot_volume *volumes; /* the same ones: names, bytes, ids */
	size_t count;
	struct hc_strings unread; /* "disk0-p2: why" of those that could not be opened */
	struct hc_err first;      /* why the first of them could not */
};

/* `name` is REPO//ID, a manifest, an image file, a device or a directory. */
int places_open(struct cli *cli, const char *name, struct places *ret, struct hc_err *err);
void places_close(struct places *places);

#endif
