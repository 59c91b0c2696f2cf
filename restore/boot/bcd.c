/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The BCD store, a registry hive: Objects\{guid}\Description: Type, Objects\{guid}\Elements\XXXXXXXX: Element.
 *
 * The second digit of an element says how its value is stored (windows-offline.md section 7): 1 device, 2 text, 3 object,
 * 4 objects, 5 number, 6 yes or no.
 */
#include <stdio.h>
#include <string.h>

#include "restore/base/text.h"
#include "restore/boot/boot.h"

#define ELEMENT_TEXT 9 /* eight hex digits */

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a boot configuration");
}

/* "{9dea862c-…}": as Windows writes it; what is no GUID stays as it is. NULL: no memory. */
static const char *
normal_guid(struct hc_arena *arena, const char *text)
{
	char plain[HC_GUID_TEXT];
	uint8_t guid[16];

	if (!hc_guid_parse(text, guid))
		return hc_arena_strdup(arena, text);
	hc_guid_text(guid, plain);
	return hc_arena_printf(arena, "{%s}", plain);
}

/* ---------------------------------------------------------------- elements */

static int
read_text(struct hc_hive *hive, struct hc_hive_key key, struct hc_arena *arena,
	  const char **ret, struct hc_err *err)
{
	struct hc_err why;

	return hc_err_forgive(hc_hive_string(hive, key, "Element", arena, ret, &why), &why,
			      err);
}

static int
read_object_id(struct hc_hive *hive, struct hc_hive_key key, struct hc_arena *arena,
	       const char **ret, struct hc_err *err)
{
	const char *text = NULL;

	if (read_text(hive, key, arena, &text, err) < 0)
		return -1;
	if (text == NULL)
		return 0;
	*ret = normal_guid(arena, text);
	return *ret == NULL ? no_memory(err) : 0;
}

/* One byte in every store that was seen; any byte that isn't 0 counts. */
static int
read_yes_or_no(struct hc_hive *hive, struct hc_hive_key key, struct hc_arena *arena,
	       unsigned *ret, struct hc_err *err)
{
	struct hc_span bytes;
	struct hc_err why;

	if (hc_hive_bytes(hive, key, "Element", arena, &bytes, &why) < 0)
		return hc_err_forgive(-1, &why, err);
	if (bytes.size > 0)
		*ret = hc_is_zero(bytes.data, bytes.size) ? HC_NO : HC_YES;
	return 0;
}

static int
read_device(struct hc_hive *hive, struct hc_hive_key key, const char *element,
	    struct hc_arena *arena, struct hc_bcd_object *object, struct hc_err *err)
{
	struct hc_span bytes;
	struct hc_err why;
	int result = hc_hive_bytes(hive, key, "Element", arena, &bytes, &why);

	if (result == 0)
		result = hc_bcd_devices(bytes, element, arena, object, &why);
	/* What is there and can't be understood is a row of scheme "unknown", as an empty value is. */
	if (result < 0 && why.code == H_BCD_FORMAT)
		result = hc_bcd_devices(hc_span(NULL, 0), element, arena, object, &why);
	return hc_err_forgive(result, &why, err);
}

static bool
is_element(const char *name)
{
	return strlen(name) == ELEMENT_TEXT - 1 &&
	       strspn(name, "0123456789abcdefABCDEF") == ELEMENT_TEXT - 1;
}

static int
read_element(struct hc_hive *hive, struct hc_hive_key key, const char *name,
	     struct hc_arena *arena, struct hc_bcd_object *object, struct hc_err *err)
{
	if (name[1] == '1')
		return read_device(hive, key, name, arena, object, err);
	if (strcmp(name, "12000004") == 0)
		return read_text(hive, key, arena, &object->description, err);
	if (strcmp(name, "12000002") == 0)
		return read_text(hive, key, arena, &object->path, err);
	if (strcmp(name, "22000002") == 0)
		return read_text(hive, key, arena, &object->system_root, err);
	if (strcmp(name, "23000003") == 0)
		return read_object_id(hive, key, arena, &object->default_object, err);
	if (strcmp(name, "26000010") == 0)
		return read_yes_or_no(hive, key, arena, &object->detect_hal, err);
	return 0;
}

/* ---------------------------------------------------------------- objects */

