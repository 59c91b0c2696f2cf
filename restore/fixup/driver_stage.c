/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packages that Windows installs itself when it meets the device: copied to a folder of their own each, which DevicePath
 * names.  Windows looks for INF files in the folders of DevicePath and not below them (SetupAPI, "DevicePath"); virt-v2v
 * does the same with %SystemRoot%\Drivers\VirtIO (windows-offline.md 3.2).
 */
#include <string.h>
#include <strings.h>

#include "restore/fixup/driver_priv.h"
#include "restore/fixup/edits_priv.h"

#define CURRENT_VERSION "Microsoft\\Windows\\CurrentVersion"
#define WHERE           "%SystemRoot%\\halcyon\\drivers\\"
/* What Windows itself has there: the hives of 7 and 8.1 in the test data. */
#define USUAL "%SystemRoot%\\inf"

/* 0: opened; 1: it can't be, which a note says. */
static int
open_software(struct fix *fix, struct driver_set *set, struct hc_err *err)
{
	int result = set->no_software;

	if (result == 0 && set->software.hive == NULL)
		result = fix_hive(fix, "SOFTWARE", &set->software, err);
	set->no_software = result > 0;
	return result;
}

int
driver_stage(struct fix *fix, struct driver_set *set, const struct driver_package *package,
	     const char *because, struct hc_err *err)
{
	const char *folder = driver_text(set, err, "%s/halcyon/drivers/%s", fix->offline->root,
					 package->label);
	int result;

	if (folder == NULL)
		return -1;
	if (hc_strings_has(&set->staged, package->label))
		return 0;
	result = open_software(fix, set, err);
	if (result != 0)
		return result < 0 ? -1 : 0;
	if (driver_copy_package(fix, package, folder, because, err) < 0)
		return -1;
	return hc_strings_add(&set->staged, set->arena, package->label, err);
}

/* Whether a list with semicolons holds a folder. */
static bool
has_folder(const char *list, const char *folder)
{
	size_t length = strlen(folder);

	for (;;) {
		size_t part = strcspn(list, ";");

		if (part == length && strncasecmp(list, folder, length) == 0)
			return true;
		if (list[part] == '\0')
			return false;
		list += part + 1;
	}
}

int
driver_stage_end(struct fix *fix, struct driver_set *set, struct hc_err *err)
{
	const char *path = USUAL;
	struct hc_buf list = { 0 };
	struct hc_hive_key key;
	struct hc_err why;
	int result;

	if (set->staged.count == 0)
		return 0;
	if (hc_hive_key(set->software.hive, CURRENT_VERSION, &key, &why) == 0)
		(void)(hc_hive_string(set->software.hive, key, "DevicePath", set->arena, &path,
				      &why) < 0);
	result = hc_buf_printf(&list, err, "%s", path);
	for (size_t i = 0; result == 0 && i < set->staged.count; i++) {
		const char *folder = driver_text(set, err, "%s%s", WHERE, set->staged.items[i]);

		if (folder == NULL)
			result = -1;
		else if (!has_folder(path, folder))
			result = hc_buf_printf(&list, err, ";%s", folder);
	}
	if (result == 0)
		result = hc_buf_append(&list, "", 1, err);
	if (result == 0)
		result = want_text(fix, &set->software, CURRENT_VERSION, "DevicePath",
				   REG_EXPAND_SZ, (const char *)list.data,
				   "Windows looks there for drivers of devices that it meets",
				   err);
	hc_buf_done(&list);
	return result;
}
