/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What starts the Windows that was found: looked for on all partitions of its disk. */
#include "restore/boot/boot.h"
#include "restore/capture/capture_priv.h"

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a manifest");
}

int
hc_capture_describe_boot(struct hc_manifest *manifest, const struct hc_capture_region *regions,
			 struct hc_arena *arena, struct hc_err *err)
{
	const struct hc_manifest_disk *disk = &manifest->disks.items[0];
	struct hc_boot_volume *volumes, *volume;
	size_t count = 0, system = 0;

	volumes = hc_arena_array(arena, disk->regions.count, sizeof(*volumes));
	if (volumes == NULL)
		return no_memory(err);
	for (size_t i = 0; i < disk->regions.count; i++) {
		const struct hc_partition *partition = disk->regions.items[i].partition;

		if (partition == NULL)
			continue;
		if (partition->number == manifest->windows->system_partition)
			system = count;
		volume = &volumes[count++];
		volume->name = hc_arena_printf(arena, "disk%llu-p%llu",
					       (unsigned long long)disk->number,
					       (unsigned long long)partition->number);
		if (volume->name == NULL)
			return no_memory(err);
		volume->io = regions[i].io;
		volume->has_partition = hc_bcd_partition_of(partition, disk->table,
							    disk->table_id, &volume->partition);
	}
	return hc_boot_describe(volumes, count, system, arena, manifest->windows, err);
}
