/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hal: the devices of the registry that name the HAL.
 *
 * Source:  windows-offline.md section 6.1; the real 2003 controller, whose device has a DeviceDesc with the DriverDesc of
 *          its class key.
 */
#include <string.h>
#include <strings.h>

#include "restore/fixup/hal_priv.h"

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
}

static bool
ends_in_hal(const char *name)
{
	size_t length = strlen(name);

	return length >= 4 && strcasecmp(name + length - 4, "_HAL") == 0;
}

/* Of the class, by the value Driver of the device: "{4D36E966-…}\0000".  *ret NULL: there is none. */
static int
class_key(struct fix *fix, const struct fix_hive *system, const char *set,
	  struct hc_hive_key instance, const char **ret, struct hc_err *err)
{
	const char *driver, *key;
	struct hc_err why;

	*ret = NULL;
	if (hc_hive_string(system->hive, instance, "Driver", fix->arena, &driver, &why) < 0)
		return 0;
	key = hc_arena_printf(fix->arena, "%s\\Control\\Class\\%s", set, driver);
	if (key == NULL)
		return no_memory(err);
	if (fix_has_key(system, key))
		*ret = key;
	return 0;
}

static int
take_instances(struct fix *fix, const struct fix_hive *system, const char *set,
	       const struct hc_hive_child *device, const struct fix_hal_kind *from,
	       struct fix_hal_devices *ret, struct hc_err *err)
{
	struct hc_hive_children instances = { 0 };
	struct hc_err why;

	if (hc_hive_children(system->hive, device->key, fix->arena, &instances, &why) < 0)
		return 0;
	for (size_t i = 0; i < instances.count; i++) {
		struct fix_hal_device found = { 0 }, *item;

		if (hc_hive_strings(system->hive, instances.items[i].key, "HardwareID",
				    fix->arena, &found.ids, &why) < 0 ||
		    found.ids.count == 0 || strcasecmp(found.ids.items[0], from->id) != 0)
			continue;
		found.instance = hc_arena_printf(fix->arena, "%s\\Enum\\Root\\%s\\%s", set,
						 device->name, instances.items[i].name);
		if (found.instance == NULL)
			return no_memory(err);
		if (class_key(fix, system, set, instances.items[i].key, &found.class, err) < 0)
			return -1;
		item = hc_arena_grow(fix->arena, &ret->items, &ret->count, sizeof(*item));
		if (item == NULL)
			return no_memory(err);
		*item = found;
	}
	return 0;
}

int
fix_hal_find_devices(struct fix *fix, const struct fix_hive *system,
		     const struct fix_hal_kind *from, struct fix_hal_devices *ret,
		     struct hc_err *err)
{
	struct fix_hal_devices devices = { 0 };

	for (size_t i = 0; i < fix->windows->control_sets.count; i++) {
		const char *set = fix->windows->control_sets.items[i];
		const char *root = fix_key(fix, set, "Enum\\Root");
		struct hc_hive_children children = { 0 };
		struct hc_hive_key key;
		struct hc_err why;

		if (root == NULL)
			return no_memory(err);
		if (hc_hive_key(system->hive, root, &key, &why) < 0 ||
		    hc_hive_children(system->hive, key, fix->arena, &children, &why) < 0)
			continue;
		for (size_t k = 0; k < children.count; k++)
			if (ends_in_hal(children.items[k].name) &&
			    take_instances(fix, system, set, &children.items[k], from, &devices,
					   err) < 0)
				return -1;
	}
	*ret = devices;
	return 0;
}

/* DeviceDesc, where it is the text of the old one. */
static int
want_description(struct fix *fix, const struct fix_hive *system,
		 const struct fix_hal_device *device, const struct fix_hal_kind *from,
		 const struct fix_hal_kind *to, const char *because, struct hc_err *err)
{
	struct hc_hive_key key;
	const char *text;
	struct hc_err why;

	if (hc_hive_key(system->hive, device->instance, &key, &why) < 0 ||
	    hc_hive_string(system->hive, key, "DeviceDesc", fix->arena, &text, &why) < 0 ||
	    strcmp(text, from->name) != 0)
		return 0;
	return want_text(fix, system, device->instance, "DeviceDesc", REG_SZ, to->name, because,
			 err);
}

int
fix_hal_want_devices(struct fix *fix, const struct fix_hive *system,
		     const struct fix_hal_devices *devices, const struct fix_hal_kind *from,
		     const struct fix_hal_kind *to, const char *because, struct hc_err *err)
{
	for (size_t i = 0; i < devices->count; i++) {
		const struct fix_hal_device *device = &devices->items[i];
		struct hc_strings ids = { 0 };

		for (size_t k = 0; k < device->ids.count; k++)
			if (hc_strings_add(&ids, fix->arena,
					   k == 0 ? to->id : device->ids.items[k], err) < 0)
				return -1;
		if (want_texts(fix, system, device->instance, "HardwareID", &ids, because,
			       err) < 0 ||
		    want_description(fix, system, device, from, to, because, err) < 0)
			return -1;
		if (device->class == NULL)
			continue;
		if (want_text(fix, system, device->class, "DriverDesc", REG_SZ, to->name,
			      because, err) < 0 ||
		    want_text(fix, system, device->class, "InfSection", REG_SZ, to->section,
			      because, err) < 0 ||
		    want_text(fix, system, device->class, "MatchingDeviceId", REG_SZ, to->id,
			      because, err) < 0)
			return -1;
	}
	return 0;
}
