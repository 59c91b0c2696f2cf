/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MBR: the boot record's four entries and the chain of extended boot records. */
#include "restore/disk/table_priv.h"

#include <string.h>

void
hc_mbr_entry(struct hc_span sector, unsigned slot, struct hc_mbr_entry *ret)
{
	const uint8_t *e = sector.data + 446 + 16 * (size_t)slot;

	ret->boot = e[0];
	ret->active = e[0] == 0x80;
	ret->type = e[4];
	ret->start = hc_get_le32(e + 8);
	ret->sectors = hc_get_le32(e + 12);
}

bool
hc_mbr_has_magic(struct hc_span sector)
{
	return sector.size >= 512 && sector.data[510] == 0x55 && sector.data[511] == 0xaa;
}

bool
hc_mbr_is_extended(uint8_t type)
{
	return type == 0x05 || type == 0x0f || type == 0x85;
}

/* Names that file systems of DOS and Windows put into their first sector, which ends in 55 aa too. */
static bool
is_volume(struct hc_span sector)
{
	static const struct {
		size_t offset;
		const char *text;
	} names[] = {
		{ 3, "NTFS    " },    { 3, "EXFAT   " },    { 3, "ReFS" },
		{ 3, "-FVE-FS-" },    { 0x36, "FAT12   " }, { 0x36, "FAT16   " },
		{ 0x36, "FAT     " }, { 0x52, "FAT32   " },
	};

	if (sector.data[0] != 0xeb && sector.data[0] != 0xe9 &&
	    memcmp(sector.data + 3, "ReFS", 4) != 0)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (memcmp(sector.data + names[i].offset, names[i].text,
			   strlen(names[i].text)) == 0)
			return true;
	return false;
}

bool
hc_mbr_is_table(struct hc_span sector)
{
	struct hc_mbr_entry e;

	if (!hc_mbr_has_magic(sector) || is_volume(sector))
		return false;
	for (unsigned slot = 0; slot < 4; slot++) {
		hc_mbr_entry(sector, slot, &e);
		if (e.boot != 0 && e.boot != 0x80)
			return false;
	}
	return true;
}

bool
hc_mbr_is_protective(struct hc_span sector)
{
	struct hc_mbr_entry e;

	for (unsigned slot = 0; slot < 4; slot++) {
		hc_mbr_entry(sector, slot, &e);
		if (e.type == MBR_TYPE_GPT)
			return true;
	}
	return false;
}

static int
add_partition(const struct hc_mbr_entry *e, uint64_t base, uint64_t number,
	      uint64_t logical_block, struct hc_arena *arena, struct hc_partitions *list,
	      struct hc_err *err)
{
	struct hc_partition *p = hc_arena_grow(arena, &list->items, &list->count, sizeof(*p));

	if (p == NULL || (p->type = hc_arena_printf(arena, "%02x", e->type)) == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY,
				  "no memory for the partitions of a disk");
	p->number = number;
	/* 2^34 sectors of at most 4096 bytes: no overflow. */
	p->start = (base + e->start) * logical_block;
	p->size = e->sectors * logical_block;
	p->active = e->active;
	p->logical = number > 4;
	if (e->start == 0)
		return hc_err_set(err, H_DISK_LAYOUT,
				  "partition %llu starts at its own boot record",
				  (unsigned long long)number);
	return 0;
}

static int
read_ebr(struct hc_io *disk, uint64_t lba, uint64_t logical_block, uint8_t ret[512],
	 struct hc_err *err)
{
	uint64_t at = lba * logical_block;

	if (at >= disk->size || disk->size - at < logical_block) {
		hc_err_set(err, H_DISK_LAYOUT,
			   "an extended boot record lies outside the disk (%llu bytes)",
			   (unsigned long long)disk->size);
		return hc_err_at(err, at, "extended partition");
	}
	return hc_io_pread(disk, at, ret, 512, err);
}

struct extended {
	struct hc_io *disk;
	uint64_t logical_block;
	uint64_t start, end; /* sectors */
	uint64_t number;     /* of the next logical partition */
};

