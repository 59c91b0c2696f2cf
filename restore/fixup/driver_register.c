/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which driver a device gets: CriticalDeviceDatabase (2000 to 7) or DriverDatabase (8 on); its presence decides, not the
 * version (windows-offline.md 3.1).
 *
 * DriverDatabase is taken in SYSTEM where that has one, else in the hive DRIVERS: SYSTEM is what the boot loader hands to
 * the kernel, and where virt-v2v puts its drivers in every Windows since 8.
 *
 * Version of a package, 48 bytes, as those of the drivers of VMware, Intel and VirtualBox in the hives of 8.1 and 10 in the
 * test data have it: 00 ff; the processor (PROCESSOR_ARCHITECTURE_*), 16 bits; 4 zeros; the class; the date as FILETIME;
 * the version, its four parts from the last to the first; 8 zeros.  A device's id is bound by 01 (a hardware id of the
 * INF) or 02 (a compatible one), the feature score, and two zeros.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/base/text.h"
#include "restore/fixup/driver_priv.h"
#include "restore/fixup/edits_priv.h"

#define DATABASE      "DriverDatabase"
#define VERSION_BYTES 48u

/* ---------------------------------------------------------------- where */

static int
open_drivers_hive(struct fix *fix, struct driver_set *set, struct hc_err *err)
{
	const char *path =
		driver_text(set, err, "%s/System32/config/DRIVERS", fix->offline->root);
	struct hc_entry entry;
	struct hc_err why;
	int result;

	if (path == NULL)
		return -1;
	if (hc_volume_stat(fix->offline->volumes[fix->offline->system].volume, path, set->arena,
			   &entry, &why) < 0)
		return 0;
	result = fix_hive(fix, "DRIVERS", &set->database_hive, err);
	if (result != 0)
		return result;
	if (fix_has_key(&set->database_hive, DATABASE "\\DeviceIds"))
		set->database = DATABASE "\\";
	else if (fix_has_key(&set->database_hive, "DeviceIds"))
		set->database = "";
	return 0;
}

int
driver_register_open(struct fix *fix, struct driver_set *set, struct hc_err *err)
{
	int result = fix_hive(fix, "SYSTEM", &set->system, err);

	if (result != 0)
		return result;
	if (fix_has_key(&set->system, DATABASE "\\DeviceIds")) {
		set->database_hive = set->system;
		set->database = DATABASE "\\";
		return 0;
	}
	result = open_drivers_hive(fix, set, err);
	if (result != 0 || set->database != NULL || fix->version < HC_NT(6, 2))
		return result;
	result = fix_refuse(
		fix,
		"Look with `halcyon inspect` whether the registry of this Windows is "
		"whole.",
		err,
		"this Windows has no DriverDatabase, neither in SYSTEM nor in "
		"DRIVERS: no driver can be put in place");
	return result < 0 ? -1 : 1;
}

/* ---------------------------------------------------------------- CriticalDeviceDatabase */

/* Of the device's own key this database knows its filters only. */
static int
want_filters(struct fix *fix, struct driver_set *set, const struct driver_plan *plan,
	     const char *key, const char *because, struct hc_err *err)
{
	for (size_t i = 0; i < plan->install.registry.count; i++) {
		const struct hc_inf_registry *value = &plan->install.registry.items[i];

		if (value->scope == HC_INF_HARDWARE && *value->key == '\0' &&
		    value->type == REG_MULTI_SZ &&
		    (strcasecmp(value->name, "UpperFilters") == 0 ||
		     strcasecmp(value->name, "LowerFilters") == 0) &&
		    driver_are_own_filters(set, plan, value->data) &&
		    want_value(fix, &set->system, key, value->name, value->type, value->data,
			       because, err) < 0)
			return -1;
	}
	return 0;
}

static int
register_critical_id(struct fix *fix, struct driver_set *set, const struct driver_plan *plan,
		     const char *control_set, const char *id, const char *because,
		     struct hc_err *err)
{
	char *name = hc_arena_strdup(set->arena, id);
	const char *key;

	for (char *p = name; p != NULL && *p != '\0'; p++)
		if (*p == '\\')
			*p = '#';
	key = name == NULL
		      ? NULL
		      : fix_key(fix, control_set, "Control\\CriticalDeviceDatabase\\%s", name);
	if (key == NULL)
		return fix_no_memory(err);
	if (want_text(fix, &set->system, key, "Service", REG_SZ,
		      plan->services.items[0].inf->name, because, err) < 0 ||
	    want_text(fix, &set->system, key, "ClassGUID", REG_SZ,
		      plan->package->inf->class_guid, because, err) < 0)
		return -1;
	return want_filters(fix, set, plan, key, because, err);
}

