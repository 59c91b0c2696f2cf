/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A restore that asks nobody, as the wizard of a kiosk knows it: a part of struct hc_wiz.
 *
 * Shape:   the answer file begins the run; what the engine tells of it as notes fills the rest in.
 * Units:   milliseconds of the wizard's clock.
 * Owner:   the wizard.
 * Errors:  none: trouble is state that the screen KIOSK shows.
 * Source:  docs/guide/40-unattended.md; the events that halcyon restore --json writes.
 */
#ifndef HC_TUI_KIOSK_H
#define HC_TUI_KIOSK_H

#include "tui/model/input.h"
#include "tui/model/run.h"

#define HC_WIZ_KIOSK_FINDINGS 4

struct hc_wiz_kiosk {
	char *intent;          /* the answer file; NULL: somebody attends */
	const char *state_dir; /* where the engine says what comes after it */
	char *task;            /* NULL: not known yet; so are backup and disk */
	bool judged;
	unsigned outcome;                                 /* enum hc_outcome, once judged */
	char finding[HC_WIZ_KIOSK_FINDINGS][HC_WIZ_LINE]; /* what was not answered */
	size_t findings;
	uint64_t ended_ms;
};

#endif
