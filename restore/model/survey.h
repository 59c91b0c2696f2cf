/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * survey: what had to be read out of the backup, and off the target, before a plan can be made.
 *
 * Shape:   answers that the pure stages rest on; nothing here decides anything.
 * Units:   bytes.
 * Source:  hazards 2, 10.
 */
#ifndef HC_MODEL_SURVEY_H
#define HC_MODEL_SURVEY_H

#include "restore/model/edit.h"
#include "restore/model/plan.h"
#include "restore/model/windows.h"

/* Whether the Windows of the backup has a driver for a device of this machine (hazards 10). */
struct hc_driver_answer {
	/* Its PCI address in the facts; for others a name: ACPI, PCI root, IDE channel, disk. */
	const char *device;
	/* controller: the system disk hangs on it; bus: above that; stack: below, what every disk and volume needs. */
	const char *role;
	const char *hardware_id; /* that matched; the device's best one where none did */
	/* ready, disabled, file-missing, absent; unlisted: there, but Windows 2000 to 7 do not find it for this device, and
	 * storage-boot tells them; injected: not installed, and a package of the drivers folder will be */
	const char *state;
	const char *service;
	const char *inf;
	const char *file;
	const char *where; /* the key that decided */
};

/* What a restored disk and its partitions are called instead, where another disk is called so already (DSK-3). */
struct hc_new_partition_id {
	uint64_t number;
	const char *guid; /* NULL under MBR */
};
struct hc_new_identity {
	const char *table_id; /* disk GUID, or MBR signature as eight hex digits */
	struct {
		struct hc_new_partition_id *items;
		size_t count;
	} partitions;
};

/*
 * How a disk that a BIOS started becomes one that UEFI starts: its partitions at their places and under their numbers, but
 * in a GPT, and an EFI system partition beside them.
 */
struct hc_conversion {
	const char *to; /* uefi, bios */
	/* Why it is not made, for people; NULL: it is.  Of the members below only least_size counts then. */
	const char *refused;
	uint64_t
		least_size; /* of a target that would do, where room is all that is missing; else 0 */
	const char *table_id; /* the new disk GUID */
	/* The new table, by start.  A number that the backup's disk does not have: a partition that is made, blank. */
	struct hc_partitions partitions;
	uint64_t
		replaces; /* partition of the backup whose place the EFI system partition takes; 0: none */
	struct hc_plan_writes
		format; /* the file system of that; every other byte of it is zero */
};

struct hc_survey {
	const char *created;
	const char *backup;
	uint64_t disk; /* of the backup, from 0 */
	/* Where the backup has 4 KiB of zeros before its first partition; 0: nowhere. */
	uint64_t journal_room;
	const char *target; /* path that was looked at */
	/* What is on the target now: "Windows Server 2019 of SERVER7; volumes System, Data". */
	const char *target_holds;
	/* The Windows on the target, which a system state goes into; NULL: none was found. */
	struct hc_windows *target_windows;
	bool drivers_known; /* false: `drivers` says nothing, since the registry could not be read */
	struct {
		struct hc_driver_answer *items;
		size_t count;
	} drivers;
	struct hc_new_identity *identity; /* NULL: it keeps its own */
	struct hc_conversion *conversion; /* NULL: it starts as it did */
	const char *
		repairs_unread; /* why they are not known, where that is not for lack of a Windows */
	bool repairs_known; /* false: the Windows in the backup could not be looked at for repairs */
	struct hc_edits edits; /* what has to be changed in it for this machine */
	struct hc_fix_notes notes;
	/* Volumes on which something has to be changed, and whose journal can't be replayed (VOL-3): "partition 2". */
	struct hc_strings unreplayed;
	const char *run; /* names these repairs: of the undo folder */
};

extern const struct hc_shape hc_survey_shape; /* halcyon.survey/1 */

#endif
