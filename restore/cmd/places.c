/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening all volumes of an image, a device, a backup or a directory. */
#include "restore/cmd/places.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "restore/cmd/prepare.h"

#define CACHE_BYTES (4u << 20) /* for each of them: there may be dozens */

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a list of volumes");
}

/* A new one at the end; its name is "disk0-p1", or "disk0" without a table.  NULL: no memory. */
static struct place *
add(struct cli *cli, struct places *places, uint64_t disk, const struct hc_partition *partition)
{
	size_t count = places->count;
	struct place *place =
		hc_arena_grow(&cli->arena, &places->items, &places->count, sizeof(*place));
	struct hc_boot_volume *volume;

	if (place == NULL)
		return NULL;
	volume = hc_arena_grow(&cli->arena, &places->volumes, &count, sizeof(*volume));
	if (volume == NULL) {
		places->count--; /* both lists or neither */
		return NULL;
	}
	place->disk = disk;
	place->partition = partition == NULL ? 0 : partition->number;
	place->size = partition == NULL ? 0 : partition->size;
	place->filesystem = partition == NULL ? NULL : partition->filesystem;
	place->entry = partition;
	volume->name =
		partition == NULL
			? hc_arena_printf(&cli->arena, "disk%llu", (unsigned long long)disk)
			: hc_arena_printf(&cli->arena, "disk%llu-p%llu",
					  (unsigned long long)disk,
					  (unsigned long long)partition->number);
	return volume->name == NULL ? NULL : place;
}

/* The last one could not be opened: takes it off the list, and notes why. */
static int
drop_last(struct cli *cli, struct places *places, const struct hc_err *why, struct hc_err *err)
{
	const char *note;

	places->count--;
	note = hc_arena_printf(&cli->arena, "%s: %s", places->volumes[places->count].name,
			       why->text[0]);
	if (note == NULL || why->code == H_OUT_OF_MEMORY)
		return no_memory(err);
	if (places->unread.count == 0)
		places->first = *why;
	return hc_strings_add(&places->unread, &cli->arena, note, err);
}

/* ---------------------------------------------------------------- a backup */

static int
add_region(struct cli *cli, struct places *places, size_t disk, size_t region,
	   struct hc_err *err)
{
	const struct hc_manifest_disk *d =
		&hc_backup_manifest(places->backup)->disks.items[disk];
	const struct hc_partition *partition = d->regions.items[region].partition;
	struct place *place;
	struct hc_boot_volume *volume;
	struct hc_err why;

	if (partition == NULL)
		return 0;
	place = add(cli, places, disk, partition);
	if (place == NULL)
		return no_memory(err);
	volume = &places->volumes[places->count - 1];
	volume->has_partition =
		hc_bcd_partition_of(partition, d->table, d->table_id, &volume->partition);
	if (hc_backup_image(places->backup, places->session, disk, region, &place->image,
			    &why) == 0 &&
	    hc_image_io(place->image, places->session, CACHE_BYTES, &volume->io, &why) == 0)
		return 0;
	hc_image_close(place->image);
	place->image = NULL;
	return drop_last(cli, places, &why, err);
}

static int
open_backup(struct cli *cli, const char *name, struct places *places, struct hc_err *err)
{
	const struct hc_manifest *manifest;
	struct hc_place_options options;

	if (place_options(cli, &options, err) < 0 ||
	    hc_backup_open(name, &options, &places->backup, err) < 0 ||
	    hc_session_open(hc_backup_place(places->backup), &places->session, err) < 0)
		return -1;
	manifest = hc_backup_manifest(places->backup);
	for (size_t d = 0; d < manifest->disks.count; d++)
		for (size_t r = 0; r < manifest->disks.items[d].regions.count; r++)
			if (add_region(cli, places, d, r, err) < 0)
				return -1;
	return 0;
}

/* ---------------------------------------------------------------- an image or a device */

static int
add_partition(struct cli *cli, struct places *places, const struct hc_disk *disk,
	      const struct hc_partition *partition, struct hc_err *err)
{
	struct hc_extent extent = { 0, places->disk->size };
	struct hc_boot_volume *volume;
	struct hc_err why;

	if (add(cli, places, 0, partition) == NULL)
		return no_memory(err);
	volume = &places->volumes[places->count - 1];
	if (partition != NULL) {
		extent = (struct hc_extent){ partition->start, partition->size };
		volume->has_partition = hc_bcd_partition_of(partition, disk->table,
							    disk->table_id, &volume->partition);
	}
	if (hc_io_window(places->disk, extent, &volume->io, &why) == 0)
		return 0;
	return drop_last(cli, places, &why, err);
}

static int
open_image(struct cli *cli, const char *name, struct places *places, struct hc_err *err)
{
	struct hc_disk *disk = &places->described;

	if (hc_disk_describe(name, &cli->arena, disk, err) < 0 ||
	    hc_io_open_file(name, &places->disk, err) < 0)
		return -1;
	/* Without a table, a volume may begin at the first byte. */
	if (disk->partitions.count == 0)
		return add_partition(cli, places, disk, NULL, err);
	for (size_t i = 0; i < disk->partitions.count; i++)
		if (add_partition(cli, places, disk, &disk->partitions.items[i], err) < 0)
			return -1;
	return 0;
}

/* ---------------------------------------------------------------- a directory */

static int
open_directory(struct cli *cli, const char *name, struct places *places, struct hc_err *err)
{
	const char *marker = hc_arena_printf(&cli->arena, "%s/halcyon.json", name);
	struct place *place;

	if (marker == NULL)
		return no_memory(err);
	if (access(marker, F_OK) == 0) {
		hc_err_set(err, H_USAGE, "%s is a repository, not a Windows", name);
		return hc_err_remedy(err,
				     "Name one of its backups: `halcyon inspect %s//ID`; "
				     "`halcyon catalog %s` lists them.",
				     name, name);
	}
	place = add(cli, places, 0, NULL);
	if (place == NULL)
		return no_memory(err);
	if (hc_volume_open_dir(name, &place->volume, err) < 0)
		return -1;
	places->volumes[0].volume = place->volume;
	places->volumes[0].name = "directory";
	return 0;
}

/* ---------------------------------------------------------------- any of them */

int
places_open(struct cli *cli, const char *name, struct places *ret, struct hc_err *err)
{
	bool local = strstr(name, "//") == NULL && strstr(name, "manifest.json") == NULL;
	struct stat st;

	memset(ret, 0, sizeof(*ret));
	if (!local || stat(name, &st) < 0)
		return open_backup(cli, name, ret, err);
	if (S_ISDIR(st.st_mode))
		return open_directory(cli, name, ret, err);
	return open_image(cli, name, ret, err);
}

void
places_close(struct places *places)
{
	for (size_t i = 0; i < places->count; i++) {
		hc_io_close(places->volumes[i].io);
		hc_image_close(places->items[i].image);
		hc_volume_close(places->items[i].volume);
	}
	hc_io_close(places->disk);
	hc_session_close(places->session);
	hc_backup_close(places->backup);
}
