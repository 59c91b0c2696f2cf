/* SPDX-License-Identifier: GPL-3.0-or-later */
/* boot-sectors: NTFS and FAT volumes made by mkntfs and mkfs.vfat, on disks that begin them elsewhere; the MBR. */
#include <fcntl.h>

#include "tests/unit/fixup_layout.h"

#define MIB 1048576u
/* Of w.img, which has 80 MiB: NTFS counts all sectors but the last. */
#define LAST "83885568"

#define SOFTWARE(version)                                                                      \
	"[\\Microsoft\\Windows NT\\CurrentVersion]\n\"CurrentVersion\"=\"" version "\"\n"      \
	"\"SystemRoot\"=\"C:\\\\Windows\"\n"
#define SYSTEM                                                                                 \
	"[\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"                 \
	"[\\ControlSet001\\Control]\n"

/* w.img with a Windows of this version; `options` of mkntfs. */
static bool
make_ntfs(struct sandbox *box, const char *software, const char *options)
{
	return make_hive_text(box, "SYSTEM", SYSTEM) &&
	       make_hive_text(box, "SOFTWARE", software) &&
	       run(box, "rm -f w.img && truncate -s 80M w.img && mkntfs -qFQ %s w.img",
		   options) == 0 &&
	       mount_ntfs(box, "w.img", "big_writes") &&
	       run(box, "mkdir -p mnt/Windows/System32/config && "
			"cp SYSTEM SOFTWARE mnt/Windows/System32/config") == 0 &&
	       umount_ntfs(box);
}

/* Makes the edits of bytes that were found: partition N is image N of the layout, 0 the disk. */
static bool
make_bytes(const struct sandbox *box, struct layout *l)
{
	struct hc_err err;
	char path[PATH_MAX];

	for (size_t i = 0; i < l->m.found.edits.count; i++) {
		const struct hc_edit *e = &l->m.found.edits.items[i];
		struct hc_span data;
		bool good;
		int fd;

		if (hc_base64_decode(&l->m.arena, e->after->bytes, &data, &err) < 0)
			return false;
		fd = open(
			path_in(box, path, "%s",
				e->partition == 0 ? l->disk : l->parts[e->partition - 1].image),
			O_WRONLY);
		good = fd >= 0 &&
		       pwrite(fd, data.data, data.size, (off_t)e->offset) == (ssize_t)data.size;
		if (fd >= 0)
			close(fd);
		if (!good)
			return false;
	}
	return true;
}

/* What is found; and once that is made, `again` only. */
static void
looks(struct sandbox *box, struct layout *l, bool restoring, const char *want,
      const char *again, const char *what)
{
	for (int round = 0; round < 2; round++) {
		if (ok(layout_open(box, l), "%s: the machine opens", what)) {
			ask_only(&l->m, "boot-sectors");
			l->m.request.restoring = restoring;
			/* FAT can't keep the record itself. */
			l->m.request.undo_to = "elsewhere";
			is_found(&l->m, round == 0 ? want : again, what);
			ok(make_bytes(box, l), "%s: repaired", what);
		}
		layout_done(l);
	}
}

/* ---------------------------------------------------------------- NTFS */

static struct layout
mbr(const struct layout_part *parts, size_t count)
{
	return (struct layout){
		.table = HC_TABLE_MBR, .id = "a1b2c3d4", .parts = parts, .count = count
	};
}

static const struct layout_part at_mib[] = {
	{ .image = "w.img", .start = MIB, .active = true },
};
static const struct layout_part at_63[] = {
	{ .image = "w.img", .start = 32256, .active = true },
};

