/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootcheck: its tables. */
#include "restore/model/bootcheck.h"

const char *const hc_link_state_names[] = { "unknown", "ok", "broken", "skipped", NULL };

#define T struct hc_boot_link
static const struct hc_field link_fields[] = {
	HC_NEED(T, id, STRING, "Its name: mbr, boot-store, controller-driver …"),
	HC_NEED(T, title, STRING, "The same for people."),
	HC_ENUM(T, state, hc_link_state_names,
		"ok, broken, unknown (it could not be judged) or skipped (not needed, or not "
		"looked at)."),
	HC_FIELD(T, object, STRING, "What was looked at."),
	HC_FIELD(T, found, STRING, "What was found there, or why nobody can say."),
	HC_FIELD(T, fixup, STRING, "The repair for it; null when there is none."),
	HC_FIELD(T, remedy, STRING, "What can be done about it."),
};
static const struct hc_shape link_shape =
	HC_SHAPE(T, NULL, link_fields, false, "A link of the chain.");
#undef T

#define T struct hc_bootcheck
static const struct hc_field bootcheck_fields[] = {
	HC_FIELD(T, windows, STRING, "The Windows that was looked at."),
	HC_FIELD(T, firmware, STRING, "What this disk is laid out for: bios or uefi."),
	HC_PART(T, links, LIST, &link_shape, "The chain, in the order of a start."),
	HC_ENUM(T, boots, hc_tristate_names,
		"Whether it would start; unknown: nothing is broken, but not everything could be "
		"judged."),
	HC_FIELD(T, first_broken, STRING, "Id of the first broken link; null when none is."),
};
const struct hc_shape hc_bootcheck_shape =
	HC_SHAPE(T, "halcyon.bootcheck/1", bootcheck_fields, false,
		 "Whether an offline Windows would start, link by link.");
#undef T
