/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Part of bcd: a boot store made anew, where the one that starts this Windows is missing or is none.
 *
 * It has what every store has that was seen of a Windows that starts from its own disk (data/hives/bcd): boot manager, one
 * loader with its resume object, the memory test, and the objects of settings that they inherit from.  The recovery
 * environment has its entry under the id that ReAgent.xml knows it by, where that file names one on this disk; else a note
 * says that it has none, and why.
 */
#include <stdlib.h>
#include <string.h>

#include "restore/base/digest.h"
#include "restore/base/text.h"
#include "restore/fixup/edits_priv.h"
#include "restore/fixup/moves.h"
#include "restore/hive/edit.h"

#define STORE_MAX 65536u

#define MANAGER       "{9dea862c-5cdd-4e70-acc1-f32b344d4795}"
#define GLOBAL        "{7ea2e1ac-2e61-4728-aaa3-896d9d0a9f0e}"
#define DEBUGGER      "{4636856e-540f-4170-a130-a84776f4c654}"
#define EMS           "{0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}"
#define BAD_MEMORY    "{5189b25c-5558-4bf2-bca4-289b11bd29e2}"
#define LOADER_COMMON "{6efb52bf-1766-41db-a6b3-0ee5eff72bd7}"
#define HYPERVISOR    "{7ff607e0-4395-11db-b0de-0800200c9a66}"
#define RESUME_COMMON "{1afa9c49-16ab-4a5c-901b-212802da9460}"
#define MEMORY_TEST   "{b2721d73-1db4-4c62-bf78-c548a880142d}"
/* Objects of this store alone: their ids are made of the partition's. */
#define LOADER "loader"
#define RESUME "resume"
/* Its id is that of ReAgent.xml. */
#define RECOVERY         "recovery"
#define RECOVERY_OPTIONS "recovery options"

static const struct object {
	const char *id;
	uint32_t type;
} objects[] = {
	{ MANAGER, 0x10100002 },
	{ LOADER, 0x10200003 },
	{ RESUME, 0x10200004 },
	{ MEMORY_TEST, 0x10200005 },
	{ GLOBAL, 0x20100000 },
	{ DEBUGGER, 0x20100000 },
	{ EMS, 0x20100000 },
	{ BAD_MEMORY, 0x20100000 },
	{ LOADER_COMMON, 0x20200003 },
	{ HYPERVISOR, 0x20200003 },
	{ RESUME_COMMON, 0x20200004 },
	{ RECOVERY, 0x10200003 },
	{ RECOVERY_OPTIONS, 0x30000000 },
};

enum form {
	BOOT_PARTITION,
	SYSTEM_PARTITION,
	RECOVERY_PARTITION,
	RECOVERY_IMAGE,
	RECOVERY_FILE, /* a path: of the file in the folder of the recovery environment */
	TEXT,          /* $ stands for the folder of Windows, @ for exe or efi */
	PRODUCT,       /* its name */
	OBJECT,
	LIST, /* of one or more objects */
	NUMBER,
	NX, /* which programs may run data: 0 those that ask not to, on servers 1; own knowledge */
	YES,
	NO,
};

enum { ANY, BIOS, UEFI, WITH_RECOVERY };

