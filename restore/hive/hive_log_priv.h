/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files that a hive is replayed from, parsed: base blocks, old logs, new logs.
 *
 * Shape:   log.c turns bytes into these structs; replay.c decides which of them count and copies pages.
 * Units:   bytes; offsets in a hive's data count from byte 4096 of its file, where the first bin begins.
 * Owner:   spans borrow from the files; faults are texts that live for ever.
 * Errors:  none.  A parser returns NULL, or says in words what is wrong: an entry that is torn is the normal end
 *          of a log, and only replay.c knows whether it matters.
 * Source:  Maxim Suhanov, "Windows registry file format specification" (github.com/msuhanov/regf), sections "Base
 *          block", "Transaction log files"; checked against logs that Windows 7, 8.1 and 10 wrote.
 *
 * Base block: the first 4096 bytes of a hive; its first 512 lead a log too.
 *	  0  4  "regf"
 *	  4  4  primary sequence number; raised before a write to the hive begins
 *	  8  4  secondary sequence number; made equal when the write has ended
 *	 12  8  last written, FILETIME; 0 in hives of Windows 10
 *	 20  4  major version, 1
 *	 24  4  minor version, 3 to 6
 *	 28  4  file type: 0 hive, 1 and 2 old log, 6 new log
 *	 32  4  format, 1
 *	 36  4  offset of the root key
 *	 40  4  length of all bins, a multiple of 4096
 *	 44  4  clustering factor: logical sector size / 512
 *	 48 64  end of the file's name, UTF-16
 *	144  4  flags: 1 transactions pending
 *	508  4  XOR of the 127 words before; 0 is kept as 1, ffffffff as fffffffe
 *
 * Bin: what the data consists of, one behind the other.
 *	  0  4  "hbin"
 *	  4  4  offset of this bin
 *	  8  4  length, a multiple of 4096
 *
 * Old log (to Windows 8): one flush of the hive.  F is 512 × clustering factor, or 512.
 *	  0     base block; both sequence numbers the same
 *	  F  4  "DIRT"
 *	F+4  n  one bit for each 512 bytes of data, lowest first; n = length of all bins / 4096
 *	     .  from the next multiple of F: 512 bytes for each bit that is set, in order
 *
 * New log (from Windows 8.1): base block, then from 512 on entries, one for each flush.  An entry's number is the
 * one before plus 1; the first has that of the log's base block.
 *	  0  4  "HvLE"
 *	  4  4  length of the entry, a multiple of 512
 *	  8  4  flags: bit 0 replaces that of the base block
 *	 12  4  sequence number
 *	 16  4  length of all bins after this entry
 *	 20  4  number of pages, n
 *	 24  8  Hash-1: Marvin32 of bytes 40 to the end of the entry
 *	 32  8  Hash-2: Marvin32 of bytes 0 to 31
 *	 40 8n  for each page: offset in the data (4), length (4)
 *	     .  the pages, without gaps
 */
#ifndef HC_HIVE_HIVE_LOG_PRIV_H
#define HC_HIVE_HIVE_LOG_PRIV_H

#include "restore/hive/hive.h"

#define BASE_BLOCK_BYTES 4096u
#define SECTOR_BYTES     512u
#define BIN_STEP         4096u /* bins are multiples of this */
/* Bit 31 of an offset means memory that is never written: a file has less than 2 GiB of bins. */
#define BINS_MAX 0x7ffff000u

enum hc_base_type {
	HC_BASE_HIVE = 0,
	HC_BASE_OLD_LOG = 1,
	HC_BASE_ALTERNATE = 1, /* SYSTEM.ALT of NT 4.0 and 2000, whose logs have 2 */
	HC_BASE_OLD_LOG_2 = 2,
	HC_BASE_NEW_LOG = 6,
};

struct hc_base_block {
	uint32_t primary, secondary;
	uint64_t written;
	uint32_t type;
	uint32_t bins_bytes;
	uint32_t clustering;
};

/* One flush of a new log. */
struct hc_log_entry {
	uint32_t bytes;
	uint32_t flags;
	uint32_t bins_bytes;
	uint32_t pages;
	uint64_t pages_bytes;
	struct hc_span refs; /* 8 bytes each; all of them lie within bins_bytes */
	struct hc_span data;
};

/* The one flush of an old log. */
struct hc_dirty_pages {
	struct hc_span bits;
	struct hc_span data;
};

static inline bool
hc_bins_length_ok(uint32_t bytes)
{
	return bytes > 0 && bytes <= BINS_MAX && bytes % BIN_STEP == 0;
}

/* Of a hive as well as of a log: 512 bytes are enough. */
const char *hc_base_block_parse(struct hc_span bytes, struct hc_base_block *ret);
uint32_t hc_base_block_checksum(const uint8_t *block);

/* Bins have to follow each other without a gap; *ret_at is the first byte of what is no bin, in the file. */
bool hc_bins_whole(const uint8_t *bins, uint32_t bytes, uint64_t *ret_at);

/* `base` is the log's own. */
const char *hc_dirty_pages_parse(struct hc_span log, const struct hc_base_block *base,
				 struct hc_dirty_pages *ret);
static inline bool
hc_dirty_bit(struct hc_span bits, uint64_t sector)
{
	return (bits.data[sector / 8] >> (sector % 8) & 1) != 0;
}

/* HC_LOG_END: nothing of this log is at that place; what may lie there was left from an earlier turn. */
extern const char HC_LOG_END[];
const char *hc_log_entry_parse(struct hc_span log, uint64_t offset, uint32_t sequence,
			       struct hc_log_entry *ret);

/* Marvin32 with the seed of the registry. */
uint64_t hc_marvin32(struct hc_span bytes);

#endif
