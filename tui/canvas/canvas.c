/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Canvas: the grid and text on it. */
#include "tui/canvas/canvas_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
hc_canvas_init(struct hc_canvas *canvas, int width, int height, bool ascii, struct hc_err *err)
{
	struct hc_cell *cells;

	if (width < 1 || height < 1)
		return hc_err_set(err, H_INTERNAL, "a canvas of %d x %d cells", width, height);
	cells = calloc((size_t)width * (size_t)height, sizeof(*cells));
	if (cells == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a screen of %d x %d",
				  width, height);
	*canvas = (struct hc_canvas){ width, height, ascii, -1, -1, cells };
	hc_canvas_clear(canvas);
	return 0;
}

void
hc_canvas_done(struct hc_canvas *canvas)
{
	free(canvas->cells);
	*canvas = (struct hc_canvas){ 0 };
}

void
hc_canvas_clear(struct hc_canvas *canvas)
{
	canvas->cursor_x = canvas->cursor_y = -1;
	hc_canvas_fill(canvas, (struct hc_rect){ 0, 0, canvas->width, canvas->height },
		       HC_STYLE_NORMAL);
}

const struct hc_cell *
hc_canvas_cell(const struct hc_canvas *canvas, int x, int y)
{
	if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height)
		return NULL;
	return &canvas->cells[y * canvas->width + x];
}

void
hc_canvas_put(struct hc_canvas *canvas, int x, int y, enum hc_style style, uint32_t ch)
{
	if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height)
		return;
	canvas->cells[y * canvas->width + x] = (struct hc_cell){ ch, (uint8_t)style };
}

unsigned
hc_utf8_get(const char *text, uint32_t *ret)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned length = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 1;
	uint32_t ch = p[0];

	if (p[0] == 0)
		return 0;
	if (length > 1)
		ch &= 0x7fu >> length;
	for (unsigned i = 1; i < length; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			*ret = 0xfffd;
			return 1;
		}
		ch = ch << 6 | (p[i] & 0x3fu);
	}
	if ((length == 1 && p[0] >= 0x80) || ch > 0x10ffff || (ch >= 0xd800 && ch < 0xe000) ||
	    (length == 3 && ch < 0x800) || (length == 4 && ch < 0x10000)) {
		*ret = 0xfffd;
		return 1;
	}
	*ret = ch;
	return length;
}

unsigned
hc_utf8_put(uint32_t ch, char ret[5])
{
	unsigned length = ch < 0x80 ? 1 : ch < 0x800 ? 2 : ch < 0x10000 ? 3 : 4;

	memset(ret, 0, 5);
	for (unsigned i = length - 1; i > 0; i--) {
		ret[i] = (char)(0x80 | (ch & 0x3f));
		ch >>= 6;
	}
	ret[0] = (char)(length == 1 ? ch : (0xf00u >> length & 0xff) | ch);
	return length;
}

/*
 * Whether a code point surely takes one cell and leaves the terminal alone.  Coarse on purpose: what
 * Unicode's EastAsianWidth.txt calls wide and its categories Mn and Cf lie within these ranges.
 */
static bool
takes_one_cell(uint32_t ch)
{
	static const struct {
		uint32_t first, last;
	} not_one[] = {
		{ 0x0000, 0x001f }, { 0x007f, 0x009f },    { 0x00ad, 0x00ad },
		{ 0x0300, 0x036f }, { 0x0483, 0x0489 },    { 0x0590, 0x08ff },
		{ 0x0900, 0x1aff }, { 0x1dc0, 0x1dff },    { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f },    { 0x20d0, 0x20ff },
		{ 0x231a, 0x231b }, { 0x2600, 0x27bf },    { 0x2e80, 0xd7ff },
		{ 0xe000, 0xfaff }, { 0xfe00, 0xfe6f },    { 0xfeff, 0xff60 },
		{ 0xffe0, 0xffff }, { 0x10000, 0x10ffff },
	};

	for (size_t i = 0; i < sizeof(not_one) / sizeof(not_one[0]); i++)
		if (ch >= not_one[i].first && ch <= not_one[i].last)
			return false;
	return true;
}

