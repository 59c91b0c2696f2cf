/* SPDX-License-Identifier: GPL-3.0-or-later */
/* event: its table. */
#include "restore/model/event.h"

const char *const hc_event_names[] = { "start", "progress", "retry",    "note",
				       "done",  "failed",   "finished", NULL };

#define T struct hc_event
static const struct hc_field event_fields[] = {
	HC_FIELD(T, at_ms, NUMBER, "Milliseconds since the run began."),
	HC_ENUM(T, kind, hc_event_names, "What kind of event."),
	HC_FIELD(T, step, STRING, "Step of the run."),
	HC_FIELD(T, what, STRING, "Which part of it."),
	HC_FIELD(T, done_bytes, NUMBER, "Bytes of the step that are done."),
	HC_FIELD(T, total_bytes, NUMBER, "Bytes of the step in all."),
	HC_FIELD(T, received_bytes, NUMBER, "Bytes received over the network so far."),
	HC_FIELD(T, text, STRING, "For people."),
	HC_FIELD(T, error, STRING, "Error id."),
};
const struct hc_shape hc_event_shape =
	HC_SHAPE(T, "halcyon.event/1", event_fields, false, "One line of a run.");
#undef T
