/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hal: the HAL of another machine gives way to the one for this machine, with the kernel that belongs to it.
 *
 * Source:  KB 249694 (which pairs are compatible); windows-offline.md section 6; hazards 14, 15, 27.
 *
 * Only the two pairs of uniprocessor and multiprocessor that KB 249694 allows, on 2000 to 2003: what the rules HAL-1 and
 * HAL-2 say of this backup and this machine, asked of the disk itself.  Files, registry and boot.ini go together: where one
 * part can't be done, none is.  Vista has both HALs, and an option of its loader that picks one.
 */
#include <string.h>
#include <strings.h>

#include "restore/fixup/hal_priv.h"

/* Files: windows-offline.md 6.2.  Sections: ACPIAPIC_* as 6.1 and the real 2003 controller have them, MPS_* by the same
 * pattern [own knowledge]; names: the same controller, and KB 249694. */
static const struct fix_hal_kind kinds[] = {
	{ .id = "acpiapic_up",
	  .pair = "acpiapic_mp",
	  .name = "ACPI Uniprocessor PC",
	  .section = "ACPIAPIC_UP_HAL",
	  .hal = "halaacpi.dll",
	  .kernel = "ntoskrnl.exe",
	  .pae = "ntkrnlpa.exe" },
	{ .id = "acpiapic_mp",
	  .pair = "acpiapic_up",
	  .name = "ACPI Multiprocessor PC",
	  .section = "ACPIAPIC_MP_HAL",
	  .hal = "halmacpi.dll",
	  .kernel = "ntkrnlmp.exe",
	  .pae = "ntkrpamp.exe" },
	{ .id = "mps_up",
	  .pair = "mps_mp",
	  .name = "MPS Uniprocessor PC",
	  .section = "MPS_UP_HAL",
	  .hal = "halapic.dll",
	  .kernel = "ntoskrnl.exe",
	  .pae = "ntkrnlpa.exe" },
	{ .id = "mps_mp",
	  .pair = "mps_up",
	  .name = "MPS Multiprocessor PC",
	  .section = "MPS_MP_HAL",
	  .hal = "halmps.dll",
	  .kernel = "ntkrnlmp.exe",
	  .pae = "ntkrpamp.exe" },
};

static const struct fix_hal_kind *
kind_of(const char *id)
{
	for (size_t i = 0; id != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcasecmp(kinds[i].id, id) == 0)
			return &kinds[i];
	return NULL;
}

static bool
is_x64(const struct fix *fix)
{
	return strcmp(fix->windows->architecture, "x64") == 0;
}

static bool
runs_here(const struct fix *fix, const char *id)
{
	const struct hc_strings *runnable = &fix->request->facts->hal.runnable;

	for (size_t i = 0; i < runnable->count; i++)
		if (strcasecmp(runnable->items[i], id) == 0)
			return true;
	return false;
}

static int
refuse(struct fix *fix, struct hc_err *err, const char *why)
{
	return fix_refuse(fix,
			  "Update the HAL in Windows: Device Manager, Computer, Update Driver.",
			  err, "%s", why);
}

/* ---------------------------------------------------------------- witnesses */

/* What this witness has to say about `kind`; NULL: nothing. */
static const char *
expected(const struct fix *fix, const struct fix_hal_kind *kind, const char *witness)
{
	if (strcmp(witness, "enum-hardware-id") == 0 ||
	    strcmp(witness, "class-matching-device-id") == 0)
		return kind->id;
	/* 64 bit: hal.dll is its name whatever its type is (hazards 14). */
	if (strcmp(witness, "hal-file") == 0)
		return is_x64(fix) ? NULL : kind->hal;
	return strcmp(witness, "kernel-file") == 0 ? kind->kernel : NULL;
}

/* 0: registry, HAL and kernel are those of `kind`; 1: not, and a note says so. */
static int
check_witnesses(struct fix *fix, const struct fix_hal_kind *kind, struct hc_err *err)
{
	const struct hc_windows_hal *hal = &fix->windows->hal;

	for (size_t i = 0; i < hal->witnesses.count; i++) {
		const struct hc_hal_witness *w = &hal->witnesses.items[i];
		const char *want = expected(fix, kind, w->witness);

		if (want == NULL || (w->says != NULL && strcasecmp(w->says, want) == 0))
			continue;
		return fix_refuse(
			       fix,
			       "Repair HAL and kernel in Windows, or by an in-place upgrade, "
			       "before anything else.",
			       err,
			       "the HAL is %s, but %s says %s: HAL, kernel and registry don't "
			       "belong together, so none of them is changed",
			       kind->id, w->where, w->says ? w->says : "nothing") < 0
			       ? -1
			       : 1;
	}
	return 0;
}

