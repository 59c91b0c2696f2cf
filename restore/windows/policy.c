/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings that a restore meets: policies on drivers, profiles, RPC's protocols, earlier restores, fast startup.
 *
 * Source:  windows-offline.md 1.2 (ASR), 3.6 (DeviceInstall), 10 (HiberbootEnabled); hazards 16, 22.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "restore/windows/windows_priv.h"

#define RESTRICTIONS  "Policies\\Microsoft\\Windows\\DeviceInstall\\Restrictions"
#define PROTOCOLS     "Microsoft\\Rpc\\ClientProtocols"
#define SESSION       CURRENT_VERSION "\\ASR\\RestoreSession"
#define UNDO          "/halcyon/undo"
#define PROTOCOLS_MAX 256 /* real ones have four to eight */

/* DenyUnspecified, DenyDeviceIDs, DenyDeviceClasses, DenyInstanceIDs, DenyRemovableDevices: numbers, on when not 0.
 * Their lists (subkeys of the same names) say for what; whoever reads this has to look anyway. */
static int
read_policies(struct inspection *in, struct hc_err *err)
{
	struct hc_hive_value_list values = { 0 };
	struct hc_hive_key key;
	struct hc_err why;
	int result = 0;

	if (hc_windows_software(in, RESTRICTIONS, &key, &why) < 0)
		return 0;
	if (hc_hive_values(in->software, key, in->arena, &values, &why) < 0)
		return hc_windows_unread(in, "driver_policies", &why, err);
	for (size_t i = 0; i < values.count && result == 0; i++) {
		const char *name = values.items[i].name;
		uint32_t on = 0;

		if (strncasecmp(name, "Deny", 4) == 0 &&
		    hc_hive_dword(in->software, key, name, &on, &why) == 0 && on != 0)
			result = hc_strings_add(&in->windows->driver_policies, in->arena, name,
						err);
	}
	hc_windows_sort_each_once(&in->windows->driver_policies);
	return result;
}

static bool
has_protocol(const struct hc_windows_values *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].name, name) == 0)
			return true;
	return false;
}

static int
add_protocol(struct inspection *in, const struct hc_hive_value *value, struct hc_err *err)
{
	struct hc_windows_values *list = &in->windows->client_protocols;
	const char *type = hc_hive_type_name(in->arena, value->type), *data = NULL;
	struct hc_windows_value *item;
	struct hc_err why;

	if (hc_hive_value_text(in->software, value, in->arena, &data, &why) < 0 &&
	    hc_windows_unread(in, PROTOCOLS, &why, err) < 0)
		return -1;
	item = type == NULL
		       ? NULL
		       : hc_arena_grow(in->arena, &list->items, &list->count, sizeof(*item));
	if (item == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	*item = (struct hc_windows_value){ value->name, type, data };
	return 0;
}

/* The list is an object of the document, so each name counts once; the default value is no protocol. */
static int
read_protocols(struct inspection *in, struct hc_err *err)
{
	struct hc_hive_value_list values = { 0 };
	struct hc_hive_key key;
	struct hc_err why;
	int result = 0;

	if (hc_windows_software(in, PROTOCOLS, &key, &why) < 0 ||
	    hc_hive_values(in->software, key, in->arena, &values, &why) < 0)
		return hc_windows_unread(in, "client_protocols", &why, err);
	if (values.count > PROTOCOLS_MAX) {
		hc_err_set(&why, H_HIVE_FORMAT, "%zu values are too many", values.count);
		return hc_windows_unread(in, "client_protocols", &why, err);
	}
	for (size_t i = 0; i < values.count && result == 0; i++)
		if (values.items[i].name[0] != '\0' &&
		    !has_protocol(&in->windows->client_protocols, values.items[i].name))
			result = add_protocol(in, &values.items[i], err);
	return result;
}

/* ---------------------------------------------------------------- earlier restores */

static int
add_record(struct inspection *in, const char *kind, const char *id, const char *where,
	   struct hc_err *err)
{
	struct hc_windows *w = in->windows;
	struct hc_restore_record *item =
		where == NULL || id == NULL
			? NULL
			: hc_arena_grow(in->arena, &w->restore_history.items,
					&w->restore_history.count, sizeof(*item));

	if (item == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	*item = (struct hc_restore_record){ kind, id, where };
	return 0;
}

/* Ours: \halcyon\undo has a folder for each run of fixups, named by its plan (design.md section 8). */
static int
read_our_records(struct inspection *in, struct hc_err *err)
{
	struct hc_entries entries = { 0 };
	struct hc_err why;
	int result = 0;

	if (hc_volume_list(in->volume, UNDO, in->arena, &entries, &why) < 0)
		return why.code == H_PATH_NOT_FOUND
			       ? 0
			       : hc_windows_unread(in, "restore_history", &why, err);
	for (size_t i = 0; i < entries.count && result == 0; i++) {
		const char *name = entries.items[i].name;

		if (entries.items[i].type == HC_ENTRY_FOLDER)
			result = add_record(
				in, "halcyon", name,
				hc_arena_printf(in->arena, "\\halcyon\\undo\\%s", name), err);
	}
	return result;
}

/* What Windows' own recovery leaves: a random GUID of its last run. */
static int
read_history(struct inspection *in, struct hc_err *err)
{
	struct hc_hive_key key;
	const char *id = NULL;
	struct hc_err why;

	if (hc_windows_software(in, SESSION, &key, &why) == 0)
		id = hc_windows_text(in, in->software, key, "LastInstance");
	if (id != NULL && add_record(in, "asr", id, "SOFTWARE\\" SESSION, err) < 0)
		return -1;
	return read_our_records(in, err);
}

/* 6.2 and later; a version that is not known counts as late: the value says enough then. */
static bool
starts_fast(const char *version)
{
	unsigned major, minor;

	return version == NULL || sscanf(version, "%4u.%4u", &major, &minor) != 2 ||
	       major > 6 || (major == 6 && minor >= 2);
}

int
hc_windows_read_policy(struct inspection *in, struct hc_err *err)
{
	struct hc_windows *w = in->windows;
	struct hc_hive_key key;
	struct hc_err why;
	uint32_t hiberboot;

	if (read_history(in, err) < 0)
		return -1;
	/* Windows 8 brought it; older ones may have the value and don't read it. */
	if (starts_fast(w->version) &&
	    hc_windows_number(in, "Control\\Session Manager\\Power", "HiberbootEnabled",
			      &hiberboot, &why) == 0)
		w->fast_startup = hiberboot != 0;
	if (in->software == NULL)
		return 0;
	/* NT 4 has the key without the value. */
	if (hc_windows_software(in, CURRENT_VERSION "\\ProfileList", &key, &why) == 0)
		w->profiles_directory =
			hc_windows_text(in, in->software, key, "ProfilesDirectory");
	if (read_policies(in, err) < 0)
		return -1;
	return read_protocols(in, err);
}
