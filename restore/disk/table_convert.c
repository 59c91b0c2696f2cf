/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A GPT in the place of an MBR: its bytes, and the disk's description with it.  Pure. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/base/text.h"
#include "restore/disk/convert.h"
#include "restore/disk/table_priv.h"

#define ENTRY_COUNT 128u
#define ENTRY_BYTES 128u
#define NAME_BYTES  72u
#define REVISION_1  0x00010000u

struct converting {
	const struct hc_conversion *conversion;
	struct hc_arena *arena;
	struct hc_manifest_disk *disk; /* the copy */
};

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a partition table");
}

static int
bad_id(const char *text, struct hc_err *err)
{
	return hc_err_set(err, H_DOC_SCHEMA, "\"%s\" is no GUID", text != NULL ? text : "");
}

static bool
parse_guid(const char *text, uint8_t ret[16])
{
	return text != NULL && hc_guid_parse(text, ret);
}

/* ---------------------------------------------------------------- GPT */

static int
put_entry(const struct converting *c, const struct hc_partition *p, uint8_t *entry,
	  struct hc_err *err)
{
	const uint64_t block = c->disk->logical_block;
	struct hc_buf name = { 0 };

	if (!parse_guid(p->type, entry))
		return bad_id(p->type, err);
	if (!parse_guid(p->guid, entry + 16))
		return bad_id(p->guid, err);
	hc_put_le64(entry + 32, p->start / block);
	hc_put_le64(entry + 40, (p->start + p->size) / block - 1);
	hc_put_le64(entry + 48, p->attributes != NULL ? strtoull(p->attributes, NULL, 16) : 0);
	if (p->name != NULL && hc_utf8_to_utf16(p->name, &name, err) < 0)
		return -1;
	if (name.size > 0)
		memcpy(entry + 56, name.data, (size_t)hc_min_u64(name.size, NAME_BYTES));
	hc_buf_done(&name);
	return 0;
}

static int
make_entries(const struct converting *c, uint8_t *entries, struct hc_err *err)
{
	const struct hc_partitions *list = &c->conversion->partitions;

	for (size_t i = 0; i < list->count; i++) {
		const uint64_t number = list->items[i].number;

		if (number == 0 || number > ENTRY_COUNT)
			return hc_err_set(err, H_DISK_TABLE, "a GPT has no partition %llu",
					  (unsigned long long)number);
		if (put_entry(c, &list->items[i], entries + (number - 1) * ENTRY_BYTES, err) <
		    0)
			return -1;
	}
	return 0;
}

/* For a disk of the backup's size or, where partitions that are made reach further, of theirs; whoever writes the table puts
 * in what the target's size asks for. */
static int
make_header(const struct converting *c, const uint8_t *entries, uint8_t *header,
	    struct hc_err *err)
{
	const struct hc_partitions *list = &c->conversion->partitions;
	const uint64_t block = c->disk->logical_block;
	const uint64_t entry_sectors = hc_round_up(ENTRY_COUNT * ENTRY_BYTES, block) / block;
	uint64_t sectors = c->disk->size / block;

	for (size_t i = 0; i < list->count; i++)
		sectors = hc_max_u64(sectors,
				     (list->items[i].start + list->items[i].size) / block +
					     entry_sectors + 1);
	memcpy(header, "EFI PART", 8);
	hc_put_le32(header + 8, REVISION_1);
	hc_put_le32(header + 12, GPT_HEADER_MIN);
	hc_put_le64(header + 24, 1);
	hc_put_le64(header + 32, sectors - 1);
	hc_put_le64(header + 40, 2 + entry_sectors);
	hc_put_le64(header + 48, sectors - 2 - entry_sectors);
	if (!parse_guid(c->conversion->table_id, header + 56))
		return bad_id(c->conversion->table_id, err);
	hc_put_le64(header + 72, 2);
	hc_put_le32(header + 80, ENTRY_COUNT);
	hc_put_le32(header + 84, ENTRY_BYTES);
	hc_put_le32(header + 88, hc_crc32(entries, ENTRY_COUNT * ENTRY_BYTES));
	hc_put_le32(header + 16, hc_crc32(header, GPT_HEADER_MIN));
	return 0;
}

/* No boot code and no signature: a BIOS that meets it finds nothing to start.  The length is the greatest, as Windows has it,
 * whatever the size (table_write.c). */
static void
make_protective(uint8_t *sector0)
{
	uint8_t *entry = sector0 + 446;

	hc_put_le32(entry + 1, 0x000200u); /* CHS 0/0/2 */
	entry[4] = MBR_TYPE_GPT;
	hc_put_le32(entry + 5, 0xffffffu);
	hc_put_le32(entry + 8, 1);
	hc_put_le32(entry + 12, UINT32_MAX);
	sector0[510] = 0x55;
	sector0[511] = 0xaa;
}

