/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Screens: the parts they share. */
#include "tui/screens/screens_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "restore/base/text.h"

#define LABEL_CELLS 12

const char *
hc_text_or(const char *text, const char *instead)
{
	return text != NULL && text[0] != '\0' ? text : instead;
}

void
hc_duration_text(uint64_t ms, char *buf, size_t size)
{
	unsigned s = (unsigned)(ms / 1000);

	if (s >= 3600)
		snprintf(buf, size, "%u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
	else
		snprintf(buf, size, "%u:%02u", s / 60, s % 60);
}

void
hc_part_time(const char *created, char buf[HC_PART_TIME])
{
	snprintf(buf, HC_PART_TIME, "%.10s %.5s", hc_text_or(created, "-         "),
		 created != NULL && hc_text_cells(created) > 16 ? created + 11 : "");
}

int
hc_part_fact(struct hc_canvas *canvas, struct hc_rect body, int y, const char *label,
	     const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	hc_canvas_text(canvas, body.x, y, LABEL_CELLS - 1, HC_STYLE_DIM, label);
	hc_canvas_text(canvas, body.x + LABEL_CELLS, y, body.width - LABEL_CELLS,
		       HC_STYLE_NORMAL, text);
	return y + 1;
}

int
hc_part_paragraph(struct hc_canvas *canvas, struct hc_rect body, int y, int rows,
		  const char *label, const char *text)
{
	struct hc_rect area = { body.x + LABEL_CELLS, y, body.width - LABEL_CELLS, rows };

	if (text == NULL || text[0] == '\0')
		return y;
	hc_canvas_text(canvas, body.x, y, LABEL_CELLS - 1, HC_STYLE_DIM, label);
	return y + hc_canvas_wrap(canvas, area, HC_STYLE_NORMAL, text);
}

enum hc_style
hc_part_row(struct hc_canvas *canvas, struct hc_rect body, int y, bool selected,
	    enum hc_style style)
{
	if (!selected)
		return style;
	hc_canvas_fill(canvas, (struct hc_rect){ body.x, y, body.width, 1 }, HC_STYLE_SELECTED);
	hc_canvas_text(canvas, body.x, y, 1, HC_STYLE_SELECTED, ">");
	return HC_STYLE_SELECTED;
}

int
hc_part_menu(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body, int y)
{
	const char *label, *about;

	for (size_t i = 0; hc_wiz_choice(wiz, i, &label, &about); i++, y++) {
		bool selected = wiz->selected[wiz->screen] == i;
		enum hc_style style = hc_part_row(canvas, body, y, selected, HC_STYLE_STRONG);

		hc_canvas_text(canvas, body.x + 2, y, 24, style, label);
		hc_canvas_text(canvas, body.x + 26, y, body.width - 26,
			       selected ? style : HC_STYLE_DIM, about);
	}
	return y;
}

size_t
hc_part_first(size_t selected, size_t count, int rows)
{
	size_t window = rows > 0 ? (size_t)rows : 1;

	if (count <= window || selected < window / 2)
		return 0;
	return selected - window / 2 < count - window ? selected - window / 2 : count - window;
}

void
hc_part_field(struct hc_canvas *canvas, int x, int y, int width,
	      const struct hc_wiz_field *field)
{
	/* A cell behind the text is the cursor's. */
	size_t room = (size_t)(width - 3),
	       first = field->cursor > room ? field->cursor - room : 0;

	hc_canvas_text(canvas, x, y, 1, HC_STYLE_NORMAL, "[");
	hc_canvas_text(canvas, x + width - 1, y, 1, HC_STYLE_NORMAL, "]");
	hc_canvas_fill(canvas, (struct hc_rect){ x + 1, y, width - 2, 1 }, HC_STYLE_FIELD);
	hc_canvas_printf(canvas, x + 1, y, width - 2, HC_STYLE_FIELD, "%.*s", width - 2,
			 field->text + first);
	canvas->cursor_x = x + 1 + (int)(field->cursor - first);
	canvas->cursor_y = y;
}

/* ---------------------------------------------------------------- disks */

void
hc_part_disk_line(const struct hc_disk *disk, char *buf, size_t size)
{
	char bytes[HC_SIZE_TEXT];

	hc_size_text(disk->size, bytes);
	snprintf(buf, size, "%-13s %-22.22s %-18.18s %10s  %s", hc_text_or(disk->path, "?"),
		 hc_text_or(disk->model, "unknown model"),
		 hc_text_or(disk->serial, "no serial"), bytes, hc_text_or(disk->bus, ""));
}

void
hc_part_disk_holds(const struct hc_disk *disk, char *buf, size_t size)
{
	const char *table = hc_table_names[disk->table];

	if (disk->holds != NULL && disk->holds[0] != '\0')
		snprintf(buf, size, "%s", disk->holds);
	else if (disk->table == HC_TABLE_NONE)
		snprintf(buf, size, "no partition table");
	else
		snprintf(buf, size, "%s table, %zu partition%s", table, disk->partitions.count,
			 disk->partitions.count == 1 ? "" : "s");
}

static const char *
partition_label(const struct hc_partition *partition, char *buf, size_t size)
{
	const char *name = hc_text_or(partition->label, hc_text_or(partition->name, NULL));

	snprintf(buf, size, "%u %s%s%s", (unsigned)partition->number,
		 hc_text_or(partition->filesystem, ""),
		 partition->filesystem != NULL ? " " : "", hc_text_or(name, ""));
	return buf;
}

void
hc_part_disk_bar(struct hc_canvas *canvas, int x, int y, int width, const struct hc_disk *disk)
{
	struct hc_bar_part parts[HC_BAR_PARTS];
	char labels[HC_BAR_PARTS][48];
	uint64_t at = 0, hundredth = disk->size / 100;
	size_t count = 0;

	/* Gaps below a hundredth are alignment, not room. */
	for (size_t i = 0; i < disk->partitions.count && count + 2 < HC_BAR_PARTS; i++) {
		const struct hc_partition *p = &disk->partitions.items[i];

		if (p->start > at && p->start - at > hundredth)
			parts[count++] =
				(struct hc_bar_part){ p->start - at, NULL, HC_STYLE_DIM };
		parts[count] = (struct hc_bar_part){
			p->size, partition_label(p, labels[count], sizeof(labels[count])),
			p->active ? HC_STYLE_STRONG : HC_STYLE_NORMAL
		};
		count++;
		at = hc_max_u64(at, p->start + p->size);
	}
	if (disk->size > at && disk->size - at > hundredth)
		parts[count++] = (struct hc_bar_part){ disk->size - at, NULL, HC_STYLE_DIM };
	hc_canvas_parts(canvas, x, y, width, parts, count);
}

bool
hc_part_waiting(const struct hc_wiz *wiz, enum hc_wiz_job job, struct hc_canvas *canvas, int x,
		int y, int width, const char *text)
{
	char time[16];

	if (wiz->job != job && wiz->queued != job)
		return false;
	hc_duration_text(wiz->now_ms - wiz->job_began_ms, time, sizeof(time));
	hc_canvas_printf(canvas, x, y, width, HC_STYLE_WARN, "%s  %s",
			 wiz->job == job ? text : "Waiting for an earlier run to end.", time);
	return true;
}
