/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files on a volume, and what of a volume has to be captured.
 *
 * Shape:   a volume reads through a struct hc_io: a partition's window of a disk, or a backup's blob.
 *          It is NTFS, through libntfs-3g, or FAT, through mtools, which reads a file or device in place and
 *          a copy of any other io (without its zeros, in TMPDIR or /tmp, as long as the volume is open).
 *          A directory of this machine stands in for a volume.  Anything else is H_VOLUME_FORMAT.
 *          Only NTFS has a map; the others refuse it (H_UNSUPPORTED).
 * Units:   bytes from the start of the volume; times are seconds since 1970, UTC.
 * Owner:   the io outlives the volume; lists on the heap are freed by hc_extents_done and hc_volume_map_done,
 *          names live in the caller's arena.
 * Threads: one thread at a time.
 * Errors:  H_VOLUME_FORMAT, H_PATH_NOT_FOUND, H_REPARSE_UNSUPPORTED, H_FILE_ENCRYPTED, H_WOF_DAMAGED; H_DISK_READ and
 *          whatever else the io raises.
 *          FAT keeps local time, which is taken for UTC, and label and serial are those of its boot sector.
 * Source:  hazards 11, 12, 17, 19; transport.md section 3; windows-offline.md section 10.
 * Example:
 *	if (hc_volume_open(io, &volume, err) < 0 ||
 *	    hc_volume_read_all(volume, "C:/Windows/win.ini", 65536, &text, err) < 0)
 *		return -1;
 */
#ifndef HC_VOLUME_VOLUME_H
#define HC_VOLUME_VOLUME_H

#include "restore/base/arena.h"
#include "restore/base/io.h"
#include "restore/model/manifest.h"

struct hc_volume;

struct hc_volume_info {
	const char *kind;  /* "ntfs", "fat", "directory" */
	const char *label; /* UTF-8, "" for none */
	uint64_t serial;   /* NTFS: 64 bits, FAT: 32, as in the boot sector */
	uint64_t cluster_size;
	uint64_t sector_size;
	uint64_t
		clusters_end; /* where the last cluster ends; the backup boot sector lies behind */
	struct hc_volume_state state;
};

/* By its first sector: encrypted by BitLocker, so that nothing of it can be read.  False where that can't be read. */
bool hc_volume_is_bitlocker(struct hc_io *io);

/* The io is borrowed.  A volume that was not closed properly is opened all the same: nothing is repaired, and
 * info says so. */
int hc_volume_open(struct hc_io *io, struct hc_volume **ret, struct hc_err *err);
/* A directory of this machine that holds what a volume would: files only, so the map and the zeroed extents are
 * refused (H_UNSUPPORTED).  Links are listed and never followed; only the letters A to Z match in either case;
 * names that are no UTF-8 are not there. */
int hc_volume_open_dir(const char *path, struct hc_volume **ret, struct hc_err *err);
void hc_volume_close(struct hc_volume *volume);
/* Valid until the volume is closed. */
const struct hc_volume_info *hc_volume_info(const struct hc_volume *volume);

/* ---------------------------------------------------------------- what is to be captured */

/* Offsets, sorted, each once. */
struct hc_cuts {
	uint64_t *items;
	size_t count;
	size_t room;
};

struct hc_volume_map {
	/* What no file uses: not $Bitmap, not the runs of any file, and not the journal when it was not
	 * replayed.  Sorted and merged.  What lies behind the last cluster is used: the backup boot
	 * sector is there (hazards 19). */
	struct hc_extents free;
	/* False: the journal was not replayed and makes no sense, so clusters may be in use that
	 * nothing says so of. */
	bool free_known;
	/* Where files lie: the start of each data run of each file, and its steps of 1 MiB counted
	 * from the file's start; those that are multiples of 4 KiB.  Chunks cut here are the same on
	 * every machine that has the same files (transport.md section 3). */
	struct hc_cuts cuts;
	/* Clusters that a file uses although $Bitmap calls them free: 0 on a sound volume. */
	uint64_t misfits;
	/* Clusters that only the journal allocates. */
	uint64_t logged;
};

/* Reads all of $Bitmap and $MFT. */
int hc_volume_map(struct hc_volume *volume, struct hc_volume_map *ret, struct hc_err *err);
void hc_volume_map_done(struct hc_volume_map *map);
/*
 * Contents that are worth nothing on another day: those of the page and swap file, and of a
 * hibernation file that no boot will resume from (or of any, with `discard_hibernation`).
 * Sorted; the names, such as "\pagefile.sys", are added to `names`.
 */
int hc_volume_zeroed_extents(struct hc_volume *volume, bool discard_hibernation,
			     struct hc_arena *arena, struct hc_strings *names,
			     struct hc_extents *ret, struct hc_err *err);

/* ---------------------------------------------------------------- files */

enum hc_entry_type {
	HC_ENTRY_FILE,
	HC_ENTRY_FOLDER,
	HC_ENTRY_LINK, /* symbolic link or mount point; see target */
	HC_ENTRY_OTHER, /* a file whose content lies elsewhere, or can't be decoded: see reparse_tag */
};

extern const char *const hc_entry_type_names[]; /* file folder link other */

struct hc_entry {
	const char *name; /* UTF-8 */
	unsigned type;    /* enum hc_entry_type */
	uint64_t size;    /* 0 for folders */
	int64_t modified;
	int64_t created;
	uint32_t attributes;  /* [MS-FSCC] 2.6 */
	uint32_t reparse_tag; /* [MS-FSCC] 2.1.2.1; 0 for none */
	const char *target;   /* of links, as Windows shows it; else NULL */
};

struct hc_entries {
	struct hc_entry *items;
	size_t count;
};

/*
 * Paths are written as Windows writes them, with either slash: C:/Windows/x, \Windows\x, Windows/x.  The
 * drive letter is ignored, since the volume was chosen already; case does not matter.
 * Links inside a path are not followed.
 */
int hc_volume_stat(struct hc_volume *volume, const char *path, struct hc_arena *arena,
		   struct hc_entry *ret, struct hc_err *err);
/* What a folder holds, by name; without "." and ".." and NTFS's own files.  H_PATH_NOT_FOUND when it
 * isn't a folder. */
int hc_volume_list(struct hc_volume *volume, const char *path, struct hc_arena *arena,
		   struct hc_entries *ret, struct hc_err *err);

/* Takes the next bytes of a file; -1 with err set stops the reading. */
struct hc_sink {
	int (*take)(void *ctx, struct hc_span bytes, struct hc_err *err);
	void *ctx;
};

/* The file's content from start to end; what the Windows Overlay Filter compressed is decoded, and damage to it is
 * H_WOF_DAMAGED.  Never zeros in place of a content that lies elsewhere: in a WIM, deduplicated, in the cloud
 * (H_REPARSE_UNSUPPORTED) or encrypted (H_FILE_ENCRYPTED). */
int hc_volume_read(struct hc_volume *volume, const char *path, struct hc_sink sink,
		   struct hc_err *err);
/* The same, appended to `out`; a file larger than `max` is an error. */
int hc_volume_read_all(struct hc_volume *volume, const char *path, size_t max,
		       struct hc_buf *out, struct hc_err *err);

#endif
