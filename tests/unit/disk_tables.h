/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of partition tables, a part of test_disk.c: against real disks, sgdisk, sfdisk, fdisk and libfdisk. */
#ifndef HC_TESTS_DISK_TABLES_H
#define HC_TESTS_DISK_TABLES_H

#include "tests/unit/disk_fixture.h"

#define MIB (UINT64_C(1) << 20)

static struct hc_err err;

/* ---------------------------------------------------------------- real disks */

static bool
unpack(const char *name)
{
	const char *data = getenv("HALCYON_TESTDATA");
	char command[512];

	if (data == NULL)
		return false;
	snprintf(command, sizeof(command), "xz -dc '%s/images/dfvfs/%s.xz' > \"$D/%s\"", data,
		 name, name);
	return run(command) == 0;
}

/* The numbers are mmls's, from images/FACTS.md. */
static void
test_real_tables(void)
{
	struct hc_arena arena = { 0 };
	struct hc_table t;

	if (!unpack("gpt.raw") || !unpack("mbr.raw") || !unpack("gpt_empty_with_mbr.raw")) {
		tap_skip("HALCYON_TESTDATA is not set, so no real disk images");
		return;
	}
	ok_call(read_table("gpt.raw", 0, &arena, &t, &err), &err, "a real GPT is read");
	ok(t.type == HC_TABLE_GPT && t.partitions.count == 2 &&
		   t.partitions.items[0].start == 2048 * 512 &&
		   t.partitions.items[0].size == 128 * 512 &&
		   t.partitions.items[1].start == 4096 * 512 &&
		   strcmp(t.partitions.items[1].name, "Linux filesystem") == 0,
	   "with mmls's partitions");
	ok_call(witness("gpt.raw", &t, &err), &err, "and libfdisk's");
	ok_call(read_table("mbr.raw", 0, &arena, &t, &err), &err, "a real MBR is read");
	ok(t.type == HC_TABLE_MBR && t.partitions.count == 2 &&
		   t.partitions.items[0].start == 512 &&
		   t.partitions.items[0].size == 129 * 512 &&
		   t.partitions.items[1].number == 5 && t.partitions.items[1].logical &&
		   t.partitions.items[1].start == 131 * 512,
	   "with its logical partition where mmls sees it");
	ok_call(witness("mbr.raw", &t, &err), &err, "and libfdisk");
	ok_call(read_table("gpt_empty_with_mbr.raw", 0, &arena, &t, &err), &err,
		"an MBR beside an old GPT is read");
	ok(t.type == HC_TABLE_MBR && t.partitions.count == 1 &&
		   t.partitions.items[0].start == 48 * 512 &&
		   t.partitions.items[0].size == 257 * 512,
	   "as an MBR, like mmls and the kernel do");
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- made by others */

/* Windows' layout with a hole, odd order, attributes; sgdisk writes it, once (it sleeps a second). */
static const char sgdisk_layout[] =
	"test -e \"$D/master\" || { truncate -s 64M \"$D/master\" && sgdisk \"$D/master\" -a 1 "
	"-U 11111111-2222-3333-4444-555555555555 "
	"-n 3:40960:61439 -t 3:EBD0A0A2-B9E5-4433-87C0-68B6B72699C7 -c 3:'Basic data "
	"partition' "
	"-n 1:2048:6143 -t 1:C12A7328-F81F-11D2-BA4B-00C04FC93EC9 -A 1:set:63 "
	"-n 7:8192:8193 -t 7:E3C9E316-0B5C-4DB8-817D-F92DF00215AE "
	"-u 3:AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE >/dev/null; } && "
	"cp --sparse=always \"$D/master\" \"$D/$N\"";

static bool
make_gpt(const char *name)
{
	setenv("N", name, 1);
	return run(sgdisk_layout) == 0;
}

static void
test_gpt_of_sgdisk(void)
{
	struct hc_arena arena = { 0 };
	struct hc_table t = { 0 };
	const struct hc_partition *p;

	ok(make_gpt("gpt"), "sgdisk writes a GPT");
	ok_call(read_table("gpt", 0, &arena, &t, &err), &err, "it is read");
	ok(t.type == HC_TABLE_GPT &&
		   strcmp(t.id, "11111111-2222-3333-4444-555555555555") == 0 &&
		   t.partitions.count == 3 && t.logical_block == 512,
	   "disk GUID and number of partitions");
	p = t.partitions.items;
	ok(p[0].number == 1 && p[1].number == 7 && p[2].number == 3,
	   "partitions are sorted by start and keep their numbers");
	ok(strcmp(p[0].attributes, "8000000000000000") == 0, "attributes");
	ok(p[2].start == 40960 * 512 && p[2].size == 20480 * 512 &&
		   strcmp(p[2].name, "Basic data partition") == 0 &&
		   strcmp(p[2].guid, "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee") == 0 &&
		   strcmp(p[2].type, "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7") == 0,
	   "place, name, GUID and type");
	ok_call(witness("gpt", &t, &err), &err, "libfdisk agrees");
	t.partitions.items[0].size += 512;
	ok_fails(witness("gpt", &t, &err), &err, H_DISK_TABLE,
		 "libfdisk is heard when it does not agree about an end");
	t.partitions.items[0].size -= 512;
	t.partitions.items[0].start += 512;
	ok_fails(witness("gpt", &t, &err), &err, H_DISK_TABLE, "about a start");
	t.partitions.items[0].start -= 512;
	t.partitions.items[0].guid = "x";
	ok_fails(witness("gpt", &t, &err), &err, H_DISK_TABLE, "about a GUID");
	t.partitions.items++;
	t.partitions.count--;
	ok_fails(witness("gpt", &t, &err), &err, H_DISK_TABLE, "about a partition less");
	if (read_table("gpt", 0, &arena, &t, &err) == 0) {
		p = hc_arena_grow(&arena, &t.partitions.items, &t.partitions.count, sizeof(*p));
		t.partitions.items[3] = t.partitions.items[2];
		t.partitions.items[3].number = 9;
	}
	ok_fails(witness("gpt", &t, &err), &err, H_DISK_TABLE, "or more");
	ok(run("truncate -s 8M \"$D/g0\" && sgdisk -o \"$D/g0\" >/dev/null") == 0 &&
		   read_table("g0", 512, &arena, &t, &err) == 0 && t.partitions.count == 0 &&
		   t.type == HC_TABLE_GPT,
	   "a GPT without partitions is one");
	ok(run("truncate -s 64M \"$D/g4k\" && printf 'g\\nn\\n1\\n\\n+8M\\nn\\n2\\n\\n\\nw\\n' "
	       "| "
	       "fdisk -b 4096 \"$D/g4k\" >/dev/null 2>&1") == 0 &&
		   read_table("g4k", 0, &arena, &t, &err) == 0 && t.logical_block == 4096 &&
		   t.partitions.count == 2 && t.partitions.items[0].start == MIB &&
		   t.partitions.items[0].size == 8 * MIB && t.sector0.size == 4096,
	   "a GPT of 4096-byte sectors is found without being told");
	ok_call(witness("g4k", &t, &err), &err, "libfdisk agrees");
	hc_arena_done(&arena);
}

static bool
make_mbr_of_sfdisk(const char *name)
{
	setenv("N", name, 1);
	return run("rm -f \"$D/$N\"; truncate -s 64M \"$D/$N\" && printf '%s\\n' 'label: dos' "
		   "'label-id: 0xdeadbeef' "
		   "'x1 : start=63,size=2048,type=7,bootable' 'x2 : "
		   "start=4096,size=100000,type=f' "
		   "'x3 : start=110000,size=63,type=27' 'x5 : start=4097,size=100,type=7' "
		   "'x6 : start=5000,size=1000,type=b' 'x7 : start=90000,size=1,type=83' | "
		   "sfdisk \"$D/$N\" >/dev/null 2>&1") == 0;
}

static void
test_mbr_of_sfdisk(void)
{
	struct hc_arena arena = { 0 };
	struct hc_table t = { 0 };

	ok(make_mbr_of_sfdisk("mbr"), "sfdisk writes an MBR with logical partitions");
	ok_call(read_table("mbr", 512, &arena, &t, &err), &err, "it is read");
	ok(strcmp(t.id, "deadbeef") == 0 && t.partitions.count == 5,
	   "signature and number of partitions");
	if (t.partitions.count == 5) {
		ok(t.partitions.items[0].active && t.partitions.items[0].start == 63 * 512 &&
			   strcmp(t.partitions.items[0].type, "07") == 0,
		   "the active one");
		ok(t.partitions.items[1].number == 5 && t.partitions.items[2].number == 6 &&
			   t.partitions.items[2].start == 5000 * 512 &&
			   t.partitions.items[2].size == 1000 * 512 &&
			   t.partitions.items[3].logical && !t.partitions.items[4].logical &&
			   t.partitions.items[4].number == 3,
		   "logical ones count from 5, in the order of their chain");
	}
	ok_call(witness("mbr", &t, &err), &err, "libfdisk agrees");
	ok(run("truncate -s 4M \"$D/none\"") == 0 &&
		   read_table("none", 0, &arena, &t, &err) == 0 && t.type == HC_TABLE_NONE &&
		   t.sector0.size == 512,
	   "an empty disk has no table");
	ok(run("cp \"$D/none\" \"$D/fat\" && mkfs.vfat \"$D/fat\" >/dev/null") == 0 &&
		   read_table("fat", 0, &arena, &t, &err) == 0 && t.type == HC_TABLE_NONE,
	   "neither has a file system without partitions, whose boot sector ends in 55 aa too");
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- broken ones */

static uint32_t
crc_of(const uint8_t *bytes, size_t size)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1)));
	}
	return ~crc;
}

