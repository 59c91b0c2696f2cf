/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal block: building and finding it. */
#include "restore/disk/journal.h"

#include <string.h>

#define SECTOR 512u

static const char magic[] = "halcyon journal\n";
#define MAGIC_BYTES (sizeof(magic) - 1)

int
hc_journal_block(const struct hc_journal *journal, uint8_t ret[HC_JOURNAL_BYTES],
		 struct hc_err *err)
{
	struct hc_buf text = { 0 };
	int result = hc_doc_write(&hc_journal_shape, journal, HC_JSON_PRETTY, &text, err);

	if (result == 0 && text.size > HC_JOURNAL_BYTES - MAGIC_BYTES)
		result = hc_err_set(err, H_JOURNAL, "the journal has %zu bytes, %zu fit",
				    text.size, (size_t)HC_JOURNAL_BYTES - MAGIC_BYTES);
	if (result == 0) {
		memset(ret, 0, HC_JOURNAL_BYTES);
		memcpy(ret, magic, MAGIC_BYTES);
		memcpy(ret + MAGIC_BYTES, text.data, text.size);
	}
	hc_buf_done(&text);
	return result;
}

int
hc_journal_find(struct hc_span start_of_disk, struct hc_arena *arena, struct hc_journal *ret,
		uint64_t *ret_offset)
{
	for (uint64_t at = 0; at + HC_JOURNAL_BYTES <= start_of_disk.size; at += SECTOR) {
		const char *block = (const char *)start_of_disk.data + at;
		struct hc_journal found = { 0 };
		struct hc_err err;
		struct hc_span text;

		if (memcmp(block, magic, MAGIC_BYTES) != 0)
			continue;
		text = hc_span(block + MAGIC_BYTES,
			       strnlen(block + MAGIC_BYTES, HC_JOURNAL_BYTES - MAGIC_BYTES));
		if (hc_doc_read(&hc_journal_shape, text, arena, &found, &err) < 0)
			continue;
		*ret = found;
		*ret_offset = at;
		return 1;
	}
	return 0;
}

int
hc_journal_room(struct hc_io *head, uint64_t least, uint64_t logical_block, uint64_t *ret,
		struct hc_err *err)
{
	uint64_t at = hc_round_down(hc_min_u64(head->size, HC_JOURNAL_WITHIN), logical_block);
	uint8_t bytes[HC_JOURNAL_BYTES];

	least = hc_round_up(least, logical_block);
	*ret = 0;
	while (at >= least + HC_JOURNAL_BYTES) {
		at -= logical_block;
		if (at + HC_JOURNAL_BYTES > head->size ||
		    at + HC_JOURNAL_BYTES > HC_JOURNAL_WITHIN)
			continue;
		if (hc_io_pread(head, at, bytes, sizeof(bytes), err) < 0)
			return -1;
		if (hc_is_zero(bytes, sizeof(bytes))) {
			*ret = at;
			return 0;
		}
	}
	return 0;
}
