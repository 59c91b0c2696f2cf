/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Target: which disk the backup goes to. */
#include "restore/base/text.h"
#include "tui/screens/screens_priv.h"

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	const struct hc_catalog_backup *backup = hc_wiz_backup(wiz);
	int y = body.y;

	if (backup != NULL) {
		char size[HC_SIZE_TEXT];

		hc_size_text(backup->used_bytes, size);
		y = hc_part_fact(canvas, body, y, "Backup", "%s, %s, %s of data",
				 hc_text_or(backup->host, "?"),
				 hc_text_or(backup->os, "no Windows found"), size);
	}
	if (!hc_part_waiting(wiz, HC_JOB_PROBE, canvas, body.x, y, body.width,
			     "Reading the disks..."))
		hc_canvas_text(canvas, body.x, y, body.width, HC_STYLE_STRONG,
			       "Which disk does it go to?  Nothing is written yet.");
	hc_part_disks(
		wiz, canvas,
		(struct hc_rect){ body.x, y + 2, body.width, body.y + body.height - y - 2 },
		true);
}

const struct hc_screen_ops hc_screen_target = {
	.name = "target",
	.heading = "Restore: which disk",
	.draw = draw,
	.help = "Each disk with its model, serial number and size, its partitions to "
		"scale, and what is on it now.  Compare the serial number with the "
		"label on the disk.\n\n"
		"A remark in brackets says why a disk can't be chosen: it is in use, it "
		"is what this system or the backup comes from, it is part of something "
		"larger, or it is too small.  `r` reads the disks again.",
};