/* What is shown for a code point of a text. */
static uint32_t
shown(const struct hc_canvas *canvas, uint32_t ch)
{
	if (ch == '\t')
		return ' ';
	if (!takes_one_cell(ch) || (canvas->ascii && ch >= 0x7f))
		return '?';
	return ch;
}

int
hc_text_cells(const char *text)
{
	uint32_t ch;
	unsigned length;
	int cells = 0;

	for (; (length = hc_utf8_get(text, &ch)) > 0; text += length)
		cells++;
	return cells;
}

/* `cells` code points of a text. */
static void
put_text(struct hc_canvas *canvas, int x, int y, int cells, enum hc_style style,
	 const char *text)
{
	uint32_t ch;
	unsigned length;

	for (; cells > 0 && (length = hc_utf8_get(text, &ch)) > 0; text += length, cells--)
		hc_canvas_put(canvas, x++, y, style, shown(canvas, ch));
}

int
hc_canvas_text(struct hc_canvas *canvas, int x, int y, int width, enum hc_style style,
	       const char *text)
{
	int cells = hc_text_cells(text);

	if (width <= 0)
		return 0;
	if (cells <= width) {
		put_text(canvas, x, y, cells, style, text);
		return cells;
	}
	put_text(canvas, x, y, width - 1, style, text);
	hc_canvas_put(canvas, x + width - 1, y, style, '~');
	return width;
}

int
hc_canvas_printf(struct hc_canvas *canvas, int x, int y, int width, enum hc_style style,
		 const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return hc_canvas_text(canvas, x, y, width, style, text);
}

/* Bytes of the first line of a text that is `width` cells wide; *next is where the following one starts. */
static size_t
break_line(const char *text, int width, const char **next)
{
	const char *p = text, *blank = NULL;
	uint32_t ch;
	unsigned length;

	for (int cells = 0; (length = hc_utf8_get(p, &ch)) > 0 && ch != '\n';
	     p += length, cells++) {
		if (cells == width) {
			if (blank == NULL)
				blank = *p == ' ' ? p : NULL;
			*next = blank != NULL ? blank + 1 : p;
			return (size_t)((blank != NULL ? blank : p) - text);
		}
		if (ch == ' ')
			blank = p;
	}
	*next = *p == '\n' ? p + 1 : p;
	return (size_t)(p - text);
}

int
hc_text_rows(const char *text, int width)
{
	int rows = 0;

	for (const char *next; width > 0 && *text != '\0'; text = next, rows++)
		break_line(text, width, &next);
	return rows;
}

int
hc_canvas_wrap(struct hc_canvas *canvas, struct hc_rect area, enum hc_style style,
	       const char *text)
{
	int rows = 0;

	if (area.width < 1)
		return 0;
	for (const char *next; *text != '\0' && rows < area.height; text = next, rows++) {
		size_t bytes = break_line(text, area.width, &next);
		char line[4 * 256];

		if (bytes >= sizeof(line))
			bytes = sizeof(line) - 1;
		memcpy(line, text, bytes);
		line[bytes] = '\0';
		put_text(canvas, area.x, area.y + rows, area.width, style, line);
	}
	return rows;
}

int
hc_canvas_dump(const struct hc_canvas *canvas, struct hc_buf *out, struct hc_err *err)
{
	for (int y = 0; y < canvas->height; y++) {
		const struct hc_cell *row = &canvas->cells[y * canvas->width];
		int end = canvas->width;
		char ch[5];

		while (end > 0 && row[end - 1].ch == ' ')
			end--;
		for (int x = 0; x < end; x++)
			if (hc_buf_append(out, ch, hc_utf8_put(row[x].ch, ch), err) < 0)
				return -1;
		if (hc_buf_append(out, "\n", 1, err) < 0)
			return -1;
	}
	return 0;
}