static const struct element {
	const char *object, *element;
	enum form form;
	const char *values[3];
	uint64_t number;
	int when;
	unsigned since;
} elements[] = {
	{ MANAGER, "11000001", BOOT_PARTITION, { 0 }, 0, ANY, 0 },
	{ MANAGER, "12000002", TEXT, { "\\EFI\\Microsoft\\Boot\\bootmgfw.efi" }, 0, UEFI, 0 },
	{ MANAGER, "12000004", TEXT, { "Windows Boot Manager" }, 0, ANY, 0 },
	{ MANAGER, "12000005", TEXT, { "en-US" }, 0, ANY, 0 },
	{ MANAGER, "14000006", LIST, { GLOBAL }, 0, ANY, 0 },
	{ MANAGER, "23000003", OBJECT, { LOADER }, 0, ANY, 0 },
	{ MANAGER, "23000006", OBJECT, { RESUME }, 0, ANY, 0 },
	{ MANAGER, "24000001", LIST, { LOADER }, 0, ANY, 0 },
	{ MANAGER, "24000010", LIST, { MEMORY_TEST }, 0, ANY, 0 },
	{ MANAGER, "25000004", NUMBER, { 0 }, 30, ANY, 0 },
	{ LOADER, "11000001", SYSTEM_PARTITION, { 0 }, 0, ANY, 0 },
	{ LOADER, "12000002", TEXT, { "$\\system32\\winload.@" }, 0, ANY, 0 },
	{ LOADER, "12000004", PRODUCT, { 0 }, 0, ANY, 0 },
	{ LOADER, "12000005", TEXT, { "en-US" }, 0, ANY, 0 },
	{ LOADER, "14000006", LIST, { LOADER_COMMON }, 0, ANY, 0 },
	{ LOADER, "14000008", LIST, { RECOVERY }, 0, WITH_RECOVERY, 0 },
	{ LOADER, "16000009", YES, { 0 }, 0, WITH_RECOVERY, 0 },
	{ LOADER, "21000001", SYSTEM_PARTITION, { 0 }, 0, ANY, 0 },
	{ LOADER, "22000002", TEXT, { "$" }, 0, ANY, 0 },
	{ LOADER, "23000003", OBJECT, { RESUME }, 0, ANY, 0 },
	{ LOADER, "25000020", NX, { 0 }, 0, ANY, 0 },
	{ LOADER, "250000c2", NUMBER, { 0 }, 1, ANY, HC_NT(6, 2) },
	{ RESUME, "11000001", SYSTEM_PARTITION, { 0 }, 0, ANY, 0 },
	{ RESUME, "12000002", TEXT, { "$\\system32\\winresume.@" }, 0, ANY, 0 },
	{ RESUME, "12000004", TEXT, { "Windows Resume Application" }, 0, ANY, 0 },
	{ RESUME, "12000005", TEXT, { "en-US" }, 0, ANY, 0 },
	{ RESUME, "14000006", LIST, { RESUME_COMMON }, 0, ANY, 0 },
	{ RESUME, "21000001", SYSTEM_PARTITION, { 0 }, 0, ANY, 0 },
	{ RESUME, "22000002", TEXT, { "\\hiberfil.sys" }, 0, ANY, 0 },
	{ MEMORY_TEST, "11000001", BOOT_PARTITION, { 0 }, 0, ANY, 0 },
	{ MEMORY_TEST,
	  "12000002",
	  TEXT,
	  { "\\EFI\\Microsoft\\Boot\\memtest.efi" },
	  0,
	  UEFI,
	  0 },
	{ MEMORY_TEST, "12000002", TEXT, { "\\boot\\memtest.exe" }, 0, BIOS, 0 },
	{ MEMORY_TEST, "12000004", TEXT, { "Windows Memory Diagnostic" }, 0, ANY, 0 },
	{ MEMORY_TEST, "12000005", TEXT, { "en-US" }, 0, ANY, 0 },
	{ MEMORY_TEST, "14000006", LIST, { GLOBAL }, 0, ANY, 0 },
	{ MEMORY_TEST, "1600000b", YES, { 0 }, 0, ANY, 0 },
	{ GLOBAL, "14000006", LIST, { DEBUGGER, EMS, BAD_MEMORY }, 0, ANY, 0 },
	{ DEBUGGER, "15000011", NUMBER, { 0 }, 0, ANY, 0 },
	{ DEBUGGER, "15000013", NUMBER, { 0 }, 1, ANY, 0 },
	{ DEBUGGER, "15000014", NUMBER, { 0 }, 115200, ANY, 0 },
	{ EMS, "16000020", NO, { 0 }, 0, ANY, 0 },
	{ LOADER_COMMON, "14000006", LIST, { GLOBAL, HYPERVISOR }, 0, ANY, 0 },
	{ HYPERVISOR, "250000f3", NUMBER, { 0 }, 0, ANY, 0 },
	{ HYPERVISOR, "250000f4", NUMBER, { 0 }, 1, ANY, 0 },
	{ HYPERVISOR, "250000f5", NUMBER, { 0 }, 115200, ANY, 0 },
	{ RESUME_COMMON, "14000006", LIST, { GLOBAL }, 0, ANY, 0 },
	/* As the stores of Windows 8.1 and 10 have it. */
	{ RECOVERY, "11000001", RECOVERY_IMAGE, { 0 }, 0, WITH_RECOVERY, 0 },
	{ RECOVERY,
	  "12000002",
	  TEXT,
	  { "\\windows\\system32\\winload.@" },
	  0,
	  WITH_RECOVERY,
	  0 },
	{ RECOVERY, "12000004", TEXT, { "Windows Recovery Environment" }, 0, WITH_RECOVERY, 0 },
	{ RECOVERY, "12000005", TEXT, { "en-US" }, 0, WITH_RECOVERY, 0 },
	{ RECOVERY, "14000006", LIST, { LOADER_COMMON }, 0, WITH_RECOVERY, 0 },
	{ RECOVERY, "15000065", NUMBER, { 0 }, 3, WITH_RECOVERY, HC_NT(6, 2) },
	{ RECOVERY, "21000001", RECOVERY_IMAGE, { 0 }, 0, WITH_RECOVERY, 0 },
	{ RECOVERY, "22000002", TEXT, { "\\windows" }, 0, WITH_RECOVERY, 0 },
	{ RECOVERY, "25000020", NUMBER, { 0 }, 0, WITH_RECOVERY, 0 },
	{ RECOVERY, "250000c2", NUMBER, { 0 }, 1, WITH_RECOVERY, HC_NT(6, 2) },
	{ RECOVERY, "26000022", YES, { 0 }, 0, WITH_RECOVERY, 0 },
	{ RECOVERY, "46000010", YES, { 0 }, 0, WITH_RECOVERY, 0 },
	{ RECOVERY_OPTIONS, "12000004", TEXT, { "Windows Recovery" }, 0, WITH_RECOVERY, 0 },
	{ RECOVERY_OPTIONS, "31000003", RECOVERY_PARTITION, { 0 }, 0, WITH_RECOVERY, 0 },
	{ RECOVERY_OPTIONS, "32000004", RECOVERY_FILE, { "boot.sdi" }, 0, WITH_RECOVERY, 0 },
};

