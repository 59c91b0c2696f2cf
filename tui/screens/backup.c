/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backup: what the repository holds; this machine's own first. */
#include <stdio.h>

#include "restore/base/text.h"
#include "tui/screens/screens_priv.h"

#define DETAIL_ROWS 6

static void
draw_row(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body, int y,
	 const struct hc_catalog_backup *backup, bool selected)
{
	enum hc_style style = backup->complete ? HC_STYLE_NORMAL : HC_STYLE_DIM;
	char size[HC_SIZE_TEXT], time[HC_PART_TIME], why[HC_WIZ_LINE];
	unsigned match;

	style = hc_part_row(canvas, body, y, selected, style);
	hc_size_text(backup->used_bytes, size);
	hc_part_time(backup->created, time);
	match = hc_wiz_match(wiz, backup, why);
	hc_canvas_printf(canvas, body.x + 2, y, body.width - 2, style,
			 "%c %-15.15s %-28.28s %-16s %10s",
			 match > 1   ? '*'
			 : match > 0 ? '~'
				     : ' ',
			 hc_text_or(backup->host, "-"),
			 hc_text_or(backup->os, "no Windows found"), time, size);
}

static void
draw_detail(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect area)
{
	const struct hc_catalog_backup *backup = hc_wiz_backup(wiz);
	char size[HC_SIZE_TEXT], why[HC_WIZ_LINE];
	int y = area.y;

	hc_canvas_rule(canvas, area.x, y++, area.width, HC_STYLE_DIM);
	if (backup == NULL)
		return;
	y = hc_part_fact(canvas, area, y, "Backup", "%s", hc_text_or(backup->id, "?"));
	hc_size_text(backup->disk_bytes, size);
	y = hc_part_fact(canvas, area, y, "Kind", "%s, disks of %s, %s",
			 hc_text_or(backup->kind, "?"), size,
			 backup->is_signed ? "signed" : "not signed");
	if (!backup->complete)
		y = hc_part_fact(canvas, area, y, "State",
				 "not complete: it can't be restored");
	hc_wiz_match(wiz, backup, why);
	hc_part_fact(canvas, area, y, "Machine", "%s", why);
}

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	size_t count = wiz->have_catalog ? wiz->catalog.backups.count : 0;
	size_t selected = wiz->selected[HC_SCREEN_BACKUP];
	int rows = body.height - DETAIL_ROWS - 3, y = body.y;
	size_t first = hc_part_first(selected, count, rows);

	hc_part_fact(canvas, body, y++, "Repository", "%s", hc_text_or(wiz->opened, ""));
	if (hc_part_waiting(wiz, HC_JOB_CATALOG, canvas, body.x, y + 1, body.width,
			    "Reading the list of backups... Esc goes back."))
		return;
	if (count == 0) {
		hc_canvas_text(canvas, body.x, y + 1, body.width, HC_STYLE_WARN,
			       "This repository holds no backups.");
		return;
	}
	hc_canvas_printf(canvas, body.x + 4, ++y, body.width - 4, HC_STYLE_DIM,
			 "%-15s %-28s %-16s %10s", "Host", "System", "Taken (UTC)", "Data");
	for (size_t i = first; i < count && i < first + (size_t)rows; i++)
		draw_row(wiz, canvas, body, ++y, &wiz->catalog.backups.items[i], i == selected);
	draw_detail(wiz, canvas,
		    (struct hc_rect){ body.x, body.y + body.height - DETAIL_ROWS, body.width,
				      DETAIL_ROWS });
	if (count > (size_t)rows)
		hc_canvas_printf(canvas, body.x, body.y + body.height - 1, body.width,
				 HC_STYLE_DIM, "backup %zu of %zu", selected + 1, count);
}

static const char *
title(const struct hc_wiz *wiz)
{
	return wiz->task == HC_TASK_VERIFY ? "Verify: which backup" : "Restore: which backup";
}

const struct hc_screen_ops hc_screen_backup = {
	.name = "backup",
	.title = title,
	.draw = draw,
	.help = "Backups of this very machine come first and carry a *: they have its SMBIOS "
		"UUID, or its model and serial number.  Then come those of the same model, with a "
		"~; of each kind the newest first.  Below the list stands why it matches.  Times are UTC.  Data is what the backup's "
		"file systems use, not the size of its disks.\n\n"
		"Choosing one writes nothing.",
};
