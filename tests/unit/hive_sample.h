/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hives and transaction logs made by the byte, for tests of the replay; the tables are in hive_log_priv.h.
 *
 * A sample hive is bins of 4096 bytes, each with one free cell full of `fill`.  It has no keys: what becomes of
 * pages is what is tested.  The Marvin32 here is written once more, from the description of the algorithm.
 */
#ifndef HC_TESTS_HIVE_SAMPLE_H
#define HC_TESTS_HIVE_SAMPLE_H

#include <stdlib.h>
#include <string.h>

#include "restore/base/bytes.h"

#define SAMPLE_WRITTEN 0x1d29627f1c8a860u

__attribute__((unused)) static void
put_checksum(uint8_t *block)
{
	uint32_t sum = 0;

	for (size_t at = 0; at < 508; at += 4)
		sum ^= hc_get_le32(block + at);
	hc_put_le32(block + 508, sum);
}

__attribute__((unused)) static void
put_base(uint8_t *block, uint32_t primary, uint32_t secondary, uint32_t type, uint32_t bins)
{
	memset(block, 0, 512);
	memcpy(block, "regf", 4);
	hc_put_le32(block + 4, primary);
	hc_put_le32(block + 8, secondary);
	hc_put_le64(block + 12, SAMPLE_WRITTEN);
	hc_put_le32(block + 20, 1);
	hc_put_le32(block + 24, 5);
	hc_put_le32(block + 28, type);
	hc_put_le32(block + 32, 1);
	hc_put_le32(block + 36, 32);
	hc_put_le32(block + 40, bins * 4096);
	hc_put_le32(block + 44, 1);
	put_checksum(block);
}

__attribute__((unused)) static void
put_bin(uint8_t *bin, uint32_t number, uint8_t fill)
{
	memset(bin, fill, 4096);
	memset(bin, 0, 32);
	memcpy(bin, "hbin", 4);
	hc_put_le32(bin + 4, number * 4096);
	hc_put_le32(bin + 8, 4096);
	hc_put_le32(bin + 32, 4096 - 32);
}

__attribute__((unused)) static uint8_t *
grow(struct hc_buf *buf, size_t more)
{
	struct hc_err err;

	if (hc_buf_reserve(buf, buf->size + more, &err) < 0)
		abort();
	memset(buf->data + buf->size, 0, more);
	buf->size += more;
	return buf->data + buf->size - more;
}

/* `bins` bins filled with 'a'. */
__attribute__((unused)) static struct hc_buf
sample_hive(uint32_t primary, uint32_t secondary, uint32_t bins)
{
	struct hc_buf hive = { 0 };

	put_base(grow(&hive, 4096), primary, secondary, 0, bins);
	for (uint32_t i = 0; i < bins; i++)
		put_bin(grow(&hive, 4096), i, 'a');
	return hive;
}

/* ---------------------------------------------------------------- new logs */

__attribute__((unused)) static uint64_t
marvin(const uint8_t *p, size_t size)
{
	uint32_t state[2] = { 0x7a4e55c5, 0x82ef4d88 }, word = 0;
	uint8_t byte;

	for (size_t i = 0; i < (size / 4 + 2) * 4; i++) {
		byte = i < size ? p[i] : i == size ? 0x80 : 0;
		word = i % 4 == 0 ? byte : word | (uint32_t)byte << (i % 4 * 8);
		if (i % 4 != 3)
			continue;
		state[0] += word;
		state[1] ^= state[0];
		state[0] = (state[0] << 20 | state[0] >> 12) + state[1];
		state[1] = (state[1] << 9 | state[1] >> 23) ^ state[0];
		state[0] = (state[0] << 27 | state[0] >> 5) + state[1];
		state[1] = state[1] << 19 | state[1] >> 13;
	}
	return (uint64_t)state[1] << 32 | state[0];
}

/* After a change in an entry. */
__attribute__((unused)) static void
put_hashes(uint8_t *entry)
{
	hc_put_le64(entry + 24, marvin(entry + 40, hc_get_le32(entry + 4) - 40));
	hc_put_le64(entry + 32, marvin(entry, 32));
}

__attribute__((unused)) static struct hc_buf
new_log(uint32_t sequence, uint32_t bins)
{
	struct hc_buf log = { 0 };

	put_base(grow(&log, 512), sequence, sequence, 6, bins);
	return log;
}

/* An entry with bin number `page`, filled with `fill`; where it begins in the log. */
__attribute__((unused)) static size_t
add_entry(struct hc_buf *log, uint32_t sequence, uint32_t bins, uint32_t page, uint8_t fill)
{
	size_t at = log->size;
	uint8_t *entry = grow(log, 512 + 4096);

	memcpy(entry, "HvLE", 4);
	hc_put_le32(entry + 4, 512 + 4096);
	hc_put_le32(entry + 12, sequence);
	hc_put_le32(entry + 16, bins * 4096);
	hc_put_le32(entry + 20, 1);
	hc_put_le32(entry + 40, page * 4096);
	hc_put_le32(entry + 44, 4096);
	put_bin(entry + 48, page, fill);
	put_hashes(entry);
	return at;
}

/* ---------------------------------------------------------------- old logs */

/* With sectors `first` to `first + count - 1` of the data filled with `fill`, bin headers excepted. */
__attribute__((unused)) static struct hc_buf
old_log(uint32_t sequence, uint32_t bins, uint32_t first, uint32_t count, uint8_t fill,
	uint32_t clustering)
{
	struct hc_buf log = { 0 };
	uint32_t step = 512 * clustering;
	size_t list = (4 + bins + step - 1) / step * step;
	uint8_t bin[4096], *at = grow(&log, step + list + count * (size_t)512);

	put_base(at, sequence, sequence, 1, bins);
	hc_put_le32(at + 44, clustering);
	put_checksum(at);
	at += step;
	memcpy(at, "DIRT", 4);
	for (uint32_t i = first; i < first + count; i++) {
		at[4 + i / 8] = (uint8_t)(at[4 + i / 8] | 1 << i % 8);
		put_bin(bin, i / 8, fill);
		memcpy(at + list + (size_t)(i - first) * 512, bin + i % 8 * 512, 512);
	}
	return log;
}

#endif
