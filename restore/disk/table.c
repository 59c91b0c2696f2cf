/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Partition tables: which one lies on a disk, and what it says. */
#include "restore/disk/table_priv.h"

#include <stdlib.h>
#include <string.h>

#include "restore/base/text.h"

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a partition table");
}

/* A copy of a range of the disk in the arena. */
static int
copy_range(struct hc_io *disk, uint64_t offset, size_t size, struct hc_arena *arena,
	   struct hc_span *ret, struct hc_err *err)
{
	uint8_t *bytes = hc_arena_alloc(arena, size > 0 ? size : 1);

	if (bytes == NULL)
		return no_memory(err);
	if (hc_io_pread(disk, offset, bytes, size, err) < 0)
		return -1;
	*ret = hc_span(bytes, size);
	return 0;
}

static int
compare_start(const void *a, const void *b)
{
	const struct hc_partition *p = a, *q = b;

	return p->start < q->start ? -1 : p->start > q->start;
}

int
hc_partitions_check(struct hc_partitions *partitions, uint64_t disk_size, struct hc_err *err)
{
	if (partitions->count > 1)
		qsort(partitions->items, partitions->count, sizeof(*partitions->items),
		      compare_start);
	for (size_t i = 0; i < partitions->count; i++) {
		const struct hc_partition *p = &partitions->items[i], *before = p - (i > 0);

		if (p->start > disk_size || p->size > disk_size - p->start)
			return hc_err_set(err, H_DISK_LAYOUT,
					  "partition %llu ends at byte %llu, the disk at %llu",
					  (unsigned long long)p->number,
					  (unsigned long long)(p->start + p->size),
					  (unsigned long long)disk_size);
		if (i > 0 && p->start < before->start + before->size)
			return hc_err_set(err, H_DISK_LAYOUT,
					  "partitions %llu and %llu overlap at byte %llu",
					  (unsigned long long)before->number,
					  (unsigned long long)p->number,
					  (unsigned long long)p->start);
	}
	return 0;
}

/* Reads the sector at `lba`; an empty span when it lies outside the disk. */
static int
read_sector(struct hc_io *disk, uint64_t lba, uint64_t block, struct hc_arena *arena,
	    struct hc_span *ret, struct hc_err *err)
{
	*ret = hc_span(NULL, 0);
	if (lba >= disk->size / block)
		return 0;
	return copy_range(disk, lba * block, (size_t)block, arena, ret, err);
}

/* Whether a good header lies at an LBA: for telling what is broken, never for reading on. */
static int
good_header_at(struct hc_io *disk, uint64_t lba, uint64_t block, struct hc_arena *arena,
	       bool *ret, struct hc_err *err)
{
	struct hc_span sector;
	struct hc_err why;
	struct hc_gpt gpt;

	if (read_sector(disk, lba, block, arena, &sector, err) < 0)
		return -1;
	*ret = sector.size > 0 && hc_gpt_parse(sector, lba, &gpt, &why) == 0;
	return 0;
}

/* The primary header is not usable: says so, and whether the backup is. */
static int
primary_lost(struct hc_io *disk, uint64_t block, struct hc_arena *arena, struct hc_err *err)
{
	uint64_t blocks[2] = { block, block }, last;
	struct hc_err other;
	bool good = false;

	if (block == 0) {
		blocks[0] = 512;
		blocks[1] = 4096;
	}
	for (unsigned i = 0; i < 2; i++) {
		if (disk->size / blocks[i] < 3)
			continue;
		last = disk->size / blocks[i] - 1;
		if (good_header_at(disk, last, blocks[i], arena, &good, &other) < 0 || !good)
			continue;
		hc_err_wrap(err,
			    "only the backup GPT at the end of the disk (byte %llu) is intact",
			    (unsigned long long)(last * blocks[i]));
		hc_err_remedy(
			err,
			"Write the primary GPT anew from the backup (`sgdisk -e`, or gdisk's "
			"recovery menu, command b), then try again.");
		return hc_err_at(err, blocks[i], "GPT header");
	}
	hc_err_wrap(err, "the backup GPT at the end of the disk is not intact either");
	return hc_err_at(err, block != 0 ? block : 512, "GPT header");
}

static int
read_gpt(struct hc_io *disk, uint64_t block, struct hc_arena *arena, struct hc_table *table,
	 struct hc_err *err)
{
	char guid[HC_GUID_TEXT];
	uint64_t at, sectors = disk->size / block;
	struct hc_gpt gpt;

