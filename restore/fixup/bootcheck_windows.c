/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the loader and the kernel need of Windows itself: hives, control set, kernel and HAL, the drive letter.
 * Source: windows-offline.md sections 6.2, 6.4, 9 and 10; hazards 13.
 */
#include <string.h>
#include <strings.h>

#include "restore/base/text.h"
#include "restore/fixup/bootcheck_priv.h"

/* ---------------------------------------------------------------- hibernation */

static bool
is_storage(const struct hc_pci *pci)
{
	return pci->class != NULL && strncmp(pci->class, "01", 2) == 0;
}

/* A storage controller that was not there when Windows last ran; NULL: none. */
static const struct hc_pci *
new_controller(const struct bootcheck *b)
{
	for (size_t i = 0; i < b->facts->pci.count; i++) {
		const struct hc_pci *pci = &b->facts->pci.items[i];

		if (is_storage(pci) && pci->hardware_ids.count > 0 &&
		    !hc_windows_had_pci(b->windows, pci))
			return pci;
	}
	return NULL;
}

/* What resumes goes on with the hardware that it knew (windows-offline.md section 10). */
int
check_hibernation(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	const struct hc_pci *other = NULL;

	link->object = object_of(b, b->offline->system, "/hiberfil.sys");
	if (link->object == NULL)
		return link_no_memory(err);
	if (!b->windows->hibernated)
		return link_say(b, link, HC_LINK_OK, err, "nothing is resumed from");
	link->fixup = "hibernation";
	if (b->facts == NULL || b->windows->pci.count == 0)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"Windows would resume from it, and whether the hardware is "
				"the same is not known");
	other = new_controller(b);
	if (other != NULL)
		return link_say(b, link, HC_LINK_BROKEN, err,
				"Windows would resume from it on other hardware: %s was not "
				"there",
				other->hardware_ids.items[0]);
	link->fixup = NULL;
	return link_say(b, link, HC_LINK_OK, err,
			"Windows resumes from it; the storage controllers are the same");
}

/* ---------------------------------------------------------------- hives */

static int
say_hive(struct bootcheck *b, struct hc_boot_link *link, const char *name, struct hc_err *err)
{
	for (size_t i = 0; i < b->offline->hives.count; i++) {
		const struct hc_hive_state *state = &b->offline->hives.items[i].loaded.state;

		if (strcmp(state->name, name) == 0 && state->dirty)
			return link_say(b, link, HC_LINK_OK, err,
					"its logs make it whole: %llu entries",
					(unsigned long long)state->log_entries_replayed);
	}
	return link_say(b, link, HC_LINK_OK, err, "it is clean");
}

static int
check_hive(struct bootcheck *b, struct hc_boot_link *link, const char *name, const char *path,
	   struct hc_err *err)
{
	struct hc_hive *hive;
	const char *full = below_root(b, path);

	if (full == NULL || (link->object = object_of(b, b->offline->system, full)) == NULL)
		return link_no_memory(err);
	if (hc_offline_hive(b->offline, name, &hive, err) == 0)
		return say_hive(b, link, name, err);
	if (!is_of_a_file(err))
		return -1;
	link->remedy = hc_err_info(err->code)->remedy;
	return link_say(b, link, HC_LINK_BROKEN, err, "%s", err->text[0]);
}

int
check_system_hive(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	return check_hive(b, link, "SYSTEM", "System32/config/SYSTEM", err);
}

int
check_software_hive(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	return check_hive(b, link, "SOFTWARE", "System32/config/SOFTWARE", err);
}

/* The loader goes by Default; Current is what ran last [own knowledge]. */
int
check_control_set(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	struct hc_hive *hive;
	struct hc_hive_key key;
	const char *set;
	uint32_t number;

	link->object = "SYSTEM\\Select";
	if (hc_offline_hive(b->offline, "SYSTEM", &hive, err) < 0)
		return is_of_a_file(err) ? link_say(b, link, HC_LINK_UNKNOWN, err,
						    "the hive SYSTEM can't be read")
					 : -1;
	link->remedy = "Start the last known good configuration, or set Default to a control "
		       "set that is there.";
	if (hc_hive_key(hive, "Select", &key, err) < 0 ||
	    hc_hive_dword(hive, key, "Default", &number, err) < 0)
		return is_of_a_file(err) ? link_say(b, link, HC_LINK_BROKEN, err,
						    "it names no control set to start with")
					 : -1;
	set = hc_arena_printf(b->arena, "ControlSet%03u", number);
	if (set == NULL)
		return link_no_memory(err);
	if (hc_hive_key(hive, set, &key, err) < 0)
		return is_of_a_file(err)
			       ? link_say(b, link, HC_LINK_BROKEN, err,
					  "Default is %u, and there is no %s", number, set)
			       : -1;
	link->remedy = NULL;
	return link_say(b, link, HC_LINK_OK, err, "Default is %s", set);
}

