/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bcd: stores of real machines on disks with their own ids and with others; ReAgent.xml; boot files. */
#include "tests/unit/fixup_bcd.h"

/* ---------------------------------------------------------------- a UEFI laptop */

static const struct layout_part new_ids[] = {
	{ .image = "e.img", .start = MIB, .type = FIXTURE_ESP, .guid = N_ESP },
	{ .image = "w.img", .start = 40 * MIB, .guid = N_SYSTEM },
};

#define S_OLD " gpt 9d4a7cb0/5541e87d -> "
#define E_OLD " gpt 1c6ab89c/5541e87d -> "
#define LAPTOP_EDITS(esp, system)                                                              \
	"29a3911f 11000001" E_OLD esp "3bc0aca5 11000001" E_OLD esp                            \
	"9dea862c 11000001" E_OLD esp "a0f799b0 11000001" E_OLD esp                            \
	"b2721d73 11000001" E_OLD esp "b4462c63 11000001" S_OLD system                         \
	"b4462c63 21000001" S_OLD system "b4462c64 11000001" S_OLD system                      \
	"b4462c64 21000001" S_OLD system "b4462c65 11000001" S_OLD system                      \
	"b4462c65 21000001" S_OLD system "b4462c66 31000003" S_OLD system

static void
test_laptop(struct sandbox *box)
{
	struct layout l = gpt(LAPTOP, own);
	const struct hc_bcd_move moves[] = {
		{ gpt_partition(LAPTOP, L_ESP), mbr_partition(0xa1b2c3d4, MIB), 0 },
		{ gpt_partition(LAPTOP, L_SYSTEM), mbr_partition(0xa1b2c3d4, 40 * MIB), 0 },
	};

	ok(real_hive(box, "bcd", "bandysc-win10-uefi-2020-04-20", "BCD") &&
		   make_windows(box, "winload.efi", ":") && make_esp(box),
	   "a laptop is made");
	looks(box, &l, "", "a laptop as it was");
	l = gpt(OTHER, own);
	looks(box, &l, LAPTOP_EDITS("gpt 1c6ab89c/66666666\n", "gpt 9d4a7cb0/66666666\n"),
	      "another disk GUID");
	ok(make_esp(box), "the repaired store is put back");
	looks(box, &l, "", "repaired");

	/* What nobody knows of: the default entry is led to Windows, and what shared its name follows. */
	ok(real_hive(box, "bcd", "bandysc-win10-uefi-2020-04-20", "BCD") && make_esp(box),
	   "the store as it was");
	l = gpt(OTHER, new_ids);
	looks(box, &l, LAPTOP_EDITS("gpt eeeeeeee/66666666\n", "gpt 55555555/66666666\n"),
	      "new partition GUIDs too");
	ok(make_esp(box), "the repaired store is put back");
	looks(box, &l, "", "repaired after that");

	/* To MBR, as the caller says: the scheme changes. */
	ok(real_hive(box, "bcd", "bandysc-win10-uefi-2020-06-07", "BCD") && make_esp(box),
	   "the store seven weeks later");
	l = (struct layout){
		.table = HC_TABLE_MBR, .id = "a1b2c3d4", .parts = own, .count = 2
	};
	if (ok(layout_open(box, &l), "converted: the machine opens")) {
		ask_only(&l.m, "bcd");
		l.m.request.moves = (struct hc_bcd_map){ moves, 2 };
		finds(&l,
		      "9dea862c 11000001" E_OLD "mbr a1b2c3d4+1048576\n"
		      "b2721d73 11000001" E_OLD "mbr a1b2c3d4+1048576\n"
		      "b4462c63 11000001" S_OLD "mbr a1b2c3d4+41943040\n"
		      "b4462c63 21000001" S_OLD "mbr a1b2c3d4+41943040\n"
		      "b4462c64 11000001" S_OLD "mbr a1b2c3d4+41943040\n"
		      "b4462c64 21000001" S_OLD "mbr a1b2c3d4+41943040\n"
		      "b4462c65 11000001" S_OLD "mbr a1b2c3d4+41943040\n"
		      "b4462c65 21000001" S_OLD "mbr a1b2c3d4+41943040\n"
		      "b4462c66 31000003" S_OLD "mbr a1b2c3d4+41943040\n"
		      "fa913366 11000001" E_OLD "mbr a1b2c3d4+1048576\n"
		      "fa913368 11000001" E_OLD "mbr a1b2c3d4+1048576\n"
		      "fa913369 11000001" E_OLD "mbr a1b2c3d4+1048576\n",
		      "converted");
		/* Another volume of the disk. */
		l.m.offline.volumes[0].entry.filesystem = "BitLocker";
		finds(&l,
		      "refused: partition 1 is encrypted by BitLocker, which asks for its "
		      "recovery key after a change of what starts Windows: that is not changed\n",
		      "converted, with BitLocker");
	}
	layout_done(&l);
}

