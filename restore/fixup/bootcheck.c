/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chain as a table, and what its links come to. */
#include "restore/fixup/bootcheck_priv.h"

#include <string.h>

#include "restore/windows/windows.h"

#define BY_BIOS 1u
#define BY_UEFI 2u
#define BY_BOTH (BY_BIOS | BY_UEFI)

/* In the order in which a start comes by them; the ids are contracts. */
static const struct {
	const char *id, *title;
	unsigned by;
	boot_check *check;
} rows[] = {
	{ "firmware", "Firmware", BY_BOTH, check_firmware },
	{ "mbr", "Master boot record", BY_BIOS, check_mbr },
	{ "boot-sector", "Boot sector", BY_BIOS, check_boot_sector },
	{ "partition-table", "Partition table", BY_UEFI, check_gpt },
	{ "firmware-entry", "Firmware entry", BY_UEFI, check_firmware_entry },
	{ "fallback", "Fallback path", BY_UEFI, check_fallback },
	{ "boot-manager", "Boot manager", BY_BIOS, check_bios_boot_manager },
	{ "boot-manager", "Boot manager", BY_UEFI, check_uefi_boot_manager },
	{ "boot-store", "Boot store", BY_BOTH, check_boot_store },
	{ "boot-entry", "Default entry", BY_BOTH, check_boot_entry },
	{ "hibernation", "Hibernation", BY_BOTH, check_hibernation },
	{ "loader", "Loader", BY_BOTH, check_loader },
	{ "system-hive", "Registry: SYSTEM", BY_BOTH, check_system_hive },
	{ "control-set", "Control set", BY_BOTH, check_control_set },
	{ "kernel", "Kernel", BY_BOTH, check_kernel },
	{ "hal", "HAL", BY_BOTH, check_hal },
	{ "boot-drivers", "Boot drivers", BY_BOTH, check_boot_drivers },
	{ "bus-drivers", "Drivers of buses", BY_BOTH, check_bus_drivers },
	{ "controller-driver", "Driver of controller", BY_BOTH, check_controller_driver },
	{ "disk-drivers", "Drivers of disks", BY_BOTH, check_disk_drivers },
	{ "software-hive", "Registry: SOFTWARE", BY_BOTH, check_software_hive },
	{ "drive-letter", "Drive letter", BY_BOTH, check_drive_letter },
};

/* ---------------------------------------------------------------- the machine's firmware */

/* A UEFI starts programs of its own bitness only (rule FW-2); 0: not known. */
static uint64_t
bits_of(const char *architecture)
{
	if (architecture == NULL)
		return 0;
	return strcmp(architecture, "x86") == 0 ? 32 : 64;
}

int
check_firmware(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	const struct hc_firmware *firmware = b->facts != NULL ? &b->facts->firmware : NULL;
	unsigned wanted = b->uefi ? HC_FIRMWARE_UEFI : HC_FIRMWARE_BIOS;
	uint64_t bits = b->uefi ? bits_of(b->windows->architecture) : 0;
	const char *laid_out = b->uefi ? "UEFI (GPT)" : "BIOS (MBR)";

	link->object = "facts.firmware";
	if (firmware == NULL || firmware->type == HC_FIRMWARE_UNKNOWN)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"the disk is laid out for %s; the machine that it shall boot "
				"on is not known",
				laid_out);
	if (firmware->type != wanted) {
		link->fixup = "firmware";
		link->remedy = "Switch the firmware's boot mode, if it has both; or convert "
			       "the disk with --convert-firmware.";
		return link_say(b, link, HC_LINK_BROKEN, err,
				"the disk is laid out for %s, and the machine was started by "
				"%s",
				laid_out, b->uefi ? "BIOS" : "UEFI");
	}
	if (bits != 0 && firmware->bits != 0 && bits != firmware->bits) {
		link->remedy = "Use a machine whose UEFI has the bitness of this Windows.";
		return link_say(b, link, HC_LINK_BROKEN, err,
				"this Windows is for %s, and the machine's UEFI has %llu bits",
				b->windows->architecture, (unsigned long long)firmware->bits);
	}
	return link_say(b, link, HC_LINK_OK, err, "%s, as the disk is laid out for it",
			b->uefi ? "UEFI" : "BIOS");
}

