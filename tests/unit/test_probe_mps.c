/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/probe: the MP table in low memory, in each place where the specification allows it. */
#include "tests/unit/probe_data.h"

static struct hc_arena arena;
static uint8_t low[LOW_MEMORY_BYTES];

static void
put_pointer(uint32_t where, uint32_t table, uint8_t configuration)
{
	uint8_t *p = low + where;

	memset(p, 0, 16);
	memcpy(p, "_MP_", 4);
	hc_put_le32(p + 4, table);
	p[8] = 1;
	p[9] = 4;
	p[11] = configuration;
	put_sum(p, 16, 10);
}

/* A table of `usable` processors, one more that is not, and a bus; behind it an extended table. */
static void
put_table(uint32_t where, unsigned usable)
{
	uint8_t *t = low + where;
	size_t at = 44;

	memset(t, 0, 512);
	memcpy(t, "PCMP", 4);
	for (unsigned i = 0; i <= usable; i++, at += 20) {
		t[at + 1] = (uint8_t)i;
		t[at + 3] = i < usable ? 1 : 0;
	}
	t[at] = 1;
	at += 8;
	hc_put_le16(t + 4, (uint16_t)at);
	hc_put_le16(t + 34, (uint16_t)(usable + 2));
	hc_put_le16(t + 40, 20);
	t[at] = 128; /* an entry of the extended table, whose flags look like a processor's */
	t[at + 1] = 20;
	t[at + 3] = 1;
	put_sum(t, at, 7);
}

/* The BIOS data area: EBDA at this address (0: none), and KiB of base memory. */
static void
put_bios_data(uint32_t ebda, uint16_t kib)
{
	hc_put_le16(low + 0x40e, (uint16_t)(ebda >> 4));
	hc_put_le16(low + 0x413, kib);
	if (ebda != 0)
		low[ebda] = 1; /* its size in KiB */
}

static void
clear(void)
{
	memset(low, 0, sizeof(low));
}

/* Whether the scan says so; `where` and `damaged` may be NULL. */
static bool
mps_is(size_t size, unsigned present, uint64_t processors, const char *where,
       const char *damaged)
{
	uint8_t *copy = malloc(size); /* just that much: the address sanitizer looks on */
	struct hc_mps m = { 0 };
	bool same;

	memcpy(copy, low, size);
	same = hc_mps_parse(hc_span(copy, size), &arena, &m, &err) == 0 &&
	       m.present == present && m.processors == processors && is(m.where, where) &&
	       is(m.damaged, damaged);
	if (!same)
		printf("# %u, %d processors, \"%s\", \"%s\"\n", m.present, (int)m.processors,
		       m.where != NULL ? m.where : "", m.damaged != NULL ? m.damaged : "");
	free(copy);
	return same;
}

#define ALL LOW_MEMORY_BYTES

static void
test_places(void)
{
	clear();
	ok(mps_is(ALL, HC_NO, 0, NULL, NULL), "no MP table");
	put_pointer(0xf1230, 0xf2000, 0);
	put_table(0xf2000, 3);
	ok(mps_is(ALL, HC_YES, 3, "BIOS ROM: pointer at f1230, table at f2000", NULL),
	   "in the ROM: only usable processors count, and none of the extended table");
	put_pointer(0xf3000, 0xf4000, 0);
	put_table(0xf4000, 2);
	ok(mps_is(ALL, HC_YES, 3, "BIOS ROM: pointer at f1230, table at f2000", NULL),
	   "of two the first one counts");
	memset(low + 0xf3000, 0, 16);
	put_pointer(0xffff0, 0xf2000, 0);
	memset(low + 0xf1230, 0, 16);
	ok(mps_is(ALL, HC_YES, 3, "BIOS ROM: pointer at ffff0, table at f2000", NULL),
	   "in the last 16 bytes of the ROM");
	memset(low + 0xffff0, 0, 16);
	put_pointer(0xeff00, 0xf2000, 0);
	ok(mps_is(ALL, HC_NO, 0, NULL, NULL), "not below the ROM");
	memset(low + 0xeff00, 0, 16);
	put_pointer(0xf1238, 0xf2000, 0);
	ok(mps_is(ALL, HC_NO, 0, NULL, NULL), "not between multiples of 16");

	clear();
	put_pointer(0x9e010, 0x9e100, 0);
	put_table(0x9e100, 1);
	ok(mps_is(ALL, HC_NO, 0, NULL, NULL),
	   "the EBDA is looked at only where the BIOS data says it is");
	put_bios_data(0x9e000, 0);
	ok(mps_is(ALL, HC_YES, 1, "EBDA: pointer at 9e010, table at 9e100", NULL),
	   "in the EBDA");
	ok(mps_is(0x9e110, HC_UNKNOWN, 0, "EBDA: pointer at 9e010, table at 9e100",
		  "the MP table lies in memory that can't be read"),
	   "cut memory is no reason to read beyond it");
	put_pointer(0x9e400, 0x9e100, 0);
	memset(low + 0x9e010, 0, 16);
	ok(mps_is(ALL, HC_NO, 0, NULL, NULL), "of the EBDA only the first KiB");

	clear();
	put_bios_data(0, 512);
	put_pointer(0x7fc00, 0xf2000, 0);
	put_table(0xf2000, 2);
	ok(mps_is(ALL, HC_YES, 2, "last KiB of base memory: pointer at 7fc00, table at f2000",
		  NULL),
	   "in the last KiB of 512 KiB of base memory");
	clear();
	put_pointer(0x9fff0, 0xf2000, 0);
	put_table(0xf2000, 2);
	ok(mps_is(ALL, HC_YES, 2, "last KiB below 640 KiB: pointer at 9fff0, table at f2000",
		  NULL),
	   "in the last KiB of 640 KiB, whatever the BIOS data says");
}

