/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/disk/convert.h: where things lie on a disk that is converted from BIOS to UEFI, and its table, as sgdisk and
 * libfdisk see it. */
#include "restore/disk/convert.h"

#include "tests/unit/disk_fixture.h"

#define MIB        (UINT64_C(1) << 20)
#define PARTS_MAX  8u
#define ESP_TYPE   "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
#define DATA_TYPE  "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7"
#define MSR_TYPE   "e3c9e316-0b5c-4db8-817d-f92df00215ae"
#define NEW_DISK   "6d1f2c3b-4a59-4e68-8776-95a4b3c2d1e0"
#define GUID_UP_TO "11111111-2222-4333-8444-55555555%04zx"

static struct hc_err err;

struct part {
	uint64_t number, start, size; /* MiB */
	const char *type;
	bool active;
};

/* A backup's disk, and what becomes of it. */
struct scene {
	struct hc_arena arena;
	struct hc_partition partitions[PARTS_MAX];
	struct hc_region regions[PARTS_MAX + 2];
	struct hc_manifest_disk disk;
	struct hc_conversion to;
	struct hc_manifest_disk after;
};

/* Windows lies on the last of the partitions. */
static void
set(struct scene *s, const struct part *parts, size_t count, uint64_t size)
{
	hc_arena_done(&s->arena);
	memset(s, 0, sizeof(*s));
	s->regions[0] = (struct hc_region){ .kind = HC_REGION_HEAD, .size = MIB };
	for (size_t i = 0; i < count; i++) {
		s->partitions[i] = (struct hc_partition){
			.number = parts[i].number,
			.start = parts[i].start * MIB,
			.size = parts[i].size * MIB,
			.type = parts[i].type,
			.active = parts[i].active,
		};
		s->regions[i + 1] = (struct hc_region){ .kind = HC_REGION_PARTITION,
							.start = parts[i].start * MIB,
							.size = parts[i].size * MIB,
							.index = { "blob", 1, "x" },
							.partition = &s->partitions[i] };
	}
	s->regions[count + 1] =
		(struct hc_region){ .kind = HC_REGION_TAIL,
				    .start = (parts[count - 1].start + parts[count - 1].size) *
					     MIB };
	s->disk = (struct hc_manifest_disk){ .size = size * MIB,
					     .logical_block = 512,
					     .table = HC_TABLE_MBR,
					     .table_id = "12345678",
					     .regions = { s->regions, count + 2 } };
}

static const char *
lay_out(struct scene *s, uint64_t target_size)
{
	const struct hc_convert_request request = {
		.disk = &s->disk,
		.target_size = target_size,
		.system_partition = s->partitions[s->disk.regions.count - 3].number,
	};

	return hc_convert_layout(&request, &s->arena, &s->to, &err) < 0 ? "no memory"
									: s->to.refused;
}

static void
name_all(struct scene *s)
{
	s->to.table_id = NEW_DISK;
	for (size_t i = 0; i < s->to.partitions.count; i++)
		s->to.partitions.items[i].guid = hc_arena_printf(&s->arena, GUID_UP_TO, i);
}

/* "1 ebd0a0a2 1+350 | 3 c12a7328 …": number, type, start and size in MiB. */
static const char *
table_text(const struct scene *s)
{
	static char text[512];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < s->to.partitions.count; i++) {
		const struct hc_partition *p = &s->to.partitions.items[i];

		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "%s%llu %.4s %llu+%llu", i > 0 ? " | " : "",
					 (unsigned long long)p->number, p->type,
					 (unsigned long long)(p->start / MIB),
					 (unsigned long long)(p->size / MIB));
	}
	return text;
}

static const struct part windows7[] = { { 1, 1, 100, "07", true },
					{ 2, 101, 900, "07", false } };
static const struct part windows8[] = { { 1, 1, 350, "07", true },
					{ 2, 351, 500, "07", false } };

/* ---------------------------------------------------------------- layouts */

