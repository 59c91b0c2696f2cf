/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * devices: display and network adapters that are not in this machine, so that Windows detects what is.
 *
 * A device is Enum\PCI\<id>\<instance>; the id is its full hardware id.  Only this key goes.  What hangs on the
 * device's class key stays: the GUID of a network interface and, by it, its addresses.
 * Source: the Enum keys of 2003 to 10 in the test data.
 */
#include <string.h>
#include <strings.h>

#include "restore/fixup/edits_priv.h"

#define BUS "Enum\\PCI"

static const char *
class_of(const char *guid)
{
	if (strcasecmp(guid, "{4d36e972-e325-11ce-bfc1-08002be10318}") == 0)
		return "network";
	if (strcasecmp(guid, "{4d36e968-e325-11ce-bfc1-08002be10318}") == 0)
		return "display";
	return NULL;
}

static bool
is_here(const struct hc_facts *facts, const char *id)
{
	for (size_t i = 0; i < facts->pci.count; i++)
		if (hc_strings_has_name(&facts->pci.items[i].hardware_ids, id) ||
		    hc_strings_has_name(&facts->pci.items[i].compatible_ids, id))
			return true;
	return false;
}

/* ---------------------------------------------------------------- addresses that somebody set */

static const struct hc_windows_adapter *
adapter_at(const struct fix *fix, const char *set, const char *driver)
{
	const struct hc_windows *w = fix->windows;
	const char *where =
		hc_arena_printf(fix->arena, "SYSTEM\\%s\\Control\\Class\\%s", set, driver);

	for (size_t i = 0; where != NULL && i < w->network_adapters.count; i++)
		if (w->network_adapters.items[i].where != NULL &&
		    strcasecmp(w->network_adapters.items[i].where, where) == 0)
			return &w->network_adapters.items[i];
	return NULL;
}

static int
note_addresses(struct fix *fix, const struct fix_hive *system, struct hc_hive_key device,
	       const char *set, struct hc_err *err)
{
	const struct hc_windows_adapter *adapter;
	const char *driver, *list = "";
	struct hc_err why;

	if (hc_hive_string(system->hive, device, "Driver", fix->arena, &driver, &why) < 0)
		return 0;
	adapter = adapter_at(fix, set, driver);
	if (adapter == NULL || adapter->addresses.count == 0)
		return 0;
	for (size_t i = 0; list != NULL && i < adapter->addresses.count; i++)
		list = hc_arena_printf(fix->arena, "%s%s%s", list, i == 0 ? "" : ", ",
				       adapter->addresses.items[i]);
	if (list == NULL)
		return fix_no_memory(err);
	return fix_note(fix, err,
			"%s had fixed addresses: %s; they stay at the interface %s and have to "
			"be set for the new adapter",
			adapter->description != NULL ? adapter->description : driver, list,
			adapter->instance != NULL ? adapter->instance : "(unknown)");
}

/* ---------------------------------------------------------------- devices */

static int
look_at(struct fix *fix, const struct fix_hive *system, const char *set, const char *id,
	const struct hc_hive_child *instance, struct hc_err *err)
{
	const char *guid, *class, *key, *because;
	struct hc_err why;

	if (hc_hive_string(system->hive, instance->key, "ClassGUID", fix->arena, &guid, &why) <
	    0)
		return 0;
	class = class_of(guid);
	if (class == NULL)
		return 0;
	key = fix_key(fix, set, BUS "\\%s\\%s", id, instance->name);
	because = hc_arena_printf(fix->arena, "this %s adapter is not in this machine", class);
	if (key == NULL || because == NULL)
		return fix_no_memory(err);
	if (want_no_key(fix, system, key, because, err) < 0)
		return -1;
	return note_addresses(fix, system, instance->key, set, err);
}

static int
children_of(struct fix *fix, const struct fix_hive *system, struct hc_hive_key key,
	    struct hc_hive_children *ret, struct hc_err *err)
{
	struct hc_err why;

	*ret = (struct hc_hive_children){ 0 };
	if (hc_hive_children(system->hive, key, fix->arena, ret, &why) < 0 &&
	    why.code == H_OUT_OF_MEMORY)
		return fix_no_memory(err);
	return 0;
}

static int
look_in(struct fix *fix, const struct fix_hive *system, const char *set, struct hc_err *err)
{
	const char *path = fix_key(fix, set, BUS);
	struct hc_hive_children ids, instances;
	struct hc_hive_key bus;
	struct hc_err why;

	if (path == NULL)
		return fix_no_memory(err);
	if (hc_hive_key(system->hive, path, &bus, &why) < 0)
		return 0;
	if (children_of(fix, system, bus, &ids, err) < 0)
		return -1;
	for (size_t i = 0; i < ids.count; i++) {
		const char *id = hc_arena_printf(fix->arena, "PCI\\%s", ids.items[i].name);

		if (id == NULL)
			return fix_no_memory(err);
		if (is_here(fix->request->facts, id))
			continue;
		if (children_of(fix, system, ids.items[i].key, &instances, err) < 0)
			return -1;
		for (size_t n = 0; n < instances.count; n++)
			if (look_at(fix, system, set, ids.items[i].name, &instances.items[n],
				    err) < 0)
				return -1;
	}
	return 0;
}

int
fix_devices(struct fix *fix, struct hc_err *err)
{
	const struct hc_strings *sets = &fix->windows->control_sets;
	const struct hc_facts *facts = fix->request->facts;
	struct fix_hive system;
	int result;

	/* A machine without a single device is one that wasn't looked at. */
	if (facts == NULL || (facts->pci.count == 0 && facts->vmbus.count == 0))
		return fix_note(fix, err,
				"the devices of the machine that it shall start on are "
				"unknown: none is removed");
	result = fix_hive(fix, "SYSTEM", &system, err);
	for (size_t i = 0; result == 0 && i < sets->count; i++)
		result = look_in(fix, &system, sets->items[i], err);
	return result < 0 ? -1 : 0;
}