static void
test_defaults(void)
{
	for (uint8_t n = 1; n <= 7; n++) {
		clear();
		/* The address of a table means nothing then. */
		put_pointer(0xf1230, n % 2 == 0 ? 0 : 0xf2000, n);
		ok(mps_is(ALL, HC_YES, 2, "BIOS ROM: pointer at f1230, a default configuration",
			  NULL),
		   "default configuration %u has two processors", n);
	}
	put_pointer(0xf1230, 0, 8);
	ok(mps_is(ALL, HC_UNKNOWN, 0, "BIOS ROM: pointer at f1230, a default configuration",
		  "the MP table is a default configuration that nobody defined"),
	   "there is no number 8");
	put_pointer(0xf1230, 0, 0);
	ok(mps_is(ALL, HC_NO, 0, NULL, NULL), "neither table nor configuration: no MP table");
}

/* Damaged ones are there all the same: not to be taken for a Standard PC. */
static void
test_damaged(void)
{
	static const char at[] = "BIOS ROM: pointer at f1230, table at f2000";

	clear();
	put_pointer(0xf1230, 0xf2000, 0);
	put_table(0xf2000, 3);
	low[0xf1230 + 9]++;
	ok(mps_is(ALL, HC_NO, 0, NULL, NULL),
	   "a pointer with a wrong checksum is none: four letters may stand anywhere");
	put_sum(low + 0xf1230, 16, 10);
	low[0xf2000 + 46]++;
	ok(mps_is(ALL, HC_UNKNOWN, 0, at, "the MP table has a wrong checksum"),
	   "a table with a wrong checksum");
	put_pointer(0xf3000, 0xf5000, 0);
	ok(mps_is(ALL, HC_UNKNOWN, 0, at, "the MP table has a wrong checksum"),
	   "of two damaged ones the first is told");
	put_pointer(0xf3000, 0xf4000, 0);
	put_table(0xf4000, 2);
	ok(mps_is(ALL, HC_YES, 2, "BIOS ROM: pointer at f3000, table at f4000", NULL),
	   "a good one behind a damaged one counts");
	memset(low + 0xf3000, 0, 16);
	put_table(0xf2000, 3);
	hc_put_le16(low + 0xf2000 + 34, 99);
	put_sum(low + 0xf2000, hc_get_le16(low + 0xf2000 + 4), 7);
	ok(mps_is(ALL, HC_UNKNOWN, 0, at, "the MP table has entries that can't be read"),
	   "more entries than bytes");
	put_table(0xf2000, 3);
	low[0xf2000 + 44 + 20] = 5;
	put_sum(low + 0xf2000, hc_get_le16(low + 0xf2000 + 4), 7);
	ok(mps_is(ALL, HC_UNKNOWN, 0, at, "the MP table has entries that can't be read"),
	   "an entry of a type that does not exist");
	low[0xf2000] = 'X';
	ok(mps_is(ALL, HC_UNKNOWN, 0, at, "the MP table is no table, or is cut off"),
	   "no table where the pointer leads");
	put_pointer(0xf1230, 0x7fff0000, 0);
	ok(mps_is(ALL, HC_UNKNOWN, 0, "BIOS ROM: pointer at f1230, table at 7fff0000",
		  "the MP table lies in memory that can't be read"),
	   "a table beyond the first MiB");
	clear();
	hc_put_le16(low + 0x40e, 0x9fc0);
	ok(mps_is(ALL, HC_UNKNOWN, 0, NULL, "the EBDA, where it may be, can't be read"),
	   "an EBDA that Linux does not show");
	put_pointer(0xf1230, 0, 1);
	ok(mps_is(ALL, HC_YES, 2, "BIOS ROM: pointer at f1230, a default configuration", NULL),
	   "which does not matter when the ROM has one");
}

int
main(void)
{
	fixture_start();
	test_places();
	test_defaults();
	test_damaged();
	fixture_end();
	hc_arena_done(&arena);
	return tap_done();
}