/* A machine with Linux on a second disk, in whose store the firmware's entries are: healthy. */
static void
test_two_disks(struct sandbox *box)
{
	static const struct layout_part parts[] = {
		{ .image = "e.img",
		  .start = MIB,
		  .type = FIXTURE_ESP,
		  .guid = "36be3955-63bf-4068-a6ab-00195cca3a22" },
		{ .image = "w.img",
		  .start = 40 * MIB,
		  .guid = "8e0f2c38-e4ea-47ba-b7fc-9d8c74dccf0b" },
		{ .image = "d.img",
		  .start = 200 * MIB,
		  .guid = "6cdfcd69-de75-4490-8f99-5a84bf264917" },
	};
	static const char note[] =
		"note: /EFI/Microsoft/Boot/BCD: element 11000001 of "
		"{733b62de-f608-11eb-825c-c112f60133ab} names a partition that is not on this "
		"disk: disk {376e5397-7d1f-4e4f-a668-5a62c1269e60}, partition "
		"{24e0e103-9bc2-477e-a5e2-3e42d2bb134f}\n";
	struct layout l = gpt("0b2394a9-095e-487d-8d48-719ecd4d78ca", parts);

	l.count = 3;
	ok(real_hive(box, "bcd", "regipy-win10-uefi-dualboot-linux", "BCD") &&
		   make_windows(box, "winload.efi", ":") && make_esp(box),
	   "a machine with two disks is made");
	looks(box, &l, note, "two disks");
}

/* ---------------------------------------------------------------- a BIOS laptop */

#define B_OLD " mbr 0003ee7c+78644248576 -> "
#define BIOS_EDITS(to)                                                                         \
	"3c32c4e7 11000001" B_OLD to "3c32c4e7 21000001" B_OLD to "3c32c4e8 31000003" B_OLD to \
	"40a5a38d 11000001" B_OLD to "40a5a38d 21000001" B_OLD to "40a5a38e 11000001" B_OLD to \
	"40a5a38e 21000001" B_OLD to "9dea862c 11000001" B_OLD to "b2721d73 11000001" B_OLD to

