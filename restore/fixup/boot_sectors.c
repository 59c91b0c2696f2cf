/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * boot-sectors: what boot code goes by before any driver runs.
 *
 * BIOS parameter block, the same offsets in NTFS and FAT (windows-offline.md section 10; hazards 19):
 *	0x0b u16 bytes per sector     0x18 u16 sectors per track     0x1a u16 heads     0x1c u32 sectors before the volume
 * FAT keeps there too which disk of BIOS it is on: u8 at 0x24, on FAT32 at 0x40 ([FAT] "BS_DrvNum").
 * A second copy: NTFS has it in the sector behind the last cluster, FAT32 in the sector that 0x32 names.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/fixup/edits_priv.h"
#include "restore/fixup/moves.h"

#define SECTOR_MAX    4096u
#define GEOMETRY      0x18u
#define HIDDEN        0x1cu
#define DRIVE         0x24u
#define DRIVE_FAT32   0x40u
#define FIRST_DRIVE   0x80u
#define MBR_CODE      440u
#define MBR_ENTRIES   446u
#define ENTRY_SIZE    16u
#define ACTIVE        0x80u
#define OTHER_HEADS   240u /* what some BIOSes of notebooks counted: own knowledge */
#define SECTORS_TRACK 63u

static const char hidden_because[] =
	"boot code reads from where this says the partition begins";
static const char drive_because[] =
	"boot code reads from the disk that this names, and BIOS starts from 0x80";
static const char geometry_because[] =
	"boot code of this Windows counts by the geometry of BIOS";

struct sector {
	struct fix *fix;
	size_t volume;
	uint8_t bytes[SECTOR_MAX];
	uint32_t size;
	bool ntfs;
};

/* ---------------------------------------------------------------- the sectors of a volume */

