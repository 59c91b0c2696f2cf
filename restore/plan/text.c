/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan and verdict in plain words. */
#include <string.h>

#include "restore/base/text.h"
#include "restore/plan/plan.h"

#define INDENT 16
#define WIDTH  80

/* Words under a line, a line of their own for each line of `text`. */
static int
indented(const char *head, const char *text, struct hc_buf *out, struct hc_err *err)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		if (hc_buf_printf(out, err, "                %-5s%.*s\n", head, (int)length,
				  text) < 0)
			return -1;
		text += length + (text[length] != '\0');
		head = "";
	}
	return 0;
}

static bool
is_not_evaluated(const struct hc_finding *finding)
{
	return finding->level == HC_LEVEL_INFO && finding->evidence.count == 1 &&
	       strncmp(finding->evidence.items[0].fact,
		       "not evaluated:", strlen("not evaluated:")) == 0;
}

static const char *
marked(const struct hc_finding *finding)
{
	if (!finding->overridden)
		return "";
	return finding->level == HC_LEVEL_BLOCK ? " (overridden by name)"
						: " (accepted by name)";
}

/* Where it was read stands behind a fact, or below it where a line of a terminal is too short for both. */
static int
evidence_text(const struct hc_evidence *evidence, struct hc_buf *out, struct hc_err *err)
{
	const char *where = evidence->where;
	bool fits;

	if (where == NULL)
		return hc_buf_printf(out, err, "%*s%s\n", INDENT, "", evidence->fact);
	fits = INDENT + strlen(evidence->fact) + strlen(where) + 3 <= WIDTH;
	return hc_buf_printf(out, err, "%*s%s%s[%s]\n", INDENT, "", evidence->fact,
			     fits ? " " : "\n                    ", where);
}

static int
finding_text(const struct hc_finding *finding, struct hc_buf *out, struct hc_err *err)
{
	if (hc_buf_printf(out, err, "  %-6s %-6s %s%s\n", hc_level_names[finding->level],
			  finding->rule, finding->title, marked(finding)) < 0)
		return -1;
	if (finding->level == HC_LEVEL_PASS)
		return 0;
	for (size_t i = 0; i < finding->evidence.count; i++)
		if (evidence_text(&finding->evidence.items[i], out, err) < 0)
			return -1;
	if (finding->level < HC_LEVEL_REPAIR)
		return 0;
	if (indented("Why:", finding->because, out, err) < 0 ||
	    indented("Do:", finding->remedy, out, err) < 0)
		return -1;
	for (size_t i = 0; i < finding->fixups.count; i++)
		if (hc_buf_printf(out, err, "                %-5s%s\n", i == 0 ? "Fix:" : "",
				  finding->fixups.items[i]) < 0)
			return -1;
	return 0;
}

/* Rules that nothing could be said about share a line for each reason. */
static int
not_evaluated_text(const struct hc_verdict *verdict, size_t first, struct hc_buf *out,
		   struct hc_err *err)
{
	const char *why = verdict->findings.items[first].evidence.items[0].fact;

	for (size_t i = 0; i < first; i++)
		if (is_not_evaluated(&verdict->findings.items[i]) &&
		    strcmp(verdict->findings.items[i].evidence.items[0].fact, why) == 0)
			return 0;
	if (hc_buf_printf(out, err, "  %-6s", "info") < 0)
		return -1;
	for (size_t i = first; i < verdict->findings.count; i++) {
		const struct hc_finding *finding = &verdict->findings.items[i];

		if (is_not_evaluated(finding) &&
		    strcmp(finding->evidence.items[0].fact, why) == 0 &&
		    hc_buf_printf(out, err, " %s", finding->rule) < 0)
			return -1;
	}
	return hc_buf_printf(out, err, "\n                %s\n", why);
}

int
hc_verdict_text(const struct hc_verdict *verdict, struct hc_buf *out, struct hc_err *err)
{
	if (hc_buf_printf(out, err, "Verdict: %s\n", hc_outcome_names[verdict->outcome]) < 0)
		return -1;
	for (size_t i = 0; i < verdict->findings.count; i++) {
		const struct hc_finding *finding = &verdict->findings.items[i];
		int result = is_not_evaluated(finding)
				     ? not_evaluated_text(verdict, i, out, err)
				     : finding_text(finding, out, err);

		if (result < 0)
			return -1;
	}
	return 0;
}

static int
target_text(const struct hc_plan *plan, struct hc_buf *out, struct hc_err *err)
{
	const struct hc_plan_target *target = &plan->target;
	char size[HC_SIZE_TEXT];

	hc_size_text(target->size, size);
	if (target->create_size != 0)
		return hc_buf_printf(out, err, "Creates the file %s of %s\n", target->path,
				     size);
	return hc_buf_printf(out, err, "Erases %s (%s), %s, in full\n", target->path, size,
			     target->identity.name ? target->identity.name
						   : "a disk without a name");
}

static int
new_table_text(const struct hc_plan *plan, struct hc_buf *out, struct hc_err *err)
{
	if (plan->new_table_id == NULL)
		return 0;
	if (plan->convert_firmware == NULL)
		return hc_buf_printf(out, err,
				     "  Gives the disk a new identity, %s: another disk has "
				     "that of the backup\n",
				     plan->new_table_id);
	return hc_buf_printf(
		out, err,
		"  Converts it from BIOS to UEFI: a GPT with the identity %s, the\n"
		"  volumes at their places, and an EFI system partition\n"
		"  `halcyon undo` does not bring back the start by BIOS: restore again, without "
		"--convert-firmware\n",
		plan->new_table_id);
}

int
hc_plan_text(const struct hc_plan *plan, struct hc_buf *out, struct hc_err *err)
{
	char bytes[HC_SIZE_TEXT];

	hc_size_text(plan->data_bytes, bytes);
	if (hc_verdict_text(&plan->verdict, out, err) < 0 ||
	    hc_buf_printf(out, err, "\nPlan:\n  ") < 0 || target_text(plan, out, err) < 0)
		return -1;
	if (hc_buf_printf(
		    out, err,
		    "  Writes at most %s from backup %s in %s: %zu parts of the disk\n"
		    "  Reads back everything it wrote, then writes %zu first sectors and %zu "
		    "table%s\n",
		    bytes, plan->backup, plan->repository, plan->data.count, plan->held.count,
		    plan->tables.count, plan->tables.count == 1 ? "" : "s") < 0)
		return -1;
	if (plan->journal_offset == 0 &&
	    hc_buf_printf(
		    out, err,
		    "  Keeps no journal: the backup leaves no room for it before its first "
		    "partition\n") < 0)
		return -1;
	if (new_table_text(plan, out, err) < 0)
		return -1;
	if (hc_edits_text(&plan->edits, &plan->notes, "  ", out, err) < 0)
		return -1;
	for (size_t i = 0; i < plan->losses.count; i++)
		if (hc_buf_printf(out, err, "  Loses: %s\n", plan->losses.items[i]) < 0)
			return -1;
	return 0;
}
