/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Target: which disk the backup goes to. */
#include "restore/base/text.h"
#include "tui/screens/screens_priv.h"

/* A rule, the bar, and what is left. */
#define AFTER_ROWS 3

static void
draw_after(const struct hc_wiz *wiz, const struct hc_catalog_disk *layout,
	   struct hc_canvas *canvas, struct hc_rect area)
{
	const struct hc_disk *disk = hc_wiz_disk(wiz);
	struct hc_partition parts[HC_BAR_PARTS] = { 0 };
	struct hc_disk after = { .partitions = { parts, 0 } };
	char size[HC_SIZE_TEXT], why[HC_WIZ_LINE];

	hc_canvas_rule(canvas, area.x, area.y, area.width, HC_STYLE_DIM);
	if (disk == NULL || hc_wiz_refusal(wiz, disk, why) != NULL)
		return;
	after.size = disk->size;
	for (size_t i = 0; i < layout->parts.count && i < HC_BAR_PARTS; i++) {
		const struct hc_catalog_part *part = &layout->parts.items[i];

		parts[after.partitions.count++] =
			(struct hc_partition){ .number = part->number,
					       .start = part->start,
					       .size = part->size,
					       .filesystem = part->filesystem,
					       .label = part->label };
	}
	hc_canvas_text(canvas, area.x, area.y + 1, 12, HC_STYLE_DIM, "After");
	hc_part_disk_bar(canvas, area.x + 12, area.y + 1, area.width - 12, &after);
	hc_size_text(disk->size > layout->size ? disk->size - layout->size
					       : layout->size - disk->size,
		     size);
	hc_canvas_printf(canvas, area.x + 12, area.y + 2, area.width - 12, HC_STYLE_NORMAL,
			 disk->size >= layout->size
				 ? "%zu partitions where they were; %s more stay free"
				 : "%zu partitions where they were; the old disk had %s more",
			 layout->parts.count, size);
}

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	const struct hc_catalog_backup *backup = hc_wiz_backup(wiz);
	int y = body.y, rows = body.height;
	/* The backup's first disk is the one that is restored. */
	const struct hc_catalog_disk *layout =
		backup != NULL && backup->disks.count > 0 ? backup->disks.items : NULL;

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
	rows -= y - body.y + 1;
	if (layout != NULL) {
		rows -= AFTER_ROWS;
		draw_after(wiz, layout, canvas,
			   (struct hc_rect){ body.x, y + 1 + rows, body.width, AFTER_ROWS });
	}
	hc_part_disks(wiz, canvas, (struct hc_rect){ body.x, y + 1, body.width, rows }, true);
}

const struct hc_screen_ops hc_screen_target = {
	.name = "target",
	.heading = "Restore: which disk",
	.draw = draw,
	.help = "Each disk with its model, serial number and size, its partitions to "
		"scale, and what is on it now; below, what the selected one will look like.  "
		"Compare the serial number with the "
		"label on the disk.\n\n"
		"A remark in brackets says why a disk can't be chosen: it is in use, it "
		"is what this system or the backup comes from, it is part of something "
		"larger, or it is too small.  `r` reads the disks again.",
};