static void
test_bios(struct sandbox *box)
{
	static const struct layout_part there[] = {
		{ .image = "w.img", .start = 78644248576, .active = true },
	};
	static const struct layout_part moved[] = {
		{ .image = "w.img", .start = MIB, .active = true },
	};
	static const struct layout_part beside[] = {
		{ .image = "w.img", .start = MIB, .active = true },
		{ .image = "x.img", .start = 78644248576 },
	};
	struct layout l = {
		.table = HC_TABLE_MBR, .id = "0003ee7c", .parts = there, .count = 1
	};

	ok(real_hive(box, "bcd", "pybcd-BCDlaptop", "BCD") &&
		   make_windows(box, "winload.exe", BIOS_FILES),
	   "a BIOS laptop is made");
	looks(box, &l, "", "a BIOS laptop as it was");
	l.id = "a1b2c3d4";
	looks(box, &l, BIOS_EDITS("mbr a1b2c3d4+78644248576\n"), "another signature");
	l.parts = moved;
	ok(real_hive(box, "bcd", "pybcd-BCDlaptop", "BCD"), "the store as it was");
	looks(box, &l, BIOS_EDITS("mbr a1b2c3d4+1048576\n"), "another place too");
	ok(make_windows(box, "winload.exe", BIOS_FILES), "the repaired store is put back");
	looks(box, &l, "", "repaired");
	/* The same store beside a Windows whose loader it does not mean. */
	ok(real_hive(box, "bcd", "pybcd-BCDlaptop", "BCD") &&
		   make_windows(box, "other.exe", BIOS_FILES),
	   "a Windows without that loader");
	looks(box, &l,
	      "refused: /Boot/BCD: no entry starts the Windows on this disk, and the default "
	      "entry's loader \\WINDOWS\\system32\\winload.exe does not lie on partition 1\n"
	      "note: /Boot/BCD: element 11000001 of {3c32c4e7-f36e-11e2-8548-986c4e43b52a} "
	      "names a partition that is not on this disk: disk signature 0003ee7c, offset "
	      "78644248576\n",
	      "no such loader");
	l.id = "0003ee7c";
	l.parts = beside;
	l.count = 2;
	ok(make_windows(box, "winload.exe", BIOS_FILES) &&
		   run(box, "truncate -s 8M x.img && mkntfs -qFQ -p 63 x.img") == 0,
	   "a data partition where the store looks for Windows");
	looks(box, &l,
	      "refused: /Boot/BCD: no entry starts the Windows on this disk; the default one "
	      "names partition 2, where its loader \\WINDOWS\\system32\\winload.exe does not "
	      "lie\n",
	      "a loader elsewhere");
}

/* C: of a system is right, so its old disk can't be told by it: the store itself tells. */
#define HEALTHY_C                                                                              \
	"[\\MountedDevices]\n\"\\\\DosDevices\\\\C:\"=hex:d4,c3,b2,a1,00,00,90,4f,12,00,00,00\n"

/* The memory test on another partition of the old disk, at 1 MiB. */
#define MEMORY_TEST_AT_MIB                                                                     \
	"[\\Objects\\{b2721d73-1db4-4c62-bf78-c548a880142d}\\Elements\\11000001]\n"            \
	"\"Element\"=hex:00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,06,00,00,00,"         \
	"00,00,00,00,48,00,00,00,00,00,00,00,00,00,10,00,00,00,00,00,00,00,00,00,00,00,00,00," \
	"00,00,00,00,01,00,00,00,7c,ee,03,00,00,00,00,00,00,00,00,00,00,00,00,00,"             \
	"00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00\n"

static void
test_stale_store(struct sandbox *box)
{
	static const struct layout_part parts[] = {
		{ .image = "d.img", .start = MIB },
		{ .image = "w.img", .start = 78644248576, .active = true },
	};
	static const struct layout_part split[] = {
		{ .image = "b.img", .start = MIB, .active = true },
		{ .image = "w.img", .start = 40 * MIB },
	};
	struct layout l = {
		.table = HC_TABLE_MBR, .id = "a1b2c3d4", .parts = parts, .count = 2
	};

	ok(real_hive(box, "bcd", "pybcd-BCDlaptop", "BCD") &&
		   change_hive(box, "BCD", MEMORY_TEST_AT_MIB),
	   "a store of another disk");
	ok(make_hive_text(box, "SYSTEM2", SYSTEM HEALTHY_C) &&
		   make_windows(box, "winload.exe",
				BIOS_FILES " && cp SYSTEM2 mnt/Windows/System32/config/SYSTEM"),
	   "and a C: of this one");
	looks(box, &l,
	      "3c32c4e7 11000001" B_OLD "mbr a1b2c3d4+78644248576\n"
	      "3c32c4e7 21000001" B_OLD "mbr a1b2c3d4+78644248576\n"
	      "3c32c4e8 31000003" B_OLD "mbr a1b2c3d4+78644248576\n"
	      "40a5a38d 11000001" B_OLD "mbr a1b2c3d4+78644248576\n"
	      "40a5a38d 21000001" B_OLD "mbr a1b2c3d4+78644248576\n"
	      "40a5a38e 11000001" B_OLD "mbr a1b2c3d4+78644248576\n"
	      "40a5a38e 21000001" B_OLD "mbr a1b2c3d4+78644248576\n"
	      "9dea862c 11000001" B_OLD "mbr a1b2c3d4+78644248576\n"
	      "b2721d73 11000001 mbr 0003ee7c+1048576 -> mbr a1b2c3d4+1048576\n",
	      "the store tells the old signature");

	/* One name that ought to become two: nothing of the store is changed. */
	ok(real_hive(box, "bcd", "pybcd-BCDlaptop", "BCD") &&
		   run(box, "rm -f b.img && truncate -s 8M b.img && mkntfs -qFQ b.img") == 0 &&
		   mount_ntfs(box, "b.img", "big_writes") && run(box, "%s", BIOS_FILES) == 0 &&
		   umount_ntfs(box) &&
		   make_windows(box, "winload.exe",
				"cp SYSTEM2 mnt/Windows/System32/config/SYSTEM"),
	   "boot and system partition, and a store that knew one");
	l.parts = split;
	looks(box, &l,
	      "refused: /Boot/BCD: element 11000001 of "
	      "{9dea862c-5cdd-4e70-acc1-f32b344d4795} and another one name the same "
	      "partition, and ought to name two\n"
	      "note: /Boot/BCD: element 11000001 of {3c32c4e7-f36e-11e2-8548-986c4e43b52a} "
	      "names a partition that is not on this disk: disk signature 0003ee7c, offset "
	      "78644248576\n",
	      "one name for two partitions");
}

