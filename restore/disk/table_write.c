/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Partition tables for a target: what is written, what is erased first, what is lost.  Pure. */
#include "restore/disk/table_priv.h"

#include <string.h>

#include "restore/base/text.h"

/* The reach of GPT header and 128 entries: 34 sectors of 512, or 6 of 4096.  Less than the 63 sectors
 * behind which DOS put its first partition. */
#define TABLE_REACH 24576u
#define MBR_SECTORS (UINT64_C(1) << 32)

struct builder {
	struct hc_arena *arena;
	struct hc_plan_writes writes;
	uint64_t block;
	uint64_t sectors; /* of the target */
};

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY,
			  "no memory for the writes of a partition table");
}

/* Adds a write of whole sectors: the bytes, then zeros. */
static int
add_write(struct builder *b, uint64_t lba, struct hc_span bytes, const char *what,
	  struct hc_err *err)
{
	struct hc_plan_write *w;
	size_t size = (size_t)hc_round_up(bytes.size, b->block);
	uint8_t *padded;

	if (size == 0)
		return 0;
	w = hc_arena_grow(b->arena, &b->writes.items, &b->writes.count, sizeof(*w));
	padded = hc_arena_alloc(b->arena, size);
	if (w == NULL || padded == NULL)
		return no_memory(err);
	memcpy(padded, bytes.data, bytes.size);
	w->offset = lba * b->block;
	w->bytes = hc_base64_encode(b->arena, hc_span(padded, size));
	w->what = what;
	return w->bytes == NULL ? no_memory(err) : 0;
}

static int
decode(const char *member, const char *text, struct hc_arena *arena, struct hc_span *ret,
       struct hc_err *err)
{
	if (text == NULL)
		return hc_err_set(err, H_DISK_TABLE,
				  "the backup's description of the disk has no %s", member);
	if (hc_base64_decode(arena, text, ret, err) < 0)
		return hc_err_wrap(err, "while reading %s of the backup's partition table",
				   member);
	return 0;
}

static int
too_small(struct builder *b, uint64_t need_sectors, struct hc_err *err)
{
	char need[HC_SIZE_TEXT], have[HC_SIZE_TEXT];

	hc_size_text(need_sectors * b->block, need);
	hc_size_text(b->sectors * b->block, have);
	return hc_err_set(err, H_DISK_TOO_SMALL,
			  "the backup's partitions need a disk of %llu bytes (%s), the target "
			  "has %llu (%s)",
			  (unsigned long long)(need_sectors * b->block), need,
			  (unsigned long long)(b->sectors * b->block), have);
}

/*
 * The protective entry's length, where it covered the whole disk: of the new disk, at most 2^32-1.
 * Windows writes ffffffff whatever the size: on a disk below 2 TiB that stays, as do the lengths of a hybrid MBR.
 */
static void
adjust_protective(struct builder *b, uint8_t *sector0, uint64_t old_sectors)
{
	struct hc_mbr_entry e;

	for (unsigned slot = 0; slot < 4; slot++) {
		hc_mbr_entry(hc_span(sector0, 512), slot, &e);
		if (e.type != MBR_TYPE_GPT || e.start != 1 ||
		    e.sectors != hc_min_u64(old_sectors - 1, MBR_SECTORS - 1))
			continue;
		hc_put_le32(sector0 + 446 + 16 * slot + 12,
			    (uint32_t)hc_min_u64(b->sectors - 1, MBR_SECTORS - 1));
	}
}

static int
write_sector0(struct builder *b, const struct hc_manifest_disk *disk, bool gpt,
	      struct hc_err *err)
{
	struct hc_span bytes;
	uint8_t *copy;

	if (decode("sector0", disk->sector0, b->arena, &bytes, err) < 0)
		return -1;
	if (bytes.size != b->block)
		return hc_err_set(err, H_DISK_TABLE,
				  "sector0 of the backup has %zu bytes, a sector has %llu",
				  bytes.size, (unsigned long long)b->block);
	copy = hc_arena_alloc(b->arena, bytes.size);
	if (copy == NULL)
		return no_memory(err);
	memcpy(copy, bytes.data, bytes.size);
	if (gpt)
		adjust_protective(b, copy, disk->size / b->block);
	return add_write(b, 0, hc_span(copy, bytes.size), gpt ? "protective MBR" : "MBR", err);
}

