/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * storage-boot: CriticalDeviceDatabase, where Windows 2000 to 7 look up a device that they meet for the first time before
 * anything can be installed: Control\CriticalDeviceDatabase\<id with # for \>, Service and ClassGUID.
 * Source: windows-offline.md sections 3.1 and 3.5; the databases of 2003 and 7 in the test data.
 */
#include <string.h>
#include <strings.h>

#include "restore/fixup/storage_priv.h"

#define CRITICAL    "Control\\CriticalDeviceDatabase"
#define CLASS_HDC   "{4D36E96A-E325-11CE-BFC1-08002BE10318}"
#define CLASS_SCSI  "{4D36E97B-E325-11CE-BFC1-08002BE10318}"
#define CLASS_DISK  "{4D36E967-E325-11CE-BFC1-08002BE10318}"
#define OLD_CHANNEL "Primary_IDE_Channel"
#define NEW_CHANNEL "Internal_IDE_Channel"

/* An id, and the driver of Windows itself that drives what has it; the exact ones first. */
static const struct row {
	const char *id, *service, *class;
	unsigned since; /* HC_NT; 0: any */
	bool channels;  /* it has IDE channels, which atapi drives */
} rows[] = {
	{ "PCI\\VEN_8086&DEV_1222", "intelide", CLASS_HDC, 0, true },
	{ "PCI\\VEN_8086&DEV_1230", "intelide", CLASS_HDC, 0, true },
	{ "PCI\\VEN_8086&DEV_2411", "intelide", CLASS_HDC, 0, true },
	{ "PCI\\VEN_8086&DEV_2421", "intelide", CLASS_HDC, 0, true },
	{ "PCI\\VEN_8086&DEV_7010", "intelide", CLASS_HDC, 0, true },
	{ "PCI\\VEN_8086&DEV_7111", "intelide", CLASS_HDC, 0, true },
	{ "PCI\\VEN_8086&DEV_7199", "intelide", CLASS_HDC, 0, true },
	/* Before Vista such a driver was somebody's own, and an entry alone doesn't last (3.5). */
	{ "PCI\\CC_010601", "msahci", CLASS_HDC, HC_NT(6, 0), true },
	/* Windows 7 with KB2990941 [own knowledge]. */
	{ "PCI\\CC_010802", "stornvme", CLASS_SCSI, HC_NT(6, 1), false },
	{ "PCI\\CC_0101", "pciide", CLASS_HDC, 0, true },
};

static const struct row old_channels[] = {
	{ OLD_CHANNEL, "atapi", CLASS_HDC, 0, false },
	{ "Secondary_IDE_Channel", "atapi", CLASS_HDC, 0, false },
};
static const struct row any_disk = { "GenDisk", "disk", CLASS_DISK, 0, false };

/* The key of an id in a control set; NULL: no memory. */
static char *
entry_key(const struct storage *s, const char *set, const char *id)
{
	char *key = hc_arena_printf(s->fix->arena, "%s\\" CRITICAL "\\%s", set, id);

	for (char *p = key == NULL ? NULL : key + strlen(key) - strlen(id);
	     p != NULL && *p != '\0'; p++)
		if (*p == '\\')
			*p = '#';
	return key;
}

static const char *
current_set(const struct storage *s)
{
	return s->fix->windows->current_control_set;
}

int
storage_has_critical(const struct storage *s, bool *ret, struct hc_err *err)
{
	const struct hc_offline *offline = s->fix->offline;
	const char *path =
		hc_arena_printf(s->fix->arena, "%s/System32/config/DRIVERS", offline->root);
	const char *key =
		current_set(s) == NULL ? "" : fix_key(s->fix, current_set(s), "%s", CRITICAL);
	struct hc_entry entry;
	struct hc_err why;

	if (path == NULL || key == NULL)
		return fix_no_memory(err);
	/* Since Windows 8 DriverDatabase is what counts, in SYSTEM or in a hive of its own (3.1). */
	*ret = key[0] != '\0' && fix_has_key(&s->system, key) &&
	       !fix_has_key(&s->system, "DriverDatabase") &&
	       hc_volume_stat(offline->volumes[offline->system].volume, path, s->fix->arena,
			      &entry, &why) < 0;
	return 0;
}

/* An entry in every control set that has the driver with its file, and has no other entry for this id. */
static int
want_entry(struct storage *s, const struct row *row, const char *because, struct hc_err *err)
{
	const struct hc_strings *sets = &s->fix->windows->control_sets;

	for (size_t i = 0; i < sets->count; i++) {
		const char *key = entry_key(s, sets->items[i], row->id);
		struct hc_service service;
		int result = key == NULL ? fix_no_memory(err)
					 : storage_service(s, sets->items[i], row->service,
							   &service, err);

		if (result < 0)
			return -1;
		if (result == 1 || service.file_present != HC_YES ||
		    fix_has_value(&s->system, key, "Service"))
			continue;
		if (want_text(s->fix, &s->system, key, "Service", REG_SZ, row->service, because,
			      err) < 0 ||
		    want_text(s->fix, &s->system, key, "ClassGUID", REG_SZ, row->class, because,
			      err) < 0)
			return -1;
	}
	return 0;
}