/* Changes a field of the primary header or of the entries, and makes the CRCs good again. */
static void
forge(const char *name, uint64_t offset, uint64_t value, unsigned width)
{
	static uint8_t head[34 * 512];
	uint32_t count, size;

	peek(name, 0, head, sizeof(head));
	for (unsigned i = 0; i < width; i++)
		head[offset + i] = (uint8_t)(value >> 8 * i);
	count = hc_get_le32(head + 512 + 80);
	size = hc_get_le32(head + 512 + 84);
	if (count * size <= 32 * 512)
		hc_put_le32(head + 512 + 88, crc_of(head + 1024, count * size));
	hc_put_le32(head + 512 + 16, 0);
	hc_put_le32(head + 512 + 16, crc_of(head + 512, hc_get_le32(head + 512 + 12)));
	poke(name, 0, head, sizeof(head));
}

struct damage {
	const char *name;
	uint64_t offset, value;
	unsigned width;
	bool good_crcs;
	enum hc_err_code want;
	const char *text; /* that the error has to say */
};

static void
test_broken_gpt(void)
{
	static const struct damage cases[] = {
		{ "header CRC", 512 + 56, 1, 1, false, H_DISK_TABLE,
		  "header at LBA 1 is damaged" },
		{ "entries CRC", 1024 + 1, 1, 1, false, H_DISK_TABLE, "entries are damaged" },
		{ "no header", 512, 0, 8, false, H_DISK_TABLE, "only the backup GPT" },
		{ "no protective MBR", 446, 0, 66, false, H_DISK_TABLE, "sector 0" },
		{ "header of 91 bytes", 512 + 12, 91, 4, true, H_DISK_TABLE, "92 to 512" },
		{ "header of 513 bytes", 512 + 12, 513, 4, false, H_DISK_TABLE, "92 to 512" },
		{ "header of another place", 512 + 24, 2, 8, true, H_DISK_TABLE,
		  "says it lies at 2" },
		{ "entries of 100 bytes", 512 + 84, 100, 4, true, H_DISK_TABLE, "100 bytes" },
		{ "too many entries", 512 + 80, 0x10000000, 4, true, H_DISK_TABLE,
		  "are supported" },
		{ "entries in LBA 1", 512 + 72, 1, 8, true, H_DISK_TABLE, "contradict" },
		{ "a usable area that ends before it begins", 512 + 48, 30, 8, true,
		  H_DISK_TABLE, "contradict" },
		{ "entries inside a partition", 512 + 72, 3000, 8, true, H_DISK_TABLE,
		  "contradict" },
		{ "entries beyond the disk", 512 + 72, 1u << 30, 8, true, H_DISK_TABLE,
		  "outside" },
		{ "an LBA beyond any disk", 512 + 32, UINT64_MAX, 8, true, H_DISK_TABLE,
		  "beyond any" },
		{ "a cut disk", 512 + 48, 200000, 8, true, H_DISK_LAYOUT, "cut off" },
		{ "overlap", 1024 + 6 * 128 + 32, 6143, 8, true, H_DISK_LAYOUT,
		  "overlap at byte" },
		{ "end before start", 1024 + 40, 2047, 8, true, H_DISK_LAYOUT, "usable area" },
		{ "in front of the usable area", 1024 + 32, 33, 8, true, H_DISK_LAYOUT,
		  "usable area" },
		{ "behind the usable area", 1024 + 2 * 128 + 40, 131071, 8, true, H_DISK_LAYOUT,
		  "usable" },
	};
	struct hc_arena arena = { 0 };
	struct hc_table t;
	char text[4096];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct damage *c = &cases[i];

		make_gpt("broken");
		if (c->good_crcs)
			forge("broken", c->offset, c->value, c->width);
		else if (c->width > 8)
			poke("broken", c->offset, (const uint8_t[66]){ 0 }, c->width);
		else
			poke("broken", c->offset, &c->value, c->width);
		ok_fails(read_table("broken", 0, &arena, &t, &err), &err, c->want,
			 "refused: %s", c->name);
		hc_err_format(&err, text, sizeof(text));
		if (!ok(strstr(text, c->text) != NULL, "and the error says why"))
			printf("# %s\n", text);
	}
	hc_arena_done(&arena);
}

