/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Filter drivers: those of device classes, and those over file systems; Microsoft's told from others'.
 * Source: windows-offline.md section 3.3; the classes and services of the hives in the test data.
 */
#include "restore/windows/windows_priv.h"

#include <string.h>
#include <strings.h>

#define CLASSES      "Control\\Class"
#define FILTER_GROUP "FSFilter "

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
}

/* ---------------------------------------------------------------- whose it is */

/*
 * Filters that come with Windows, for where the file's version resource can't be read: of the hives in the test
 * data all that are not of VirtualBox, VMware or ST Microelectronics, and further ones of Server and of 11
 * [own knowledge].  By name, sorted.
 */
static const char *const in_box[] = {
	"applockerfltr",
	"AppvStrm",
	"AppvVemgr",
	"AppvVfs",
	"Bfs",
	"bindflt",
	"bttflt",
	"CldFlt",
	"CSC",
	"DataScrn",
	"DedupFilter",
	"Dfsc",
	"DfsrRo",
	"EhStorClass",
	"EhStorTcgDrv",
	"FileCrypt",
	"FileInfo",
	"Filetrace",
	"FltMgr",
	"FsDepends",
	"fvevol",
	"iorate",
	"IRENUM",
	"kbdclass",
	"ksecdd",
	"ksthunk",
	"luafv",
	"mouclass",
	"MsSecFlt",
	"npsvctrig",
	"PartMgr",
	"pcmcia",
	"PrjFlt",
	"Quota",
	"rdyboost",
	"ResumeKeyFilter",
	"scfilter",
	"SpatialGraphFilter",
	"sr",
	"storflt",
	"storqosflt",
	"UevAgentDriver",
	"volsnap",
	"wcifs",
	"wcnfs",
	"WdFilter",
	"WIMMount",
	"Wof",
	"WpdUpFltr",
};

static bool
is_in_box(const char *name)
{
	for (size_t i = 0; i < sizeof(in_box) / sizeof(in_box[0]); i++)
		if (strcasecmp(name, in_box[i]) == 0)
			return true;
	return false;
}

/* By CompanyName where the file tells it, else by name. */
static unsigned
is_microsoft(const struct hc_filter_driver *filter)
{
	if (filter->company != NULL)
		return strncasecmp(filter->company, "Microsoft", 9) == 0 ? HC_YES : HC_NO;
	return is_in_box(filter->name) ? HC_YES : HC_UNKNOWN;
}

/* A filter by the name of its service, with what services.c knows of it. */
static int
add_filter(struct inspection *in, const char *name, const char *kind,
	   struct hc_filter_driver **ret, struct hc_err *err)
{
	struct hc_filter_driver *filter;
	struct hc_service service;
	struct hc_pe pe = { 0 };
	struct hc_err why;

	if (hc_windows_service(in, name, &service, err) < 0)
		return -1;
	filter = hc_arena_grow(in->arena, &in->windows->filter_drivers.items,
			       &in->windows->filter_drivers.count, sizeof(*filter));
	if (filter == NULL)
		return no_memory(err);
	filter->name = name;
	filter->kind = kind;
	filter->file = service.file;
	filter->file_present = service.file_present;
	filter->service_present = service.present;
	filter->start = service.present ? service.start : 0;
	filter->where = service.where;
	if (filter->file_present == HC_YES &&
	    hc_windows_read_pe(in, filter->file, &pe, &why) == 0)
		filter->company = pe.company;
	filter->microsoft = is_microsoft(filter);
	*ret = filter;
	return 0;
}

/* ---------------------------------------------------------------- class filters */

/* UpperFilters and LowerFilters are lists; a single text is accepted as one name. */
static int
read_names(struct inspection *in, struct hc_hive_key key, const char *value,
	   struct hc_strings *ret, struct hc_err *err)
{
	struct hc_err why;
	const char *text;

	if (hc_hive_strings(in->system, key, value, in->arena, ret, &why) == 0)
		return 0;
	text = hc_windows_text(in, in->system, key, value);
	return text == NULL ? 0 : hc_strings_add(ret, in->arena, text, err);
}

static int
add_class_filters(struct inspection *in, const char *guid, struct hc_hive_key key, bool upper,
		  struct hc_err *err)
{
	const char *where = hc_arena_printf(in->arena, CLASSES "\\%s", guid);
	struct hc_strings names = { 0 };
	struct hc_filter_driver *filter;

