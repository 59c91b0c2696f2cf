/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For the fuzzing of the logs of hives: checksums and hashes made good, so that the bytes behind them are reached. */
#ifndef HC_FUZZ_HIVE_LOG_MEND_H
#define HC_FUZZ_HIVE_LOG_MEND_H

#include <stdlib.h>
#include <string.h>

#include "restore/hive/hive_log_priv.h"

/* Of a hive or a log, and of the entries as far as one follows the other. */
static void
mend(uint8_t *bytes, size_t size)
{
	uint32_t length;
	bool whole;

	if (size < SECTOR_BYTES)
		return;
	hc_put_le32(bytes + 508, hc_base_block_checksum(bytes));
	for (size_t at = SECTOR_BYTES; at < size && size - at >= 40; at += length) {
		if (memcmp(bytes + at, "HvLE", 4) != 0)
			break;
		length = hc_get_le32(bytes + at + 4);
		whole = length >= 40 && length <= size - at;
		if (whole)
			hc_put_le64(bytes + at + 24,
				    hc_marvin32(hc_span(bytes + at + 40, length - 40)));
		hc_put_le64(bytes + at + 32, hc_marvin32(hc_span(bytes + at, 32)));
		if (!whole)
			break;
	}
}

/*
 * An input is four lengths (u16, in sectors) and then the bytes of a hive, .LOG, .LOG1 and .LOG2; the last may be
 * shorter than it says.  With the highest bit of its length a file keeps the sums that it has.  Returns the copy that
 * the spans point into; NULL: no memory, or too short.
 */
static uint8_t *
cut(const uint8_t *bytes, size_t length, struct hc_span ret[4])
{
	uint8_t *copy = length < 8 ? NULL : malloc(length);
	size_t at = 8, size;

	if (copy == NULL)
		return NULL;
	memcpy(copy, bytes, length);
	for (size_t i = 0; i < 4; i++) {
		size = (size_t)(hc_get_le16(bytes + 2 * i) & 0x7fff) * SECTOR_BYTES;
		size = size < length - at ? size : length - at;
		if ((bytes[2 * i + 1] & 0x80) == 0)
			mend(copy + at, size);
		ret[i] = hc_span(copy + at, size);
		at += size;
	}
	return copy;
}

/* Nothing is left to be done with it. */
static bool
is_clean(const struct hc_buf *copy)
{
	struct hc_hive_recovery state = { .dirty = true };
	struct hc_hive_logs none = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	struct hc_buf again = { 0 };
	struct hc_err err;

	return hc_hive_recover(hc_buf_span(copy), &none, "X", &again, &state, &err) == 0 &&
	       !state.dirty;
}

#endif
