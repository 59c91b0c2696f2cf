/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plan: the verdict, worst first, and in plain words what would be erased and written. */
#include <stdio.h>
#include <string.h>

#include "restore/base/text.h"
#include "tui/screens/screens_priv.h"

/* A rule, two facts, and two paragraphs of two rows. */
#define DETAIL_ROWS 7

static void
draw_outcome(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body, int y)
{
	const char *text;
	enum hc_style style = HC_STYLE_WARN;

	if (wiz->plan.verdict.outcome == HC_OUTCOME_BLOCKED) {
		text = "BLOCKED: this backup can't be restored to this disk.";
		style = HC_STYLE_BAD;
	} else if (!hc_wiz_may_go_on(wiz)) {
		text = "QUESTION: each warning has to be accepted by name (key a) before it "
		       "goes on.";
	} else if (wiz->plan.verdict.outcome == HC_OUTCOME_REPAIRS) {
		text = "FITS WITH REPAIRS: nothing stands in the way.";
		style = HC_STYLE_GOOD;
	} else {
		text = "FITS: nothing stands in the way.";
		style = HC_STYLE_GOOD;
	}
	hc_canvas_text(canvas, body.x, y, body.width, style, text);
}

/* The layout that the disk will have, from the ranges that will be written. */
static void
draw_after(const struct hc_plan *plan, struct hc_canvas *canvas, int x, int y, int width)
{
	struct hc_bar_part parts[HC_BAR_PARTS];
	uint64_t at = 0, hundredth = plan->target.size / 100;
	size_t count = 0;

	for (size_t i = 0; i < plan->data.count && count + 2 < HC_BAR_PARTS; i++) {
		const char *part = plan->data.items[i].what != NULL
					   ? strstr(plan->data.items[i].what, "-p")
					   : NULL;
		uint64_t start = plan->data.items[i].target_offset;

		if (part == NULL)
			continue;
		if (start > at && start - at > hundredth)
			parts[count++] = (struct hc_bar_part){ start - at, NULL, HC_STYLE_DIM };
		parts[count++] = (struct hc_bar_part){ plan->data.items[i].length, part + 2,
						       HC_STYLE_NORMAL };
		at = hc_max_u64(at, start + plan->data.items[i].length);
	}
	if (plan->target.size > at && plan->target.size - at > hundredth)
		parts[count++] =
			(struct hc_bar_part){ plan->target.size - at, NULL, HC_STYLE_DIM };
	hc_canvas_parts(canvas, x, y, width, parts, count);
}

static int
draw_plan(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body, int y)
{
	const struct hc_catalog_backup *backup = hc_wiz_backup(wiz);
	const struct hc_plan *plan = &wiz->plan;
	const struct hc_disk *disk = hc_wiz_target(wiz);
	char size[HC_SIZE_TEXT], holds[128] = "";

	if (disk == NULL)
		return y;
	hc_size_text(disk->size, size);
	hc_part_disk_holds(disk, holds, sizeof(holds));
	y = hc_part_fact(canvas, body, y, wiz->have_plan ? "Erased" : "Disk",
			 "%s, serial %s, %s, %s", hc_text_or(disk->path, "?"),
			 hc_text_or(disk->serial, "none"), size,
			 hc_text_or(disk->model, "unknown model"));
	y = hc_part_fact(canvas, body, y, "  holding", "%s", holds);
	if (!wiz->have_plan)
		return y;
	hc_size_text(plan->data_bytes, size);
	y = hc_part_fact(
		canvas, body, y, "Written", "%s of %s, at most %s",
		hc_text_or(backup != NULL ? backup->os : NULL, "a system that is not Windows"),
		hc_text_or(backup != NULL ? backup->host : NULL, "?"), size);
	hc_canvas_text(canvas, body.x, y, 12, HC_STYLE_DIM, "Before");
	hc_part_disk_bar(canvas, body.x + 12, y++, body.width - 12, disk);
	hc_canvas_text(canvas, body.x, y, 12, HC_STYLE_DIM, "After");
	draw_after(plan, canvas, body.x + 12, y++, body.width - 12);
	for (size_t i = 0; i < plan->losses.count && i < 2; i++)
		y = hc_part_fact(canvas, body, y, i == 0 ? "Not kept" : "", "%s",
				 plan->losses.items[i]);
	return y;
}

static int
draw_findings(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect area)
{
	size_t count = wiz->plan.verdict.findings.count,
	       selected = wiz->selected[HC_SCREEN_PLAN];
	size_t first = hc_part_first(selected, count, area.height);
	int y = area.y;

	for (size_t i = first; i < count && y < area.y + area.height; i++, y++) {
		const struct hc_finding *finding = &wiz->plan.verdict.findings.items[i];
		enum hc_style style = HC_STYLE_NORMAL;
		const char *word = hc_part_level(finding->level, &style);

		style = hc_part_row(canvas, area, y, i == selected, style);

		hc_canvas_printf(canvas, area.x + 2, y, area.width - 2, style, "%-7s %-7s %s%s",
				 word, hc_text_or(finding->rule, "?"),
				 hc_text_or(finding->title, ""),
				 finding->overridden ? "  (accepted)" : "");
	}
	return y;
}

static void
draw_finding(const struct hc_finding *finding, struct hc_canvas *canvas, struct hc_rect area)
{
	int y = area.y;

	hc_canvas_rule(canvas, area.x, y++, area.width, HC_STYLE_DIM);
	for (size_t i = 0; i < finding->evidence.count && i < 2; i++)
		y = hc_part_fact(canvas, area, y, i == 0 ? "Found" : "", "%s  (%s)",
				 hc_text_or(finding->evidence.items[i].fact, "?"),
				 hc_text_or(finding->evidence.items[i].where, "?"));
	y = hc_part_paragraph(canvas, area, y, 2, "Because", finding->because);
	if (finding->level >= HC_LEVEL_REPAIR)
		hc_part_paragraph(canvas, area, y, 2, "Remedy", finding->remedy);
}

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	size_t selected = wiz->selected[HC_SCREEN_PLAN];
	int y = body.y, detail = DETAIL_ROWS, end = body.y + body.height;

	if (hc_part_waiting(wiz, HC_JOB_PLAN, canvas, body.x, y, body.width,
			    "Comparing backup and machine... Esc goes back.") ||
	    !wiz->have_verdict)
		return;
	draw_outcome(wiz, canvas, body, y);
	y = draw_plan(wiz, canvas, body, y + 1);
	hc_canvas_printf(canvas, body.x, y, body.width, HC_STYLE_DIM,
			 "What was compared, worst first (%zu)",
			 wiz->plan.verdict.findings.count);
	draw_findings(wiz, canvas,
		      (struct hc_rect){ body.x, y + 1, body.width, end - detail - y - 1 });
	if (selected < wiz->plan.verdict.findings.count)
		draw_finding(&wiz->plan.verdict.findings.items[selected], canvas,
			     (struct hc_rect){ body.x, end - detail, body.width, detail });
}

const struct hc_screen_ops hc_screen_plan = {
	.name = "plan",
	.heading = "Restore: verdict and plan",
	.draw = draw,
	.help = "Backup and machine were compared before anything is written.  Below "
		"the plan each rule that was applied, worst first; below the list "
		"stands what the selected one found, why it matters and what helps; the key "
		"e shows all of it.\n\n"
		"BLOCK: it can't go on.  WARN: it goes on when you accept that warning "
		"by name with the key a; plan and report then carry it.  repair: the "
		"restore mends it.  info and pass need nothing.\n\n"
		"The plan lists every write.  Going on doesn't start it: one more "
		"screen asks for the disk's serial number.",
};
