/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Old names of partitions: what is inferred, and drive letters that follow. */
#include "restore/fixup/moves.h"
#include "tests/unit/fixup_layout.h"

#define DISK_A "11111111-2222-3333-4444-555555555555"
#define DISK_B "66666666-7777-8888-9999-aaaaaaaaaaaa"
#define PART_1 "aaaaaaaa-0000-0000-0000-000000000001"
#define PART_2 "aaaaaaaa-0000-0000-0000-000000000002"
#define PART_3 "aaaaaaaa-0000-0000-0000-000000000003"
#define MIB    1048576u

/* ---------------------------------------------------------------- inference */

static struct fix_name
named(struct hc_bcd_partition partition, bool is_system)
{
	return (struct fix_name){ partition, true, is_system };
}

/* "1->0 3->2": names that move, by position, and where to. */
static void
infers(struct fix_name *names, size_t count, struct hc_bcd_partition *here, size_t here_count,
       size_t system, const char *want, const char *what)
{
	const struct fix_here on = { here, here_count, system };
	const struct fix_names list = { names, count };
	struct hc_arena arena = { 0 };
	struct hc_bcd_map map = { 0 };
	struct hc_err err;
	char got[256] = "";

	ok_call(fix_moves_infer(&list, &on, &arena, &map, &err), &err, "%s: infers", what);
	for (size_t i = 0; i < count; i++) {
		const struct hc_bcd_move *move = fix_move_of(&map, &names[i]);
		struct fix_name to;

		if (move == NULL)
			continue;
		to = named(move->to, false);
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%zu->%zu",
			 got[0] != '\0' ? " " : "", i, fix_here_find(&on, &to));
	}
	if (!ok(strcmp(got, want) == 0, "%s", what))
		printf("# wanted %s, got %s\n", want, got);
	hc_arena_done(&arena);
}

static void
test_infer_mbr(void)
{
	struct hc_bcd_partition here[] = { mbr_partition(0xa1b2c3d4, MIB),
					   mbr_partition(0xa1b2c3d4, 525336576) };
	struct fix_name moved[] = {
		named(mbr_partition(0xdf4546ae, 525336576), true),
		named(mbr_partition(0xdf4546ae, MIB), false),
		named(mbr_partition(0x002b1be5, MIB), false),
		named(mbr_partition(0xdf4546ae, 106862837760), false),
	};
	struct fix_name healthy[] = {
		named(mbr_partition(0xa1b2c3d4, 525336576), true),
		named(mbr_partition(0x002b1be5, MIB), false),
		named(mbr_partition(0x002b1be5, 525336576), false),
	};
	struct fix_name elsewhere[] = {
		named(mbr_partition(0xdf4546ae, 999 * (uint64_t)MIB), true),
		named(mbr_partition(0xdf4546ae, MIB), false),
	};
	struct fix_name unknown[] = { named(mbr_partition(0xdf4546ae, MIB), false) };

	infers(moved, 4, here, 2, 1, "0->1 1->0",
	       "the signature of the system's letter is this disk's; a stick with the same "
	       "offset is not");
	infers(healthy, 3, here, 2, 1, "",
	       "a system that is named as it is moves nothing, not even the same offsets");
	infers(elsewhere, 2, here, 2, 1, "", "an offset that does not fit is no evidence");
	infers(unknown, 1, here, 2, 1, "", "without a name of the system nothing is known");
	infers(moved, 4, here, 2, HC_OFFLINE_NONE, "", "nor without its place");
}

static void
test_infer_gpt(void)
{
	struct hc_bcd_partition here[] = { gpt_partition(DISK_A, PART_1),
					   gpt_partition(DISK_A, PART_2) };
	struct hc_bcd_partition twice[] = { gpt_partition(DISK_A, PART_1),
					    gpt_partition(DISK_A, PART_1) };
	struct fix_name names[] = {
		named(gpt_partition(DISK_B, PART_2), true),
		named(gpt_partition(DISK_B, PART_1), false),
		named(gpt_partition(DISK_A, PART_1), false),
		named(gpt_partition(DISK_B, PART_3), false),
		named(mbr_partition(0xa1b2c3d4, MIB), true),
	};

	infers(names, 5, here, 2, 1, "0->1 1->0", "partition GUIDs under another disk GUID");
	infers(names, 5, twice, 2, 1, "", "not where two partitions have that GUID");
}

/* ---------------------------------------------------------------- mounted-devices */

