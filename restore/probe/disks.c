/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disks, and the Windows on them. */
#include "restore/probe/probe_priv.h"

#include <string.h>

#include "restore/disk/disk.h"
#include "restore/volume/volume.h"
#include "restore/windows/windows.h"

/* NT 4.0 to 2003 lie on FAT, too, but start from no GPT: an EFI system partition is not looked into. */
static bool
may_hold_windows(const struct hc_partition *partition, unsigned table)
{
	const char *filesystem = partition->filesystem;

	return filesystem != NULL &&
	       (strcmp(filesystem, "ntfs") == 0 ||
		(strcmp(filesystem, "vfat") == 0 && table == HC_TABLE_MBR));
}

/* "Windows Server 2019 Standard of SERVER7"; NULL: there is none, or it can't be read. */
static const char *
windows_on(struct hc_io *disk, const struct hc_partition *partition, struct hc_arena *arena)
{
	struct hc_volume *volume = NULL;
	struct hc_windows windows = { 0 };
	struct hc_io *part = NULL;
	const char *found = NULL;
	struct hc_err ignored;

	if (hc_io_window(disk, (struct hc_extent){ partition->start, partition->size }, &part,
			 &ignored) == 0 &&
	    hc_volume_open(part, &volume, &ignored) == 0 &&
	    hc_windows_inspect(volume, arena, &windows, &ignored) == 0)
		found = hc_arena_printf(
			arena, "%s of %s", windows.product ? windows.product : "a Windows",
			windows.hostname ? windows.hostname : "an unknown host");
	hc_volume_close(volume);
	hc_io_close(part);
	return found;
}

/* Puts "Windows Server 2019 Standard of SERVER7; " before what else the disk holds.  One that can't be read is
 * listed without: it may be the one that failed. */
static int
name_windows(struct hc_disk *disk, struct hc_arena *arena, struct hc_err *err)
{
	struct hc_io *io = NULL;
	struct hc_err ignored;
	size_t i = disk->partitions.count;

	if (i == 0 || disk->holds == NULL || hc_io_open_file(disk->path, &io, &ignored) < 0)
		return 0;
	/* From the last on, so that the first one stands first. */
	while (i-- > 0 && disk->holds != NULL) {
		const struct hc_partition *partition = &disk->partitions.items[i];
		const char *found = may_hold_windows(partition, disk->table)
					    ? windows_on(io, partition, arena)
					    : NULL;

		if (found != NULL)
			disk->holds = hc_arena_printf(arena, "%s; %s", found, disk->holds);
	}
	hc_io_close(io);
	return disk->holds == NULL ? hc_probe_no_memory(err) : 0;
}

int
hc_probe_list_disks(const char *sysroot, bool windows, struct hc_arena *arena,
		    struct hc_disk_list *ret, struct hc_err *err)
{
	struct hc_disk_list list;

	if (hc_disk_list(sysroot, arena, &list, err) < 0)
		return hc_err_wrap(err, "while looking at the disks");
	/* A recording says it already. */
	for (size_t i = 0; i < list.count && windows && sysroot == NULL; i++)
		if (name_windows(&list.items[i], arena, err) < 0)
			return -1;
	*ret = list;
	return 0;
}

int
hc_probe_disks(struct probe *p, struct hc_err *err)
{
	struct hc_disk_list list;

	if (hc_probe_list_disks(p->live ? NULL : p->tree.root, p->windows, p->arena, &list,
				err) < 0)
		return -1;
	p->facts->disks.items = list.items;
	p->facts->disks.count = list.count;
	return 0;
}