/* A header sector for one of the two places. */
static int
write_header(struct builder *b, struct hc_span old, const struct hc_gpt *gpt, const char *what,
	     struct hc_err *err)
{
	uint8_t *sector = hc_arena_alloc(b->arena, old.size);

	if (sector == NULL)
		return no_memory(err);
	memcpy(sector, old.data, old.size);
	hc_put_le64(sector + 24, gpt->this_lba);
	hc_put_le64(sector + 32, gpt->other_lba);
	hc_put_le64(sector + 48, gpt->last_usable);
	hc_put_le64(sector + 72, gpt->entries_lba);
	hc_put_le32(sector + 16, 0);
	hc_put_le32(sector + 16, hc_crc32(sector, gpt->header_size));
	return add_write(b, gpt->this_lba, hc_span(sector, old.size), what, err);
}

/* Where the usable area ends on the target: as far from the disk's end as it was. */
static int
new_last_usable(struct builder *b, const struct hc_gpt *old,
		const struct hc_partitions *partitions, uint64_t entry_sectors, uint64_t *ret,
		struct hc_err *err)
{
	uint64_t margin = entry_sectors + 1, used = old->first_usable;

	if (old->other_lba > old->last_usable)
		margin = hc_max_u64(margin, old->other_lba - old->last_usable);
	for (size_t i = 0; i < partitions->count; i++) {
		const struct hc_partition *p = &partitions->items[i];

		used = hc_max_u64(used, (p->start + p->size) / b->block);
	}
	/* Sectors 0 to used-1, then `margin` of them with the backup header as the last. */
	if (b->sectors < used + margin)
		margin = entry_sectors + 1;
	if (b->sectors < used + margin)
		return too_small(b, used + margin, err);
	*ret = b->sectors - 1 - margin;
	return 0;
}

static int
write_gpt(struct builder *b, const struct hc_manifest_disk *disk, struct hc_err *err)
{
	struct hc_span header, entries;
	struct hc_partitions partitions;
	struct hc_gpt old, primary, backup;
	uint64_t entry_sectors, last_usable = 0;

	if (decode("gpt_header", disk->gpt_header, b->arena, &header, err) < 0 ||
	    decode("gpt_entries", disk->gpt_entries, b->arena, &entries, err) < 0)
		return -1;
	if (header.size != b->block)
		return hc_err_set(err, H_DISK_TABLE,
				  "gpt_header of the backup has %zu bytes, a sector has %llu",
				  header.size, (unsigned long long)b->block);
	if (hc_gpt_parse(header, 1, &old, err) < 0 ||
	    hc_gpt_partitions(&old, entries, b->block, b->arena, &partitions, err) < 0)
		return hc_err_wrap(err, "while reading the backup's partition table");
	entry_sectors = hc_round_up(entries.size, b->block) / b->block;
	if (new_last_usable(b, &old, &partitions, entry_sectors, &last_usable, err) < 0)
		return -1;

	primary = old;
	primary.last_usable = last_usable;
	primary.other_lba = b->sectors - 1;
	if (old.entries_lba > old.last_usable)
		/* Behind the usable area, which will end elsewhere, where the backup's entries go. */
		return hc_err_set(
			err, H_UNSUPPORTED,
			"the backup's primary GPT keeps its entries at the end of the disk (LBA %llu)",
			(unsigned long long)old.entries_lba);
	backup = primary;
	backup.this_lba = b->sectors - 1;
	backup.other_lba = 1;
	backup.entries_lba = backup.this_lba - entry_sectors;

	if (add_write(b, backup.entries_lba, entries, "backup GPT entries", err) < 0 ||
	    write_header(b, header, &backup, "backup GPT header", err) < 0 ||
	    add_write(b, primary.entries_lba, entries, "GPT entries", err) < 0 ||
	    write_header(b, header, &primary, "GPT header", err) < 0)
		return -1;
	return write_sector0(b, disk, true, err);
}

