/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the operator chose for a restore besides backup and disk, as rows of the screen OPTIONS.
 *
 * Shape:   first the choices that are always there (drivers, identity, firmware, SYSVOL, what happens at the end), then
 *          a row for each repair that the plan made, was refused, or makes on request.
 * Units:   none.
 * Owner:   a part of struct hc_wiz; what hc_wiz_option gives is valid until the next step.
 * Errors:  none: what the engine refuses, its run says.
 * Source:  the options of halcyon-plan(8); halcyon.plan/1, repairs[].
 * Example:
 *	for (size_t i = 0; hc_wiz_option(wiz, i, &row); i++)
 *		print(row.label, row.value);
 */
#ifndef HC_TUI_OPTIONS_H
#define HC_TUI_OPTIONS_H

#include "tui/model/input.h"

#define HC_WIZ_REPAIRS 16
#define HC_WIZ_ID      24

enum hc_wiz_end { HC_END_NOTHING, HC_END_REBOOT, HC_END_POWEROFF, HC_END_COUNT };
enum hc_wiz_convert { HC_CONVERT_NOTHING, HC_CONVERT_UEFI, HC_CONVERT_BIOS, HC_CONVERT_COUNT };

struct hc_wiz_ids {
	char items[HC_WIZ_REPAIRS][HC_WIZ_ID];
	size_t count;
};

struct hc_wiz_options {
	struct hc_wiz_field drivers; /* a folder of this system */
	bool sysvol_authoritative;
	enum hc_wiz_convert convert;
	enum hc_wiz_end end;
	struct hc_wiz_ids fixups, without; /* repairs that are wanted besides; left out */
	/* The same as words for the engine: "filters,devices". */
	char fixups_text[HC_WIZ_REPAIRS * HC_WIZ_ID], without_text[HC_WIZ_REPAIRS * HC_WIZ_ID];
};

struct hc_wiz_option {
	const char *label, *value, *about;
	const struct hc_wiz_field *field; /* typed into; NULL: Space changes it */
};

struct hc_wiz;
/* The i-th row; false past the last. */
bool hc_wiz_option(const struct hc_wiz *wiz, size_t i, struct hc_wiz_option *ret);

#endif
