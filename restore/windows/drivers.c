/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Would this Windows find its disk on that machine?  (Stop 0x7B when not.)
 *
 * Each device on the way from the processor to the disk needs a driver that the boot loader loads.  The loader
 * goes by Services alone: it loads what has Start 0 there, before anything is matched; the databases only say
 * which of the loaded drivers is bound to which device.  So the service that was matched is judged:
 *	absent		there is no such key, although a package may be staged: nothing is loaded, and no change of
 *			Start helps: the driver has to be installed
 *	file-missing	the key is there, its file is not
 *	disabled	Start is not 0, or StartOverride\0 is not (Windows 8 on)
 *	ready		none of these
 *
 * How a device is matched, in this order:
 *	Enum		this very device in this very slot was there before: Windows uses what stands there
 *	the database	driver_db.c
 *	NT 4.0		has neither: its miniports look for their devices themselves; a table says which do
 *
 * Source: windows-offline.md sections 3.3 to 3.5; hazards 10.
 */
#include "restore/windows/driver_chain.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define BUS_DEPTH_MAX 32u

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to look for drivers");
}

/* ---------------------------------------------------------------- the verdict on a service */

int
hc_driver_judge(struct driver_chain *c, const char *name, struct hc_driver_answer *answer,
		struct hc_err *err)
{
	struct hc_service service;

	if (hc_windows_service(&c->in, name, &service, err) < 0)
		return -1;
	answer->service = name;
	answer->file = service.file;
	if (!service.present || !service.is_driver) {
		answer->state = "absent";
		answer->where = service.where;
	} else if (service.file_present != HC_YES) {
		/* A file that halcyon can't get at is none that the boot loader is known to find. */
		answer->state = "file-missing";
		answer->where = service.where;
	} else if (service.start != HC_SERVICE_BOOT) {
		answer->state = "disabled";
		answer->where = service.where;
	} else if (service.overridden) {
		answer->state = "disabled";
		answer->where =
			hc_arena_printf(c->in.arena, "%s\\StartOverride", service.where);
	} else {
		answer->state = "ready";
		if (answer->where == NULL)
			answer->where = service.where;
	}
	return answer->where != NULL ? 0 : no_memory(err);
}

int
hc_driver_add(struct driver_chain *c, const struct hc_driver_answer *answer, struct hc_err *err)
{
	struct hc_driver_answer *added = hc_arena_grow(c->in.arena, &c->answers.items,
						       &c->answers.count, sizeof(*added));

	if (added == NULL)
		return no_memory(err);
	*added = *answer;
	return 0;
}

int
hc_driver_add_service(struct driver_chain *c, const char *device, const char *role,
		      const char *service, struct hc_err *err)
{
	struct hc_driver_answer answer = { .device = device, .role = role };

	if (hc_driver_judge(c, service, &answer, err) < 0)
		return -1;
	return hc_driver_add(c, &answer, err);
}

int
hc_driver_add_ids(struct driver_chain *c, const char *device, const char *role,
		  struct hc_device_ids ids, struct hc_err *err)
{
	struct hc_driver_answer answer = { .device = device, .role = role };
	struct hc_driver_match match;
	int result = hc_driver_db_match(&c->in, &c->db, ids, &match, err);

	if (result < 0)
		return -1;
	answer.where = match.where;
	answer.inf = match.inf;
	if (result == 0) {
		answer.hardware_id = match.id;
		if (hc_driver_judge(c, match.service, &answer, err) < 0)
			return -1;
	} else {
		answer.state = "absent";
		if (ids.hardware != NULL && ids.hardware->count > 0)
			answer.hardware_id = ids.hardware->items[0];
	}
	return hc_driver_add(c, &answer, err);
}

/* ---------------------------------------------------------------- devices that were there before */

const struct hc_pci *
hc_driver_pci(const struct driver_chain *c, const char *address)
{
	for (size_t i = 0; address != NULL && i < c->facts->pci.count; i++)
		if (strcasecmp(c->facts->pci.items[i].address, address) == 0)
			return &c->facts->pci.items[i];
	return NULL;
}

/*
 * The last part of a PCI device's instance id is the slots on the way to it, from the device up to the root, two
 * hex digits each: device number and function.  "4&2732702b&0&00A8" is function 0 of device 0 below the bridge
 * that is device 15h.  Seen in the Enum keys of 2003, 7 and 10 in the test data.
 */
static bool
slots_of(const struct driver_chain *c, const struct hc_pci *pci,
	 char ret[2 * BUS_DEPTH_MAX + 1])
{
	unsigned domain, bus, device, function;
	size_t used = 0;

	for (size_t depth = 0; pci != NULL; depth++) {
		if (depth == BUS_DEPTH_MAX || sscanf(pci->address, "%8x:%2x:%2x.%1x", &domain,
						     &bus, &device, &function) != 4)
			return false;
		snprintf(ret + used, 3, "%02X", (device << 3 | (function & 7)) & 0xff);
		used += 2;
		pci = hc_driver_pci(c, pci->parent);
	}
	return used > 0;
}

