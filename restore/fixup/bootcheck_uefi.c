/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UEFI: a firmware entry, or the fallback path, starts the boot manager on the EFI system partition.
 * Who signed it is the rule FW-3's matter.
 * Source: windows-offline.md section 8; hazards 6 and 9; UEFI 2.10 sections 3.1 and 3.5.
 */
#include <string.h>
#include <strings.h>

#include "restore/base/text.h"
#include "restore/boot/efivars.h"
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

/* Whether an entry starts Windows' boot manager on this EFI system partition. */
static bool
starts_windows(const struct hc_efi_entry *entry, const uint8_t esp[16], struct hc_arena *arena)
{
	struct hc_load_option option;
	struct hc_err why;

	return entry->bytes.size > HC_EFI_ATTRIBUTE_BYTES &&
	       hc_load_option_read(hc_span_part(entry->bytes, HC_EFI_ATTRIBUTE_BYTES,
						entry->bytes.size - HC_EFI_ATTRIBUTE_BYTES),
				   arena, &option, &why) == 0 &&
	       (option.attributes & HC_LOAD_OPTION_ACTIVE) != 0 && option.has_drive &&
	       option.drive.signature_kind == HC_EFI_SIGNATURE_GUID &&
	       memcmp(option.drive.signature, esp, 16) == 0 && option.path != NULL &&
	       strcasecmp(option.path, HC_EFI_WINDOWS_PATH) == 0;
}

/* Variables of this machine say nothing of another (hazards 6).  Without an entry most firmware starts the fallback path, and
 * some does not (windows-offline.md section 8). */
int
check_firmware_entry(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	struct hc_efi_boot boot = { 0 };
	struct hc_err why;
	uint8_t esp[16];

	b->has_entry = HC_UNKNOWN;
	if (!b->this_machine || b->facts == NULL ||
	    b->facts->firmware.type != HC_FIRMWARE_UEFI ||
	    b->offline->boot == HC_OFFLINE_NONE ||
	    b->offline->volumes[b->offline->boot].entry.guid == NULL ||
	    !hc_guid_parse(b->offline->volumes[b->offline->boot].entry.guid, esp))
		return link_say(
			b, link, HC_LINK_SKIPPED, err,
			"firmware entries were not looked at: they are of another machine");
	if (hc_efi_boot_read(HC_EFIVARS, b->arena, &boot, &why) < 0)
		return link_say(b, link, HC_LINK_UNKNOWN, err, "%s", why.text[0]);
	for (size_t i = 0; i < boot.entries.count; i++) {
		if (!starts_windows(&boot.entries.items[i], esp, b->arena))
			continue;
		b->has_entry = HC_YES;
		return link_say(b, link, HC_LINK_OK, err, "Boot%04X starts the boot manager",
				boot.entries.items[i].number);
	}
	b->has_entry = HC_NO;
	link->fixup = "efi-boot";
	return link_say(
		b, link, HC_LINK_UNKNOWN, err,
		"there is none for this disk; most firmware then starts the fallback path");
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