/* The data partition and the link of one extended boot record.  *ret_next 0: the chain ends. */
static int
walk_ebr(struct extended *x, uint64_t lba, struct hc_arena *arena, struct hc_partitions *list,
	 uint64_t *ret_next, struct hc_err *err)
{
	uint8_t sector[512];
	struct hc_mbr_entry e;
	bool have_data = false;

	*ret_next = 0;
	if (read_ebr(x->disk, lba, x->logical_block, sector, err) < 0)
		return -1;
	if (!hc_mbr_has_magic(hc_span(sector, sizeof(sector)))) {
		/* A new, empty extended partition has no boot record yet. */
		if (lba == x->start && hc_is_zero(sector, sizeof(sector)))
			return 0;
		hc_err_set(err, H_DISK_TABLE, "an extended boot record does not end in 55 aa");
		return hc_err_at(err, lba * x->logical_block, "extended partition");
	}
	for (unsigned slot = 0; slot < 2; slot++) {
		hc_mbr_entry(hc_span(sector, sizeof(sector)), slot, &e);
		if (e.type == 0 || e.sectors == 0)
			continue;
		if (hc_mbr_is_extended(e.type)) {
			*ret_next = x->start + e.start;
			continue;
		}
		if (have_data || lba + e.start + e.sectors > x->end) {
			hc_err_set(err, H_DISK_LAYOUT,
				   have_data ? "an extended boot record names two partitions"
					     : "a logical partition reaches beyond its "
					       "extended partition");
			return hc_err_at(err, lba * x->logical_block, "extended partition");
		}
		if (add_partition(&e, lba, x->number, x->logical_block, arena, list, err) < 0)
			return -1;
		x->number++;
		have_data = true;
	}
	return 0;
}

static int
walk_extended(struct extended *x, struct hc_arena *arena, struct hc_partitions *list,
	      struct hc_err *err)
{
	uint64_t lba = x->start, next;

	for (unsigned n = 0; n < MBR_LOGICAL_MAX; n++) {
		if (walk_ebr(x, lba, arena, list, &next, err) < 0)
			return -1;
		if (next == 0)
			return 0;
		/* Chains run in both directions on real disks; circles are found by counting. */
		if (next < x->start || next >= x->end) {
			hc_err_set(err, H_DISK_LAYOUT,
				   "the chain of extended boot records leaves its partition at "
				   "LBA %llu",
				   (unsigned long long)next);
			return hc_err_at(err, lba * x->logical_block, "extended partition");
		}
		lba = next;
	}
	return hc_err_set(
		err, H_DISK_LAYOUT,
		"the chain of extended boot records has more than %d links: it runs in circles",
		MBR_LOGICAL_MAX);
}

static int
check_primary(const struct extended *x, const struct hc_partitions *list, struct hc_err *err)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct hc_partition *p = &list->items[i];
		uint64_t start = p->start / x->logical_block;
		uint64_t end = start + p->size / x->logical_block;

		if (!p->logical && start < x->end && x->start < end)
			return hc_err_set(err, H_DISK_LAYOUT,
					  "partition %llu overlaps the extended partition (LBA "
					  "%llu to %llu)",
					  (unsigned long long)p->number,
					  (unsigned long long)x->start,
					  (unsigned long long)x->end - 1);
	}
	return 0;
}

int
hc_mbr_partitions(struct hc_io *disk, struct hc_span sector0, uint64_t logical_block,
		  struct hc_arena *arena, struct hc_partitions *ret, struct hc_err *err)
{
	struct hc_partitions list = { NULL, 0 };
	struct extended x = { .disk = disk, .logical_block = logical_block, .number = 5 };
	struct hc_mbr_entry e;

	for (unsigned slot = 0; slot < 4; slot++) {
		hc_mbr_entry(sector0, slot, &e);
		if (e.type == 0 || e.sectors == 0 || hc_mbr_is_extended(e.type))
			continue;
		if (add_partition(&e, 0, slot + 1, logical_block, arena, &list, err) < 0)
			return -1;
	}
	for (unsigned slot = 0; slot < 4; slot++) {
		hc_mbr_entry(sector0, slot, &e);
		if (e.sectors == 0 || !hc_mbr_is_extended(e.type))
			continue;
		if (e.start == 0)
			return hc_err_set(err, H_DISK_LAYOUT,
					  "the extended partition starts at sector 0");
		x.start = e.start;
		x.end = e.start + e.sectors;
		if (check_primary(&x, &list, err) < 0 ||
		    walk_extended(&x, arena, &list, err) < 0)
			return -1;
	}
	*ret = list;
	return 0;
}
