/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The MultiProcessor Specification's table in low memory.
 *
 * Floating pointer, at a multiple of 16: "_MP_", 4 address of the table, 8 length in 16 bytes (1), 9 revision,
 * 10 checksum, 11 default configuration: 0: there is a table; 1 to 7: there is none, and two processors.
 * Table: "PCMP", 4 length, 6 revision, 7 checksum, 34 number of entries; 44 on entries: type 0 has 20 bytes (3: flags,
 * bit 0 usable), types 1 to 4 have 8.  Behind `length` lies the extended table, which lists no processors.
 * Source: MultiProcessor Specification 1.4, chapters 4 and 5; BIOS data area: 40:0e segment of the EBDA, 40:13 KiB of
 * memory.
 */
#include "restore/probe/probe_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BIOS_DATA     0x400u
#define BIOS_DATA_END 0x500u
#define KEYBOARD      0x41eu
#define KEYBOARD_SIZE 32u

#define TABLE_HEAD      44u
#define PROCESSOR_BYTES 20u
#define OTHER_BYTES     8u
#define LAST_TYPE       4u
#define DEFAULTS        7u /* numbers of default configurations: 1 to 7 */

static bool
sum_is_zero(const uint8_t *bytes, size_t size)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return sum == 0;
}

struct hc_extent
hc_ebda(struct hc_span low)
{
	uint64_t at;

	if (low.size < BIOS_DATA_END)
		return (struct hc_extent){ 0, 0 };
	at = (uint64_t)hc_get_le16(low.data + 0x40e) << 4;
	/* Below lies memory that no BIOS gives away, above the screen. */
	if (at < 0x80000 || at > 0xa0000 - 1024)
		return (struct hc_extent){ 0, 0 };
	return (struct hc_extent){ at, 1024 };
}

size_t
hc_mps_places(struct hc_span low, struct hc_mps_place ret[MPS_PLACES])
{
	struct hc_extent ebda = hc_ebda(low);
	uint64_t top;
	size_t count = 0;

	if (ebda.length > 0)
		ret[count++] = (struct hc_mps_place){ "EBDA", ebda };
	if (low.size >= BIOS_DATA_END) {
		top = (uint64_t)hc_get_le16(low.data + 0x413) << 10;
		if (top >= 0x80000 && top <= 0xa0000)
			ret[count++] = (struct hc_mps_place){ "last KiB of base memory",
							      { top - 1024, 1024 } };
	}
	ret[count++] = (struct hc_mps_place){ "last KiB below 640 KiB", { 639u << 10, 1024 } };
	ret[count++] = (struct hc_mps_place){ "BIOS ROM", { 0xf0000, 0x10000 } };
	return count;
}

/* What a floating pointer leads to. */
struct found {
	unsigned present; /* HC_NO: it is no floating pointer */
	uint64_t processors;
	uint32_t table; /* 0: a default configuration */
	const char *damaged;
};

static struct found
unreadable(uint32_t table, const char *why)
{
	return (struct found){ .present = HC_UNKNOWN, .table = table, .damaged = why };
}

static struct found
count_processors(struct hc_span low, uint32_t address)
{
	struct hc_span head = hc_span_part(low, address, TABLE_HEAD), table;
	struct found f = { .present = HC_YES, .table = address };
	size_t at = TABLE_HEAD;
	unsigned entries;

	/* Above the first MiB, or in memory that the system took: there is a table, but not for us to read. */
	if (head.data == NULL || hc_is_zero(head.data, head.size))
		return unreadable(address, "lies in memory that can't be read");
	table = hc_span_part(low, address, hc_get_le16(head.data + 4));
	if (memcmp(head.data, "PCMP", 4) != 0 || table.data == NULL || table.size < TABLE_HEAD)
		return unreadable(address, "is no table, or is cut off");
	if (!sum_is_zero(table.data, table.size))
		return unreadable(address, "has a wrong checksum");
	entries = hc_get_le16(head.data + 34);
	for (unsigned i = 0; i < entries; i++) {
		uint8_t type = at < table.size ? table.data[at] : LAST_TYPE + 1;
		size_t size = type == 0 ? PROCESSOR_BYTES : OTHER_BYTES;

		if (type > LAST_TYPE || size > table.size - at)
			return unreadable(address, "has entries that can't be read");
		f.processors += type == 0 && (table.data[at + 3] & 1) != 0;
		at += size;
	}
	return f;
}

