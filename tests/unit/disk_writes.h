/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of writing partition tables, a part of test_disk.c. */
#ifndef HC_TESTS_DISK_WRITES_H
#define HC_TESTS_DISK_WRITES_H

#include "tests/unit/disk_tables.h"

/* Puts the table of image `from` on the new image `to` of `size` bytes. */
static int
transfer(const char *from, uint64_t from_size, const char *to, uint64_t size,
	 struct hc_arena *arena, struct hc_plan_writes *writes)
{
	struct hc_manifest_disk disk;
	struct hc_table t;

	if (read_table(from, 0, arena, &t, &err) < 0)
		return -1;
	disk = manifest_of(&t, from_size, arena);
	if (hc_table_writes(&disk, size, arena, writes, &err) < 0)
		return -1;
	unlink(in_dir(to));
	poke(to, 0, "", 0);
	if (truncate(in_dir(to), (off_t)size) != 0)
		return -1;
	do_writes(to, writes, arena);
	return 0;
}

static void
test_gpt_writes(void)
{
	struct hc_arena arena = { 0 };
	struct hc_plan_writes w = { 0 };
	struct hc_table a, b;
	uint64_t last = 0;

	make_gpt("gpt");
	ok_call(transfer("gpt", 64 * MIB, "same", 64 * MIB, &arena, &w), &err,
		"a GPT for a disk of its size");
	ok(run("cmp \"$D/gpt\" \"$D/same\"") == 0, "is what sgdisk wrote, to the byte");
	ok(w.count == 5 && strstr(w.items[0].what, "backup") &&
		   strstr(w.items[1].what, "backup") && w.items[4].offset == 0,
	   "the backup is written first, sector 0 last");
	ok_call(transfer("gpt", 64 * MIB, "large", 100 * MIB + 512, &arena, &w), &err,
		"a GPT for a larger disk");
	ok(run("sgdisk -v \"$D/large\" | grep -q 'No problems found'") == 0,
	   "sgdisk -v finds no problem");
	ok(run("sfdisk --verify \"$D/large\" 2>&1 | grep -q 'No errors'") == 0,
	   "neither does sfdisk --verify");
	ok(read_table("gpt", 0, &arena, &a, &err) == 0 &&
		   read_table("large", 0, &arena, &b, &err) == 0 &&
		   a.gpt_entries.size == b.gpt_entries.size &&
		   memcmp(a.gpt_entries.data, b.gpt_entries.data, a.gpt_entries.size) == 0 &&
		   strcmp(a.id, b.id) == 0,
	   "entries and disk GUID are the same to the byte");
	ok(hc_get_le32(b.sector0.data + 446 + 12) == (100 * MIB + 512) / 512 - 1,
	   "the protective MBR covers the larger disk");
	ok_call(transfer("gpt", 64 * MIB, "small", 31 * MIB, &arena, &w), &err,
		"a smaller disk that fits");
	ok(run("sgdisk -v \"$D/small\" | grep -q 'No problems found'") == 0,
	   "sgdisk -v finds no problem");
	ok_call(transfer("gpt", 64 * MIB, "tight", (61440 + 33) * 512, &arena, &w), &err,
		"a disk that just fits");
	ok_fails(transfer("gpt", 64 * MIB, "x", (61440 + 32) * 512, &arena, &w), &err,
		 H_DISK_TOO_SMALL, "refused: one sector less");
	forge("gpt", 512 + 48, 131000, 8);
	ok_call(transfer("gpt", 64 * MIB, "large", 100 * MIB, &arena, &w), &err,
		"a usable area that ended early");
	peek("large", 512 + 48, &last, 8);
	ok(last == 100 * MIB / 512 - 1 - (131071 - 131000), "still ends as far from the end");
	ok_call(transfer("g4k", 64 * MIB, "l4k", 80 * MIB, &arena, &w), &err,
		"sectors of 4096 bytes");
	ok(run("fdisk -b 4096 -l \"$D/l4k\" 2>&1 | grep -q 'PMBR\\|corrupt'") != 0 &&
		   read_table("l4k", 0, &arena, &b, &err) == 0 && b.logical_block == 4096,
	   "and fdisk finds nothing to mend");
	hc_arena_done(&arena);
}

