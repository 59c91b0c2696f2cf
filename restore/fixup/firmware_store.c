/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A boot store of BIOS becomes one of UEFI.  It is copied to the EFI system partition as it lies there, and the edits of values
 * are those of the copy: so it keeps every entry and option that people made.
 * Source: windows-offline.md section 7; the program names: own knowledge.
 */
#include <string.h>
#include <strings.h>

#include "restore/boot/efivars.h"
#include "restore/fixup/firmware_priv.h"

#define BOOTMGR      "{9dea862c-5cdd-4e70-acc1-f32b344d4795}"
#define FIRMWARE     "Objects\\{a5a30fa2-3d06-4e9f-b5f4-a01df9d1fcba}"
#define MEMTEST      "\\EFI\\Microsoft\\Boot\\memtest.efi"
#define DEVICE       "11000001"
#define PATH         "12000002"
#define SYSTEM       "21000001"
#define TYPE_FW      0x10100001u
#define TYPE_MGR     0x10100002u
#define TYPE_LOAD    0x10200003u
#define TYPE_WAKE    0x10200004u
#define TYPE_TEST    0x10200005u
#define PLAIN_DEVICE 88u    /* bytes: one partition and nothing else */
#define STORE_INLINE 65536u /* bytes: the most that an edit carries */
#define BECAUSE_ID   "the store names the partition as it is on this disk"

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a boot store");
}

/* ---------------------------------------------------------------- objects and elements */

struct object {
	const char *id;
	const char *elements; /* Objects\{…}\Elements */
	uint32_t type;        /* 0: it tells none */
	struct hc_strings names;
};

struct objects {
	struct object *items;
	size_t count;
};

static int
read_object(struct fix *fix, struct hc_hive *hive, const char *id, struct object *ret,
	    struct hc_err *err)
{
	const char *description = hc_arena_printf(fix->arena, "Objects\\%s\\Description", id);
	struct hc_hive_key key;
	struct hc_err ignored;

	*ret = (struct object){ .id = id };
	ret->elements = hc_arena_printf(fix->arena, "Objects\\%s\\Elements", id);
	if (description == NULL || ret->elements == NULL)
		return no_memory(err);
	if (hc_hive_key(hive, description, &key, &ignored) < 0 ||
	    hc_hive_dword(hive, key, "Type", &ret->type, &ignored) < 0)
		ret->type = 0;
	if (hc_hive_key(hive, ret->elements, &key, &ignored) < 0)
		return 0;
	return hc_hive_subkeys(hive, key, fix->arena, &ret->names, err);
}

static int
read_objects(struct fix *fix, struct hc_hive *hive, struct objects *ret, struct hc_err *err)
{
	struct hc_strings ids = { 0 };
	struct hc_hive_key key;

	if (hc_hive_key(hive, "Objects", &key, err) < 0 ||
	    hc_hive_subkeys(hive, key, fix->arena, &ids, err) < 0)
		return -1;
	ret->items = hc_arena_array(fix->arena, ids.count + 1, sizeof(*ret->items));
	if (ret->items == NULL)
		return no_memory(err);
	for (; ret->count < ids.count; ret->count++)
		if (read_object(fix, hive, ids.items[ret->count], &ret->items[ret->count],
				err) < 0)
			return -1;
	return 0;
}

static const char *
element_key(struct fix *fix, const struct object *object, const char *element)
{
	return hc_arena_printf(fix->arena, "%s\\%s", object->elements, element);
}

/* 0: *ret is a copy that may be changed; 1: there is none. */
static int
device_bytes(struct fix *fix, struct hc_hive *hive, const char *key, struct hc_span *ret,
	     uint8_t **ret_copy, struct hc_err *err)
{
	struct hc_hive_key found;
	struct hc_err ignored;
	struct hc_span bytes;

	if (hc_hive_key(hive, key, &found, &ignored) < 0 ||
	    hc_hive_bytes(hive, found, "Element", fix->arena, &bytes, &ignored) < 0)
		return 1;
	*ret_copy = hc_arena_alloc(fix->arena, bytes.size + 1);
	if (*ret_copy == NULL)
		return no_memory(err);
	memcpy(*ret_copy, bytes.data, bytes.size);
	*ret = hc_span(*ret_copy, bytes.size);
	return 0;
}

