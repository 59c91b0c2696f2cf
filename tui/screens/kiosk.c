/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kiosk: a restore that nobody attends; a word to be read from across the room, and beneath it why. */
#include <stdio.h>

#include "tui/screens/screens_priv.h"

/* The engine's exit statuses (design.md section 4). */
#define STATUS_BLOCKED 3
#define STATUS_ANSWER  4

static void
percent(const struct hc_wiz_run_step *step, char buf[16])
{
	snprintf(buf, 16, "%u%%", (unsigned)((double)step->done * 100 / (double)step->total));
}

/* While it runs: the verdict once it is known, then how far the long steps are. */
static const char *
word_of_run(const struct hc_wiz *wiz, enum hc_style *style, char buf[16])
{
	const struct hc_wiz_run_step *step = &wiz->run.steps[wiz->run.current];

	*style = HC_STYLE_STRONG;
	if (!wiz->kiosk.judged)
		return "READS";
	*style = HC_STYLE_GOOD;
	if (wiz->kiosk.outcome >= HC_OUTCOME_CONFIRM)
		*style = HC_STYLE_WARN;
	if (step->state != HC_STEP_RUNNING || step->total == 0)
		return "FITS";
	percent(step, buf);
	return buf;
}

static const char *
word(const struct hc_wiz *wiz, enum hc_style *style, char buf[16])
{
	if (hc_wiz_kiosk_runs(wiz))
		return word_of_run(wiz, style, buf);
	*style = HC_STYLE_STRONG;
	if (wiz->run.outcome == HC_RUN_NONE)
		return "READS";
	*style = HC_STYLE_GOOD;
	if (wiz->run.outcome == HC_RUN_GOOD)
		return "RESTORED";
	*style = HC_STYLE_BAD;
	if (wiz->run.outcome == HC_RUN_STOPPED)
		return "STOPPED";
	if (hc_wiz_left(wiz) == HC_LEFT_UNTOUCHED && wiz->run.status == STATUS_ANSWER)
		return "ASKS";
	if (hc_wiz_left(wiz) == HC_LEFT_UNTOUCHED && wiz->run.status == STATUS_BLOCKED)
		return "BLOCKED";
	return "FAILED";
}

static const char *
sentence(const struct hc_wiz *wiz)
{
	enum hc_style ignored;

	if (hc_wiz_kiosk_runs(wiz) && !wiz->kiosk.judged)
		return "Reading the answer file, this machine and the backup.";
	if (hc_wiz_kiosk_runs(wiz))
		return "The backup fits this machine: it is being restored.  Do not switch "
		       "off.";
	if (wiz->run.outcome == HC_RUN_NONE)
		return "Reading this machine.";
	if (wiz->run.outcome == HC_RUN_BAD && wiz->run.status == STATUS_ANSWER &&
	    hc_wiz_left(wiz) == HC_LEFT_UNTOUCHED)
		return "NOT RESTORED: the answer file leaves a question open.  Nothing was "
		       "written.";
	return hc_part_headline(wiz, &ignored);
}

static int
draw_facts(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body, int y)
{
	const struct hc_wiz_kiosk *kiosk = &wiz->kiosk;

	y = hc_part_fact(canvas, body, y, "Answers", "%s%s%s%s", kiosk->intent,
			 kiosk->task != NULL ? "  (task " : "", hc_text_or(kiosk->task, ""),
			 kiosk->task != NULL ? ")" : "");
	y = hc_part_fact(canvas, body, y, "Backup", "%s", hc_text_or(wiz->backup, "-"));
	y = hc_part_fact(canvas, body, y, "Disk", "%s  %s", hc_text_or(wiz->target_path, "-"),
			 hc_text_or(wiz->target_identity, ""));
	y = hc_part_fact(canvas, body, y, "Verdict", "%s",
			 kiosk->judged ? hc_outcome_names[kiosk->outcome] : "-");
	for (size_t i = 0; i < kiosk->findings; i++, y++)
		hc_canvas_text(canvas, body.x + 12, y, body.width - 12, HC_STYLE_WARN,
			       kiosk->finding[i]);
	return y;
}

static void
draw_why(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect area)
{
	for (size_t i = 0; i < wiz->failure_count && area.height > 0; i++) {
		int rows = hc_canvas_wrap(canvas, area, HC_STYLE_BAD, wiz->report[i]);

		area.y += rows;
		area.height -= rows;
	}
}

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	int y = body.y + HC_BIG_HEIGHT + 1, last = body.y + body.height - 1;
	enum hc_style style;
	char buf[16], time[16];
	const char *big = word(wiz, &style, buf);
	struct hc_rect rest;

	hc_canvas_big(canvas, body.x, body.y, style, big);
	hc_canvas_text(canvas, body.x, y, body.width, style, sentence(wiz));
	y = draw_facts(wiz, canvas, body, y + 2) + 1;
	rest = (struct hc_rect){ body.x, y, body.width, last - y };
	if (wiz->show_log)
		hc_part_log(wiz, canvas, rest);
	else if (hc_wiz_kiosk_runs(wiz) && wiz->kiosk.judged)
		hc_part_step(wiz, canvas, body, y, wiz->run.current);
	else
		draw_why(wiz, canvas, rest);
	hc_duration_text(wiz->now_ms - wiz->run.began_ms, time, sizeof(time));
	if (hc_wiz_kiosk_runs(wiz))
		hc_canvas_printf(canvas, body.x, last, body.width, HC_STYLE_NORMAL,
				 "Running %s    %u tried again", time, wiz->run.retries);
}

const struct hc_screen_ops hc_screen_kiosk = {
	.name = "kiosk",
	.heading = "Restore without anybody",
	.draw = draw,
	.help = "This machine restores itself as its answer file says; nobody has to press "
		"a key.\n\n"
		"RESTORED is the good end, and what the answer file wants comes next.  ASKS "
		"and BLOCKED: nothing was written, the file leaves a question open or a rule "
		"stands in the way; Enter goes on by hand, with the backup that the file "
		"names.  FAILED says what is on the disk now.  `r` tries the answer file "
		"again.",
};
