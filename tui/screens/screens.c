/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Screens: the list, and the frame around each of them. */
#include "tui/screens/screens_priv.h"

#include <stdio.h>
#include <string.h>

/* In wizard order; indexed by enum hc_wiz_screen. */
static const struct hc_screen_ops *const screens[HC_SCREEN_COUNT] = {
	[HC_SCREEN_WELCOME] = &hc_screen_welcome,
	[HC_SCREEN_MACHINE] = &hc_screen_machine,
	[HC_SCREEN_REPOSITORY] = &hc_screen_repository,
	[HC_SCREEN_BACKUP] = &hc_screen_backup,
	[HC_SCREEN_VERDICT] = &hc_screen_verdict,
	[HC_SCREEN_FINDING] = &hc_screen_finding,
	[HC_SCREEN_TARGET] = &hc_screen_target,
	[HC_SCREEN_OPTIONS] = &hc_screen_options,
	[HC_SCREEN_REVIEW] = &hc_screen_review,
	[HC_SCREEN_CONFIRM] = &hc_screen_confirm,
	[HC_SCREEN_PROGRESS] = &hc_screen_progress,
	[HC_SCREEN_RESULT] = &hc_screen_result,
	[HC_SCREEN_KIOSK] = &hc_screen_kiosk,
	[HC_SCREEN_TASKS] = &hc_screen_tasks,
	[HC_SCREEN_DISK] = &hc_screen_disk,
	[HC_SCREEN_CHAIN] = &hc_screen_chain,
	[HC_SCREEN_REPAIRS] = &hc_screen_repairs,
	[HC_SCREEN_UNDOABLE] = &hc_screen_undoable,
	[HC_SCREEN_ALLOW] = &hc_screen_allow,
	[HC_SCREEN_CAPTURE] = &hc_screen_capture,
	[HC_SCREEN_RUNS] = &hc_screen_runs,
	[HC_SCREEN_REPORT] = &hc_screen_report,
};

const char *
hc_screen_name(enum hc_wiz_screen screen)
{
	return screens[screen]->name;
}

static void
draw_title(const struct hc_wiz *wiz, struct hc_canvas *canvas)
{
	const struct hc_screen_ops *ops = screens[wiz->screen];
	const char *title = ops->title != NULL ? ops->title(wiz) : ops->heading;
	const char *serial = wiz->have_facts ? wiz->facts.machine.serial : NULL;
	char machine[80] = "";
	int cells;

	hc_canvas_fill(canvas, (struct hc_rect){ 0, 0, canvas->width, 1 }, HC_STYLE_TITLE);
	hc_canvas_printf(canvas, 1, 0, canvas->width - 2, HC_STYLE_TITLE, "halcyon   %s",
			 title);
	if (wiz->have_facts)
		snprintf(machine, sizeof(machine), "%.40s%s%.24s",
			 hc_text_or(wiz->facts.machine.product, ""), serial != NULL ? "  " : "",
			 hc_text_or(serial, ""));
	cells = hc_text_cells(machine);
	if (cells + hc_text_cells(title) + 14 < canvas->width)
		hc_canvas_text(canvas, canvas->width - 1 - cells, 0, cells, HC_STYLE_TITLE,
			       machine);
}

static void
draw_keys(const struct hc_wiz *wiz, struct hc_canvas *canvas)
{
	const char *key, *label;
	int x = 1, y = canvas->height - 1;

	hc_canvas_rule(canvas, 0, y - 1, canvas->width, HC_STYLE_DIM);
	for (size_t i = 0; hc_wiz_hint(wiz, i, &key, &label); i++) {
		x += hc_canvas_text(canvas, x, y, canvas->width - x, HC_STYLE_STRONG, key) + 1;
		x += hc_canvas_text(canvas, x, y, canvas->width - x, HC_STYLE_NORMAL, label) +
		     3;
	}
}

/* A frame in the middle with text in it and a line about the keys. */
static void
draw_over(struct hc_canvas *canvas, enum hc_style style, const char *title, const char *text,
	  const char *keys)
{
	struct hc_rect box = { 4, 2, canvas->width - 8, canvas->height - 5 };
	struct hc_rect inside = { box.x + 2, 0, box.width - 4, box.height - 5 };
	int rows = hc_text_rows(text, inside.width);

	box.height = (rows < inside.height ? rows : inside.height) + 5;
	box.y = (canvas->height - box.height) / 2;
	inside.y = box.y + 2;
	hc_canvas_box(canvas, box, style, title);
	hc_canvas_wrap(canvas, inside, HC_STYLE_NORMAL, text);
	hc_canvas_text(canvas, inside.x, box.y + box.height - 2, inside.width, HC_STYLE_STRONG,
		       keys);
	canvas->cursor_x = canvas->cursor_y = -1;
}

