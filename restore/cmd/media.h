/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of `halcyon media`: looking into a volume, and what becomes a place to choose.
 */
#ifndef HC_CMD_MEDIA_H
#define HC_CMD_MEDIA_H

#include "restore/cmd/cli.h"
#include "restore/model/media.h"

/* Fills in finds and unread of each volume that can be looked into. */
int media_look(struct cli *cli, struct hc_media *media, struct hc_err *err);
/* Adds the servers that the kernel line and DHCP name, as /proc and /run below `root` have them; `ask` false: no server
 * is contacted. */
int media_add_servers(struct cli *cli, const char *root, bool ask, struct hc_media *media,
		      struct hc_err *err);
/* Adds what was found on volumes, those that can be taken out first. */
int media_add_finds(struct cli *cli, struct hc_media *media, struct hc_err *err);

#endif
