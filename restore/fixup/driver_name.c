/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a package is called in this Windows: oemNN.inf, and from Vista on the label of its folder in the driver store.
 *
 * The INF of a package that halcyon, or Windows itself, took in before lies in \Windows\INF as it is: by its content it is
 * found again, so a second run changes nothing.  Labels: viostor.inf_amd64_<16 hex digits>, before Windows 8
 * viostor.inf_amd64_neutral_<16> (the hives of 7, 8.1 and 10 in the test data); other forms break pnputil and upgrades
 * (windows-offline.md 3.1).  Windows' digits are a hash of its own; ours are the first of the INF's SHA-256.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/fixup/driver_priv.h"
#include "restore/fixup/edits_priv.h"

#define OEM_MAX 10000u

/* "oem12.inf" is 12; -1: another name. */
static long
oem_number(const char *name)
{
	unsigned long number;
	char *end;

	if (strncasecmp(name, "oem", 3) != 0 || name[3] < '0' || name[3] > '9')
		return -1;
	number = strtoul(name + 3, &end, 10);
	return strcasecmp(end, ".inf") == 0 && number < OEM_MAX ? (long)number : -1;
}

static bool
is_same(struct fix *fix, const char *path, const struct driver_package *package)
{
	struct hc_buf bytes = { 0 };
	struct hc_digest digest;
	struct hc_err why;
	bool result = false;

	if (hc_volume_read_all(fix->offline->volumes[fix->offline->system].volume, path,
			       HC_INF_BYTES_MAX, &bytes, &why) == 0) {
		hc_digest_of(HC_DIGEST_SHA256, bytes.data, bytes.size, &digest);
		result = hc_digest_equal(&digest, &package->digest);
	}
	hc_buf_done(&bytes);
	return result;
}

/* The numbers in use are marked; *ret is that of the package, or -1. */
static int
look_in_folder(struct fix *fix, struct driver_set *set, const struct driver_package *package,
	       bool *used, long *ret, struct hc_err *err)
{
	const char *folder = driver_text(set, err, "%s/INF", fix->offline->root), *path;
	struct hc_entries list = { 0 };
	struct hc_err why;

	*ret = -1;
	if (folder == NULL)
		return -1;
	if (hc_volume_list(fix->offline->volumes[fix->offline->system].volume, folder,
			   set->arena, &list, &why) < 0) {
		if (why.code == H_PATH_NOT_FOUND)
			return 0;
		*err = why;
		return -1;
	}
	for (size_t i = 0; i < list.count; i++) {
		long number = oem_number(list.items[i].name);

		if (number < 0)
			continue;
		used[number] = true;
		if (*ret >= 0 || list.items[i].size != package->size)
			continue;
		path = driver_text(set, err, "%s/%s", folder, list.items[i].name);
		if (path == NULL)
			return -1;
		if (is_same(fix, path, package))
			*ret = number;
	}
	return 0;
}

/* Windows keeps the numbers in use as bits too, the highest of the first byte for oem0.inf: seen in the hives of 8.1 and 10 in
 * the test data, which have as many bits as the highest number says. */
static void
look_in_database(struct driver_set *set, bool *used)
{
	const char *map_key = *set->database == '\0' ? "" : "DriverDatabase", *path;
	struct hc_hive *hive = set->database_hive.hive;
	struct hc_strings names = { 0 };
	struct hc_span map = { 0 };
	struct hc_hive_key key;
	struct hc_err why;

	if (hc_hive_key(hive, map_key, &key, &why) == 0 &&
	    hc_hive_bytes(hive, key, "OemInfMap", set->arena, &map, &why) == 0)
		for (size_t i = 0; i < map.size * 8 && i < OEM_MAX; i++)
			if (map.data[i / 8] & 0x80u >> i % 8)
				used[i] = true;
	path = driver_text(set, &why, "%sDriverInfFiles", set->database);
	if (path == NULL || hc_hive_key(hive, path, &key, &why) < 0 ||
	    hc_hive_subkeys(hive, key, set->arena, &names, &why) < 0)
		return;
	for (size_t i = 0; i < names.count; i++)
		if (oem_number(names.items[i]) >= 0)
			used[oem_number(names.items[i])] = true;
}

static int
number_of(struct fix *fix, struct driver_set *set, const struct driver_package *package,
	  long *ret, bool *ret_known, struct hc_err *err)
{
	bool *used = hc_arena_array(set->arena, OEM_MAX, sizeof(*used));

	if (used == NULL)
		return fix_no_memory(err);
	if (look_in_folder(fix, set, package, used, ret, err) < 0)
		return -1;
	*ret_known = *ret >= 0;
	if (*ret_known)
		return 0;
	if (set->database != NULL)
		look_in_database(set, used);
	for (size_t i = 0; i < set->taken.count; i++)
		used[oem_number(set->taken.items[i])] = true;
	for (*ret = 0; *ret < (long)OEM_MAX && used[*ret];)
		++*ret;
	return 0;
}

/* The label that this Windows gave the package; NULL: it doesn't know it. */
static const char *
present_label(struct driver_set *set, const char *oem)
{
	const char *path, *label = NULL;
	struct hc_hive_key key;
	struct hc_err why;

	if (set->database == NULL)
		return NULL;
	path = driver_text(set, &why, "%sDriverInfFiles\\%s", set->database, oem);
	if (path == NULL || hc_hive_key(set->database_hive.hive, path, &key, &why) < 0 ||
	    hc_hive_string(set->database_hive.hive, key, "Active", set->arena, &label, &why) <
		    0)
		return NULL;
	return driver_is_path(label) && driver_is_key(label) && strchr(label, '\\') == NULL
		       ? label
		       : NULL;
}

int
driver_name(struct fix *fix, struct driver_set *set, struct driver_package *package,
	    struct hc_err *err)
{
	const char *neutral = fix->version < HC_NT(6, 2) ? "_neutral" : "";
	char hex[HC_DIGEST_TEXT];
	long number;

	if (package->oem != NULL)
		return 0;
	if (number_of(fix, set, package, &number, &package->known, err) < 0)
		return -1;
	package->oem = driver_text(set, err, "oem%ld.inf", number);
	if (package->oem == NULL ||
	    hc_strings_add(&set->taken, set->arena, package->oem, err) < 0)
		return -1;
	hc_digest_hex(&package->digest, hex);
	if (package->known)
		package->label = present_label(set, package->oem);
	if (package->label == NULL)
		package->label = driver_text(set, err, "%s_%s%s_%.16s", package->name,
					     set->architecture, neutral, hex);
	return package->label == NULL ? -1 : 0;
}
