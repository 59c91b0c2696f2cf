/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Disks: what they are, what lies on them, and the one way to write to one.
 *
 * Shape:   describe (identity, partitions, what it holds) · table (partition table as bytes and as a list) ·
 *          target (an exclusively opened disk or image file that is about to be written)
 * Units:   bytes throughout; offsets and lengths of direct writes are multiples of the logical sector.
 * Owner:   lists live in the caller's arena; a target is closed by hc_target_close.
 * Errors:  H_DISK_*, H_TARGET_BAD.
 * Source:  UEFI 2.10 section 5 (GPT and MBR); hazards 2, 3, 4, 5, 18, 19.
 *
 * Tables are read by a reader of our own: libfdisk wants a device or a file, and takes the backup GPT in
 * silence when the primary one is damaged; backups have neither, and must not.  libfdisk is the witness
 * (hc_table_witness): what we read and what we wrote must look the same to it.
 */
#ifndef HC_DISK_DISK_H
#define HC_DISK_DISK_H

#include "restore/base/io.h"
#include "restore/model/facts.h"
#include "restore/model/manifest.h"
#include "restore/model/plan.h"
#include "restore/model/survey.h"

/* ---------------------------------------------------------------- describe */

/* In in_use_by of the disk that halcyon.medium= on the kernel line names. */
#define HC_DISK_BOOT_MEDIUM "boot medium"

struct hc_disk_list {
	struct hc_disk *items;
	size_t count;
};

/*
 * Every disk of this machine (sysroot NULL), or of a recorded tree, in which no device is opened.
 * Names, sizes and users come from sysfs and procfs; then each disk is opened for reading.  One that can't be read is
 * listed all the same, and `holds` says why: it may be the one that failed.
 * Two paths with one WWN are one disk; loop devices, optical drives and eMMC boot areas are none.
 */
int hc_disk_list(const char *sysroot, struct hc_arena *arena, struct hc_disk_list *ret,
		 struct hc_err *err);
/* One block device or image file.  Symbolic links to devices (/dev/disk/by-id) are followed; a link
 * to a file is H_TARGET_BAD (hazards 3). */
int hc_disk_describe(const char *path, struct hc_arena *arena, struct hc_disk *ret,
		     struct hc_err *err);

/* ---------------------------------------------------------------- tables */

struct hc_table {
	unsigned type;  /* enum hc_table_type */
	const char *id; /* disk GUID, or MBR signature */
	uint64_t logical_block;
	struct hc_partitions partitions; /* by start; without the extended partition itself */
	struct hc_span sector0;          /* first logical sector */
	struct hc_span gpt_header;       /* GPT only */
	struct hc_span gpt_entries;      /* GPT only: byte for byte */
};

/*
 * `logical_block` 0: found out by looking for the GPT header at 512 and 4096 (image files).
 * No table (a blank disk, or a file system without partitions) is HC_TABLE_NONE, not an error.
 * H_DISK_TABLE: a GPT whose primary header or entries are damaged (the text says whether the backup is
 * intact; it is never used by itself), a GPT without its protective MBR, a broken chain of extended boot
 * records.  H_DISK_LAYOUT: partitions overlap, or lie outside the disk.
 */
int hc_table_read(struct hc_io *disk, uint64_t logical_block, struct hc_arena *arena,
		  struct hc_table *ret, struct hc_err *err);
/* Whether libfdisk sees the same table: type, id, and each partition's number, place and type. H_DISK_TABLE
 * naming the first difference.  Through a sparse copy in memory that holds the tables' sectors alone. */
int hc_table_witness(struct hc_io *disk, const struct hc_table *table, struct hc_err *err);
/*
 * The writes that put a backup's table on a target of `target_size` bytes: MBR sector, GPT headers
 * recomputed (backup at the target's end), entry array byte for byte.  In the order in which they
 * are to be written: backup GPT, primary GPT, sector 0.  Whole sectors.  Pure.
 * HC_TABLE_NONE: no writes.  Extended boot records are data of the gaps between partitions, not of the table.
 * A protective MBR's length is adjusted where it was the whole disk; everything else of sector 0 stays.
 * H_DISK_TOO_SMALL when a partition would not fit; H_DISK_TABLE when the manifest's bytes are no table.
 */
int hc_table_writes(const struct hc_manifest_disk *disk, uint64_t target_size,
		    struct hc_arena *arena, struct hc_plan_writes *ret, struct hc_err *err);
