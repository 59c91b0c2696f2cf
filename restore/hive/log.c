/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base blocks and transaction logs of hives, from bytes; hive_log_priv.h has the tables. */
#include <string.h>

#include "restore/hive/hive_log_priv.h"

/* The registry's seed is 82ef4d887a4e55c5; the low half is the first word of the state. */
#define SEED_LOW  0x7a4e55c5u
#define SEED_HIGH 0x82ef4d88u

#define ENTRY_HEAD     40u
#define ENTRY_HASHED   32u
#define REF_BYTES      8u
#define CLUSTERING_MAX 128u /* sectors of 64 KiB: more than any disk has */

const char HC_LOG_END[] = "the log ends here";

/* ---------------------------------------------------------------- Marvin32 */

static uint32_t
rotate(uint32_t value, unsigned bits)
{
	return value << bits | value >> (32 - bits);
}

static void
mix(uint32_t *low, uint32_t *high, uint32_t word)
{
	*low += word;
	*high ^= *low;
	*low = rotate(*low, 20) + *high;
	*high = rotate(*high, 9) ^ *low;
	*low = rotate(*low, 27) + *high;
	*high = rotate(*high, 19);
}

/* Words of four bytes; the rest, a byte 80 and zeros are the last word, and a word of zeros follows. */
uint64_t
hc_marvin32(struct hc_span bytes)
{
	uint32_t low = SEED_LOW, high = SEED_HIGH;
	size_t whole = bytes.size - bytes.size % 4;
	uint8_t last[4] = { 0 };

	for (size_t at = 0; at < whole; at += 4)
		mix(&low, &high, hc_get_le32(bytes.data + at));
	for (size_t at = whole; at < bytes.size; at++)
		last[at - whole] = bytes.data[at];
	last[bytes.size - whole] = 0x80;
	mix(&low, &high, hc_get_le32(last));
	mix(&low, &high, 0);
	return (uint64_t)high << 32 | low;
}

/* ---------------------------------------------------------------- base block */

uint32_t
hc_base_block_checksum(const uint8_t *block)
{
	uint32_t sum = 0;

	for (unsigned at = 0; at < 508; at += 4)
		sum ^= hc_get_le32(block + at);
	if (sum == 0)
		return 1;
	return sum == UINT32_MAX ? UINT32_MAX - 1 : sum;
}

const char *
hc_base_block_parse(struct hc_span bytes, struct hc_base_block *ret)
{
	const uint8_t *p = bytes.data;
	struct hc_base_block base;

	if (bytes.size < SECTOR_BYTES)
		return "shorter than a base block";
	if (memcmp(p, "regf", 4) != 0)
		return "no \"regf\" at its start";
	if (hc_get_le32(p + 508) != hc_base_block_checksum(p))
		return "the checksum of its base block is wrong";
	if (hc_get_le32(p + 20) != 1)
		return "of a version that is not known";
	base = (struct hc_base_block){
		.primary = hc_get_le32(p + 4),
		.secondary = hc_get_le32(p + 8),
		.written = hc_get_le64(p + 12),
		.type = hc_get_le32(p + 28),
		.bins_bytes = hc_get_le32(p + 40),
		.clustering = hc_get_le32(p + 44),
	};
	if (!hc_bins_length_ok(base.bins_bytes))
		return "the length of its bins is impossible";
	*ret = base;
	return NULL;
}

bool
hc_bins_whole(const uint8_t *bins, uint32_t bytes, uint64_t *ret_at)
{
	for (uint32_t at = 0, length; at < bytes; at += length) {
		length = hc_get_le32(bins + at + 8);
		if (memcmp(bins + at, "hbin", 4) != 0 || hc_get_le32(bins + at + 4) != at ||
		    length == 0 || length % BIN_STEP != 0 || length > bytes - at) {
			*ret_at = (uint64_t)at + BASE_BLOCK_BYTES;
			return false;
		}
	}
	return true;
}

/* ---------------------------------------------------------------- old log */

static bool
has_dirty_list(struct hc_span log, uint64_t offset)
{
	struct hc_span head = hc_span_part(log, offset, 4);

	return head.data != NULL && memcmp(head.data, "DIRT", 4) == 0;
}

