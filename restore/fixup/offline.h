/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An offline machine: the volumes of the disk that Windows starts from, and the Windows on it.
 *
 * Shape:   volumes[] in the order of the partition table, opened for reading; `system` holds Windows, `boot` what starts
 *          it (the EFI system partition, the active partition; often the same as `system`).  A volume whose journal was not
 *          replayed is shown as it will be, by an overlay in memory (volume/replay.h); as it is where that fails.
 * Owner:   hc_offline_close closes volumes and hives; the io, and what lives in the arena, are the caller's.
 * Errors:  H_NOT_FOUND when there is no Windows; those of reading.
 * Example:
 *	if (hc_offline_open_disk(io, &table, &arena, &offline, err) < 0)
 *		return -1;
 *	printf("%s\n", offline.windows->product);
 *	hc_offline_close(&offline);
 */
#ifndef HC_FIXUP_OFFLINE_H
#define HC_FIXUP_OFFLINE_H

#include "restore/base/io.h"
#include "restore/hive/hive.h"
#include "restore/model/facts.h"
#include "restore/model/windows.h"
#include "restore/volume/volume.h"

#define HC_OFFLINE_NONE SIZE_MAX

struct hc_offline_volume {
	uint64_t number;  /* of the partition */
	const char *name; /* "partition 2": for messages */
	struct hc_partition
		entry;    /* place, type and ids as the table has them, or will have them */
	struct hc_io *io; /* of the whole partition, with its first sector */
	struct hc_volume
		*volume; /* NULL: not of a kind that can be opened (MSR, BitLocker …) */
	struct hc_io
		*overlay; /* with its journal replayed: then `io` is this; NULL: not needed */
};

/* A hive that was opened for looking. */
struct hc_offline_hive {
	size_t volume;
	const char *path; /* /Windows/System32/config/SYSTEM */
	struct hc_hive_loaded loaded;
};

struct hc_offline {
	struct hc_arena *arena;
	struct hc_io *disk; /* NULL: of a backup, where only the volumes are known */
	uint64_t logical_block;
	uint64_t disk_size;
	unsigned table;       /* enum hc_table_type */
	const char *table_id; /* disk GUID, or MBR signature as eight hex digits */
	struct hc_offline_volume *volumes;
	size_t count;
	size_t system, boot; /* HC_OFFLINE_NONE: not found */
	struct hc_windows *windows;
	const char *root; /* "/Windows" */
	struct {
		struct hc_offline_hive *items;
		size_t count;
	} hives;
	struct hc_io *
		*owned; /* ios of volumes that hc_offline_close closes; NULL: the caller's */
};

/* What of a disk is opened: a row for each partition, with an io of its bytes.  The ios are borrowed. */
struct hc_offline_part {
	struct hc_partition entry;
	struct hc_io *io;
};

struct hc_offline_layout {
	struct hc_io *disk; /* may be NULL */
	uint64_t logical_block, disk_size;
	unsigned table;
	const char *table_id;
	const struct hc_offline_part *parts;
	size_t count;
};

/* `windows` NULL: it is inspected; else what is known of it already. */
int hc_offline_open(const struct hc_offline_layout *layout, struct hc_windows *windows,
		    struct hc_arena *arena, struct hc_offline *ret, struct hc_err *err);
/* The same of a whole disk, by its partition table (H_DISK_TABLE …); `disk` outlives it. logical_block 0: found out. */
int hc_offline_open_disk(struct hc_io *disk, uint64_t logical_block, struct hc_arena *arena,
			 struct hc_offline *ret, struct hc_err *err);
void hc_offline_close(struct hc_offline *offline);

/*
 * The hive \Windows\System32\config\NAME (SYSTEM, SOFTWARE, DRIVERS …), or the one at `path` of a volume, brought up to date
 * in memory and kept until the offline machine is closed.
 * H_PATH_NOT_FOUND: there is none.  H_HIVE_DIRTY: its logs can't make it whole; it is never to be written (hazards 13),
 * and a fixup that needs it says so in a note.
 */
int hc_offline_hive(struct hc_offline *offline, const char *name, struct hc_hive **ret,
		    struct hc_err *err);
int hc_offline_hive_at(struct hc_offline *offline, size_t volume, const char *path,
		       struct hc_hive **ret, struct hc_err *err);

/* HC_NT(6, 1) of its version; 0: unknown. */
unsigned hc_offline_version(const struct hc_offline *offline);

#endif
