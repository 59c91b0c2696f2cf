/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The installed HAL and kernel, and the places that tell which they are.
 *
 * Source:  windows-offline.md 6.1, 6.2; hazards 14.  Names of the types: design.md section 5.
 *
 * Witnesses are told as they stand and not weighed here; which of them have to agree depends on the Windows, and is
 * what rules know:
 *   NT 4            no key of the registry names the HAL: `id` stays NULL, the file tells the type.
 *   2000 to 2003    the registry names one of seven; hal.dll and ntoskrnl.exe are copies of that one's files.
 *   XP, 2003 x64    the ids of the ACPI uniprocessor and multiprocessor, but hal.dll is named hal.dll.
 *   Vista on        the id is acpiapic for one processor and many: the kernel is the multiprocessor one.  A 32-bit
 *                   Vista or 7 may have halacpi.dll, for machines without an APIC.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/windows/windows_priv.h"

#define ENUM_ROOT "Enum\\Root"
/* The class Computer. */
#define CLASS "Control\\Class\\{4D36E966-E325-11CE-BFC1-08002BE10318}"

static const struct hal {
	const char *id, *type, *file;
} hals[] = {
	{ "e_isa_up", "standard-pc", "hal.dll" },
	{ "acpipic_up", "acpi-pc", "halacpi.dll" },
	{ "acpiapic_up", "acpi-uniprocessor", "halaacpi.dll" },
	{ "acpiapic_mp", "acpi-multiprocessor", "halmacpi.dll" },
	{ "mps_up", "mps-uniprocessor", "halapic.dll" },
	{ "mps_mp", "mps-multiprocessor", "halmps.dll" },
	{ "syspro_mp", "syspro-multiprocessor", "halsp.dll" },
};

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
}

static int
add_witness(struct inspection *in, struct hc_hal_witness witness, struct hc_err *err)
{
	struct hc_windows_hal *hal = &in->windows->hal;
	struct hc_hal_witness *item =
		witness.where == NULL ? NULL
				      : hc_arena_grow(in->arena, &hal->witnesses.items,
						      &hal->witnesses.count, sizeof(*item));

	if (item == NULL)
		return no_memory(err);
	*item = witness;
	return 0;
}

/* What witnesses of one kind say when they agree; NULL when there are none, or they differ. */
static const char *
agreed(const struct hc_windows_hal *hal, const char *witness)
{
	const char *says = NULL;

	for (size_t i = 0; i < hal->witnesses.count; i++) {
		const struct hc_hal_witness *w = &hal->witnesses.items[i];

		if (strcmp(w->witness, witness) != 0)
			continue;
		if (says != NULL && strcasecmp(says, w->says) != 0)
			return NULL;
		says = w->says;
	}
	return says;
}

/* ---------------------------------------------------------------- registry */

/* Enum\Root\ACPI_HAL\0000 and the like: HardwareID, whose first entry counts, and Driver, the subkey of its class. */
static int
read_instance(struct inspection *in, const char *device, const struct hc_hive_child *instance,
	      struct hc_strings *drivers, struct hc_err *err)
{
	const char *driver = hc_windows_text(in, in->system, instance->key, "Driver");
	const char *path =
		hc_arena_printf(in->arena, ENUM_ROOT "\\%s\\%s", device, instance->name);
	struct hc_strings ids = { 0 };
	struct hc_err why;

	if (path == NULL)
		return no_memory(err);
	driver = driver == NULL ? NULL : strrchr(driver, '\\');
	if (driver != NULL && hc_strings_add(drivers, in->arena, driver + 1, err) < 0)
		return -1;
	if (hc_hive_strings(in->system, instance->key, "HardwareID", in->arena, &ids, &why) < 0)
		return hc_windows_unread(in, path, &why, err);
	if (ids.count == 0)
		return 0;
	return add_witness(in,
			   (struct hc_hal_witness){ "enum-hardware-id", ids.items[0],
						    hc_windows_where(in, path) },
			   err);
}

static int
read_enum(struct inspection *in, struct hc_strings *drivers, struct hc_err *err)
{
	struct hc_hive_children devices = { 0 }, instances;
	struct hc_hive_key key;
	struct hc_err why;
	int result = 0;

	if (hc_windows_key(in, ENUM_ROOT, &key, &why) < 0 ||
	    hc_hive_children(in->system, key, in->arena, &devices, &why) < 0)
		return hc_windows_unread(in, ENUM_ROOT, &why, err);
	for (size_t i = 0; i < devices.count && result == 0; i++) {
		const char *name = devices.items[i].name;
		size_t length = strlen(name);

		if (length < 4 || strcasecmp(name + length - 4, "_HAL") != 0)
			continue;
		instances = (struct hc_hive_children){ 0 };
		if (hc_hive_children(in->system, devices.items[i].key, in->arena, &instances,
				     &why) < 0)
			result = hc_windows_unread(in, ENUM_ROOT, &why, err);
		for (size_t j = 0; j < instances.count && result == 0; j++)
			result = read_instance(in, name, &instances.items[j], drivers, err);
	}
	return result;
}