static void
test_hybrid(void)
{
	/* 0xEE over the first MiB, then partition 1 as 07, active. */
	static const uint8_t hybrid[32] = { 0,    0, 2,    0, 0xee, 0, 0,    0, 1, 0,
					    0,    0, 0xff, 7, 0,    0, 0x80, 0, 2, 0,
					    0x07, 0, 0,    0, 0,    8, 0,    0, 0, 16 };
	struct hc_arena arena = { 0 };
	struct hc_plan_writes w = { 0 };
	struct hc_table t = { 0 };
	uint8_t after[32], full[4] = { 0xff, 0xff, 0xff, 0xff };

	make_gpt("gpt");
	poke("gpt", 446, hybrid, sizeof(hybrid));
	poke("gpt", 0, "boot code", 9);
	ok(read_table("gpt", 0, &arena, &t, &err) == 0 && t.type == HC_TABLE_GPT,
	   "a hybrid MBR counts as GPT");
	ok_call(transfer("gpt", 64 * MIB, "h", 70 * MIB, &arena, &w), &err, "it is restored");
	peek("h", 446, after, sizeof(after));
	ok(memcmp(after, hybrid, sizeof(after)) == 0, "the hybrid MBR's entries stay");
	peek("h", 0, after, 9);
	ok(memcmp(after, "boot code", 9) == 0, "and the boot code");
	make_gpt("gpt");
	poke("gpt", 446 + 12, full, 4);
	ok(transfer("gpt", 64 * MIB, "h", 70 * MIB, &arena, &w) == 0,
	   "ffffffff, as Windows writes it");
	peek("h", 446 + 12, after, 4);
	ok(memcmp(after, full, 4) == 0, "stays");
	hc_arena_done(&arena);
}

static void
test_mbr_writes(void)
{
	struct hc_arena arena = { 0 };
	struct hc_plan_writes w = { 0 };
	struct hc_table t;
	struct hc_manifest_disk disk;
	struct hc_strings losses = { 0 };

	make_mbr_of_sfdisk("mbr");
	ok_call(transfer("mbr", 64 * MIB, "m", 80 * MIB, &arena, &w), &err,
		"an MBR for a larger disk");
	ok(w.count == 1 && w.items[0].offset == 0 && run("cmp -n 512 \"$D/mbr\" \"$D/m\"") == 0,
	   "is the same sector");
	ok_fails(transfer("mbr", 64 * MIB, "m", 50 * MIB, &arena, &w), &err, H_DISK_TOO_SMALL,
		 "refused: a disk that ends inside the extended partition");
	if (read_table("mbr", 0, &arena, &t, &err) < 0)
		return;
	disk = manifest_of(&t, 64 * MIB, &arena);
	ok(hc_table_losses(&disk, UINT64_C(2) << 40, &arena, &losses, &err) == 0 &&
		   losses.count == 0,
	   "nothing is lost on 2 TiB");
	ok(hc_table_losses(&disk, UINT64_C(3) << 40, &arena, &losses, &err) == 0 &&
		   losses.count == 1 && strstr(losses.items[0], "1.0 TiB") &&
		   strstr(losses.items[0], "2.0 TiB"),
	   "beyond it something is, and is said");
	ok(hc_table_writes(&disk, UINT64_C(3) << 40, &arena, &w, &err) == 0,
	   "which does not forbid it");
	disk.sector0 = "AAAA";
	ok_fails(hc_table_writes(&disk, 64 * MIB, &arena, &w, &err), &err, H_DISK_TABLE,
		 "refused: a manifest whose sector 0 is none");
	disk.sector0 = hc_base64_encode(&arena, hc_span((const uint8_t[512]){ 0 }, 512));
	ok_fails(hc_table_writes(&disk, 64 * MIB, &arena, &w, &err), &err, H_DISK_TABLE,
		 "refused: one without 55 aa");
	disk.sector0 = NULL;
	ok_fails(hc_table_writes(&disk, 64 * MIB, &arena, &w, &err), &err, H_DISK_TABLE,
		 "refused: a manifest without it");
	hc_arena_done(&arena);
}

