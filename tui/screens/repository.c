/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Repository: where the backups are. */
#include "tui/screens/screens_priv.h"

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	int y = body.y;

	hc_canvas_text(canvas, body.x, y, body.width, HC_STYLE_STRONG,
		       "Where are the backups?");
	hc_part_field(canvas, body.x, y + 2, body.width, &wiz->repository);
	y += 4;
	y += hc_canvas_wrap(canvas, (struct hc_rect){ body.x, y, body.width, 8 }, HC_STYLE_DIM,
			    "A URL of a web server:     http://backups.example.org/halcyon\n"
			    "                           https://backups.example.org/halcyon\n"
			    "A folder of this system:   /mnt/backups");
	hc_canvas_wrap(canvas, (struct hc_rect){ body.x, y + 1, body.width, 3 }, HC_STYLE_DIM,
		       "The kernel parameter halcyon.repo=URL fills this in.");
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
	.help = "A repository is the folder in which `halcyon capture` left backups; "
		"any web server can serve it.  Type its address and press Enter: the "
		"list of its backups is read, nothing else.\n\n"
		"Left, Right, Home, End move in the line, Ctrl-U empties it.  What you "
		"type stays when you go back.",
};
