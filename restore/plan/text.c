/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan and verdict in plain words. */
#include "restore/base/text.h"
#include "restore/plan/plan.h"

static int
finding_text(const struct hc_finding *finding, struct hc_buf *out, struct hc_err *err)
{
	if (hc_buf_printf(out, err, "  %-6s %-6s %s%s\n", hc_level_names[finding->level],
			  finding->rule, finding->title,
			  finding->overridden ? " (accepted by name)" : "") < 0)
		return -1;
	if (finding->level == HC_LEVEL_PASS)
		return 0;
	for (size_t i = 0; i < finding->evidence.count; i++)
		if (hc_buf_printf(out, err, "                %s\n",
				  finding->evidence.items[i].fact) < 0)
			return -1;
	if (finding->level < HC_LEVEL_REPAIR)
		return 0;
	return hc_buf_printf(out, err,
			     "                Why: %s (%s)\n                Do:  %s\n",
			     finding->because, finding->source, finding->remedy);
}

int
hc_verdict_text(const struct hc_verdict *verdict, struct hc_buf *out, struct hc_err *err)
{
	if (hc_buf_printf(out, err, "Verdict: %s\n", hc_outcome_names[verdict->outcome]) < 0)
		return -1;
	for (size_t i = 0; i < verdict->findings.count; i++)
		if (finding_text(&verdict->findings.items[i], out, err) < 0)
			return -1;
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
	for (size_t i = 0; i < plan->losses.count; i++)
		if (hc_buf_printf(out, err, "  Loses: %s\n", plan->losses.items[i]) < 0)
			return -1;
	return 0;
}
