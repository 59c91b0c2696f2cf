/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rules: the table and its evaluator. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "restore/rules/rules_priv.h"

static const struct hc_rule rules[] = {
	{ .id = "BAK-1",
	  .title = "The backup is complete",
	  .because = "A restore must not begin that can't end.",
	  .source = "design.md section 6",
	  .remedy = "Use another backup, or capture again.",
	  .judge = judge_complete },
	{ .id = "DSK-1",
	  .title = "The disk is large enough",
	  .because = "Every partition of the backup needs its place.",
	  .source = "Windows RE error 0x80042407; design.md section 6",
	  .remedy = "Choose a larger disk.",
	  .needs_target = true,
	  .judge = judge_size },
	{ .id = "DSK-2",
	  .title = "Sector sizes are the same",
	  .because =
		  "NTFS and partition tables are written in sectors; a block copy can't change their size.",
	  .source = "windows-offline.md section 10",
	  .remedy =
		  "Use a disk of the same logical sector size; some NVMe disks can be reformatted to it.",
	  .needs_target = true,
	  .judge = judge_sectors },
	{ .id = "DSK-3",
	  .title = "The disk's identity is not in use beside it",
	  .because = "Windows takes one of two disks with one signature offline.",
	  .source = "windows-offline.md section 9",
	  .remedy = "Remove the other disk before the first start.",
	  .needs_machine = true,
	  .needs_target = true,
	  .judge = judge_identity_free },
	{ .id = "DSK-5",
	  .title = "What the disk holds now may go",
	  .because = "Everything on the target is erased.",
	  .source = "hazards 2",
	  .remedy = "Name the disk by its serial number or WWN, or choose a blank one.",
	  .needs_target = true,
	  .judge = judge_holds },
	{ .id = "DSK-6",
	  .title = "The disk stands for itself",
	  .because =
		  "A part of a RAID, a pool or a LUN is not a disk that Windows starts from.",
	  .source = "hazards 4",
	  .remedy =
		  "Assemble the volume and choose that, or set the controller to plain disks.",
	  .needs_target = true,
	  .judge = judge_member },
	{ .id = "FW-1",
	  .title = "Firmware of the same kind",
	  .because =
		  "\"Both the Target machine being backed up and the Destination machine receiving the "
		  "restore have to be either UEFI or BIOS based.\"",
	  .source = "Microsoft KB 249694",
	  .remedy = "Switch the firmware's boot mode, if it has both.",
	  .needs_machine = true,
	  .judge = judge_firmware_same },
	{ .id = "SCN-2",
	  .title = "The target is offline",
	  .because = "\"BMRs can be performed only when the system is offline.\"",
	  .source = "Microsoft KB 249694",
	  .remedy = "Unmount the disk, or boot this machine from the halcyon image.",
	  .needs_target = true,
	  .judge = judge_offline },
	{ .id = "VOL-1",
	  .title = "BitLocker",
	  .because =
		  "An encrypted volume can be copied, not looked into: nothing inside can be checked or repaired.",
	  .source = "design.md section 6",
	  .remedy = "Have the recovery key at hand, or capture with the volume unlocked.",
	  .judge = judge_bitlocker },
	{ .id = "VOL-2",
	  .title = "Hibernation",
	  .because = "A hibernated Windows resumes with the memory of the old hardware.",
	  .source = "windows-offline.md section 10",
	  .remedy =
		  "Start the source once and shut it down fully, or capture with --discard-hibernation.",
	  .judge = judge_hibernated },
};

#define RULE_COUNT (sizeof(rules) / sizeof(rules[0]))

struct hc_judgement {
	struct hc_arena *arena;
	struct hc_finding *finding;
	bool out_of_memory;
};

const struct hc_rule *
hc_rules_at(size_t position)
{
	return position < RULE_COUNT ? &rules[position] : NULL;
}

const struct hc_rule *
hc_rules_by_id(const char *id)
{
	for (size_t i = 0; i < RULE_COUNT; i++)
		if (strcmp(rules[i].id, id) == 0)
			return &rules[i];
	return NULL;
}

void
hc_judge_fact(struct hc_judgement *j, const char *where, const char *fmt, ...)
{
	struct hc_evidence *evidence =
		hc_arena_grow(j->arena, &j->finding->evidence.items,
			      &j->finding->evidence.count, sizeof(*evidence));
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (evidence == NULL || (evidence->fact = hc_arena_strdup(j->arena, text)) == NULL) {
		j->out_of_memory = true;
		return;
	}
	evidence->where = where;
}

void
hc_judge_remedy(struct hc_judgement *j, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	j->finding->remedy = hc_arena_strdup(j->arena, text);
}

/* Returns whether the rule applies. */
static bool
judge_one(const struct hc_rule *rule, const struct hc_rules_input *in, struct hc_judgement *j)
{
	if (rule->needs_target && in->target == NULL)
		return false;
	j->finding->rule = rule->id;
	j->finding->title = rule->title;
	j->finding->because = rule->because;
	j->finding->source = rule->source;
	j->finding->remedy = rule->remedy;
	if (rule->needs_machine && in->facts == NULL) {
		j->finding->level = HC_LEVEL_INFO;
		hc_judge_fact(j, "facts",
			      "not evaluated: the machine that will run this is not known");
		return true;
	}
	j->finding->level = rule->judge(in, j);
	if (j->finding->level == HC_LEVEL_BLOCK)
		j->finding->overridden = hc_strings_has(&in->overrides, rule->id);
	if (j->finding->level == HC_LEVEL_WARN)
		j->finding->overridden = hc_strings_has(&in->accepted, rule->id);
	return true;
}

static int
worst_first(const void *a, const void *b)
{
	const struct hc_finding *x = a, *y = b;

	if (x->level != y->level)
		return x->level > y->level ? -1 : 1;
	return strcmp(x->rule, y->rule);
}

static unsigned
outcome_of(const struct hc_verdict *verdict)
{
	static const unsigned of_level[] = { HC_OUTCOME_COMPATIBLE, HC_OUTCOME_COMPATIBLE,
					     HC_OUTCOME_REPAIRS, HC_OUTCOME_CONFIRM,
					     HC_OUTCOME_BLOCKED };
	unsigned worst = HC_OUTCOME_COMPATIBLE;

	for (size_t i = 0; i < verdict->findings.count; i++) {
		const struct hc_finding *finding = &verdict->findings.items[i];

		if (!finding->overridden && of_level[finding->level] > worst)
			worst = of_level[finding->level];
	}
	return worst;
}

int
hc_rules_judge(const struct hc_rules_input *in, struct hc_arena *arena, struct hc_verdict *ret,
	       struct hc_err *err)
{
	struct hc_judgement j = { arena, NULL, false };
	struct hc_verdict verdict = { 0 };

	verdict.findings.items =
		hc_arena_array(arena, RULE_COUNT, sizeof(*verdict.findings.items));
	if (verdict.findings.items == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a verdict");
	for (size_t i = 0; i < RULE_COUNT; i++) {
		j.finding = &verdict.findings.items[verdict.findings.count];
		if (judge_one(&rules[i], in, &j))
			verdict.findings.count++;
	}
	if (j.out_of_memory)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a verdict");
	qsort(verdict.findings.items, verdict.findings.count, sizeof(*verdict.findings.items),
	      worst_first);
	verdict.outcome = outcome_of(&verdict);
	*ret = verdict;
	return 0;
}
