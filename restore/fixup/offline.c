/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An offline machine: its volumes, its Windows, and the hives that were asked for. */
#include "restore/fixup/offline.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/boot/boot.h"
#include "restore/disk/disk.h"
#include "restore/volume/replay.h"
#include "restore/windows/windows.h"

/* UEFI 2.10 section 5.3.3. */
#define TYPE_ESP "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an offline machine");
}

/* ---------------------------------------------------------------- volumes */

static int
open_volumes(struct hc_offline *offline, const struct hc_offline_layout *layout,
	     struct hc_err *err)
{
	offline->volumes =
		hc_arena_array(offline->arena, layout->count + 1, sizeof(*offline->volumes));
	if (offline->volumes == NULL)
		return no_memory(err);
	for (size_t i = 0; i < layout->count; i++) {
		struct hc_offline_volume *volume = &offline->volumes[i];
		struct hc_err why;

		volume->entry = layout->parts[i].entry;
		volume->number = volume->entry.number;
		volume->io = layout->parts[i].io;
		volume->name = hc_arena_printf(offline->arena, "partition %llu",
					       (unsigned long long)volume->number);
		if (volume->name == NULL)
			return no_memory(err);
		offline->count++;
		/* Repairs are made on the volume as its journal leaves it: that is what they are found on. */
		if (hc_volume_open_replayed(volume->io, &volume->volume, &volume->overlay,
					    &why) == 0) {
			if (volume->overlay != NULL)
				volume->io = volume->overlay;
			continue;
		}
		volume->volume = NULL;
		if (why.code != H_VOLUME_FORMAT) {
			*err = why;
			return hc_err_wrap(err, "while opening %s", volume->name);
		}
	}
	return 0;
}

/* ---------------------------------------------------------------- Windows */

static int
find_windows(struct hc_offline *offline, struct hc_err *err)
{
	struct hc_windows *windows = hc_arena_alloc(offline->arena, sizeof(*windows));

	if (windows == NULL)
		return no_memory(err);
	for (size_t i = 0; i < offline->count; i++) {
		int result = offline->volumes[i].volume == NULL
				     ? 1
				     : hc_windows_inspect(offline->volumes[i].volume,
							  offline->arena, windows, err);

		if (result < 0)
			return -1;
		if (result > 0)
			continue;
		windows->system_partition = offline->volumes[i].number;
		offline->system = i;
		offline->windows = windows;
		return 0;
	}
	return hc_err_set(err, H_NOT_FOUND,
			  "there is no Windows that can be read on this disk");
}

static int
take_windows(struct hc_offline *offline, struct hc_windows *windows, struct hc_err *err)
{
	for (size_t i = 0; i < offline->count; i++)
		if (offline->volumes[i].number == windows->system_partition &&
		    offline->volumes[i].volume != NULL)
			offline->system = i;
	offline->windows = windows;
	return offline->system != HC_OFFLINE_NONE
		       ? 0
		       : hc_err_set(err, H_NOT_FOUND,
				    "partition %llu, which holds Windows, is "
				    "not there or can't be read",
				    (unsigned long long)windows->system_partition);
}

/* How a boot store would name each volume; the document gains its store, firmware and boot manager. */
static int
describe_boot(struct hc_offline *offline, struct hc_err *err)
{
	struct hc_boot_volume *volumes =
		hc_arena_array(offline->arena, offline->count, sizeof(*volumes));

	if (volumes == NULL)
		return no_memory(err);
	for (size_t i = 0; i < offline->count; i++) {
		volumes[i].name = offline->volumes[i].name;
		volumes[i].io = offline->volumes[i].io;
		volumes[i].volume = offline->volumes[i].volume;
		volumes[i].has_partition =
			hc_bcd_partition_of(&offline->volumes[i].entry, offline->table,
					    offline->table_id, &volumes[i].partition);
	}
	return hc_boot_describe(volumes, offline->count, offline->system, offline->arena,
				offline->windows, err);
}