#define SOFTWARE                                                                               \
	"[\\Microsoft\\Windows NT\\CurrentVersion]\n\"CurrentVersion\"=\"6.1\"\n"              \
	"\"SystemRoot\"=\"C:\\\\Windows\"\n"
#define SYSTEM(values)                                                                         \
	"[\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"                 \
	"[\\ControlSet001\\Control]\n[\\MountedDevices]\n" values
/* Signature, offset 1 MiB and 2 MiB; the stick's is 002b1be5. */
#define NEW_1     "d4,c3,b2,a1,00,00,10,00,00,00,00,00\n"
#define NEW_2     "d4,c3,b2,a1,00,00,20,00,00,00,00,00\n"
#define OLD_1     "44,33,22,11,00,00,10,00,00,00,00,00\n"
#define OLD_2     "44,33,22,11,00,00,20,00,00,00,00,00\n"
#define STICK     "e5,1b,2b,00,00,00,10,00,00,00,00,00\n"
#define REMOVABLE "5f,00,3f,00,3f,00,5f,00,55,00,53,00,42,00,53,00\n"

static const struct layout_part two[] = {
	{ .image = "w.img", .start = MIB, .active = true },
	{ .image = "d.img", .start = 2 * MIB },
};

static bool
put_on_disk(struct sandbox *box, struct layout *l)
{
	if (!make_windows_volume(box, "") || !layout_open(box, l))
		return false;
	ask_only(&l->m, "mounted-devices");
	return true;
}

/* What is found with the hives of the sandbox, and that nothing more is found once it is repaired; notes stay. */
static void
looks(struct sandbox *box, struct layout *l, const char *want, const char *again,
      const char *what)
{
	if (ok(put_on_disk(box, l), "%s: the machine opens", what)) {
		is_found(&l->m, want, what);
		ok(make_hive_edits(box, &l->m, "SYSTEM"), "%s: repaired", what);
	}
	layout_done(l);
	if (ok(put_on_disk(box, l), "%s: it opens again", what))
		is_found(&l->m, again, what);
	layout_done(l);
}

/* A disk a1b2c3d4 of two partitions, the first with Windows. */
static void
letters(struct sandbox *box, const char *system, const char *want, const char *again,
	const char *what)
{
	struct layout l = { .table = HC_TABLE_MBR, .id = "a1b2c3d4", .parts = two, .count = 2 };

	ok(make_hive_text(box, "SYSTEM", system) && make_hive_text(box, "SOFTWARE", SOFTWARE),
	   "%s: hives", what);
	looks(box, &l, want, again, what);
}

#define C "\"\\\\DosDevices\\\\C:\"=hex:"
#define D "\"\\\\DosDevices\\\\D:\"=hex:"
#define E "\"\\\\DosDevices\\\\E:\"=hex:"
#define V "\"\\\\??\\\\Volume{49ba8cee-4684-11e6-9fd1-806e6f6e6963}\"=hex:"
#define T "\"#{5aae7822-77cb-11e9-bcf1-784f439fa657}\"=hex:"
#define M "SYSTEM MountedDevices "

static void
test_letters(struct sandbox *box)
{
	static const char wrong[] =
		"refused: \\DosDevices\\C: names partition 2 of this disk, while Windows, which "
		"expects itself there, lies on partition 1\n";
	static const char missing[] =
		"note: SYSTEM\\MountedDevices has no value \\DosDevices\\C:: Windows gives the "
		"letter when it starts\n";
	static const char removable[] =
		"refused: \\DosDevices\\C: names no partition, as those of removable devices "
		"do: it is left as it is\n";

	letters(box, SYSTEM(C NEW_1 D NEW_2 E STICK V NEW_1), "", "", "healthy");
	letters(box, SYSTEM(C OLD_1 D OLD_2 E STICK V OLD_1 T OLD_2),
		M "\\DosDevices\\C:: 443322110000100000000000 -> d4c3b2a10000100000000000\n" M
		  "\\DosDevices\\D:: 443322110000200000000000 -> d4c3b2a10000200000000000\n" M
		  "\\??\\Volume{49ba8cee-4684-11e6-9fd1-806e6f6e6963}: "
		  "443322110000100000000000 -> d4c3b2a10000100000000000\n" M
		  "#{5aae7822-77cb-11e9-bcf1-784f439fa657}: "
		  "443322110000200000000000 -> d4c3b2a10000200000000000\n",
		"", "a new signature");
	letters(box, SYSTEM(C OLD_2 D NEW_2 E OLD_1),
		M "\\DosDevices\\C:: 443322110000200000000000 -> d4c3b2a10000100000000000\n",
		"", "C: names a place that is not here");
	letters(box, SYSTEM(C OLD_1 D NEW_1),
		M "\\DosDevices\\C:: 443322110000100000000000 -> d4c3b2a10000100000000000\n" M
		  "\\DosDevices\\D:: d4c3b2a10000100000000000 -> (none)\n",
		"", "two letters would mean one partition");
	letters(box, SYSTEM(D NEW_1 E STICK),
		M "\\DosDevices\\D:: d4c3b2a10000100000000000 -> (none)\n" M
		  "\\DosDevices\\C:: (none) -> d4c3b2a10000100000000000\n",
		"", "Windows would start as D:");
	letters(box, SYSTEM(D NEW_2), missing, missing, "a missing letter");
	letters(box, SYSTEM(C NEW_2), wrong, wrong, "the wrong partition of this disk");
	letters(box, SYSTEM(C REMOVABLE), removable, removable, "a removable device");
}

