/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/plan: every write of a restore, from a manifest and a target. */
#include "tests/unit/tap.h"

#include "restore/base/text.h"
#include "restore/disk/convert.h"
#include "restore/plan/plan.h"

#define MIB (1ull << 20)

/* An MBR disk of 100 MiB: head, one partition from 1 MiB to 90 MiB, tail. */
struct scene {
	struct hc_partition partition;
	struct hc_region regions[3];
	struct hc_manifest_disk disk;
	struct hc_manifest manifest;
	struct hc_disk target;
	struct hc_survey survey;
	struct hc_plan_input in;
	struct hc_arena arena;
	struct hc_plan plan;
};

/* A boot record without partitions. */
static const char *
boot_record(struct hc_arena *arena)
{
	uint8_t sector[512] = { [510] = 0x55, [511] = 0xaa };

	return hc_base64_encode(arena, hc_span(sector, sizeof(sector)));
}

static void
set(struct scene *s)
{
	hc_arena_done(&s->arena);
	memset(s, 0, sizeof(*s));
	s->partition = (struct hc_partition){
		.number = 1, .start = MIB, .size = 89 * MIB, .type = "07"
	};
	s->regions[0] = (struct hc_region){ .kind = HC_REGION_HEAD,
					    .size = MIB,
					    .index = { "disk0-head.caibx", 1, "x" } };
	s->regions[1] = (struct hc_region){ .kind = HC_REGION_PARTITION,
					    .start = MIB,
					    .size = 89 * MIB,
					    .partition = &s->partition,
					    .data_bytes = 5 * MIB,
					    .index = { "disk0-p1.caibx", 1, "x" } };
	s->regions[2] = (struct hc_region){ .kind = HC_REGION_TAIL,
					    .start = 90 * MIB,
					    .size = 10 * MIB,
					    .index = { "disk0-tail.caibx", 1, "x" } };
	s->disk = (struct hc_manifest_disk){ .size = 100 * MIB,
					     .logical_block = 512,
					     .table = HC_TABLE_MBR,
					     .table_id = "12345678",
					     .sector0 = boot_record(&s->arena),
					     .regions = { s->regions, 3 } };
	s->manifest =
		(struct hc_manifest){ .id = "b", .digest = "sha256", .store = "default.castr" };
	s->manifest.firmware.type = HC_FIRMWARE_BIOS;
	s->manifest.disks.items = &s->disk;
	s->manifest.disks.count = 1;
	s->target = (struct hc_disk){ .path = "/dev/sdx",
				      .size = 100 * MIB,
				      .logical_block = 512,
				      .holds_kind = "blank",
				      .identity = { .name = "SN1" } };
	s->survey.journal_room = MIB - 4096;
	s->in.rules = (struct hc_rules_input){ .manifest = &s->manifest,
					       .target = &s->target,
					       .survey = &s->survey,
					       .mode = "bmr" };
	s->in.repository = "/srv/repo";
	s->in.manifest_sha256 = "y";
}

static int
build(struct scene *s, struct hc_err *err)
{
	return hc_plan_build(&s->in, &s->arena, &s->plan, err);
}

static const struct hc_finding *
finding(const struct scene *s, const char *rule)
{
	for (size_t i = 0; i < s->plan.verdict.findings.count; i++)
		if (strcmp(s->plan.verdict.findings.items[i].rule, rule) == 0)
			return &s->plan.verdict.findings.items[i];
	return NULL;
}

static bool
level_is(const struct scene *s, const char *rule, unsigned level)
{
	return finding(s, rule) != NULL && finding(s, rule)->level == level;
}

static bool
invalidates(const struct scene *s, uint64_t offset)
{
	for (size_t i = 0; i < s->plan.invalidate.count; i++) {
		const struct hc_plan_range *r = &s->plan.invalidate.items[i];

		if (offset >= r->offset && offset < r->offset + r->length)
			return true;
	}
	return false;
}

