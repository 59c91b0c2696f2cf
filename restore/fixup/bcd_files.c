/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Part of bcd: a boot partition without a boot manager gets it, and what belongs to it, from the copies that each Windows
 * since Vista keeps in its folder Boot (windows-offline.md section 7).  Files that are there stay as they are.
 */
#include <string.h>
#include <strings.h>

#include "restore/fixup/edits_priv.h"
#include "restore/fixup/moves.h"

#define DEPTH_MAX 3u /* Boot\EFI\en-US\x.mui: two */

/* A folder or file below Windows\Boot, and where it goes on the boot partition. */
struct copy {
	const char *from, *to;
	bool file;
};

struct kind {
	const char *firmware;
	const char *manager; /* missing: all of it is copied */
	const char *source;  /* its copy, below Windows\Boot */
	struct copy copies[5];
};

static const struct kind kinds[] = {
	{ "uefi",
	  "/EFI/Microsoft/Boot/bootmgfw.efi",
	  "EFI/bootmgfw.efi",
	  { { "EFI", "/EFI/Microsoft/Boot", false },
	    { "Fonts", "/EFI/Microsoft/Boot/Fonts", false },
	    { "Resources", "/EFI/Microsoft/Boot/Resources", false } } },
	{ "bios",
	  "/bootmgr",
	  "PCAT/bootmgr",
	  { { "PCAT/bootmgr", "/bootmgr", true },
	    { "PCAT/bootnxt", "/BOOTNXT", true },
	    { "PCAT", "/Boot", false },
	    { "Fonts", "/Boot/Fonts", false },
	    { "Resources", "/Boot/Resources", false } } },
};

static const char because[] = "it belongs to the boot manager, which this partition lacks";

/* 0: *ret filled in; 1: it isn't there, or can't be looked at. */
static int
stat_path(struct fix *fix, size_t volume, const char *path, struct hc_entry *ret,
	  struct hc_err *err)
{
	struct hc_err why;

	if (hc_volume_stat(fix->offline->volumes[volume].volume, path, fix->arena, ret, &why) ==
	    0)
		return 0;
	if (why.code != H_OUT_OF_MEMORY && why.code != H_DISK_READ)
		return 1;
	*err = why;
	return -1;
}

/* A note of what can't be read; what ends the detection stays an error. */
static int
refuse(struct fix *fix, const char *path, const struct hc_err *why, struct hc_err *err)
{
	if (why->code != H_OUT_OF_MEMORY && why->code != H_DISK_READ)
		return fix_refuse(fix, hc_err_info(why->code)->remedy, err, "%s: %s", path,
				  why->text[0]);
	*err = *why;
	return -1;
}

static int
copy_file(struct fix *fix, const char *from, const char *to, struct hc_err *err)
{
	const struct hc_offline *offline = fix->offline;
	const struct hc_edit_source source = { .kind = "volume",
					       .partition =
						       offline->volumes[offline->system].number,
					       .path = from };
	struct hc_entry entry;
	struct hc_err why;
	int missing = stat_path(fix, offline->boot, to, &entry, err);

	if (missing != 1)
		return missing;
	if (want_file_from(fix, offline->boot, to, &source, because, &why) == 0)
		return 0;
	return refuse(fix, from, &why, err);
}

/* Files that go to the root of the partition are not copied a second time. */
static bool
goes_elsewhere(const struct kind *kind, const char *path)
{
	for (size_t i = 0; i < sizeof(kind->copies) / sizeof(kind->copies[0]); i++) {
		const struct copy *c = &kind->copies[i];
		size_t length = c->from == NULL ? 0 : strlen(c->from);

		if (c->file && strlen(path) > length &&
		    strcasecmp(path + strlen(path) - length, c->from) == 0)
			return true;
	}
	return false;
}

static int
copy_folder(struct fix *fix, const struct kind *kind, const char *from, const char *to,
	    unsigned depth, struct hc_err *err)
{
	const struct hc_offline *offline = fix->offline;
	struct hc_entries entries = { 0 };
	struct hc_err why;

	if (hc_volume_list(offline->volumes[offline->system].volume, from, fix->arena, &entries,
			   &why) < 0)
		return refuse(fix, from, &why, err);
	for (size_t i = 0; i < entries.count; i++) {
		const struct hc_entry *entry = &entries.items[i];
		const char *source = hc_arena_printf(fix->arena, "%s/%s", from, entry->name),
			   *target = hc_arena_printf(fix->arena, "%s/%s", to, entry->name);
		int result = 0;

		if (source == NULL || target == NULL)
			return fix_no_memory(err);
		if (entry->type == HC_ENTRY_FILE && !goes_elsewhere(kind, source))
			result = copy_file(fix, source, target, err);
		else if (entry->type == HC_ENTRY_FOLDER && depth < DEPTH_MAX)
			result = copy_folder(fix, kind, source, target, depth + 1, err);
		if (result < 0)
			return -1;
	}
	return 0;
}

