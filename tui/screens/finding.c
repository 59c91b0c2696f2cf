/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding: all that one rule says, one paragraph after the other; only one longer than the screen is cut. */
#include <stdio.h>
#include <string.h>

#include "tui/screens/screens_priv.h"

/* The words of a finding that aren't evidence; HC_WIZ_FINDING_PARTS rows. */
static void
part(const struct hc_finding *finding, size_t i, const char **label, const char **text)
{
	const struct {
		const char *label, *text;
	} parts[HC_WIZ_FINDING_PARTS] = {
		{ "Because", finding->because },
		{ "Remedy", finding->remedy },
		{ hc_part_answering(finding), finding->consequence },
		{ "Source", finding->source },
	};

	*label = parts[i].label;
	*text = hc_text_or(parts[i].text, "none");
}

const char *
hc_part_level(enum hc_level level, enum hc_style *style)
{
	static const struct {
		const char *word;
		enum hc_style style;
	} levels[] = {
		[HC_LEVEL_PASS] = { "pass", HC_STYLE_GOOD },
		[HC_LEVEL_INFO] = { "info", HC_STYLE_NORMAL },
		[HC_LEVEL_REPAIR] = { "repair", HC_STYLE_NORMAL },
		[HC_LEVEL_WARN] = { "WARN", HC_STYLE_WARN },
		[HC_LEVEL_BLOCK] = { "BLOCK", HC_STYLE_BAD },
	};

	*style = levels[level].style;
	return levels[level].word;
}

/* One piece of evidence: what was found, and on the next rows where. */
static int
draw_evidence(const struct hc_evidence *evidence, struct hc_canvas *canvas, struct hc_rect area,
	      int y, int rows)
{
	int used = hc_part_paragraph(canvas, area, y, rows, "Found", evidence->fact) - y;

	return hc_part_paragraph(canvas, area, y + used, rows - used, "  in", evidence->where);
}

static int
draw_row(const struct hc_finding *finding, size_t i, struct hc_canvas *canvas,
	 struct hc_rect area, int y)
{
	int rows = area.y + area.height - y;
	const char *label, *text;

	if (i < finding->evidence.count)
		return draw_evidence(&finding->evidence.items[i], canvas, area, y, rows);
	part(finding, i - finding->evidence.count, &label, &text);
	return hc_part_paragraph(canvas, area, y, rows, label, text);
}

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	const struct hc_finding *finding = hc_wiz_finding(wiz);
	size_t rows = hc_wiz_rows(wiz);
	enum hc_style style;
	const char *word;
	int y = body.y, end = body.y + body.height;

	if (finding == NULL)
		return;
	word = hc_part_level(finding->level, &style);
	hc_canvas_printf(canvas, body.x, y, body.width, style, "%s  %s%s", word,
			 hc_text_or(finding->rule, "?"), hc_part_answer(wiz, finding));
	y = hc_part_paragraph(canvas, body, y + 1, end - y - 1, "Rule", finding->title) + 1;
	for (size_t i = wiz->selected[HC_SCREEN_FINDING]; i < rows && y < end; i++)
		y = draw_row(finding, i, canvas, body, y);
}

const struct hc_screen_ops hc_screen_finding = {
	.name = "finding",
	.heading = "Restore: one finding in full",
	.draw = draw,
	.help = "All that the rule found and where, why it matters, what helps, and which "
		"document says so.  Up and Down move by a paragraph; Esc goes back to the "
		"list, where the same rule is still selected.",
};
