/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GPT: header and entries as bytes. */
#include "restore/disk/table_priv.h"

#include <string.h>

#include "restore/base/text.h"

static const uint8_t gpt_magic[8] = { 'E', 'F', 'I', ' ', 'P', 'A', 'R', 'T' };

uint32_t
hc_crc32(const void *data, size_t size)
{
	const uint8_t *b = data;
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < size; i++) {
		crc ^= b[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

bool
hc_gpt_has_magic(struct hc_span sector)
{
	return sector.size >= GPT_HEADER_MIN && memcmp(sector.data, gpt_magic, 8) == 0;
}

size_t
hc_gpt_entries_size(const struct hc_gpt *gpt)
{
	return (size_t)gpt->entry_count * gpt->entry_size;
}

static bool
header_crc_good(struct hc_span sector, uint32_t header_size, uint32_t *ret_found)
{
	/* The CRC is taken with its own field zero: whole header, without copying it. */
	uint8_t head[GPT_HEADER_MIN];
	uint32_t crc = 0xffffffff, want = hc_get_le32(sector.data + 16);

	memcpy(head, sector.data, sizeof(head));
	hc_put_le32(head + 16, 0);
	for (uint32_t i = 0; i < header_size; i++) {
		crc ^= i < sizeof(head) ? head[i] : sector.data[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	*ret_found = ~crc;
	return ~crc == want;
}

static bool
entry_size_good(uint32_t size)
{
	return size >= GPT_ENTRY_MIN && size <= 4096 && (size & (size - 1)) == 0;
}

/* What the numbers of a header say together. */
static int
check_numbers(const struct hc_gpt *gpt, uint64_t lba, size_t logical_block, struct hc_err *err)
{
	uint64_t blocks;

	if (gpt->this_lba != lba)
		return hc_err_set(err, H_DISK_TABLE,
				  "the GPT header at LBA %llu says it lies at %llu",
				  (unsigned long long)lba, (unsigned long long)gpt->this_lba);
	if (!entry_size_good(gpt->entry_size))
		return hc_err_set(
			err, H_DISK_TABLE,
			"the GPT has entries of %u bytes, 128, 256, … 4096 are possible",
			gpt->entry_size);
	if (gpt->entry_count > GPT_ENTRIES_MAX / gpt->entry_size)
		return hc_err_set(err, H_DISK_TABLE,
				  "the GPT has %u entries of %u bytes, %u are supported",
				  gpt->entry_count, gpt->entry_size,
				  GPT_ENTRIES_MAX / gpt->entry_size);
	blocks = hc_round_up(hc_gpt_entries_size(gpt), logical_block) / logical_block;
	/* A limit that keeps all later sums far from 64 bits. */
	if (gpt->last_usable > UINT64_MAX / 8192 || gpt->other_lba > UINT64_MAX / 8192 ||
	    gpt->entries_lba > UINT64_MAX / 8192)
		return hc_err_set(err, H_DISK_TABLE,
				  "the GPT header names an LBA beyond any disk");
	if (gpt->first_usable < 2 || gpt->first_usable > gpt->last_usable + 1 ||
	    gpt->entries_lba < 2 ||
	    (gpt->entries_lba <= gpt->last_usable &&
	     gpt->entries_lba + blocks > gpt->first_usable))
		return hc_err_set(err, H_DISK_TABLE,
				  "the GPT's entries (LBA %llu, %llu blocks) and its usable "
				  "area (%llu to %llu) "
				  "contradict each other",
				  (unsigned long long)gpt->entries_lba,
				  (unsigned long long)blocks,
				  (unsigned long long)gpt->first_usable,
				  (unsigned long long)gpt->last_usable);
	return 0;
}

int
hc_gpt_parse(struct hc_span sector, uint64_t lba, struct hc_gpt *ret, struct hc_err *err)
{
	struct hc_gpt gpt;
	uint32_t crc;

	if (!hc_gpt_has_magic(sector))
		return hc_err_set(err, H_DISK_TABLE, "there is no GPT header at LBA %llu",
				  (unsigned long long)lba);
	gpt.header_size = hc_get_le32(sector.data + 12);
	if (gpt.header_size < GPT_HEADER_MIN || gpt.header_size > sector.size)
		return hc_err_set(err, H_DISK_TABLE,
				  "the GPT header at LBA %llu says it has %u bytes, 92 to %zu "
				  "are possible",
				  (unsigned long long)lba, gpt.header_size, sector.size);
	if (!header_crc_good(sector, gpt.header_size, &crc))
		return hc_err_set(
			err, H_DISK_TABLE,
			"the GPT header at LBA %llu is damaged: its CRC is %08x, it says %08x",
			(unsigned long long)lba, crc, hc_get_le32(sector.data + 16));
	gpt.this_lba = hc_get_le64(sector.data + 24);
	gpt.other_lba = hc_get_le64(sector.data + 32);
	gpt.first_usable = hc_get_le64(sector.data + 40);
	gpt.last_usable = hc_get_le64(sector.data + 48);
	memcpy(gpt.guid, sector.data + 56, 16);
	gpt.entries_lba = hc_get_le64(sector.data + 72);
	gpt.entry_count = hc_get_le32(sector.data + 80);
	gpt.entry_size = hc_get_le32(sector.data + 84);
	gpt.entries_crc = hc_get_le32(sector.data + 88);
	if (check_numbers(&gpt, lba, sector.size, err) < 0)
		return -1;
	*ret = gpt;
	return 0;
}

static int
add_partition(const struct hc_gpt *gpt, const uint8_t *entry, uint64_t number,
	      uint64_t logical_block, struct hc_arena *arena, struct hc_partitions *list,
	      struct hc_err *err)
{
	uint64_t first = hc_get_le64(entry + 32), last = hc_get_le64(entry + 40);
	char type[HC_GUID_TEXT], guid[HC_GUID_TEXT];
	struct hc_partition *p;

	if (first > last || first < gpt->first_usable || last > gpt->last_usable)
		return hc_err_set(err, H_DISK_LAYOUT,
				  "GPT partition %llu (LBA %llu to %llu) does not lie inside "
				  "the usable area "
				  "(%llu to %llu)",
				  (unsigned long long)number, (unsigned long long)first,
				  (unsigned long long)last,
				  (unsigned long long)gpt->first_usable,
				  (unsigned long long)gpt->last_usable);
	p = hc_arena_grow(arena, &list->items, &list->count, sizeof(*p));
	if (p == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY,
				  "no memory for the partitions of a disk");
	hc_guid_text(entry, type);
	hc_guid_text(entry + 16, guid);
	p->number = number;
	p->start = first * logical_block;
	p->size = (last - first + 1) * logical_block;
	p->type = hc_arena_strdup(arena, type);
	p->guid = hc_arena_strdup(arena, guid);
	p->name = hc_utf16_to_utf8(arena, hc_span(entry + 56, 72));
	p->attributes =
		hc_arena_printf(arena, "%016llx", (unsigned long long)hc_get_le64(entry + 48));
	if (p->type == NULL || p->guid == NULL || p->name == NULL || p->attributes == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY,
				  "no memory for the partitions of a disk");
	return 0;
}

int
hc_gpt_partitions(const struct hc_gpt *gpt, struct hc_span entries, uint64_t logical_block,
		  struct hc_arena *arena, struct hc_partitions *ret, struct hc_err *err)
{
	struct hc_partitions list = { NULL, 0 };
	uint32_t crc;

	if (entries.size != hc_gpt_entries_size(gpt))
		return hc_err_set(err, H_DISK_TABLE,
				  "the GPT's entries have %zu bytes, its header says %zu",
				  entries.size, hc_gpt_entries_size(gpt));
	crc = hc_crc32(entries.data, entries.size);
	if (crc != gpt->entries_crc)
		return hc_err_set(err, H_DISK_TABLE,
				  "the GPT's entries are damaged: their CRC is %08x, the "
				  "header says %08x",
				  crc, gpt->entries_crc);
	for (uint32_t i = 0; i < gpt->entry_count; i++) {
		const uint8_t *entry = entries.data + (size_t)i * gpt->entry_size;

		if (hc_is_zero(entry, 16))
			continue;
		if (add_partition(gpt, entry, i + 1, logical_block, arena, &list, err) < 0)
			return -1;
	}
	*ret = list;
	return 0;
}