/* Where the last partition of an MBR ends, in sectors. */
static uint64_t
mbr_end(struct hc_span sector0)
{
	struct hc_mbr_entry e;
	uint64_t end = 1;

	for (unsigned slot = 0; slot < 4; slot++) {
		hc_mbr_entry(sector0, slot, &e);
		if (e.type != 0 && e.sectors != 0)
			end = hc_max_u64(end, e.start + e.sectors);
	}
	return end;
}

static int
write_mbr(struct builder *b, const struct hc_manifest_disk *disk, struct hc_err *err)
{
	struct hc_span sector0;
	uint64_t end;

	if (decode("sector0", disk->sector0, b->arena, &sector0, err) < 0)
		return -1;
	if (!hc_mbr_has_magic(sector0))
		return hc_err_set(err, H_DISK_TABLE, "sector0 of the backup is no boot record");
	end = mbr_end(sector0);
	if (end > b->sectors)
		return too_small(b, end, err);
	return write_sector0(b, disk, false, err);
}

int
hc_table_writes(const struct hc_manifest_disk *disk, uint64_t target_size,
		struct hc_arena *arena, struct hc_plan_writes *ret, struct hc_err *err)
{
	struct builder b = { .arena = arena, .block = disk->logical_block };
	int result = 0;

	if (b.block < 512 || b.block > 4096 || (b.block & (b.block - 1)) != 0)
		return hc_err_set(err, H_UNSUPPORTED,
				  "the backup's disk has sectors of %llu bytes",
				  (unsigned long long)b.block);
	b.sectors = target_size / b.block;
	if (disk->table == HC_TABLE_GPT)
		result = write_gpt(&b, disk, err);
	else if (disk->table == HC_TABLE_MBR)
		result = write_mbr(&b, disk, err);
	if (result < 0)
		return -1;
	*ret = b.writes;
	return 0;
}

static int
add_range(struct hc_arena *arena, struct hc_plan_ranges *list, uint64_t offset, uint64_t end,
	  const char *what, struct hc_err *err)
{
	struct hc_plan_range *r;

	if (offset >= end)
		return 0;
	r = hc_arena_grow(arena, &list->items, &list->count, sizeof(*r));
	if (r == NULL)
		return no_memory(err);
	*r = (struct hc_plan_range){ offset, end - offset, what };
	return 0;
}

int
hc_table_invalidate(uint64_t target_size, uint64_t logical_block, struct hc_arena *arena,
		    struct hc_plan_ranges *ret, struct hc_err *err)
{
	struct hc_plan_ranges list = { NULL, 0 };
	uint64_t block = logical_block != 0 ? logical_block : 512;
	uint64_t size = hc_round_down(target_size, block);
	uint64_t head = hc_min_u64(TABLE_REACH, size);
	uint64_t tail = size > TABLE_REACH ? hc_max_u64(head, size - TABLE_REACH) : size;

	if (add_range(arena, &list, 0, head, "MBR and primary GPT of before", err) < 0 ||
	    add_range(arena, &list, tail, size, "backup GPT of before", err) < 0)
		return -1;
	*ret = list;
	return 0;
}

int
hc_table_losses(const struct hc_manifest_disk *disk, uint64_t target_size,
		struct hc_arena *arena, struct hc_strings *list, struct hc_err *err)
{
	uint64_t reach;
	char beyond[HC_SIZE_TEXT], limit[HC_SIZE_TEXT];
	char *text;

	if (disk->table != HC_TABLE_MBR ||
	    !hc_mul_u64(MBR_SECTORS, disk->logical_block, &reach) || target_size <= reach)
		return 0;
	hc_size_text(target_size - reach, beyond);
	hc_size_text(reach, limit);
	text = hc_arena_printf(arena,
			       "%s of the target lie beyond %s and can't be used: the backup's "
			       "disk has an MBR, "
			       "which reaches no further",
			       beyond, limit);
	if (text == NULL)
		return no_memory(err);
	return hc_strings_add(list, arena, text, err);
}