/* ---------------------------------------------------------------- what starts it */

static bool
starts_windows(const struct hc_offline_volume *volume, struct hc_arena *arena)
{
	struct hc_boot_manager manager;
	struct hc_entry entry;
	const char *store;
	struct hc_err why;

	return volume->volume != NULL &&
	       (hc_bcd_find(volume->volume, &store, &why) == 0 ||
		hc_volume_stat(volume->volume, "/boot.ini", arena, &entry, &why) == 0 ||
		hc_boot_manager_read(volume->volume, arena, &manager, &why) == 0);
}

/* The EFI system partition, or the active one: what the firmware goes by. */
static size_t
firmwares_choice(const struct hc_offline *offline)
{
	for (size_t i = 0; i < offline->count; i++) {
		const struct hc_partition *entry = &offline->volumes[i].entry;

		if (offline->table == HC_TABLE_GPT
			    ? entry->type != NULL && strcasecmp(entry->type, TYPE_ESP) == 0
			    : entry->active)
			return i;
	}
	return HC_OFFLINE_NONE;
}

static size_t
find_boot(const struct hc_offline *offline)
{
	size_t choice = firmwares_choice(offline);

	if (choice != HC_OFFLINE_NONE)
		return choice;
	if (starts_windows(&offline->volumes[offline->system], offline->arena))
		return offline->system;
	for (size_t i = 0; i < offline->count; i++)
		if (starts_windows(&offline->volumes[i], offline->arena))
			return i;
	return HC_OFFLINE_NONE;
}

/* ---------------------------------------------------------------- open and close */

int
hc_offline_open(const struct hc_offline_layout *layout, struct hc_windows *windows,
		struct hc_arena *arena, struct hc_offline *ret, struct hc_err *err)
{
	struct hc_offline offline = { .arena = arena,
				      .disk = layout->disk,
				      .logical_block = layout->logical_block,
				      .disk_size = layout->disk_size,
				      .table = layout->table,
				      .table_id = layout->table_id,
				      .system = HC_OFFLINE_NONE,
				      .boot = HC_OFFLINE_NONE };

	if (open_volumes(&offline, layout, err) < 0)
		goto fail;
	if (windows != NULL) {
		if (take_windows(&offline, windows, err) < 0)
			goto fail;
	} else if (find_windows(&offline, err) < 0 || describe_boot(&offline, err) < 0) {
		goto fail;
	}
	if (hc_windows_root(offline.volumes[offline.system].volume, arena, &offline.root,
			    err) != 0) {
		hc_err_set(err, H_NOT_FOUND, "there is no Windows on %s",
			   offline.volumes[offline.system].name);
		goto fail;
	}
	offline.boot = find_boot(&offline);
	*ret = offline;
	return 0;
fail:
	hc_offline_close(&offline);
	return -1;
}

/* A window for each partition; `ios` has those that were opened, also after a failure. */
static int
open_windows(struct hc_io *disk, const struct hc_table *table, struct hc_offline_part *parts,
	     struct hc_io **ios, struct hc_err *err)
{
	for (size_t i = 0; i < table->partitions.count; i++) {
		const struct hc_partition *p = &table->partitions.items[i];

		if (hc_io_window(disk, (struct hc_extent){ p->start, p->size }, &ios[i], err) <
		    0)
			return -1;
		parts[i] = (struct hc_offline_part){ *p, ios[i] };
	}
	return 0;
}

int
hc_offline_open_disk(struct hc_io *disk, uint64_t logical_block, struct hc_arena *arena,
		     struct hc_offline *ret, struct hc_err *err)
{
	struct hc_table table = { 0 };
	struct hc_offline_layout layout = { .disk = disk, .disk_size = disk->size };
	struct hc_offline_part *parts;
	struct hc_io **ios;