static int
register_critical(struct fix *fix, struct driver_set *set, const struct driver_plan *plan,
		  const char *because, struct hc_err *err)
{
	const struct hc_strings *sets = &fix->windows->control_sets;

	for (size_t i = 0; i < sets->count; i++)
		for (size_t k = 0; k < plan->ids.count; k++)
			if (register_critical_id(fix, set, plan, sets->items[i],
						 plan->ids.items[k], because, err) < 0)
				return -1;
	return 0;
}

/* ---------------------------------------------------------------- DriverDatabase */

/* 100 ns since 1601 of a day like 20190802. */
static uint64_t
filetime_of(uint32_t date)
{
	static const unsigned before[] = {
		0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334
	};
	uint64_t year = date / 10000, month = date / 100 % 100, day = date % 100, days;

	if (year < 1601 || month < 1 || month > 12 || day < 1)
		return 0;
	days = (year - 1601) * 365 + (year - 1601) / 4 - (year - 1601) / 100 +
	       (year - 1601) / 400 + before[month - 1] + day - 1;
	if (month > 2 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0))
		days++;
	return days * 86400u * 10000000u;
}

static uint16_t
processor_of(const struct fix *fix)
{
	static const struct {
		const char *architecture;
		uint16_t number;
	} processors[] = { { "x86", 0 }, { "ia64", 6 }, { "x64", 9 }, { "arm64", 12 } };

	for (size_t i = 0; i < sizeof(processors) / sizeof(processors[0]); i++)
		if (strcmp(processors[i].architecture, fix->windows->architecture) == 0)
			return processors[i].number;
	return 0xffff; /* PROCESSOR_ARCHITECTURE_UNKNOWN */
}

static void
version_of(const struct fix *fix, const struct hc_inf *inf, uint8_t ret[VERSION_BYTES])
{
	memset(ret, 0, VERSION_BYTES);
	ret[1] = 0xff;
	hc_put_le16(ret + 2, processor_of(fix));
	(void)hc_guid_parse(inf->class_guid, ret + 8);
	hc_put_le64(ret + 24, filetime_of(inf->date_number));
	hc_put_le64(ret + 32, inf->version_number);
}

/* What this Windows has of the package already stays as Windows made it. */
static int
register_package(struct fix *fix, struct driver_set *set, const struct driver_plan *plan,
		 const char *key, const char *because, struct hc_err *err)
{
	const struct fix_hive *hive = &set->database_hive;
	const struct driver_package *package = plan->package;
	const char *catalog = package->catalog;
	uint8_t version[VERSION_BYTES];

	if (fix_has_value(hive, key, "Version"))
		return 0;
	version_of(fix, package->inf, version);
	if (catalog != NULL && strrchr(catalog, '/') != NULL)
		catalog = strrchr(catalog, '/') + 1;
	if (want_text(fix, hive, key, "", REG_SZ, package->oem, because, err) < 0 ||
	    (catalog != NULL &&
	     want_text(fix, hive, key, "Catalog", REG_SZ, catalog, because, err) < 0) ||
	    want_text(fix, hive, key, "InfName", REG_SZ, package->name, because, err) < 0 ||
	    (package->inf->provider != NULL &&
	     want_text(fix, hive, key, "Provider", REG_SZ, package->inf->provider, because,
		       err) < 0))
		return -1;
	return want_value(fix, hive, key, "Version", REG_BINARY,
			  hc_span(version, sizeof(version)), because, err);
}

static int
register_configuration(struct fix *fix, struct driver_set *set, const struct driver_plan *plan,
		       const char *package, const char *because, struct hc_err *err)
{
	const struct fix_hive *hive = &set->database_hive;
	const char *name = plan->install.section;
	const char *configuration =
		driver_text(set, err, "%s\\Configurations\\%s", package, name);
	const char *device = driver_text(set, err, "%s\\Device", configuration);

	if (configuration == NULL || device == NULL ||
	    want_dword(fix, hive, configuration, "ConfigFlags", 0, because, err) < 0 ||
	    want_text(fix, hive, configuration, "Service", REG_SZ,
		      plan->services.items[0].inf->name, because, err) < 0 ||
	    driver_values(fix, hive, device, plan, HC_INF_HARDWARE, NULL, because, err) < 0)
		return -1;
	for (size_t i = 0; i < plan->ids.count; i++) {
		const char *descriptor = driver_text(set, err, "%s\\Descriptors\\%s", package,
						     plan->ids.items[i]);

		if (descriptor == NULL || want_text(fix, hive, descriptor, "Configuration",
						    REG_SZ, name, because, err) < 0)
			return -1;
	}
	return 0;
}

