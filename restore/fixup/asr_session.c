/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * asr-session: tells programs that the machine was restored, as Windows' own restorer does.
 *
 * Source:  Microsoft Learn, "Using VSS Automated System Recovery for Disaster Recovery" (windows-offline.md section 1.2).
 */
#include <string.h>
#include <strings.h>

#include "restore/base/text.h"
#include "restore/fixup/fixup_priv.h"

#define KEY    "Microsoft\\Windows NT\\CurrentVersion\\ASR\\RestoreSession"
#define VOLUME "\\??\\Volume{"

/* How a value of MountedDevices names its partition; false: it names none. */
static bool
mounted_partition(const struct hc_mounted_device *device, struct hc_bcd_partition *ret)
{
	const bool mbr = device->kind != NULL && strcmp(device->kind, "mbr") == 0;
	const struct hc_partition partition = { .start = device->offset,
						.guid = device->partition };

	if (!mbr && (device->kind == NULL || strcmp(device->kind, "gpt") != 0))
		return false;
	/* A value names a GPT partition without its disk: any GUID does for that. */
	return hc_bcd_partition_of(&partition, mbr ? HC_TABLE_MBR : HC_TABLE_GPT,
				   mbr ? device->disk : device->partition, ret);
}

static bool
same_partition(const struct hc_bcd_partition *a, const struct hc_bcd_partition *b)
{
	return a->scheme == b->scheme &&
	       memcmp(a->partition, b->partition, sizeof(a->partition)) == 0 &&
	       (a->scheme == HC_BCD_GPT || memcmp(a->disk, b->disk, sizeof(a->disk)) == 0);
}

/* By its name now, or by the one that it had before this restore. */
static bool
is_on_this_disk(const struct fix *fix, const struct hc_mounted_device *device)
{
	const struct hc_offline *offline = fix->offline;
	const struct hc_bcd_map *moves = &fix->request->moves;
	struct hc_bcd_partition mounted, here;

	if (!mounted_partition(device, &mounted))
		return false;
	for (size_t i = 0; i < moves->count; i++)
		if (same_partition(&mounted, &moves->items[i].from))
			return true;
	for (size_t i = 0; i < offline->count; i++)
		if (hc_bcd_partition_of(&offline->volumes[i].entry, offline->table,
					offline->table_id, &here) &&
		    same_partition(&mounted, &here))
			return true;
	return false;
}

/* \\?\Volume{…} of each volume of this disk, as programs name it. */
static int
restored_volumes(struct fix *fix, struct hc_strings *ret, struct hc_err *err)
{
	for (size_t i = 0; i < fix->windows->mounted_devices.count; i++) {
		const struct hc_mounted_device *device =
			&fix->windows->mounted_devices.items[i];
		const char *path;

		if (strncasecmp(device->name, VOLUME, strlen(VOLUME)) != 0 ||
		    !is_on_this_disk(fix, device))
			continue;
		path = hc_arena_printf(fix->arena, "\\\\?\\%s", device->name + 4);
		if (path == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
		if (hc_strings_add(ret, fix->arena, path, err) < 0)
			return -1;
	}
	return 0;
}

int
fix_asr_session(struct fix *fix, struct hc_err *err)
{
	struct hc_strings volumes = { 0 };
	struct fix_hive software;
	int found;

	if (fix->version == 0)
		return fix_note(
			fix, err,
			"the version of this Windows can't be read, so programs are not "
			"told of the restore");
	if (fix->version < HC_NT(6, 0))
		return 0;
	if (fix->request->run == NULL)
		return fix_note(fix, err,
				"this run has no id, so programs are not told of the restore");
	if (restored_volumes(fix, &volumes, err) < 0)
		return -1;
	if (volumes.count == 0)
		return fix_note(
			fix, err,
			"this Windows knows no volume of this disk, so programs are not "
			"told of the restore");
	found = fix_hive(fix, "SOFTWARE", &software, err);
	if (found != 0)
		return found < 0 ? -1 : 0;
	if (want_texts(fix, &software, KEY, "RestoredVolumes", &volumes,
		       "programs find here which volumes were restored", err) < 0)
		return -1;
	return want_text(fix, &software, KEY, "LastInstance", REG_SZ, fix->request->run,
			 "programs see a new restore by a new id", err);
}
