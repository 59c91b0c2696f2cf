/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fixups about drivers of disks ask: services, classes, and the chain to the disk. */
#include <string.h>
#include <strings.h>

#include "restore/fixup/storage_priv.h"

int
storage_open(struct fix *fix, struct storage *ret, struct hc_err *err)
{
	struct storage s = { .fix = fix };
	const struct hc_fix_request *request = fix->request;
	int result = fix_hive(fix, "SYSTEM", &s.system, err);

	if (result != 0)
		return result;
	if (request->facts != NULL &&
	    hc_windows_drivers(fix->offline->volumes[fix->offline->system].volume,
			       request->facts, request->target, fix->arena, &s.chain, err) < 0)
		return -1;
	*ret = s;
	return 0;
}

int
storage_service(const struct storage *s, const char *set, const char *name,
		struct hc_service *ret, struct hc_err *err)
{
	const struct hc_offline *offline = s->fix->offline;
	const struct hc_control_set place = { .volume =
						      offline->volumes[offline->system].volume,
					      .root = offline->root,
					      .system = s->system.hive,
					      .name = set,
					      .system_drive = s->fix->windows->system_drive };

	return hc_windows_service_of(&place, name, s->fix->arena, ret, err);
}

const struct hc_driver_answer *
storage_answer(const struct storage *s, const char *service)
{
	for (size_t i = 0; i < s->chain.drivers.count; i++)
		if (s->chain.drivers.items[i].service != NULL &&
		    strcasecmp(s->chain.drivers.items[i].service, service) == 0)
			return &s->chain.drivers.items[i];
	return NULL;
}

/* The links of every chain, and drivers that the kernel itself calls [own knowledge]. */
bool
storage_is_core(const char *service)
{
	static const char *const core[] = {
		"ACPI",    "CLFS",   "CNG",      "disk",   "Fastfat", "FltMgr",   "Fs_Rec",
		"ftdisk",  "KSecDD", "MountMgr", "msrpc",  "Mup",     "NDIS",     "Ntfs",
		"partmgr", "pci",    "volmgr",   "volume", "volsnap", "Wdf01000",
	};

	for (size_t i = 0; i < sizeof(core) / sizeof(core[0]); i++)
		if (strcasecmp(core[i], service) == 0)
			return true;
	return false;
}

const char *
storage_class(const char *guid)
{
	static const struct {
		const char *guid, *name;
	} classes[] = {
		{ "{4d36e965-e325-11ce-bfc1-08002be10318}", "CDROM" },
		{ "{4d36e967-e325-11ce-bfc1-08002be10318}", "DiskDrive" },
		{ "{4d36e96a-e325-11ce-bfc1-08002be10318}", "hdc" },
		{ "{4d36e97b-e325-11ce-bfc1-08002be10318}", "SCSIAdapter" },
		{ "{4d36e97d-e325-11ce-bfc1-08002be10318}", "System" },
		{ "{71a27cdd-812a-11d0-bec7-08002be2092f}", "Volume" },
	};

	for (size_t i = 0; guid != NULL && i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strcasecmp(classes[i].guid, guid) == 0)
			return classes[i].name;
	return NULL;
}

bool
storage_is_requested(const struct fix *fix, const char *id)
{
	return hc_strings_has(&fix->request->only, id) ||
	       (fix->request->only.count == 0 && hc_strings_has(&fix->request->requested, id));
}
