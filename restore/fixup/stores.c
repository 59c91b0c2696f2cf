/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boot stores of this disk, and the device elements in them. */
#include <string.h>
#include <strings.h>

#include "restore/fixup/edits_priv.h"
#include "restore/fixup/moves.h"

#define BOOT_MANAGER "{9dea862c-5cdd-4e70-acc1-f32b344d4795}"
#define TYPE_LOADER  "10200003"
#define PLAIN_AT     0x10u

/* windows-offline.md section 7: the first two on the EFI system partition, the third on the active one. */
static const char *const paths[] = {
	"/EFI/Microsoft/Boot/BCD",
	"/EFI/Microsoft/Recovery/BCD",
	"/Boot/BCD",
};

/* ---------------------------------------------------------------- reading */

static int
add_element(struct fix *fix, struct fix_store *store, const char *object,
	    const struct hc_hive_child *element, struct hc_err *err)
{
	struct hc_hive *hive = store->hive.hive;
	struct hc_hive_value value;
	struct fix_element *added;
	struct hc_span data;

	if (!hc_hive_value_find(hive, element->key, "Element", &value))
		return 0;
	if (hc_hive_bytes(hive, element->key, "Element", fix->arena, &data, err) < 0)
		return -1;
	added = hc_arena_grow(fix->arena, &store->elements.items, &store->elements.count,
			      sizeof(*added));
	if (added == NULL)
		return fix_no_memory(err);
	added->object = object;
	added->element = element->name;
	added->key =
		hc_arena_printf(fix->arena, "Objects\\%s\\Elements\\%s", object, element->name);
	added->type = value.type;
	added->size = data.size;
	added->data = hc_arena_alloc(fix->arena, data.size + 1);
	if (added->key == NULL || added->data == NULL)
		return fix_no_memory(err);
	if (data.size > 0)
		memcpy(added->data, data.data, data.size);
	return 0;
}

static int
read_object(struct fix *fix, struct fix_store *store, const char *object, struct hc_err *err)
{
	const char *path = hc_arena_printf(fix->arena, "Objects\\%s\\Elements", object);
	struct hc_hive_children elements = { 0 };
	struct hc_hive_key key;
	struct hc_err why;

	if (path == NULL)
		return fix_no_memory(err);
	if (hc_hive_key(store->hive.hive, path, &key, &why) < 0 ||
	    hc_hive_children(store->hive.hive, key, fix->arena, &elements, &why) < 0)
		return hc_err_forgive(-1, &why, err);
	for (size_t i = 0; i < elements.count; i++)
		if (strlen(elements.items[i].name) == 8 && elements.items[i].name[1] == '1' &&
		    hc_err_forgive(add_element(fix, store, object, &elements.items[i], &why),
				   &why, err) < 0)
			return -1;
	return 0;
}

static int
open_store(struct fix *fix, struct fix_store *store, const char *path,
	   struct hc_hive_children *objects, struct hc_err *err)
{
	struct hc_hive_key key;

	store->hive.path = path;
	store->hive.partition = fix->offline->volumes[store->volume].number;
	if (hc_offline_hive_at(fix->offline, store->volume, path, &store->hive.hive, err) < 0)
		return -1;
	if (hc_bcd_read(store->hive.hive, path, fix->arena, &store->bcd, err) < 0)
		return -1;
	if (hc_hive_key(store->hive.hive, "Objects", &key, err) < 0)
		return -1;
	return hc_hive_children(store->hive.hive, key, fix->arena, objects, err);
}

static int
add_unread(struct fix *fix, const struct fix_store *store, const char *path,
	   const struct hc_err *why, struct fix_stores *stores, struct hc_err *err)
{
	struct fix_unread_store *unread;

	if (why->code == H_OUT_OF_MEMORY || why->code == H_DISK_READ) {
		*err = *why;
		return -1;
	}
	unread = hc_arena_grow(fix->arena, &stores->unread.items, &stores->unread.count,
			       sizeof(*unread));
	if (unread == NULL)
		return fix_no_memory(err);
	unread->volume = store->volume;
	unread->path = path;
	unread->code = why->code;
	unread->text = hc_arena_strdup(fix->arena, why->text[0]);
	return unread->text == NULL ? fix_no_memory(err) : 0;
}

/* 0: read; 1: it can't be, and is listed so; -1: what ends the detection. */
static int
read_store(struct fix *fix, struct fix_store *store, const char *path,
	   struct fix_stores *stores, struct hc_err *err)
{
	struct hc_hive_children objects = { 0 };
	struct hc_err why;

