/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports: the restores that left one, and one of them in full. */
#include <stdio.h>

#include "tui/screens/screens_priv.h"

#define DETAIL_ROWS 6

static void
draw_run(struct hc_canvas *canvas, struct hc_rect body, int y, const struct hc_run_entry *run,
	 bool selected)
{
	enum hc_style style = run->error != NULL ? HC_STYLE_BAD : HC_STYLE_GOOD;
	char time[HC_PART_TIME];

	style = hc_part_row(canvas, body, y, selected, style);
	hc_part_time(run->created, time);
	hc_canvas_printf(canvas, body.x + 2, y, body.width - 2, style,
			 "%-16s  %-9.9s %-5.5s  %-14.14s %s", time,
			 hc_text_or(run->outcome, "?"), hc_text_or(run->error, "-"),
			 hc_text_or(run->target, "?"), hc_text_or(run->backup, "?"));
}

static void
draw_detail(const struct hc_run_entry *run, struct hc_canvas *canvas, struct hc_rect area)
{
	int y = area.y;

	hc_canvas_rule(canvas, area.x, y++, area.width, HC_STYLE_DIM);
	y = hc_part_fact(canvas, area, y, "Disk", "%s, known as %s",
			 hc_text_or(run->target, "?"), hc_text_or(run->identity, "?"));
	y = hc_part_fact(canvas, area, y, "Left it", "%s", hc_text_or(run->state, "?"));
	y = hc_part_fact(canvas, area, y, "Folder", "%s", hc_text_or(run->path, "?"));
	if (run->task != NULL)
		hc_part_fact(canvas, area, y, "Task", "%s", run->task);
}

static void
draw_runs(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	const struct hc_runs *runs = &wiz->tasks.runs;
	size_t count = wiz->tasks.have_runs ? runs->runs.count : 0,
	       selected = wiz->selected[HC_SCREEN_RUNS];
	int rows = body.height - DETAIL_ROWS - 3, y = body.y + 1;
	size_t first = hc_part_first(selected, count, rows);

	if (hc_part_waiting(wiz, HC_JOB_RUNS, canvas, body.x, body.y, body.width,
			    "Looking for reports... Esc goes back."))
		return;
	hc_canvas_printf(canvas, body.x, body.y, body.width, HC_STYLE_STRONG,
			 count > 0 ? "Restores that left a report in %s"
				   : "No restore has left a report in %s.",
			 hc_text_or(wiz->reports_dir, "?"));
	if (runs->unreadable.count > 0)
		hc_canvas_printf(canvas, body.x, y, body.width, HC_STYLE_WARN, "Not read: %s%s",
				 runs->unreadable.items[0],
				 runs->unreadable.count > 1 ? " and others" : "");
	if (count == 0)
		return;
	hc_canvas_printf(canvas, body.x + 2, ++y, body.width - 2, HC_STYLE_DIM,
			 "%-16s  %-9s %-5s  %-14s %s", "Begun (UTC)", "Outcome", "Error",
			 "Disk", "Backup");
	for (size_t i = first; i < count && i < first + (size_t)rows; i++)
		draw_run(canvas, body, ++y, &runs->runs.items[i], i == selected);
	if (hc_wiz_run_entry(wiz) != NULL)
		draw_detail(hc_wiz_run_entry(wiz), canvas,
			    (struct hc_rect){ body.x, body.y + body.height - DETAIL_ROWS,
					      body.width, DETAIL_ROWS });
}

const struct hc_screen_ops hc_screen_runs = {
	.name = "runs",
	.heading = "Reports: which run",
	.draw = draw_runs,
	.help = "The restores on this machine since it was started, from this console or "
		"another one, unattended ones too; the latest first.  Enter shows the "
		"report in full.\n\n"
		"They are kept in memory: copy the folder that is named below to a stick "
		"or a server, from the rescue shell, if you want to keep one.",
};

/* ---------------------------------------------------------------- one of them */

static void
draw_report(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	struct hc_rect area = { body.x, body.y + 2, body.width, body.height - 3 };
	size_t top = wiz->selected[HC_SCREEN_REPORT];

	hc_part_fact(canvas, body, body.y, "Folder", "%s", hc_text_or(wiz->tasks.shown, "?"));
	if (hc_part_waiting(wiz, HC_JOB_SHOW, canvas, body.x, area.y, body.width,
			    "Reading the report... Esc goes back."))
		return;
	for (size_t i = top; i < wiz->report_count && area.height > 0; i++) {
		int rows = hc_canvas_wrap(canvas, area, HC_STYLE_NORMAL, wiz->report[i]);

		rows = rows > 0 ? rows : 1;
		area.y += rows;
		area.height -= rows;
	}
	hc_canvas_printf(canvas, body.x, body.y + body.height - 1, body.width, HC_STYLE_DIM,
			 "from line %zu of %zu", top + 1, wiz->report_count);
}

const struct hc_screen_ops hc_screen_report = {
	.name = "report",
	.heading = "Reports: one in full",
	.draw = draw_report,
	.help = "What was restored where, how long each step took, what was fetched and "
		"written, what was overridden or repaired, and how it ended.  Up and Down "
		"move by a line, PgUp and PgDn by ten.\n\n"
		"`halcyon report FOLDER` in the rescue shell prints the same.",
};
