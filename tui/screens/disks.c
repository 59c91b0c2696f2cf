/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of disks, as the screens machine and target show it. */
#include <stdio.h>

#include "tui/screens/screens_priv.h"

void
hc_part_disk_state(const struct hc_wiz *wiz, struct hc_canvas *canvas, int x, int y, int width,
		   const struct hc_disk *disk)
{
	char text[256], why[HC_WIZ_LINE];
	const char *refusal = hc_wiz_refusal(wiz, disk, why);
	int cells = 0;

	if (refusal != NULL) {
		snprintf(text, sizeof(text), "[%.190s]  ", refusal);
		cells = hc_canvas_text(canvas, x, y, width, HC_STYLE_WARN, text);
	}
	hc_part_disk_holds(disk, text, sizeof(text));
	hc_canvas_text(canvas, x + cells, y, width - cells, HC_STYLE_NORMAL, text);
}

static void
draw_disk(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect area,
	  const struct hc_disk *disk, bool selected)
{
	char text[256], why[HC_WIZ_LINE];
	enum hc_style style =
		hc_wiz_refusal(wiz, disk, why) != NULL ? HC_STYLE_DIM : HC_STYLE_STRONG;
	int x = area.x + 2, width = area.width - 2;

	style = hc_part_row(canvas, area, area.y, selected, style);
	hc_part_disk_line(disk, text, sizeof(text));
	hc_canvas_text(canvas, x, area.y, width, style, text);
	hc_part_disk_bar(canvas, x, area.y + 1, width, disk);
	if (area.height > 2)
		hc_part_disk_state(wiz, canvas, x, area.y + 2, width, disk);
}

int
hc_part_disks(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect area,
	      bool holds)
{
	size_t count = wiz->have_facts ? wiz->facts.disks.count : 0,
	       selected = wiz->selected[wiz->screen];
	int rows = holds ? 3 : 2, y = area.y;
	/* A row is kept for "1 to 4 of 6" when not all of them fit. */
	size_t fit = (size_t)(area.height / rows);
	size_t shown = count <= fit ? count : (size_t)((area.height - 1) / rows);
	size_t first = hc_part_first(selected, count, (int)shown);

	if (wiz->have_facts && count == 0)
		hc_canvas_text(canvas, area.x, y++, area.width, HC_STYLE_BAD,
			       "No disk was found: is its controller's driver in this image?");
	for (size_t i = first; i < count && i < first + shown; i++, y += rows)
		draw_disk(wiz, canvas, (struct hc_rect){ area.x, y, area.width, rows },
			  &wiz->facts.disks.items[i], i == selected);
	if (count > shown)
		hc_canvas_printf(canvas, area.x, y++, area.width, HC_STYLE_DIM,
				 "disks %zu to %zu of %zu", first + 1,
				 first + shown < count ? first + shown : count, count);
	return y;
}
