/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/rules: the table itself, and the evaluator's order and overrides.  Verdicts are tests/golden/rules. */
#include "tests/unit/tap.h"

#include "restore/model/json.h"
#include "restore/rules/rules.h"

#define ALL_MODES (HC_RULE_BMR | HC_RULE_VOLUME | HC_RULE_STATE)

/* ---------------------------------------------------------------- the table */

static bool
outcomes_are_sane(const struct hc_rule *rule)
{
	const struct hc_rule_outcome *o = rule->outcomes;

	if (o[0].text == NULL || o[HC_RULE_OUTCOMES].text != NULL)
		return false;
	for (size_t i = 0; o[i].text != NULL; i++)
		if (o[i].level > HC_LEVEL_BLOCK || (i > 0 && o[i - 1].level >= o[i].level))
			return false;
	return true;
}

static void
test_table(void)
{
	const struct hc_rule *rule, *last = NULL;
	bool sorted = true, whole = true, sane = true, ranges = true;
	size_t count = 0;

	for (; (rule = hc_rules_at(count)) != NULL; last = rule, count++) {
		sorted = sorted && (last == NULL || strcmp(last->id, rule->id) < 0);
		whole = whole && rule->title && rule->asks && rule->because && rule->source &&
			rule->remedy && rule->overriding && rule->judge;
		sane = sane && outcomes_are_sane(rule) && rule->modes != 0 &&
		       (rule->modes & ~(unsigned)ALL_MODES) == 0;
		ranges = ranges && rule->since <= rule->until &&
			 (rule->since == 0 || (rule->needs & HC_RULE_WINDOWS) != 0);
	}
	ok(count == 33, "there are 33 rules");
	ok(sorted, "they are sorted, each id once");
	ok(whole, "each has title, question, reason, source, remedy and judge");
	ok(sane, "each lists its levels from mild to grave, and its modes");
	ok(ranges, "a range of versions is about the Windows in the backup");
	ok(hc_rules_by_id("DSK-1") != NULL && hc_rules_by_id("X") == NULL,
	   "they are found by id");
	ok(hc_rules_by_id("fw-1") == hc_rules_by_id("FW-1"), "in either case");
}

/* The contract: design.md section 6, and what the hazards add. */
static void
test_contract(void)
{
	static const char *const ids[] = {
		"FW-1",  "FW-2",  "FW-3",  "FW-4",  "HAL-1", "HAL-2", "HAL-3", "HAL-4", "CPU-1",
		"OS-1",  "OS-2",  "OS-3",  "SCN-1", "SCN-2", "HW-1",  "HW-2",  "DRV-1", "DRV-2",
		"DRV-3", "DIR-1", "DC-1",  "DC-2",  "DSK-1", "DSK-2", "DSK-3", "DSK-4", "DSK-5",
		"DSK-6", "VOL-1", "VOL-2", "VOL-3", "BAK-1", "NET-1",
	};
	bool all = true;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		all = all && hc_rules_by_id(ids[i]) != NULL;
	ok(all, "every id of the contract is there");
}

static bool
page_is_whole(const struct hc_rule *rule)
{
	struct hc_buf text = { 0 };
	struct hc_err err;
	bool good = hc_rule_page(rule, &text, &err) == 0 &&
		    hc_buf_append(&text, "", 1, &err) == 0 &&
		    strstr((char *)text.data, rule->asks) != NULL &&
		    strstr((char *)text.data, rule->because) != NULL &&
		    strstr((char *)text.data, rule->source) != NULL &&
		    strstr((char *)text.data, rule->remedy) != NULL &&
		    strstr((char *)text.data, rule->overriding) != NULL;

	for (size_t i = 0; good && rule->outcomes[i].text != NULL; i++)
		good = strstr((char *)text.data, rule->outcomes[i].text) != NULL;
	hc_buf_done(&text);
	return good;
}

static void
test_pages(void)
{
	const struct hc_rule *rule;
	bool whole = true;

	for (size_t i = 0; (rule = hc_rules_at(i)) != NULL; i++)
		whole = whole && page_is_whole(rule);
	ok(whole, "a rule's page says all that its row does");
}

/* ---------------------------------------------------------------- the evaluator */