static int
read_type(struct hc_hive *hive, const char *name, struct hc_arena *arena,
	  struct hc_bcd_object *object, struct hc_err *err)
{
	const char *path = hc_arena_printf(arena, "Objects\\%s\\Description", name);
	struct hc_hive_key key;
	struct hc_err why;
	uint32_t type = 0;

	if (path == NULL)
		return no_memory(err);
	/* One without a type stays 0: the store is odd, not unreadable. */
	if (hc_hive_key(hive, path, &key, &why) < 0 ||
	    hc_hive_dword(hive, key, "Type", &type, &why) < 0)
		type = 0;
	object->type = hc_arena_printf(arena, "%08x", type);
	return object->type == NULL ? no_memory(err) : 0;
}

static int
read_elements(struct hc_hive *hive, const char *name, struct hc_arena *arena,
	      struct hc_bcd_object *object, struct hc_err *err)
{
	const char *path = hc_arena_printf(arena, "Objects\\%s\\Elements", name), *element;
	struct hc_strings elements = { 0 };
	struct hc_hive_key key;
	struct hc_err why;
	int result = 0;

	if (path == NULL)
		return no_memory(err);
	if (hc_hive_key(hive, path, &key, &why) < 0 ||
	    hc_hive_subkeys(hive, key, arena, &elements, &why) < 0)
		return hc_err_forgive(-1, &why, err);
	for (size_t i = 0; i < elements.count && result == 0; i++) {
		if (!is_element(elements.items[i]))
			continue;
		element = hc_arena_printf(arena, "%s\\%s", path, elements.items[i]);
		if (element == NULL)
			return no_memory(err);
		if (hc_hive_key(hive, element, &key, &why) < 0)
			continue;
		result = read_element(hive, key, elements.items[i], arena, object, err);
	}
	return result;
}

static int
read_object(struct hc_hive *hive, const char *name, struct hc_arena *arena, struct hc_bcd *bcd,
	    struct hc_err *err)
{
	struct hc_bcd_object *object =
		hc_arena_grow(arena, &bcd->objects.items, &bcd->objects.count, sizeof(*object));

	if (object == NULL)
		return no_memory(err);
	object->id = normal_guid(arena, name);
	if (object->id == NULL)
		return no_memory(err);
	if (read_type(hive, name, arena, object, err) < 0)
		return -1;
	return read_elements(hive, name, arena, object, err);
}

int
hc_bcd_read(struct hc_hive *hive, const char *where, struct hc_arena *arena, struct hc_bcd *ret,
	    struct hc_err *err)
{
	struct hc_bcd bcd = { 0 };
	struct hc_strings names = { 0 };
	struct hc_hive_key objects;
	struct hc_err why;

	bcd.where = hc_arena_strdup(arena, where);
	if (bcd.where == NULL)
		return no_memory(err);
	if (hc_hive_key(hive, "Objects", &objects, &why) < 0) {
		hc_err_set(err, H_BCD_FORMAT,
			   "%s is a registry hive, but no boot configuration: it has no "
			   "key Objects",
			   where);
		return hc_err_at(err, HC_NO_OFFSET, "%s", where);
	}
	if (hc_hive_subkeys(hive, objects, arena, &names, err) < 0)
		return hc_err_at(err, HC_NO_OFFSET, "%s", where);
	for (size_t i = 0; i < names.count; i++)
		if (read_object(hive, names.items[i], arena, &bcd, err) < 0)
			return -1;
	*ret = bcd;
	return 0;
}

/* ---------------------------------------------------------------- the file */

int
hc_bcd_find(struct hc_volume *volume, const char **ret_path, struct hc_err *err)
{
	/* The system partition of UEFI, the active one of BIOS (windows-offline.md section 7). */
	static const char *const paths[] = { "\\EFI\\Microsoft\\Boot\\BCD", "\\Boot\\BCD" };
	struct hc_arena arena = { 0 };
	struct hc_entry entry;
	int result = -1;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && result < 0; i++) {
		result = hc_volume_stat(volume, paths[i], &arena, &entry, err);
		if (result == 0 && entry.type == HC_ENTRY_FOLDER)
			result = hc_err_set(err, H_PATH_NOT_FOUND, "%s is a folder", paths[i]);
		if (result == 0)
			*ret_path = paths[i];
		else if (err->code != H_PATH_NOT_FOUND)
			break;
	}
	hc_arena_done(&arena);
	return result;
}
