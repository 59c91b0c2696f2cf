/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Progress: the steps of a run, how far it is, how long it will take. */
#include <stdio.h>
#include <string.h>

#include "restore/base/text.h"
#include "tui/screens/screens_priv.h"

/* Words for the engine's steps (restore/apply/apply.h); others are shown by their own names. */
static const char *
step_text(const char *name)
{
	static const struct {
		const char *name, *text;
	} words[] = {
		{ "target", "Take hold of the disk" },
		{ "invalidate", "Clear the old partition tables" },
		{ "data", "Write the data" },
		{ "readback", "Read it back and compare" },
		{ "fixups", "Repair the restored Windows" },
		{ "held", "Write the volumes' first sectors" },
		{ "tables", "Write the partition tables" },
		{ "journal", "Mark the disk as finished" },
		{ "firmware", "Set the firmware's boot entries" },
		{ "verify", "Read and check every chunk" },
		{ "capture", "Read the disk, store what is new" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].name, name) == 0)
			return words[i].text;
	return name;
}

static void
figures(const struct hc_wiz *wiz, const struct hc_wiz_run_step *step, char *buf, size_t size)
{
	char done[HC_SIZE_TEXT], total[HC_SIZE_TEXT], rate[HC_SIZE_TEXT], left[16] = "";
	uint64_t bytes = hc_wiz_rate(wiz), ms = hc_wiz_left_ms(wiz);
	size_t used;

	hc_size_text(step->done, done);
	hc_size_text(step->total, total);
	used = (size_t)snprintf(buf, size, "%3u %%  %s of %s",
				(unsigned)((double)step->done * 100 / (double)step->total),
				done, total);
	hc_size_text(bytes, rate);
	hc_duration_text(ms, left, sizeof(left));
	if (bytes > 0)
		used += (size_t)snprintf(buf + used, size - used, "  %s/s", rate);
	if (ms > 0)
		snprintf(buf + used, size - used, "  %s left", left);
}

/* Short steps are told of when they are done: what comes after one that is done is running. */
static enum hc_wiz_step_state
state_of(const struct hc_wiz_run *run, size_t i)
{
	bool next = i == 0 || run->steps[i - 1].state == HC_STEP_DONE;

	return run->outcome == HC_RUN_GOING && next && run->steps[i].state == HC_STEP_AHEAD
		       ? HC_STEP_RUNNING
		       : run->steps[i].state;
}

int
hc_part_step(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body, int y,
	     size_t i)
{
	const struct hc_wiz_run_step *step = &wiz->run.steps[i];
	enum hc_wiz_step_state state = state_of(&wiz->run, i);
	static const struct {
		const char *mark;
		enum hc_style style;
	} states[] = {
		[HC_STEP_AHEAD] = { "      ", HC_STYLE_DIM },
		[HC_STEP_RUNNING] = { "  ..  ", HC_STYLE_STRONG },
		[HC_STEP_DONE] = { " done ", HC_STYLE_GOOD },
		[HC_STEP_FAILED] = { "FAILED", HC_STYLE_BAD },
	};
	char text[128], time[16];

	hc_canvas_text(canvas, body.x, y, 6, states[state].style, states[state].mark);
	hc_canvas_text(canvas, body.x + 8, y, 34, states[state].style, step_text(step->name));
	if (state == HC_STEP_DONE) {
		hc_duration_text(step->ended_ms - step->began_ms, time, sizeof(time));
		hc_size_text(step->total, text);
		hc_canvas_printf(canvas, body.x + 44, y, body.width - 44, HC_STYLE_DIM,
				 "%8s  %s", time, step->total > 0 ? text : "");
	} else if (state == HC_STEP_RUNNING) {
		hc_canvas_text(canvas, body.x + 44, y, body.width - 44, HC_STYLE_NORMAL,
			       step->what);
	}
	y++;
	if (state != HC_STEP_RUNNING || step->total == 0)
		return y;
	hc_canvas_progress(canvas, body.x + 8, y++, body.width - 8, step->done, step->total);
	figures(wiz, step, text, sizeof(text));
	hc_canvas_text(canvas, body.x + 8, y++, body.width - 8, HC_STYLE_NORMAL, text);
	return y;
}

