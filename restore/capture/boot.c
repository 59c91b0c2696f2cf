/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What starts the Windows that was found, looked for on all partitions of its disk; or an encrypted one by what starts it. */
#include "restore/boot/boot.h"
#include "restore/capture/capture_priv.h"
#include "restore/windows/windows.h"

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a manifest");
}

/* The volumes of the disk as a boot store would name them. */
static struct hc_boot_volume *
boot_volumes(const struct hc_manifest_disk *disk, const struct hc_capture_region *regions,
	     struct hc_arena *arena, size_t *ret_count)
{
	struct hc_boot_volume *volumes, *volume;

	volumes = hc_arena_array(arena, disk->regions.count, sizeof(*volumes));
	for (size_t i = 0; volumes != NULL && i < disk->regions.count; i++) {
		const struct hc_partition *partition = disk->regions.items[i].partition;

		if (partition == NULL)
			continue;
		volume = &volumes[(*ret_count)++];
		volume->name = hc_arena_printf(arena, "disk%llu-p%llu",
					       (unsigned long long)disk->number,
					       (unsigned long long)partition->number);
		if (volume->name == NULL)
			return NULL;
		volume->io = regions[i].io;
		volume->has_partition = hc_bcd_partition_of(partition, disk->table,
							    disk->table_id, &volume->partition);
	}
	return volumes;
}

/* The number of the partition at `place` among those volumes, and the place of a partition by its number. */
static uint64_t
number_of(const struct hc_manifest_disk *disk, size_t place)
{
	for (size_t i = 0; i < disk->regions.count; i++)
		if (disk->regions.items[i].partition != NULL && place-- == 0)
			return disk->regions.items[i].partition->number;
	return 0;
}

static size_t
place_of(const struct hc_manifest_disk *disk, size_t count, uint64_t number)
{
	for (size_t i = 0; i < count; i++)
		if (number_of(disk, i) == number)
			return i;
	return 0;
}

static int
find_encrypted(struct hc_manifest *manifest, const struct hc_boot_volume *volumes, size_t count,
	       struct hc_arena *arena, struct hc_err *err)
{
	struct hc_windows *windows = hc_arena_alloc(arena, sizeof(*windows));
	size_t system;
	int result;

	if (windows == NULL)
		return no_memory(err);
	result = hc_windows_encrypted(volumes, count, arena, windows, &system, err);
	if (result != 0)
		return result < 0 ? -1 : 0;
	windows->system_partition = number_of(&manifest->disks.items[0], system);
	manifest->windows = windows;
	return 0;
}

int
hc_capture_describe_boot(struct hc_manifest *manifest, const struct hc_capture_region *regions,
			 struct hc_arena *arena, struct hc_err *err)
{
	const struct hc_manifest_disk *disk = &manifest->disks.items[0];
	struct hc_boot_volume *volumes;
	size_t count = 0;

	volumes = boot_volumes(disk, regions, arena, &count);
	if (volumes == NULL && disk->regions.count > 0)
		return no_memory(err);
	if (manifest->windows == NULL)
		return find_encrypted(manifest, volumes, count, arena, err);
	return hc_boot_describe(volumes, count,
				place_of(disk, count, manifest->windows->system_partition),
				arena, manifest->windows, err);
}