static void
test_hostile_manifest(void)
{
	struct hc_arena arena = { 0 };
	struct hc_plan_writes w = { 0 };
	struct hc_manifest_disk disk, bad;
	uint8_t header[512];
	struct hc_table t;

	make_gpt("gpt");
	if (read_table("gpt", 0, &arena, &t, &err) < 0)
		return;
	disk = manifest_of(&t, 64 * MIB, &arena);
	bad = disk;
	bad.gpt_entries = hc_base64_encode(&arena, hc_span(t.gpt_entries.data, 1024));
	ok_fails(hc_table_writes(&bad, 64 * MIB, &arena, &w, &err), &err, H_DISK_TABLE,
		 "refused: entries cut off");
	bad = disk;
	bad.gpt_header = hc_base64_encode(&arena, hc_span(t.gpt_header.data, 92));
	ok_fails(hc_table_writes(&bad, 64 * MIB, &arena, &w, &err), &err, H_DISK_TABLE,
		 "refused: a header of 92 bytes");
	bad = disk;
	memcpy(header, t.gpt_header.data, 512);
	hc_put_le32(header + 88, crc_of(t.gpt_entries.data, 1024));
	hc_put_le32(header + 16, 0);
	hc_put_le32(header + 16, crc_of(header, 92));
	bad.gpt_header = hc_base64_encode(&arena, hc_span(header, 512));
	bad.gpt_entries = hc_base64_encode(&arena, hc_span(t.gpt_entries.data, 1024));
	ok_fails(hc_table_writes(&bad, 64 * MIB, &arena, &w, &err), &err, H_DISK_TABLE,
		 "refused: entries cut off, with a CRC that says they are whole");
	memcpy(header, t.gpt_header.data, 512);
	hc_put_le64(header + 72, 131040);
	hc_put_le32(header + 16, 0);
	hc_put_le32(header + 16, crc_of(header, 92));
	bad = disk;
	bad.gpt_header = hc_base64_encode(&arena, hc_span(header, 512));
	ok_fails(hc_table_writes(&bad, 128 * MIB, &arena, &w, &err), &err, H_UNSUPPORTED,
		 "refused: a primary GPT with its entries at the end of the disk");
	bad = disk;
	bad.sector0 = hc_base64_encode(&arena, hc_span(t.gpt_entries.data, 4096));
	ok_fails(hc_table_writes(&bad, 64 * MIB, &arena, &w, &err), &err, H_DISK_TABLE,
		 "refused: a sector 0 that reaches over the header");
	bad = disk;
	bad.logical_block = 4096;
	ok_fails(hc_table_writes(&bad, 64 * MIB, &arena, &w, &err), &err, H_DISK_TABLE,
		 "refused: a header of another sector size");
	bad.logical_block = 0;
	ok_fails(hc_table_writes(&bad, 64 * MIB, &arena, &w, &err), &err, H_UNSUPPORTED,
		 "refused: sectors of 0 bytes");
	ok_fails(hc_table_writes(&disk, 100, &arena, &w, &err), &err, H_DISK_TOO_SMALL,
		 "refused: a target of 100 bytes");
	hc_arena_done(&arena);
}

static void
test_invalidate(void)
{
	struct hc_arena arena = { 0 };
	struct hc_plan_ranges r = { 0 };
	struct hc_table t;
	static const uint8_t zeros[24576];

	make_gpt("gpt");
	ok(hc_table_invalidate(64 * MIB, 512, &arena, &r, &err) == 0 && r.count == 2 &&
		   r.items[0].offset == 0 &&
		   r.items[1].offset + r.items[1].length == 64 * MIB &&
		   r.items[0].length < 63 * 512,
	   "both ends are invalidated, less than 63 sectors of each");
	for (size_t i = 0; i < r.count; i++)
		poke("gpt", r.items[i].offset, zeros, (size_t)r.items[i].length);
	ok(run("sgdisk -p \"$D/gpt\" 2>&1 | grep -q 'Creating new GPT'") == 0 &&
		   read_table("gpt", 0, &arena, &t, &err) == 0 && t.type == HC_TABLE_NONE,
	   "nobody sees a table afterwards");
	ok(hc_table_invalidate(30000, 512, &arena, &r, &err) == 0 && r.count == 2 &&
		   r.items[1].offset == 24576 && r.items[1].length == 29696 - 24576,
	   "on a tiny disk the two do not overlap");
	ok(hc_table_invalidate(512, 512, &arena, &r, &err) == 0 && r.count == 1,
	   "nor on one of a sector");
	hc_arena_done(&arena);
}

static void
test_tables(void)
{
	test_real_tables();
	if (!have("sgdisk") || !have("sfdisk") || !have("mkfs.vfat")) {
		tap_skip("sgdisk, sfdisk and mkfs.vfat are needed (packages gdisk, fdisk, "
			 "dosfstools)");
		return;
	}
	test_gpt_of_sgdisk();
	test_mbr_of_sfdisk();
	test_broken_gpt();
	test_odd_gpt();
	test_broken_mbr();
	test_gpt_writes();
	test_hybrid();
	test_mbr_writes();
	test_hostile_manifest();
	test_invalidate();
}

#endif