static void
test_odd_gpt(void)
{
	struct hc_arena arena = { 0 };
	uint8_t entries[8 * 128], wide[8 * 256] = { 0 };
	struct hc_table t = { 0 };

	make_gpt("odd");
	forge("odd", 512 + 40, 35, 8);
	ok_call(read_table("odd", 0, &arena, &t, &err), &err,
		"an odd first usable LBA is fine");
	peek("odd", 1024, entries, sizeof(entries));
	for (unsigned i = 0; i < 8; i++)
		memcpy(wide + 256 * i, entries + 128 * i, 128);
	poke("odd", 1024, wide, sizeof(wide));
	forge("odd", 512 + 80, 8 | (UINT64_C(256) << 32), 8);
	ok_call(read_table("odd", 0, &arena, &t, &err), &err, "entries of 256 bytes are read");
	ok(t.partitions.count == 3 && t.partitions.items[2].number == 3 &&
		   t.gpt_entries.size == 2048,
	   "with all partitions");
	ok_call(witness("odd", &t, &err), &err, "libfdisk agrees");
	make_gpt("odd");
	forge("odd", 512 + 72, 131039, 8);
	ok_call(read_table("odd", 0, &arena, &t, &err), &err, "entries may lie at the end");
	forge("odd", 512 + 40, 1, 8);
	ok_fails(read_table("odd", 0, &arena, &t, &err), &err, H_DISK_TABLE,
		 "refused: a usable area that begins with the header");
	hc_arena_done(&arena);
}

