/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a volume holds that a restore could use: repositories, WindowsImageBackup folders, driver packages.
 *
 * Shape:   one walk from the root, three folders deep, that passes by what every Windows holds of itself.
 * Owner:   what is found lives in the caller's arena.
 * Errors:  those of the volume, for its root alone: a folder below that can't be listed is passed over.
 * Source:  design.md section 10; hazards 36 (a WindowsImageBackup folder may have been renamed: then it isn't found).
 * Example:
 *	if (hc_media_look(volume, &arena, &media.volumes.items[i], err) < 0)
 *		...
 */
#ifndef HC_CATALOG_LOOK_H
#define HC_CATALOG_LOOK_H

#include "restore/model/media.h"
#include "restore/volume/volume.h"

#define HC_LOOK_FOLDERS_MAX 400

/* Adds to ret->finds.  A walk that ended early says so in ret->unread. */
int hc_media_look(struct hc_volume *volume, struct hc_arena *arena, struct hc_media_volume *ret,
		  struct hc_err *err);

#endif