/* ---------------------------------------------------------------- all of it */

/* Windows starts from GPT by UEFI only, from MBR by BIOS only; without a table, what its loader says counts. */
static bool
is_for_uefi(const struct hc_offline *offline)
{
	const char *firmware = offline->windows->firmware;

	if (offline->table == HC_TABLE_NONE)
		return firmware != NULL && strcmp(firmware, "uefi") == 0;
	return offline->table == HC_TABLE_GPT;
}

/* By its version; where that is not known, by what lies there. */
static int
find_kind(struct bootcheck *b, struct hc_err *err)
{
	const char *ignored;
	struct hc_entry entry;
	int found;

	b->has_ntldr = b->version != 0 && b->version < HC_NT(6, 0);
	if (b->version != 0 || b->uefi || b->offline->boot == HC_OFFLINE_NONE)
		return 0;
	found = look_for_file(b, b->offline->boot, "/ntldr", &entry, &ignored, err);
	b->has_ntldr = found == 0;
	return found < 0 ? -1 : 0;
}

static int
find_drivers(struct bootcheck *b, struct hc_err *err)
{
	struct hc_volume *volume = b->offline->volumes[b->offline->system].volume;

	if (b->facts == NULL ||
	    hc_windows_drivers(volume, b->facts, b->target, b->arena, &b->drivers, err) == 0)
		return 0;
	b->drivers = (struct hc_survey){ 0 };
	return is_of_a_file(err) ? 0 : -1;
}

static int
look(struct bootcheck *b, struct hc_bootcheck *check, struct hc_err *err)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hc_boot_link *link;

		if ((rows[i].by & (b->uefi ? BY_UEFI : BY_BIOS)) == 0)
			continue;
		link = hc_arena_grow(b->arena, &check->links.items, &check->links.count,
				     sizeof(*link));
		if (link == NULL)
			return link_no_memory(err);
		link->id = rows[i].id;
		link->title = rows[i].title;
		if (rows[i].check(b, link, err) < 0)
			return hc_err_wrap(err, "while looking at the link %s", link->id);
	}
	return 0;
}

static unsigned
answer(const struct hc_bootcheck *check)
{
	unsigned boots = HC_YES;

	for (size_t i = 0; i < check->links.count; i++) {
		if (check->links.items[i].state == HC_LINK_BROKEN)
			return HC_NO;
		if (check->links.items[i].state == HC_LINK_UNKNOWN)
			boots = HC_UNKNOWN;
	}
	return boots;
}

const struct hc_boot_link *
hc_bootcheck_first_broken(const struct hc_bootcheck *check)
{
	for (size_t i = 0; i < check->links.count; i++)
		if (check->links.items[i].state == HC_LINK_BROKEN)
			return &check->links.items[i];
	return NULL;
}

int
hc_bootcheck(struct hc_offline *offline, const struct hc_facts *facts,
	     const struct hc_disk *target, bool this_machine, struct hc_arena *arena,
	     struct hc_bootcheck *ret, struct hc_err *err)
{
	struct hc_bootcheck check = { 0 };
	struct bootcheck b = { .offline = offline,
			       .windows = offline->windows,
			       .facts = facts,
			       .target = target,
			       .this_machine = this_machine,
			       .uefi = is_for_uefi(offline),
			       .version = hc_offline_version(offline),
			       .arena = arena,
			       .loader_volume = HC_OFFLINE_NONE };
	const struct hc_boot_link *broken;

	check.windows = hc_windows_name(offline->windows, arena);
	check.firmware = b.uefi ? "uefi" : "bios";
	if (check.windows == NULL)
		return link_no_memory(err);
	if (find_kind(&b, err) < 0 || find_drivers(&b, err) < 0 || look(&b, &check, err) < 0)
		return -1;
	check.boots = answer(&check);
	broken = hc_bootcheck_first_broken(&check);
	check.first_broken = broken != NULL ? broken->id : NULL;
	*ret = check;
	return 0;
}