/* ---------------------------------------------------------------- whose loader it is */

static bool
same_partition(const struct hc_bcd_partition *a, const struct hc_bcd_partition *b)
{
	return a->scheme == b->scheme && memcmp(a->disk, b->disk, sizeof(a->disk)) == 0 &&
	       memcmp(a->partition, b->partition, sizeof(a->partition)) == 0;
}

/* Whether a device names this Windows' partition, once the map was applied: 1 and 0. */
static int
names_system(const struct conversion *c, uint8_t *copy, size_t size, struct hc_err *err)
{
	const struct hc_bcd_map none = { 0 };
	struct hc_bcd_patched done, left;

	if (hc_bcd_patch(copy, size, &c->fix->request->moves, c->fix->arena, &done, err) < 0 ||
	    hc_bcd_patch(copy, size, &none, c->fix->arena, &left, err) < 0)
		return -1;
	for (size_t i = 0; i < left.unknown.count; i++)
		if (same_partition(&left.unknown.items[i].partition, &c->system_id))
			return 1;
	return 0;
}

int
firmware_loader_of(const struct conversion *c, const struct fix_hive *store, const char **ret,
		   struct hc_err *err)
{
	struct fix *fix = c->fix;
	struct objects objects = { 0 };

	*ret = NULL;
	if (read_objects(fix, store->hive, &objects, err) < 0)
		return -1;
	for (size_t i = 0; i < objects.count && *ret == NULL; i++) {
		const char *device = element_key(fix, &objects.items[i], SYSTEM);
		const char *path = element_key(fix, &objects.items[i], PATH);
		struct hc_hive_key key;
		struct hc_span bytes;
		struct hc_err ignored;
		uint8_t *copy;
		int found;

		if (device == NULL || path == NULL)
			return no_memory(err);
		if (objects.items[i].type != TYPE_LOAD)
			continue;
		found = device_bytes(fix, store->hive, device, &bytes, &copy, err);
		if (found < 0)
			return -1;
		/* The recovery environment lies in a file on the same partition: its device is larger. */
		if (found == 1 || bytes.size != PLAIN_DEVICE)
			continue;
		found = names_system(c, copy, bytes.size, err);
		if (found < 0)
			return -1;
		if (found == 1 && hc_hive_key(store->hive, path, &key, &ignored) == 0)
			(void)!hc_hive_string(store->hive, key, "Element", fix->arena, ret,
					      &ignored);
	}
	return 0;
}

/* ---------------------------------------------------------------- the store of BIOS */

static bool
is_clean(const struct fix *fix, size_t volume, const char *path)
{
	for (size_t i = 0; i < fix->offline->hives.count; i++)
		if (fix->offline->hives.items[i].volume == volume &&
		    strcasecmp(fix->offline->hives.items[i].path, path) == 0)
			return !fix->offline->hives.items[i].loaded.state.dirty;
	return false;
}

/* 0: *ret is the store that starts this Windows; 1: none does. */
static int
find_store(struct conversion *c, struct fix_hive *ret, struct hc_err *err)
{
	struct fix *fix = c->fix;

	for (size_t i = 0; i < fix->offline->count; i++) {
		struct hc_volume *volume = fix->offline->volumes[i].volume;
		const char *loader = NULL;
		struct hc_entry entry;
		struct hc_err why;
		int found;

		if (volume == NULL ||
		    hc_volume_stat(volume, BIOS_STORE, fix->arena, &entry, &why) < 0)
			continue;
		found = fix_hive_at(fix, i, BIOS_STORE, ret, err);
		if (found == 0)
			found = firmware_loader_of(c, ret, &loader, err);
		if (found < 0)
			return -1;
		if (loader == NULL)
			continue;
		c->store = i;
		return 0;
	}
	return 1;
}