/* The whole of a restore in one line: writing and reading back. */
static void
draw_overall(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body, int y)
{
	uint64_t done, total, ms;
	char time[16], left[24] = "time not known yet";

	hc_wiz_overall(wiz, &done, &total, &ms);
	if (wiz->task != HC_TASK_RESTORE || total == 0)
		return;
	hc_duration_text(ms, time, sizeof(time));
	if (ms > 0)
		snprintf(left, sizeof(left), "%s left", time);
	hc_canvas_printf(canvas, body.x, y, 16, HC_STYLE_STRONG, "All     %3u %%",
			 (unsigned)((double)done * 100 / (double)total));
	hc_canvas_progress(canvas, body.x + 16, y, body.width - 40, done, total);
	hc_canvas_text(canvas, body.x + body.width - 22, y, 22, HC_STYLE_STRONG, left);
}

void
hc_part_log(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect area)
{
	size_t kept = wiz->run.logged < HC_WIZ_LOG ? wiz->run.logged : HC_WIZ_LOG;
	size_t rows = (size_t)area.height < kept ? (size_t)area.height : kept;

	for (size_t i = 0; i < rows; i++)
		hc_canvas_text(canvas, area.x, area.y + (int)i, area.width, HC_STYLE_NORMAL,
			       wiz->run.log[(wiz->run.logged - rows + i) % HC_WIZ_LOG]);
}

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	const struct hc_wiz_run *run = &wiz->run;
	char time[16], size[HC_SIZE_TEXT];
	int y = body.y, last = body.y + body.height - 1;

	hc_duration_text(wiz->now_ms - run->began_ms, time, sizeof(time));
	hc_size_text(run->received, size);
	if (wiz->task == HC_TASK_RESTORE)
		y = hc_part_fact(canvas, body, y, "Disk", "%s  (%s)",
				 hc_text_or(wiz->plan.target.path, "?"), hc_wiz_identity(wiz));
	if (wiz->task == HC_TASK_CAPTURE) {
		y = hc_part_fact(canvas, body, y, "Disk", "%s  (%s)",
				 hc_text_or(wiz->tasks.disk_path, "?"),
				 hc_text_or(wiz->tasks.disk_identity, "no name"));
		y = hc_part_fact(canvas, body, y, "Into", "%s", wiz->tasks.place.text);
	} else {
		y = hc_part_fact(canvas, body, y, "Backup", "%s", hc_text_or(wiz->backup, ""));
	}
	y++;
	if (wiz->show_log) {
		hc_part_log(wiz, canvas,
			    (struct hc_rect){ body.x, y, body.width, last - 1 - y });
	} else {
		for (size_t i = 0; i < run->count && y < last - 1; i++)
			y = hc_part_step(wiz, canvas, body, y, i);
		if (run->count == 0)
			hc_canvas_text(canvas, body.x, y, body.width, HC_STYLE_WARN,
				       "Waiting for the engine's first word...");
	}
	draw_overall(wiz, canvas, body, last - 1);
	hc_canvas_printf(canvas, body.x, last, body.width, HC_STYLE_NORMAL,
			 "Running %s    received %s    %u tried again", time, size,
			 run->retries);
}

static const char *
title(const struct hc_wiz *wiz)
{
	return wiz->task == HC_TASK_RESTORE ? "Restore: writing the disk"
					    : hc_words_of(wiz)->progress;
}

const struct hc_screen_ops hc_screen_progress = {
	.name = "progress",
	.title = title,
	.draw = draw,
	.help = "The engine runs on its own: it goes on even if this wizard is closed "
		"or the console is lost.  A server that goes away is tried again for "
		"minutes; the count of what was tried again is below.  The line \"All\" counts "
		"the writing and the reading back together.\n\n"
		"`l` shows the log.  Esc asks whether to stop.  The old partition "
		"tables are cleared first and the new ones are written last, so a disk "
		"that is not finished never looks as if it were.",
};
