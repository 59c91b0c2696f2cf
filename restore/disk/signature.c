/* SPDX-License-Identifier: GPL-3.0-or-later */
/* File systems and RAID members by their signatures: the only user of libblkid. */
#include "restore/disk/disk_priv.h"

#include <blkid/blkid.h>
#include <string.h>

/*
 * Types that make a device a part of something else although libblkid does not call them RAID.
 * Source: libblkid's superblocks of util-linux 2.38 and 2.41; hazards 4.
 */
static bool
is_member(const char *usage, const char *type)
{
	static const char *const types[] = {
		"zfs_member",
		"VMFS",
		"VMFS_volume_member",
		"bcache",
		"drbd",
		"drbdproxy_datalog",
		"drbdmanage_control_volume",
		"ceph_bluestore",
		"stratis",
		"mpool",
		"DM_snapshot_cow",
	};

	if (strcmp(usage, "raid") == 0)
		return true;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

/* A value of the current result, copied; "" when there is none. */
static const char *
value(blkid_probe probe, const char *name, struct hc_arena *arena)
{
	const char *data = NULL, *copy;
	size_t size;

	if (blkid_probe_lookup_value(probe, name, &data, &size) != 0 || data == NULL)
		return "";
	copy = hc_arena_strdup(arena, data);
	return copy != NULL ? copy : "";
}

static const char *
or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static int
take_result(blkid_probe probe, struct hc_arena *arena, struct hc_signature *ret,
	    struct hc_err *err)
{
	const char *type = value(probe, "TYPE", arena), *usage = value(probe, "USAGE", arena);

	if (type[0] == '\0')
		return 0;
	if (is_member(usage, type) && !hc_strings_has(&ret->members, type) &&
	    hc_strings_add(&ret->members, arena, type, err) < 0)
		return -1;
	if (ret->type == NULL) {
		ret->type = type;
		ret->label = or_null(value(probe, "LABEL", arena));
		ret->serial = or_null(value(probe, "UUID", arena));
	} else if (strcmp(ret->type, type) != 0) {
		/* Two file systems in one place: an old one was not wiped. No one can tell which is meant. */
		ret->type = hc_arena_printf(arena, "%s+%s", ret->type, type);
		ret->label = NULL;
		ret->serial = NULL;
	}
	if (ret->type == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY,
				  "no memory for the signatures of a disk");
	return 0;
}

int
hc_signature_read(int fd, struct hc_extent range, struct hc_arena *arena,
		  struct hc_signature *ret, struct hc_err *err)
{
	struct hc_signature found = { 0 };
	blkid_probe probe = blkid_new_probe();
	int result = -1;

	if (probe == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY,
				  "no memory for the signatures of a disk");
	if (range.length == 0 || blkid_probe_set_device(probe, fd, (blkid_loff_t)range.offset,
							(blkid_loff_t)range.length) != 0)
		goto none; /* too small for anything */
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE |
							 BLKID_SUBLKS_LABEL |
							 BLKID_SUBLKS_UUID);
	while (blkid_do_probe(probe) == 0)
		if (take_result(probe, arena, &found, err) < 0)
			goto out;
none:
	*ret = found;
	result = 0;
out:
	blkid_free_probe(probe);
	return result;
}
