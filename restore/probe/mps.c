/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The MultiProcessor Specification's table in low memory.
 *
 * Floating pointer, at a multiple of 16: "_MP_", 4 address of the table, 8 length in 16 bytes (1), 9 revision,
 * 10 checksum, 11 default configuration (1 to 7: two processors, no table).
 * Table: "PCMP", 4 length, 6 revision, 7 checksum, 34 number of entries; 44 on entries: type 0 has 20 bytes (3: flags,
 * bit 0 usable), types 1 to 4 have 8.
 * Source: MultiProcessor Specification 1.4, chapter 4; BIOS data area: 40:0e segment of the EBDA, 40:13 KiB of memory.
 */
#include "restore/probe/probe_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define BIOS_DATA     0x400u
#define BIOS_DATA_END 0x500u
#define KEYBOARD      0x41eu
#define KEYBOARD_SIZE 32u

static bool
sum_is_zero(const uint8_t *bytes, size_t size)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return sum == 0;
}

size_t
hc_mps_places(struct hc_span low, struct hc_extent ret[5])
{
	size_t count = 0;
	uint64_t ebda, base;

	if (low.size >= BIOS_DATA_END) {
		ebda = (uint64_t)hc_get_le16(low.data + 0x40e) << 4;
		base = (uint64_t)hc_get_le16(low.data + 0x413) << 10;
		if (ebda >= 0x80000 && ebda < 0xa0000)
			ret[count++] = (struct hc_extent){ ebda, 1024 };
		if (base >= 0x80000 && base <= 0xa0000)
			ret[count++] = (struct hc_extent){ base - 1024, 1024 };
	}
	ret[count++] = (struct hc_extent){ 639u << 10, 1024 };
	ret[count++] = (struct hc_extent){ 0xf0000, 0x10000 };
	return count;
}

static unsigned
count_processors(struct hc_span low, uint64_t address, uint64_t *ret)
{
	struct hc_span head = hc_span_part(low, address, 44), table;
	unsigned entries;
	uint64_t usable = 0;
	size_t at = 44;

	/* Above the first MiB, or in memory that the system took: there is a table, but not for us to read. */
	if (head.data == NULL || hc_is_zero(head.data, head.size))
		return HC_UNKNOWN;
	table = hc_span_part(low, address, hc_get_le16(head.data + 4));
	if (memcmp(head.data, "PCMP", 4) != 0 || table.data == NULL || table.size < 44 ||
	    !sum_is_zero(table.data, table.size))
		return HC_NO;
	entries = hc_get_le16(head.data + 34);
	for (unsigned i = 0; i < entries && at < table.size; i++) {
		size_t size = table.data[at] == 0 ? 20 : 8;

		if (size > table.size - at)
			return HC_NO;
		usable += table.data[at] == 0 && (table.data[at + 3] & 1) != 0;
		at += size;
	}
	*ret = usable;
	return HC_YES;
}

/* Whether there is a floating pointer at `at` with a table behind it. */
static unsigned
look_at(struct hc_span low, uint64_t at, uint64_t *ret)
{
	struct hc_span p = hc_span_part(low, at, 16);
	uint32_t address;

	if (p.data == NULL || memcmp(p.data, "_MP_", 4) != 0 || p.data[8] != 1 ||
	    !sum_is_zero(p.data, 16))
		return HC_NO;
	address = hc_get_le32(p.data + 4);
	if (address == 0 && p.data[11] != 0) {
		*ret = 2;
		return HC_YES;
	}
	return count_processors(low, address, ret);
}

unsigned
hc_mps_parse(struct hc_span low, uint64_t *ret_processors)
{
	struct hc_extent places[5];
	size_t count = hc_mps_places(low, places);
	unsigned found;

	*ret_processors = 0;
	for (size_t i = 0; i < count; i++)
		for (uint64_t at = places[i].offset; at < hc_extent_end(places[i]); at += 16) {
			found = look_at(low, at, ret_processors);
			if (found != HC_NO)
				return found;
		}
	return HC_NO;
}

/* ---------------------------------------------------------------- reading it */

static bool
read_range(int fd, struct hc_buf *low, struct hc_extent range)
{
	uint64_t at = range.offset;

	while (at < hc_extent_end(range)) {
		ssize_t n = pread(fd, low->data + at, (size_t)(hc_extent_end(range) - at),
				  (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += (uint64_t)n;
	}
	return true;
}

/* The BIOS data, what firmware keeps below 640 KiB, and the ROM: nothing of the running system. */
static bool
read_low(int fd, struct hc_buf *low)
{
	struct hc_extent places[5];
	size_t count;

	if (!read_range(fd, low, (struct hc_extent){ BIOS_DATA, BIOS_DATA_END - BIOS_DATA }))
		return false;
	/* Passwords typed at boot stay in the keyboard buffer. */
	memset(low->data + KEYBOARD, 0, KEYBOARD_SIZE);
	count = hc_mps_places(hc_buf_span(low), places);
	for (size_t i = 0; i < count; i++)
		if (!read_range(fd, low, places[i]))
			return false;
	/* The table itself lies in the EBDA, which ends at 640 KiB, or in the ROM. */
	return read_range(fd, low,
			  (struct hc_extent){ places[0].offset, 0xa0000 - places[0].offset }) &&
	       read_range(fd, low, (struct hc_extent){ 0xe0000, 0x10000 });
}

int
hc_low_memory(const struct hc_tree *tree, struct hc_buf *ret, bool *ret_known,
	      struct hc_err *err)
{
	int fd;

	*ret_known = false;
	if (hc_buf_reserve(ret, LOW_MEMORY_BYTES, err) < 0)
		return -1;
	if (tree->root[0] != '\0') {
		*ret_known = hc_tree_bytes(tree, ret, LOW_MEMORY_BYTES, "/low-memory") &&
			     ret->size > 0;
		return 0;
	}
	fd = open("/dev/mem", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0; /* lockdown, or not there: unknown (hazards 20) */
	memset(ret->data, 0, LOW_MEMORY_BYTES);
	ret->size = LOW_MEMORY_BYTES;
	*ret_known = read_low(fd, ret);
	close(fd);
	return 0;
}