static void
test_writes(void)
{
	struct hc_partition old = { .number = 2, .start = 40 * MIB, .size = MIB };
	struct hc_err err;
	struct scene s = { 0 };

	set(&s);
	s.target.partitions.items = &old;
	s.target.partitions.count = 1;
	ok_call(build(&s, &err), &err, "a plan is made");
	ok(s.plan.data.count == 3 && s.plan.data.items[2].length == 10 * MIB,
	   "each region is data");
	ok(s.plan.data_bytes == 5 * MIB, "it says how much will be written at most");
	ok(invalidates(&s, 0) && invalidates(&s, MIB) && invalidates(&s, 40 * MIB) &&
		   invalidates(&s, 100 * MIB - 512),
	   "tables and first sectors, old and new, are invalidated first");
	ok(s.plan.held.count == 3 && s.plan.held.items[0].discard &&
		   s.plan.held.items[1].offset == MIB - 4096 && !s.plan.held.items[2].discard &&
		   s.plan.held.items[2].offset == MIB,
	   "sector 0, the journal and the volume's first sector are held back");
	ok(s.plan.tables.count == 1 && s.plan.tables.items[0].offset == 0,
	   "sector 0 is written last");
	ok(s.plan.target.identity.name != NULL &&
		   s.plan.verdict.outcome == HC_OUTCOME_COMPATIBLE,
	   "the plan carries identity and verdict");
	hc_arena_done(&s.arena);
}

static void
test_sizes(void)
{
	struct hc_err err;
	struct scene s = { 0 };

	set(&s);
	s.target.size = 89 * MIB;
	ok_fails(build(&s, &err), &err, H_PLAN_BLOCKED,
		 "a disk smaller than its partitions is blocked");
	ok(level_is(&s, "DSK-1", HC_LEVEL_BLOCK), "by DSK-1");
	ok(strstr(finding(&s, "DSK-1")->remedy, "1.0 MiB") != NULL,
	   "which names the shortfall");
	s.target.size = 90 * MIB;
	ok_call(build(&s, &err), &err, "one that just holds the partitions is enough");
	ok(s.plan.data.count == 2, "what lies behind them is left out");
	s.target.size = 95 * MIB;
	s.regions[2].data_bytes = 4096;
	ok_call(build(&s, &err), &err, "so is one that holds a part of it");
	ok(s.plan.data.items[2].length == 5 * MIB && s.plan.losses.count == 1,
	   "with the loss named");
	s.target.logical_block = 4096;
	ok_fails(build(&s, &err), &err, H_PLAN_BLOCKED, "another sector size is blocked");
	ok(level_is(&s, "DSK-2", HC_LEVEL_BLOCK), "by DSK-2");
	hc_arena_done(&s.arena);
}

