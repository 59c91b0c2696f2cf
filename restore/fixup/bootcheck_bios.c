/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * BIOS: the boot record of the disk loads the boot sector of the active partition, which loads \bootmgr or \ntldr.
 * Source: windows-offline.md sections 7, 8 and 10; what of the boot record counts: [own knowledge].
 */
#include <stdio.h>
#include <string.h>

#include "restore/fixup/bootcheck_priv.h"

#define SECTOR          512u
#define CODE_SIZE       440u
#define ENTRY_AT        446u
#define ENTRY_SIZE      16u
#define ENTRY_ACTIVE    0x80u
#define MAGIC_AT        510u
#define HEADS_AT        0x1au
#define TRACK_AT        0x18u
#define HIDDEN_AT       0x1cu
#define ATTR_COMPRESSED 0x800u /* [MS-FSCC] 2.6 */

static bool
has_magic(const uint8_t sector[SECTOR])
{
	return sector[MAGIC_AT] == 0x55 && sector[MAGIC_AT + 1] == 0xaa;
}

/* ---------------------------------------------------------------- the disk's boot record */

static int
say_active(struct bootcheck *b, struct hc_boot_link *link, const uint8_t sector[SECTOR],
	   struct hc_err *err)
{
	unsigned active = 0, first = 0, odd = 0;

	for (unsigned i = 0; i < 4; i++) {
		uint8_t flag = sector[ENTRY_AT + i * ENTRY_SIZE];

		if (flag == ENTRY_ACTIVE && active++ == 0)
			first = i + 1;
		odd += flag != 0 && flag != ENTRY_ACTIVE;
	}
	if (active == 1 && odd == 0)
		return link_say(b, link, HC_LINK_OK, err,
				"it has boot code, and partition %u is active", first);
	link->remedy = "Mark the partition that holds the boot manager active: `sfdisk "
		       "--activate DISK NUMBER`.";
	if (odd > 0)
		return link_say(b, link, HC_LINK_BROKEN, err,
				"%u partitions have a flag that is neither active nor "
				"inactive",
				odd);
	return link_say(b, link, HC_LINK_BROKEN, err, "%u partitions are active instead of one",
			active);
}

int
check_mbr(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	uint8_t sector[SECTOR];

	link->object = "sector 0 of the disk";
	if (b->offline->table == HC_TABLE_NONE)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"there is no partition table, only a volume");
	if (b->offline->disk == NULL)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"of a backup, only the volumes are looked at");
	if (hc_io_pread(b->offline->disk, 0, sector, sizeof(sector), err) < 0)
		return -1;
	if (!has_magic(sector) || hc_is_zero(sector, CODE_SIZE)) {
		link->fixup = "boot-sectors";
		link->remedy = "`bootrec /fixmbr` of Windows' recovery environment (`fixmbr` "
			       "before Vista) writes Microsoft's boot code.";
		return link_say(b, link, HC_LINK_BROKEN, err, "%s",
				has_magic(sector) ? "it has no boot code: 440 zeros"
						  : "it does not end with 55 AA");
	}
	return say_active(b, link, sector, err);
}

/* ---------------------------------------------------------------- the partition's boot sector */

/* Geometry is used by the boot code of NT 4.0 to 2003 alone. */
static int
say_sector(struct bootcheck *b, struct hc_boot_link *link, const uint8_t sector[SECTOR],
	   const char *kind, struct hc_err *err)
{
	char geometry[64] = "";

	if (b->has_ntldr)
		snprintf(geometry, sizeof(geometry), "; geometry %u heads, %u sectors a track",
			 hc_get_le16(sector + HEADS_AT), hc_get_le16(sector + TRACK_AT));
	return link_say(b, link, HC_LINK_OK, err, "%s, and it says at which sector it lies%s",
			kind, geometry);
}

int
check_boot_sector(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	const struct hc_offline_volume *volume;
	uint64_t block = b->offline->logical_block != 0 ? b->offline->logical_block : SECTOR;
	uint8_t sector[SECTOR];
	uint64_t start;
	uint32_t hidden;

	if (b->offline->boot == HC_OFFLINE_NONE)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"no partition is active, and none holds a boot manager");
	volume = &b->offline->volumes[b->offline->boot];
	link->object = volume->name;
	if (b->offline->table == HC_TABLE_NONE)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"there is no partition table: where it lies on a disk is not "
				"known");
	if (hc_io_pread(volume->io, 0, sector, sizeof(sector), err) < 0)
		return -1;
	link->fixup = "boot-sectors";
	if (!has_magic(sector) || volume->volume == NULL)
		return link_say(b, link, HC_LINK_BROKEN, err, "%s",
				has_magic(sector) ? "it is neither of NTFS nor of FAT"
						  : "it does not end with 55 AA");
	hidden = hc_get_le32(sector + HIDDEN_AT);
	start = volume->entry.start / block;
	if (hidden != start)
		return link_say(b, link, HC_LINK_BROKEN, err,
				"it says that it lies at sector %u (hidden sectors), and it "
				"lies at %llu",
				hidden, (unsigned long long)start);
	link->fixup = NULL;
	return say_sector(b, link, sector, hc_volume_info(volume->volume)->kind, err);
}

/* ---------------------------------------------------------------- the boot manager */

/* What one is to be done about: boot files of Vista and later lie in \Windows\Boot as well. */
static void
set_remedy(struct bootcheck *b, struct hc_boot_link *link)
{
	link->fixup = b->has_ntldr ? NULL : "bcd";
	link->remedy = b->has_ntldr
			       ? "Copy the file from the folder I386 of the installation CD."
			       : NULL;
}

/* Boot sectors read no compressed file: "BOOTMGR is compressed" is one of their messages [own knowledge]. */
static int
check_one(struct bootcheck *b, struct hc_boot_link *link, const char *path, struct hc_err *err)
{
	size_t boot = b->offline->boot;
	const char *said, *object = object_of(b, boot, path);
	struct hc_entry entry;
	int missing;

	if (object == NULL)
		return link_no_memory(err);
	missing = look_for_file(b, boot, path, &entry, &said, err);
	if (missing < 0)
		return -1;
	link->object = object;
	if (missing > 0 || entry.size == 0) {
		set_remedy(b, link);
		return link_say(b, link, HC_LINK_BROKEN, err, "%s",
				missing > 0 ? said : "the file is empty");
	}
	if ((entry.attributes & ATTR_COMPRESSED) != 0) {
		link->remedy = "Take off its compression: `compact /u`.";
		return link_say(b, link, HC_LINK_BROKEN, err,
				"it is compressed by NTFS, and the boot sector can't read it");
	}
	return link_say(b, link, HC_LINK_OK, err, "it is there");
}

int
check_bios_boot_manager(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	static const char *const old[] = { "/ntdetect.com", "/ntldr" };

	if (b->offline->boot == HC_OFFLINE_NONE)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"no partition is active, and none holds a boot manager");
	if (!b->has_ntldr)
		return check_one(b, link, "/bootmgr", err);
	for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++)
		if (check_one(b, link, old[i], err) < 0)
			return -1;
		else if (link->state != HC_LINK_OK)
			return 0;
	return 0;
}