static bool
is_power_of_two(uint32_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

/* 0: a boot sector of NTFS or FAT; 1: none. */
static int
read_first(struct sector *s, struct hc_err *err)
{
	const struct hc_offline_volume *on = &s->fix->offline->volumes[s->volume];
	const struct hc_volume_info *info;

	if (on->volume == NULL || on->io->size < SECTOR_MAX)
		return 1;
	info = hc_volume_info(on->volume);
	s->ntfs = strcmp(info->kind, "ntfs") == 0;
	if (!s->ntfs && strcmp(info->kind, "fat") != 0)
		return 1;
	if (hc_io_pread(on->io, 0, s->bytes, sizeof(s->bytes), err) < 0)
		return -1;
	s->size = hc_get_le16(s->bytes + 0x0b);
	return is_power_of_two(s->size) && s->size >= 512 && s->size <= SECTOR_MAX ? 0 : 1;
}

/* Whether a sector is a copy of the first: its code and serial are. */
static bool
is_copy(const struct sector *s, const uint8_t *other)
{
	if (hc_get_le16(other + 510) != 0xaa55 || memcmp(other, s->bytes, 0x18) != 0)
		return false;
	return s->ntfs ? memcmp(other + 0x48, s->bytes + 0x48, 8) == 0
		       : memcmp(other + 0x43, s->bytes + 0x43, 4) == 0;
}

/* Sectors per FAT, 16 bits: 0 there. */
static bool
is_fat32(const struct sector *s)
{
	return !s->ntfs && hc_get_le16(s->bytes + 0x16) == 0;
}

/* Where copies may be, each once. */
static size_t
places(const struct sector *s, uint64_t ret[2])
{
	uint64_t size = s->fix->offline->volumes[s->volume].io->size, behind;
	size_t count = 0;

	if (!s->ntfs) {
		behind = hc_get_le16(s->bytes + 0x32);
		if (!is_fat32(s) || behind == 0 || behind == 0xffff)
			return 0;
		ret[count++] = behind * s->size;
		return count;
	}
	/* The sectors that NTFS counts, without this one. */
	if (hc_mul_u64(hc_get_le64(s->bytes + 0x28), s->size, &behind) && behind < size &&
	    behind != 0)
		ret[count++] = behind;
	if (size >= s->size && (count == 0 || ret[0] != size - s->size))
		ret[count++] = size - s->size;
	return count;
}

/* The same bytes in the first sector and in its copies, where they are not there already. */
static int
put(struct sector *s, uint64_t offset, struct hc_span bytes, const char *because,
    struct hc_err *err)
{
	struct hc_io *io = s->fix->offline->volumes[s->volume].io;
	uint8_t other[512];
	uint64_t at[2];
	size_t count = places(s, at);

	if (want_bytes(s->fix, s->volume, offset, bytes, because, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (io->size < sizeof(other) || at[i] > io->size - sizeof(other))
			continue;
		if (hc_io_pread(io, at[i], other, sizeof(other), err) < 0)
			return -1;
		if (is_copy(s, other) &&
		    want_bytes(s->fix, s->volume, at[i] + offset, bytes, because, err) < 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------- what should be in them */

/* By the size of the disk: windows-offline.md section 3.2. */
static const struct {
	uint64_t below;
	unsigned heads;
} heads_table[] = {
	{ 2114445312u, 64 },
	{ 4228374780u, 128 },
	{ UINT64_MAX, 255 },
};

static unsigned
heads_of(uint64_t disk_size)
{
	size_t i = 0;

	while (disk_size >= heads_table[i].below && heads_table[i].below != UINT64_MAX)
		i++;
	return heads_table[i].heads;
}

static int
check_geometry(struct sector *s, struct hc_err *err)
{
	struct fix *fix = s->fix;
	const char *name = fix->offline->volumes[s->volume].name;
	unsigned track = hc_get_le16(s->bytes + GEOMETRY),
		 heads = hc_get_le16(s->bytes + GEOMETRY + 2),
		 wanted = heads_of(fix->offline->disk_size);
	uint8_t bytes[4];

	if (fix->version >= HC_NT(6, 0) || fix->offline->table != HC_TABLE_MBR ||
	    (s->volume != fix->offline->boot && s->volume != fix->offline->system))
		return 0;
	if (fix->version == 0 && (track != SECTORS_TRACK || heads != wanted))
		return fix_note(fix, err,
				"the boot sector of %s counts %u sectors and %u heads; "
				"which Windows it starts is not known, so it stays",
				name, track, heads);
	if (!fix->request->restoring && track == SECTORS_TRACK && heads == OTHER_HEADS)
		return fix_note(fix, err,
				"the boot sector of %s counts %u heads, as the BIOS of some "
				"machines does: it stays",
				name, heads);
	hc_put_le16(bytes, SECTORS_TRACK);
	hc_put_le16(bytes + 2, (uint16_t)wanted);
	return put(s, GEOMETRY, hc_span(bytes, sizeof(bytes)), geometry_because, err);
}

/*
 * 0 on a partition that no firmware starts: whoever made it wrote none, and nothing reads it.
 * What Windows writes for logical partitions counts from elsewhere in some versions, and nothing starts from them.
 */
static int
check_hidden(struct sector *s, struct hc_err *err)
{
	const struct hc_offline *offline = s->fix->offline;
	const struct hc_offline_volume *on = &offline->volumes[s->volume];
	uint32_t hidden = hc_get_le32(s->bytes + HIDDEN);
	bool starts = offline->table == HC_TABLE_MBR && s->volume == offline->boot;
	uint64_t wanted = on->entry.start / s->size;
	uint8_t bytes[4];

	if (on->entry.logical || (hidden == 0 && !starts))
		return 0;
	if (s->size != offline->logical_block && hidden != wanted)
		return fix_note(s->fix, err,
				"%s has sectors of %u bytes and the disk of %llu: its boot "
				"sector stays",
				on->name, s->size, (unsigned long long)offline->logical_block);
	if (wanted > UINT32_MAX)
		return fix_note(s->fix, err,
				"%s begins beyond sector 2^32, which its boot sector can't "
				"say: nothing starts from it under BIOS",
				on->name);
	hc_put_le32(bytes, (uint32_t)wanted);
	return put(s, HIDDEN, hc_span(bytes, sizeof(bytes)), hidden_because, err);
}

/* The boot code of Windows 2000 to 2003 on FAT asks this disk, not the one that BIOS names [own knowledge].  That of NTFS, and
 * of later versions, goes by BIOS. */
static int
check_drive(struct sector *s, struct hc_err *err)
{
	const struct fix *fix = s->fix;
	static const uint8_t first = FIRST_DRIVE;

	if (s->ntfs || fix->version == 0 || fix->version >= HC_NT(6, 0) ||
	    fix->offline->table != HC_TABLE_MBR || s->volume != fix->offline->boot)
		return 0;
	return put(s, is_fat32(s) ? DRIVE_FAT32 : DRIVE, hc_span(&first, 1), drive_because,
		   err);
}

/* ---------------------------------------------------------------- the MBR */

static int
check_code(struct fix *fix, const uint8_t *mbr, struct hc_err *err)
{
	if (!hc_is_zero(mbr, MBR_CODE))
		return 0;
	return fix_refuse(fix,
			  "Run `bootrec /fixmbr` (before Vista: `fixmbr`) in the recovery "
			  "environment of a Windows.",
			  err,
			  "the first sector of the disk holds no boot code: BIOS starts "
			  "nothing from it");
}

/* The slot of a volume in the table; 4: it has none. */
static size_t
slot_of(const struct fix *fix, size_t volume, const uint8_t *mbr)
{
	const struct hc_offline *offline = fix->offline;
	const struct hc_partition *entry = &offline->volumes[volume].entry;

	for (size_t i = 0; i < 4 && !entry->logical && offline->logical_block != 0; i++)
		if (hc_get_le32(mbr + MBR_ENTRIES + i * ENTRY_SIZE + 8) ==
		    entry->start / offline->logical_block)
			return i;
	return 4;
}

/* Which Windows boot manager lies there tells BIOS from UEFI too. */
static int
has_manager(struct fix *fix, size_t volume, bool *ret, struct hc_err *err)
{
	struct hc_boot_manager manager = { 0 };
	struct hc_err why;
	int found = 1;

	if (fix->offline->volumes[volume].volume != NULL)
		found = hc_boot_manager_read(fix->offline->volumes[volume].volume, fix->arena,
					     &manager, &why);
	*ret = found == 0 && (strcasecmp(manager.path, "\\bootmgr") == 0 ||
			      strcasecmp(manager.path, "\\ntldr") == 0);
	if (found >= 0 || (why.code != H_OUT_OF_MEMORY && why.code != H_DISK_READ))
		return 0;
	*err = why;
	return -1;
}

static int
make_active(struct fix *fix, const uint8_t *mbr, struct hc_err *err)
{
	static const uint8_t active = ACTIVE;
	size_t slot = 4, volume = fix->offline->boot;
	bool there = false;

	if (volume != HC_OFFLINE_NONE) {
		if (has_manager(fix, volume, &there, err) < 0)
			return -1;
		slot = slot_of(fix, volume, mbr);
	}
	if (!there || slot == 4)
		return fix_refuse(fix,
				  "Mark the partition with \\bootmgr or \\ntldr as active, "
				  "with diskpart for example.",
				  err,
				  "no partition is active, and no primary one holds a boot "
				  "manager");
	return want_bytes(fix, HC_OFFLINE_NONE, MBR_ENTRIES + slot * ENTRY_SIZE,
			  hc_span(&active, 1),
			  "BIOS starts the active partition, and none was active", err);
}

static int
check_mbr(struct fix *fix, struct hc_err *err)
{
	uint8_t mbr[512];
	size_t active = 0;

	if (fix->offline->table != HC_TABLE_MBR || fix->offline->disk == NULL ||
	    strcmp(fix_firmware_of(fix), "bios") != 0)
		return 0;
	if (hc_io_pread(fix->offline->disk, 0, mbr, sizeof(mbr), err) < 0 ||
	    check_code(fix, mbr, err) < 0)
		return -1;
	for (size_t i = 0; i < 4; i++)
		active += mbr[MBR_ENTRIES + i * ENTRY_SIZE] == ACTIVE;
	if (active == 0)
		return make_active(fix, mbr, err);
	if (active > 1)
		return fix_refuse(fix, "Leave one partition active, with diskpart for example.",
				  err, "%zu partitions are active: boot code refuses that",
				  active);
	return 0;
}

int
fix_boot_sectors(struct fix *fix, struct hc_err *err)
{
	for (size_t i = 0; i < fix->offline->count; i++) {
		struct sector s = { .fix = fix, .volume = i };
		int found = read_first(&s, err);

		if (found < 0)
			return -1;
		if (found == 0 && (check_hidden(&s, err) < 0 || check_drive(&s, err) < 0 ||
				   check_geometry(&s, err) < 0))
			return -1;
	}
	return check_mbr(fix, err);
}
