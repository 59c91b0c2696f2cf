/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A volume inside a backup or an image file, opened for reading single files. */
#ifndef HC_CMD_FILES_H
#define HC_CMD_FILES_H

#include "restore/catalog/catalog.h"
#include "restore/cmd/cli.h"
#include "restore/volume/volume.h"

struct opened {
	struct hc_backup *backup;
	struct hc_session *session;
	struct hc_image *image;
	struct hc_io *disk; /* of an image file */
	struct hc_io *io;   /* the volume's bytes */
	struct hc_volume *volume;
	const struct hc_manifest *manifest; /* NULL for an image file */
};

/* `name` is REPO//ID, a manifest, or an image file or device.  The volume is the one --partition names, else the one
 * that Windows lies on, else the largest NTFS. */
int opened_open(struct cli *cli, const char *name, struct opened *ret, struct hc_err *err);
void opened_close(struct opened *opened);

#endif
