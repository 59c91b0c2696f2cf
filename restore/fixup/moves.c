/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Old names of partitions → the partitions of this disk. */
#include "restore/fixup/moves.h"

#include <string.h>
#include <strings.h>

#include "restore/base/text.h"
#include "restore/fixup/edits_priv.h"

/* ---------------------------------------------------------------- names */

static bool
same_name(const struct fix_name *name, const struct hc_bcd_partition *partition)
{
	if (!name->disk_known && name->partition.scheme == HC_BCD_GPT)
		return partition->scheme == HC_BCD_GPT &&
		       memcmp(name->partition.partition, partition->partition, 16) == 0;
	return hc_bcd_partition_equal(&name->partition, partition);
}

size_t
fix_here_find(const struct fix_here *here, const struct fix_name *name)
{
	for (size_t i = 0; i < here->count; i++)
		if (same_name(name, &here->items[i]))
			return i;
	return HC_OFFLINE_NONE;
}

const struct hc_bcd_move *
fix_move_of(const struct hc_bcd_map *map, const struct fix_name *name)
{
	for (size_t i = 0; i < map->count; i++)
		if (same_name(name, &map->items[i].from))
			return &map->items[i];
	return NULL;
}

int
fix_map_add(struct hc_arena *arena, struct hc_bcd_map *map, const struct hc_bcd_partition *from,
	    const struct hc_bcd_partition *to, struct hc_err *err)
{
	/* A list of the caller's may be constant: it is copied, not grown. */
	struct hc_bcd_move *items = hc_arena_array(arena, map->count + 1, sizeof(*items));

	if (items == NULL)
		return fix_no_memory(err);
	if (map->count > 0)
		memcpy(items, map->items, map->count * sizeof(*items));
	items[map->count] = (struct hc_bcd_move){ .from = *from, .to = *to };
	map->items = items;
	map->count++;
	return 0;
}

const char *
fix_name_text(struct hc_arena *arena, const struct fix_name *name)
{
	char disk[HC_GUID_TEXT], partition[HC_GUID_TEXT];

	if (name->partition.scheme == HC_BCD_MBR)
		return hc_arena_printf(
			arena, "disk signature %08x, offset %llu",
			(unsigned)hc_get_le32(name->partition.disk),
			(unsigned long long)hc_get_le64(name->partition.partition));
	hc_guid_text(name->partition.disk, disk);
	hc_guid_text(name->partition.partition, partition);
	return name->disk_known
		       ? hc_arena_printf(arena, "disk {%s}, partition {%s}", disk, partition)
		       : hc_arena_printf(arena, "partition {%s}", partition);
}

int
fix_here(struct fix *fix, struct fix_here *ret, struct hc_err *err)
{
	const struct hc_offline *offline = fix->offline;
	struct fix_here here = { .count = offline->count, .system = offline->system };

	here.items = hc_arena_array(fix->arena, here.count + 1, sizeof(*here.items));
	if (here.items == NULL)
		return fix_no_memory(err);
	for (size_t i = 0; i < here.count; i++)
		if (!hc_bcd_partition_of(&offline->volumes[i].entry, offline->table,
					 offline->table_id, &here.items[i]))
			here.items[i].scheme = HC_BCD_RAW;
	*ret = here;
	return 0;
}

/* ---------------------------------------------------------------- inference */

