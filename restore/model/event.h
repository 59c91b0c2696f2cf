/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * event: one line of what a run is doing, for the wizard, the consoles, the server and the report alike.
 *
 * Shape:   one JSON object a line; a recorded stream replays in a test.
 * Units:   bytes, milliseconds since the run began.
 * Source:  design.md section 3; style.md b.7.
 */
#ifndef HC_MODEL_EVENT_H
#define HC_MODEL_EVENT_H

#include "restore/model/json.h"

enum hc_event_kind {
	HC_EVENT_START,    /* a step begins */
	HC_EVENT_PROGRESS, /* done_bytes of total_bytes */
	HC_EVENT_RETRY,    /* something failed and is tried again */
	HC_EVENT_NOTE,     /* worth knowing */
	HC_EVENT_DONE,     /* the step is finished */
	HC_EVENT_FAILED,   /* the run ends here; error and remedy say why */
	HC_EVENT_FINISHED, /* the run is over and all is well */
};

extern const char *const hc_event_names[];

struct hc_event {
	uint64_t at_ms;
	unsigned kind;
	const char *step; /* "invalidate", "data", "readback", "held", "tables", "journal" … */
	const char *what; /* which part: "disk0-p2" */
	uint64_t done_bytes;
	uint64_t total_bytes;
	uint64_t received_bytes; /* over the network so far */
	const char *text;
	const char *error; /* "H0404" */
};

extern const struct hc_shape hc_event_shape;

#endif