	if (hc_table_read(disk, logical_block, arena, &table, err) < 0)
		return -1;
	parts = hc_arena_array(arena, table.partitions.count + 1, sizeof(*parts));
	ios = hc_arena_array(arena, table.partitions.count + 1, sizeof(struct hc_io *));
	if (parts == NULL || ios == NULL)
		return no_memory(err);
	layout.logical_block = table.logical_block;
	layout.table = table.type;
	layout.table_id = table.id;
	layout.parts = parts;
	layout.count = table.partitions.count;
	if (open_windows(disk, &table, parts, ios, err) == 0 &&
	    hc_offline_open(&layout, NULL, arena, ret, err) == 0) {
		ret->owned = ios;
		return 0;
	}
	for (size_t i = 0; i < table.partitions.count; i++)
		hc_io_close(ios[i]);
	return -1;
}

void
hc_offline_close(struct hc_offline *offline)
{
	for (size_t i = 0; i < offline->hives.count; i++)
		hc_hive_close(offline->hives.items[i].loaded.hive);
	for (size_t i = 0; i < offline->count; i++) {
		hc_volume_close(offline->volumes[i].volume);
		hc_io_close(offline->volumes[i].overlay);
	}
	for (size_t i = 0; offline->owned != NULL && i < offline->count; i++)
		hc_io_close(offline->owned[i]);
	offline->hives.count = offline->count = 0;
}

/* ---------------------------------------------------------------- hives */

static struct hc_offline_hive *
find_hive(struct hc_offline *offline, size_t volume, const char *path)
{
	for (size_t i = 0; i < offline->hives.count; i++)
		if (offline->hives.items[i].volume == volume &&
		    strcasecmp(offline->hives.items[i].path, path) == 0)
			return &offline->hives.items[i];
	return NULL;
}

int
hc_offline_hive_at(struct hc_offline *offline, size_t volume, const char *path,
		   struct hc_hive **ret, struct hc_err *err)
{
	struct hc_offline_hive *hive = find_hive(offline, volume, path);
	struct hc_offline_hive loaded = { .volume = volume };
	const char *name = strrchr(path, '/');

	if (hive == NULL) {
		loaded.path = hc_arena_strdup(offline->arena, path);
		name = hc_arena_strdup(offline->arena, name != NULL ? name + 1 : path);
		if (loaded.path == NULL || name == NULL)
			return no_memory(err);
		if (hc_hive_load(offline->volumes[volume].volume, path, name, offline->arena,
				 &loaded.loaded, err) < 0)
			return -1;
		hive = hc_arena_grow(offline->arena, &offline->hives.items,
				     &offline->hives.count, sizeof(*hive));
		if (hive == NULL) {
			hc_hive_close(loaded.loaded.hive);
			return no_memory(err);
		}
		*hive = loaded;
	}
	if (hive->loaded.state.dirty && !hive->loaded.state.recovered)
		return hc_err_set(err, H_HIVE_DIRTY, "%s: %s", path,
				  hive->loaded.notes.count > 0
					  ? hive->loaded.notes.items[0]
					  : "it was not shut down cleanly");
	*ret = hive->loaded.hive;
	return 0;
}

int
hc_offline_hive(struct hc_offline *offline, const char *name, struct hc_hive **ret,
		struct hc_err *err)
{
	const char *path =
		hc_arena_printf(offline->arena, "%s/System32/config/%s", offline->root, name);

	return path == NULL ? no_memory(err)
			    : hc_offline_hive_at(offline, offline->system, path, ret, err);
}

/* ---------------------------------------------------------------- version */

unsigned
hc_offline_version(const struct hc_offline *offline)
{
	const char *text = offline->windows->version;
	unsigned long major, minor = 0;
	char *end;

	if (text == NULL)
		return 0;
	major = strtoul(text, &end, 10);
	if (end == text)
		return 0;
	if (*end == '.')
		minor = strtoul(end + 1, NULL, 10);
	return major < 256 && minor < 256 ? HC_NT((unsigned)major, (unsigned)minor) : 0;
}
