/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report: building and printing. */
#include "restore/report/report.h"

#include <time.h>

#include "restore/base/text.h"
#include "restore/fixup/bootcheck.h"

void
hc_report_begin(const struct hc_plan *plan, const char *plan_id, const struct hc_facts *facts,
		struct hc_arena *arena, struct hc_report *ret)
{
	char created[HC_TIME_TEXT];

	hc_time_text(time(NULL), created);
	*ret = (struct hc_report){
		.created = hc_arena_strdup(arena, created),
		.tool = plan->tool,
		.task = plan->task,
		.plan = plan_id,
		.backup = plan->backup,
		.repository = plan->repository,
		.target = plan->target,
		.verdict = plan->verdict,
		.losses = plan->losses,
		.overrides = plan->overrides,
		.accepted = plan->accepted,
	};
	if (facts != NULL)
		ret->machine = facts->machine;
}

int
hc_report_repairs(const struct hc_plan *plan, struct hc_arena *arena, struct hc_report *report,
		  struct hc_err *err)
{
	report->notes = plan->notes;
	if (plan->edits.count > 0)
		report->run = plan->run;
	for (size_t i = 0; i < plan->edits.count; i++) {
		const struct hc_edit *edit = &plan->edits.items[i];
		struct hc_buf text = { 0 };
		const char *line = NULL;

		if (hc_edit_object_text(edit, &text, err) == 0)
			line = hc_arena_printf(arena, "%s: %.*s", edit->fixup, (int)text.size,
					       (const char *)text.data);
		hc_buf_done(&text);
		if (line == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a report");
		if (hc_strings_add(&report->repairs, arena, line, err) < 0)
			return -1;
	}
	return 0;
}

void
hc_report_failure(struct hc_report *report, const struct hc_err *why, struct hc_arena *arena)
{
	char text[HC_ERR_TEXT * 2 * (HC_ERR_FRAMES + 3)];

	hc_err_format(why, text, sizeof(text));
	report->outcome = "failed";
	report->error = hc_arena_printf(arena, "H%04d", (int)why->code);
	report->error_text = hc_arena_strdup(arena, text);
}

static int
bytes_line(struct hc_buf *out, const char *what, uint64_t bytes, struct hc_err *err)
{
	char size[HC_SIZE_TEXT];

	if (bytes == 0)
		return 0;
	hc_size_text(bytes, size);
	return hc_buf_printf(out, err, "  %-22s %12s\n", what, size);
}

static int
figures_text(const struct hc_report *r, struct hc_buf *out, struct hc_err *err)
{
	if (bytes_line(out, "written", r->written_bytes, err) < 0 ||
	    bytes_line(out, "kept, was there", r->reused_bytes, err) < 0 ||
	    bytes_line(out, "made zero", r->zeroed_bytes, err) < 0 ||
	    bytes_line(out, "left, no file uses it", r->left_bytes, err) < 0 ||
	    bytes_line(out, "read back and compared", r->read_back_bytes, err) < 0 ||
	    bytes_line(out, "over the network", r->received_bytes, err) < 0)
		return -1;
	if (r->retries > 0 && hc_buf_printf(out, err, "  %-22s %12llu\n", "attempts repeated",
					    (unsigned long long)r->retries) < 0)
		return -1;
	if (r->read_back_bytes > 0 && !r->read_back_independent)
		return hc_buf_printf(
			out, err,
			"  Read back through the page cache: not independent of memory\n");
	return 0;
}

static int
steps_text(const struct hc_report *r, struct hc_buf *out, struct hc_err *err)
{
	for (size_t i = 0; i < r->steps.count; i++) {
		const struct hc_step_result *step = &r->steps.items[i];

		if (hc_buf_printf(out, err, "  %-12s %8llu.%01llu s\n", step->step,
				  (unsigned long long)step->milliseconds / 1000,
				  (unsigned long long)step->milliseconds % 1000 / 100) < 0)
			return -1;
	}
	return 0;
}

static int
list_text(const struct hc_strings *list, const char *what, struct hc_buf *out,
	  struct hc_err *err)
{
	for (size_t i = 0; i < list->count; i++)
		if (hc_buf_printf(out, err, "  %s: %s\n", what, list->items[i]) < 0)
			return -1;
	return 0;
}

int
hc_report_text(const struct hc_report *r, struct hc_buf *out, struct hc_err *err)
{
	if (hc_buf_printf(out, err, "halcyon report of %s: %s\n\n", r->created, r->outcome) <
		    0 ||
	    hc_buf_printf(out, err, "Backup  %s in %s\nTarget  %s (%s)\nPlan    %s\n",
			  r->backup, r->repository, r->target.path,
			  r->target.identity.name ? r->target.identity.name : "no identity",
			  r->plan) < 0)
		return -1;
	if (r->machine.product != NULL &&
	    hc_buf_printf(out, err, "Machine %s %s, serial %s\n",
			  r->machine.vendor ? r->machine.vendor : "", r->machine.product,
			  r->machine.serial ? r->machine.serial : "unknown") < 0)
		return -1;
	if (hc_buf_printf(out, err, "Verdict %s\n\n", hc_outcome_names[r->verdict.outcome]) <
		    0 ||
	    figures_text(r, out, err) < 0 || hc_buf_printf(out, err, "\n") < 0 ||
	    steps_text(r, out, err) < 0 || list_text(&r->repairs, "Repaired", out, err) < 0 ||
	    hc_edits_text(&(struct hc_edits){ 0 }, &r->notes, "  ", out, err) < 0 ||
	    list_text(&r->losses, "Lost", out, err) < 0 ||
	    list_text(&r->overrides, "Overridden", out, err) < 0 ||
	    list_text(&r->accepted, "Accepted", out, err) < 0)
		return -1;
	if (r->error_text != NULL && hc_buf_printf(out, err, "\n%s", r->error_text) < 0)
		return -1;
	if (r->bootcheck != NULL &&
	    (hc_buf_printf(out, err, "\n") < 0 ||
	     hc_bootcheck_text(r->bootcheck, r->target.path, out, err) < 0))
		return -1;
	return hc_buf_printf(out, err, "\nOn the disk now: %s\n", r->state);
}
