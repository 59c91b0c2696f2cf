/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UEFI: a firmware entry, or the fallback path, starts the boot manager on the EFI system partition.
 * Who signed it is the rule FW-3's matter.
 * Source: windows-offline.md section 8; hazards 6 and 9; UEFI 2.10 sections 3.1 and 3.5.
 */
#include <string.h>

#include "restore/fixup/bootcheck_priv.h"

#define MANAGER "/EFI/Microsoft/Boot/bootmgfw.efi"

int
check_gpt(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	size_t boot = b->offline->boot;
	const struct hc_offline_volume *volume;

	link->object = "the partition table";
	link->remedy = "Restore the whole disk: the EFI system partition belongs to Windows.";
	if (b->offline->table != HC_TABLE_GPT)
		return link_say(b, link, HC_LINK_BROKEN, err,
				"there is no GPT, and Windows starts by UEFI from no other");
	if (boot == HC_OFFLINE_NONE)
		return link_say(b, link, HC_LINK_BROKEN, err,
				"there is no EFI system partition");
	volume = &b->offline->volumes[boot];
	link->object = volume->name;
	if (volume->volume == NULL || strcmp(hc_volume_info(volume->volume)->kind, "fat") != 0)
		return link_say(b, link, HC_LINK_BROKEN, err,
				"the EFI system partition is not FAT, or can't be read");
	link->remedy = NULL;
	return link_say(b, link, HC_LINK_OK, err, "GPT, with an EFI system partition of FAT");
}

/*
 * Where entries of the firmware are to be looked at: with b->this_machine, a Boot#### whose partition is the GUID of
 * offline->volumes[boot] and whose path is bootmgfw.efi; b->has_entry then says whether there is one.  Variables of this
 * machine say nothing of another (hazards 6).
 */
int
check_firmware_entry(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	b->has_entry = HC_UNKNOWN;
	return link_say(b, link, HC_LINK_SKIPPED, err, "firmware entries were not looked at");
}

int
check_uefi_boot_manager(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	if (b->offline->boot == HC_OFFLINE_NONE)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"there is no EFI system partition");
	if (check_program(b, link, b->offline->boot, MANAGER, err) < 0)
		return -1;
	link->fixup = link->state == HC_LINK_BROKEN ? "efi-boot" : NULL;
	return 0;
}

/* UEFI 2.10 section 3.5.1.1. */
static const char *
fallback_path(const char *architecture)
{
	static const struct {
		const char *architecture, *path;
	} paths[] = {
		{ "x64", "/EFI/BOOT/BOOTX64.EFI" },
		{ "x86", "/EFI/BOOT/BOOTIA32.EFI" },
		{ "arm64", "/EFI/BOOT/BOOTAA64.EFI" },
	};

	for (size_t i = 0; architecture != NULL && i < sizeof(paths) / sizeof(paths[0]); i++)
		if (strcmp(architecture, paths[i].architecture) == 0)
			return paths[i].path;
	return NULL;
}

/* It is the sole way on a machine that has no entry, and no harm where it has one. */
int
check_fallback(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	static const unsigned states[] = {
		[HC_UNKNOWN] = HC_LINK_UNKNOWN, [HC_NO] = HC_LINK_BROKEN, [HC_YES] = HC_LINK_OK
	};
	static const char *const meaning[] = {
		[HC_UNKNOWN] = "it starts only where the firmware has an entry for it",
		[HC_NO] = "the firmware has no entry for it either",
		[HC_YES] = "the firmware has an entry for it",
	};
	const char *path = fallback_path(b->windows->architecture), *said;
	unsigned state;

	if (b->offline->boot == HC_OFFLINE_NONE)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"there is no EFI system partition");
	if (path == NULL)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"for which processors this Windows is, is not known");
	link->object = object_of(b, b->offline->boot, path);
	if (link->object == NULL)
		return link_no_memory(err);
	if (look_at_program(b, b->offline->boot, path, &state, &said, err) < 0)
		return -1;
	if (state == HC_LINK_OK)
		return link_say(b, link, HC_LINK_OK, err, "it is there, for %s", said);
	link->fixup = "efi-boot";
	return link_say(b, link, states[b->has_entry], err, "%s: %s", said,
			meaning[b->has_entry]);
}