static int
copy_all(struct fix *fix, const struct kind *kind, struct hc_err *err)
{
	for (size_t i = 0; i < sizeof(kind->copies) / sizeof(kind->copies[0]); i++) {
		const struct copy *c = &kind->copies[i];
		const char *from;
		struct hc_entry entry;
		int missing;

		if (c->from == NULL)
			break;
		from = hc_arena_printf(fix->arena, "%s/Boot/%s", fix->offline->root, c->from);
		if (from == NULL)
			return fix_no_memory(err);
		missing = stat_path(fix, fix->offline->system, from, &entry, err);
		if (missing == 0)
			missing = c->file ? copy_file(fix, from, c->to, err)
					  : copy_folder(fix, kind, from, c->to, 1, err);
		if (missing < 0)
			return -1;
	}
	return 0;
}

const char *
fix_firmware_of(const struct fix *fix)
{
	if (fix->windows->firmware != NULL)
		return fix->windows->firmware;
	return fix->offline->table == HC_TABLE_GPT ? "uefi" : "bios";
}

/* The kind of boot manager that this Windows needs on its boot partition; NULL: there is no saying, or it is another
 * repair's: one that changes the firmware. */
static const struct kind *
kind_of(const struct fix *fix)
{
	const char *convert = fix->request->convert_firmware, *firmware = fix_firmware_of(fix);

	if (convert != NULL && strcmp(convert, firmware) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].firmware, firmware) == 0)
			return &kinds[i];
	return NULL;
}

/* NT 4.0 to 2003 keep no copies. */
static int
check_ntldr(struct fix *fix, struct hc_err *err)
{
	struct hc_entry entry;
	int missing = stat_path(fix, fix->offline->boot, "/ntldr", &entry, err);

	if (missing != 1)
		return missing;
	return fix_refuse(fix,
			  "Copy NTLDR and NTDETECT.COM there from the folder I386 of the "
			  "installation disc.",
			  err, "%s starts no Windows: it has no \\ntldr",
			  fix->offline->volumes[fix->offline->boot].name);
}

/* 1: another partition of this disk has it: of two EFI system partitions it is that one which counts, perhaps. */
static int
is_elsewhere(struct fix *fix, const char *path, struct hc_err *err)
{
	for (size_t i = 0; i < fix->offline->count; i++) {
		struct hc_entry entry;
		int missing = fix->offline->volumes[i].volume == NULL
				      ? 1
				      : stat_path(fix, i, path, &entry, err);

		if (missing <= 0)
			return missing < 0 ? -1 : 1;
	}
	return 0;
}

int
fix_boot_files(struct fix *fix, struct hc_err *err)
{
	const struct hc_offline *offline = fix->offline;
	const struct kind *kind = kind_of(fix);
	struct hc_entry entry;
	const char *source;
	int missing, elsewhere;

	if (offline->boot == HC_OFFLINE_NONE ||
	    offline->volumes[offline->boot].volume == NULL || kind == NULL || fix->version == 0)
		return 0;
	if (fix->version < HC_NT(6, 0))
		return check_ntldr(fix, err);
	missing = stat_path(fix, offline->boot, kind->manager, &entry, err);
	if (missing != 1)
		return missing;
	elsewhere = is_elsewhere(fix, kind->manager, err);
	if (elsewhere != 0)
		return elsewhere < 0
			       ? -1
			       : fix_note(fix, err,
					  "%s has no boot manager %s, and another partition "
					  "has one: none is copied",
					  offline->volumes[offline->boot].name, kind->manager);
	source = hc_arena_printf(fix->arena, "%s/Boot/%s", offline->root, kind->source);
	if (source == NULL)
		return fix_no_memory(err);
	missing = stat_path(fix, offline->system, source, &entry, err);
	if (missing < 0)
		return -1;
	if (missing > 0)
		return fix_refuse(fix,
				  "Run `bcdboot C:\\Windows` in the recovery environment of a "
				  "Windows of this version.",
				  err, "%s has no boot manager %s, and Windows no copy of it",
				  offline->volumes[offline->boot].name, kind->manager);
	return copy_all(fix, kind, err);
}