static void
test_free_space(void)
{
	static const struct part logical[] = { { 1, 1, 100, "07", true },
					       { 5, 102, 100, "07", false },
					       { 2, 600, 300, "07", false } };
	struct scene s = { 0 };

	set(&s, windows7, 2, 1002);
	ok(lay_out(&s, 2000 * MIB) == NULL && s.to.replaces == 0 &&
		   is(table_text(&s),
		      "1 ebd0 1+100 | 2 ebd0 101+900 | 3 c12a 1001+260 | 4 e3c9 1261+16"),
	   "a larger target has room behind the volumes: %s", table_text(&s));
	ok(is(s.to.partitions.items[0].attributes, "8000000000000000") &&
		   is(s.to.partitions.items[1].attributes, "0000000000000000") &&
		   !s.to.partitions.items[0].active,
	   "what a BIOS started gets no drive letter, Windows does");
	ok(lay_out(&s, 1001 * MIB + 100 * MIB + 33 * 512) == NULL &&
		   is(table_text(&s), "1 ebd0 1+100 | 2 ebd0 101+900 | 3 c12a 1001+100"),
	   "just as much as the least, without a reserved partition: %s", table_text(&s));
	ok(lay_out(&s, 1001 * MIB + 276 * MIB + 33 * 512) == NULL && s.to.partitions.count == 4,
	   "just as much as is wanted");
	set(&s, logical, 3, 1002);
	ok(lay_out(&s, 910 * MIB) == NULL &&
		   is(table_text(&s),
		      "1 ebd0 1+100 | 5 ebd0 102+100 | 6 c12a 202+260 | 7 e3c9 462+16 | 2 ebd0 600+300"),
	   "numbers stay, a gap is taken: %s", table_text(&s));
	hc_arena_done(&s.arena);
}

static void
test_replaced(void)
{
	struct scene s = { 0 };

	set(&s, windows8, 2, 852);
	ok(lay_out(&s, 852 * MIB) == NULL && s.to.replaces == 1 &&
		   is(table_text(&s), "3 c12a 1+350 | 2 ebd0 351+500"),
	   "no room: System Reserved gives its place: %s", table_text(&s));
	ok(hc_convert_esp(&s.to)->number == 3 &&
		   !hc_convert_is_kept(&s.disk, hc_convert_esp(&s.to)),
	   "under a number that nothing had");
	s.partitions[0].active = false;
	ok(lay_out(&s, 852 * MIB) != NULL, "but no other partition does");
	s.partitions[1].active = true;
	ok(lay_out(&s, 852 * MIB) != NULL, "least of all Windows' own");
	set(&s, windows7, 2, 1002);
	s.partitions[0].size = s.regions[1].size = 99 * MIB;
	ok(lay_out(&s, 1002 * MIB) != NULL, "nor one that is too small");
	ok(s.to.least_size == 1102 * MIB && strstr(s.to.refused, "1155530752") != NULL &&
		   s.to.partitions.count == 0,
	   "which says what would do: %s", s.to.refused);
	ok(lay_out(&s, s.to.least_size) == NULL, "and that does");
	hc_arena_done(&s.arena);
}

static void
test_refused(void)
{
	static const struct part bsd[] = { { 1, 1, 100, "a5", false },
					   { 2, 101, 900, "07", true } };
	static const struct part data_first[] = { { 1, 1, 2000, "07", true },
						  { 2, 2001, 100, "07", false } };
	struct scene s = { 0 };

	set(&s, bsd, 2, 2000);
	ok(lay_out(&s, 2000 * MIB) != NULL && strstr(s.to.refused, "type a5") != NULL,
	   "a type without a counterpart: %s", s.to.refused);
	set(&s, data_first, 2, 2102);
	ok(lay_out(&s, 2102 * MIB) != NULL, "a large active partition is not taken for empty");
	set(&s, windows7, 2, 2000);
	s.partitions[0].start = s.regions[1].start = 33 * 512;
	ok(lay_out(&s, 2000 * MIB) != NULL, "a volume where the table goes: %s", s.to.refused);
	s.partitions[0].start = s.regions[1].start = 63 * 512;
	ok(lay_out(&s, 2000 * MIB) == NULL, "behind 63 sectors it does not lie there");
	ok(lay_out(&s, 1001 * MIB + 32 * 512) != NULL && s.to.least_size == 1102 * MIB,
	   "no room for the table at the end");
	s.disk.table = HC_TABLE_GPT;
	ok(lay_out(&s, 2000 * MIB) != NULL, "a GPT: %s", s.to.refused);
	set(&s, windows7, 2, 2000);
	s.partitions[0].number = 127;
	ok(lay_out(&s, 2000 * MIB) != NULL, "more numbers than a GPT has: %s", s.to.refused);
	hc_arena_done(&s.arena);
}