static void
test_evaluator(void)
{
	static const char *fw1[] = { "FW-1" };
	struct hc_manifest_disk disk = { .size = 1, .logical_block = 512 };
	struct hc_manifest manifest = { .id = "b",
					.firmware = { .type = HC_FIRMWARE_BIOS },
					.disks = { &disk, 1 } };
	struct hc_facts facts = { .firmware = { .type = HC_FIRMWARE_UEFI } };
	struct hc_rules_input in = { .manifest = &manifest, .facts = &facts };
	struct hc_arena arena = { 0 };
	struct hc_verdict verdict;
	struct hc_err err;
	bool ordered = true;

	ok_call(hc_rules_judge(&in, &arena, &verdict, &err), &err, "a verdict is given");
	for (size_t i = 1; i < verdict.findings.count; i++)
		ordered = ordered && verdict.findings.items[i - 1].level >=
					     verdict.findings.items[i].level;
	ok(ordered && verdict.findings.count > 5, "the worst findings come first");
	ok(strcmp(verdict.findings.items[0].rule, "FW-1") == 0 &&
		   verdict.outcome == HC_OUTCOME_BLOCKED,
	   "and decide");
	in.overrides = (struct hc_strings){ fw1, 1 };
	ok(hc_rules_judge(&in, &arena, &verdict, &err) == 0 &&
		   verdict.outcome == HC_OUTCOME_COMPATIBLE &&
		   strcmp(verdict.findings.items[0].rule, "FW-1") == 0 &&
		   verdict.findings.items[0].level == HC_LEVEL_BLOCK &&
		   verdict.findings.items[0].overridden,
	   "what is overridden is still listed as the block it is");
	in.accepted = in.overrides;
	in.overrides = (struct hc_strings){ 0 };
	ok(hc_rules_judge(&in, &arena, &verdict, &err) == 0 &&
		   verdict.outcome == HC_OUTCOME_BLOCKED,
	   "accepting is no overriding");
	in.mode = NULL;
	in.facts = NULL;
	ok(hc_rules_judge(&in, &arena, &verdict, &err) == 0 &&
		   verdict.outcome == HC_OUTCOME_COMPATIBLE,
	   "an unknown machine is no reason to refuse");
	for (size_t i = 0; i < verdict.findings.count; i++)
		if (verdict.findings.items[i].evidence.count == 0 &&
		    verdict.findings.items[i].level != HC_LEVEL_PASS)
			ordered = false;
	ok(ordered, "what is not a pass says why");
	hc_arena_done(&arena);
}

static const struct hc_finding *
finding_of(const struct hc_verdict *verdict, const char *rule)
{
	for (size_t i = 0; i < verdict->findings.count; i++)
		if (strcmp(verdict->findings.items[i].rule, rule) == 0)
			return &verdict->findings.items[i];
	return NULL;
}

/* What somebody can do about a finding by name, and what it means: a wizard shows it beside the key. */
static void
test_way_out(void)
{
	struct hc_manifest_disk disk = { .size = 1, .logical_block = 512 };
	struct hc_manifest manifest = { .id = "b",
					.firmware = { .type = HC_FIRMWARE_BIOS },
					.disks = { &disk, 1 } };
	struct hc_facts facts = { .firmware = { .type = HC_FIRMWARE_UEFI } };
	static const char *const users[] = { "/mnt" };
	struct hc_disk target = { .size = 1, .logical_block = 512 };
	struct hc_rules_input in = { .manifest = &manifest,
				     .facts = &facts,
				     .target = &target };
	struct hc_arena arena = { 0 };
	const struct hc_finding *finding;
	struct hc_verdict verdict;
	struct hc_err err;

	target.in_use_by.items = (const char **)(uintptr_t)users;
	target.in_use_by.count = 1;
	ok_call(hc_rules_judge(&in, &arena, &verdict, &err), &err, "a verdict is given");
	finding = finding_of(&verdict, "FW-1");
	ok(finding != NULL && finding->level == HC_LEVEL_BLOCK && finding->overridable &&
		   finding->consequence == hc_rules_by_id("FW-1")->overriding,
	   "a block says that it may be overridden, and what that means");
	finding = finding_of(&verdict, "SCN-2");
	ok(finding != NULL && finding->level == HC_LEVEL_BLOCK && !finding->overridable &&
		   finding->consequence != NULL,
	   "one whose override leads nowhere doesn't offer it");
	for (size_t i = 0; i < verdict.findings.count; i++)
		if (verdict.findings.items[i].level < HC_LEVEL_REPAIR)
			ok(verdict.findings.items[i].consequence == NULL &&
				   !verdict.findings.items[i].overridable,
			   "%s: what passes needs no way out", verdict.findings.items[i].rule);
	hc_arena_done(&arena);
}

int
main(void)
{
	test_table();
	test_contract();
	test_pages();
	test_evaluator();
	test_way_out();
	return tap_done();
}