/* Of two EFI system partitions the second has everything: the first gets nothing. */
static void
test_two_esps(struct sandbox *box)
{
	static const struct layout_part parts[] = {
		{ .image = "x.img", .start = MIB, .type = FIXTURE_ESP, .guid = N_ESP },
		{ .image = "w.img", .start = 40 * MIB, .guid = L_SYSTEM },
		{ .image = "e.img", .start = 200 * MIB, .type = FIXTURE_ESP, .guid = L_ESP },
	};
	struct layout l = gpt(LAPTOP, parts);

	l.count = 3;
	ok(real_hive(box, "bcd", "bandysc-win10-uefi-2020-04-20", "BCD") && make_esp(box) &&
		   make_windows(box, "winload.efi",
				"mkdir -p mnt/Windows/Boot/EFI && "
				"echo a >mnt/Windows/Boot/EFI/bootmgfw.efi") &&
		   run(box, "rm -f x.img && truncate -s 34M x.img && mkfs.vfat -F 32 x.img") ==
			   0,
	   "two EFI system partitions");
	looks(box, &l,
	      "note: partition 1 has no boot store /EFI/Microsoft/Boot/BCD, and another "
	      "partition has one: none is made\n"
	      "note: partition 1 has no boot manager /EFI/Microsoft/Boot/bootmgfw.efi, and "
	      "another partition has one: none is copied\n",
	      "two EFI system partitions");
}

/* What names no partition is no fault. */
static void
test_stores(struct sandbox *box)
{
	static const struct layout_part parts[] = {
		{ .image = "w.img", .start = MIB, .active = true },
	};
	struct layout l = {
		.table = HC_TABLE_MBR, .id = "a1b2c3d4", .parts = parts, .count = 1
	};

	ok(real_hive(box, "bcd", "fog-generalized-win7", "BCD") &&
		   make_windows(box, "winload.exe", BIOS_FILES),
	   "a store that finds its partitions by itself");
	looks(box, &l, "", "locate");
	ok(real_hive(box, "bcd", "aioboot-AIO_Tools_MS_BCD", "BCD") &&
		   make_windows(box, "winload.exe", BIOS_FILES),
	   "a store without a default");
	looks(box, &l,
	      "note: /Boot/BCD: no entry starts the Windows on this disk, and what it starts "
	      "by default is no Windows\n",
	      "no default");
}

/* ---------------------------------------------------------------- boot files */

