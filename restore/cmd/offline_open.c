/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening a disk, an image or a backup as an offline machine. */
#include "restore/cmd/offline_open.h"

#include <string.h>

/* ---------------------------------------------------------------- what is known of the disk */

static int
layout_of_backup(struct offline_place *place, uint64_t number, struct hc_offline_layout *layout,
		 struct hc_err *err)
{
	const struct hc_manifest *manifest = hc_backup_manifest(place->places.backup);
	const struct hc_manifest_disk *disk;

	if (number >= manifest->disks.count)
		return hc_err_set(err, H_NOT_FOUND, "the backup has no disk %llu",
				  (unsigned long long)number);
	disk = &manifest->disks.items[number];
	layout->logical_block = disk->logical_block;
	layout->disk_size = disk->size;
	layout->table = disk->table;
	layout->table_id = disk->table_id;
	return 0;
}

static int
layout_of_image(struct offline_place *place, uint64_t number, struct hc_offline_layout *layout,
		struct hc_err *err)
{
	const struct hc_disk *disk = &place->places.described;

	if (number != 0)
		return hc_err_set(err, H_NOT_FOUND, "it is one disk: there is no disk %llu",
				  (unsigned long long)number);
	place->disk = disk;
	layout->disk = place->places.disk;
	layout->logical_block = disk->logical_block;
	layout->disk_size = place->places.disk->size;
	layout->table = disk->table;
	layout->table_id = disk->table_id;
	return 0;
}

static int
find_layout(struct offline_place *place, const char *name, uint64_t disk,
	    struct hc_offline_layout *layout, struct hc_err *err)
{
	if (place->places.backup != NULL)
		return layout_of_backup(place, disk, layout, err);
	if (place->places.disk != NULL)
		return layout_of_image(place, disk, layout, err);
	return hc_err_set(err, H_USAGE, "%s is a directory: name a disk, an image or a backup",
			  name);
}

/* ---------------------------------------------------------------- its partitions */

/* Its partitions, or the volume that it is without a table. */
static int
find_parts(struct cli *cli, struct offline_place *place, uint64_t disk,
	   struct hc_offline_layout *layout, struct hc_err *err)
{
	struct places *places = &place->places;
	struct hc_offline_part *parts =
		hc_arena_array(&cli->arena, places->count + 1, sizeof(*parts));

	if (parts == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a list of partitions");
	for (size_t i = 0; i < places->count; i++) {
		struct hc_offline_part *part = &parts[layout->count];

		if (places->items[i].disk != disk)
			continue;
		part->io = places->volumes[i].io;
		part->entry.size = part->io->size;
		if (places->items[i].entry != NULL)
			part->entry = *places->items[i].entry;
		layout->count++;
	}
	layout->parts = parts;
	return 0;
}

int
offline_from_place(struct cli *cli, const char *name, uint64_t disk, struct offline_place *ret,
		   struct hc_err *err)
{
	struct hc_offline_layout layout = { 0 };

	memset(ret, 0, sizeof(*ret));
	if (places_open(cli, name, &ret->places, err) < 0 ||
	    find_layout(ret, name, disk, &layout, err) < 0)
		return -1;
	/* A partition that is there and can't be opened must not look as if it weren't. */
	if (ret->places.unread.count > 0) {
		*err = ret->places.first;
		return hc_err_wrap(err, "while opening %s", ret->places.unread.items[0]);
	}
	if (find_parts(cli, ret, disk, &layout, err) < 0 ||
	    hc_offline_open(&layout, NULL, &cli->arena, &ret->offline, err) < 0)
		return hc_err_wrap(err, "while looking for Windows on %s", name);
	return 0;
}

void
offline_place_close(struct offline_place *place)
{
	hc_offline_close(&place->offline);
	places_close(&place->places);
}
