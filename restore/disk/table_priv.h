/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The byte-level halves of restore/disk's tables: shared by reader and writer, private to the folder.
 *
 * On-disk layouts (UEFI 2.10 section 5; integers little-endian):
 *
 *	MBR, sector 0                        GPT header, LBA 1 and the last LBA
 *	0    440  boot code                  0   8  "EFI PART"      56 16  disk GUID
 *	440    4  signature (disk id)        8   4  revision        72  8  LBA of the entries
 *	446   16  four entries:              12  4  header size     80  4  number of entries
 *	      +0  0x80 active                16  4  CRC of it       84  4  size of an entry
 *	      +4  type                       24  8  this LBA        88  4  CRC of the entries
 *	      +8  4 first sector             32  8  the other LBA
 *	      +12 4 sectors                  40  8  first usable    GPT entry
 *	510    2  55 aa                      48  8  last usable     0 16 type  16 16 GUID  32 8 first
 *	                                                            40 8 last  48 8 attributes  56 72 name
 */
#ifndef HC_DISK_TABLE_PRIV_H
#define HC_DISK_TABLE_PRIV_H

#include "restore/disk/disk.h"

#define GPT_HEADER_MIN  92
#define GPT_ENTRY_MIN   128
#define GPT_ENTRIES_MAX (1u << 20) /* bytes; 64 times what the standard asks for */
#define MBR_TYPE_GPT    0xee
#define MBR_LOGICAL_MAX 256

struct hc_gpt {
	uint64_t this_lba, other_lba;
	uint64_t first_usable, last_usable;
	uint64_t entries_lba;
	uint32_t header_size;
	uint32_t entry_count, entry_size;
	uint32_t entries_crc;
	uint8_t guid[16];
};

/* One of the four entries of a boot record. */
struct hc_mbr_entry {
	bool active;
	uint8_t boot; /* as it stands: anything but 0 and 0x80 is no boot record */
	uint8_t type;
	uint64_t start, sectors;
};

/* CRC-32 of IEEE 802.3, as GPT uses it. */
uint32_t hc_crc32(const void *data, size_t size);

bool hc_gpt_has_magic(struct hc_span sector);
/* Bytes of the entry array. */
size_t hc_gpt_entries_size(const struct hc_gpt *gpt);
/* The header in `sector` (one logical sector), which was found at `lba`; its own CRC is checked, and that
 * its numbers make sense together.  H_DISK_TABLE. */
int hc_gpt_parse(struct hc_span sector, uint64_t lba, struct hc_gpt *ret, struct hc_err *err);
/* Entries to partitions, in the array's order; H_DISK_TABLE for the CRC, H_DISK_LAYOUT for places. */
int hc_gpt_partitions(const struct hc_gpt *gpt, struct hc_span entries, uint64_t logical_block,
		      struct hc_arena *arena, struct hc_partitions *ret, struct hc_err *err);

void hc_mbr_entry(struct hc_span sector, unsigned slot, struct hc_mbr_entry *ret);
bool hc_mbr_has_magic(struct hc_span sector);
bool hc_mbr_is_extended(uint8_t type);
/* Whether this is a boot record with a table, and not the first sector of a file system. */
bool hc_mbr_is_table(struct hc_span sector);
/* Whether it says that a GPT follows (also a hybrid one). */
bool hc_mbr_is_protective(struct hc_span sector);
int hc_mbr_partitions(struct hc_io *disk, struct hc_span sector0, uint64_t logical_block,
		      struct hc_arena *arena, struct hc_partitions *ret, struct hc_err *err);

/* Sorts by start; H_DISK_LAYOUT when two overlap or one lies outside the disk. */
int hc_partitions_check(struct hc_partitions *partitions, uint64_t disk_size,
			struct hc_err *err);

#endif
