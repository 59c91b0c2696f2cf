/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options: repairs, drivers, identity, and what happens at the end. */
#include <stdio.h>
#include <string.h>

#include "tui/screens/screens_priv.h"

/* A rule and three rows of text. */
#define DETAIL_ROWS 4

static void
draw_row(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect area, int y,
	 size_t i, const struct hc_wiz_option *row)
{
	bool selected = wiz->selected[HC_SCREEN_OPTIONS] == i;
	enum hc_style style = hc_part_row(canvas, area, y, selected, HC_STYLE_STRONG);

	hc_canvas_printf(canvas, area.x + 2, y, area.width - 2, style, "%-18.18s", row->label);
	if (row->field != NULL && selected)
		hc_part_field(canvas, area.x + 21, y, area.width - 21, row->field);
	else
		hc_canvas_printf(canvas, area.x + 21, y, area.width - 21,
				 selected ? style : HC_STYLE_NORMAL, "[%s]",
				 row->field != NULL ? row->field->text : row->value);
	/* A repair's title says what it is for. */
	if (row->field == NULL && strlen(row->about) < 55)
		hc_canvas_printf(canvas, area.x + 34, y, area.width - 34,
				 selected ? style : HC_STYLE_DIM, "%s", row->about);
}

/* What the selected repair changes, or says. */
static void
draw_edits(const struct hc_wiz *wiz, const char *fixup, struct hc_canvas *canvas,
	   struct hc_rect area)
{
	int y = area.y, end = area.y + area.height;

	for (size_t i = 0; wiz->have_plan && i < wiz->plan.notes.count && y < end; i++)
		if (strcmp(wiz->plan.notes.items[i].fixup, fixup) == 0)
			y += hc_canvas_wrap(
				canvas, (struct hc_rect){ area.x, y, area.width, end - y },
				HC_STYLE_NORMAL, hc_text_or(wiz->plan.notes.items[i].text, ""));
	for (size_t i = 0; wiz->have_plan && i < wiz->plan.edits.count && y < end; i++) {
		const struct hc_edit *edit = &wiz->plan.edits.items[i];
		struct hc_buf text = { 0 };
		struct hc_err err;

		if (strcmp(edit->fixup, fixup) == 0 &&
		    hc_edit_object_text(edit, &text, &err) == 0)
			hc_canvas_printf(canvas, area.x, y++, area.width, HC_STYLE_NORMAL,
					 "%.*s  %s", (int)text.size, (const char *)text.data,
					 hc_text_or(edit->because, ""));
		hc_buf_done(&text);
	}
}

static void
draw_detail(const struct hc_wiz *wiz, const struct hc_wiz_option *row, struct hc_canvas *canvas,
	    struct hc_rect area)
{
	struct hc_rect text = { area.x, area.y + 1, area.width, area.height - 1 };

	int used;

	hc_canvas_rule(canvas, area.x, area.y, area.width, HC_STYLE_DIM);
	used = hc_canvas_wrap(canvas, text, HC_STYLE_NORMAL, row->about);

	text.y += used;
	text.height -= used;
	draw_edits(wiz, row->label, canvas, text);
}

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	size_t count = 0, selected = wiz->selected[HC_SCREEN_OPTIONS], first;
	int y = body.y, rows = body.height - DETAIL_ROWS - 2;
	struct hc_wiz_option row;

	while (hc_wiz_option(wiz, count, &row))
		count++;
	if (!hc_part_waiting(wiz, HC_JOB_PLAN, canvas, body.x, y, body.width,
			     "Planning for this disk... Esc goes back."))
		hc_canvas_text(canvas, body.x, y, body.width, HC_STYLE_STRONG,
			       wiz->of_disk
				       ? "Repairs found necessary are made.  Space changes a "
					 "row, Enter goes on."
				       : "What the comparison shall know.  Space changes a "
					 "row; Enter compares again.");
	first = hc_part_first(selected, count, rows);
	for (size_t i = first; i < count && i < first + (size_t)rows; i++)
		if (hc_wiz_option(wiz, i, &row))
			draw_row(wiz, canvas, body, y + 2 + (int)(i - first), i, &row);
	if (hc_wiz_option(wiz, selected, &row))
		draw_detail(wiz, &row, canvas,
			    (struct hc_rect){ body.x, body.y + body.height - DETAIL_ROWS,
					      body.width, DETAIL_ROWS });
}

const struct hc_screen_ops hc_screen_options = {
	.name = "options",
	.heading = "Restore: options",
	.draw = draw,
	.help = "The repairs that this backup needs here are made after the data was compared; "
		"each can be left out, and those on request can be asked for.  Below the list "
		"stands what the selected one changes, or what the row means.\n\n"
		"Space changes the selected row; a folder is typed, Ctrl-U empties it.  When a "
		"choice concerns the plan, it is made again with it: a repair that is left out "
		"though a rule wants it has to be accepted by name then.",
};
