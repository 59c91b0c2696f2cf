/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Canvas: frames and bars.  Each glyph has an ASCII form; all of them are in the VGA font (code page 437). */
#include "tui/canvas/canvas_priv.h"

#include <string.h>

enum glyph {
	G_ACROSS,
	G_DOWN,
	G_TOP_LEFT,
	G_TOP_RIGHT,
	G_LOW_LEFT,
	G_LOW_RIGHT,
	G_FULL,
	G_EMPTY,
};

static uint32_t
glyph(const struct hc_canvas *canvas, enum glyph which)
{
	static const struct {
		uint32_t line, ascii;
	} glyphs[] = {
		[G_ACROSS] = { 0x2500, '-' },   [G_DOWN] = { 0x2502, '|' },
		[G_TOP_LEFT] = { 0x250c, '+' }, [G_TOP_RIGHT] = { 0x2510, '+' },
		[G_LOW_LEFT] = { 0x2514, '+' }, [G_LOW_RIGHT] = { 0x2518, '+' },
		[G_FULL] = { 0x2588, '#' },     [G_EMPTY] = { 0x2591, '.' },
	};

	return canvas->ascii ? glyphs[which].ascii : glyphs[which].line;
}

void
hc_canvas_fill(struct hc_canvas *canvas, struct hc_rect area, enum hc_style style)
{
	for (int y = area.y; y < area.y + area.height; y++)
		for (int x = area.x; x < area.x + area.width; x++)
			hc_canvas_put(canvas, x, y, style, ' ');
}

void
hc_canvas_rule(struct hc_canvas *canvas, int x, int y, int width, enum hc_style style)
{
	while (width-- > 0)
		hc_canvas_put(canvas, x++, y, style, glyph(canvas, G_ACROSS));
}

void
hc_canvas_box(struct hc_canvas *canvas, struct hc_rect area, enum hc_style style,
	      const char *title)
{
	int right = area.x + area.width - 1, low = area.y + area.height - 1;

	hc_canvas_fill(canvas, area, HC_STYLE_NORMAL);
	hc_canvas_rule(canvas, area.x, area.y, area.width, style);
	hc_canvas_rule(canvas, area.x, low, area.width, style);
	for (int y = area.y; y <= low; y++) {
		hc_canvas_put(canvas, area.x, y, style, glyph(canvas, G_DOWN));
		hc_canvas_put(canvas, right, y, style, glyph(canvas, G_DOWN));
	}
	hc_canvas_put(canvas, area.x, area.y, style, glyph(canvas, G_TOP_LEFT));
	hc_canvas_put(canvas, right, area.y, style, glyph(canvas, G_TOP_RIGHT));
	hc_canvas_put(canvas, area.x, low, style, glyph(canvas, G_LOW_LEFT));
	hc_canvas_put(canvas, right, low, style, glyph(canvas, G_LOW_RIGHT));
	if (title != NULL)
		hc_canvas_printf(canvas, area.x + 2, area.y, area.width - 4, style, " %s ",
				 title);
}

void
hc_canvas_progress(struct hc_canvas *canvas, int x, int y, int width, uint64_t done,
		   uint64_t total)
{
	/* In doubles: done * width may not fit 64 bits, and a cell is coarse. */
	double part = total == 0 ? 0 : (double)done / (double)total;
	int full = (int)((part > 1 ? 1 : part) * width);

	for (int i = 0; i < width; i++)
		hc_canvas_put(canvas, x + i, y, i < full ? HC_STYLE_GOOD : HC_STYLE_DIM,
			      glyph(canvas, i < full ? G_FULL : G_EMPTY));
}

/* Cells for each part: one to be seen, two more where it has a label, the rest by size; what rounding
 * leaves goes to the largest. */
static void
share_out(const struct hc_bar_part *parts, size_t count, int cells, int widths[HC_BAR_PARTS])
{
	uint64_t total = 0;
	size_t largest = 0;
	int least = 0, used = 0;

	for (size_t i = 0; i < count; i++) {
		total += parts[i].size;
		least += parts[i].label != NULL ? 3 : 1;
		if (parts[i].size > parts[largest].size)
			largest = i;
	}
	for (size_t i = 0; i < count; i++) {
		widths[i] = parts[i].label != NULL && least <= cells ? 3 : 1;
		if (cells > least && total > 0)
			widths[i] +=
				(int)((double)parts[i].size / (double)total * (cells - least));
		used += widths[i];
	}
	if (count > 0 && cells > used)
		widths[largest] += cells - used;
}

/* A label that doesn't fit is cut to its first word. */
static void
put_label(struct hc_canvas *canvas, int x, int y, int width, const struct hc_bar_part *part)
{
	int first = (int)strcspn(part->label, " ");

	if (hc_text_cells(part->label) > width && first <= width)
		hc_canvas_printf(canvas, x, y, width, part->style, "%.*s", first, part->label);
	else
		hc_canvas_text(canvas, x, y, width, part->style, part->label);
}

void
hc_canvas_parts(struct hc_canvas *canvas, int x, int y, int width,
		const struct hc_bar_part *parts, size_t count)
{
	int widths[HC_BAR_PARTS] = { 0 }, end = x + width - 1;

	if (count > HC_BAR_PARTS)
		count = HC_BAR_PARTS;
	share_out(parts, count, width - 1 - (int)count, widths);
	for (size_t i = 0; i < count && x < end; i++) {
		hc_canvas_put(canvas, x++, y, HC_STYLE_NORMAL, glyph(canvas, G_DOWN));
		for (int cell = 0; cell < widths[i]; cell++)
			hc_canvas_put(canvas, x + cell, y, parts[i].style,
				      parts[i].label == NULL ? glyph(canvas, G_EMPTY) : ' ');
		if (parts[i].label != NULL)
			put_label(canvas, x, y, widths[i], &parts[i]);
		x += widths[i];
	}
	hc_canvas_put(canvas, end, y, HC_STYLE_NORMAL, glyph(canvas, G_DOWN));
}
