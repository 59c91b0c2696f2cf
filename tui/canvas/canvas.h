/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Canvas: a grid of character cells that the screens draw on; the terminal and the tests show it.
 *
 * Shape:   width x height cells of (code point, style), top left is 0,0; a style says what the text means,
 *          tui/term decides how it looks.  `ascii` draws lines, bars and foreign letters in ASCII.
 * Units:   cells.  Everything is clipped to the canvas; nothing wraps by itself.
 * Owner:   the caller; hc_canvas_done frees the cells.
 * Errors:  H_OUT_OF_MEMORY, when it is made or dumped; drawing never fails.
 * Source:  tmux's grid and tig's saved displays: screens are tested without a terminal.  Text may come
 *          from disks and servers: control characters, marks without width and letters two cells wide are
 *          shown as '?', so that nothing can steer the terminal or shift a column.
 * Example:
 *	struct hc_canvas canvas = { 0 };
 *	if (hc_canvas_init(&canvas, 80, 24, false, err) < 0)
 *		return -1;
 *	hc_canvas_text(&canvas, 2, 1, 40, HC_STYLE_STRONG, disk->model);
 */
#ifndef HC_TUI_CANVAS_H
#define HC_TUI_CANVAS_H

#include <stdbool.h>

#include "restore/base/bytes.h"

enum hc_style {
	HC_STYLE_NORMAL,
	HC_STYLE_TITLE,    /* the bar on top */
	HC_STYLE_STRONG,   /* headings, what matters */
	HC_STYLE_DIM,      /* what can't be chosen, explanations */
	HC_STYLE_SELECTED, /* the row the keys act on; always marked by '>' too */
	HC_STYLE_FIELD,    /* where text is typed */
	HC_STYLE_GOOD,
	HC_STYLE_WARN,
	HC_STYLE_BAD,
	HC_STYLE_COUNT
};

struct hc_cell {
	uint32_t ch;
	uint8_t style;
};

struct hc_canvas {
	int width, height;
	bool ascii;
	int cursor_x, cursor_y; /* -1: hidden */
	struct hc_cell *cells;  /* row by row */
};

struct hc_rect {
	int x, y, width, height;
};

/* A part of a bar: a partition, or free room when `label` is NULL. */
struct hc_bar_part {
	uint64_t size;
	const char *label;
	enum hc_style style;
};

#define HC_BAR_PARTS 24

/* A blank canvas; width and height are at least 1. */
int hc_canvas_init(struct hc_canvas *canvas, int width, int height, bool ascii,
		   struct hc_err *err);
void hc_canvas_done(struct hc_canvas *canvas);
void hc_canvas_clear(struct hc_canvas *canvas);
/* NULL outside of the canvas. */
const struct hc_cell *hc_canvas_cell(const struct hc_canvas *canvas, int x, int y);

/* One line of at most `width` cells; what doesn't fit ends in '~'.  Returns the cells used. */
int hc_canvas_text(struct hc_canvas *canvas, int x, int y, int width, enum hc_style style,
		   const char *text);
int hc_canvas_printf(struct hc_canvas *canvas, int x, int y, int width, enum hc_style style,
		     const char *fmt, ...) HC_PRINTF(6, 7);
/* Text broken at blanks and newlines into the rectangle.  Returns the rows used. */
int hc_canvas_wrap(struct hc_canvas *canvas, struct hc_rect area, enum hc_style style,
		   const char *text);
/* How many cells a text takes in one line; how many rows when it is broken at `width` cells. */
int hc_text_cells(const char *text);
int hc_text_rows(const char *text, int width);

/* Blanks in a style; a rule across; a frame with an optional title, its inside blank. */
void hc_canvas_fill(struct hc_canvas *canvas, struct hc_rect area, enum hc_style style);
void hc_canvas_rule(struct hc_canvas *canvas, int x, int y, int width, enum hc_style style);
void hc_canvas_box(struct hc_canvas *canvas, struct hc_rect area, enum hc_style style,
		   const char *title);
/* How much of a whole is done. */
void hc_canvas_progress(struct hc_canvas *canvas, int x, int y, int width, uint64_t done,
			uint64_t total);
/* A disk: parts to scale, small ones kept visible; up to HC_BAR_PARTS. */
void hc_canvas_parts(struct hc_canvas *canvas, int x, int y, int width,
		     const struct hc_bar_part *parts, size_t count);

/* A word in block letters: capitals without J, M, Q, V, W, X, Z; digits, '%'.  Nine cells for each.  Returns where the
 * next letter would begin. */
#define HC_BIG_HEIGHT 5
int hc_canvas_big(struct hc_canvas *canvas, int x, int y, enum hc_style style,
		  const char *word);

/* The characters as UTF-8 lines without blanks at their ends: what golden tests compare. */
int hc_canvas_dump(const struct hc_canvas *canvas, struct hc_buf *out, struct hc_err *err);
/* One code point as UTF-8 with a final NUL; returns its length. */
unsigned hc_utf8_put(uint32_t ch, char ret[5]);
/* The code point at the start of a text, U+FFFD for a broken one; returns its length, 0 at the end. */
unsigned hc_utf8_get(const char *text, uint32_t *ret);

#endif
