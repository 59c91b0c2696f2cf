/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Services that are drivers: what the registry says of one, and where its file lies.
 * Source: windows-offline.md sections 3.1 and 3.3; the services of the hives of NT 4.0 to 10 in the test data.
 */
#include "restore/windows/windows_priv.h"

#include <string.h>
#include <strings.h>

/* SERVICE_DRIVER of winnt.h: kernel driver 1, file system driver 2, file system recognizer 8 (Fs_Rec). */
#define DRIVER_TYPES 11u

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
}

/* ---------------------------------------------------------------- files */

static bool
starts(const char *text, const char *prefix)
{
	return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/* "\Windows" of "/Windows". */
static char *
native(struct inspection *in, const char *path)
{
	char *copy = hc_arena_strdup(in->arena, path);

	for (char *p = copy; p != NULL && *p != '\0'; p++)
		if (*p == '/')
			*p = '\\';
	return copy;
}

/* The part behind a prefix that stands for the system root, or NULL. */
static const char *
below_root(const char *path)
{
	static const char *const roots[] = { "\\SystemRoot\\", "%SystemRoot%\\", "%windir%\\" };

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (starts(path, roots[i]))
			return path + strlen(roots[i]);
	/* What has no root at all is relative to it: "system32\drivers\x.sys". */
	if (path[0] != '\\' && path[0] != '%' && (path[0] == '\0' || path[1] != ':'))
		return path;
	return NULL;
}

/* The part behind the drive letter of the system's own drive, or NULL. */
static const char *
below_drive(struct inspection *in, const char *path)
{
	const char *drive = in->windows->system_drive;

	if (starts(path, "\\??\\") || starts(path, "\\\\?\\"))
		path += 4;
	if (path[0] == '\0' || path[1] != ':' || path[2] != '\\')
		return NULL;
	return starts(path, drive != NULL ? drive : "C:") ? path + 2 : NULL;
}

int
hc_windows_driver_file(struct inspection *in, const char *name, const char *image_path,
		       const char **ret, struct hc_err *err)
{
	const char *root = native(in, in->root), *below;
	const char *path = image_path != NULL ? image_path : "";

	*ret = NULL;
	if (root == NULL)
		return no_memory(err);
	if (path[0] == '\0') {
		*ret = hc_arena_printf(in->arena, "%s\\System32\\drivers\\%s.sys", root, name);
		return *ret != NULL ? 0 : no_memory(err);
	}
	below = below_root(path);
	if (below != NULL) {
		*ret = hc_arena_printf(in->arena, "%s\\%s", root, below);
		return *ret != NULL ? 0 : no_memory(err);
	}
	below = below_drive(in, path);
	if (below == NULL)
		return 0;
	*ret = hc_arena_strdup(in->arena, below);
	return *ret != NULL ? 0 : no_memory(err);
}

unsigned
hc_windows_file_present(struct inspection *in, const char *path)
{
	struct hc_entry entry;
	struct hc_err why;

	if (path == NULL)
		return HC_UNKNOWN;
	/* A file that WOF compressed is HC_ENTRY_OTHER. */
	if (hc_volume_stat(in->volume, path, in->arena, &entry, &why) == 0)
		return entry.type == HC_ENTRY_FILE || entry.type == HC_ENTRY_OTHER ? HC_YES
										   : HC_NO;
	return why.code == H_PATH_NOT_FOUND ? HC_NO : HC_UNKNOWN;
}

/* ---------------------------------------------------------------- one service */

/* Windows 8 and later: value "0" of StartOverride takes the place of Start (windows-offline.md 3.3).  The key is
 * there without a value where the driver was in use at the last start. */
static void
read_override(struct inspection *in, const char *path, struct hc_service *service)
{
	const char *key_path = hc_arena_printf(in->arena, "%s\\StartOverride", path);
	struct hc_hive_key key;
	struct hc_err why;
	uint32_t start;

	if (key_path == NULL || hc_windows_key(in, key_path, &key, &why) < 0 ||
	    hc_hive_dword(in->system, key, "0", &start, &why) < 0)
		return;
	service->overridden = start > service->start;
}

int
hc_windows_service(struct inspection *in, const char *name, struct hc_service *ret,
		   struct hc_err *err)
{
	struct hc_service service = { .name = name, .start = HC_SERVICE_DEMAND };
	const char *path = hc_arena_printf(in->arena, "Services\\%s", name);
	struct hc_hive_key key;
	struct hc_err why;

	if (path == NULL)
		return no_memory(err);
	service.where = hc_windows_where(in, path);
	if (service.where == NULL)
		return no_memory(err);
	if (name[0] == '\0' || strchr(name, '\\') != NULL ||
	    hc_windows_key(in, path, &key, &why) < 0) {
		*ret = service;
		return 1;
	}
	service.present = true;
	/* Without Start or Type Windows takes it for no driver: it is not loaded. */
	(void)(hc_hive_dword(in->system, key, "Start", &service.start, &why) < 0);
	(void)(hc_hive_dword(in->system, key, "Type", &service.type, &why) < 0);
	service.is_driver = (service.type & DRIVER_TYPES) != 0;
	service.group = hc_windows_text(in, in->system, key, "Group");
	if (hc_windows_driver_file(in, name, hc_windows_text(in, in->system, key, "ImagePath"),
				   &service.file, err) < 0)
		return -1;
	service.file_present = hc_windows_file_present(in, service.file);
	read_override(in, path, &service);
	*ret = service;
	return 0;
}

int
hc_windows_service_of(const struct hc_control_set *set, const char *name,
		      struct hc_arena *arena, struct hc_service *ret, struct hc_err *err)
{
	struct hc_windows windows = { .current_control_set = set->name,
				      .system_drive = set->system_drive };
	struct inspection in = { .volume = set->volume,
				 .arena = arena,
				 .windows = &windows,
				 .root = set->root,
				 .system = set->system };

	return hc_windows_service(&in, name, ret, err);
}

int
hc_windows_service_names(struct inspection *in, struct hc_strings *ret, struct hc_err *why)
{
	struct hc_hive_key key;

	if (hc_windows_key(in, "Services", &key, why) < 0)
		return -1;
	return hc_hive_subkeys(in->system, key, in->arena, ret, why);
}

/* ---------------------------------------------------------------- boot_drivers */

static int
add_boot_driver(struct inspection *in, const char *name, struct hc_err *err)
{
	struct hc_service service;
	struct hc_boot_driver *driver;
	int result = hc_windows_service(in, name, &service, err);

	if (result != 0 || !service.is_driver || service.start != HC_SERVICE_BOOT)
		return result < 0 ? -1 : 0;
	driver = hc_arena_grow(in->arena, &in->windows->boot_drivers.items,
			       &in->windows->boot_drivers.count, sizeof(*driver));
	if (driver == NULL)
		return no_memory(err);
	driver->name = name;
	driver->group = service.group;
	driver->file = service.file;
	driver->file_present = service.file_present;
	driver->overridden = service.overridden;
	driver->where = service.where;
	return 0;
}

int
hc_windows_read_boot_drivers(struct inspection *in, struct hc_err *err)
{
	struct hc_strings names = { 0 };
	struct hc_err why;

	if (in->system == NULL || in->windows->current_control_set == NULL)
		return 0;
	if (hc_windows_service_names(in, &names, &why) < 0)
		return hc_windows_unread(in, "boot_drivers", &why, err);
	for (size_t i = 0; i < names.count; i++)
		if (add_boot_driver(in, names.items[i], err) < 0)
			return -1;
	return 0;
}
