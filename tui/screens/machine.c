/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Machine: what the firmware says, which HAL that makes, and the disks. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "restore/base/text.h"
#include "tui/screens/screens_priv.h"

static void
join(const struct hc_strings *list, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < list->count && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", i > 0 ? "; " : "",
					 list->items[i]);
}

static int
draw_facts(const struct hc_facts *facts, struct hc_canvas *canvas, struct hc_rect body)
{
	char evidence[256];
	int y = body.y;

	y = hc_part_fact(canvas, body, y, "Version", "%s",
			 hc_text_or(facts->machine.version, "-"));
	y = hc_part_fact(canvas, body, y, "HAL", "%s (%s, %s)",
			 hc_text_or(facts->hal.type, "unknown"), hc_text_or(facts->hal.id, "-"),
			 hc_text_or(facts->hal.file, "-"));
	join(&facts->hal.evidence, evidence, sizeof(evidence));
	y = hc_part_paragraph(canvas, body, y, 2, "  because", evidence);
	if (facts->acpi.madt != NULL)
		y = hc_part_fact(canvas, body, y, "ACPI",
				 "MADT: %" PRIu64 " local APICs, %" PRIu64 " enabled, %" PRIu64
				 " I/O APICs",
				 facts->acpi.madt->local_apics, facts->acpi.madt->enabled,
				 facts->acpi.madt->io_apics);
	else
		y = hc_part_fact(canvas, body, y, "ACPI", "%s",
				 facts->acpi.present ? "FADT, no MADT" : "none");
	return y;
}

/* A line for each partition of the selected disk. */
static void
draw_partitions(const struct hc_wiz *wiz, const struct hc_disk *disk, struct hc_canvas *canvas,
		struct hc_rect area)
{
	int y = area.y;

	hc_canvas_rule(canvas, area.x, y++, area.width, HC_STYLE_DIM);
	hc_part_disk_state(wiz, canvas, area.x, y++, area.width, disk);
	hc_canvas_printf(canvas, area.x, y++, area.width, HC_STYLE_DIM,
			 "table %s %s, sectors %" PRIu64 "/%" PRIu64 ", WWN %s",
			 hc_table_names[disk->table], hc_text_or(disk->table_id, "-"),
			 disk->logical_block, disk->physical_block,
			 hc_text_or(disk->wwn, "none"));
	for (size_t i = 0; i < disk->partitions.count && y < area.y + area.height; i++, y++) {
		const struct hc_partition *p = &disk->partitions.items[i];
		char size[HC_SIZE_TEXT], start[HC_SIZE_TEXT];

		hc_size_text(p->size, size);
		hc_size_text(p->start, start);
		hc_canvas_printf(canvas, area.x + 2, y, area.width - 2, HC_STYLE_NORMAL,
				 "%2u %c %10s at %10s  %-6.6s %-14.14s %s", (unsigned)p->number,
				 p->active ? '*' : ' ', size, start,
				 hc_text_or(p->filesystem, "-"),
				 hc_text_or(p->label, hc_text_or(p->name, "-")),
				 hc_text_or(p->type, ""));
	}
}

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	int y = body.y, end = body.y + body.height;

	hc_part_waiting(wiz, HC_JOB_PROBE, canvas, body.x, body.y - 1, body.width,
			"Reading this machine...");
	if (!wiz->have_facts)
		return;
	y = draw_facts(&wiz->facts, canvas, body) + 1;
	y = hc_part_disks(wiz, canvas,
			  (struct hc_rect){ body.x, y, body.width, (end - y) * 3 / 5 }, false);
	if (hc_wiz_disk(wiz) != NULL)
		draw_partitions(wiz, hc_wiz_disk(wiz), canvas,
				(struct hc_rect){ body.x, y, body.width, end - y });
}

const struct hc_screen_ops hc_screen_machine = {
	.name = "machine",
	.heading = "This machine",
	.draw = draw,
	.help = "The HAL is the part of Windows that fits one kind of machine; it was "
		"read from the tables of the firmware, and the line below it says from "
		"which.\n\n"
		"Each disk is shown with its partitions to scale; dots are room that no "
		"partition uses.  * marks the active partition of an MBR disk.  A "
		"remark in brackets says why a disk can't be restored to.",
};