/* ---------------------------------------------------------------- the caller's map */

/* To GPT: twelve bytes become twenty-four. */
static void
test_converted(struct sandbox *box)
{
	static const struct layout_part parts[] = {
		{ .image = "w.img", .start = MIB, .guid = PART_1 },
		{ .image = "d.img", .start = 2 * MIB, .guid = PART_2 },
	};
	const struct hc_bcd_move moves[] = {
		{ mbr_partition(0x11223344, MIB), gpt_partition(DISK_A, PART_1), 0 },
		{ mbr_partition(0x11223344, 2 * MIB), gpt_partition(DISK_A, PART_2), 0 },
	};
	struct layout l = { .table = HC_TABLE_GPT, .id = DISK_A, .parts = parts, .count = 2 };

	ok(make_hive_text(box, "SYSTEM", SYSTEM(C OLD_1 D OLD_2 E STICK)) &&
		   make_hive_text(box, "SOFTWARE", SOFTWARE) && put_on_disk(box, &l),
	   "converted: the machine opens");
	l.m.request.moves = (struct hc_bcd_map){ moves, 2 };
	is_found(&l.m,
		 M "\\DosDevices\\C:: 443322110000100000000000 -> "
		   "444d494f3a49443aaaaaaaaa000000000000000000000001\n" M
		   "\\DosDevices\\D:: 443322110000200000000000 -> "
		   "444d494f3a49443aaaaaaaaa000000000000000000000002\n",
		 "from MBR to GPT");
	layout_done(&l);
}

/* Two partitions that change places: each value is looked up once. */
static void
test_exchanged(struct sandbox *box)
{
	const struct hc_bcd_move moves[] = {
		{ mbr_partition(0xa1b2c3d4, 2 * MIB), mbr_partition(0xa1b2c3d4, MIB), 0 },
		{ mbr_partition(0xa1b2c3d4, MIB), mbr_partition(0xa1b2c3d4, 2 * MIB), 0 },
	};
	struct layout l = { .table = HC_TABLE_MBR, .id = "a1b2c3d4", .parts = two, .count = 2 };

	ok(make_hive_text(box, "SYSTEM", SYSTEM(C NEW_2 D NEW_1)) && put_on_disk(box, &l),
	   "exchanged: the machine opens");
	l.m.request.moves = (struct hc_bcd_map){ moves, 2 };
	is_found(&l.m,
		 M "\\DosDevices\\C:: d4c3b2a10000200000000000 -> d4c3b2a10000100000000000\n" M
		   "\\DosDevices\\D:: d4c3b2a10000100000000000 -> d4c3b2a10000200000000000\n",
		 "two partitions exchanged");
	layout_done(&l);
}

static void
test_odd(struct sandbox *box)
{
	static const struct layout_part dynamic[] = {
		{ .image = "w.img", .start = MIB, .type = "42", .active = true },
	};
	struct layout l = {
		.table = HC_TABLE_MBR, .id = "a1b2c3d4", .parts = dynamic, .count = 1
	};

	ok(make_hive_text(box, "SYSTEM",
			  SYSTEM(C "44,4d,49,4f,3a,49,44,3a,01,02,03,04,05,06,"
				   "07,08,09,0a,0b,0c,0d,0e,0f,10\n")) &&
		   put_on_disk(box, &l),
	   "dynamic: the machine opens");
	is_found(&l.m,
		 "note: Windows lies on a dynamic disk, whose volumes have ids of their own: "
		 "\\DosDevices\\C: is left as it is\n",
		 "a dynamic disk");
	layout_done(&l);
	ok(make_hive_text(
		   box, "SYSTEM",
		   "[\\Select]\n\"Current\"=dword:00000001\n[\\ControlSet001\\Control]\n") &&
		   put_on_disk(box, &l),
	   "no MountedDevices: the machine opens");
	is_found(&l.m, "", "no MountedDevices at all");
	layout_done(&l);
}

