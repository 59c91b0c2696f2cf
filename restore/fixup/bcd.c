/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bcd: the boot stores of this disk name its partitions as they are called now.
 *
 * Two steps.  What the map of moves knows is replaced, in each element and in the nested descriptors.  Then, in the store
 * that starts this Windows, the default entry and the boot manager are looked at: where no entry starts the Windows
 * on this disk, the default one is led to it, if its loader lies there.  That is a move too, of this store alone, so that
 * entries which share the old name (resume, recovery, memory test) follow.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "restore/fixup/edits_priv.h"
#include "restore/fixup/moves.h"

#define BOOT_MANAGER "{9dea862c-5cdd-4e70-acc1-f32b344d4795}"
#define TYPE_LOADER  "10200003"
#define DEVICE       "11000001"
#define OS_DEVICE    "21000001"
#define RECOVERY     "/EFI/Microsoft/Recovery/BCD"

static const char moved[] = "the partition goes by other ids than this store says";
static const char bcdboot[] = "Run `bcdboot C:\\Windows` in the recovery environment, with the "
			      "letter that Windows has there.";

struct boot {
	struct fix *fix;
	struct fix_here here;
	struct hc_bcd_map map;
	struct fix_names told; /* notes are made of already */
};

/* Where a name leads, by the map; HC_OFFLINE_NONE: away from this disk. */
static size_t
leads_to(const struct boot *b, const struct hc_bcd_map *map, const struct fix_name *name)
{
	const struct hc_bcd_move *move = fix_move_of(map, name);
	const struct fix_name to = { .partition = move != NULL ? move->to : name->partition,
				     .disk_known = true };

	return fix_here_find(&b->here, &to);
}

/* ---------------------------------------------------------------- the entry that starts this Windows */

/* 1: an entry starts the Windows of this disk. */
static int
starts_here(struct boot *b, const struct fix_store *store, const struct hc_bcd_map *map,
	    struct hc_err *err)
{
	for (size_t i = 0; i < store->bcd.objects.count; i++) {
		const struct hc_bcd_object *object = &store->bcd.objects.items[i];
		const struct fix_element *element =
			fix_element_of(store, object->id, OS_DEVICE);
		struct fix_name name;
		enum fix_device kind;

		if (strcmp(object->type, TYPE_LOADER) != 0 || element == NULL)
			continue;
		if (fix_device_of(b->fix, element, &kind, &name, err) < 0)
			return -1;
		if (kind == FIX_DEVICE_PLAIN && leads_to(b, map, &name) == b->here.system)
			return 1;
	}
	return 0;
}

/* 1, or -1 without memory. */
HC_PRINTF(3, 4)
static int
refuse(struct boot *b, struct hc_err *err, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return fix_refuse(b->fix, bcdboot, err, "%s", text) < 0 ? -1 : 1;
}

/* Leads the name in an element to a partition of this disk; what is here already, or names none, stays.  1: it must not be
 * done, and a note says why. */
static int
lead(struct boot *b, const struct fix_store *store, const char *object, const char *element,
     size_t to, struct hc_bcd_map *map, struct hc_err *err)
{
	const struct fix_element *found = fix_element_of(store, object, element);
	struct fix *fix = b->fix;
	struct fix_name name;
	enum fix_device kind;
	size_t at;

	if (found == NULL)
		return 0;
	if (fix_device_of(fix, found, &kind, &name, err) < 0)
		return -1;
	if (kind == FIX_DEVICE_NONE)
		return 0;
	at = leads_to(b, map, &name);
	if (at == HC_OFFLINE_NONE &&
	    (kind != FIX_DEVICE_PLAIN || b->here.items[to].scheme == HC_BCD_RAW))
		return refuse(b, err,
			      "%s: element %s of %s names a partition that is not on this "
			      "disk, in a form that is not replaced",
			      store->hive.path, element, object);
	if (at == HC_OFFLINE_NONE)
		return fix_map_add(fix->arena, map, &name.partition, &b->here.items[to], err);
	/* Led elsewhere for another element of this store. */
	if (at != to && fix_move_of(map, &name) != fix_move_of(&b->map, &name))
		return refuse(b, err,
			      "%s: element %s of %s and another one name the same partition, "
			      "and ought to name two",
			      store->hive.path, element, object);
	return 0;
}

/* Whether a partition holds the loader of an entry. */
static int
holds_loader(struct boot *b, size_t on, const struct hc_bcd_object *loader, bool *ret,
	     struct hc_err *err)
{
	struct hc_volume *volume = b->fix->offline->volumes[on].volume;
	struct hc_entry entry;
	struct hc_err why;

