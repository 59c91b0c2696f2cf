/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chain: from the firmware to the drive letter, a mark for each link, and what the selected one is about. */
#include <stdio.h>

#include "tui/screens/screens_priv.h"

/* A rule, what was looked at, two paragraphs of two rows, the repair. */
#define DETAIL_ROWS 7

static const char *
mark(unsigned state, enum hc_style *style)
{
	static const struct {
		const char *mark;
		enum hc_style style;
	} marks[] = {
		[HC_LINK_UNKNOWN] = { "  ?   ", HC_STYLE_WARN },
		[HC_LINK_OK] = { "  ok  ", HC_STYLE_GOOD },
		[HC_LINK_BROKEN] = { "BROKEN", HC_STYLE_BAD },
		[HC_LINK_SKIPPED] = { "  -   ", HC_STYLE_DIM },
	};

	*style = marks[state].style;
	return marks[state].mark;
}

void
hc_part_chain(const struct hc_bootcheck *chain, size_t selected, struct hc_canvas *canvas,
	      struct hc_rect area)
{
	size_t first = hc_part_first(selected, chain->links.count, area.height);
	int y = area.y;

	for (size_t i = first; i < chain->links.count && y < area.y + area.height; i++, y++) {
		const struct hc_boot_link *link = &chain->links.items[i];
		enum hc_style style;
		const char *text = mark(link->state, &style);

		style = hc_part_row(canvas, area, y, i == selected, style);
		hc_canvas_printf(canvas, area.x + 2, y, area.width - 2, style,
				 "%s  %-24.24s %s", text, hc_text_or(link->title, link->id),
				 hc_text_or(link->found, ""));
	}
}

const char *
hc_part_chain_answer(const struct hc_bootcheck *chain, enum hc_style *style)
{
	if (chain->boots == HC_NO) {
		*style = HC_STYLE_BAD;
		return "IT WILL NOT START: the chain is broken.";
	}
	if (chain->boots == HC_YES) {
		*style = HC_STYLE_GOOD;
		return "IT WOULD START: no link is broken.";
	}
	*style = HC_STYLE_WARN;
	return "NOTHING IS BROKEN, but not every link could be judged.";
}

static void
draw_detail(const struct hc_boot_link *link, struct hc_canvas *canvas, struct hc_rect area)
{
	int y = area.y;

	hc_canvas_rule(canvas, area.x, y++, area.width, HC_STYLE_DIM);
	y = hc_part_fact(canvas, area, y, "Looked at", "%s",
			 hc_text_or(link->object, "nothing"));
	y = hc_part_paragraph(canvas, area, y, 2, "Found", link->found);
	y = hc_part_paragraph(canvas, area, y, 2, "Do", link->remedy);
	if (link->state == HC_LINK_BROKEN)
		hc_part_fact(canvas, area, y, "Repair", "%s",
			     hc_text_or(link->fixup, "halcyon has none for this"));
}

/* What became of the disk before its chain was looked at. */
static int
draw_change(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body, int y)
{
	bool undo = wiz->task == HC_TASK_UNDO;
	const struct {
		const char *text;
		enum hc_style style;
	} words[] = {
		[HC_CHANGE_GOING] = { undo ? "Taking the repair back: keep the power on."
					   : "Repairing: keep the power on.",
				      HC_STYLE_WARN },
		[HC_CHANGE_MADE] = { undo ? "TAKEN BACK: the disk is as it was before the repair."
					  : "REPAIRED: all changes were made; they can be taken "
					    "back.",
				     HC_STYLE_GOOD },
		[HC_CHANGE_NOTHING] = { "NOTHING WAS LEFT to repair.", HC_STYLE_GOOD },
		[HC_CHANGE_FAILED] = { undo ? "NOT TAKEN BACK.  What was begun is finished by the same task."
					    : "NOT REPAIRED.  What was begun is finished by the same "
					      "task.",
				       HC_STYLE_BAD },
	};

	if (wiz->tasks.change == HC_CHANGE_NONE)
		return y;
	hc_canvas_text(canvas, body.x, y, body.width, words[wiz->tasks.change].style,
		       words[wiz->tasks.change].text);
	if (wiz->tasks.change == HC_CHANGE_FAILED)
		hc_part_fact(canvas, body, ++y, "Why", "%s", wiz->tasks.failure);
	return y + 1;
}

static bool
is_waiting(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body, int y)
{
	return hc_part_waiting(wiz, HC_JOB_FIX, canvas, body.x, y, body.width,
			       "Writing the changes...") ||
	       hc_part_waiting(wiz, HC_JOB_UNDO, canvas, body.x, y, body.width,
			       "Writing what was there before...") ||
	       hc_part_waiting(wiz, HC_JOB_BOOTCHECK, canvas, body.x, y, body.width,
			       "Following the boot chain... Esc goes back.");
}

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	const struct hc_bootcheck *chain = &wiz->tasks.chain;
	const struct hc_disk *disk = hc_wiz_chosen_disk(wiz);
	int y = draw_change(wiz, canvas, body, body.y), end = body.y + body.height - 1,
	    detail = end - DETAIL_ROWS;
	enum hc_style style;
	const char *answer;

	if (is_waiting(wiz, canvas, body, y) || !wiz->tasks.have_chain)
		return;
	answer = hc_part_chain_answer(chain, &style);
	hc_canvas_text(canvas, body.x, y++, body.width, style, answer);
	y = hc_part_fact(canvas, body, y, "Disk", "%s, serial %s",
			 hc_text_or(wiz->tasks.disk_path, "?"),
			 hc_text_or(disk != NULL ? disk->serial : NULL, "none"));
	y = hc_part_fact(canvas, body, y, "Windows", "%s, laid out for %s",
			 hc_text_or(chain->windows, "none was found"),
			 hc_text_or(chain->firmware, "no firmware that is known"));
	hc_part_chain(chain, wiz->selected[HC_SCREEN_CHAIN], canvas,
		      (struct hc_rect){ body.x, y + 1, body.width, detail - y - 1 });
	if (hc_wiz_link(wiz) != NULL)
		draw_detail(hc_wiz_link(wiz), canvas,
			    (struct hc_rect){ body.x, detail, body.width, DETAIL_ROWS });
}

static const char *
title(const struct hc_wiz *wiz)
{
	if (wiz->task == HC_TASK_FIX)
		return "Repair: the boot chain";
	return wiz->task == HC_TASK_UNDO ? "Undo: the boot chain" : "Boot check: the chain";
}

const struct hc_screen_ops hc_screen_chain = {
	.name = "chain",
	.title = title,
	.draw = draw,
	.help = "Every link that a start of this Windows depends on, in the order in which "
		"it is needed; each was looked at, whatever became of those before it.\n\n"
		"ok: as it must be.  BROKEN: Windows stops there.  ?: it could not be "
		"judged, and the line \"Found\" says why.  -: it is not needed here.\n\n"
		"The first broken link is selected; mend that one first: `f` shows "
		"what halcyon would change, and writes nothing.",
};
