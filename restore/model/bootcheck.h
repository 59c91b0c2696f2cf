/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bootcheck: whether an offline Windows would start, link by link of the chain from the firmware to the drive letter.
 *
 * Shape:   links[] in the order in which a start comes by them; each was looked at, whatever became of those before it.
 *          `boots` is no when a link is broken, unknown when none is but one could not be judged.
 * Owner:   the arena it was built in.
 * Source:  design.md section 4; windows-offline.md sections 3.3, 7 to 10; hazards 6, 9, 16, 25.
 */
#ifndef HC_MODEL_BOOTCHECK_H
#define HC_MODEL_BOOTCHECK_H

#include "restore/model/json.h"
#include "restore/model/tristate.h"

enum hc_link_state {
	HC_LINK_UNKNOWN, /* it could not be judged; `found` says why */
	HC_LINK_OK,
	HC_LINK_BROKEN,
	HC_LINK_SKIPPED, /* it is not needed, or was not looked at */
};

extern const char *const hc_link_state_names[]; /* unknown ok broken skipped */

struct hc_boot_link {
	const char *id;     /* boot-store */
	const char *title;  /* Boot store */
	unsigned state;     /* enum hc_link_state */
	const char *object; /* what was looked at: "partition 1 \Boot\BCD"; NULL: nothing */
	const char *found;
	const char *fixup;  /* that repairs it; NULL: none does */
	const char *remedy; /* for people; NULL where there is nothing to do */
};

struct hc_bootcheck {
	const char *windows;  /* "Windows 7 Professional of PC1" */
	const char *firmware; /* that this disk is laid out for: bios, uefi */
	struct {
		struct hc_boot_link *items;
		size_t count;
	} links;
	unsigned boots;           /* enum hc_tristate */
	const char *first_broken; /* id of a link; NULL: none */
};

extern const struct hc_shape hc_bootcheck_shape; /* halcyon.bootcheck/1 */

#endif