/* The only partition with this GUID; NULL: none, or several. */
static const struct hc_bcd_partition *
by_guid(const struct fix_here *here, const uint8_t guid[16])
{
	const struct hc_bcd_partition *found = NULL;

	for (size_t i = 0; i < here->count; i++) {
		if (here->items[i].scheme != HC_BCD_GPT ||
		    memcmp(here->items[i].partition, guid, 16) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = &here->items[i];
	}
	return found;
}

static const struct hc_bcd_partition *
by_offset(const struct fix_here *here, const uint8_t offset[16])
{
	for (size_t i = 0; i < here->count; i++)
		if (here->items[i].scheme == HC_BCD_MBR &&
		    memcmp(here->items[i].partition, offset, 8) == 0)
			return &here->items[i];
	return NULL;
}

/* The signature that this disk had: that of the system's name, if it fits where the system lies and is not the present
 * one.  The first such name decides. */
static const uint8_t *
old_signature(const struct fix_names *names, const struct fix_here *here)
{
	const struct hc_bcd_partition *system =
		here->system < here->count ? &here->items[here->system] : NULL;

	if (system == NULL || system->scheme != HC_BCD_MBR)
		return NULL;
	for (size_t i = 0; i < names->count; i++) {
		const struct hc_bcd_partition *p = &names->items[i].partition;

		if (!names->items[i].is_system || p->scheme != HC_BCD_MBR)
			continue;
		return memcmp(p->partition, system->partition, 8) == 0 &&
				       memcmp(p->disk, system->disk, 4) != 0
			       ? p->disk
			       : NULL;
	}
	return NULL;
}

int
fix_moves_infer(const struct fix_names *names, const struct fix_here *here,
		struct hc_arena *arena, struct hc_bcd_map *ret, struct hc_err *err)
{
	const uint8_t *signature = old_signature(names, here);
	struct hc_bcd_map map = { 0 };

	for (size_t i = 0; i < names->count; i++) {
		const struct fix_name *name = &names->items[i];
		const struct hc_bcd_partition *to = NULL, *from = &name->partition;

		if (fix_here_find(here, name) != HC_OFFLINE_NONE ||
		    fix_move_of(&map, name) != NULL)
			continue;
		if (from->scheme == HC_BCD_GPT && name->disk_known)
			to = by_guid(here, from->partition);
		else if (from->scheme == HC_BCD_MBR && signature != NULL &&
			 memcmp(from->disk, signature, 4) == 0)
			to = by_offset(here, from->partition);
		if (to != NULL && fix_map_add(arena, &map, from, to, err) < 0)
			return -1;
	}
	*ret = map;
	return 0;
}

/* ---------------------------------------------------------------- of this Windows */

static int
add_mounted(struct fix *fix, const struct fix_mounted_list *list, struct fix_names *names,
	    bool *ret_letter, struct hc_err *err)
{
	const char *letter = fix_system_letter(fix);

	*ret_letter = false;
	for (size_t i = 0; i < list->count; i++) {
		struct fix_name *name;

		if (!list->items[i].named)
			continue;
		name = hc_arena_grow(fix->arena, &names->items, &names->count, sizeof(*name));
		if (name == NULL)
			return fix_no_memory(err);
		*name = list->items[i].partition;
		name->is_system =
			letter != NULL && strcasecmp(list->items[i].name, letter) == 0;
		*ret_letter |= name->is_system;
	}
	return 0;
}

/* A SYSTEM hive that can't be used is told by who changes it; here it only knows less. */
static int
read_mounted(struct fix *fix, struct fix_mounted_list *ret, struct hc_err *err)
{
	struct fix_hive system = { .path = "SYSTEM" };
	struct hc_err why;

	if (hc_offline_hive(fix->offline, "SYSTEM", &system.hive, &why) == 0)
		return fix_mounted_read(fix, &system, ret, err);
	if (why.code != H_OUT_OF_MEMORY && why.code != H_DISK_READ)
		return 0;
	*err = why;
	return -1;
}

/* How the loader that starts by default calls its partition: it counts where the drive letter is missing. */
static int
add_loader(struct fix *fix, const struct fix_store *store, struct fix_names *names,
	   struct hc_err *err)
{
	const struct hc_bcd_object *loader = fix_default_loader(store);
	const struct fix_element *element =
		loader == NULL ? NULL : fix_element_of(store, loader->id, "21000001");
	enum fix_device kind = FIX_DEVICE_NONE;
	struct fix_name found, *name;

	if (element != NULL && fix_device_of(fix, element, &kind, &found, err) < 0)
		return -1;
	if (kind != FIX_DEVICE_PLAIN)
		return 0;
	name = hc_arena_grow(fix->arena, &names->items, &names->count, sizeof(*name));
	if (name == NULL)
		return fix_no_memory(err);
	*name = found;
	name->is_system = true;
	return 0;
}

int
fix_moves(struct fix *fix, const struct fix_here *here, struct hc_bcd_map *ret,
	  struct hc_err *err)
{
	struct fix_mounted_list mounted = { 0 };
	struct fix_stores stores = { 0 };
	struct fix_names names = { 0 };
	bool letter;

	if (fix->request->moves.count > 0) {
		*ret = fix->request->moves;
		return 0;
	}
	if (read_mounted(fix, &mounted, err) < 0 ||
	    add_mounted(fix, &mounted, &names, &letter, err) < 0 ||
	    fix_stores(fix, &stores, err) < 0)
		return -1;
	for (size_t i = 0; i < stores.count; i++) {
		if (!letter && stores.items[i].volume == fix->offline->boot &&
		    add_loader(fix, &stores.items[i], &names, err) < 0)
			return -1;
		if (fix_store_names(fix, &stores.items[i], &names, err) < 0)
			return -1;
	}
	return fix_moves_infer(&names, here, fix->arena, ret, err);
}
