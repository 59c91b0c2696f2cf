/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Repository: where the backups are, found or typed. */
#include <stdio.h>

#include "tui/screens/screens_priv.h"

#define PLACE_ROWS 2

/* "3 backups", and whether the operator has to do something about it. */
static void
state_text(const struct hc_media_place *place, char *buf, size_t size)
{
	static const char *const counted[] = { "backup", "machine", "INF file" };

	if (!place->usable)
		snprintf(buf, size, "can't be used");
	else if (place->count > 0)
		snprintf(buf, size, "%u %s%s", (unsigned)place->count, counted[place->kind],
			 place->count == 1 ? "" : "s");
	else
		snprintf(buf, size, place->device != NULL ? "no backups" : "server");
}

static void
draw_place(const struct hc_media_place *place, struct hc_canvas *canvas, struct hc_rect body,
	   int y, bool selected)
{
	enum hc_style style = place->usable ? HC_STYLE_NORMAL : HC_STYLE_DIM;
	char state[40];

	style = hc_part_row(canvas, body, y, selected, style);
	state_text(place, state, sizeof(state));
	hc_canvas_text(canvas, body.x + 2, y, body.width - 18, style, place->where);
	hc_canvas_printf(canvas, body.x + body.width - 15, y, 15, style, "%15s", state);
	hc_canvas_text(canvas, body.x + 4, y + 1, body.width - 4, HC_STYLE_DIM,
		       hc_text_or(place->note, hc_text_or(place->from, "")));
}

/* As many as there is room for; returns the next row. */
static int
draw_places(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect area)
{
	size_t count = hc_wiz_place_count(wiz), selected = wiz->selected[HC_SCREEN_REPOSITORY];
	int rows = area.height / PLACE_ROWS, y = area.y;
	size_t first = hc_part_first(selected < count ? selected : 0, count, rows);

	for (size_t i = first; i < count && i < first + (size_t)rows; i++, y += PLACE_ROWS)
		draw_place(hc_wiz_place(wiz, i), canvas, area, y, i == selected);
	if (count > (size_t)rows)
		hc_canvas_printf(canvas, area.x, y++, area.width, HC_STYLE_DIM,
				 "%zu to %zu of %zu places", first + 1, first + (size_t)rows,
				 count);
	return y;
}

/* What goes on, or what was found. */
static void
draw_state(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body, int y)
{
	if (hc_part_waiting(wiz, HC_JOB_MEDIA, canvas, body.x, y, body.width,
			    "Looking at media and servers...") ||
	    hc_part_waiting(wiz, HC_JOB_MOUNT, canvas, body.x, y, body.width,
			    "Mounting the medium..."))
		return;
	hc_canvas_text(canvas, body.x, y, body.width, HC_STYLE_DIM,
		       hc_wiz_place_count(wiz) > 0
			       ? "Found on media and servers:"
			       : "No backups were found on media or servers.");
}

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	int y = body.y, end = body.y + body.height;

	hc_canvas_text(canvas, body.x, y, body.width, HC_STYLE_STRONG,
		       "Where are the backups?");
	draw_state(wiz, canvas, body, y + 1);
	y = draw_places(wiz, canvas,
			(struct hc_rect){ body.x, y + 2, body.width, body.height - 10 });
	hc_canvas_text(canvas, body.x, y + 1, body.width, HC_STYLE_DIM, "Or somewhere else:");
	hc_part_field(canvas, body.x, y + 2, body.width, &wiz->repository);
	hc_canvas_wrap(canvas, (struct hc_rect){ body.x, y + 4, body.width, end - y - 4 },
		       HC_STYLE_DIM,
		       "A URL of a web server:     https://backups.example.org/halcyon\n"
		       "A folder of this system:   /mnt/backups");
}

static const char *
title(const struct hc_wiz *wiz)
{
	return wiz->task == HC_TASK_VERIFY ? "Verify: repository" : "Restore: repository";
}

const struct hc_screen_ops hc_screen_repository = {
	.name = "repository",
	.title = title,
	.draw = draw,
	.help = "A repository is the folder in which `halcyon capture` left backups; any web "
		"server can serve it.  The list has what was found on sticks, disks and discs, "
		"the server that the kernel parameter halcyon.repo names, and the one this "
		"system was booted from.  Up and Down choose; what is chosen stands in the "
		"line below, where it can be edited.  Enter opens it.\n\n"
		"A medium is mounted for reading only, when it is opened.  Ctrl-R looks again, "
		"for a stick that was plugged in since.  Ctrl-U empties the line.",
};
