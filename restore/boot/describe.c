/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store that starts a Windows, of all that lie on a machine's volumes, and the firmware it is for. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/base/text.h"
#include "restore/boot/boot.h"

#define TYPE_LOADER   "10200003"
#define SYSTEM_DEVICE "21000001"

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a boot configuration");
}

static int
note_unread(struct hc_windows *windows, struct hc_arena *arena, const char *text,
	    struct hc_err *err)
{
	const char *note = hc_arena_printf(arena, "BCD: %s", text);

	return note == NULL ? no_memory(err)
			    : hc_strings_add(&windows->unread, arena, note, err);
}

/* ---------------------------------------------------------------- names of partitions */

bool
hc_bcd_partition_of(const struct hc_partition *partition, unsigned table, const char *table_id,
		    struct hc_bcd_partition *ret)
{
	struct hc_bcd_partition p = { 0 };
	char *end;

	if (table_id == NULL)
		return false;
	if (table == HC_TABLE_GPT) {
		p.scheme = HC_BCD_GPT;
		if (partition->guid == NULL || !hc_guid_parse(partition->guid, p.partition) ||
		    !hc_guid_parse(table_id, p.disk))
			return false;
	} else if (table == HC_TABLE_MBR) {
		p.scheme = HC_BCD_MBR;
		hc_put_le32(p.disk, (uint32_t)strtoul(table_id, &end, 16));
		if (end == table_id || *end != '\0')
			return false;
		hc_put_le64(p.partition, partition->start);
	} else {
		return false;
	}
	*ret = p;
	return true;
}

bool
hc_bcd_device_is(const struct hc_bcd_device *device, const struct hc_bcd_partition *p)
{
	uint8_t disk[16], partition[16];

	if (device->disk == NULL)
		return false;
	if (strcmp(device->scheme, "mbr") == 0)
		return p->scheme == HC_BCD_MBR &&
		       strtoul(device->disk, NULL, 16) == hc_get_le32(p->disk) &&
		       device->offset == hc_get_le64(p->partition);
	return p->scheme == HC_BCD_GPT && device->partition != NULL &&
	       hc_guid_parse(device->disk, disk) &&
	       hc_guid_parse(device->partition, partition) && memcmp(disk, p->disk, 16) == 0 &&
	       memcmp(partition, p->partition, 16) == 0;
}

/* A loader whose Windows lies on that partition itself: not in a file there, as the recovery environment does. */
static const struct hc_bcd_object *
loader_of(const struct hc_bcd *bcd, const struct hc_boot_volume *system)
{
	for (size_t i = 0; system->has_partition && i < bcd->objects.count; i++) {
		const struct hc_bcd_object *object = &bcd->objects.items[i];

		if (strcmp(object->type, TYPE_LOADER) != 0)
			continue;
		for (size_t k = 0; k < object->devices.count; k++) {
			const struct hc_bcd_device *device = &object->devices.items[k];

			if (strcmp(device->element, SYSTEM_DEVICE) == 0 &&
			    device->path == NULL &&
			    hc_bcd_device_is(device, &system->partition))
				return object;
		}
	}
	return NULL;
}

/* ---------------------------------------------------------------- stores */

struct store {
	struct hc_bcd *bcd;
	struct hc_hive_state hive;
	struct hc_strings notes;         /* why the hive is not up to date */
	struct hc_boot_manager *manager; /* of the same volume; NULL: none */
	bool efi;
	const struct hc_bcd_object *loader; /* of the Windows in question; NULL: none */
};

static int
read_store(struct hc_volume *volume, const char *path, const char *where,
	   struct hc_arena *arena, struct store *ret, struct hc_err *err)
{
	struct hc_hive_loaded loaded = { 0 };
	int result;

	ret->bcd = hc_arena_alloc(arena, sizeof(*ret->bcd));
	if (ret->bcd == NULL)
		return no_memory(err);
	if (hc_hive_load(volume, path, "BCD", arena, &loaded, err) < 0)
		return -1;
	ret->hive = loaded.state;
	ret->notes = loaded.notes;
	ret->efi = strncasecmp(path, "\\EFI\\", 5) == 0;
	result = hc_bcd_read(loaded.hive, where, arena, ret->bcd, err);
	hc_hive_close(loaded.hive);
	return result;
}

/* One that can't be read is noted like a hive that isn't up to date. */
static int
read_manager(struct hc_volume *volume, struct hc_arena *arena, struct store *ret,
	     struct hc_err *err)
{
	struct hc_boot_manager manager;
	struct hc_err why;
	int found = hc_boot_manager_read(volume, arena, &manager, &why);