/* What is overridden, and what that means. */
static const char *
override_text(const struct hc_finding *finding, char *buf, size_t size)
{
	if (finding == NULL)
		return "";
	snprintf(buf, size, "%s: %s.\n%s\n\n%s\n\nPlan and report carry the name.",
		 hc_text_or(finding->rule, "?"), hc_text_or(finding->title, "?"),
		 hc_text_or(finding->because, ""),
		 hc_text_or(finding->consequence, "It is not known what this leads to."));
	return buf;
}

static void
draw_question(const struct hc_wiz *wiz, struct hc_canvas *canvas)
{
	static const struct {
		const char *title, *text, *keys;
	} questions[] = {
		[HC_ASK_STOP] = { "Stop?",
				  "The run is stopped where it is.  A disk that is half "
				  "written does not "
				  "boot; restoring the same backup to it later carries on from "
				  "there.",
				  "y  Yes, stop      any other key  No, go on" },
		[HC_ASK_REBOOT] = { "Reboot?",
				    "This machine starts again, from whatever its firmware "
				    "finds first.",
				    "y  Yes, reboot      any other key  No" },
		[HC_ASK_POWEROFF] = { "Power off?", "This machine is switched off.",
				      "y  Yes, switch off      any other key  No" },
		[HC_ASK_QUIT] = { "Quit?",
				  "The wizard ends; nothing on this machine was changed by it "
				  "unless a restore said so.",
				  "y  Yes, quit      any other key  No" },
		[HC_ASK_OVERRIDE] = { "Override this rule?", NULL,
				      "y  Yes, override it      any other key  No" },
	};
	const char *text = questions[wiz->ask].text;
	char about[HC_WIZ_TEXT];

	if (text == NULL)
		text = override_text(hc_wiz_finding(wiz), about, sizeof(about));
	if (wiz->ask == HC_ASK_STOP && wiz->task != HC_TASK_RESTORE)
		text = hc_words_of(wiz)->stop;
	draw_over(canvas, HC_STYLE_WARN, questions[wiz->ask].title, text,
		  questions[wiz->ask].keys);
}

static void
draw_notice(const struct hc_wiz *wiz, struct hc_canvas *canvas)
{
	int y = canvas->height - 3;

	if (wiz->cancelled && wiz->job != HC_JOB_NONE)
		hc_canvas_printf(canvas, 2, y, canvas->width - 4, HC_STYLE_WARN,
				 "Stopping: waiting for `halcyon %s` to end.",
				 hc_wiz_job_command(wiz->job));
	else if (wiz->notice[0] != '\0')
		hc_canvas_text(canvas, 2, y, canvas->width - 4, HC_STYLE_WARN, wiz->notice);
	else if (canvas->width < HC_SCREEN_MIN_WIDTH || canvas->height < HC_SCREEN_MIN_HEIGHT)
		hc_canvas_printf(canvas, 2, y, canvas->width - 4, HC_STYLE_WARN,
				 "This terminal has %d x %d cells; %d x %d are needed.",
				 canvas->width, canvas->height, HC_SCREEN_MIN_WIDTH,
				 HC_SCREEN_MIN_HEIGHT);
}

void
hc_screen_draw(const struct hc_wiz *wiz, struct hc_canvas *canvas)
{
	struct hc_rect body = { 2, 2, canvas->width - 4, canvas->height - 5 };

	hc_canvas_clear(canvas);
	draw_title(wiz, canvas);
	screens[wiz->screen]->draw(wiz, canvas, body);
	draw_notice(wiz, canvas);
	draw_keys(wiz, canvas);
	if (wiz->trouble[0] != '\0')
		draw_over(canvas, HC_STYLE_BAD, "Something went wrong", wiz->trouble,
			  "any key  Go on");
	else if (wiz->help)
		draw_over(canvas, HC_STYLE_STRONG, "Help", screens[wiz->screen]->help,
			  "any key  Go on");
	else if (wiz->ask != HC_ASK_NOTHING)
		draw_question(wiz, canvas);
}
