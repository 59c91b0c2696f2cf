/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UpperFilters and LowerFilters: of a class (Control\Class\<guid>) and of a single device (Enum\<bus>\<id>\<instance>).
 * A name there whose driver can't be loaded keeps each device of that class, or this device, from starting.
 * Source: windows-offline.md section 3.3; the lists in the hives of 2003 to 10 of the test data.
 */
#include <string.h>
#include <strings.h>

#include "restore/fixup/storage_priv.h"

static const char *const list_names[] = { "UpperFilters", "LowerFilters" };

/* The reading of a part of the registry that is damaged is no reason to end: what can't be read has no lists. */
static int
children_of(struct storage *s, const char *path, struct hc_hive_children *ret,
	    struct hc_err *err)
{
	struct hc_hive_key key;
	struct hc_err why;

	*ret = (struct hc_hive_children){ 0 };
	if (path == NULL)
		return fix_no_memory(err);
	if (hc_hive_key(s->system.hive, path, &key, &why) < 0)
		return 0;
	if (hc_hive_children(s->system.hive, key, s->fix->arena, ret, &why) < 0 &&
	    why.code == H_OUT_OF_MEMORY)
		return fix_no_memory(err);
	return 0;
}

/* A list of one name may be a single text.  False: there is none. */
static bool
read_list(struct storage *s, struct hc_hive_key key, const char *name, struct hc_strings *ret,
	  struct hc_err *err)
{
	struct hc_hive_value value;
	struct hc_err why;
	const char *text;

	*ret = (struct hc_strings){ 0 };
	if (!hc_hive_value_find(s->system.hive, key, name, &value))
		return false;
	if (value.type == REG_MULTI_SZ)
		return hc_hive_strings(s->system.hive, key, name, s->fix->arena, ret, &why) ==
		       0;
	return hc_hive_string(s->system.hive, key, name, s->fix->arena, &text, &why) == 0 &&
	       hc_strings_add(ret, s->fix->arena, text, err) == 0;
}

struct device {
	const char *set;
	const char *class; /* GUID, or NULL */
	const char *path;
	struct hc_hive_key key;
};

static int
clean_list(struct storage *s, const struct storage_lists *lists, const struct device *device,
	   const char *name, struct hc_err *err)
{
	struct hc_strings list, kept = { 0 };
	const char *because = NULL;

	if (!read_list(s, device->key, name, &list, err))
		return 0;
	for (size_t i = 0; i < list.count; i++) {
		const char *why = NULL;
		int unwanted = lists->unwanted(s, lists->ctx, device->set, device->class,
					       list.items[i], &why, err);

		if (unwanted < 0)
			return -1;
		if (unwanted == 0 &&
		    hc_strings_add(&kept, s->fix->arena, list.items[i], err) < 0)
			return -1;
		if (unwanted != 0)
			because = because == NULL ? why
						  : hc_arena_printf(s->fix->arena, "%s; %s",
								    because, why);
		if (unwanted != 0 && because == NULL)
			return fix_no_memory(err);
	}
	if (because == NULL)
		return 0;
	if (kept.count == 0)
		return want_no_value(s->fix, &s->system, device->path, name, because, err);
	return want_texts(s->fix, &s->system, device->path, name, &kept, because, err);
}

static int
clean_device(struct storage *s, const struct storage_lists *lists, const struct device *device,
	     struct hc_err *err)
{
	if (device->path == NULL)
		return fix_no_memory(err);
	for (size_t i = 0; i < sizeof(list_names) / sizeof(list_names[0]); i++)
		if (clean_list(s, lists, device, list_names[i], err) < 0)
			return -1;
	return 0;
}

static int
clean_classes(struct storage *s, const struct storage_lists *lists, const char *set,
	      struct hc_err *err)
{
	struct hc_hive_children classes;

	if (children_of(s, fix_key(s->fix, set, "Control\\Class"), &classes, err) < 0)
		return -1;
	for (size_t i = 0; i < classes.count; i++) {
		const char *guid = classes.items[i].name;
		const struct device device = { set, guid,
					       fix_key(s->fix, set, "Control\\Class\\%s", guid),
					       classes.items[i].key };

		if (clean_device(s, lists, &device, err) < 0)
			return -1;
	}
	return 0;
}

/* The instances of one id: PCI\VEN_…. */
static int
clean_instances(struct storage *s, const struct storage_lists *lists, const char *set,
		const char *path, struct hc_err *err)
{
	struct hc_hive_children instances;
	struct hc_err why;

	if (children_of(s, path, &instances, err) < 0)
		return -1;
	for (size_t i = 0; i < instances.count; i++) {
		struct device device = { .set = set, .key = instances.items[i].key };

		if (hc_hive_string(s->system.hive, device.key, "ClassGUID", s->fix->arena,
				   &device.class, &why) < 0)
			device.class = NULL;
		device.path =
			hc_arena_printf(s->fix->arena, "%s\\%s", path, instances.items[i].name);
		if (clean_device(s, lists, &device, err) < 0)
			return -1;
	}
	return 0;
}

static int
clean_devices(struct storage *s, const struct storage_lists *lists, const char *set,
	      struct hc_err *err)
{
	struct hc_hive_children buses, ids;

	if (children_of(s, fix_key(s->fix, set, "Enum"), &buses, err) < 0)
		return -1;
	for (size_t b = 0; b < buses.count; b++) {
		const char *bus = fix_key(s->fix, set, "Enum\\%s", buses.items[b].name);

		if (children_of(s, bus, &ids, err) < 0)
			return -1;
		for (size_t i = 0; i < ids.count; i++)
			if (clean_instances(s, lists, set,
					    hc_arena_printf(s->fix->arena, "%s\\%s", bus,
							    ids.items[i].name),
					    err) < 0)
				return -1;
	}
	return 0;
}

int
storage_clean_lists(struct storage *s, const struct storage_lists *lists, struct hc_err *err)
{
	const struct hc_strings *sets = &s->fix->windows->control_sets;

	for (size_t i = 0; i < sets->count; i++)
		if (clean_classes(s, lists, sets->items[i], err) < 0 ||
		    clean_devices(s, lists, sets->items[i], err) < 0)
			return -1;
	return 0;
}

/* ---------------------------------------------------------------- names without a driver */

int
storage_is_dangling(struct storage *s, const void *ctx, const char *set, const char *class,
		    const char *name, const char **ret_why, struct hc_err *err)
{
	const char *class_name = storage_class(class);
	struct hc_service service;
	int result;

	(void)ctx;
	if (class_name == NULL || name[0] == '\0')
		return 0;
	result = storage_service(s, set, name, &service, err);
	if (result < 0)
		return -1;
	if (result == 0 && service.file_present != HC_NO)
		return 0;
	if (storage_is_core(name)) {
		if (fix_refuse(s->fix,
			       "Put it back from the installation medium of this Windows.", err,
			       "the filter driver %s of the class %s is missing, and no volume "
			       "starts without it",
			       name, class_name) < 0)
			return -1;
		return 0;
	}
	*ret_why = result == 1
			   ? hc_arena_printf(s->fix->arena, "no service is called %s", name)
			   : hc_arena_printf(s->fix->arena, "%s, the file of %s, is missing",
					     service.file, name);
	return *ret_why != NULL ? 1 : fix_no_memory(err);
}