static bool
has_entry(struct storage *s, const char *id)
{
	const char *key = entry_key(s, current_set(s), id);

	return key != NULL && fix_has_value(&s->system, key, "Service");
}

/* The channels of an IDE controller: drivers of Vista and later report Internal_IDE_Channel, older ones the two. */
static int
want_channels(struct storage *s, struct hc_err *err)
{
	if (has_entry(s, NEW_CHANNEL))
		return 0;
	for (size_t i = 0; i < sizeof(old_channels) / sizeof(old_channels[0]); i++)
		if (want_entry(s, &old_channels[i], "IDE channels are driven by atapi", err) <
		    0)
			return -1;
	return 0;
}

/* 1: installed with its file in the current control set, 0: not. */
static int
is_installed(struct storage *s, const char *name, struct hc_err *err)
{
	struct hc_service service;
	int result = storage_service(s, current_set(s), name, &service, err);

	return result < 0 ? -1
			  : result == 0 && service.is_driver && service.file_present == HC_YES;
}

static bool
has_id(const struct hc_pci *pci, const char *id)
{
	const struct hc_strings *lists[] = { &pci->hardware_ids, &pci->compatible_ids };

	for (size_t n = 0; n < 2; n++)
		for (size_t i = 0; i < lists[n]->count; i++)
			if (strcasecmp(lists[n]->items[i], id) == 0)
				return true;
	return false;
}

/* 0: it fits and all of it is installed; 1: it doesn't fit; *missing names what isn't installed. */
static int
fits(struct storage *s, const struct row *row, const struct hc_pci *pci, const char **missing,
     struct hc_err *err)
{
	const char *const needed[] = { row->service, row->channels ? "atapi" : NULL };

	if (!has_id(pci, row->id) || s->fix->version < row->since)
		return 1;
	for (size_t i = 0; i < 2 && needed[i] != NULL; i++) {
		int installed = is_installed(s, needed[i], err);

		if (installed < 0)
			return -1;
		if (installed == 0) {
			*missing = needed[i];
			return 1;
		}
	}
	return 0;
}

int
storage_add_critical(struct storage *s, const struct hc_pci *pci, const char **ret_service,
		     struct hc_err *err)
{
	const char *because, *missing = NULL;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		int result = fits(s, row, pci, &missing, err);

		if (result < 0)
			return -1;
		if (result > 0)
			continue;
		because = hc_arena_printf(s->fix->arena,
					  "the disk hangs on %s (%s), which %s drives",
					  pci->address, row->id, row->service);
		if (because == NULL)
			return fix_no_memory(err);
		*ret_service = row->service;
		if (want_entry(s, row, because, err) < 0 ||
		    storage_start(s, row->service, because, err) < 0)
			return -1;
		if (!row->channels)
			return 0;
		return want_channels(s, err) < 0 ||
				       storage_start(s, "atapi",
						     "IDE channels are driven by atapi",
						     err) < 0
			       ? -1
			       : 0;
	}
	*ret_service = missing;
	return 1;
}

int
storage_complete_critical(struct storage *s, const struct hc_driver_answer *answer,
			  struct hc_err *err)
{
	struct row row = { .id = answer->hardware_id, .service = answer->service };
	const char *path, *service;
	struct hc_hive_key key;
	struct hc_err why;

	if (want_entry(s, &any_disk, "disks are driven by disk", err) < 0)
		return -1;
	if (row.id == NULL || row.service == NULL || !has_entry(s, row.id))
		return 0;
	if (strcasecmp(row.id, OLD_CHANNEL) == 0 && want_channels(s, err) < 0)
		return -1;
	path = entry_key(s, current_set(s), row.id);
	if (path == NULL)
		return fix_no_memory(err);
	/* Without a class, or for another driver: this device was met before, and Enum says which one it has. */
	if (hc_hive_key(s->system.hive, path, &key, &why) < 0 ||
	    hc_hive_string(s->system.hive, key, "Service", s->fix->arena, &service, &why) < 0 ||
	    strcasecmp(service, row.service) != 0 ||
	    hc_hive_string(s->system.hive, key, "ClassGUID", s->fix->arena, &row.class, &why) <
		    0)
		return 0;
	return want_entry(s, &row, "the current control set has it", err);
}
