/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tasks: what else can be done with this machine; and the disk that it is done with. */
#include "tui/screens/screens_priv.h"

static void
draw_tasks(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	int y = body.y;

	hc_canvas_text(canvas, body.x, y, body.width, HC_STYLE_STRONG,
		       "What else can be done here.  Nothing is written by choosing.");
	hc_part_menu(wiz, canvas, body, y + 2);
}

const struct hc_screen_ops hc_screen_tasks = {
	.name = "tasks",
	.heading = "Other tasks",
	.draw = draw_tasks,
	.help = "Each of these is a command of halcyon as well; the manual page of that "
		"name has all its options, and the rescue shell has the command.\n\n"
		"Boot check follows the chain from the firmware to the drive letter and "
		"shows the first link that is broken.  Repair a disk makes the Windows that is "
		"on it start on this machine, and Undo takes that back; both show first what "
		"they would change.  Reports shows what the restores "
		"on this machine did, since it was started.",
};

/* ---------------------------------------------------------------- the disk */

static const struct {
	const char *title, *question;
} disk_texts[] = {
	[HC_TASK_BOOTCHECK] = { "Boot check: which disk",
				"Which disk shall be looked at?  Nothing is written." },
	[HC_TASK_FIX] = { "Repair: which disk",
			  "Which disk holds the Windows?  Nothing is written yet." },
	[HC_TASK_UNDO] = { "Undo: which disk",
			   "Which disk was repaired?  Nothing is written yet." },
};

static const char *
disk_title(const struct hc_wiz *wiz)
{
	return disk_texts[wiz->task].title;
}

static void
draw_disk(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	int y = body.y;

	if (!hc_part_waiting(wiz, HC_JOB_PROBE, canvas, body.x, y, body.width,
			     "Reading the disks..."))
		hc_canvas_text(canvas, body.x, y, body.width, HC_STYLE_STRONG,
			       disk_texts[wiz->task].question);
	hc_part_disks(
		wiz, canvas,
		(struct hc_rect){ body.x, y + 2, body.width, body.y + body.height - y - 2 },
		true);
}

const struct hc_screen_ops hc_screen_disk = {
	.name = "disk",
	.title = disk_title,
	.draw = draw_disk,
	.help = "Each disk with its model, serial number and size, its partitions to "
		"scale, and what is on it now.  Compare the serial number with the "
		"label on the disk.\n\n"
		"A remark in brackets says why a disk can't be chosen for this task.  "
		"`r` reads the disks again.",
};