	*ret = false;
	if (volume == NULL)
		return 0;
	*ret = loader->path != NULL &&
	       hc_volume_stat(volume, loader->path, b->fix->arena, &entry, &why) == 0 &&
	       entry.type == HC_ENTRY_FILE;
	if (loader->path == NULL || *ret ||
	    (why.code != H_OUT_OF_MEMORY && why.code != H_DISK_READ))
		return 0;
	*err = why;
	return -1;
}

/* An entry that has "boot" or "locate" in place of a partition finds it by itself; *ret_at is a partition of this disk that it
 * names. */
static int
names_away(struct boot *b, const struct fix_store *store, const struct hc_bcd_object *loader,
	   const struct hc_bcd_map *map, bool *ret, size_t *ret_at, struct hc_err *err)
{
	const struct fix_element *element = fix_element_of(store, loader->id, OS_DEVICE);
	enum fix_device kind = FIX_DEVICE_NONE;
	struct fix_name name;

	if (element != NULL && fix_device_of(b->fix, element, &kind, &name, err) < 0)
		return -1;
	*ret_at = kind == FIX_DEVICE_NONE ? HC_OFFLINE_NONE : leads_to(b, map, &name);
	*ret = kind != FIX_DEVICE_NONE && *ret_at == HC_OFFLINE_NONE;
	return 0;
}

/* An entry for another Windows on this disk is somebody's choice; one for a partition without its loader is wrong, and what
 * else goes by the same name is right: nothing tells which ids to replace. */
static int
check_loader_at(struct boot *b, const struct fix_store *store,
		const struct hc_bcd_object *loader, size_t at, struct hc_err *err)
{
	bool holds;

	if (at == HC_OFFLINE_NONE)
		return 0;
	if (holds_loader(b, at, loader, &holds, err) < 0)
		return -1;
	return holds ? 0
		     : refuse(b, err,
			      "%s: no entry starts the Windows on this disk; the default one "
			      "names %s, where its loader %s does not lie",
			      store->hive.path, b->fix->offline->volumes[at].name,
			      loader->path != NULL ? loader->path : "(none)");
}

static int
lead_default(struct boot *b, const struct fix_store *store, struct hc_bcd_map *map,
	     struct hc_err *err)
{
	const struct hc_bcd_object *loader = fix_default_loader(store);
	bool away, holds;
	size_t at;
	int result;

	if (loader == NULL)
		return fix_note(b->fix, err,
				"%s: no entry starts the Windows on this disk, and what it "
				"starts by default is no Windows",
				store->hive.path);
	if (names_away(b, store, loader, map, &away, &at, err) < 0)
		return -1;
	if (!away)
		return check_loader_at(b, store, loader, at, err);
	if (holds_loader(b, b->here.system, loader, &holds, err) < 0)
		return -1;
	if (!holds)
		return refuse(b, err,
			      "%s: no entry starts the Windows on this disk, and the default "
			      "entry's loader %s does not lie on %s",
			      store->hive.path, loader->path != NULL ? loader->path : "(none)",
			      b->fix->offline->volumes[b->here.system].name);
	result = lead(b, store, loader->id, OS_DEVICE, b->here.system, map, err);
	return result != 0 ? result
			   : lead(b, store, loader->id, DEVICE, b->here.system, map, err);
}

/* What was led to the system tells the signature that this disk had: other names in this store with it are this disk's as
 * well (moves.h). */
static int
infer_here(struct boot *b, const struct fix_store *store, const struct hc_bcd_map *led,
	   struct hc_bcd_map *map, struct hc_err *err)
{
	struct fix_names names = { 0 };
	struct hc_bcd_map found = { 0 };

	for (size_t i = map->count; i < led->count; i++) {
		struct fix_name *name =
			hc_arena_grow(b->fix->arena, &names.items, &names.count, sizeof(*name));

		if (name == NULL)
			return fix_no_memory(err);
		*name = (struct fix_name){ led->items[i].from, true, true };
	}
	if (b->fix->request->moves.count == 0 && names.count > 0 &&
	    (fix_store_names(b->fix, store, &names, err) < 0 ||
	     fix_moves_infer(&names, &b->here, b->fix->arena, &found, err) < 0))
		return -1;
	*map = *led;
	for (size_t i = 0; i < found.count; i++) {
		const struct fix_name name = { found.items[i].from, true, false };

		if (fix_move_of(map, &name) == NULL &&
		    fix_map_add(b->fix->arena, map, &found.items[i].from, &found.items[i].to,
				err) < 0)
			return -1;
	}
	return 0;
}

