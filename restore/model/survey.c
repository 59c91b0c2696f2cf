/* SPDX-License-Identifier: GPL-3.0-or-later */
/* survey: its table. */
#include "restore/model/survey.h"

#define T struct hc_driver_answer
static const struct hc_field answer_fields[] = {
	HC_NEED(T, device, STRING, "PCI address, or a name for what is not on PCI."),
	HC_NEED(T, role, STRING,
		"controller: the system disk hangs on it; bus: what is above; stack: what every "
		"disk and volume needs."),
	HC_FIELD(T, hardware_id, STRING, "The id that matched, or the device's best one."),
	HC_NEED(T, state, STRING,
		"ready, disabled, file-missing, absent; unlisted: it is there, and the repair storage-boot names it in CriticalDeviceDatabase; injected: a package of the drivers folder will be installed."),
	HC_FIELD(T, service, STRING, "Service of the driver."),
	HC_FIELD(T, inf, STRING, "Its INF."),
	HC_FIELD(T, file, STRING, "Its file."),
	HC_FIELD(T, where, STRING, "The key that decided."),
};
static const struct hc_shape answer_shape =
	HC_SHAPE(T, NULL, answer_fields, false, "Whether there is a driver for a device.");
#undef T

#define T struct hc_new_partition_id
static const struct hc_field partition_id_fields[] = {
	HC_NEED(T, number, NUMBER, "Of the partition."),
	HC_FIELD(T, guid, STRING, "Its new GUID; null under MBR."),
};
static const struct hc_shape partition_id_shape =
	HC_SHAPE(T, NULL, partition_id_fields, false, "What a partition is called instead.");
#undef T

#define T struct hc_new_identity
static const struct hc_field identity_fields[] = {
	HC_NEED(T, table_id, STRING, "New disk GUID, or MBR signature as eight hex digits."),
	HC_PART(T, partitions, LIST, &partition_id_shape, "Its partitions."),
};
static const struct hc_shape identity_shape =
	HC_SHAPE(T, NULL, identity_fields, false, "What the restored disk is called instead.");
#undef T

#define T struct hc_conversion
static const struct hc_field conversion_fields[] = {
	HC_NEED(T, to, STRING, "uefi or bios: what starts the disk then."),
	HC_FIELD(T, refused, STRING, "Why it is not made; null: it is."),
	HC_FIELD(T, least_size, NUMBER,
		 "Bytes of a target that would do, where room is all that is missing; else 0."),
	HC_FIELD(T, table_id, STRING, "The new disk GUID."),
	HC_PART(T, partitions, LIST, &hc_partition_shape,
		"The new table; a number that the backup's disk lacks is a partition that is made."),
	HC_FIELD(
		T, replaces, NUMBER,
		"Partition of the backup whose place the EFI system partition takes; 0: none."),
	HC_PART(T, format, LIST, &hc_plan_write_shape,
		"The file system of the EFI system partition; every other byte of it is zero."),
};
static const struct hc_shape conversion_shape =
	HC_SHAPE(T, NULL, conversion_fields, false,
		 "How the disk becomes one that the other firmware starts.");
#undef T

#define T struct hc_survey
static const struct hc_field survey_fields[] = {
	HC_FIELD(T, created, STRING, "When, UTC."),
	HC_FIELD(T, backup, STRING, "Backup id."),
	HC_FIELD(T, disk, NUMBER, "Disk of the backup, from 0."),
	HC_FIELD(T, journal_room, NUMBER,
		 "Offset of zeros that can hold the journal; 0: none."),
	HC_FIELD(T, target, STRING, "Target that was looked at."),
	HC_FIELD(T, target_holds, STRING, "What is on the target now, for people."),
	HC_PART(T, target_windows, OPTIONAL, &hc_windows_shape,
		"The Windows on the target; null when there is none."),
	HC_FIELD(T, drivers_known, BOOL, "Whether the registry could be asked for drivers."),
	HC_PART(T, drivers, LIST, &answer_shape,
		"For each storage controller of the target, and the buses above it."),
	HC_PART(T, identity, OPTIONAL, &identity_shape,
		"What the disk is called instead, since another has its identity; null: it keeps its own."),
	HC_PART(T, conversion, OPTIONAL, &conversion_shape,
		"How it becomes one that the other firmware starts, where that is asked for; null: it starts as it did."),
	HC_FIELD(T, repairs_known, BOOL, "Whether the Windows could be looked at for repairs."),
	HC_FIELD(T, repairs_unread, STRING, "Why not, where it is not for lack of a Windows."),
	HC_PART(T, edits, LIST, &hc_edit_shape, "What has to be changed in it, old and new."),
	HC_PART(T, notes, LIST, &hc_fix_note_shape, "What the repairs say besides."),
	HC_FIELD(T, unreplayed, STRINGS,
		 "Volumes that need repairs and whose journal can't be replayed (VOL-3)."),
	HC_FIELD(T, run, STRING, "Names these repairs."),
};
const struct hc_shape hc_survey_shape = HC_SHAPE(T, "halcyon.survey/1", survey_fields, false,
						 "What was read before a plan can be made.");
#undef T
