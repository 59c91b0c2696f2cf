/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A partition table under another identity.  Pure. */
#include "restore/disk/table_priv.h"

#include <stdlib.h>
#include <string.h>

#include "restore/base/text.h"

struct renaming {
	const struct hc_new_identity *identity;
	struct hc_arena *arena;
	struct hc_manifest_disk *disk; /* the copy */
};

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a partition table");
}

/* Bytes of a member that may be changed. */
static int
decode_copy(struct renaming *r, const char *text, struct hc_span *ret_span, uint8_t **ret,
	    struct hc_err *err)
{
	struct hc_span bytes;

	if (text == NULL)
		return hc_err_set(err, H_DISK_TABLE,
				  "the backup's description of the disk lacks its table");
	if (hc_base64_decode(r->arena, text, &bytes, err) < 0)
		return -1;
	*ret = hc_arena_alloc(r->arena, bytes.size + 1);
	if (*ret == NULL)
		return no_memory(err);
	memcpy(*ret, bytes.data, bytes.size);
	*ret_span = hc_span(*ret, bytes.size);
	return 0;
}

static const char *
new_guid(const struct renaming *r, uint64_t number)
{
	for (size_t i = 0; i < r->identity->partitions.count; i++)
		if (r->identity->partitions.items[i].number == number)
			return r->identity->partitions.items[i].guid;
	return NULL;
}

/* ---------------------------------------------------------------- the document's partitions */

static int
rename_partitions(struct renaming *r, struct hc_err *err)
{
	struct hc_regions *regions = &r->disk->regions;
	struct hc_region *items = hc_arena_array(r->arena, regions->count + 1, sizeof(*items));

	if (items == NULL)
		return no_memory(err);
	for (size_t i = 0; i < regions->count; i++) {
		struct hc_partition *partition;

		items[i] = regions->items[i];
		if (items[i].partition == NULL)
			continue;
		partition = hc_arena_alloc(r->arena, sizeof(*partition));
		if (partition == NULL)
			return no_memory(err);
		*partition = *items[i].partition;
		if (partition->guid != NULL && new_guid(r, partition->number) != NULL)
			partition->guid = new_guid(r, partition->number);
		items[i].partition = partition;
	}
	regions->items = items;
	return 0;
}

/* ---------------------------------------------------------------- MBR */

static int
rename_mbr(struct renaming *r, struct hc_err *err)
{
	unsigned long signature;
	struct hc_span sector0;
	uint8_t *bytes;
	char *end;

	signature = strtoul(r->identity->table_id, &end, 16);
	if (strlen(r->identity->table_id) != 8 || *end != '\0')
		return hc_err_set(err, H_DOC_SCHEMA, "\"%s\" is no MBR signature",
				  r->identity->table_id);
	if (decode_copy(r, r->disk->sector0, &sector0, &bytes, err) < 0)
		return -1;
	if (!hc_mbr_has_magic(sector0))
		return hc_err_set(err, H_DISK_TABLE, "sector0 of the backup is no boot record");
	hc_put_le32(bytes + 440, (uint32_t)signature);
	r->disk->sector0 = hc_base64_encode(r->arena, sector0);
	return r->disk->sector0 == NULL ? no_memory(err) : 0;
}

/* ---------------------------------------------------------------- GPT */

static int
rename_entries(struct renaming *r, const struct hc_gpt *gpt, uint8_t *entries, size_t size,
	       struct hc_err *err)
{
	static const uint8_t unused[16];

	for (uint32_t i = 0; i < gpt->entry_count; i++) {
		const size_t at = (size_t)i * gpt->entry_size;
		const char *guid = new_guid(r, (uint64_t)i + 1);

		if (at + GPT_ENTRY_MIN > size)
			break;
		if (guid == NULL || memcmp(entries + at, unused, sizeof(unused)) == 0)
			continue;
		if (!hc_guid_parse(guid, entries + at + 16))
			return hc_err_set(err, H_DOC_SCHEMA, "\"%s\" is no GUID", guid);
	}
	return 0;
}

static int
rename_gpt(struct renaming *r, struct hc_err *err)
{
	struct hc_span header, entries;
	uint8_t *header_bytes, *entry_bytes;
	struct hc_gpt gpt;
	size_t size;

	if (decode_copy(r, r->disk->gpt_header, &header, &header_bytes, err) < 0 ||
	    decode_copy(r, r->disk->gpt_entries, &entries, &entry_bytes, err) < 0 ||
	    hc_gpt_parse(header, 1, &gpt, err) < 0)
		return -1;
	size = hc_gpt_entries_size(&gpt);
	if (entries.size < size)
		return hc_err_set(err, H_DISK_TABLE,
				  "gpt_entries of the backup has %zu bytes of %zu",
				  entries.size, size);
	if (rename_entries(r, &gpt, entry_bytes, size, err) < 0)
		return -1;
	if (!hc_guid_parse(r->identity->table_id, header_bytes + 56))
		return hc_err_set(err, H_DOC_SCHEMA, "\"%s\" is no GUID",
				  r->identity->table_id);
	hc_put_le32(header_bytes + 88, hc_crc32(entry_bytes, size));
	hc_put_le32(header_bytes + 16, 0);
	hc_put_le32(header_bytes + 16, hc_crc32(header_bytes, gpt.header_size));
	r->disk->gpt_header = hc_base64_encode(r->arena, header);
	r->disk->gpt_entries = hc_base64_encode(r->arena, entries);
	return r->disk->gpt_header == NULL || r->disk->gpt_entries == NULL ? no_memory(err) : 0;
}

int
hc_table_rename(const struct hc_manifest_disk *disk, const struct hc_new_identity *identity,
		struct hc_arena *arena, struct hc_manifest_disk *ret, struct hc_err *err)
{
	struct hc_manifest_disk copy = *disk;
	struct renaming r = { identity, arena, &copy };

	copy.table_id = identity->table_id;
	if (rename_partitions(&r, err) < 0 ||
	    (disk->table == HC_TABLE_GPT && rename_gpt(&r, err) < 0) ||
	    (disk->table == HC_TABLE_MBR && rename_mbr(&r, err) < 0))
		return hc_err_wrap(err, "while giving the disk a new identity");
	*ret = copy;
	return 0;
}
