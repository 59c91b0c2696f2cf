/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Screens: what each state of the wizard looks like.
 *
 * Shape:   hc_screen_draw(wiz, canvas) paints the whole canvas: title, the screen's body, one line for the
 *          operator, the keys; over it a question, trouble or help.  One file per screen, listed once in
 *          screens.c in wizard order.  Behaviour (what a key does) is in tui/model/: it is tested without screens.
 * Units:   cells; laid out for 80x24, larger is used, smaller is clipped.
 * Owner:   both borrowed for the call; nothing is kept, so drawing twice gives the same.
 * Errors:  none.
 * Source:  style.md b.8.  Colour never carries meaning alone: '>' marks the selection, words say the rest.
 * Example:
 *	hc_screen_draw(wiz, &canvas);
 *	hc_term_show(term, &canvas);
 */
#ifndef HC_TUI_SCREENS_H
#define HC_TUI_SCREENS_H

#include "tui/canvas/canvas.h"
#include "tui/model/model.h"

#define HC_SCREEN_MIN_WIDTH  80
#define HC_SCREEN_MIN_HEIGHT 24

void hc_screen_draw(const struct hc_wiz *wiz, struct hc_canvas *canvas);
/* "welcome", "machine", …: for tests and logs. */
const char *hc_screen_name(enum hc_wiz_screen screen);

#endif
