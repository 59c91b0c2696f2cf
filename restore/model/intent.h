/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * intent: what somebody wants done, chosen in the wizard or written in an answer file.
 *
 * Shape:   backup, target rule, which machine it is for, what may be accepted or overridden, end action.
 * Source:  design.md section 10; hazards 1, 2, 8.
 */
#ifndef HC_MODEL_INTENT_H
#define HC_MODEL_INTENT_H

#include "restore/model/json.h"

/* Two of these have to fit before an unattended restore writes anything. */
struct hc_intent_match {
	const char *uuid;
	const char *serial;
	const char *mac;
	const char *vendor; /* with product: counts as one */
	const char *product;
};

/* Either an identity, or a rule that leaves exactly one disk. */
struct hc_intent_target {
	const char *identity;   /* serial or WWN */
	uint64_t only_disk_min; /* "the only disk of at least N bytes that isn't removable" */
};

struct hc_intent {
	const char *task; /* names the claim and the report on the server */
	const char *mode;
	const char *
		backup; /* REPO//ID; relative to the answer file's own URL when it starts with '/' */
	struct hc_intent_match match;
	struct hc_intent_target target;
	const char *reports; /* folder or URL that takes claims, events and reports */
	struct hc_strings accept;
	struct hc_strings override;
	uint64_t
		tombstone_days; /* of the domain that the backup's controller belongs to; 0: not stated */
	struct hc_strings fixups;     /* repairs on request that are wanted */
	struct hc_strings without;    /* repairs that are left out */
	const char *drivers;          /* folder of driver packages, on this system */
	bool sysvol_authoritative;    /* the domain controller is the only one of its domain */
	const char *convert_firmware; /* uefi or bios; NULL: as it is */
	const char *undo_to;          /* folder that keeps the record of repairs, encrypted, */
	const char *undo_key;         /* and the key file for it; both on this system */
	bool reuse;
	bool reerase;
	const char *end; /* reboot, poweroff, shell */
};

extern const struct hc_shape hc_intent_shape; /* halcyon.intent/1 */

#endif