static int
make_table(struct converting *c, struct hc_err *err)
{
	const size_t block = (size_t)c->disk->logical_block;
	uint8_t *sector0 = hc_arena_alloc(c->arena, block);
	uint8_t *header = hc_arena_alloc(c->arena, block);
	uint8_t *entries = hc_arena_alloc(c->arena, ENTRY_COUNT * ENTRY_BYTES);

	if (sector0 == NULL || header == NULL || entries == NULL)
		return no_memory(err);
	if (make_entries(c, entries, err) < 0 || make_header(c, entries, header, err) < 0)
		return -1;
	make_protective(sector0);
	c->disk->table = HC_TABLE_GPT;
	c->disk->table_id = c->conversion->table_id;
	c->disk->sector0 = hc_base64_encode(c->arena, hc_span(sector0, block));
	c->disk->gpt_header = hc_base64_encode(c->arena, hc_span(header, block));
	c->disk->gpt_entries =
		hc_base64_encode(c->arena, hc_span(entries, ENTRY_COUNT * ENTRY_BYTES));
	return c->disk->sector0 == NULL || c->disk->gpt_header == NULL ||
			       c->disk->gpt_entries == NULL
		       ? no_memory(err)
		       : 0;
}

/* ---------------------------------------------------------------- regions */

static const struct hc_region *
region_of(const struct hc_manifest_disk *disk, uint64_t number)
{
	for (size_t i = 0; i < disk->regions.count; i++)
		if (disk->regions.items[i].partition != NULL &&
		    disk->regions.items[i].partition->number == number)
			return &disk->regions.items[i];
	return NULL;
}

/* The head, and then the new table's partitions: with the blob of the backup, or without one. */
static int
make_regions(struct converting *c, const struct hc_manifest_disk *old, struct hc_err *err)
{
	const struct hc_partitions *list = &c->conversion->partitions;
	struct hc_regions regions = { NULL, 0 };

	regions.items = hc_arena_array(c->arena, list->count + 1, sizeof(*regions.items));
	if (regions.items == NULL)
		return no_memory(err);
	if (old->regions.count > 0 && old->regions.items[0].kind == HC_REGION_HEAD)
		regions.items[regions.count++] = old->regions.items[0];
	for (size_t i = 0; i < list->count; i++) {
		const struct hc_region *from = region_of(old, list->items[i].number);
		struct hc_region *to = &regions.items[regions.count++];

		if (from != NULL)
			*to = *from;
		to->kind = HC_REGION_PARTITION;
		to->start = list->items[i].start;
		to->size = list->items[i].size;
		to->partition = &list->items[i];
	}
	c->disk->regions = regions;
	return 0;
}

int
hc_table_convert(const struct hc_manifest_disk *disk, const struct hc_conversion *conversion,
		 struct hc_arena *arena, struct hc_manifest_disk *ret, struct hc_err *err)
{
	struct hc_manifest_disk copy = *disk;
	struct converting c = { conversion, arena, &copy };

	if (make_table(&c, err) < 0 || make_regions(&c, disk, err) < 0)
		return hc_err_wrap(err, "while converting the disk's partition table");
	*ret = copy;
	return 0;
}

int
hc_disk_as_restored(const struct hc_manifest_disk *disk, const struct hc_survey *survey,
		    struct hc_arena *arena, struct hc_manifest_disk *ret, struct hc_err *err)
{
	if (survey != NULL && survey->conversion != NULL && survey->conversion->refused == NULL)
		return hc_table_convert(disk, survey->conversion, arena, ret, err);
	if (survey != NULL && survey->identity != NULL)
		return hc_table_rename(disk, survey->identity, arena, ret, err);
	*ret = *disk;
	return 0;
}

/* ---------------------------------------------------------------- losses */

int
hc_convert_losses(const struct hc_manifest_disk *disk, const struct hc_conversion *conversion,
		  struct hc_arena *arena, struct hc_strings *list, struct hc_err *err)
{
	uint64_t between = 0;
	const char *text;

	for (size_t i = 0; i < disk->regions.count; i++)
		if (disk->regions.items[i].kind == HC_REGION_GAP ||
		    disk->regions.items[i].kind == HC_REGION_TAIL)
			between += disk->regions.items[i].data_bytes;
	if (between > 0 &&
	    hc_strings_add(
		    list, arena,
		    "what the backup has between and behind its partitions (boot records of "
		    "logical drives, say): a GPT does not need it",
		    err) < 0)
		return -1;
	if (conversion->replaces == 0)
		return 0;
	text = hc_arena_printf(arena,
			       "partition %llu of the backup, which the BIOS started, with all "
			       "that is on it: the EFI system partition takes its place",
			       (unsigned long long)conversion->replaces);
	return text == NULL ? no_memory(err) : hc_strings_add(list, arena, text, err);
}
