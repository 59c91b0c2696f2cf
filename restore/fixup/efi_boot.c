/* SPDX-License-Identifier: GPL-3.0-or-later */
/* efi-boot: the boot manager on the EFI system partition, its copy that any firmware starts, and the firmware's entry.
 * Source: windows-offline.md section 8; hazards 6, 9, 28. */
#include <string.h>
#include <strings.h>

#include "restore/fixup/efi_priv.h"

/* The boot manager that is there, or will be. */
struct manager {
	struct efi_program program;
	size_t volume; /* where it can be read now */
	const char *path;
};

static int
copy_manager(struct fix *fix, const struct manager *from, size_t esp, const char *to,
	     const char *because, struct hc_err *err)
{
	const struct hc_edit_source source = {
		.kind = "volume",
		.partition = fix->offline->volumes[from->volume].number,
		.path = from->path,
	};

	return want_file_from(fix, esp, to, &source, because, err);
}

/* ---------------------------------------------------------------- bootmgfw.efi */

/* 0: *ret is what starts Windows; 1: there is nothing, and a note says so. */
static int
find_manager(struct fix *fix, size_t esp, struct manager *ret, struct hc_err *err)
{
	static const char remedy[] =
		"Start Windows' installation medium or recovery environment, and run bcdboot.";
	struct manager here = { .volume = esp, .path = EFI_MANAGER };
	struct manager copy = { .volume = fix->offline->system };
	enum efi_found found;
	struct hc_err why;

	if (efi_program_read(fix, esp, here.path, &here.program, &found, &why, err) < 0)
		return -1;
	if (found == EFI_UNREADABLE)
		return fix_refuse(fix, remedy, err, "%s: %s", EFI_MANAGER, why.text[0]) < 0 ? -1
											    : 1;
	*ret = here;
	if (found == EFI_THERE)
		return 0;
	copy.path = hc_arena_printf(fix->arena, "%s/Boot/EFI/bootmgfw.efi", fix->offline->root);
	if (copy.path == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
	if (efi_program_read(fix, copy.volume, copy.path, &copy.program, &found, &why, err) < 0)
		return -1;
	if (found != EFI_THERE)
		return fix_refuse(fix, remedy, err,
				  "%s is not there, and it can't be taken from %s: %s",
				  EFI_MANAGER, copy.path, why.text[0]) < 0
			       ? -1
			       : 1;
	*ret = copy;
	return copy_manager(fix, &copy, esp, EFI_MANAGER,
			    "Windows' boot manager is missing on the EFI system partition",
			    err);
}

/* ---------------------------------------------------------------- \EFI\BOOT */

/* There is another program where the copy should be. */
static int
replace_fallback(struct fix *fix, size_t esp, const struct manager *manager, const char *path,
		 const struct efi_program *there, struct hc_err *err)
{
	if (!efi_program_is_windows(there) || there->version == NULL)
		return fix_note(fix, err,
				"%s is left: it is not Windows' boot manager but another "
				"system's, or a tool",
				path);
	if (efi_program_is_newer(there, &manager->program))
		return fix_note(fix, err,
				"%s is left: its version %s is newer than %s of the boot "
				"manager beside it",
				path, there->version,
				manager->program.version ? manager->program.version
							 : "the unknown one");
	return copy_manager(fix, manager, esp, path,
			    "it is not the boot manager that starts this Windows but an older "
			    "one",
			    err);
}

static int
fallback(struct fix *fix, size_t esp, const struct manager *manager, struct hc_err *err)
{
	const char *path = efi_fallback_path(&manager->program);
	struct efi_program there;
	enum efi_found found;
	struct hc_err why;

	if (path == NULL)
		return fix_refuse(fix, NULL, err,
				  "%s is for a processor that halcyon does not know",
				  EFI_MANAGER);
	if (efi_program_read(fix, esp, path, &there, &found, &why, err) < 0)
		return -1;
	if (found == EFI_UNREADABLE)
		return fix_note(fix, err, "%s is left: %s", path, why.text[0]);
	if (found == EFI_MISSING)
		return copy_manager(fix, manager, esp, path,
				    "firmware that has no entry for this Windows starts this "
				    "file, and it is missing",
				    err);
	return strcmp(there.digest, manager->program.digest) == 0
		       ? 0
		       : replace_fallback(fix, esp, manager, path, &there, err);
}

/* ---------------------------------------------------------------- the firmware's entry */

static int
entries(struct fix *fix, size_t esp, struct hc_err *err)
{
	const struct hc_facts *facts = fix->request->facts;

	if (facts == NULL || !fix->request->this_machine)
		return fix_note(fix, err,
				"the boot entries of the machine that this Windows shall start "
				"on are out of reach: it starts by \\EFI\\BOOT there");
	if (facts->firmware.type != HC_FIRMWARE_UEFI)
		return fix_note(fix, err,
				"this system was not started by UEFI, so the firmware's boot "
				"entries are out of reach: Windows starts by \\EFI\\BOOT");
	if (fix->offline->table != HC_TABLE_GPT)
		return fix_note(fix, err,
				"the disk has no GPT, so a boot entry can't name its "
				"partition: Windows starts by \\EFI\\BOOT");
	return efi_entries(fix, esp, err);
}

int
efi_want_start(struct fix *fix, size_t esp, struct hc_err *err)
{
	struct manager manager;
	int found = find_manager(fix, esp, &manager, err);

	if (found != 0)
		return found;
	return fallback(fix, esp, &manager, err) < 0 ? -1 : entries(fix, esp, err);
}

int
fix_efi_boot(struct fix *fix, struct hc_err *err)
{
	const struct hc_offline_volume *volume;
	const size_t esp = fix->offline->boot;

	if (fix->windows->firmware == NULL || strcmp(fix->windows->firmware, "uefi") != 0)
		return 0;
	volume = esp == HC_OFFLINE_NONE ? NULL : &fix->offline->volumes[esp];
	if (volume == NULL || volume->volume == NULL ||
	    strcmp(hc_volume_info(volume->volume)->kind, "fat") != 0)
		return fix_refuse(fix,
				  "Make one in Windows' recovery environment (diskpart, "
				  "format fs=fat32), and run bcdboot.",
				  err,
				  "there is no EFI system partition that a firmware can read");
	return efi_want_start(fix, esp, err) < 0 ? -1 : 0;
}