/* ---------------------------------------------------------------- its copy */

static int
want_devices(struct conversion *c, const struct fix_hive *to, const struct object *object,
	     struct hc_err *err)
{
	/* The boot manager, and the memory test beside it, lie on the partition that the firmware starts. */
	const bool on_esp = object->type == TYPE_MGR || object->type == TYPE_TEST;

	for (size_t i = 0; i < object->names.count; i++) {
		const char *name = object->names.items[i];
		const char *key = element_key(c->fix, object, name);
		struct hc_bcd_move all[HC_BCD_DEVICES_MAX];
		struct hc_bcd_map map = { 0 };
		struct hc_bcd_patched done;
		struct hc_span bytes;
		uint8_t *copy;
		int found;

		if (key == NULL)
			return no_memory(err);
		if (strlen(name) != 8 || name[1] != '1')
			continue;
		found = device_bytes(c->fix, to->hive, key, &bytes, &copy, err);
		if (found != 0) {
			if (found < 0)
				return -1;
			continue;
		}
		if (hc_bcd_patch(copy, bytes.size, on_esp ? &map : &c->fix->request->moves,
				 c->fix->arena, &done, err) < 0)
			return -1;
		for (size_t k = 0; on_esp && k < done.unknown.count; k++)
			all[map.count++] =
				(struct hc_bcd_move){ .from = done.unknown.items[k].partition,
						      .to = c->esp_id };
		map.items = all;
		if (on_esp &&
		    hc_bcd_patch(copy, bytes.size, &map, c->fix->arena, &done, err) < 0)
			return -1;
		if (want_value(c->fix, to, key, "Element", REG_BINARY, bytes, BECAUSE_ID, err) <
		    0)
			return -1;
	}
	return 0;
}

/* \Windows\system32\winload.exe becomes winload.efi in the same folder; NULL: it stays. */
static const char *
efi_path(struct hc_arena *arena, uint32_t type, const char *path)
{
	static const struct {
		uint32_t type;
		const char *program, *becomes;
	} programs[] = {
		{ TYPE_LOAD, "winload.exe", "winload.efi" },
		{ TYPE_WAKE, "winresume.exe", "winresume.efi" },
	};
	size_t length = strlen(path);

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		size_t tail = strlen(programs[i].program);

		if (programs[i].type == type && length >= tail &&
		    strcasecmp(path + length - tail, programs[i].program) == 0)
			return hc_arena_printf(arena, "%.*s%s", (int)(length - tail), path,
					       programs[i].becomes);
	}
	return NULL;
}

static int
want_path(struct conversion *c, const struct fix_hive *to, const struct object *object,
	  struct hc_err *err)
{
	static const char because[] = "UEFI starts another program of the same Windows";
	const char *key = element_key(c->fix, object, PATH), *path = NULL, *becomes;
	struct hc_hive_key found;
	struct hc_err ignored;

	if (key == NULL)
		return no_memory(err);
	if (hc_hive_key(to->hive, key, &found, &ignored) == 0)
		(void)!hc_hive_string(to->hive, found, "Element", c->fix->arena, &path,
				      &ignored);
	if (object->type == TYPE_MGR && strcasecmp(object->id, BOOTMGR) == 0)
		becomes = HC_EFI_WINDOWS_PATH;
	else if (object->type == TYPE_TEST && path != NULL)
		becomes = MEMTEST;
	else
		becomes = path != NULL ? efi_path(c->fix->arena, object->type, path) : NULL;
	return becomes == NULL
		       ? 0
		       : want_text(c->fix, to, key, "Element", REG_SZ, becomes, because, err);
}

