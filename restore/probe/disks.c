/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disks, and the Windows on them. */
#include "restore/probe/probe_priv.h"

#include <string.h>

#include "restore/disk/disk.h"
#include "restore/windows/windows.h"

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
		const struct hc_windows *found =
			hc_windows_on(io, disk->table, &disk->partitions.items[i], arena);

		if (found != NULL)
			disk->holds = hc_arena_printf(
				arena, "%s; %s", hc_windows_name(found, arena), disk->holds);
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
