/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * driver-inject: devices of the machine that this Windows has no driver for, and packages for them.
 *
 * A device that Windows starts through (its disk's controller and the buses above) gets the package put in place, with
 * service and database; the others find theirs through DevicePath.  Before Windows 8 the first kind is staged too: CDDB and
 * files let Windows start, and it installs the device properly from there.  (2000 to 2003 look into \Windows\inf by
 * themselves.)
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/fixup/driver_priv.h"
#include "restore/fixup/edits_priv.h"
#include "restore/windows/windows.h"

#define REMEDY                                                                                  \
	"Take the driver for this version of Windows from the maker of the machine, unpack it " \
	"(INF, SYS and CAT files) into a folder, and give that folder with --drivers."

/* ---------------------------------------------------------------- devices without a driver */

static bool
is_lacking(const struct hc_driver_answer *answer)
{
	return strcmp(answer->state, "absent") == 0 ||
	       strcmp(answer->state, "file-missing") == 0;
}

static const struct hc_pci *
pci_of(const struct hc_facts *facts, const char *address)
{
	for (size_t i = 0; i < facts->pci.count; i++)
		if (strcmp(facts->pci.items[i].address, address) == 0)
			return &facts->pci.items[i];
	return NULL;
}

/* A second device of a kind gets what the first one does. */
static bool
has_device(const struct driver_set *set, const struct driver_device *device)
{
	for (size_t i = 0; i < set->devices.count; i++)
		if (set->devices.items[i].critical == device->critical &&
		    strcasecmp(set->devices.items[i].id, device->id) == 0)
			return true;
	return false;
}

/* Of a device that is no PCI function one id is known. */
static int
add_device(struct fix *fix, struct driver_set *set, const struct hc_driver_answer *answer,
	   bool critical, struct hc_err *err)
{
	const struct hc_pci *pci = pci_of(fix->request->facts, answer->device);
	struct driver_device device = { .id = answer->hardware_id, .critical = critical },
			     *added;

	if (pci != NULL) {
		device.hardware = pci->hardware_ids;
		device.compatible = pci->compatible_ids;
		if (pci->hardware_ids.count > 0)
			device.id = pci->hardware_ids.items[0];
	}
	if (device.id == NULL || has_device(set, &device))
		return 0;
	if (strcmp(answer->state, "file-missing") == 0)
		device.service = answer->service;
	if (device.hardware.count == 0 &&
	    hc_strings_add(&device.hardware, set->arena, device.id, err) < 0)
		return -1;
	added = hc_arena_grow(set->arena, &set->devices.items, &set->devices.count,
			      sizeof(*added));
	if (added == NULL)
		return fix_no_memory(err);
	*added = device;
	return 0;
}

static bool
is_in(const struct hc_survey *survey, const char *device)
{
	for (size_t i = 0; i < survey->drivers.count; i++)
		if (strcmp(survey->drivers.items[i].device, device) == 0)
			return true;
	return false;
}

static int
find_devices(struct fix *fix, struct driver_set *set, struct hc_err *err)
{
	struct hc_volume *volume = fix->offline->volumes[fix->offline->system].volume;
	const struct hc_facts *facts = fix->request->facts;
	struct hc_survey chain = { 0 }, others = { 0 };

	if (hc_windows_drivers(volume, facts, fix->request->target, set->arena, &chain, err) <
	    0)
		return -1;
	if (!chain.drivers_known && fix_note(fix, err,
					     "nobody can say which controller the disk of this "
					     "Windows hangs on: it gets no driver") < 0)
		return -1;
	for (size_t i = 0; i < chain.drivers.count; i++)
		if (is_lacking(&chain.drivers.items[i]) &&
		    strcmp(chain.drivers.items[i].role, "stack") != 0 &&
		    add_device(fix, set, &chain.drivers.items[i], true, err) < 0)
			return -1;
	if (fix->request->drivers == NULL)
		return 0;
	if (hc_windows_function_drivers(volume, facts, set->arena, &others, err) < 0)
		return -1;
	for (size_t i = 0; i < others.drivers.count; i++)
		if (is_lacking(&others.drivers.items[i]) &&
		    !is_in(&chain, others.drivers.items[i].device) &&
		    add_device(fix, set, &others.drivers.items[i], false, err) < 0)
			return -1;
	return 0;
}

/* ---------------------------------------------------------------- the Windows */

static unsigned
suite_of(const struct hc_windows *windows)
{
	/* VER_SUITE_* of winnt.h; the names are those of ProductSuite. */
	static const struct {
		const char *name;
		unsigned bit;
	} suites[] = { { "Small Business", 0x1 },    { "Enterprise", 0x2 },
		       { "Terminal Server", 0x10 },  { "Small Business(Restricted)", 0x20 },
		       { "EmbeddedNT", 0x40 },       { "DataCenter", 0x80 },
		       { "Personal", 0x200 },        { "Blade", 0x400 },
		       { "Storage Server", 0x2000 }, { "Compute Server", 0x4000 } };
	unsigned mask = 0;

	for (size_t i = 0; i < windows->product_suite.count; i++)
		for (size_t k = 0; k < sizeof(suites) / sizeof(suites[0]); k++)
			if (strcasecmp(windows->product_suite.items[i], suites[k].name) == 0)
				mask |= suites[k].bit;
	return mask;
}

static unsigned
product_type_of(const struct hc_windows *windows)
{
	if (windows->product_type == NULL || strcasecmp(windows->product_type, "WinNT") == 0)
		return 1;
	return strcasecmp(windows->product_type, "LanmanNT") == 0 ? 2 : 3;
}

static void
set_target(const struct fix *fix, struct driver_set *set)
{
	const struct hc_windows *windows = fix->windows;

	set->target = (struct hc_inf_target){
		.architecture = windows->architecture,
		.major = fix->version / 256,
		.minor = fix->version % 256,
		.build = windows->build == NULL ? 0
						: (unsigned)strtoul(windows->build, NULL, 10),
		.product_type = product_type_of(windows),
		.suite = suite_of(windows),
	};
	set->architecture =
		strcmp(windows->architecture, "x64") == 0 ? "amd64" : windows->architecture;
}

/* ---------------------------------------------------------------- refusing */

static int
refuse(struct fix *fix, const struct driver_set *set, const struct driver_device *device,
       struct hc_err *err)
{
	struct hc_buf text = { 0 };
	int result = hc_buf_printf(
		&text, err, "%s, which Windows starts through, has no driver", device->id);

	if (result == 0 && device->service != NULL)
		result = hc_buf_printf(&text, err, " (the file of %s is missing)",
				       device->service);
	if (result == 0 && fix->request->drivers == NULL)
		result = hc_buf_printf(&text, err,
				       ", and no folder of driver packages was given");
	else if (result == 0 && set->folder != NULL && device->reasons.count == 0)
		result = hc_buf_printf(&text, err, ", and no package in %s is for it",
				       fix->request->drivers);
	for (size_t i = 0; result == 0 && i < device->reasons.count; i++)
		result = hc_buf_printf(&text, err, "%s %s", i == 0 ? ":" : ";",
				       device->reasons.items[i]);
	if (result == 0)
		result = hc_buf_append(&text, "", 1, err);
	if (result == 0)
		result = fix_refuse(fix, REMEDY, err, "%s", (const char *)text.data);
	hc_buf_done(&text);
	return result;
}

/* ---------------------------------------------------------------- choosing */

/* Two packages that put different things in one place: the second is left out. */
static bool
collides(const struct driver_plan *a, const struct driver_plan *b)
{
	if (a->package == b->package)
		return false;
	for (size_t i = 0; i < a->services.count; i++)
		for (size_t k = 0; k < b->services.count; k++)
			if (strcasecmp(a->services.items[i].inf->name,
				       b->services.items[k].inf->name) == 0)
				return true;
	for (size_t i = 0; i < a->files.count; i++)
		for (size_t k = 0; k < b->files.count; k++)
			if (a->files.items[i].to != NULL && b->files.items[k].to != NULL &&
			    strcasecmp(a->files.items[i].to, b->files.items[k].to) == 0)
				return true;
	return false;
}

static int
check_collisions(struct driver_set *set, const struct driver_plan *plan, const char **reason,
		 struct hc_err *err)
{
	for (size_t i = 0; i < set->placed.count; i++)
		if (collides(set->placed.items[i], plan))
			return driver_say(driver_text(set, err,
						      "it puts other files in the places of %s",
						      set->placed.items[i]->package->path),
					  reason);
	return 0;
}

/* The best package that this Windows would take; *ret NULL: none, and the reasons say why. */
static int
choose(struct fix *fix, struct driver_set *set, struct driver_device *device,
       const struct driver_plan **ret, struct hc_err *err)
{
	*ret = NULL;
	for (size_t i = 0; i < device->candidates.count; i++) {
		struct driver_plan *plan = hc_arena_alloc(set->arena, sizeof(*plan));
		const char *reason = NULL, *text;

		if (plan == NULL)
			return fix_no_memory(err);
		if (driver_check(fix, set, device, &device->candidates.items[i], plan, &reason,
				 err) < 0 ||
		    (reason == NULL && device->critical &&
		     check_collisions(set, plan, &reason, err) < 0))
			return -1;
		if (reason == NULL) {
			*ret = plan;
			return 0;
		}
		text = driver_text(set, err, "%s: %s",
				   device->candidates.items[i].package->path, reason);
		if (text == NULL || hc_strings_add(&device->reasons, set->arena, text, err) < 0)
			return -1;
	}
	return 0;
}

static int
inject(struct fix *fix, struct driver_set *set, struct driver_device *device,
       struct hc_err *err)
{
	const struct driver_plan *plan, **added;
	const char *because;

	if (choose(fix, set, device, &plan, err) < 0)
		return -1;
	if (plan == NULL)
		return refuse(fix, set, device, err);
	because = hc_arena_printf(fix->arena,
				  "%s, which Windows starts through, has no driver; %s has one",
				  device->id, plan->package->path);
	added = hc_arena_grow(set->arena, &set->placed.items, &set->placed.count,
			      sizeof(*added));
	if (because == NULL || added == NULL)
		return fix_no_memory(err);
	*added = plan;
	if (driver_place(fix, set, plan, because, err) < 0)
		return -1;
	return set->database != NULL || fix->version < HC_NT(6, 0)
		       ? 0
		       : driver_stage(fix, set, plan->package, because, err);
}

static int
stage(struct fix *fix, struct driver_set *set, struct driver_device *device, struct hc_err *err)
{
	const struct driver_plan *plan;
	const char *because;

	if (choose(fix, set, device, &plan, err) < 0)
		return -1;
	if (plan == NULL)
		return device->reasons.count == 0
			       ? 0
			       : fix_note(fix, err, "%s gets no driver: %s", device->id,
					  device->reasons.items[0]);
	/* Windows has it already. */
	if (plan->package->known)
		return 0;
	because = hc_arena_printf(fix->arena, "%s has no driver; %s has one", device->id,
				  plan->package->path);
	return because == NULL ? fix_no_memory(err)
			       : driver_stage(fix, set, plan->package, because, err);
}

/* ---------------------------------------------------------------- all of it */

static int
open_folder(struct fix *fix, struct driver_set *set, struct hc_err *err)
{
	const char *path = fix->request->drivers, *reason;
	struct hc_err why;

	if (path == NULL || hc_volume_open_dir(path, &set->folder, &why) == 0)
		return 0;
	set->folder = NULL;
	if (driver_reason(set, &why, &reason, err) < 0)
		return -1;
	return fix_refuse(fix, "Name a folder that is there.", err,
			  "the folder of driver packages can't be read: %s", reason);
}

static bool
has_critical(const struct driver_set *set)
{
	for (size_t i = 0; i < set->devices.count; i++)
		if (set->devices.items[i].critical)
			return true;
	return false;
}

/* Whether a repair before this one binds the device: storage-boot knows what Windows itself has for it. */
static bool
is_bound_by(const struct hc_edit *edit, const struct driver_device *device)
{
	return edit->after != NULL && strcmp(edit->fixup, "driver-inject") != 0 &&
	       (hc_fixup_lists(edit, &device->hardware) ||
		hc_fixup_lists(edit, &device->compatible));
}

static bool
is_bound(const struct fix *fix, const struct driver_device *device)
{
	const struct hc_edits *edits = &fix->found->edits;

	for (size_t i = 0; i < edits->count; i++)
		if (is_bound_by(&edits->items[i], device))
			return true;
	return false;
}

static int
give_drivers(struct fix *fix, struct driver_set *set, struct hc_err *err)
{
	int opened = has_critical(set) ? driver_register_open(fix, set, err) : 0;

	if (opened < 0)
		return -1;
	for (size_t i = 0; i < set->devices.count; i++) {
		struct driver_device *device = &set->devices.items[i];

		if (device->critical && is_bound(fix, device))
			continue;
		if (device->critical ? opened == 0 && inject(fix, set, device, err) < 0
				     : stage(fix, set, device, err) < 0)
			return -1;
	}
	return driver_register_end(fix, set, err) < 0 || driver_stage_end(fix, set, err) < 0
		       ? -1
		       : 0;
}

static int
detect(struct fix *fix, struct driver_set *set, struct hc_err *err)
{
	if (find_devices(fix, set, err) < 0)
		return -1;
	if (set->devices.count == 0)
		return 0;
	if (fix->version == 0 || fix->windows->architecture == NULL)
		return fix_note(fix, err,
				"version or processor of this Windows is not known: no drivers "
				"are chosen for it");
	if (fix->version < HC_NT(5, 0))
		return fix_note(fix, err, "this Windows takes no drivers from INF files");
	set_target(fix, set);
	if (open_folder(fix, set, err) < 0 ||
	    (set->folder != NULL && driver_packages_find(fix, set, err) < 0))
		return -1;
	return give_drivers(fix, set, err);
}

int
fix_driver_inject(struct fix *fix, struct hc_err *err)
{
	struct hc_arena arena = { 0 };
	struct driver_set set = { .arena = &arena };
	int result;

	if (fix->request->facts == NULL)
		return fix_note(fix, err,
				"the machine is not known: nobody can say which drivers this "
				"Windows lacks");
	result = detect(fix, &set, err);
	hc_volume_close(set.folder);
	hc_arena_done(&arena);
	return result;
}