struct rebuild {
	struct fix *fix;
	const struct fix_here *here;
	bool uefi, has_recovery;
	struct fix_recovery recovery;
	struct {
		struct hc_hive_change *items;
		size_t count;
	} changes;
};

/* ---------------------------------------------------------------- values */

/* Made of the partition that Windows lies on and of what it is for: the same each time. */
static const char *
own_id(const struct rebuild *r, const char *what)
{
	const struct hc_bcd_partition *p = &r->here->items[r->here->system];
	uint8_t bytes[64] = { 0 };
	struct hc_digest sum;
	char text[HC_GUID_TEXT];

	memcpy(bytes, p->disk, 16);
	memcpy(bytes + 16, p->partition, 16);
	memcpy(bytes + 32, what, strlen(what));
	hc_digest_of(HC_DIGEST_SHA256, bytes, sizeof(bytes), &sum);
	/* RFC 9562 section 5.8: version 8, of one's own making. */
	sum.bytes[7] = (uint8_t)(0x80 | (sum.bytes[7] & 0x0f));
	sum.bytes[8] = (uint8_t)(0x80 | (sum.bytes[8] & 0x3f));
	hc_guid_text(sum.bytes, text);
	return hc_arena_printf(r->fix->arena, "{%s}", text);
}

static const char *
id_of(const struct rebuild *r, const char *object)
{
	char text[HC_GUID_TEXT];

	if (object[0] == '{')
		return object;
	if (strcmp(object, RECOVERY) != 0)
		return own_id(r, object);
	hc_guid_text(r->recovery.entry, text);
	return hc_arena_printf(r->fix->arena, "{%s}", text);
}

static const char *
expand(const struct rebuild *r, const char *text)
{
	const char *root = text[0] == '$' ? r->fix->offline->root + 1 : "",
		   *rest = text[0] == '$' ? text + 1 : text, *at = strchr(rest, '@');
	size_t length = at != NULL ? (size_t)(at - rest) : strlen(rest);

	return hc_arena_printf(r->fix->arena, "%s%s%.*s%s", root[0] != '\0' ? "\\" : "", root,
			       (int)length, rest,
			       at == NULL ? ""
			       : r->uefi  ? "efi"
					  : "exe");
}

/* Of the recovery environment; NULL: no memory. */
static const char *
recovery_path(const struct rebuild *r, const char *file)
{
	return hc_arena_printf(r->fix->arena, "%s\\%s", r->recovery.folder, file);
}