/* ---------------------------------------------------------------- real registries */

/* `clean`: a copy that was not shut down cleanly is declared clean, by hivex. */
static bool
real(struct sandbox *box, const char *set, bool clean)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/hives/%s/SYSTEM.xz", getenv("HALCYON_TESTDATA"), set);
	return access(path, R_OK) == 0 && real_hive(box, set, "SYSTEM", "SYSTEM") &&
	       make_hive_text(box, "SOFTWARE", SOFTWARE) &&
	       (!clean || change_hive(box, "SYSTEM", "[\\MountedDevices]\n"));
}

static void
test_real(struct sandbox *box)
{
	static const struct layout_part one_2003[] = {
		{ .image = "w.img", .start = 28672, .active = true },
	};
	static const struct layout_part one_7[] = {
		{ .image = "w.img", .start = MIB, .active = true },
	};
	static const struct layout_part two_10[] = {
		{ .image = "d.img", .start = MIB, .active = true },
		{ .image = "w.img", .start = 525336576 },
	};
	static const struct layout_part one_gpt[] = {
		{ .image = "w.img",
		  .start = MIB,
		  .guid = "09931f21-7faf-44a9-81d8-1e73c14b9eaf" },
	};
	const struct {
		const char *set, *what;
		bool clean;
		struct layout layout;
		const char *want;
	} cases[] = {
		{ "2003-sp1-x86-dc",
		  "2003",
		  false,
		  { .table = HC_TABLE_MBR, .id = "8b4c8b4c", .parts = one_2003, .count = 1 },
		  "" },
		{ "2003-sp1-x86-dc",
		  "2003 with another signature",
		  false,
		  { .table = HC_TABLE_MBR, .id = "00000001", .parts = one_2003, .count = 1 },
		  M
		  "\\??\\Volume{49ba8cf2-4684-11e6-9fd1-806e6f6e6963}: "
		  "4c8b4c8b0070000000000000 -> 010000000070000000000000\n" M
		  "\\DosDevices\\C:: 4c8b4c8b0070000000000000 -> 010000000070000000000000\n" },
		{ "win7-sp1-x86-WKS-WIN732BITA",
		  "7",
		  false,
		  { .table = HC_TABLE_MBR, .id = "5cbea03e", .parts = one_7, .count = 1 },
		  "" },
		{ "win10-1903-x64-vmware",
		  "10 (declared clean)",
		  true,
		  { .table = HC_TABLE_MBR, .id = "df4546ae", .parts = two_10, .count = 2 },
		  "" },
		{ "win10-1903-x64-vmware",
		  "10 with another signature",
		  true,
		  { .table = HC_TABLE_MBR, .id = "deadbeef", .parts = two_10, .count = 2 },
		  M "\\DosDevices\\C:: ae4645df0000501f00000000 -> efbeadde0000501f00000000\n" M
		    "\\DosDevices\\E:: ae4645df0000100000000000 -> "
		    "efbeadde0000100000000000\n" },
		{ "win10-1709-x64-dell-physical-gpt",
		  "10 on GPT (declared clean)",
		  true,
		  { .table = HC_TABLE_GPT, .id = DISK_A, .parts = one_gpt, .count = 1 },
		  "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct layout l = cases[i].layout;

		if (getenv("HALCYON_TESTDATA") == NULL ||
		    !real(box, cases[i].set, cases[i].clean))
			tap_skip("no real hive in HALCYON_TESTDATA");
		else
			looks(box, &l, cases[i].want, "", cases[i].what);
	}
}

int
main(void)
{
	struct sandbox box;

	test_infer_mbr();
	test_infer_gpt();
	sandbox_open(&box);
	if (run(&box, "truncate -s 4M d.img && mkntfs -qFQ d.img") == 0 &&
	    mount_ntfs(&box, "d.img", "big_writes") && umount_ntfs(&box)) {
		test_letters(&box);
		test_converted(&box);
		test_exchanged(&box);
		test_odd(&box);
		test_real(&box);
	} else {
		tap_skip(NO_NTFS);
	}
	sandbox_close(&box);
	return tap_done();
}
