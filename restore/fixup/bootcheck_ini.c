/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NT 4.0 to 2003: ntldr reads boot.ini, finds the partition by its ARC name, and loads Windows from the folder.
 * Source: boot/boot_ini.c; how ARC counts partitions: KB 102873 (primary ones first, then logical drives, from 1).
 */
#include <string.h>
#include <strings.h>

#include "restore/fixup/bootcheck_priv.h"

#define BOOT_INI_MAX 65536u

/* ---------------------------------------------------------------- the file */

/* [boot loader] default; without one, the first entry [own knowledge]. */
static const struct hc_boot_ini_entry *
default_entry(const struct hc_boot_ini *ini)
{
	for (size_t i = 0; i < ini->entries.count; i++)
		if (ini->default_path == NULL ||
		    strcasecmp(ini->entries.items[i].path, ini->default_path) == 0)
			return &ini->entries.items[i];
	return NULL;
}

static int
say_ini(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	b->ini_entry = default_entry(&b->ini);
	if (b->ini_entry == NULL)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"none of its entries is the default %s",
				b->ini.default_path != NULL ? b->ini.default_path : "one");
	return link_say(b, link, HC_LINK_OK, err, "its default entry is %s",
			b->ini_entry->path);
}

int
check_ini(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	size_t boot = b->offline->boot;
	struct hc_buf text = { 0 };
	int result;

	if (boot == HC_OFFLINE_NONE || b->offline->volumes[boot].volume == NULL)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"which partition holds it is not known, or that can't be read");
	link->object = object_of(b, boot, "/boot.ini");
	if (link->object == NULL)
		return link_no_memory(err);
	result = hc_volume_read_all(b->offline->volumes[boot].volume, "/boot.ini", BOOT_INI_MAX,
				    &text, err);
	if (result == 0)
		result = hc_boot_ini_read(hc_buf_span(&text), b->arena, &b->ini, err);
	hc_buf_done(&text);
	if (result == 0)
		return say_ini(b, link, err);
	if (!is_of_a_file(err))
		return -1;
	link->remedy = "`bootcfg /rebuild` of the recovery console writes a new one.";
	/* ntldr then tries the first partition of the first disk [own knowledge]. */
	if (err->code == H_PATH_NOT_FOUND)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"there is none: ntldr tries the first partition");
	return link_say(b, link, HC_LINK_BROKEN, err, "%s", err->text[0]);
}

/* ---------------------------------------------------------------- the entry */

/* As ARC counts: from 1, empty entries and the extended partition left out. */
static uint64_t
arc_number(const struct hc_offline *offline, size_t volume)
{
	const struct hc_partition *wanted = &offline->volumes[volume].entry;
	uint64_t number = 1;

	for (size_t i = 0; i < offline->count; i++) {
		const struct hc_partition *entry = &offline->volumes[i].entry;

		if (entry->logical == wanted->logical ? entry->number < wanted->number
						      : wanted->logical)
			number++;
	}
	return number;
}

/* A driver of the SCSI adapter lies beside ntldr, for disks that its BIOS does not show (KB 102873). */
static int
check_scsi(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	struct hc_entry entry;
	const char *said;
	int missing = look_for_file(b, b->offline->boot, "/ntbootdd.sys", &entry, &said, err);

	if (missing > 0)
		return link_say(b, link, HC_LINK_BROKEN, err,
				"it asks for \\ntbootdd.sys, and %s", said);
	return missing < 0 ? -1
			   : link_say(b, link, HC_LINK_UNKNOWN, err,
				      "it counts the disks of a SCSI adapter");
}

static int
check_disk(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	const struct hc_boot_ini_entry *entry = b->ini_entry;

	if (entry->kind == NULL)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"it is no Windows of this kind, but %s", entry->path);
	if (strcmp(entry->kind, "scsi") == 0)
		return check_scsi(b, link, err);
	if (strcmp(entry->kind, "signature") == 0) {
		if (b->offline->table_id != NULL &&
		    strcasecmp(entry->signature, b->offline->table_id) == 0)
			return 0;
		return link_say(b, link, HC_LINK_BROKEN, err,
				"it names the disk of signature %s, and this one has %s",
				entry->signature,
				b->offline->table_id != NULL ? b->offline->table_id : "none");
	}
	if (entry->disk != 0)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"it names disk %llu of the BIOS, and which that is, is not "
				"known",
				(unsigned long long)entry->disk);
	return 0;
}

int
check_ini_entry(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	size_t system = b->offline->system;
	uint64_t number = arc_number(b->offline, system);

	if (b->ini_entry == NULL)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"no default entry was found in boot.ini");
	link->object = b->ini_entry->path;
	if (check_disk(b, link, err) < 0)
		return -1;
	if (link->found == NULL && b->ini_entry->partition != number &&
	    link_say(
		    b, link, HC_LINK_BROKEN, err,
		    "it names partition(%llu), and Windows lies on %s, which is partition(%llu)",
		    (unsigned long long)b->ini_entry->partition,
		    b->offline->volumes[system].name, (unsigned long long)number) < 0)
		return -1;
	if (link->state == HC_LINK_BROKEN)
		link->remedy = "Correct boot.ini, or let `bootcfg /rebuild` of the recovery "
			       "console do it.";
	if (link->found != NULL)
		return 0;
	b->loader_volume = system;
	return link_say(b, link, HC_LINK_OK, err, "it names %s",
			b->offline->volumes[system].name);
}

/* ---------------------------------------------------------------- the folder */

int
check_ini_folder(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	const char *folder = b->ini_entry != NULL ? b->ini_entry->folder : NULL;

	if (b->ini_entry == NULL || b->ini_entry->kind == NULL)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"no default entry was found in boot.ini");
	link->object = object_of(b, b->offline->system, folder != NULL ? folder : "/");
	if (link->object == NULL)
		return link_no_memory(err);
	if (folder != NULL && is_same_folder(folder, b->offline->root))
		return link_say(b, link, HC_LINK_OK, err, "ntldr loads Windows from there");
	link->remedy = "Correct boot.ini, or let `bootcfg /rebuild` of the recovery console "
		       "do it.";
	return link_say(b, link, HC_LINK_BROKEN, err,
			"boot.ini names this folder, and Windows lies in %s", b->offline->root);
}
