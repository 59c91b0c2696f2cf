/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intent: its tables. */
#include "restore/model/intent.h"

#define T struct hc_intent_match
static const struct hc_field match_fields[] = {
	HC_FIELD(T, uuid, STRING, "SMBIOS uuid as Linux prints it."),
	HC_FIELD(T, serial, STRING, "SMBIOS serial number."),
	HC_FIELD(T, mac, STRING, "Address of one adapter."),
	HC_FIELD(T, vendor, STRING, "SMBIOS manufacturer; counts together with product."),
	HC_FIELD(T, product, STRING, "SMBIOS product."),
};
static const struct hc_shape match_shape =
	HC_SHAPE(T, NULL, match_fields, false, "For which machine; two have to fit.");
#undef T

#define T struct hc_intent_target
static const struct hc_field target_fields[] = {
	HC_FIELD(T, identity, STRING, "Serial or WWN of the disk."),
	HC_FIELD(T, only_disk_min, NUMBER,
		 "The only disk of at least so many bytes that isn't removable."),
};
static const struct hc_shape target_shape =
	HC_SHAPE(T, NULL, target_fields, false, "Which disk.");
#undef T

#define T struct hc_intent
static const struct hc_field intent_fields[] = {
	HC_FIELD(T, task, STRING, "Name of the task: letters, digits, dot, dash, underscore."),
	HC_FIELD(T, mode, STRING, "bmr."),
	HC_NEED(T, backup, STRING, "REPO//ID."),
	HC_PART(T, match, OBJECT, &match_shape, "For which machine."),
	HC_PART(T, target, OBJECT, &target_shape, "Which disk."),
	HC_FIELD(T, reports, STRING, "Folder or URL that takes claims, events and reports."),
	HC_FIELD(T, accept, STRINGS, "Warnings that are accepted, by rule."),
	HC_FIELD(T, override, STRINGS, "Blocks that are overridden, by rule."),
	HC_FIELD(
		T, tombstone_days, NUMBER,
		"How long the domain of a backed-up controller keeps deleted objects, in days; 0: not stated."),
	HC_FIELD(T, fixups, STRINGS, "Repairs on request that are wanted, by id."),
	HC_FIELD(T, without, STRINGS, "Repairs that are left out, by id."),
	HC_FIELD(T, drivers, STRING, "Folder of driver packages, on the system that restores."),
	HC_FIELD(T, sysvol_authoritative, BOOL,
		 "A restored domain controller is the only one of its domain."),
	HC_FIELD(
		T, convert_firmware, STRING,
		"uefi: the restored disk is one that UEFI starts, though a BIOS started the backup; null: as it was."),
	HC_FIELD(T, reuse, BOOL, "Keep what the disk holds already where it is the same."),
	HC_FIELD(T, reerase, BOOL, "Erase a disk that carries a finished restore."),
	HC_FIELD(T, end, STRING, "reboot, poweroff or shell."),
};
const struct hc_shape hc_intent_shape =
	HC_SHAPE(T, "halcyon.intent/1", intent_fields, false, "What somebody wants done.");
#undef T