/* The map for this store: what is known, and what has to be so that it starts. */
static int
map_of(struct boot *b, const struct fix_store *store, struct hc_bcd_map *ret,
       struct hc_err *err)
{
	struct hc_bcd_map map = b->map, led = b->map;
	int result;

	*ret = map;
	if (store->volume != b->fix->offline->boot ||
	    strcasecmp(store->hive.path, RECOVERY) == 0)
		return 0;
	result = starts_here(b, store, &map, err);
	if (result == 0)
		result = lead_default(b, store, &led, err);
	else if (result == 1)
		result = 0;
	if (result == 0)
		result = infer_here(b, store, &led, &map, err);
	if (result == 0)
		result = lead(b, store, BOOT_MANAGER, DEVICE, b->fix->offline->boot, &map, err);
	if (result == 0)
		*ret = map;
	return result < 0 ? -1 : 0;
}

/* ---------------------------------------------------------------- elements */

/* Once for each name. */
static int
tell(struct boot *b, const struct fix_store *store, const struct fix_element *element,
     const struct hc_bcd_partition *partition, struct hc_err *err)
{
	const struct fix_name name = { *partition, true, false };
	struct fix_name *told;

	if (partition->scheme > HC_BCD_MBR || fix_here_find(&b->here, &name) != HC_OFFLINE_NONE)
		return 0;
	for (size_t i = 0; i < b->told.count; i++)
		if (hc_bcd_partition_equal(&b->told.items[i].partition, partition))
			return 0;
	told = hc_arena_grow(b->fix->arena, &b->told.items, &b->told.count, sizeof(*told));
	if (told == NULL)
		return fix_no_memory(err);
	*told = name;
	return fix_note(b->fix, err,
			"%s: element %s of %s names a partition that is not on this disk: %s",
			store->hive.path, element->element, element->object,
			fix_name_text(b->fix->arena, &name));
}

static int
patch(struct boot *b, const struct fix_store *store, const struct fix_element *element,
      const struct hc_bcd_map *map, struct hc_err *err)
{
	struct hc_bcd_patched done = { 0 };
	struct hc_err why;

	if (hc_bcd_patch(element->data, element->size, map, b->fix->arena, &done, &why) < 0) {
		if (why.code != H_OUT_OF_MEMORY)
			return fix_refuse(b->fix, bcdboot, err, "%s: element %s of %s: %s",
					  store->hive.path, element->element, element->object,
					  why.text[0]);
		*err = why;
		return -1;
	}
	for (size_t i = 0; i < done.unknown.count; i++)
		if (tell(b, store, element, &done.unknown.items[i].partition, err) < 0)
			return -1;
	if (done.changed == 0)
		return 0;
	return want_value(b->fix, &store->hive, element->key, "Element", element->type,
			  hc_span(element->data, element->size), moved, err);
}

static int
tell_unread(struct fix *fix, const struct fix_stores *stores,
	    const struct fix_unread_store *rebuilt, struct hc_err *err)
{
	for (size_t i = 0; i < stores->unread.count; i++) {
		const struct fix_unread_store *u = &stores->unread.items[i];

		if (u != rebuilt &&
		    fix_refuse(fix, hc_err_info((enum hc_err_code)u->code)->remedy, err,
			       "%s of %s: %s", u->path, fix->offline->volumes[u->volume].name,
			       u->text) < 0)
			return -1;
	}
	return 0;
}

int
fix_bcd(struct fix *fix, struct hc_err *err)
{
	const struct fix_unread_store *rebuilt;
	struct boot b = { .fix = fix };
	struct fix_stores stores = { 0 };
	struct hc_bcd_map known;

	if (fix_here(fix, &b.here, err) < 0 || fix_stores(fix, &stores, err) < 0 ||
	    fix_moves(fix, &b.here, &b.map, err) < 0 ||
	    fix_rebuild(fix, &b.here, &b.map, &stores, &rebuilt, err) < 0 ||
	    tell_unread(fix, &stores, rebuilt, err) < 0)
		return -1;
	known = b.map;
	for (size_t i = 0; i < stores.count; i++) {
		const struct fix_store *store = &stores.items[i];
		struct hc_bcd_map map;

		if (map_of(&b, store, &map, err) < 0)
			return -1;
		for (size_t k = 0; k < store->elements.count; k++)
			if (patch(&b, store, &store->elements.items[k], &map, err) < 0)
				return -1;
		/* What the store told of the ids before, in addition to what was known. */
		if (map.count > known.count)
			known = map;
	}
	return fix_boot_files(fix, err) < 0 ? -1 : fix_reagent(fix, &b.here, &known, err);
}