/* No old log of a disk with larger sectors has been seen: it is read with either step. */
const char *
hc_dirty_pages_parse(struct hc_span log, const struct hc_base_block *base,
		     struct hc_dirty_pages *ret)
{
	uint64_t step = (uint64_t)SECTOR_BYTES * base->clustering, dirty = 0;
	uint32_t length = base->bins_bytes / BIN_STEP;
	struct hc_span bits, data;

	if (base->clustering == 0 || base->clustering > CLUSTERING_MAX)
		return "its clustering factor is impossible";
	if (!has_dirty_list(log, step))
		step = SECTOR_BYTES;
	bits = hc_span_part(log, step + 4, length);
	if (!has_dirty_list(log, step) || bits.data == NULL)
		return "no list of dirty pages behind its base block";
	for (size_t i = 0; i < bits.size; i++)
		dirty += (unsigned)__builtin_popcount(bits.data[i]);
	if (dirty == 0)
		return "its list of dirty pages is empty";
	data = hc_span_part(log, hc_round_up(step + 4 + length, step), dirty * SECTOR_BYTES);
	if (data.data == NULL)
		return "cut short: not all of its dirty pages are there";
	*ret = (struct hc_dirty_pages){ .bits = bits, .data = data };
	return NULL;
}

/* ---------------------------------------------------------------- new log */

/* Windows writes pages of 4096 bytes; multiples of a sector are let pass. */
static const char *
check_refs(struct hc_log_entry *entry)
{
	uint64_t total = 0;

	for (size_t at = 0; at < entry->refs.size; at += REF_BYTES) {
		uint32_t offset = hc_get_le32(entry->refs.data + at);
		uint32_t length = hc_get_le32(entry->refs.data + at + 4);

		if (length == 0 || length % SECTOR_BYTES != 0 || offset % SECTOR_BYTES != 0)
			return "an entry's page has an impossible place or length";
		if (offset > entry->bins_bytes || length > entry->bins_bytes - offset)
			return "an entry's page lies beyond the hive";
		total += length;
	}
	if (total > entry->data.size)
		return "an entry is too short for its pages";
	entry->pages_bytes = total;
	return NULL;
}

const char *
hc_log_entry_parse(struct hc_span log, uint64_t offset, uint32_t sequence,
		   struct hc_log_entry *ret)
{
	struct hc_span head = hc_span_part(log, offset, ENTRY_HEAD), whole;
	struct hc_log_entry entry;
	const char *fault;

	if (head.data == NULL || memcmp(head.data, "HvLE", 4) != 0)
		return HC_LOG_END;
	if (hc_get_le64(head.data + 32) != hc_marvin32(hc_span(head.data, ENTRY_HASHED)))
		return "an entry's Hash-2 is wrong";
	if (hc_get_le32(head.data + 12) < sequence)
		return HC_LOG_END;
	if (hc_get_le32(head.data + 12) != sequence)
		return "an entry does not have the next sequence number";
	entry = (struct hc_log_entry){
		.bytes = hc_get_le32(head.data + 4),
		.flags = hc_get_le32(head.data + 8),
		.bins_bytes = hc_get_le32(head.data + 16),
		.pages = hc_get_le32(head.data + 20),
	};
	if (entry.bytes < ENTRY_HEAD || entry.bytes % SECTOR_BYTES != 0)
		return "an entry's length is impossible";
	whole = hc_span_part(log, offset, entry.bytes);
	if (whole.data == NULL)
		return "an entry is cut short by the end of the log";
	if (hc_get_le64(head.data + 24) !=
	    hc_marvin32(hc_span(whole.data + ENTRY_HEAD, whole.size - ENTRY_HEAD)))
		return "an entry's Hash-1 is wrong";
	if (!hc_bins_length_ok(entry.bins_bytes))
		return "an entry's length of all bins is impossible";
	if (entry.pages > (whole.size - ENTRY_HEAD) / REF_BYTES)
		return "an entry is too short for its list of pages";
	entry.refs = hc_span(whole.data + ENTRY_HEAD, (size_t)entry.pages * REF_BYTES);
	entry.data = hc_span(entry.refs.data + entry.refs.size,
			     whole.size - ENTRY_HEAD - entry.refs.size);
	fault = check_refs(&entry);
	if (fault == NULL)
		*ret = entry;
	return fault;
}
