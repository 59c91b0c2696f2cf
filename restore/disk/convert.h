/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a disk that a BIOS starts to one that UEFI starts: the layout, and the table of it.  Pure.
 *
 * Shape:   manifest's disk + target's size ─▶ hc_convert_layout ─▶ struct hc_conversion (model/survey.h), whose ids the
 *          caller makes ─▶ hc_table_convert ─▶ the disk as it will be, for everything that asks for a disk.
 * Units:   bytes.
 * Owner:   the arena; what is not changed is borrowed from the backup's disk.
 * Errors:  a layout that can't be is no error: `refused` says why.  H_OUT_OF_MEMORY; H_DOC_SCHEMA for ids that are none.
 * Source:  UEFI 2.10 sections 5.3 (GPT) and 13.3 (the EFI system partition is FAT32); Microsoft, "UEFI/GPT-based hard drive
 *          partitions" (sizes, MSR) and PARTITION_INFORMATION_GPT (types, attributes); docs/decisions/0013-conversion.md.
 *
 * Volumes stay where they are, under their numbers: what their boot sectors and the edits of a plan say stays true.
 *
 *	before   MBR │ gap │ 1 System Reserved, active │ 2 Windows │ free
 *	after    GPT │ gap │ 1 System Reserved         │ 2 Windows │ 3 ESP │ 4 MSR │ GPT
 *	no room  GPT │ gap │ 3 ESP in the place of 1   │ 2 Windows │ GPT
 */
#ifndef HC_DISK_CONVERT_H
#define HC_DISK_CONVERT_H

#include "restore/model/manifest.h"
#include "restore/model/survey.h"

struct hc_convert_request {
	const struct hc_manifest_disk *disk;
	uint64_t target_size;
	uint64_t system_partition; /* that Windows lies on: it keeps its place */
};

/* Everything of *ret but the ids and `format`; `refused` where it can't be. */
int hc_convert_layout(const struct hc_convert_request *request, struct hc_arena *arena,
		      struct hc_conversion *ret, struct hc_err *err);
/* The partition that is made for the firmware; NULL: none. */
const struct hc_partition *hc_convert_esp(const struct hc_conversion *conversion);
/* Whether the backup's disk has a partition of this number. */
bool hc_convert_is_kept(const struct hc_manifest_disk *disk, const struct hc_partition *p);

/* The disk with its new table.  Regions of partitions that are made have no index; gaps and the tail, where the new
 * partitions lie, are left out. */
int hc_table_convert(const struct hc_manifest_disk *disk,
		     const struct hc_conversion *conversion, struct hc_arena *arena,
		     struct hc_manifest_disk *ret, struct hc_err *err);
/* Adds what of the backup does not come back, for people. */
int hc_convert_losses(const struct hc_manifest_disk *disk,
		      const struct hc_conversion *conversion, struct hc_arena *arena,
		      struct hc_strings *list, struct hc_err *err);

/* The backup's disk as the restored one will be: converted, or called otherwise, as the survey says; else as it was. */
int hc_disk_as_restored(const struct hc_manifest_disk *disk, const struct hc_survey *survey,
			struct hc_arena *arena, struct hc_manifest_disk *ret,
			struct hc_err *err);

#endif