	if (open_store(fix, store, path, &objects, &why) < 0)
		return add_unread(fix, store, path, &why, stores, err) < 0 ? -1 : 1;
	for (size_t i = 0; i < objects.count; i++)
		if (read_object(fix, store, objects.items[i].name, err) < 0)
			return -1;
	return 0;
}

/* 0: there is such a file; 1: there is none. */
static int
is_there(struct fix *fix, size_t volume, const char *path, struct hc_err *err)
{
	struct hc_entry entry;
	struct hc_err why;

	if (fix->offline->volumes[volume].volume == NULL)
		return 1;
	if (hc_volume_stat(fix->offline->volumes[volume].volume, path, fix->arena, &entry,
			   &why) == 0)
		return entry.type == HC_ENTRY_FILE ? 0 : 1;
	if (why.code != H_OUT_OF_MEMORY && why.code != H_DISK_READ)
		return 1;
	*err = why;
	return -1;
}

int
fix_stores(struct fix *fix, struct fix_stores *ret, struct hc_err *err)
{
	struct fix_stores stores = { 0 };

	for (size_t i = 0; i < fix->offline->count * 3; i++) {
		struct fix_store store = { .volume = i / 3 }, *added;
		int missing = is_there(fix, store.volume, paths[i % 3], err);

		if (missing == 0)
			missing = read_store(fix, &store, paths[i % 3], &stores, err);
		if (missing < 0)
			return -1;
		if (missing > 0)
			continue;
		added = hc_arena_grow(fix->arena, &stores.items, &stores.count, sizeof(*added));
		if (added == NULL)
			return fix_no_memory(err);
		*added = store;
	}
	*ret = stores;
	return 0;
}

/* ---------------------------------------------------------------- asking */

const struct fix_element *
fix_element_of(const struct fix_store *store, const char *object, const char *element)
{
	for (size_t i = 0; i < store->elements.count; i++)
		if (strcasecmp(store->elements.items[i].object, object) == 0 &&
		    strcasecmp(store->elements.items[i].element, element) == 0)
			return &store->elements.items[i];
	return NULL;
}

const struct hc_bcd_object *
fix_object_of(const struct fix_store *store, const char *id)
{
	for (size_t i = 0; id != NULL && i < store->bcd.objects.count; i++)
		if (strcasecmp(store->bcd.objects.items[i].id, id) == 0)
			return &store->bcd.objects.items[i];
	return NULL;
}

const struct hc_bcd_object *
fix_default_loader(const struct fix_store *store)
{
	const struct hc_bcd_object *manager = fix_object_of(store, BOOT_MANAGER);
	const struct hc_bcd_object *loader =
		manager == NULL ? NULL : fix_object_of(store, manager->default_object);

	return loader != NULL && strcmp(loader->type, TYPE_LOADER) == 0 ? loader : NULL;
}

/* Patching with an empty map changes nothing, and tells what there is to change. */
static int
partitions_of(struct fix *fix, const struct fix_element *element, struct hc_bcd_patched *ret,
	      struct hc_err *err)
{
	const struct hc_bcd_map none = { 0 };
	struct hc_err why;

	*ret = (struct hc_bcd_patched){ 0 };
	if (hc_bcd_patch(element->data, element->size, &none, fix->arena, ret, &why) == 0)
		return 0;
	return hc_err_forgive(-1, &why, err);
}

int
fix_device_of(struct fix *fix, const struct fix_element *element, enum fix_device *ret_kind,
	      struct fix_name *ret, struct hc_err *err)
{
	const struct hc_bcd_unknown *first;
	struct hc_bcd_patched found;

	if (partitions_of(fix, element, &found, err) < 0)
		return -1;
	*ret_kind = FIX_DEVICE_NONE;
	if (found.unknown.count == 0)
		return 0;
	first = &found.unknown.items[0];
	*ret = (struct fix_name){ .partition = first->partition, .disk_known = true };
	*ret_kind = found.unknown.count == 1 && first->at == PLAIN_AT &&
				    first->partition.scheme <= HC_BCD_MBR
			    ? FIX_DEVICE_PLAIN
			    : FIX_DEVICE_OTHER;
	return 0;
}

int
fix_store_names(struct fix *fix, const struct fix_store *store, struct fix_names *names,
		struct hc_err *err)
{
	for (size_t i = 0; i < store->elements.count; i++) {
		struct hc_bcd_patched found;

		if (partitions_of(fix, &store->elements.items[i], &found, err) < 0)
			return -1;
		for (size_t k = 0; k < found.unknown.count; k++) {
			struct fix_name *name = hc_arena_grow(fix->arena, &names->items,
							      &names->count, sizeof(*name));

			if (name == NULL)
				return fix_no_memory(err);
			*name = (struct fix_name){ found.unknown.items[k].partition, true,
						   false };
		}
	}
	return 0;
}