static void
test_rules(void)
{
	static const char *member[] = { "isw_raid_member" }, *mounted[] = { "/mnt" };
	static const char *dsk5[] = { "DSK-5" }, *fw1[] = { "FW-1" };
	struct hc_facts facts = { .firmware = { .type = HC_FIRMWARE_UEFI } };
	struct hc_volume_state volume = { .hibernated = true };
	struct hc_disk twin = { .path = "/dev/sdy", .table_id = "12345678" };
	struct hc_err err;
	struct scene s = { 0 };

	set(&s);
	s.in.rules.facts = &facts;
	ok_fails(build(&s, &err), &err, H_PLAN_BLOCKED, "UEFI under a BIOS backup is blocked");
	ok(level_is(&s, "FW-1", HC_LEVEL_BLOCK) &&
		   strstr(finding(&s, "FW-1")->because, "(UEFI) or BIOS based"),
	   "by FW-1, which quotes KB 249694");
	s.in.rules.overrides = (struct hc_strings){ fw1, 1 };
	ok_call(build(&s, &err), &err, "an override by name goes on");
	ok(s.plan.overrides.count == 1 && finding(&s, "FW-1")->overridden,
	   "and stands in the plan");
	facts.firmware.type = HC_FIRMWARE_BIOS;
	facts.disks.items = &twin;
	facts.disks.count = 1;
	ok_fails(build(&s, &err), &err, H_PLAN_NEEDS_ANSWER,
		 "the same identity beside it wants an answer");
	ok(level_is(&s, "DSK-3", HC_LEVEL_REPAIR), "by DSK-3");
	set(&s);
	s.target.member_of = (struct hc_strings){ member, 1 };
	ok_fails(build(&s, &err), &err, H_PLAN_BLOCKED, "a RAID member is blocked");
	ok(level_is(&s, "DSK-6", HC_LEVEL_BLOCK), "by DSK-6");
	set(&s);
	s.target.in_use_by = (struct hc_strings){ mounted, 1 };
	ok_fails(build(&s, &err), &err, H_PLAN_BLOCKED, "a mounted disk is blocked");
	ok(level_is(&s, "SCN-2", HC_LEVEL_BLOCK), "by SCN-2");
	set(&s);
	s.regions[1].volume = &volume;
	ok_fails(build(&s, &err), &err, H_PLAN_NEEDS_ANSWER,
		 "a hibernated volume wants an answer");
	ok(level_is(&s, "VOL-2", HC_LEVEL_REPAIR), "by VOL-2");
	volume = (struct hc_volume_state){ .bitlocker = true };
	ok_fails(build(&s, &err), &err, H_PLAN_NEEDS_ANSWER, "so does BitLocker");
	set(&s);
	s.target.holds_kind = "data";
	ok_call(build(&s, &err), &err, "somebody may erase data: the identity is asked for");
	s.in.rules.unattended = true;
	ok_fails(build(&s, &err), &err, H_PLAN_NEEDS_ANSWER, "nobody may not");
	s.in.rules.accepted = (struct hc_strings){ dsk5, 1 };
	ok_call(build(&s, &err), &err, "unless it was accepted by name");
	s.in.rules.accepted.count = 0;
	s.target.table_id = "12345678";
	ok_call(build(&s, &err), &err, "or it is this backup's disk");
	s.target.holds_kind = "halcyon-finished";
	ok_fails(build(&s, &err), &err, H_PLAN_BLOCKED,
		 "but never one that was restored already");
	s.in.rules.reerase = true;
	ok_call(build(&s, &err), &err, "unless reerase says so");
	s.manifest.disks.count = 0;
	ok_fails(build(&s, &err), &err, H_PLAN_BLOCKED, "a backup without disks is blocked");
	hc_arena_done(&s.arena);
}

/* A repair that the program can't make is not promised. */
static void
test_repairs(void)
{
	static const char *hibernation[] = { "hibernation" }, *vol2[] = { "VOL-2" };
	struct hc_volume_state volume = { .hibernated = true, .journal_clean = true };
	struct hc_err err;
	struct scene s = { 0 };

	set(&s);
	s.regions[1].volume = &volume;
	ok_fails(build(&s, &err), &err, H_PLAN_NEEDS_ANSWER,
		 "a repair that can't be made wants an answer");
	ok(strstr(err.text[0], "VOL-2") != NULL, "and its rule is named");
	ok(finding(&s, "VOL-2")->unmade, "the finding says so, too");
	ok(s.plan.verdict.outcome == HC_OUTCOME_REPAIRS,
	   "the verdict is still that it fits with repairs");
	s.in.rules.accepted = (struct hc_strings){ vol2, 1 };
	ok_call(build(&s, &err), &err, "accepted by name, a plan is made");
	ok(s.plan.losses.count == 1 &&
		   strstr(s.plan.losses.items[0], "repair hibernation was not made") != NULL,
	   "which says that the repair was not");
	ok(finding(&s, "VOL-2")->overridden && s.plan.verdict.outcome == HC_OUTCOME_REPAIRS,
	   "the finding is marked, and stays a repair");
	s.in.rules.accepted.count = 0;
	s.in.fixups = (struct hc_strings){ hibernation, 1 };
	ok_call(build(&s, &err), &err, "one that can be made wants none");
	ok(!finding(&s, "VOL-2")->unmade && s.plan.losses.count == 0, "and nothing is lost");
	s.in.fixups.count = 0;
	s.in.compare_only = true;
	ok_call(build(&s, &err), &err, "where nothing is written, nothing is asked");
	hc_arena_done(&s.arena);
}

static bool
erases_all(const struct scene *s, const struct hc_partition *p)
{
	for (size_t i = 0; i < s->plan.invalidate.count; i++)
		if (s->plan.invalidate.items[i].offset == p->start &&
		    s->plan.invalidate.items[i].length == p->size)
			return true;
	return false;
}