static void
test_ntfs(struct sandbox *box)
{
	static const char good[] = "-p 2048 -S 63 -H 255";
	static const char heads[] =
		"note: the boot sector of partition 1 counts 240 heads, as the BIOS of some "
		"machines does: it stays\n";
	struct layout l = mbr(at_mib, 1);

	ok(make_ntfs(box, SOFTWARE("5.1"), good), "XP");
	looks(box, &l, false, "", "", "XP as it should be");
	looks(box, &l, true, "", "", "restored as it should be");
	l = mbr(at_63, 1);
	looks(box, &l, false,
	      "1 bytes  @28: 00080000 -> 3f000000\n"
	      "1 bytes  @83885596: 00080000 -> 3f000000\n",
	      "", "XP that begins at sector 63");
	l = mbr(at_mib, 1);
	ok(make_ntfs(box, SOFTWARE("5.2"), "-p 63 -S 32 -H 64"), "2003");
	looks(box, &l, false,
	      "1 bytes  @28: 3f000000 -> 00080000\n"
	      "1 bytes  @83885596: 3f000000 -> 00080000\n"
	      "1 bytes  @24: 20004000 -> 3f00ff00\n"
	      "1 bytes  @83885592: 20004000 -> 3f00ff00\n",
	      "", "2003 with another geometry");
	ok(make_ntfs(box, SOFTWARE("5.1"), "-p 2048 -S 63 -H 240"), "XP on a notebook");
	looks(box, &l, false, heads, heads, "240 heads stay");
	looks(box, &l, true,
	      "1 bytes  @24: 3f00f000 -> 3f00ff00\n"
	      "1 bytes  @83885592: 3f00f000 -> 3f00ff00\n",
	      "", "240 heads do not stay in a restore");
	ok(make_ntfs(box, SOFTWARE("6.1"), "-p 2048 -S 32 -H 64"), "7");
	looks(box, &l, true, "", "", "7 does not count heads");
}

/* What nothing starts from: 0 is left, and so are logical partitions; another number is put right. */
static void
test_others(struct sandbox *box)
{
	static const struct layout_part logical[] = {
		{ .image = "w.img", .start = MIB, .active = true },
		{ .image = "d.img", .start = 200 * MIB, .logical = true },
	};
	static const struct layout_part gpt[] = {
		{ .image = "w.img",
		  .start = 4 * MIB,
		  .guid = "aaaaaaaa-0000-0000-0000-000000000001" },
	};
	static const struct layout_part far[] = {
		{ .image = "w.img", .start = MIB, .active = true },
		{ .image = "d.img", .start = (uint64_t)5 << 40 },
	};
	static const char beyond[] =
		"note: partition 2 begins beyond sector 2^32, which its boot sector can't say: "
		"nothing starts from it under BIOS\n";
	struct layout l = mbr(logical, 2);

	ok(make_ntfs(box, SOFTWARE("6.1"), "-p 2048 -S 63 -H 255") &&
		   run(box, "rm -f d.img && truncate -s 8M d.img && "
			    "mkntfs -qFQ -p 63 -S 63 -H 255 d.img") == 0,
	   "a data volume");
	looks(box, &l, false, "", "", "a logical partition");
	l = mbr(far, 2);
	looks(box, &l, false, beyond, beyond, "beyond 2 TiB");
	l = (struct layout){ .table = HC_TABLE_GPT,
			     .id = "11111111-2222-3333-4444-555555555555",
			     .parts = gpt,
			     .count = 1 };
	looks(box, &l, false,
	      "1 bytes  @28: 00080000 -> 00200000\n"
	      "1 bytes  @83885596: 00080000 -> 00200000\n",
	      "", "a stale number on GPT");
	ok(make_ntfs(box, SOFTWARE("6.1"), ""), "no number");
	looks(box, &l, false, "", "", "no number on GPT");
	l = mbr(at_mib, 1);
	looks(box, &l, false,
	      "1 bytes  @28: 00000000 -> 00080000\n"
	      "1 bytes  @83885596: 00000000 -> 00080000\n",
	      "", "no number where BIOS starts");
	ok(make_ntfs(box, SOFTWARE("6.1"), "-p 2048 -S 63 -H 255") &&
		   run(box, "printf '\\077\\0' | dd of=w.img bs=1 seek=83885596 "
			    "conv=notrunc") == 0,
	   "a copy that is wrong alone");
	looks(box, &l, false, "1 bytes  @83885596: 3f000000 -> 00080000\n", "",
	      "it is made right");
	ok(make_ntfs(box, SOFTWARE("6.1"), ""), "no number");
	ok(run(box, "dd if=/dev/zero of=w.img bs=1 seek=" LAST
		    " count=512 conv=notrunc && printf '\\077\\0\\0\\0' | "
		    "dd of=w.img bs=1 seek=28 conv=notrunc") == 0,
	   "no copy of the boot sector");
	looks(box, &l, false, "1 bytes  @28: 3f000000 -> 00080000\n", "",
	      "a last sector that is no copy stays");
}