	if (found > 0)
		return 0;
	if (found < 0)
		return why.code == H_OUT_OF_MEMORY
			       ? no_memory(err)
			       : hc_strings_add(&ret->notes, arena, why.text[0], err);
	ret->manager = hc_arena_alloc(arena, sizeof(*ret->manager));
	if (ret->manager == NULL)
		return no_memory(err);
	*ret->manager = manager;
	return 0;
}

/* 0: there is one; 1: there is none; -1 with err: there is one that can't be read. */
static int
store_on(const struct hc_boot_volume *place, struct hc_arena *arena, struct store *ret,
	 struct hc_err *err)
{
	struct hc_volume *opened = NULL, *volume = place->volume;
	const char *path, *where;
	int result;

	if (volume == NULL && hc_volume_open(place->io, &opened, err) == 0)
		volume = opened;
	if (volume == NULL)
		return err->code == H_VOLUME_FORMAT ? 1 : -1;
	result = hc_bcd_find(volume, &path, err);
	if (result < 0) {
		result = err->code == H_PATH_NOT_FOUND ? 1 : -1;
	} else {
		where = hc_arena_printf(arena, "%s %s", place->name, path);
		result = where == NULL ? no_memory(err)
				       : read_store(volume, path, where, arena, ret, err);
	}
	if (result >= 0 && read_manager(volume, arena, ret, err) < 0)
		result = -1;
	hc_volume_close(opened);
	return result;
}

/* ---------------------------------------------------------------- what they say */

static bool
ends_with(const char *text, const char *end)
{
	size_t length = text == NULL ? 0 : strlen(text);

	return length >= strlen(end) && strcasecmp(text + length - strlen(end), end) == 0;
}

/* By what its loader is, else by where the store lies, else by the partition table: Windows starts from GPT by UEFI only,
 * from MBR by BIOS only.  NULL: nothing says so. */
static const char *
firmware_of(const struct store *store, const struct hc_boot_volume *system)
{
	if (store->loader != NULL && ends_with(store->loader->path, ".efi"))
		return "uefi";
	if (store->loader != NULL && ends_with(store->loader->path, ".exe"))
		return "bios";
	if (store->bcd != NULL)
		return store->efi ? "uefi" : "bios";
	if (!system->has_partition)
		return NULL;
	return system->partition.scheme == HC_BCD_GPT ? "uefi" : "bios";
}

/* Vista and later start from a store. */
static bool
needs_store(const struct hc_windows *windows)
{
	return windows->version != NULL && strtoul(windows->version, NULL, 10) >= 6;
}

static int
take_notes(struct hc_windows *windows, const struct store *store, struct hc_arena *arena,
	   struct hc_err *err)
{
	for (size_t i = 0; i < store->notes.count; i++)
		if (note_unread(windows, arena, store->notes.items[i], err) < 0)
			return -1;
	return 0;
}

static int
take_store(struct hc_windows *windows, const struct store *store, struct hc_arena *arena,
	   struct hc_err *err)
{
	struct hc_hive_state *state = hc_arena_grow(arena, &windows->hives.items,
						    &windows->hives.count, sizeof(*state));

	if (state == NULL)
		return no_memory(err);
	*state = store->hive;
	windows->bcd = store->bcd;
	windows->boot_manager = store->manager;
	return take_notes(windows, store, arena, err);
}

int
hc_boot_describe(const struct hc_boot_volume *volumes, size_t count, size_t system,
		 struct hc_arena *arena, struct hc_windows *windows, struct hc_err *err)
{
	struct store best = { 0 };
	const char *failed = NULL;
	struct hc_err why;

	for (size_t i = 0; i < count && best.loader == NULL; i++) {
		struct store store = { 0 };
		int found = store_on(&volumes[i], arena, &store, &why);

		if (found < 0 && why.code == H_OUT_OF_MEMORY) {
			*err = why;
			return -1;
		}
		if (found < 0)
			failed = hc_arena_printf(arena, "%s: %s", volumes[i].name, why.text[0]);
		if (found == 1 && windows->boot_manager == NULL)
			windows->boot_manager = store.manager;
		if (found == 1 && take_notes(windows, &store, arena, err) < 0)
			return -1;
		if (found != 0)
			continue;
		store.loader = loader_of(store.bcd, &volumes[system]);
		if (best.bcd == NULL || store.loader != NULL)
			best = store;
	}
	windows->firmware = firmware_of(&best, &volumes[system]);
	if (best.bcd != NULL && take_store(windows, &best, arena, err) < 0)
		return -1;
	if (best.loader != NULL)
		return 0;
	/* The one that can't be read may be the one. */
	if (failed != NULL)
		return note_unread(windows, arena, failed, err);
	if (best.bcd == NULL && needs_store(windows))
		return note_unread(windows, arena, "no volume that can be read holds one", err);
	return 0;
}
