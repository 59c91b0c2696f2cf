/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Result: how it ended, the report, and what comes next. */
#include <stdio.h>

#include "tui/screens/screens_priv.h"

#define MENU_ROWS 4

static const char *
headline(const struct hc_wiz *wiz, enum hc_style *style)
{
	bool verify = wiz->task == HC_TASK_VERIFY;

	*style = HC_STYLE_BAD;
	if (wiz->run.outcome == HC_RUN_GOOD) {
		*style = HC_STYLE_GOOD;
		return verify ? "VERIFIED: every byte of the backup is there and right."
			      : "RESTORED: everything was written, read back and compared.";
	}
	if (!verify && !hc_wiz_disk_touched(wiz))
		return "NOT RESTORED: it ended before the first write; the disk is as it was.";
	if (wiz->run.outcome == HC_RUN_STOPPED)
		return verify ? "STOPPED: not all of the backup was read."
			      : "STOPPED on request: the disk is not finished and does not "
				"boot.";
	if (wiz->run.status == 5)
		return verify ? "DAMAGED: bytes of the backup are not what they were."
			      : "FAILED: bytes are not what they were; the disk is not "
				"finished.";
	return verify ? "FAILED: the backup could not be verified."
		      : "FAILED: the disk is not finished and does not boot.";
}

static void
draw_report(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect area)
{
	for (size_t i = wiz->report_top; i < wiz->report_count && area.height > 0; i++) {
		int rows = hc_canvas_wrap(
			canvas, area, i < wiz->failure_count ? HC_STYLE_BAD : HC_STYLE_NORMAL,
			wiz->report[i]);

		rows = rows > 0 ? rows : 1;
		area.y += rows;
		area.height -= rows;
	}
}

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	int y = body.y, menu = body.y + body.height - MENU_ROWS;
	enum hc_style style;
	const char *text = headline(wiz, &style);
	char time[16];

	hc_canvas_text(canvas, body.x, y++, body.width, style, text);
	hc_duration_text(wiz->run.ended_ms - wiz->run.began_ms, time, sizeof(time));
	y = hc_part_fact(canvas, body, y, "Took", "%s%s", time,
			 wiz->run.retries > 0 ? ", some things were tried again" : "");
	y++;
	if (wiz->show_log)
		hc_part_log(wiz, canvas,
			    (struct hc_rect){ body.x, y, body.width, menu - 1 - y });
	else
		draw_report(wiz, canvas,
			    (struct hc_rect){ body.x, y, body.width, menu - 1 - y });
	hc_part_menu(wiz, canvas, body, menu);
}

static const char *
title(const struct hc_wiz *wiz)
{
	return wiz->task == HC_TASK_VERIFY ? "Verify: result" : "Restore: result";
}

const struct hc_screen_ops hc_screen_result = {
	.name = "result",
	.title = title,
	.draw = draw,
	.help = "The first line says how it ended; under it stands the engine's report, "
		"PgUp and PgDn move in it, `l` shows the log of the run.\n\n"
		"After a restore that is not finished, the same backup restored to the "
		"same disk carries on: what is there already is not fetched again.",
};