static void
test_files(struct sandbox *box)
{
	static const char tree[] =
		"cd mnt/Windows && mkdir -p Boot/EFI/en-US Boot/Fonts Boot/PCAT/de-DE && "
		"echo a >Boot/EFI/bootmgfw.efi && echo b >Boot/EFI/en-US/bootmgfw.efi.mui && "
		"echo c >Boot/Fonts/wgl4_boot.ttf && echo d >Boot/PCAT/bootmgr && "
		"echo e >Boot/PCAT/bootnxt && echo f >Boot/PCAT/memtest.exe && "
		"echo g >Boot/PCAT/de-DE/bootmgr.exe.mui && cd ../..";
	static const struct layout_part bios[] = {
		{ .image = "w.img", .start = 78644248576, .active = true },
	};
	struct layout l = gpt(LAPTOP, own);
	char more[1024];

	ok(real_hive(box, "bcd", "bandysc-win10-uefi-2020-04-20", "BCD") &&
		   make_windows(box, "winload.efi", tree) && make_esp(box) &&
		   run(box, "mdel -i e.img ::EFI/Microsoft/Boot/bootmgfw.efi") == 0,
	   "an EFI system partition without a boot manager");
	looks(box, &l,
	      "1:/EFI/Microsoft/Boot/bootmgfw.efi made\n"
	      "1:/EFI/Microsoft/Boot/en-US/bootmgfw.efi.mui made\n"
	      "1:/EFI/Microsoft/Boot/Fonts/wgl4_boot.ttf made\n",
	      "copied to the EFI system partition");
	ok(make_windows(box, "winload.efi", ":"), "a Windows without copies");
	looks(box, &l,
	      "refused: partition 1 has no boot manager /EFI/Microsoft/Boot/bootmgfw.efi, and "
	      "Windows no copy of it\n",
	      "no copies");
	snprintf(more, sizeof(more), "%s && mkdir mnt/Boot && cp BCD mnt/Boot", tree);
	ok(real_hive(box, "bcd", "pybcd-BCDlaptop", "BCD") &&
		   make_windows(box, "winload.exe", more),
	   "an active partition without a boot manager");
	l = (struct layout){
		.table = HC_TABLE_MBR, .id = "0003ee7c", .parts = bios, .count = 1
	};
	looks(box, &l,
	      "1:/bootmgr made\n1:/BOOTNXT made\n1:/Boot/de-DE/bootmgr.exe.mui made\n"
	      "1:/Boot/memtest.exe made\n1:/Boot/Fonts/wgl4_boot.ttf made\n",
	      "copied to the active partition");
}

/* ---------------------------------------------------------------- ReAgent.xml */

static void
reagent_is(struct layout *l, const char *want, size_t size, const char *what)
{
	struct hc_span got = { 0 };
	struct hc_err err;
	const struct hc_edit *e = NULL;

	for (size_t i = 0; i < l->m.found.edits.count; i++)
		if (l->m.found.edits.items[i].kind == HC_EDIT_FILE)
			e = &l->m.found.edits.items[i];
	ok(e != NULL && e->after->bytes != NULL &&
		   hc_base64_decode(&l->m.arena, e->after->bytes, &got, &err) == 0 &&
		   got.size == size && memcmp(got.data, want, size) == 0,
	   "%s: the text is that expected", what);
}

/* What began where the row says is told by the move alone: nothing of the recovery environment can be read, and another
 * partition begins there now. */
static void
moves_with_starts(struct sandbox *box, struct layout *l)
{
	static const char put[] = "mkdir -p mnt/Windows/System32/Recovery && "
				  "cp r.xml mnt/Windows/System32/Recovery/ReAgent.xml";
	static const char here[] = REAGENT(OTHER, "41943040");
	const struct hc_bcd_move moves[] = {
		{ gpt_partition(LAPTOP, L_ESP), gpt_partition(OTHER, L_ESP), 99 * MIB },
		{ gpt_partition(LAPTOP, L_SYSTEM), gpt_partition(OTHER, L_SYSTEM), MIB },
	};

	ok(put_text(box, "r.xml", REAGENT(LAPTOP, "1048576")) &&
		   make_windows(box, "winload.efi", put) && layout_open(box, l),
	   "another partition begins there");
	ask_only(&l->m, "bcd");
	l->m.request.moves = (struct hc_bcd_map){ moves, 2 };
	finds(l, "2:/Windows/System32/Recovery/ReAgent.xml replaced\n",
	      "a place told by the map");
	reagent_is(l, here, sizeof(here) - 1, "a place told by the map");
	layout_done(l);
}

