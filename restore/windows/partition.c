/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Windows on a partition of a disk that is looked at, not restored. */
#include <string.h>

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

struct hc_windows *
hc_windows_on(struct hc_io *disk, unsigned table, const struct hc_partition *partition,
	      struct hc_arena *arena)
{
	struct hc_windows *windows = hc_arena_alloc(arena, sizeof(*windows));
	struct hc_volume *volume = NULL;
	struct hc_io *part = NULL;
	struct hc_err ignored;
	bool found;

	if (windows == NULL || !may_hold_windows(partition, table))
		return NULL;
	found = hc_io_window(disk, (struct hc_extent){ partition->start, partition->size },
			     &part, &ignored) == 0 &&
		hc_volume_open(part, &volume, &ignored) == 0 &&
		hc_windows_inspect(volume, arena, windows, &ignored) == 0;
	hc_volume_close(volume);
	hc_io_close(part);
	windows->firmware = table == HC_TABLE_GPT ? "uefi" : "bios";
	windows->system_partition = partition->number;
	return found ? windows : NULL;
}

const char *
hc_windows_name(const struct hc_windows *windows, struct hc_arena *arena)
{
	return hc_arena_printf(arena, "%s of %s",
			       windows->product ? windows->product : "a Windows",
			       windows->hostname ? windows->hostname : "an unknown host");
}
