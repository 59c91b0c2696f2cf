/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Confirm: the last screen before the disk is erased. */
#include <stdio.h>
#include <string.h>

#include "restore/base/text.h"
#include "tui/screens/screens_priv.h"

static int
draw_disk(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body, int y)
{
	const struct hc_disk *disk = hc_wiz_target(wiz);
	const struct hc_plan_target *target = &wiz->plan.target;
	char text[256];

	hc_size_text(target->size, text);
	y = hc_part_fact(canvas, body, y, "Disk", "%s, %s", hc_text_or(target->path, "?"),
			 text);
	if (disk != NULL) {
		y = hc_part_fact(canvas, body, y, "Model", "%s",
				 hc_text_or(disk->model, "unknown"));
		y = hc_part_fact(canvas, body, y, "Serial", "%s",
				 hc_text_or(disk->serial, "none"));
		hc_part_disk_holds(disk, text, sizeof(text));
		y = hc_part_fact(canvas, body, y, "Holds now", "%s", text);
		hc_part_disk_bar(canvas, body.x + 12, y++, body.width - 12, disk);
	}
	return y;
}

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	const char *identity = hc_wiz_identity(wiz), *word = hc_wiz_confirm_word(wiz);
	const struct hc_catalog_backup *backup = hc_wiz_backup(wiz);
	int y = body.y;

	hc_canvas_text(canvas, body.x, y, body.width, HC_STYLE_BAD,
		       "EVERYTHING ON THIS DISK WILL BE ERASED");
	y = draw_disk(wiz, canvas, body, y + 2);
	if (backup != NULL)
		y = hc_part_fact(canvas, body, y + 1, "Will hold", "%s, %s, taken %s",
				 hc_text_or(backup->host, "?"),
				 hc_text_or(backup->os, "no Windows found"),
				 hc_text_or(backup->created, "?"));
	y += 2;
	if (wiz->plan.target.identity.shared)
		y += hc_canvas_wrap(
			canvas, (struct hc_rect){ body.x, y, body.width, 2 }, HC_STYLE_WARN,
			"Another disk here says it has the same serial number or WWN.");
	hc_canvas_printf(canvas, body.x, y, body.width, HC_STYLE_NORMAL,
			 "This disk is known as   %s", identity);
	hc_canvas_printf(canvas, body.x, y + 1, body.width, HC_STYLE_STRONG,
			 "Type the last %zu characters of that name:", strlen(word));
	hc_part_field(canvas, body.x, y + 3, 14, &wiz->confirm);
	if (hc_wiz_confirmed(wiz))
		hc_canvas_text(canvas, body.x + 16, y + 3, body.width - 16, HC_STYLE_WARN,
			       "Enter erases the disk and starts the restore.");
	else if (wiz->confirm.length >= strlen(word))
		hc_canvas_text(canvas, body.x + 16, y + 3, body.width - 16, HC_STYLE_WARN,
			       "That is not this disk.");
}

const struct hc_screen_ops hc_screen_confirm = {
	.name = "confirm",
	.heading = "Restore: confirm",
	.draw = draw,
	.help = "This is the only screen from which a disk is erased.  Read the serial "
		"number off the disk's label, or off the line above the field, and type "
		"its last characters; then Enter starts.\n\n"
		"Esc goes back; nothing has been written until now.",
};