static void
test_fat(struct sandbox *box)
{
	static const struct layout_part parts[] = {
		{ .image = "f.img", .start = MIB, .active = true },
		{ .image = "w.img", .start = 200 * MIB },
	};
	struct layout l = mbr(parts, 2);

	ok(make_ntfs(box, SOFTWARE("6.1"), "-p 409600 -S 63 -H 255") &&
		   run(box, "rm -f f.img && truncate -s 40M f.img && "
			    "mkfs.vfat -F 32 -h 63 f.img") == 0,
	   "FAT32");
	looks(box, &l, false,
	      "1 bytes  @28: 3f000000 -> 00080000\n1 bytes  @3100: 3f000000 -> 00080000\n", "",
	      "FAT32 and its copy");
	ok(run(box, "rm -f f.img && truncate -s 16M f.img && mkfs.vfat -F 16 -h 63 f.img") == 0,
	   "FAT16");
	looks(box, &l, false, "1 bytes  @28: 3f000000 -> 00080000\n", "", "FAT16 has no copy");
}

/* f.img with a Windows of this version; what starts it would be there too. */
static bool
make_fat(struct sandbox *box, const char *software, int bits, const char *change)
{
	return make_hive_text(box, "SYSTEM", SYSTEM) &&
	       make_hive_text(box, "SOFTWARE", software) &&
	       run(box,
		   "rm -rf f.img t && mkdir -p t/Windows/System32/config && "
		   "cp SYSTEM SOFTWARE t/Windows/System32/config && truncate -s 40M f.img && "
		   "mkfs.vfat -F %d -g 255/63 -h 2048 f.img && mcopy -s -i f.img t/* ::/ && %s",
		   bits, change) == 0;
}

#define PUT_81(at) "printf '\\201' | dd of=f.img bs=1 seek=" #at " conv=notrunc && "

static void
test_drive(struct sandbox *box)
{
	static const struct layout_part parts[] = {
		{ .image = "f.img", .start = MIB, .active = true },
	};
	static const struct layout_part second[] = {
		{ .image = "f.img", .start = MIB },
		{ .image = "w.img", .start = 200 * MIB, .active = true },
	};
	struct layout l = mbr(parts, 1);

	ok(make_fat(box, SOFTWARE("5.2"), 32, "true"), "2003 on FAT32");
	looks(box, &l, false, "", "", "as it should be");
	ok(make_fat(box, SOFTWARE("5.2"), 32, PUT_81(64) PUT_81(3136) "true"), "2003 on FAT32");
	looks(box, &l, false, "1 bytes  @64: 81 -> 80\n1 bytes  @3136: 81 -> 80\n", "",
	      "which says that it is on the second disk");
	ok(make_fat(box, SOFTWARE("5.0"), 16, PUT_81(36) "true"), "2000 on FAT16");
	looks(box, &l, true, "1 bytes  @36: 81 -> 80\n", "", "has it elsewhere");
	ok(make_fat(box, SOFTWARE("5.0"), 16, PUT_81(36) "true") &&
		   make_ntfs(box, SOFTWARE("5.0"), "-p 409600 -S 63 -H 255"),
	   "a volume that nothing starts from");
	l = mbr(second, 2);
	looks(box, &l, false, "", "", "may say what it wants");
	ok(make_fat(box, SOFTWARE("5.2"), 32, PUT_81(64) "true"), "2003 on FAT32");
	l = mbr(parts, 1);
	if (ok(layout_open(box, &l), "the machine opens")) {
		ask_only(&l.m, "boot-sectors");
		is_found(&l.m,
			 "refused: partition 1 is FAT, where the record of a repair can't be "
			 "kept from other users\n",
			 "without a place for the record all is refused");
	}
	layout_done(&l);
}

