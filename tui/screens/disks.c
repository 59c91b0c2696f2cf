/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of disks, as the screens machine and target show it: three rows for each. */
#include <stdio.h>

#include "tui/screens/screens_priv.h"

#define ROWS 3

static void
draw_disk(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect area,
	  const struct hc_disk *disk, bool selected)
{
	char text[256], why[HC_WIZ_LINE];
	const char *refusal = hc_wiz_refusal(wiz, disk, why);
	enum hc_style style = refusal != NULL ? HC_STYLE_DIM : HC_STYLE_STRONG;
	int x = area.x + 2, width = area.width - 2, cells;

	style = hc_part_row(canvas, area, area.y, selected, style);
	hc_part_disk_line(disk, text, sizeof(text));
	hc_canvas_text(canvas, x, area.y, width, style, text);
	hc_part_disk_bar(canvas, x, area.y + 1, width, disk);
	hc_part_disk_holds(disk, text, sizeof(text));
	cells = hc_canvas_text(canvas, x, area.y + 2, width, HC_STYLE_NORMAL, text);
	if (refusal != NULL)
		hc_canvas_printf(canvas, x + cells + 2, area.y + 2, width - cells - 2, HC_STYLE_WARN,
				 "[%s]", refusal);
}

int
hc_part_disks(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect area)
{
	size_t count = wiz->have_facts ? wiz->facts.disks.count : 0;
	size_t selected = wiz->selected[wiz->screen], shown = (size_t)(area.height / ROWS);
	size_t first = hc_part_first(selected, count, (int)shown);
	int y = area.y;

	if (wiz->have_facts && count == 0)
		hc_canvas_text(canvas, area.x, y++, area.width, HC_STYLE_BAD,
			       "No disk was found: is its controller's driver in this image?");
	for (size_t i = first; i < count && i < first + shown; i++, y += ROWS)
		draw_disk(wiz, canvas, (struct hc_rect){ area.x, y, area.width, ROWS },
			  &wiz->facts.disks.items[i], i == selected);
	if (count > shown)
		hc_canvas_printf(canvas, area.x, y++, area.width, HC_STYLE_DIM, "disks %zu to %zu of %zu",
				 first + 1, first + shown < count ? first + shown : count, count);
	return y;
}