/* The layout that the survey would find for a target of 400 MiB, with ids and a file system of one sector. */
static int
convert(struct scene *s, struct hc_conversion *conversion, struct hc_err *err)
{
	static struct hc_plan_write format = { .bytes = "AAAA", .what = "a file system" };
	const struct hc_convert_request request = { &s->disk, 400 * MIB, 1 };

	s->target.size = 400 * MIB;
	if (hc_convert_layout(&request, &s->arena, conversion, err) < 0)
		return -1;
	conversion->table_id = "6d1f2c3b-4a59-4e68-8776-95a4b3c2d1e0";
	for (size_t i = 0; i < conversion->partitions.count; i++)
		conversion->partitions.items[i].guid = conversion->table_id;
	format.offset = hc_convert_esp(conversion)->start;
	conversion->format = (struct hc_plan_writes){ &format, 1 };
	s->survey.conversion = conversion;
	return 0;
}

static void
test_conversion(void)
{
	static const char *fixups[] = { "firmware" };
	struct hc_facts facts = { .firmware = { .type = HC_FIRMWARE_UEFI } };
	struct hc_conversion conversion;
	const struct hc_partition *esp;
	struct hc_err err;
	struct scene s = { 0 };

	set(&s);
	s.in.rules.facts = &facts;
	s.in.fixups = (struct hc_strings){ fixups, 1 };
	ok_call(convert(&s, &conversion, &err), &err, "a layout for UEFI");
	ok_call(build(&s, &err), &err, "what FW-1 forbids is planned as a conversion");
	esp = hc_convert_esp(&conversion);
	ok(level_is(&s, "FW-1", HC_LEVEL_REPAIR) && s.plan.convert_firmware != NULL &&
		   strcmp(s.plan.new_table_id, conversion.table_id) == 0,
	   "and FW-1 and the plan say so");
	ok(s.plan.data.count == 2 && s.plan.data.items[1].target_offset == MIB,
	   "the volume goes to its place, and nothing behind it");
	ok(esp->start == 90 * MIB && erases_all(&s, esp),
	   "the new partition is zeros before all else");
	ok(s.plan.held.count == 3 && s.plan.held.items[0].length == 34 * 512 &&
		   s.plan.held.items[2].offset == MIB,
	   "what the GPT goes over is held back, and the volume's first sector");
	ok(s.plan.tables.count == 6 && s.plan.tables.items[0].offset == esp->start &&
		   s.plan.tables.items[5].offset == 0,
	   "its file system is written before the tables, sector 0 last");
	conversion.refused = "there is no room";
	ok_fails(build(&s, &err), &err, H_PLAN_BLOCKED, "one that can't be made is blocked");
	s.in.rules.facts = NULL;
	ok_fails(build(&s, &err), &err, H_PLAN_NO_CONVERSION,
		 "also where the machine is not known");
	ok(strstr(err.text[0], "no room") != NULL, "and the reason is named");
	hc_arena_done(&s.arena);
}

/* What people read. */
static void
test_text(void)
{
	struct hc_facts facts = { .firmware = { .type = HC_FIRMWARE_UEFI } };
	struct hc_buf text = { 0 };
	struct hc_err err;
	struct scene s = { 0 };
	const char *block, *info, *pass;

	set(&s);
	s.in.rules.facts = &facts;
	s.in.compare_only = true;
	ok(build(&s, &err) == 0 && hc_verdict_text(&s.plan.verdict, &text, &err) == 0 &&
		   hc_buf_append(&text, "", 1, &err) == 0,
	   "a verdict is printed");
	block = strstr((const char *)text.data, "  block  FW-1   ");
	info = strstr((const char *)text.data, "  info   CPU-1 ");
	pass = strstr((const char *)text.data, "  pass   BAK-1 ");
	ok(block != NULL && info != NULL && pass != NULL && block < info && info < pass,
	   "the worst first");
	ok(block != NULL && strstr(block, "Do:  Switch the firmware's boot mode") != NULL,
	   "with the remedy under the line");
	ok(info != NULL && strstr(info + 1, "  info ") == NULL,
	   "rules that could not be judged share a line");
	hc_buf_done(&text);
	hc_arena_done(&s.arena);
}

int
main(void)
{
	test_writes();
	test_sizes();
	test_rules();
	test_repairs();
	test_conversion();
	test_text();
	return tap_done();
}