/* The firmware's own list, which Windows keeps in step with BootOrder. */
static int
want_firmware_object(struct conversion *c, const struct fix_hive *to, struct hc_err *err)
{
	static const char because[] = "a store of UEFI has it";
	const char *managers[] = { BOOTMGR };
	const struct hc_strings order = { managers, 1 };

	return want_dword(c->fix, to, FIRMWARE "\\Description", "Type", TYPE_FW, because, err) <
				       0 ||
			       want_texts(c->fix, to, FIRMWARE "\\Elements\\24000001",
					  "Element", &order, because, err) < 0 ||
			       want_dword(c->fix, to, "Description", "FirmwareModified", 1,
					  because, err) < 0
		       ? -1
		       : 0;
}

/* The edit carries it: the repair bcd may change the one that it is copied from.  A larger one is read when the edit is made. */
static int
want_store_file(struct conversion *c, uint64_t partition, struct hc_err *err)
{
	const struct hc_edit_source source = { .kind = "volume",
					       .partition = partition,
					       .path = BIOS_STORE };
	static const char because[] = "UEFI looks for the boot store on its own partition";
	struct hc_buf bytes = { 0 };
	int result = hc_volume_read_all(c->fix->offline->volumes[c->store].volume, BIOS_STORE,
					STORE_INLINE, &bytes, err);

	result = result < 0 ? want_file_from(c->fix, c->esp, EFI_STORE, &source, because, err)
			    : want_file(c->fix, c->esp, EFI_STORE, hc_buf_span(&bytes), because,
					err);
	hc_buf_done(&bytes);
	return result;
}

static int
want_copy(struct conversion *c, const struct fix_hive *from, struct hc_err *err)
{
	struct fix *fix = c->fix;
	const struct fix_hive to = { .hive = from->hive,
				     .partition = fix->offline->volumes[c->esp].number,
				     .path = EFI_STORE };
	struct objects objects = { 0 };

	if (want_store_file(c, from->partition, err) < 0 ||
	    read_objects(fix, from->hive, &objects, err) < 0)
		return -1;
	for (size_t i = 0; i < objects.count; i++)
		if (want_devices(c, &to, &objects.items[i], err) < 0 ||
		    want_path(c, &to, &objects.items[i], err) < 0)
			return -1;
	return want_firmware_object(c, &to, err);
}

/* There is a store already: fine if it starts this Windows.  0: it does; 1: it doesn't. */
static int
check_there(struct conversion *c, struct hc_err *err)
{
	struct fix_hive there;
	const char *loader;
	int found = fix_hive_at(c->fix, c->esp, EFI_STORE, &there, err);

	if (found != 0)
		return found;
	if (firmware_loader_of(c, &there, &loader, err) < 0)
		return -1;
	if (loader != NULL)
		return 0;
	return fix_refuse(c->fix, NULL, err,
			  "the conversion to UEFI is not made: the EFI system partition has a "
			  "boot store of another Windows") < 0
		       ? -1
		       : 1;
}

int
firmware_want_store(struct conversion *c, struct hc_err *err)
{
	struct hc_entry entry;
	struct fix_hive from;
	struct hc_err why;
	int found;

	if (hc_volume_stat(c->fix->offline->volumes[c->esp].volume, EFI_STORE, c->fix->arena,
			   &entry, &why) == 0)
		return check_there(c, err);
	found = find_store(c, &from, err);
	if (found < 0)
		return -1;
	if (found == 1)
		return fix_refuse(c->fix, NULL, err,
				  "the conversion to UEFI is not made: no boot store of this "
				  "disk starts this Windows") < 0
			       ? -1
			       : 1;
	if (!is_clean(c->fix, c->store, BIOS_STORE))
		return fix_refuse(c->fix, "Start the source machine once and shut it down.",
				  err,
				  "the conversion to UEFI is not made: the boot store was not "
				  "closed") < 0
			       ? -1
			       : 1;
	return want_copy(c, &from, err);
}
