/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * storage-boot: what lies between the processor and the disk has drivers that start with Windows.
 * Source: windows-offline.md sections 3.3 and 3.5; hazards 10, 25.
 */
#include <string.h>
#include <strings.h>

#include "restore/fixup/storage_priv.h"

#define REMEDY_DRIVERS                                                                         \
	"Name a folder that holds its driver with --drivers DIR: the repair driver-inject "    \
	"installs it."
#define USB "USB storage" /* as the answers call it */

/* ---------------------------------------------------------------- Start and StartOverride */

/*
 * A value of StartOverride is called like the Id of a configuration in SYSTEM\HardwareConfig, and holds what takes the
 * place of Start on that hardware: the 8.1 of the test data has two of them, and values 0 and 1.  Which one this machine
 * will be is not known, so every one that demotes goes.  The key itself stays: real ones of drivers that
 * were in use are empty.
 */
static int
clear_override(struct storage *s, const char *set, const char *service, const char *because,
	       struct hc_err *err)
{
	const char *path = fix_key(s->fix, set, "Services\\%s\\StartOverride", service);
	struct hc_hive_value_list values = { 0 };
	struct hc_hive_key key;
	struct hc_err why;
	uint32_t start;

	if (path == NULL)
		return fix_no_memory(err);
	if (hc_hive_key(s->system.hive, path, &key, &why) < 0 ||
	    hc_hive_values(s->system.hive, key, s->fix->arena, &values, &why) < 0)
		return 0;
	for (size_t i = 0; i < values.count; i++)
		if (hc_hive_dword(s->system.hive, key, values.items[i].name, &start, &why) ==
			    0 &&
		    start != HC_SERVICE_BOOT &&
		    want_no_value(s->fix, &s->system, path, values.items[i].name, because,
				  err) < 0)
			return -1;
	return 0;
}

int
storage_start(struct storage *s, const char *service, const char *because, struct hc_err *err)
{
	const struct hc_strings *sets = &s->fix->windows->control_sets;

	for (size_t i = 0; i < sets->count; i++) {
		const char *key = fix_key(s->fix, sets->items[i], "Services\\%s", service);
		struct hc_service found;
		int result = key == NULL
				     ? fix_no_memory(err)
				     : storage_service(s, sets->items[i], service, &found, err);

		if (result < 0)
			return -1;
		if (result == 1 || !found.is_driver || found.file_present != HC_YES)
			continue;
		if (want_dword(s->fix, &s->system, key, "Start", HC_SERVICE_BOOT, because,
			       err) < 0 ||
		    clear_override(s, sets->items[i], service, because, err) < 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------- one link of the chain */

static const struct hc_pci *
pci_at(const struct storage *s, const char *address)
{
	const struct hc_facts *facts = s->fix->request->facts;

	for (size_t i = 0; i < facts->pci.count; i++)
		if (strcasecmp(facts->pci.items[i].address, address) == 0)
			return &facts->pci.items[i];
	return NULL;
}

/* "0000:00:1f.2 (PCI\CC_010601)"; NULL: no memory. */
static const char *
device_text(const struct storage *s, const struct hc_driver_answer *a)
{
	return a->hardware_id == NULL
		       ? a->device
		       : hc_arena_printf(s->fix->arena, "%s (%s)", a->device, a->hardware_id);
}

static int
start(struct storage *s, const struct hc_driver_answer *a, const char *device,
      struct hc_err *err)
{
	static const struct {
		const char *role, *text;
	} roles[] = {
		{ "controller", "the disk hangs on" },
		{ "bus", "the way to the disk leads over" },
		{ "stack", "every volume needs" },
	};
	const char *because = NULL;

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i].role, a->role) == 0)
			because = hc_arena_printf(
				s->fix->arena, "%s %s%s%s%s", roles[i].text, device,
				strcmp(device, a->service) != 0 ? ", which " : "",
				strcmp(device, a->service) != 0 ? a->service : "",
				strcmp(device, a->service) != 0 ? " drives" : "");
	return because == NULL ? fix_no_memory(err)
			       : storage_start(s, a->service, because, err);
}

/* What can't be mended here: driver-inject may, where there are drivers to be added. */
static int
refuse(struct storage *s, const char *text, struct hc_err *err)
{
	if (text == NULL)
		return fix_no_memory(err);
	if (s->fix->request->drivers != NULL)
		return fix_note(s->fix, err, "%s: the folder of drivers may have it", text);
	return fix_refuse(s->fix, REMEDY_DRIVERS, err, "%s", text);
}

static int
refuse_file(struct storage *s, const struct hc_driver_answer *a, const char *device,
	    struct hc_err *err)
{
	return refuse(s,
		      hc_arena_printf(s->fix->arena,
				      "%s is driven by %s, whose file %s is missing", device,
				      a->service, a->file != NULL ? a->file : "(elsewhere)"),
		      err);
}