static int
put_image(const struct rebuild *r, struct hc_buf *out, struct hc_err *err)
{
	const char *options = own_id(r, RECOVERY_OPTIONS),
		   *path = recovery_path(r, "Winre.wim");
	uint8_t guid[16];

	if (options == NULL || path == NULL || !hc_guid_parse(options, guid))
		return fix_no_memory(err);
	return hc_bcd_make_ramdisk(&r->here->items[r->recovery.volume], guid, path, out, err);
}

static int
put_text(const char *text, struct hc_buf *out, struct hc_err *err)
{
	if (text == NULL)
		return fix_no_memory(err);
	return hc_utf8_to_utf16(text, out, err) < 0 ? -1 : hc_buf_append(out, "\0", 2, err);
}

static int
put_number(uint64_t number, struct hc_buf *out, struct hc_err *err)
{
	uint8_t bytes[8];

	hc_put_le64(bytes, number);
	return hc_buf_append(out, bytes, sizeof(bytes), err);
}

static int
put_list(struct rebuild *r, const struct element *e, struct hc_buf *out, struct hc_err *err)
{
	for (size_t i = 0; i < 3 && e->values[i] != NULL; i++)
		if (put_text(id_of(r, e->values[i]), out, err) < 0)
			return -1;
	return hc_buf_append(out, "\0", 2, err);
}

static int
put_value(struct rebuild *r, const struct element *e, uint32_t *ret_type, struct hc_buf *out,
	  struct hc_err *err)
{
	const struct hc_windows *windows = r->fix->windows;
	bool client =
		windows->product_type == NULL || strcmp(windows->product_type, "WinNT") == 0;

	*ret_type = REG_BINARY;
	switch (e->form) {
	case BOOT_PARTITION:
		return hc_bcd_make_partition(&r->here->items[r->fix->offline->boot], out, err);
	case SYSTEM_PARTITION:
		return hc_bcd_make_partition(&r->here->items[r->here->system], out, err);
	case RECOVERY_PARTITION:
		return hc_bcd_make_partition(&r->here->items[r->recovery.volume], out, err);
	case RECOVERY_IMAGE:
		return put_image(r, out, err);
	case RECOVERY_FILE:
		*ret_type = REG_SZ;
		return put_text(recovery_path(r, e->values[0]), out, err);
	case TEXT:
		*ret_type = REG_SZ;
		return put_text(expand(r, e->values[0]), out, err);
	case PRODUCT:
		*ret_type = REG_SZ;
		return put_text(windows->product != NULL ? windows->product : "Windows", out,
				err);
	case OBJECT:
		*ret_type = REG_SZ;
		return put_text(id_of(r, e->values[0]), out, err);
	case LIST:
		*ret_type = REG_MULTI_SZ;
		return put_list(r, e, out, err);
	case NUMBER:
		return put_number(e->number, out, err);
	case NX:
		return put_number(client ? 0 : 1, out, err);
	case YES:
	case NO:
		return hc_buf_append(out, e->form == YES ? "\1" : "\0", 1, err);
	}
	return hc_err_set(err, H_INTERNAL, "an element of no form");
}

/* ---------------------------------------------------------------- the store */

static int
add(struct rebuild *r, enum hc_hive_change_kind kind, const char *key, const char *name,
    uint32_t type, struct hc_span data, struct hc_err *err)
{
	struct hc_hive_change *change = hc_arena_grow(r->fix->arena, &r->changes.items,
						      &r->changes.count, sizeof(*change));
	uint8_t *copy = hc_arena_alloc(r->fix->arena, data.size + 1);

	if (change == NULL || key == NULL || copy == NULL)
		return fix_no_memory(err);
	if (data.size > 0)
		memcpy(copy, data.data, data.size);
	*change = (struct hc_hive_change){ kind, key, name, type, hc_span(copy, data.size) };
	return 0;
}

static int
add_dword(struct rebuild *r, const char *key, const char *name, uint32_t value,
	  struct hc_err *err)
{
	uint8_t bytes[4];

	hc_put_le32(bytes, value);
	return add(r, HC_HIVE_SET_VALUE, key, name, REG_DWORD, hc_span(bytes, sizeof(bytes)),
		   err);
}