/* ---------------------------------------------------------------- the table */

static int
put_table(struct scene *s, const char *name, uint64_t size)
{
	struct hc_plan_writes writes = { 0 };

	name_all(s);
	if (hc_table_convert(&s->disk, &s->to, &s->arena, &s->after, &err) < 0 ||
	    hc_table_writes(&s->after, size, &s->arena, &writes, &err) < 0)
		return -1;
	poke(name, 0, "", 0);
	if (truncate(in_dir(name), (off_t)size) != 0)
		return -1;
	do_writes(name, &writes, &s->arena);
	return 0;
}

static void
test_table(void)
{
	struct hc_table t = { 0 };
	struct scene s = { 0 };

	set(&s, windows8, 2, 852);
	ok(lay_out(&s, 3000 * MIB) == NULL, "a layout");
	ok_call(put_table(&s, "gpt", 3000 * MIB), &err, "its table");
	ok(run("sgdisk -v \"$D/gpt\" | grep -q 'No problems found'") == 0,
	   "sgdisk -v finds no problem");
	ok_call(read_table("gpt", 512, &s.arena, &t, &err), &err, "it is read");
	ok_call(witness("gpt", &t, &err), &err, "libfdisk sees the same");
	ok(t.type == HC_TABLE_GPT && is(t.id, NEW_DISK) && t.partitions.count == 4 &&
		   t.partitions.items[2].number == 3 &&
		   is(t.partitions.items[2].type, ESP_TYPE) &&
		   is(t.partitions.items[2].name, "EFI system partition") &&
		   is(t.partitions.items[3].type, MSR_TYPE) &&
		   is(t.partitions.items[1].type, DATA_TYPE) &&
		   t.partitions.items[1].start == 351 * MIB &&
		   t.partitions.items[1].size == 500 * MIB,
	   "with the partitions of the layout");
	ok(s.after.regions.count == 5 && s.after.regions.items[0].kind == HC_REGION_HEAD &&
		   s.after.regions.items[1].index.name != NULL &&
		   s.after.regions.items[3].index.name == NULL &&
		   s.after.regions.items[4].index.name == NULL,
	   "the disk has blobs for what it had, and none for what is made");
	ok(hc_is_zero(t.sector0.data, 446) && hc_get_le32(t.sector0.data + 440) == 0,
	   "nothing of a boot record is left");
	s.to.partitions.items[0].guid = "none";
	ok_fails(hc_table_convert(&s.disk, &s.to, &s.arena, &s.after, &err), &err, H_DOC_SCHEMA,
		 "an id that is none");
	hc_arena_done(&s.arena);
}

static void
test_4k(void)
{
	struct hc_table t = { 0 };
	struct scene s = { 0 };

	set(&s, windows7, 2, 1002);
	s.disk.logical_block = 4096;
	ok(lay_out(&s, 1200 * MIB) != NULL && s.to.least_size == 1262 * MIB,
	   "sectors of 4096 bytes ask for a larger one");
	ok(lay_out(&s, 1262 * MIB) == NULL && put_table(&s, "g4k", 1262 * MIB) == 0 &&
		   read_table("g4k", 4096, &s.arena, &t, &err) == 0 &&
		   witness("g4k", &t, &err) == 0 && t.partitions.count == 3,
	   "and get it");
	hc_arena_done(&s.arena);
}

static void
test_losses(void)
{
	struct hc_strings list = { 0 };
	struct scene s = { 0 };

	set(&s, windows8, 2, 852);
	ok(lay_out(&s, 3000 * MIB) == NULL &&
		   hc_convert_losses(&s.disk, &s.to, &s.arena, &list, &err) == 0 &&
		   list.count == 0,
	   "nothing is lost");
	s.regions[3].data_bytes = 512;
	ok(lay_out(&s, 852 * MIB) == NULL &&
		   hc_convert_losses(&s.disk, &s.to, &s.arena, &list, &err) == 0 &&
		   list.count == 2 && strstr(list.items[1], "partition 1") != NULL,
	   "what lies behind the volumes, and the partition whose place is taken");
	hc_arena_done(&s.arena);
}

int
main(void)
{
	fixture_start();
	test_free_space();
	test_replaced();
	test_refused();
	test_table();
	test_4k();
	test_losses();
	fixture_end();
	return tap_done();
}