	if (read_names(in, key, upper ? "UpperFilters" : "LowerFilters", &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		if (add_filter(in, names.items[i], upper ? "class-upper" : "class-lower",
			       &filter, err) < 0)
			return -1;
		filter->group = guid;
		filter->class_name = hc_windows_text(in, in->system, key, "Class");
		filter->where = where != NULL ? hc_windows_where(in, where) : NULL;
		if (filter->where == NULL)
			return no_memory(err);
	}
	return 0;
}

static int
read_class_filters(struct inspection *in, struct hc_err *err)
{
	struct hc_strings classes = { 0 };
	struct hc_hive_key key;
	struct hc_err why;

	/* NT 4.0 has no device classes with filters. */
	if (hc_windows_key(in, CLASSES, &key, &why) < 0)
		return 0;
	if (hc_hive_subkeys(in->system, key, in->arena, &classes, &why) < 0)
		return hc_windows_unread(in, "filter_drivers", &why, err);
	for (size_t i = 0; i < classes.count; i++) {
		const char *path = hc_arena_printf(in->arena, CLASSES "\\%s", classes.items[i]);

		if (path == NULL)
			return no_memory(err);
		if (hc_windows_key(in, path, &key, &why) < 0)
			continue;
		if (add_class_filters(in, classes.items[i], key, true, err) < 0 ||
		    add_class_filters(in, classes.items[i], key, false, err) < 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------- over file systems */

static const char *
altitude_of(struct inspection *in, const char *service, const char *instance)
{
	const char *path =
		hc_arena_printf(in->arena, "Services\\%s\\Instances\\%s", service, instance);
	struct hc_hive_key key;
	struct hc_err why;

	return path == NULL || hc_windows_key(in, path, &key, &why) < 0
		       ? NULL
		       : hc_windows_text(in, in->system, key, "Altitude");
}

/* That of the default instance, else of the first one that has one; NULL: it is no minifilter. */
static const char *
find_altitude(struct inspection *in, const char *service)
{
	const char *path = hc_arena_printf(in->arena, "Services\\%s\\Instances", service);
	const char *altitude, *preferred;
	struct hc_strings instances = { 0 };
	struct hc_hive_key key;
	struct hc_err why;

	if (path == NULL || hc_windows_key(in, path, &key, &why) < 0)
		return NULL;
	preferred = hc_windows_text(in, in->system, key, "DefaultInstance");
	altitude = preferred == NULL ? NULL : altitude_of(in, service, preferred);
	if (altitude != NULL ||
	    hc_hive_subkeys(in->system, key, in->arena, &instances, &why) < 0)
		return altitude;
	for (size_t i = 0; altitude == NULL && i < instances.count; i++)
		altitude = altitude_of(in, service, instances.items[i]);
	return altitude;
}

/* A minifilter has an altitude; what is in one of the groups without one is a filter of the older kind. */
static int
read_file_system_filter(struct inspection *in, const char *name, struct hc_err *err)
{
	const char *path = hc_arena_printf(in->arena, "Services\\%s", name);
	const char *group, *altitude;
	struct hc_filter_driver *filter;
	struct hc_hive_key key;
	struct hc_err why;
	uint32_t type = 0;

	if (path == NULL)
		return no_memory(err);
	if (hc_windows_key(in, path, &key, &why) < 0 ||
	    hc_hive_dword(in->system, key, "Type", &type, &why) < 0 || (type & 3) == 0)
		return 0;
	group = hc_windows_text(in, in->system, key, "Group");
	altitude = find_altitude(in, name);
	if (altitude == NULL &&
	    (group == NULL || strncasecmp(group, FILTER_GROUP, strlen(FILTER_GROUP)) != 0))
		return 0;
	if (add_filter(in, name, "minifilter", &filter, err) < 0)
		return -1;
	filter->group = group;
	filter->altitude = altitude;
	return 0;
}

int
hc_windows_read_filters(struct inspection *in, struct hc_err *err)
{
	struct hc_strings names = { 0 };
	struct hc_err why;

	if (in->system == NULL || in->windows->current_control_set == NULL)
		return 0;
	if (read_class_filters(in, err) < 0)
		return -1;
	if (hc_windows_service_names(in, &names, &why) < 0)
		return hc_windows_unread(in, "filter_drivers", &why, err);
	for (size_t i = 0; i < names.count; i++)
		if (read_file_system_filter(in, names.items[i], err) < 0)
			return -1;
	return 0;
}