/* The service in this device's own key, or NULL.  CONFIGFLAG_* other than 0: disabled, or to be set up anew. */
static const char *
service_in_enum(struct driver_chain *c, const struct hc_pci *pci, const char **ret_where)
{
	const char *path =
		hc_arena_printf(c->in.arena, "Enum\\%s",
				pci->hardware_ids.count > 0 ? pci->hardware_ids.items[0] : "");
	char slots[2 * BUS_DEPTH_MAX + 1];
	struct hc_strings instances = { 0 };
	struct hc_hive_key key;
	struct hc_err why;

	if (path == NULL || pci->hardware_ids.count == 0 || !slots_of(c, pci, slots) ||
	    hc_windows_key(&c->in, path, &key, &why) < 0 ||
	    hc_hive_subkeys(c->in.system, key, c->in.arena, &instances, &why) < 0)
		return NULL;
	for (size_t i = 0; i < instances.count; i++) {
		const char *tail = strrchr(instances.items[i], '&'), *instance;
		uint32_t flags = 0;

		if (tail == NULL || strcasecmp(tail + 1, slots) != 0)
			continue;
		instance = hc_arena_printf(c->in.arena, "%s\\%s", path, instances.items[i]);
		if (instance == NULL || hc_windows_key(&c->in, instance, &key, &why) < 0)
			continue;
		(void)(hc_hive_dword(c->in.system, key, "ConfigFlags", &flags, &why) < 0);
		*ret_where = hc_windows_where(&c->in, instance);
		if (flags == 0 && *ret_where != NULL)
			return hc_windows_text(&c->in, c->in.system, key, "Service");
	}
	return NULL;
}

int
hc_driver_add_pci(struct driver_chain *c, const struct hc_pci *pci, const char *role,
		  struct hc_err *err)
{
	struct hc_device_ids ids = { &pci->hardware_ids, &pci->compatible_ids };
	struct hc_driver_answer answer = { .device = pci->address, .role = role };
	const char *where = NULL, *service = service_in_enum(c, pci, &where);

	if (service == NULL)
		return hc_driver_add_ids(c, pci->address, role, ids, err);
	answer.hardware_id = pci->hardware_ids.items[0];
	answer.where = where;
	if (hc_driver_judge(c, service, &answer, err) < 0)
		return -1;
	return hc_driver_add(c, &answer, err);
}

/* ---------------------------------------------------------------- all of it */

static int
each_function(struct driver_chain *c, struct hc_err *err)
{
	for (size_t i = 0; i < c->facts->pci.count; i++)
		if (hc_driver_add_pci(c, &c->facts->pci.items[i], "function", err) < 0)
			return -1;
	return 0;
}

/* `which` adds the answers; 1: nobody can say. */
static int
ask(struct driver_chain *chain, int (*which)(struct driver_chain *, struct hc_err *),
    struct hc_survey *ret, struct hc_err *err)
{
	struct hc_windows windows = { 0 };
	int result;

	chain->in.windows = &windows;
	result = hc_windows_begin(&chain->in, err);
	ret->drivers_known = false;
	ret->drivers.items = NULL;
	ret->drivers.count = 0;
	if (result == 0 && windows.current_control_set != NULL) {
		result = hc_driver_db_open(&chain->in, &chain->db, err);
		if (result == 0)
			result = which(chain, err);
		hc_driver_db_close(&chain->db);
		if (result == 0) {
			ret->drivers_known = true;
			ret->drivers.items = chain->answers.items;
			ret->drivers.count = chain->answers.count;
		}
	}
	hc_windows_end(&chain->in);
	return result < 0 ? -1 : 0;
}

int
hc_windows_drivers(struct hc_volume *volume, const struct hc_facts *facts,
		   const struct hc_disk *target, struct hc_arena *arena, struct hc_survey *ret,
		   struct hc_err *err)
{
	struct driver_chain chain = {
		.in = { .volume = volume, .arena = arena },
		.facts = facts,
		.target = target,
	};

	return ask(&chain, hc_driver_chain, ret, err);
}

int
hc_windows_function_drivers(struct hc_volume *volume, const struct hc_facts *facts,
			    struct hc_arena *arena, struct hc_survey *ret, struct hc_err *err)
{
	struct driver_chain chain = {
		.in = { .volume = volume, .arena = arena },
		.facts = facts,
	};

	return ask(&chain, each_function, ret, err);
}
