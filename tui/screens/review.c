/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Review: the plan in plain words, before the last question. */
#include <stdio.h>
#include <string.h>

#include "restore/base/text.h"
#include "tui/screens/screens_priv.h"

/* The layout that the disk will have, from the ranges that will be written. */
static void
draw_after(const struct hc_plan *plan, struct hc_canvas *canvas, int x, int y, int width)
{
	struct hc_bar_part parts[HC_BAR_PARTS];
	uint64_t at = 0, hundredth = plan->target.size / 100;
	size_t count = 0;

	for (size_t i = 0; i < plan->data.count && count + 2 < HC_BAR_PARTS; i++) {
		const char *part = plan->data.items[i].what != NULL
					   ? strstr(plan->data.items[i].what, "-p")
					   : NULL;
		uint64_t start = plan->data.items[i].target_offset;

		if (part == NULL)
			continue;
		if (start > at && start - at > hundredth)
			parts[count++] = (struct hc_bar_part){ start - at, NULL, HC_STYLE_DIM };
		parts[count++] = (struct hc_bar_part){ plan->data.items[i].length, part + 2,
						       HC_STYLE_NORMAL };
		at = hc_max_u64(at, start + plan->data.items[i].length);
	}
	if (plan->target.size > at && plan->target.size - at > hundredth)
		parts[count++] =
			(struct hc_bar_part){ plan->target.size - at, NULL, HC_STYLE_DIM };
	hc_canvas_parts(canvas, x, y, width, parts, count);
}

static int
draw_head(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	const struct hc_disk *disk = hc_wiz_target(wiz);
	int y = body.y;

	if (hc_wiz_may_go_on(wiz))
		hc_canvas_text(
			canvas, body.x, y++, body.width, HC_STYLE_STRONG,
			"This is what will be done.  Nothing has been written yet; Enter "
			"goes on.");
	else
		hc_canvas_text(canvas, body.x, y++, body.width, HC_STYLE_WARN,
			       "QUESTION: something is left to be answered: key v.");
	if (disk != NULL) {
		hc_canvas_text(canvas, body.x, y, 12, HC_STYLE_DIM, "Before");
		hc_part_disk_bar(canvas, body.x + 12, y++, body.width - 12, disk);
	}
	hc_canvas_text(canvas, body.x, y, 12, HC_STYLE_DIM, "After");
	draw_after(&wiz->plan, canvas, body.x + 12, y++, body.width - 12);
	return y;
}

static const char *const end_words[HC_END_COUNT] = { "wait here", "reboot", "power off" };

static void
draw_lines(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect area)
{
	size_t i = wiz->selected[HC_SCREEN_REVIEW];

	for (; i < wiz->review_count && area.height > 0; i++) {
		const char *line = wiz->review[i];
		int blanks = (int)strspn(line, " ");
		/* What doesn't fit goes on below its own beginning. */
		struct hc_rect room = { area.x + blanks, area.y, area.width - blanks,
					area.height };
		int rows = hc_canvas_wrap(canvas, room,
					  blanks > 0 ? HC_STYLE_NORMAL : HC_STYLE_STRONG,
					  line + blanks);

		rows = rows > 0 ? rows : 1;
		area.y += rows;
		area.height -= rows;
	}
}

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	int y, last = body.y + body.height - 1;

	if (hc_part_waiting(wiz, HC_JOB_PLAN, canvas, body.x, body.y, body.width,
			    "Planning for this disk... Esc goes back.") ||
	    !wiz->have_plan)
		return;
	y = draw_head(wiz, canvas, body);
	hc_canvas_rule(canvas, body.x, y++, body.width, HC_STYLE_DIM);
	draw_lines(wiz, canvas, (struct hc_rect){ body.x, y, body.width, last - y });
	hc_canvas_printf(canvas, body.x, last, body.width, HC_STYLE_DIM,
			 "line %zu of %zu    at the end: %s",
			 wiz->selected[HC_SCREEN_REVIEW] + 1, wiz->review_count,
			 end_words[wiz->options.end]);
}

const struct hc_screen_ops hc_screen_review = {
	.name = "review",
	.heading = "Restore: review",
	.draw = draw,
	.help = "The plan in plain words: what is erased, what is written, what the disk "
		"can't keep, and each thing that is changed in the restored Windows so that "
		"it starts here, old -> new.  Up, Down, PgUp and PgDn move.  `v` shows what "
		"was compared for this disk.\n\n"
		"The plan lists every write; nothing else is done.  Going on doesn't start "
		"it: one more screen asks for the end of the disk's serial number.",
};