static int
add_object(struct rebuild *r, const struct object *object, struct hc_err *err)
{
	struct hc_arena *arena = r->fix->arena;
	const char *id = id_of(r, object->id), *description, *list;

	if (id == NULL)
		return fix_no_memory(err);
	description = hc_arena_printf(arena, "Objects\\%s\\Description", id);
	list = hc_arena_printf(arena, "Objects\\%s\\Elements", id);
	if (description == NULL || add_dword(r, description, "Type", object->type, err) < 0 ||
	    add(r, HC_HIVE_MAKE_KEY, list, NULL, 0, hc_span(NULL, 0), err) < 0)
		return -1;
	return 0;
}

static int
add_element(struct rebuild *r, const struct element *e, struct hc_err *err)
{
	const char *id = id_of(r, e->object);
	struct hc_buf value = { 0 };
	uint32_t type;
	int result = -1;

	if (id == NULL)
		return fix_no_memory(err);
	if (put_value(r, e, &type, &value, err) == 0)
		result = add(r, HC_HIVE_SET_VALUE,
			     hc_arena_printf(r->fix->arena, "Objects\\%s\\Elements\\%s", id,
					     e->element),
			     "Element", type, hc_buf_span(&value), err);
	hc_buf_done(&value);
	return result;
}

/* Description of the root: as the stores of 7 to 10 have it; TreatAsSystem was seen on 10 only. */
static int
add_description(struct rebuild *r, struct hc_err *err)
{
	struct hc_buf name = { 0 };
	int result = -1;

	if (put_text("BCD00000000", &name, err) == 0)
		result = add(r, HC_HIVE_SET_VALUE, "Description", "KeyName", REG_SZ,
			     hc_buf_span(&name), err);
	hc_buf_done(&name);
	if (result == 0)
		result = add_dword(r, "Description", "System", 1, err);
	if (result == 0 && r->fix->version >= HC_NT(10, 0))
		result = add_dword(r, "Description", "TreatAsSystem", 1, err);
	return result;
}

static bool
is_of_recovery(const char *object)
{
	return strcmp(object, RECOVERY) == 0 || strcmp(object, RECOVERY_OPTIONS) == 0;
}

static bool
is_wanted(const struct rebuild *r, const struct element *e)
{
	const bool holds[] = { [ANY] = true,
			       [BIOS] = !r->uefi,
			       [UEFI] = r->uefi,
			       [WITH_RECOVERY] = r->has_recovery };

	return r->fix->version >= e->since && holds[e->when];
}