static struct found
look_at(struct hc_span low, uint64_t at)
{
	struct hc_span p = hc_span_part(low, at, 16);
	uint32_t address;

	if (p.data == NULL || memcmp(p.data, "_MP_", 4) != 0 || p.data[8] != 1 ||
	    !sum_is_zero(p.data, 16))
		return (struct found){ .present = HC_NO };
	address = hc_get_le32(p.data + 4);
	if (p.data[11] > DEFAULTS)
		return unreadable(0, "is a default configuration that nobody defined");
	if (p.data[11] != 0)
		return (struct found){ .present = HC_YES, .processors = 2 };
	if (address == 0)
		return (struct found){ .present = HC_NO };
	return count_processors(low, address);
}

static int
take(const struct hc_mps_place *place, uint64_t at, const struct found *f,
     struct hc_arena *arena, struct hc_mps *ret, struct hc_err *err)
{
	char table[32] = "a default configuration";

	if (f->table != 0)
		snprintf(table, sizeof(table), "table at %lx", (unsigned long)f->table);
	ret->present = f->present;
	ret->processors = f->processors;
	ret->where = hc_arena_printf(arena, "%s: pointer at %lx, %s", place->name,
				     (unsigned long)at, table);
	ret->damaged = f->damaged == NULL
			       ? NULL
			       : hc_arena_printf(arena, "the MP table %s", f->damaged);
	if (ret->where == NULL || (f->damaged != NULL && ret->damaged == NULL))
		return hc_probe_no_memory(err);
	return 0;
}

/* Linux shows memory of its own as zeros, and an EBDA begins with its size: such a one was not shown. */
static bool
is_hidden(struct hc_span low, struct hc_extent ebda)
{
	struct hc_span part = hc_span_part(low, ebda.offset, ebda.length);

	return ebda.length > 0 && (part.data == NULL || hc_is_zero(part.data, part.size));
}

int
hc_mps_parse(struct hc_span low, struct hc_arena *arena, struct hc_mps *ret, struct hc_err *err)
{
	struct hc_mps mps = { .present = HC_NO };
	struct hc_mps_place places[MPS_PLACES];
	size_t count = hc_mps_places(low, places);

	if (is_hidden(low, hc_ebda(low))) {
		mps.present = HC_UNKNOWN;
		mps.damaged = "the EBDA, where it may be, can't be read";
	}
	/* The first good one counts; a damaged one only where there is no other. */
	for (size_t i = 0; i < count && mps.present != HC_YES; i++)
		for (uint64_t at = places[i].range.offset;
		     at < hc_extent_end(places[i].range) && mps.present != HC_YES; at += 16) {
			struct found f = look_at(low, at);

			if (f.present == HC_NO ||
			    (f.present == HC_UNKNOWN && mps.where != NULL))
				continue;
			if (take(&places[i], at, &f, arena, &mps, err) < 0)
				return -1;
		}
	*ret = mps;
	return 0;
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
	struct hc_mps_place places[MPS_PLACES];
	uint64_t lowest = 0xa0000;
	size_t count;

	if (!read_range(fd, low, (struct hc_extent){ BIOS_DATA, BIOS_DATA_END - BIOS_DATA }))
		return false;
	/* Passwords typed at boot stay in the keyboard buffer. */
	memset(low->data + KEYBOARD, 0, KEYBOARD_SIZE);
	count = hc_mps_places(hc_buf_span(low), places);
	for (size_t i = 0; i < count; i++)
		lowest = hc_min_u64(lowest, places[i].range.offset);
	/* The table itself lies near the pointer below 640 KiB, or in the ROM. */
	return read_range(fd, low, (struct hc_extent){ lowest, 0xa0000 - lowest }) &&
	       read_range(fd, low, (struct hc_extent){ 0xe0000, 0x20000 });
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
