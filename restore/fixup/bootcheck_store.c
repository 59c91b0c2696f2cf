/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the boot manager starts: the default entry of its store, the partition that this names, the loader's file.
 * Source: windows-offline.md section 7; element numbers as in boot/bcd.c.
 */
#include <string.h>
#include <strings.h>

#include "restore/fixup/bootcheck_priv.h"
#include "restore/windows/windows.h"

#define BOOTMGR     "{9dea862c-5cdd-4e70-acc1-f32b344d4795}"
#define TYPE_LOADER "10200003"

/* ---------------------------------------------------------------- the store */

static const struct hc_bcd_object *
find_object(const struct hc_bcd *bcd, const char *id)
{
	for (size_t i = 0; id != NULL && i < bcd->objects.count; i++)
		if (strcasecmp(bcd->objects.items[i].id, id) == 0)
			return &bcd->objects.items[i];
	return NULL;
}

/* What was opened already, though its logs can't make it whole. */
static struct hc_hive *
hive_as_it_lies(struct hc_offline *offline, size_t volume, const char *path)
{
	for (size_t i = 0; i < offline->hives.count; i++)
		if (offline->hives.items[i].volume == volume &&
		    strcasecmp(offline->hives.items[i].path, path) == 0)
			return offline->hives.items[i].loaded.hive;
	return NULL;
}

static int
say_default(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	const struct hc_bcd_object *manager = find_object(&b->bcd, BOOTMGR), *entry;

	if (manager == NULL) {
		link->fixup = "bcd";
		return link_say(b, link, HC_LINK_BROKEN, err, "it holds no boot manager (%s)",
				BOOTMGR);
	}
	if (manager->default_object == NULL)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"its boot manager names no default entry");
	entry = find_object(&b->bcd, manager->default_object);
	if (entry == NULL) {
		link->fixup = "bcd";
		return link_say(b, link, HC_LINK_BROKEN, err,
				"its default entry %s is not there", manager->default_object);
	}
	if (strcmp(entry->type, TYPE_LOADER) != 0)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"its default entry %s is no loader of Windows, but of type %s",
				entry->id, entry->type);
	b->loader = entry;
	return link_say(b, link, HC_LINK_OK, err, "its default entry is %s%s%s", entry->id,
			entry->description != NULL ? " " : "",
			entry->description != NULL ? entry->description : "");
}

static int
read_store(struct bootcheck *b, struct hc_boot_link *link, const char *path, struct hc_err *err)
{
	size_t boot = b->offline->boot;
	struct hc_hive *hive = NULL;
	struct hc_err why = { 0 };
	bool dirty = false;

	if (hc_offline_hive_at(b->offline, boot, path, &hive, &why) < 0) {
		dirty = why.code == H_HIVE_DIRTY;
		hive = dirty ? hive_as_it_lies(b->offline, boot, path) : NULL;
	}
	if (hive == NULL || hc_bcd_read(hive, link->object, b->arena, &b->bcd, &why) < 0) {
		if (!is_of_a_file(&why)) {
			*err = why;
			return -1;
		}
		link->fixup = "bcd";
		return link_say(b, link, HC_LINK_BROKEN, err, "%s", why.text[0]);
	}
	if (say_default(b, link, err) < 0)
		return -1;
	/* A boot manager may take it as it is; nobody can say. */
	if (dirty && link->state == HC_LINK_OK)
		return link_say(b, link, HC_LINK_UNKNOWN, err, "%s", why.text[0]);
	return 0;
}

int
check_boot_store(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	const char *path = b->uefi ? "/EFI/Microsoft/Boot/BCD" : "/Boot/BCD";
	size_t boot = b->offline->boot;

	if (b->has_ntldr)
		return check_ini(b, link, err);
	if (boot == HC_OFFLINE_NONE || b->offline->volumes[boot].volume == NULL)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"which partition holds it is not known, or that can't be read");
	link->object = object_of(b, boot, path);
	if (link->object == NULL)
		return link_no_memory(err);
	return read_store(b, link, path, err);
}

/* ---------------------------------------------------------------- the entry */

static const struct hc_bcd_device *
find_device(const struct hc_bcd_object *object, const char *element)
{
	for (size_t i = 0; i < object->devices.count; i++)
		if (strcmp(object->devices.items[i].element, element) == 0)
			return &object->devices.items[i];
	return NULL;
}

/* HC_OFFLINE_NONE: none of this disk. */
static size_t
volume_of(struct bootcheck *b, const struct hc_bcd_device *device)
{
	const struct hc_offline *offline = b->offline;

	if (strcmp(device->scheme, "boot") == 0)
		return offline->boot;
	for (size_t i = 0; i < offline->count; i++) {
		struct hc_bcd_partition p;

		if (hc_bcd_partition_of(&offline->volumes[i].entry, offline->table,
					offline->table_id, &p) &&
		    hc_bcd_device_is(device, &p))
			return i;
	}
	return HC_OFFLINE_NONE;
}

