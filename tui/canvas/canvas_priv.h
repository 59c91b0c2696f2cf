/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Canvas: what its files share. */
#ifndef HC_TUI_CANVAS_PRIV_H
#define HC_TUI_CANVAS_PRIV_H

#include "tui/canvas/canvas.h"

/* One cell; outside of the canvas nothing happens. */
void hc_canvas_put(struct hc_canvas *canvas, int x, int y, enum hc_style style, uint32_t ch);

#endif
