/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening a volume inside a backup or an image file. */
#include <string.h>
#include <sys/stat.h>

#include "restore/cmd/files.h"
#include "restore/cmd/prepare.h"

#define CACHE_BYTES (16u << 20)

static bool
is_ntfs(const struct hc_partition *partition)
{
	return partition != NULL && partition->filesystem != NULL &&
	       strcmp(partition->filesystem, "ntfs") == 0;
}

/* ---------------------------------------------------------------- in a backup */

static int
choose_region(struct cli *cli, const struct hc_manifest *manifest, size_t *ret_disk,
	      size_t *ret_region, struct hc_err *err)
{
	const struct hc_regions *regions;
	uint64_t disk, number, otherwise = 0, best = 0;
	bool found = false;

	if (manifest->windows != NULL)
		otherwise = manifest->windows->system_disk;
	if (cli_number(cli, "disk", otherwise, &disk, err) < 0 ||
	    cli_number(cli, "partition", 0, &number, err) < 0)
		return -1;
	if (disk >= manifest->disks.count)
		return hc_err_set(err, H_NOT_FOUND, "the backup has no disk %llu",
				  (unsigned long long)disk);
	if (number == 0 && manifest->windows != NULL && disk == manifest->windows->system_disk)
		number = manifest->windows->system_partition;
	*ret_disk = (size_t)disk;
	regions = &manifest->disks.items[disk].regions;
	for (size_t i = 0; i < regions->count; i++) {
		const struct hc_partition *partition = regions->items[i].partition;
		bool wanted = number != 0 ? partition != NULL && partition->number == number
					  : is_ntfs(partition) && regions->items[i].size > best;

		if (!wanted)
			continue;
		*ret_region = i;
		best = regions->items[i].size;
		found = true;
	}
	return found ? 0
		     : hc_err_set(err, H_NOT_FOUND, "there is no such partition on disk %llu",
				  (unsigned long long)disk);
}

static int
open_backup(struct cli *cli, const char *name, struct opened *ret, struct hc_err *err)
{
	struct hc_place_options place;
	size_t disk = 0, region = 0;

	if (place_options(cli, &place, err) < 0 ||
	    hc_backup_open(name, &place, &ret->backup, err) < 0)
		return -1;
	ret->manifest = hc_backup_manifest(ret->backup);
	if (choose_region(cli, ret->manifest, &disk, &region, err) < 0 ||
	    hc_session_open(hc_backup_place(ret->backup), &ret->session, err) < 0 ||
	    hc_backup_image(ret->backup, ret->session, disk, region, &ret->image, err) < 0)
		return -1;
	return hc_image_io(ret->image, ret->session, CACHE_BYTES, &ret->io, err);
}

/* ---------------------------------------------------------------- in an image file */

static int
open_image(struct cli *cli, const char *name, struct opened *ret, struct hc_err *err)
{
	const struct hc_partition *chosen = NULL;
	struct hc_disk disk = { 0 };
	uint64_t number;

	if (cli_number(cli, "partition", 0, &number, err) < 0 ||
	    hc_disk_describe(name, &cli->arena, &disk, err) < 0 ||
	    hc_io_open_file(name, &ret->disk, err) < 0)
		return -1;
	for (size_t i = 0; i < disk.partitions.count; i++) {
		const struct hc_partition *p = &disk.partitions.items[i];

		if (number != 0 ? p->number == number
				: is_ntfs(p) && (chosen == NULL || p->size > chosen->size))
			chosen = p;
	}
	if (chosen == NULL)
		return hc_err_set(err, H_NOT_FOUND, "%s has no such partition", name);
	return hc_io_window(ret->disk, (struct hc_extent){ chosen->start, chosen->size },
			    &ret->io, err);
}

int
opened_open(struct cli *cli, const char *name, struct opened *ret, struct hc_err *err)
{
	struct stat st;
	bool image = strstr(name, "//") == NULL && stat(name, &st) == 0 &&
		     (S_ISBLK(st.st_mode) || S_ISREG(st.st_mode)) &&
		     strstr(name, "manifest.json") == NULL;
	int result;

	memset(ret, 0, sizeof(*ret));
	result = image ? open_image(cli, name, ret, err) : open_backup(cli, name, ret, err);
	return result < 0 ? -1 : hc_volume_open(ret->io, &ret->volume, err);
}

void
opened_close(struct opened *o)
{
	hc_volume_close(o->volume);
	hc_io_close(o->io);
	hc_io_close(o->disk);
	hc_image_close(o->image);
	hc_session_close(o->session);
	hc_backup_close(o->backup);
}