/* Subkeys that no device refers to are left over from a HAL that was there before. */
static int
read_class(struct inspection *in, const struct hc_strings *drivers, struct hc_err *err)
{
	struct hc_hive_children list = { 0 };
	struct hc_hive_key key;
	struct hc_err why;
	int result = 0;

	/* NT 4 has none; nor has a Windows before its first start. */
	if (hc_windows_key(in, CLASS, &key, &why) < 0)
		return 0;
	if (hc_hive_children(in->system, key, in->arena, &list, &why) < 0)
		return hc_windows_unread(in, CLASS, &why, err);
	for (size_t i = 0; i < list.count && result == 0; i++) {
		const struct hc_hive_child *child = &list.items[i];
		const char *id, *path;

		if (drivers->count > 0 && !hc_strings_has(drivers, child->name))
			continue;
		id = hc_windows_text(in, in->system, child->key, "MatchingDeviceId");
		if (id == NULL)
			continue;
		in->hal_inf_version =
			hc_windows_text(in, in->system, child->key, "DriverVersion");
		path = hc_arena_printf(in->arena, CLASS "\\%s", child->name);
		if (path == NULL)
			return no_memory(err);
		result = add_witness(in,
				     (struct hc_hal_witness){ "class-matching-device-id", id,
							      hc_windows_where(in, path) },
				     err);
	}
	return result;
}

/* ---------------------------------------------------------------- files */

/* \Windows\System32\NAME, as people write it. */
static const char *
windows_path(struct inspection *in, const char *name)
{
	char *path = hc_arena_printf(in->arena, "%s/System32/%s", in->root, name);

	for (char *p = path; p != NULL && *p != '\0'; p++)
		if (*p == '/')
			*p = '\\';
	return path;
}

/* The name a file was made under, in lower case as our tables have it; *ret stays empty when it can't be read. */
static int
read_file(struct inspection *in, const char *name, const char *witness,
	  struct hc_windows_file *ret, struct hc_err *err)
{
	const char *path = windows_path(in, name), *says;
	struct hc_pe pe;
	struct hc_err why;
	char *lower;

	if (path == NULL)
		return no_memory(err);
	if (hc_windows_read_pe(in, path, &pe, &why) < 0)
		return hc_windows_unread(in, name, &why, err);
	ret->version = pe.file_version;
	says = pe.original_filename != NULL ? pe.original_filename : pe.internal_name;
	if (says == NULL)
		return 0;
	lower = hc_arena_strdup(in->arena, says);
	if (lower == NULL)
		return no_memory(err);
	for (char *p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	ret->file = lower;
	if (witness == NULL)
		return 0;
	return add_witness(in, (struct hc_hal_witness){ witness, says, path }, err);
}

/* ---------------------------------------------------------------- what follows */

static const char *
type_of_id(const char *id, const char *file)
{
	if (strcasecmp(id, "acpiapic") == 0)
		return file != NULL && strcmp(file, "halacpi.dll") == 0 ? "acpi-pc"
									: "acpi-multiprocessor";
	for (size_t i = 0; i < sizeof(hals) / sizeof(hals[0]); i++)
		if (strcasecmp(id, hals[i].id) == 0)
			return hals[i].type;
	return NULL;
}

/* Where the registry tells nothing.  hal.dll is the standard PC's only in a 32-bit NT 4 to 2003. */
static const char *
type_of_file(const struct hc_windows *w)
{
	const char *file = w->hal.file, *version = w->hal.version;
	bool old = version != NULL && strtoul(version, NULL, 10) < 6 &&
		   w->architecture != NULL && strcmp(w->architecture, "x86") == 0;

	for (size_t i = 0; file != NULL && i < sizeof(hals) / sizeof(hals[0]); i++)
		if (strcmp(file, hals[i].file) == 0 && (i > 0 || old))
			return hals[i].type;
	return NULL;
}

int
hc_windows_read_hal(struct inspection *in, struct hc_err *err)
{
	struct hc_windows *w = in->windows;
	struct hc_windows_file file = { 0 };
	struct hc_strings drivers = { 0 };

	if (w->current_control_set != NULL &&
	    (read_enum(in, &drivers, err) < 0 || read_class(in, &drivers, err) < 0))
		return -1;
	if (read_file(in, "hal.dll", "hal-file", &file, err) < 0 ||
	    read_file(in, "ntoskrnl.exe", "kernel-file", &w->kernel, err) < 0 ||
	    read_file(in, "kernel32.dll", NULL, &w->kernel32, err) < 0)
		return -1;
	w->hal.file = file.file;
	w->hal.version = file.version;
	w->hal.id = agreed(&w->hal, "enum-hardware-id");
	if (w->hal.id == NULL)
		w->hal.id = agreed(&w->hal, "class-matching-device-id");
	w->hal.type = w->hal.id != NULL ? type_of_id(w->hal.id, w->hal.file) : type_of_file(w);
	return 0;
}
