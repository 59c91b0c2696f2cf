/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A disk, an image or a backup as an offline machine: what bootcheck and fixups look at.
 *
 * Owner:   offline_place_close closes all of it, whether it was opened or not; text lives in the command's arena.
 * Errors:  H_NOT_FOUND: there is no Windows, or no such disk; the error of a partition that can't be opened.
 * Example:
 *	struct offline_place place;
 *	result = offline_from_place(cli, cli->args[0], 0, &place, err);
 *	if (result == 0)
 *		printf("%s\n", place.offline.windows->product);
 *	offline_place_close(&place);
 */
#ifndef HC_CMD_OFFLINE_OPEN_H
#define HC_CMD_OFFLINE_OPEN_H

#include "restore/cmd/places.h"
#include "restore/fixup/offline.h"

struct offline_place {
	struct places places;
	struct hc_offline offline;
	/* A device or image file, as it is described; NULL: a backup. */
	const struct hc_disk *disk;
};

/* `name` is a device, an image file, REPO//ID or a manifest; `disk` is one of a backup's disks, from 0.  Of a backup,
 * offline.disk is NULL: only its volumes are there. */
int offline_from_place(struct cli *cli, const char *name, uint64_t disk,
		       struct offline_place *ret, struct hc_err *err);
void offline_place_close(struct offline_place *place);

#endif