static int
add_driver(struct storage *s, const struct hc_driver_answer *a, const char *device,
	   struct hc_err *err)
{
	const struct hc_pci *pci =
		strcmp(a->role, "controller") == 0 ? pci_at(s, a->device) : NULL;
	const char *service = a->service;
	bool critical;

	if (storage_has_critical(s, &critical, err) < 0)
		return -1;
	if (critical && a->service == NULL && pci != NULL) {
		int result = storage_add_critical(s, pci, &service, err);

		if (result <= 0)
			return result;
	}
	if (service != NULL)
		return refuse(s,
			      hc_arena_printf(s->fix->arena,
					      "%s is driven by %s, which is not installed",
					      device, service),
			      err);
	return refuse(
		s, hc_arena_printf(s->fix->arena, "this Windows has no driver for %s", device),
		err);
}

static int
start_and_complete(struct storage *s, const struct hc_driver_answer *a, const char *device,
		   struct hc_err *err)
{
	bool critical;

	if (start(s, a, device, err) < 0 || storage_has_critical(s, &critical, err) < 0)
		return -1;
	return critical ? storage_complete_critical(s, a, err) : 0;
}

static int
repair_link(struct storage *s, const struct hc_driver_answer *a, struct hc_err *err)
{
	static const struct {
		const char *state;
		int (*repair)(struct storage *s, const struct hc_driver_answer *a,
			      const char *device, struct hc_err *err);
	} states[] = {
		{ "ready", start_and_complete },
		{ "disabled", start_and_complete },
		{ "file-missing", refuse_file },
		{ "absent", add_driver },
	};
	const char *device = device_text(s, a);

	if (device == NULL)
		return fix_no_memory(err);
	/* Its hub and host controller would have to start too, and be told not to reset. */
	if (strcmp(a->device, USB) == 0 && strcmp(a->state, "ready") != 0)
		return fix_refuse(s->fix, "Restore onto a disk that is built in.", err,
				  "the disk hangs on USB, and this Windows was not made to "
				  "start from there");
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(states[i].state, a->state) == 0)
			return states[i].repair(s, a, device, err);
	return 0;
}

/* ---------------------------------------------------------------- what is told only */

/* Filters of others: of the classes of storage. */
static int
note_filters(struct storage *s, struct hc_err *err)
{
	const struct hc_windows *w = s->fix->windows;

	for (size_t i = 0; i < w->filter_drivers.count; i++) {
		const struct hc_filter_driver *filter = &w->filter_drivers.items[i];
		const char *class = storage_class(filter->group);

		if (class == NULL || filter->microsoft == HC_YES || !filter->service_present ||
		    filter->file_present == HC_NO)
			continue;
		if (fix_note(s->fix, err,
			     "%s of %s is a filter over the class %s: `filters` disables it on "
			     "request",
			     filter->name,
			     filter->company != NULL ? filter->company : "an unknown maker",
			     class) < 0)
			return -1;
	}
	return 0;
}

/* A server leaves disks offline that it meets on a bus that is new to it. */
static int
note_bus(struct storage *s, const struct hc_driver_answer *a, struct hc_err *err)
{
	const struct hc_windows *w = s->fix->windows;
	const struct hc_pci *pci = pci_at(s, a->device);

	if (strcmp(a->role, "controller") != 0 || pci == NULL || pci->hardware_ids.count == 0 ||
	    w->pci.count == 0 || !storage_may_stay_offline(s))
		return 0;
	for (size_t i = 0; i < w->pci.count; i++)
		if (strcasecmp(w->pci.items[i].id, pci->hardware_ids.items[0]) == 0)
			return 0;
	return fix_note(s->fix, err,
			"this server never had the controller %s: disks with data may stay "
			"offline; `san-policy` brings them online on request",
			pci->hardware_ids.items[0]);
}

static int
repair_chain(struct storage *s, struct hc_err *err)
{
	if (s->fix->request->facts == NULL)
		return fix_note(s->fix, err,
				"the machine that it shall start on is unknown: which drivers "
				"have to start there can't be said");
	if (!s->chain.drivers_known)
		return fix_note(s->fix, err,
				"which driver this disk needs can't be said: the way from the "
				"processor to it is unknown");
	for (size_t i = 0; i < s->chain.drivers.count; i++)
		if (repair_link(s, &s->chain.drivers.items[i], err) < 0 ||
		    note_bus(s, &s->chain.drivers.items[i], err) < 0)
			return -1;
	return storage_disable_missing(s, err);
}

int
fix_storage_boot(struct fix *fix, struct hc_err *err)
{
	static const struct storage_lists dangling = { storage_is_dangling, NULL };
	struct storage s;
	int result = storage_open(fix, &s, err);

	if (result != 0)
		return result < 0 ? -1 : 0;
	if (repair_chain(&s, err) < 0)
		return -1;
	/* A list is one value: where `filters` takes names from it too, it takes all. */
	if (storage_is_requested(fix, "filters"))
		return 0;
	return storage_clean_lists(&s, &dangling, err) < 0 ? -1 : note_filters(&s, err);
}