	if (read_sector(disk, 1, block, arena, &table->gpt_header, err) < 0)
		return -1;
	if (hc_gpt_parse(table->gpt_header, 1, &gpt, err) < 0)
		return primary_lost(disk, block, arena, err);
	if (gpt.last_usable >= sectors) {
		hc_err_set(err, H_DISK_LAYOUT,
			   "the GPT uses sectors up to %llu, the disk ends at %llu: it was cut "
			   "off",
			   (unsigned long long)gpt.last_usable, (unsigned long long)sectors);
		return hc_err_at(err, block, "GPT header");
	}
	at = gpt.entries_lba * block;
	if (at > disk->size || hc_gpt_entries_size(&gpt) > disk->size - at)
		return hc_err_set(err, H_DISK_TABLE,
				  "the GPT's entries lie outside the disk, at byte %llu",
				  (unsigned long long)at);
	if (copy_range(disk, at, hc_gpt_entries_size(&gpt), arena, &table->gpt_entries, err) <
	    0)
		return -1;
	if (hc_gpt_partitions(&gpt, table->gpt_entries, block, arena, &table->partitions, err) <
	    0)
		return err->code == H_DISK_TABLE ? primary_lost(disk, block, arena, err) : -1;
	hc_guid_text(gpt.guid, guid);
	table->id = hc_arena_strdup(arena, guid);
	if (table->id == NULL)
		return no_memory(err);
	table->type = HC_TABLE_GPT;
	table->logical_block = block;
	return hc_partitions_check(&table->partitions, disk->size, err);
}

/* The logical sector size of a disk whose MBR announces a GPT: where the header is. */
static int
find_gpt(struct hc_io *disk, struct hc_arena *arena, uint64_t *ret_block, struct hc_err *err)
{
	static const uint64_t sizes[] = { 512, 4096, 2048, 1024 };
	struct hc_span sector;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (read_sector(disk, 1, sizes[i], arena, &sector, err) < 0)
			return -1;
		if (sector.size > 0 && hc_gpt_has_magic(sector)) {
			*ret_block = sizes[i];
			return 0;
		}
	}
	hc_err_set(err, H_DISK_TABLE,
		   "the MBR announces a GPT, but there is no header behind it");
	return primary_lost(disk, 0, arena, err);
}

static int
read_mbr(struct hc_io *disk, uint64_t block, struct hc_arena *arena, struct hc_table *table,
	 struct hc_err *err)
{
	table->type = HC_TABLE_MBR;
	table->logical_block = block;
	table->id = hc_arena_printf(arena, "%08x", hc_get_le32(table->sector0.data + 440));
	if (table->id == NULL)
		return no_memory(err);
	if (hc_mbr_partitions(disk, table->sector0, block, arena, &table->partitions, err) < 0)
		return -1;
	return hc_partitions_check(&table->partitions, disk->size, err);
}

/* No table at all, unless the MBR of a GPT disk was wiped. */
static int
read_none(struct hc_io *disk, uint64_t block, struct hc_arena *arena, struct hc_table *table,
	  struct hc_err *err)
{
	bool good = false;

	if (hc_is_zero(table->sector0.data, table->sector0.size) &&
	    good_header_at(disk, 1, block, arena, &good, err) < 0)
		return -1;
	if (good) {
		hc_err_set(err, H_DISK_TABLE,
			   "there is a GPT, but sector 0, which has to announce it, is empty");
		return hc_err_at(err, 0, "protective MBR");
	}
	table->type = HC_TABLE_NONE;
	table->logical_block = block;
	return 0;
}

int
hc_table_read(struct hc_io *disk, uint64_t logical_block, struct hc_arena *arena,
	      struct hc_table *ret, struct hc_err *err)
{
	struct hc_table table = { 0 };
	uint64_t block = logical_block != 0 ? logical_block : 512;
	bool protective;
	int result;

	if (block < 512 || block > 4096 || (block & (block - 1)) != 0)
		return hc_err_set(err, H_UNSUPPORTED, "sectors of %llu bytes",
				  (unsigned long long)block);
	if (read_sector(disk, 0, block, arena, &table.sector0, err) < 0)
		return -1;
	protective = hc_mbr_is_table(table.sector0) && hc_mbr_is_protective(table.sector0);
	if (protective && logical_block == 0) {
		if (find_gpt(disk, arena, &block, err) < 0)
			return -1;
		if (read_sector(disk, 0, block, arena, &table.sector0, err) < 0)
			return -1;
	}
	if (protective)
		result = read_gpt(disk, block, arena, &table, err);
	else if (hc_mbr_is_table(table.sector0))
		result = read_mbr(disk, block, arena, &table, err);
	else
		result = read_none(disk, block, arena, &table, err);
	if (result < 0)
		return -1;
	*ret = table;
	return 0;
}
