/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * firmware: a Windows that a BIOS started is started by UEFI.
 *
 * The layout is there already: a GPT with an EFI system partition.  Here it gets the boot files that Windows keeps of
 * both kinds, and a boot store made from that of the BIOS.  All of it or nothing.
 * Source: windows-offline.md section 7 (elements, files), 8; the rule FW-1.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/fixup/edits_priv.h"
#include "restore/fixup/efi_priv.h"
#include "restore/fixup/firmware_priv.h"

#define DEEPEST 4u

static int
refuse(struct conversion *c, const char *remedy, const char *why, struct hc_err *err)
{
	return fix_refuse(c->fix, remedy, err, "the conversion to UEFI is not made: %s", why) <
			       0
		       ? -1
		       : 1;
}

/* ---------------------------------------------------------------- what it takes */

/* Boots by UEFI at all: 64 bits, Vista SP1 (build 6001) or later. */
static bool
knows_uefi(const struct fix *fix)
{
	return fix->windows->architecture != NULL &&
	       strcmp(fix->windows->architecture, "x64") == 0 && fix->version >= HC_NT(6, 0) &&
	       fix->windows->build != NULL && strtoul(fix->windows->build, NULL, 10) >= 6001;
}

/* 0: there is one in c->esp; 1: there is none, and a note says so. */
static int
find_esp(struct conversion *c, struct hc_err *err)
{
	static const char remedy[] =
		"Restore onto a disk whose layout has a GPT and an EFI system partition.";
	const struct hc_offline *offline = c->fix->offline;
	const struct hc_offline_volume *esp =
		offline->boot == HC_OFFLINE_NONE ? NULL : &offline->volumes[offline->boot];

	if (offline->table != HC_TABLE_GPT)
		return refuse(c, remedy, "the disk has no GPT", err);
	if (esp == NULL || esp->entry.type == NULL ||
	    strcasecmp(esp->entry.type, EFI_PARTITION_TYPE) != 0 || esp->volume == NULL ||
	    strcmp(hc_volume_info(esp->volume)->kind, "fat") != 0)
		return refuse(c, remedy,
			      "the disk has no EFI system partition that a firmware can read",
			      err);
	c->esp = offline->boot;
	if (!hc_bcd_partition_of(&esp->entry, offline->table, offline->table_id, &c->esp_id) ||
	    !hc_bcd_partition_of(&offline->volumes[offline->system].entry, offline->table,
				 offline->table_id, &c->system_id))
		return refuse(c, NULL, "the ids of the disk or of its partitions are not known",
			      err);
	return 0;
}

/* winload.efi: installed beside winload.exe on 64 bits (own knowledge), but it may have been deleted. */
static int
check_loader(struct conversion *c, struct hc_err *err)
{
	const struct hc_offline *offline = c->fix->offline;
	const char *path =
		hc_arena_printf(c->fix->arena, "%s/System32/winload.efi", offline->root);
	struct hc_entry entry;
	struct hc_err why;

	if (path == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
	if (hc_volume_stat(offline->volumes[offline->system].volume, path, c->fix->arena,
			   &entry, &why) == 0)
		return 0;
	if (!fix_is_of_file(why.code)) {
		*err = why;
		return -1;
	}
	return refuse(c, "Repair Windows' files on the source machine (sfc /scannow).",
		      why.text[0], err);
}

/* ---------------------------------------------------------------- files */

static int
want_copy(struct conversion *c, const char *from, const char *to, struct hc_err *err)
{
	const struct hc_offline *offline = c->fix->offline;
	const struct hc_edit_source source = {
		.kind = "volume",
		.partition = offline->volumes[offline->system].number,
		.path = from,
	};

	return want_file_from(c->fix, c->esp, to, &source, "UEFI starts Windows with this file",
			      err);
}

static int
want_folder(struct conversion *c, const char *from, const char *to, unsigned depth,
	    struct hc_err *err)
{
	const struct hc_offline *offline = c->fix->offline;
	struct hc_arena *arena = c->fix->arena;
	struct hc_entries entries = { 0 };
	int result = 0;

	if (hc_volume_list(offline->volumes[offline->system].volume, from, arena, &entries,
			   err) < 0)
		return err->code == H_PATH_NOT_FOUND ? 0 : -1;
	for (size_t i = 0; result == 0 && i < entries.count; i++) {
		const struct hc_entry *entry = &entries.items[i];
		const char *source = hc_arena_printf(arena, "%s/%s", from, entry->name);
		const char *target = hc_arena_printf(arena, "%s/%s", to, entry->name);

		if (source == NULL || target == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
		if (entry->type != HC_ENTRY_FOLDER)
			result = want_copy(c, source, target, err);
		else if (depth > 0)
			result = want_folder(c, source, target, depth - 1, err);
	}
	return result;
}

static int
want_files(struct conversion *c, struct hc_err *err)
{
	/* What bcdboot copies too; fonts and pictures: own knowledge. */
	static const struct {
		const char *from, *to;
	} folders[] = {
		{ "/Boot/EFI", EFI_FOLDER },
		{ "/Boot/Fonts", EFI_FOLDER "/Fonts" },
		{ "/Boot/Resources", EFI_FOLDER "/Resources" },
	};
	int result = 0;

	for (size_t i = 0; result == 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
		const char *from = hc_arena_printf(c->fix->arena, "%s%s", c->fix->offline->root,
						   folders[i].from);

		if (from == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
		result = want_folder(c, from, folders[i].to, DEEPEST, err);
	}
	return result;
}

/* ---------------------------------------------------------------- all of it */

static int
convert(struct conversion *c, struct hc_err *err)
{
	int result = find_esp(c, err);

	if (result == 0)
		result = check_loader(c, err);
	if (result == 0)
		result = firmware_want_store(c, err);
	if (result == 0)
		result = want_files(c, err);
	if (result == 0)
		result = efi_want_start(c->fix, c->esp, err);
	/* A file of it that can't be read takes all of it back. */
	return result < 0 && fix_is_of_file(err->code) ? refuse(c, NULL, err->text[0], err)
						       : result;
}

int
fix_firmware(struct fix *fix, struct hc_err *err)
{
	const char *to = fix->request->convert_firmware, *is = fix->windows->firmware;
	const size_t edits = fix->found->edits.count;
	struct conversion c = { .fix = fix, .store = HC_OFFLINE_NONE };
	int result;

	if (to == NULL || (is != NULL && strcmp(is, to) == 0))
		return 0;
	if (strcmp(to, "uefi") != 0 || is == NULL || !knows_uefi(fix))
		return fix_refuse(
			fix, "Restore onto a machine that starts as the old one did (FW-1).",
			err,
			"the conversion from %s to %s is not made: halcyon converts "
			"64-bit Windows from Vista SP1 on, from BIOS to UEFI",
			is != NULL ? is : "an unknown firmware", to);
	result = convert(&c, err);
	if (result == 1)
		fix->found->edits.count = edits;
	return result < 0 ? -1 : 0;
}
