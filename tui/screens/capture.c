/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capture: where the backup goes, and what it is called. */
#include "restore/base/text.h"
#include "tui/screens/screens_priv.h"

static int
draw_field(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body, int y,
	   size_t row, const struct hc_wiz_field *field)
{
	bool selected = wiz->selected[HC_SCREEN_CAPTURE] == row;
	int x = canvas->cursor_x, cursor_y = canvas->cursor_y;

	hc_canvas_text(canvas, body.x, y, 1, HC_STYLE_STRONG, selected ? ">" : " ");
	hc_part_field(canvas, body.x + 2, y, body.width - 2, field);
	/* The cursor stands in the one that is typed into. */
	if (!selected) {
		canvas->cursor_x = x;
		canvas->cursor_y = cursor_y;
	}
	return y + 2;
}

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	const struct hc_disk *disk = hc_wiz_chosen_disk(wiz);
	char text[256];
	int y = body.y;

	if (disk != NULL) {
		hc_size_text(disk->size, text);
		y = hc_part_fact(canvas, body, y, "Disk", "%s, %s, serial %s",
				 hc_text_or(disk->path, "?"), text,
				 hc_text_or(disk->serial, "none"));
		hc_part_disk_holds(disk, text, sizeof(text));
		y = hc_part_fact(canvas, body, y, "Holds", "%s", text);
		hc_part_disk_bar(canvas, body.x + 12, y++, body.width - 12, disk);
	}
	hc_canvas_text(canvas, body.x, ++y, body.width, HC_STYLE_STRONG,
		       "Which folder does the backup go into?  It is made if it isn't there.");
	y = draw_field(wiz, canvas, body, y + 1, 0, &wiz->tasks.place);
	hc_canvas_text(canvas, body.x, y, body.width, HC_STYLE_STRONG,
		       "What is it called?  Empty: the name of the computer, and the time.");
	y = draw_field(wiz, canvas, body, y + 1, 1, &wiz->tasks.id);
	hc_canvas_wrap(
		canvas, (struct hc_rect){ body.x, y, body.width, 3 }, HC_STYLE_DIM,
		"The disk is only read.  The folder has to be on something that stays: a "
		"stick, or a server's folder that was mounted in the rescue shell.");
}

const struct hc_screen_ops hc_screen_capture = {
	.name = "capture",
	.heading = "Capture: where to",
	.draw = draw,
	.help = "The folder is a repository, or becomes one; what it holds already, of this "
		"machine or another, is not stored again.  Up and Down move between the "
		"two lines, Enter starts.\n\n"
		"A folder under /run, /tmp or /mnt is in memory as long as nothing is "
		"mounted there.  In the rescue shell: `mount /dev/sdb2 /mnt` for a stick, "
		"`mount -t nfs SERVER:/FOLDER /mnt` for a server.\n\n"
		"Shut Windows down fully before a capture: one that sleeps or crashed is "
		"captured as it is, and the restore will warn.",
};