/* ---------------------------------------------------------------- kernel and HAL */

static int
check_in_system32(struct bootcheck *b, struct hc_boot_link *link, const char *name,
		  struct hc_err *err)
{
	const char *path = hc_arena_printf(b->arena, "%s/System32/%s", b->offline->root, name);

	if (check_program(b, link, b->offline->system, path, err) < 0)
		return -1;
	if (link->state == HC_LINK_BROKEN)
		link->remedy = "Put the file back from a backup of this Windows, or from an "
			       "installation of the same version.";
	return 0;
}

/* Of a 32-bit Windows with PAE it is ntkrnlpa.exe: which one is loaded depends on the processor, so that the one that always
 * has to be there is looked at. */
int
check_kernel(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	const char *own = b->ini_entry != NULL ? b->ini_entry->kernel : NULL;

	return check_in_system32(b, link, own != NULL ? own : "ntoskrnl.exe", err);
}

int
check_hal(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	const char *own = b->ini_entry != NULL ? b->ini_entry->hal : NULL;

	return check_in_system32(b, link, own != NULL ? own : "hal.dll", err);
}

/* ---------------------------------------------------------------- the drive letter */

#define TYPE_MBR_LDM "42"
#define TYPE_GPT_LDM "af9b60a0-1431-4f62-bc68-3311714a69ad" /* UEFI: LDM data */

static bool
is_dynamic(const struct hc_partition *entry)
{
	return entry->type != NULL && (strcasecmp(entry->type, TYPE_MBR_LDM) == 0 ||
				       strcasecmp(entry->type, TYPE_GPT_LDM) == 0);
}

/* Of GPT the partition's GUID alone stands there. */
static bool
names_volume(const struct hc_mounted_device *device, const struct hc_offline *offline,
	     size_t volume)
{
	struct hc_bcd_partition p;
	uint8_t guid[16];

	if (!hc_bcd_partition_of(&offline->volumes[volume].entry, offline->table,
				 offline->table_id, &p))
		return false;
	if (strcmp(device->kind, "mbr") == 0)
		return p.scheme == HC_BCD_MBR && device->offset == hc_get_le64(p.partition) &&
		       strcasecmp(device->disk, offline->table_id) == 0;
	return strcmp(device->kind, "gpt") == 0 && p.scheme == HC_BCD_GPT &&
	       hc_guid_parse(device->partition, guid) && memcmp(guid, p.partition, 16) == 0;
}

static int
say_letter(struct bootcheck *b, struct hc_boot_link *link,
	   const struct hc_mounted_device *device, const char *drive, struct hc_err *err)
{
	const struct hc_offline *offline = b->offline;

	if (names_volume(device, offline, offline->system))
		return link_say(b, link, HC_LINK_OK, err, "%s is %s", drive,
				offline->volumes[offline->system].name);
	if (is_dynamic(&offline->volumes[offline->system].entry) ||
	    offline->table == HC_TABLE_NONE)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"%s is on a dynamic disk, or there is no partition table",
				drive);
	link->fixup = "mounted-devices";
	for (size_t i = 0; i < offline->count; i++)
		if (names_volume(device, offline, i))
			return link_say(b, link, HC_LINK_BROKEN, err,
					"%s is %s, and Windows lies on %s", drive,
					offline->volumes[i].name,
					offline->volumes[offline->system].name);
	return link_say(b, link, HC_LINK_BROKEN, err, "%s is no partition of this disk", drive);
}

int
check_drive_letter(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	const char *drive = b->windows->system_drive != NULL ? b->windows->system_drive : "C:";
	struct hc_hive *hive;

	link->object =
		hc_arena_printf(b->arena, "SYSTEM\\MountedDevices \\DosDevices\\%s", drive);
	if (link->object == NULL)
		return link_no_memory(err);
	if (hc_offline_hive(b->offline, "SYSTEM", &hive, err) < 0)
		return is_of_a_file(err) ? link_say(b, link, HC_LINK_UNKNOWN, err,
						    "the hive SYSTEM can't be read")
					 : -1;
	if (b->version != 0 && b->version < HC_NT(5, 0))
		return link_say(b, link, HC_LINK_SKIPPED, err,
				"NT 4.0 keeps letters elsewhere");
	for (size_t i = 0; i < b->windows->mounted_devices.count; i++) {
		const struct hc_mounted_device *device = &b->windows->mounted_devices.items[i];

		if (strncasecmp(device->name, "\\DosDevices\\", 12) == 0 &&
		    strcasecmp(device->name + 12, drive) == 0)
			return say_letter(b, link, device, drive, err);
	}
	/* A key that was emptied is filled anew (windows-offline.md section 9: FOG does so). */
	return link_say(b, link, HC_LINK_OK, err,
			"%s is not set: Windows gives it when it starts", drive);
}