static int
register_ids(struct fix *fix, struct driver_set *set, const struct driver_plan *plan,
	     const char *because, struct hc_err *err)
{
	for (size_t i = 0; i < plan->ids.count; i++) {
		const char *id = plan->ids.items[i];
		const char *key = driver_text(set, err, "%sDeviceIds\\%s", set->database, id);
		bool first = strcasecmp(id, plan->match->model.ids.items[0]) == 0;
		const uint8_t bound[4] = { first ? 1 : 2,
					   (uint8_t)plan->install.feature_score };

		if (key == NULL ||
		    want_value(fix, &set->database_hive, key, plan->package->oem, REG_BINARY,
			       hc_span(bound, sizeof(bound)), because, err) < 0)
			return -1;
	}
	return 0;
}

static int
register_inf(struct fix *fix, struct driver_set *set, const struct driver_plan *plan,
	     const char *because, struct hc_err *err)
{
	const struct fix_hive *hive = &set->database_hive;
	const struct driver_package *package = plan->package;
	const char *label = package->label, *section = plan->install.section;
	const struct hc_strings labels = { &label, 1 }, sections = { &section, 1 };
	const char *key =
		driver_text(set, err, "%sDriverInfFiles\\%s", set->database, package->oem);

	if (key == NULL)
		return -1;
	if (!fix_has_value(hive, key, "") &&
	    want_texts(fix, hive, key, "", &labels, because, err) < 0)
		return -1;
	if (want_text(fix, hive, key, "Active", REG_SZ, label, because, err) < 0 ||
	    (!fix_has_value(hive, key, "Configurations") &&
	     want_texts(fix, hive, key, "Configurations", &sections, because, err) < 0))
		return -1;
	return register_ids(fix, set, plan, because, err);
}

int
driver_register(struct fix *fix, struct driver_set *set, const struct driver_plan *plan,
		const char *because, struct hc_err *err)
{
	const char *key;

	if (set->database == NULL)
		return register_critical(fix, set, plan, because, err);
	key = driver_text(set, err, "%sDriverPackages\\%s", set->database,
			  plan->package->label);
	if (key == NULL || register_inf(fix, set, plan, because, err) < 0 ||
	    register_package(fix, set, plan, key, because, err) < 0)
		return -1;
	return register_configuration(fix, set, plan, key, because, err);
}

/* ---------------------------------------------------------------- numbers */

static size_t
number_of(const struct driver_plan *plan)
{
	return strtoul(plan->package->oem + 3, NULL, 10);
}

/* Windows numbers its next package by these bits: driver_name.c. */
int
driver_register_end(struct fix *fix, struct driver_set *set, struct hc_err *err)
{
	const char *key = set->database != NULL && *set->database != '\0' ? DATABASE : "";
	struct hc_hive_key found;
	struct hc_span map;
	struct hc_err why;
	uint8_t *bits;
	size_t size;

	if (set->database == NULL || set->placed.count == 0 ||
	    hc_hive_key(set->database_hive.hive, key, &found, &why) < 0 ||
	    hc_hive_bytes(set->database_hive.hive, found, "OemInfMap", set->arena, &map, &why) <
		    0)
		return 0;
	size = map.size;
	for (size_t i = 0; i < set->placed.count; i++)
		size = hc_max_u64(size, number_of(set->placed.items[i]) / 8 + 1);
	bits = hc_arena_alloc(set->arena, size);
	if (bits == NULL)
		return fix_no_memory(err);
	if (map.size > 0)
		memcpy(bits, map.data, map.size);
	for (size_t i = 0; i < set->placed.count; i++) {
		size_t number = number_of(set->placed.items[i]);

		bits[number / 8] |= (uint8_t)(0x80u >> number % 8);
	}
	return want_value(
		fix, &set->database_hive, key, "OemInfMap", REG_BINARY, hc_span(bits, size),
		"the numbers of the INF files that were put in place are in use", err);
}