static int
add_all(struct rebuild *r, struct hc_err *err)
{
	if (add_description(r, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if ((r->has_recovery || !is_of_recovery(objects[i].id)) &&
		    add_object(r, &objects[i], err) < 0)
			return -1;
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (is_wanted(r, &elements[i]) && add_element(r, &elements[i], err) < 0)
			return -1;
	return 0;
}

static int
write_store(struct rebuild *r, const char *path, struct hc_err *err)
{
	struct hc_hive_changes changes;
	struct hc_buf empty = { 0 }, store = { 0 };
	int result = -1;

	if (add_all(r, err) < 0)
		return -1;
	changes = (struct hc_hive_changes){ r->changes.items, r->changes.count };
	/* No time of its own: what is planned twice is the same twice. */
	if (hc_hive_new(&empty, err) < 0 ||
	    hc_hive_edit(hc_buf_span(&empty), "BCD", &changes, 0, &store, err) < 0)
		goto out;
	if (store.size > STORE_MAX)
		result = hc_err_set(err, H_INTERNAL, "a new boot store has %zu bytes",
				    store.size);
	else
		result = want_file(r->fix, r->fix->offline->boot, path, hc_buf_span(&store),
				   "there is no boot store that starts this Windows", err);
out:
	hc_buf_done(&empty);
	hc_buf_done(&store);
	return result;
}

/* Logs of the old store must not be replayed into the new one. */
static int
drop_logs(struct fix *fix, const char *path, struct hc_err *err)
{
	static const char *const ends[] = { ".LOG", ".LOG1", ".LOG2" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const char *log = hc_arena_printf(fix->arena, "%s%s", path, ends[i]);

		if (log == NULL)
			return fix_no_memory(err);
		if (want_no_file(fix, fix->offline->boot, log,
				 "it is a log of the store that is replaced", err) < 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------- whether */

static bool
is_there(const struct fix *fix, const struct fix_stores *stores, const char *path)
{
	for (size_t i = 0; i < stores->count; i++)
		if (stores->items[i].volume == fix->offline->boot &&
		    strcmp(stores->items[i].hive.path, path) == 0)
			return true;
	return false;
}

/* Another partition of this disk has one: of two EFI system partitions it is that one which counts, perhaps. */
static bool
is_elsewhere(const struct fix_stores *stores, const char *path)
{
	for (size_t i = 0; i < stores->count; i++)
		if (strcmp(stores->items[i].hive.path, path) == 0)
			return true;
	return false;
}

/* *ret NULL: there is none; one that could be read after all, with its logs for example, is no reason. */
static bool
may_replace(const struct fix *fix, const struct fix_stores *stores, const char *path,
	    const struct fix_unread_store **ret)
{
	*ret = NULL;
	for (size_t i = 0; i < stores->unread.count; i++) {
		const struct fix_unread_store *u = &stores->unread.items[i];

		if (u->volume != fix->offline->boot || strcmp(u->path, path) != 0)
			continue;
		*ret = u;
		return u->code == H_HIVE_FORMAT || u->code == H_BCD_FORMAT;
	}
	return true;
}

static int
has_loader(struct rebuild *r, bool *ret, struct hc_err *err)
{
	struct hc_volume *volume = r->fix->offline->volumes[r->here->system].volume;
	const char *loader = expand(r, "$\\system32\\winload.@");
	struct hc_entry entry;
	struct hc_err why;

	if (loader == NULL)
		return fix_no_memory(err);
	*ret = hc_volume_stat(volume, loader, r->fix->arena, &entry, &why) == 0;
	if (*ret || (why.code != H_OUT_OF_MEMORY && why.code != H_DISK_READ))
		return 0;
	*err = why;
	return -1;
}

/* The boot partition can hold one, and store and firmware fit. */
static bool
is_possible(const struct fix *fix, const struct fix_here *here)
{
	const struct hc_offline *offline = fix->offline;
	const char *convert = fix->request->convert_firmware;

	return fix->version >= HC_NT(6, 0) && offline->boot != HC_OFFLINE_NONE &&
	       offline->volumes[offline->boot].volume != NULL &&
	       here->items[offline->boot].scheme != HC_BCD_RAW &&
	       here->items[here->system].scheme != HC_BCD_RAW &&
	       (convert == NULL || strcmp(convert, fix_firmware_of(fix)) == 0);
}

/* Its entry, or a note that there is none. */
static int
find_recovery(struct rebuild *r, const struct hc_bcd_map *map, struct hc_err *err)
{
	const char *why;
	int missing = fix_recovery(r->fix, r->here, map, &r->recovery, &why, err);

	if (missing < 0)
		return -1;
	r->has_recovery = missing == 0;
	return r->has_recovery
		       ? 0
		       : fix_note(r->fix, err,
				  "the new boot store has no entry for a recovery "
				  "environment: %s; `reagentc /enable` in Windows makes "
				  "it, where there is one",
				  why);
}

int
fix_rebuild(struct fix *fix, const struct fix_here *here, const struct hc_bcd_map *map,
	    const struct fix_stores *stores, const struct fix_unread_store **ret,
	    struct hc_err *err)
{
	struct rebuild r = { .fix = fix,
			     .here = here,
			     .uefi = strcmp(fix_firmware_of(fix), "uefi") == 0 };
	const char *path = r.uefi ? "/EFI/Microsoft/Boot/BCD" : "/Boot/BCD";
	const struct fix_unread_store *old;
	bool loader;

	*ret = NULL;
	if (!is_possible(fix, here) || is_there(fix, stores, path) ||
	    !may_replace(fix, stores, path, &old))
		return 0;
	if (is_elsewhere(stores, path))
		return fix_note(fix, err,
				"%s has no boot store %s, and another partition has one: none "
				"is made",
				fix->offline->volumes[fix->offline->boot].name, path);
	if (has_loader(&r, &loader, err) < 0)
		return -1;
	if (!loader)
		return fix_refuse(fix, NULL, err,
				  "%s has no boot store %s, and Windows no loader that one "
				  "could start",
				  fix->offline->volumes[fix->offline->boot].name, path);
	if (find_recovery(&r, map, err) < 0 || write_store(&r, path, err) < 0 ||
	    (old != NULL && drop_logs(fix, path, err) < 0))
		return -1;
	*ret = old;
	return 0;
}
