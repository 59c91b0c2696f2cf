/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For the fuzzing of tables: CRCs made good, so that the bytes behind them are reached; a table written anew. */
#ifndef HC_FUZZ_TABLE_MEND_H
#define HC_FUZZ_TABLE_MEND_H

#include "restore/base/text.h"
#include "restore/disk/table_priv.h"

#define FUZZ_MORE 65536u

/* Every second input keeps the CRCs it has. */
static void
mend_checksums(uint8_t *disk, size_t size)
{
	uint64_t lba, count, width;
	uint8_t *h = disk + 512;
	uint32_t length;

	if (size < 1024 || (disk[size - 1] & 1) != 0 || memcmp(h, "EFI PART", 8) != 0)
		return;
	length = hc_get_le32(h + 12);
	lba = hc_get_le64(h + 72);
	count = hc_get_le32(h + 80);
	width = hc_get_le32(h + 84);
	if (lba < size / 512 && count * width <= size - lba * 512)
		hc_put_le32(h + 88, hc_crc32(disk + lba * 512, (size_t)(count * width)));
	hc_put_le32(h + 16, 0);
	if (length <= 512)
		hc_put_le32(h + 16, hc_crc32(h, length));
}

/* Writes the table to a disk that is FUZZ_MORE bytes larger (into `disk`, emptied first) and reads it again. False
 * when it was refused; abort when what was written can't be read. */
static bool
write_again(const struct hc_table *table, size_t size, uint8_t *disk, struct hc_arena *arena,
	    struct hc_table *ret)
{
	struct hc_manifest_disk backup = {
		.size = size,
		.logical_block = table->logical_block,
		.table = table->type,
		.sector0 = hc_base64_encode(arena, table->sector0),
		.gpt_header = hc_base64_encode(arena, table->gpt_header),
		.gpt_entries = hc_base64_encode(arena, table->gpt_entries)
	};
	struct hc_plan_writes writes;
	struct hc_span bytes;
	struct hc_err err;
	struct hc_io *io;

	if (hc_table_writes(&backup, size + FUZZ_MORE, arena, &writes, &err) < 0)
		return false;
	memset(disk, 0, size + FUZZ_MORE);
	for (size_t i = 0; i < writes.count; i++) {
		if (hc_base64_decode(arena, writes.items[i].bytes, &bytes, &err) < 0 ||
		    writes.items[i].offset > size + FUZZ_MORE - bytes.size)
			abort();
		memcpy(disk + writes.items[i].offset, bytes.data, bytes.size);
	}
	if (hc_io_memory(hc_span(disk, size + FUZZ_MORE), &io, &err) < 0)
		return false;
	if (hc_table_read(io, table->logical_block, arena, ret, &err) < 0)
		abort();
	hc_io_close(io);
	return true;
}

#endif