/* ---------------------------------------------------------------- 2000 to 2003 */

/* All that is needed, or nothing. */
static int
change(struct fix *fix, const struct fix_hal_kind *from, const struct fix_hal_kind *to,
       struct hc_err *err)
{
	const char *because = hc_arena_printf(fix->arena,
					      "this machine needs the HAL %s (%s), "
					      "the old one had %s",
					      to->name, to->id, from->id);
	struct hc_buf boot_ini = { 0 };
	struct fix_hal_devices devices;
	struct fix_hal_files files;
	struct fix_hive system;
	int result;

	if (because == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
	result = fix_hive(fix, "SYSTEM", &system, err);
	if (result == 0)
		result = check_witnesses(fix, from, err);
	if (result == 0)
		result = fix_hal_find_devices(fix, &system, from, &devices, err);
	if (result == 0 && devices.count == 0)
		result = refuse(fix, err, "no device of the registry names the HAL") < 0 ? -1
											 : 1;
	if (result == 0)
		result = fix_hal_find_files(fix, to, &files, err);
	if (result == 0)
		result = fix_hal_boot_ini(fix, !is_x64(fix), &boot_ini, err);
	if (result == 0)
		result = fix_hal_want_files(fix, &files, because, err);
	if (result == 0 && boot_ini.size > 0)
		result = want_file(fix, fix->offline->boot, "/boot.ini", hc_buf_span(&boot_ini),
				   "a second entry starts with the old HAL and kernel", err);
	if (result == 0)
		result = fix_hal_want_devices(fix, &system, &devices, from, to, because, err);
	hc_buf_done(&boot_ini);
	return result < 0 ? -1 : 0;
}

/* HALs that are no pair: what HAL-1 blocks, unless the machine runs the one that is there. */
static int
say_foreign(struct fix *fix, struct hc_err *err)
{
	const char *installed = fix->windows->hal.id, *needed = fix->request->facts->hal.id;

	if (runs_here(fix, installed))
		return fix_note(fix, err,
				"the HAL stays %s, which this machine runs too; Windows would "
				"have been installed with %s here",
				installed, needed);
	return fix_refuse(
		fix,
		"Restore to a machine of the same kind, or install Windows anew on "
		"this one.",
		err,
		"the HAL is %s and this machine needs %s: no update leads from one to "
		"the other",
		installed, needed);
}

static bool
is_asked_for(const struct fix *fix)
{
	return fix->request->restoring || hc_strings_has(&fix->request->only, fix->id) ||
	       hc_strings_has(&fix->request->requested, fix->id);
}

static int
fix_by_type(struct fix *fix, struct hc_err *err)
{
	const struct hc_windows *windows = fix->windows;
	const char *needed = fix->request->facts->hal.id;
	const struct fix_hal_kind *from = kind_of(windows->hal.id), *to = kind_of(needed);

	if (windows->hal.id == NULL && windows->hal.witnesses.count == 0)
		return fix_note(fix, err, "which HAL this Windows has can't be read");
	if (windows->hal.id == NULL)
		return refuse(fix, err,
			      "the registry does not tell which HAL this Windows has, so it "
			      "stays");
	if (needed == NULL)
		return fix_note(fix, err, "which HAL this machine needs is not known");
	if (strcasecmp(windows->hal.id, needed) == 0 ||
	    (fix->request->same_machine && runs_here(fix, windows->hal.id)))
		return 0;
	if (from == NULL || to == NULL || strcmp(from->pair, to->id) != 0)
		return say_foreign(fix, err);
	/* It starts here as it is: a disk that is already in use is not changed behind anybody's back. */
	if (!is_asked_for(fix))
		return fix_note(fix, err,
				"the HAL is %s and this machine would take %s: it starts as it "
				"is, and is updated when the repair hal is asked for by name",
				from->id, to->id);
	return change(fix, from, to, err);
}

/* ---------------------------------------------------------------- Vista */

/* The loader that the boot manager starts by itself; NULL: it can't be told. */
static const struct hc_bcd_object *
default_loader(const struct hc_bcd *bcd)
{
	const char *id = NULL;

	/* {bootmgr}: its id, and 10200003 for loaders of Windows (windows-offline.md section 7). */
	for (size_t i = 0; bcd != NULL && i < bcd->objects.count; i++)
		if (strcasecmp(bcd->objects.items[i].id,
			       "{9dea862c-5cdd-4e70-acc1-f32b344d4795}") == 0)
			id = bcd->objects.items[i].default_object;
	for (size_t i = 0; id != NULL && i < bcd->objects.count; i++)
		if (strcasecmp(bcd->objects.items[i].id, id) == 0 &&
		    strcmp(bcd->objects.items[i].type, "10200003") == 0)
			return &bcd->objects.items[i];
	return NULL;
}

/* The store on the volume that the firmware starts, written as edits write paths.  0: there; 1: none. */
static int
find_store(struct fix *fix, const char **ret, struct hc_err *err)
{
	const size_t boot = fix->offline->boot;
	const char *path;
	char *slashes;
	struct hc_err why;

	if (boot == HC_OFFLINE_NONE || fix->offline->volumes[boot].volume == NULL ||
	    hc_bcd_find(fix->offline->volumes[boot].volume, &path, &why) < 0)
		return 1;
	slashes = hc_arena_strdup(fix->arena, path);
	if (slashes == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
	*ret = slashes;
	for (; *slashes != '\0'; slashes++)
		if (*slashes == '\\')
			*slashes = '/';
	return 0;
}

static int
set_detection(struct fix *fix, struct hc_err *err)
{
	const struct hc_bcd_object *loader = default_loader(fix->windows->bcd);
	const uint8_t yes = 1;
	const char *path = NULL, *object, *key;
	struct fix_hive store;
	int found = loader == NULL ? 1 : find_store(fix, &path, err);

	if (found < 0)
		return -1;
	if (found == 1)
		return fix_refuse(
			fix, "Repair the boot configuration first.", err,
			"the loader that starts this Windows is not known, so it can't "
			"be told to choose the HAL");
	found = fix_hive_at(fix, fix->offline->boot, path, &store, err);
	if (found != 0)
		return found < 0 ? -1 : 0;
	object = hc_arena_printf(fix->arena, "Objects\\%s", loader->id);
	key = hc_arena_printf(fix->arena, "Objects\\%s\\Elements\\26000010", loader->id);
	if (object == NULL || key == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
	if (!fix_has_key(&store, object))
		return fix_refuse(fix, "Repair the boot configuration first.", err,
				  "%s holds no loader %s", path, loader->id);
	return want_value(fix, &store, key, "Element", REG_BINARY, hc_span(&yes, 1),
			  "the loader shall choose the HAL by the tables of this machine", err);
}

/* 32 bit: halacpi.dll, or halmacpi.dll for machines with an APIC. */
static int
fix_by_option(struct fix *fix, struct hc_err *err)
{
	const struct hc_facts *facts = fix->request->facts;
	const char *file = fix->windows->hal.file;
	const bool apic = file != NULL && strcasecmp(file, "halmacpi.dll") == 0;

	if (!apic && (file == NULL || strcasecmp(file, "halacpi.dll") != 0))
		return fix_note(fix, err, "which HAL this Windows has can't be read");
	if (!facts->acpi.present)
		return facts->acpi.tables.count == 0 && facts->hal.evidence.count == 0
			       ? fix_note(fix, err, "which HAL this machine needs is not known")
			       : fix_refuse(fix, "Restore to a machine with ACPI.", err,
					    "this machine has no ACPI, and no HAL of this "
					    "Windows runs without");
	return apic == (facts->acpi.madt != NULL) ? 0 : set_detection(fix, err);
}

/* ---------------------------------------------------------------- all of it */

/* NT 4.0 keeps no HAL in its registry, and no spare files on its disk. */
static int
fix_nt4(struct fix *fix, struct hc_err *err)
{
	const char *is = fix->windows->hal.file, *needed = fix->request->facts->hal.file;

	if (is == NULL || needed == NULL || strcasecmp(is, needed) == 0 ||
	    fix->request->same_machine)
		return 0;
	return refuse(fix, err,
		      "the HAL of NT 4.0 can't be updated on its disk: it takes the files of "
		      "the installation medium");
}

int
fix_hal(struct fix *fix, struct hc_err *err)
{
	const char *architecture = fix->windows->architecture;
	const bool x86 = architecture != NULL && strcmp(architecture, "x86") == 0;
	const bool x64 = architecture != NULL && strcmp(architecture, "x64") == 0;

	/* From 7 on there is one HAL, or the loader chooses (windows-offline.md 6.4). */
	if (fix->version >= HC_NT(6, 1))
		return 0;
	if (fix->version == 0 || architecture == NULL)
		return fix_note(
			fix, err,
			"version or processor of this Windows can't be read, so its HAL "
			"stays");
	if (fix->request->facts == NULL)
		return fix_note(fix, err,
				"the machine that it shall start on is not known, so its HAL "
				"stays");
	if (x86 && fix->version == HC_NT(4, 0))
		return fix_nt4(fix, err);
	if ((x86 && fix->version >= HC_NT(5, 0) && fix->version <= HC_NT(5, 2)) ||
	    (x64 && fix->version == HC_NT(5, 2)))
		return fix_by_type(fix, err);
	return x86 && fix->version == HC_NT(6, 0) ? fix_by_option(fix, err) : 0;
}
