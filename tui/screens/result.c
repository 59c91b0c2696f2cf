/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Result: how it ended, the report, and what comes next. */
#include <stdio.h>

#include "tui/screens/screens_priv.h"

#define MENU_ROWS 4
/* The engine's exit statuses (design.md section 4) for a boot chain that is broken, after everything was written, and for
 * bytes that are not what they were. */
#define STATUS_BLOCKED   3
#define STATUS_INTEGRITY 5

static const char *
not_done(const struct hc_wiz *wiz)
{
	const struct hc_task_words *words = hc_words_of(wiz);

	if (wiz->run.outcome == HC_RUN_STOPPED)
		return words->stopped;
	return wiz->run.status == STATUS_INTEGRITY ? words->damaged : words->failed;
}

static const char *
not_restored(const struct hc_wiz *wiz)
{
	static const char *const words[HC_LEFT_COUNT] = {
		[HC_LEFT_UNTOUCHED] = "NOT RESTORED: it ended before the first write; the disk "
				      "is as it was.",
		[HC_LEFT_HALF] = "FAILED: the disk is not finished and does not boot.",
		[HC_LEFT_UNMARKED] = "NOT FINISHED: all data was compared, but the disk is not "
				     "marked as done.",
		[HC_LEFT_RESTORED] = "RESTORED and compared; only what comes after the disk "
				     "failed.",
		[HC_LEFT_UNPROVEN] = "RESTORED and compared, but it was not shown that it "
				     "boots.",
	};
	enum hc_wiz_left left = hc_wiz_left(wiz);

	if (left == HC_LEFT_UNPROVEN && wiz->run.status == STATUS_BLOCKED)
		return "RESTORED and compared, but it WILL NOT BOOT as it is.";
	if (left != HC_LEFT_HALF)
		return words[left];
	if (wiz->run.outcome == HC_RUN_STOPPED)
		return "STOPPED on request: the disk is not finished and does not boot.";
	if (wiz->run.status > 128)
		return "THE ENGINE DIED: the disk is half written and does not boot.";
	return wiz->run.status == STATUS_INTEGRITY
		       ? "FAILED: bytes are not what they were; the disk is not finished."
		       : words[left];
}

/* What helps with the disk as it is now; NULL: nothing has to be done to it. */
static const char *
next(const struct hc_wiz *wiz)
{
	static const char *const words[HC_LEFT_COUNT] = {
		[HC_LEFT_HALF] = "restore the same backup to this disk: it carries on",
		[HC_LEFT_UNMARKED] = "restore the same backup to this disk: it carries on",
		[HC_LEFT_RESTORED] = "choose this disk in the firmware's own boot menu",
		[HC_LEFT_UNPROVEN] = "what is said below; `halcyon bootcheck` looks again",
	};
	enum hc_wiz_left left = hc_wiz_left(wiz);

	if (wiz->task != HC_TASK_RESTORE || wiz->run.outcome == HC_RUN_GOOD)
		return NULL;
	/* Damage stays damage until somebody has mended what it is in. */
	if (wiz->run.status == STATUS_INTEGRITY && left == HC_LEFT_HALF)
		return "mend what is named below; then the same backup carries on";
	return words[left];
}

const char *
hc_part_headline(const struct hc_wiz *wiz, enum hc_style *style)
{
	bool restore = wiz->task == HC_TASK_RESTORE;

	*style = HC_STYLE_BAD;
	if (wiz->run.outcome == HC_RUN_GOOD) {
		*style = HC_STYLE_GOOD;
		return restore ? "RESTORED: everything was written, read back and compared."
			       : hc_words_of(wiz)->good;
	}
	return restore ? not_restored(wiz) : not_done(wiz);
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
	const char *text = hc_part_headline(wiz, &style);
	char time[16];

	hc_canvas_text(canvas, body.x, y++, body.width, style, text);
	if (wiz->end_at_ms > wiz->now_ms)
		hc_canvas_printf(canvas, body.x, y++, body.width, HC_STYLE_WARN,
				 "This machine %s in %u s; any key stops that.",
				 wiz->options.end == HC_END_REBOOT ? "reboots"
								   : "is switched off",
				 (unsigned)((wiz->end_at_ms - wiz->now_ms + 999) / 1000));
	hc_duration_text(wiz->run.ended_ms - wiz->run.began_ms, time, sizeof(time));
	y = hc_part_fact(canvas, body, y, "Took", "%s%s", time,
			 wiz->run.retries > 0 ? ", some things were tried again" : "");
	if (next(wiz) != NULL)
		y = hc_part_fact(canvas, body, y, "Next", "%s", next(wiz));
	else
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
	return wiz->task == HC_TASK_RESTORE ? "Restore: result" : hc_words_of(wiz)->result;
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