/*
 * The backup's disk under another identity: its table bytes, ids and partition GUIDs, checksums recomputed; everything else as
 * it is, in a copy.  Pure.  H_DISK_TABLE when the manifest's bytes are no table; H_DOC_SCHEMA for ids that are none.
 */
int hc_table_rename(const struct hc_manifest_disk *disk, const struct hc_new_identity *identity,
		    struct hc_arena *arena, struct hc_manifest_disk *ret, struct hc_err *err);
/* Adds to `list` what the target's size makes of the table's limits, for people: space beyond 2 TiB (of 512-byte
 * sectors) can't be used with an MBR. */
int hc_table_losses(const struct hc_manifest_disk *disk, uint64_t target_size,
		    struct hc_arena *arena, struct hc_strings *list, struct hc_err *err);
/* What must be overwritten with zeros first, so that an interrupted restore never looks bootable: sector
 * 0, the GPT header and entries at both ends (of the table that is there now and of the new one): the first and
 * the last 24 KiB, which holds them at any sector size and ends before the 63rd sector. */
int hc_table_invalidate(uint64_t target_size, uint64_t logical_block, struct hc_arena *arena,
			struct hc_plan_ranges *ret, struct hc_err *err);

/* ---------------------------------------------------------------- target */

struct hc_target;

/*
 * Opens a disk O_EXCL|O_DIRECT, or an image file (locked; created sparse at `create_size` bytes when it
 * doesn't exist and create_size is not 0).  Then compares what it opened with `identity`
 * (hc_identity of the plan; NULL: no comparison): H_DISK_IDENTITY when it isn't the same.
 * H_DISK_IN_USE, naming by whom: mounted, swap, held by LVM or md, attached to a loop device, locked by QEMU.
 * H_TARGET_BAD: a partition, a folder, a symbolic link to a file.
 */
int hc_target_open(const char *path, const struct hc_identity *identity, uint64_t create_size,
		   struct hc_target **ret, struct hc_err *err);
/* What was found on the opened descriptor: size, serial and WWN by its device number, edges as they are now. */
int hc_target_identity(struct hc_target *target, struct hc_arena *arena,
		       struct hc_identity *ret, struct hc_err *err);
/* The comparison that hc_target_open makes.  H_DISK_IDENTITY names the first difference.  `plan` without edges:
 * the content is not compared (a run that is carried on).  Without serial and WWN, or with shared ones, the place
 * on the bus counts. */
int hc_identity_check(const char *path, const struct hc_identity *plan,
		      const struct hc_identity *found, struct hc_err *err);
uint64_t hc_target_size(const struct hc_target *target);
uint64_t hc_target_logical_block(const struct hc_target *target);
/* Safe from several threads at once, on ranges that do not overlap. Buffers are aligned to 4096;
 * offset and length to the logical block. */
int hc_target_write(struct hc_target *target, uint64_t offset, const void *buf, size_t length,
		    struct hc_err *err);
/* From the medium, not the page cache, where the target can do that (see hc_target_independent). */
int hc_target_read(struct hc_target *target, uint64_t offset, void *buf, size_t length,
		   struct hc_err *err);
/* Whether reading goes past the page cache (hazards 18). */
bool hc_target_independent(const struct hc_target *target);
/*
 * Makes a range read as zeros.  `must` true: by hole punching, zero-out, or written zeros.  `must`
 * false: only if it is cheap; *ret_zeroed says whether it was done.
 */
int hc_target_zero(struct hc_target *target, struct hc_extent range, bool must,
		   bool *ret_zeroed, struct hc_err *err);
/* BLKDISCARD of a range; nothing for what can't. Only after confirmation (hazards 18). */
int hc_target_discard(struct hc_target *target, struct hc_extent range, struct hc_err *err);
int hc_target_flush(struct hc_target *target, struct hc_err *err);
/* The target as an io, for reading and writing at any offset: borrowed, its close leaves the target open; flush is
 * hc_target_flush. */
int hc_target_io(struct hc_target *target, struct hc_io **ret, struct hc_err *err);
/* Tells the kernel to forget (before) or to read again (after) the partitions. */
int hc_target_drop_partitions(struct hc_target *target, struct hc_err *err);
int hc_target_reread_partitions(struct hc_target *target, struct hc_err *err);
void hc_target_close(struct hc_target *target);

/* ---------------------------------------------------------------- names of devices in /sys */

/* "0000:00:1f.2" */
bool hc_disk_is_pci_address(const char *text);
/* "f8b3781a-1e82-4818-a1c3-63d806ec15bb": a device of VMBus */
bool hc_disk_is_guid(const char *text);

#endif