/* ---------------------------------------------------------------- the MBR */

/* m.img: boot code or none, and two primary partitions with these flags. */
static bool
make_mbr(const struct sandbox *box, bool code, unsigned first, unsigned second)
{
	const unsigned flags[2] = { first, second };
	const uint32_t starts[2] = { 2048, 409600 };
	uint8_t sector[512] = { 0 };
	char path[PATH_MAX];
	FILE *file = fopen(path_in(box, path, "m.img"), "wb");

	if (code)
		memset(sector, 0x90, 440);
	for (size_t i = 0; i < 2; i++) {
		sector[446 + 16 * i] = (uint8_t)flags[i];
		sector[446 + 16 * i + 4] = 7;
		hc_put_le32(sector + 446 + 16 * i + 8, starts[i]);
		hc_put_le32(sector + 446 + 16 * i + 12, 163840);
	}
	hc_put_le16(sector + 510, 0xaa55);
	return file != NULL && fwrite(sector, sizeof(sector), 1, file) == 1 &&
	       fclose(file) == 0;
}

static void
test_mbr(struct sandbox *box)
{
	static const struct layout_part parts[] = {
		{ .image = "d.img", .start = MIB },
		{ .image = "w.img", .start = 200 * MIB },
	};
	static const char no_code[] =
		"refused: the first sector of the disk holds no boot code: "
		"BIOS starts nothing from it\n";
	static const char two[] = "refused: 2 partitions are active: boot code refuses that\n";
	static const char none[] = "refused: no partition is active, and no primary one holds "
				   "a boot manager\n";
	struct layout l = mbr(parts, 2);

	l.disk = "m.img";
	ok(make_ntfs(box, SOFTWARE("6.1"), "-p 409600 -S 63 -H 255") &&
		   mount_ntfs(box, "w.img", "big_writes") &&
		   run(box, "echo manager >mnt/bootmgr") == 0 && umount_ntfs(box) &&
		   run(box, "rm -f d.img && truncate -s 8M d.img && mkntfs -qFQ d.img") == 0 &&
		   make_mbr(box, true, 0, 0x80),
	   "a disk");
	looks(box, &l, false, "", "", "a disk as it should be");
	ok(make_mbr(box, false, 0, 0x80), "without code");
	looks(box, &l, false, no_code, no_code, "no boot code");
	ok(make_mbr(box, true, 0x80, 0x80), "two active");
	looks(box, &l, false, two, two, "two are active");
	ok(make_mbr(box, true, 0, 0), "none active");
	looks(box, &l, false, "0 bytes  @462: 00 -> 80\n", "", "none is active");
	ok(make_ntfs(box, SOFTWARE("6.1"), "-p 409600 -S 63 -H 255") &&
		   make_mbr(box, true, 0, 0),
	   "none active, and no boot manager");
	looks(box, &l, false, none, none, "nothing to make active");
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	if (run(&box, "truncate -s 4M d.img && mkntfs -qFQ d.img") == 0 &&
	    mount_ntfs(&box, "d.img", "big_writes") && umount_ntfs(&box)) {
		test_ntfs(&box);
		test_others(&box);
		test_fat(&box);
		test_drive(&box);
		test_mbr(&box);
	} else {
		tap_skip(NO_NTFS);
	}
	sandbox_close(&box);
	return tap_done();
}