/* "mbr disk a1b2c3d4, offset 1048576" */
static const char *
device_text(struct bootcheck *b, const struct hc_bcd_device *device)
{
	const char *disk = device->disk != NULL ? device->disk : "unknown";

	if (strcmp(device->scheme, "mbr") == 0)
		return hc_arena_printf(b->arena, "mbr disk %s, offset %llu", disk,
				       (unsigned long long)device->offset);
	return hc_arena_printf(b->arena, "%s disk %s, partition %s", device->scheme, disk,
			       device->partition != NULL ? device->partition : "unknown");
}

static bool
names_a_partition(const struct hc_bcd_device *device)
{
	static const char *const schemes[] = { "gpt", "mbr", "boot" };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strcmp(device->scheme, schemes[i]) == 0)
			return device->path == NULL;
	return false;
}

/* It names a partition that Windows, the one in question, does not lie on. */
static int
say_elsewhere(struct bootcheck *b, struct hc_boot_link *link, const char *name, size_t volume,
	      struct hc_err *err)
{
	struct hc_offline_volume *other = &b->offline->volumes[volume];
	const char *root;
	int found = other->volume == NULL
			    ? 1
			    : hc_windows_root(other->volume, b->arena, &root, err);

	if (found < 0 && !is_of_a_file(err))
		return -1;
	if (found == 0)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"its %s is %s: another Windows is started by default", name,
				other->name);
	link->fixup = "bcd";
	return link_say(b, link, HC_LINK_BROKEN, err, "its %s is %s, and Windows lies on %s",
			name, other->name, b->offline->volumes[b->offline->system].name);
}

/* Leaves the link's state alone where the device is as it should be. */
static int
check_device(struct bootcheck *b, struct hc_boot_link *link, const char *element,
	     const char *name, size_t *ret, struct hc_err *err)
{
	const struct hc_bcd_device *device = find_device(b->loader, element);
	const char *text;

	if (device == NULL) {
		link->fixup = "bcd";
		return link_say(b, link, HC_LINK_BROKEN, err, "it has no %s", name);
	}
	text = device_text(b, device);
	if (text == NULL)
		return link_no_memory(err);
	if (!names_a_partition(device))
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"its %s is no partition, but of the kind %s%s%s", name,
				device->scheme, device->path != NULL ? ", file " : "",
				device->path != NULL ? device->path : "");
	*ret = volume_of(b, device);
	if (*ret == HC_OFFLINE_NONE) {
		link->fixup = "bcd";
		return link_say(b, link, HC_LINK_BROKEN, err,
				"its %s is no partition of this disk: %s", name, text);
	}
	if (*ret != b->offline->system)
		return say_elsewhere(b, link, name, *ret, err);
	return 0;
}

int
check_boot_entry(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	size_t osdevice = HC_OFFLINE_NONE;
	struct hc_bcd_partition p;
	const struct hc_offline_volume *system = &b->offline->volumes[b->offline->system];

	if (b->has_ntldr)
		return check_ini_entry(b, link, err);
	if (b->loader == NULL)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"no default entry was found in the boot store");
	link->object = b->loader->id;
	if (!hc_bcd_partition_of(&system->entry, b->offline->table, b->offline->table_id, &p))
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"how a store would name the partition of this Windows is not "
				"known");
	if (check_device(b, link, "11000001", "device", &b->loader_volume, err) < 0)
		return -1;
	if (link->found == NULL &&
	    check_device(b, link, "21000001", "osdevice", &osdevice, err) < 0)
		return -1;
	if (link->found != NULL)
		return 0;
	if (b->loader->system_root != NULL &&
	    !is_same_folder(b->loader->system_root, b->offline->root)) {
		link->remedy = "`bcdedit /set {default} systemroot` of Windows' recovery "
			       "environment sets it.";
		return link_say(b, link, HC_LINK_BROKEN, err,
				"its systemroot is %s, and Windows lies in %s",
				b->loader->system_root, b->offline->root);
	}
	return link_say(b, link, HC_LINK_OK, err, "device and osdevice are %s", system->name);
}

/* ---------------------------------------------------------------- the loader */

static bool
ends_with(const char *text, const char *end)
{
	size_t length = strlen(text);

	return length >= strlen(end) && strcasecmp(text + length - strlen(end), end) == 0;
}

int
check_loader(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	size_t volume =
		b->loader_volume != HC_OFFLINE_NONE ? b->loader_volume : b->offline->system;

	if (b->has_ntldr)
		return check_ini_folder(b, link, err);
	if (b->loader == NULL)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"no default entry was found in the boot store");
	link->object = b->loader->id;
	link->remedy = "`bcdedit /set {default} path` of Windows' recovery environment sets "
		       "it.";
	if (b->loader->path == NULL)
		return link_say(b, link, HC_LINK_BROKEN, err, "the entry names no loader");
	/* windows-offline.md section 7: winload.exe by BIOS, winload.efi by UEFI. */
	if (ends_with(b->loader->path, ".efi") != b->uefi)
		return link_say(b, link, HC_LINK_BROKEN, err,
				"the entry names %s, which %s does not start", b->loader->path,
				b->uefi ? "UEFI" : "BIOS");
	link->remedy = NULL;
	if (check_program(b, link, volume, b->loader->path, err) < 0)
		return -1;
	if (link->state == HC_LINK_BROKEN)
		link->remedy = "Copy it from \\Windows\\System32\\Boot, where Windows keeps "
			       "another.";
	return 0;
}
