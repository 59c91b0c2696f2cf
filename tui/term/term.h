/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Terminal: shows a canvas and reads keys.  The only user of ncurses.
 *
 * Shape:   open ─ (wait ─ key* ─ size ─ show)* ─ suspend ─ resume ─ … ─ close.  Up to HC_TERMS at a time in a process,
 *          each of its own kind and size: a screen and serial lines.
 * Units:   milliseconds, cells.
 * Owner:   the caller closes it; a fatal signal in between puts all terminals back as well.
 * Errors:  H_TERMINAL: not a terminal, or one that ncurses does not know.
 * Source:  terminfo(5), newterm(3x), set_term(3x); resize and restoring on a crash as htop does it.  Foreign letters and
 *          line drawing are used where the locale is UTF-8 and the terminal isn't of the VT series, else ASCII.
 * Example:
 *	struct hc_term_options options = { .device = "/dev/ttyS0", .type = "vt220" };
 *	if (hc_term_open(&options, &term, err) < 0)
 *		return -1;
 *	while (hc_term_wait(&term, 1, 100) >= 0)
 *		while ((got = hc_term_key(term, &input)) > 0)
 *			...
 */
#ifndef HC_TUI_TERM_H
#define HC_TUI_TERM_H

#include "tui/canvas/canvas.h"
#include "tui/model/model.h"

#define HC_TERMS 8

struct hc_term;

enum hc_draw {
	HC_DRAW_AUTO,
	HC_DRAW_ASCII,
	HC_DRAW_UTF8,
};

struct hc_term_options {
	const char *device; /* NULL: standard input and output */
	const char *type;   /* as terminfo calls it; NULL: the environment's TERM */
	enum hc_draw draw;
};

int hc_term_open(const struct hc_term_options *options, struct hc_term **ret,
		 struct hc_err *err);
/* NULL is fine. */
void hc_term_close(struct hc_term *term);
/* The size now; and whether lines are drawn in ASCII. */
void hc_term_size(struct hc_term *term, int *width, int *height, bool *ascii);
/* Until one of them has something to read, one has gone, or the time is over; NULL ones are passed over.  -1: poll(2)
 * doesn't work. */
int hc_term_wait(struct hc_term *const *terms, size_t count, int timeout_ms);
/* Never waits: 1 and a HC_INPUT_KEY (without its time); 0 when there is none; -1 when the terminal has gone. */
int hc_term_key(struct hc_term *term, struct hc_wiz_input *ret);
/* False, and nothing is sent, while a slow line still sends what came before: a line that has stopped stops nobody. */
bool hc_term_show(struct hc_term *term, const struct hc_canvas *canvas);
/* Gives the terminal to another program, and takes it back. */
void hc_term_suspend(struct hc_term *term);
void hc_term_resume(struct hc_term *term);

#endif