static void
ebr(const char *name, uint64_t lba, const uint32_t data[2], const uint32_t link[2])
{
	uint8_t sector[512] = { 0 };

	sector[510] = 0x55;
	sector[511] = 0xaa;
	sector[446 + 4] = 7;
	hc_put_le32(sector + 446 + 8, data[0]);
	hc_put_le32(sector + 446 + 12, data[1]);
	sector[462 + 4] = link[1] != 0 ? 5 : 0;
	hc_put_le32(sector + 462 + 8, link[0]);
	hc_put_le32(sector + 462 + 12, link[1]);
	poke(name, lba * 512, sector, sizeof(sector));
}

/* One primary partition, an extended one from 1000 to 8999. */
static void
make_mbr(const char *name, uint32_t primary_start)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -f \"$D/%s\"; truncate -s 5M \"$D/%s\"", name,
		 name);
	run(command);
	ebr(name, 0, (const uint32_t[2]){ primary_start, 100 },
	    (const uint32_t[2]){ 1000, 8000 });
}

static void
test_broken_mbr(void)
{
	struct hc_arena arena = { 0 };
	struct hc_table t = { 0 };

	make_mbr("b", 63);
	ok_call(read_table("b", 512, &arena, &t, &err), &err,
		"an empty extended partition is fine");
	poke("b", 1000 * 512, "x", 1);
	ok_fails(read_table("b", 512, &arena, &t, &err), &err, H_DISK_TABLE,
		 "refused: no EBR in it");
	ebr("b", 1000, (const uint32_t[2]){ 1, 10 }, (const uint32_t[2]){ 0, 10 });
	ok_fails(read_table("b", 512, &arena, &t, &err), &err, H_DISK_LAYOUT,
		 "refused: a link to itself");
	ebr("b", 1000, (const uint32_t[2]){ 0, 0 }, (const uint32_t[2]){ 100, 10 });
	ebr("b", 1100, (const uint32_t[2]){ 0, 0 }, (const uint32_t[2]){ 200, 10 });
	ebr("b", 1200, (const uint32_t[2]){ 0, 0 }, (const uint32_t[2]){ 100, 10 });
	ok_fails(read_table("b", 512, &arena, &t, &err), &err, H_DISK_LAYOUT,
		 "refused: a circle");
	ebr("b", 1000, (const uint32_t[2]){ 1, 10 }, (const uint32_t[2]){ 8000, 10 });
	ok_fails(read_table("b", 512, &arena, &t, &err), &err, H_DISK_LAYOUT,
		 "refused: a link out of the extended partition");
	ebr("b", 1000, (const uint32_t[2]){ 1, 8000 }, (const uint32_t[2]){ 0, 0 });
	ok_fails(read_table("b", 512, &arena, &t, &err), &err, H_DISK_LAYOUT,
		 "refused: a logical partition beyond the extended one");
	ebr("b", 1000, (const uint32_t[2]){ 0, 10 }, (const uint32_t[2]){ 0, 0 });
	ok_fails(read_table("b", 512, &arena, &t, &err), &err, H_DISK_LAYOUT,
		 "refused: a logical partition on top of its boot record");
	make_mbr("b", 950);
	ok_fails(read_table("b", 512, &arena, &t, &err), &err, H_DISK_LAYOUT,
		 "refused: a primary partition in the extended one");
	make_mbr("b", 10200);
	ok_fails(read_table("b", 512, &arena, &t, &err), &err, H_DISK_LAYOUT,
		 "refused: a partition beyond the disk");
	make_mbr("b", 63);
	poke("b", 446, "\x55", 1);
	ok(read_table("b", 512, &arena, &t, &err) == 0 && t.type == HC_TABLE_NONE,
	   "a boot flag of neither 0 nor 80 is no table");
	ok_fails(read_table("b", 520, &arena, &t, &err), &err, H_UNSUPPORTED,
		 "refused: 520-byte sectors");
	hc_arena_done(&arena);
}

#endif