static void
test_reagent(struct sandbox *box)
{
	static const char put[] = "mkdir -p mnt/Windows/System32/Recovery "
				  "mnt/Recovery/WindowsRE && "
				  "cp r.xml mnt/Windows/System32/Recovery/ReAgent.xml";
	static const char line[] = "2:/Windows/System32/Recovery/ReAgent.xml replaced\n";
	static const char here[] = REAGENT(OTHER, "41943040");
	struct layout l = gpt(LAPTOP, own);
	struct hc_buf utf16 = { 0 };
	struct hc_err err;

	ok(real_hive(box, "bcd", "bandysc-win10-uefi-2020-04-20", "BCD") && make_esp(box) &&
		   put_text(box, "r.xml", REAGENT(LAPTOP, "41943040")) &&
		   make_windows(box, "winload.efi", put),
	   "ReAgent.xml as it was");
	looks(box, &l, "", "ReAgent.xml as it was");
	l = gpt(OTHER, own);
	looks(box, &l,
	      LAPTOP_EDITS(
		      "gpt 1c6ab89c/66666666\n",
		      "gpt 9d4a7cb0/66666666\n") "2:/Windows/System32/Recovery/ReAgent.xml replaced\n",
	      "another disk GUID");
	ok(make_esp(box) && put_text(box, "r.xml", REAGENT(LAPTOP, "7340032")) &&
		   make_windows(box, "winload.efi", put) && layout_open(box, &l),
	   "moved as well");
	ask_only(&l.m, "bcd");
	l.m.request.moves = (struct hc_bcd_map){
		(const struct hc_bcd_move[]){
			{ gpt_partition(LAPTOP, L_ESP), gpt_partition(OTHER, L_ESP), 0 },
			{ gpt_partition(LAPTOP, L_SYSTEM), gpt_partition(OTHER, L_SYSTEM),
			  0 } },
		2
	};
	finds(&l, line, "a place told by what lies there");
	reagent_is(&l, here, sizeof(here) - 1, "another place");
	layout_done(&l);

	/* The same in UTF-16. */
	hc_buf_append(&utf16, "\xff\xfe", 2, &err);
	hc_utf8_to_utf16(here, &utf16, &err);
	ok(run(box, "{ printf '\\377\\376'; iconv -t UTF-16LE r.xml; } >u && mv u r.xml") ==
			   0 &&
		   make_windows(box, "winload.efi", put) && layout_open(box, &l),
	   "in UTF-16");
	ask_only(&l.m, "bcd");
	l.m.request.moves = (struct hc_bcd_map){
		(const struct hc_bcd_move[]){ { gpt_partition(LAPTOP, L_SYSTEM),
						gpt_partition(OTHER, L_SYSTEM), 0 } },
		1
	};
	finds(&l, line, "in UTF-16");
	reagent_is(&l, (const char *)utf16.data, utf16.size, "in UTF-16");
	hc_buf_done(&utf16);
	layout_done(&l);

	moves_with_starts(box, &l);

	/* Nobody's disk. */
	ok(put_text(box, "r.xml", REAGENT(N_ESP, "41943040")) &&
		   make_windows(box, "winload.efi", put),
	   "another disk's place");
	looks(box, &l,
	      "note: /Windows/System32/Recovery/ReAgent.xml: WinreLocation names a place that "
	      "is not on this disk: disk {" N_ESP "} or 00000000, offset 41943040\n",
	      "another disk's place");
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	if (getenv("HALCYON_TESTDATA") == NULL) {
		tap_skip("no real stores: HALCYON_TESTDATA is not set");
	} else if (run(&box, "truncate -s 4M d.img && mkntfs -qFQ d.img") != 0 ||
		   !mount_ntfs(&box, "d.img", "big_writes") || !umount_ntfs(&box)) {
		tap_skip(NO_NTFS);
	} else {
		test_laptop(&box);
		test_two_disks(&box);
		test_bios(&box);
		test_stale_store(&box);
		test_two_esps(&box);
		test_stores(&box);
		test_files(&box);
		test_reagent(&box);
	}
	sandbox_close(&box);
	return tap_done();
}
