/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Terminal: shows a canvas and reads keys.  The only user of ncurses.
 *
 * Shape:   open ─ (read │ show)* ─ suspend ─ resume ─ … ─ close.  One at a time in a process.
 * Units:   milliseconds, cells.
 * Owner:   the caller closes it; a fatal signal in between puts the terminal back as well.
 * Errors:  H_TERMINAL: not a terminal, or one that ncurses does not know.
 * Source:  terminfo(5); resize and restoring on a crash as htop does it.  Foreign letters and line drawing
 *          are used where the locale is UTF-8 and the terminal isn't of the VT series, else ASCII.
 * Example:
 *	if (hc_term_open(HC_DRAW_AUTO, &term, err) < 0)
 *		return -1;
 *	while (hc_term_read(term, 100, &input) >= 0)
 *		...
 */
#ifndef HC_TUI_TERM_H
#define HC_TUI_TERM_H

#include "tui/canvas/canvas.h"
#include "tui/model/model.h"

struct hc_term;

enum hc_draw {
	HC_DRAW_AUTO,
	HC_DRAW_ASCII,
	HC_DRAW_UTF8,
};

int hc_term_open(enum hc_draw draw, struct hc_term **ret, struct hc_err *err);
/* NULL is fine. */
void hc_term_close(struct hc_term *term);
/* The size now; and whether lines are drawn in ASCII. */
void hc_term_size(const struct hc_term *term, int *width, int *height, bool *ascii);
/* Waits for a key: 1 and a HC_INPUT_KEY (without its time); 0 when none came in time, or the size
 * changed; -1 when the terminal has gone. */
int hc_term_read(struct hc_term *term, int timeout_ms, struct hc_wiz_input *ret);
void hc_term_show(struct hc_term *term, const struct hc_canvas *canvas);
/* Gives the terminal to another program, and takes it back. */
void hc_term_suspend(struct hc_term *term);
void hc_term_resume(struct hc_term *term);

#endif
