/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libntfs-3g, included in one place, and what the parts of the NTFS reader share. */
#ifndef HC_VOLUME_NTFS_PRIV_H
#define HC_VOLUME_NTFS_PRIV_H

#include <stdlib.h>
#include <sys/types.h>

/* Its headers include what they need only when told so. */
#define HAVE_GETTIMEOFDAY 1
#define HAVE_STDARG_H     1
#define HAVE_STDIO_H      1
#define HAVE_SYS_STAT_H   1
#define HAVE_SYS_TYPES_H  1
#define HAVE_TIME_H       1

#include <ntfs-3g/types.h>

#include <ntfs-3g/attrib.h>
#include <ntfs-3g/cache.h>
#include <ntfs-3g/device.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/index.h>
#include <ntfs-3g/inode.h>
#include <ntfs-3g/layout.h>
#include <ntfs-3g/logfile.h>
#include <ntfs-3g/logging.h>
#include <ntfs-3g/reparse.h>
#include <ntfs-3g/runlist.h>
#include <ntfs-3g/security.h>
#include <ntfs-3g/unistr.h>
#include <ntfs-3g/volume.h>

#include "restore/volume/volume_priv.h"
#include "restore/volume/wof_priv.h"

struct hc_ntfs_lost {
	struct hc_ntfs_lost *next;
	uint64_t offset;
	size_t size;
	uint8_t bytes[];
};

struct hc_ntfs {
	struct hc_volume volume;
	struct ntfs_device *device;
	ntfs_volume *ntfs;
	s64 position; /* of the device, for libntfs-3g's seek and read */
	/* Why the io last failed: libntfs-3g knows errno only. */
	struct hc_err io_err;
	bool io_failed;
	/* Why the io did not take a write.  Nothing is written after that; but libntfs-3g does not free what it could not
	 * write, and comes to grief where it reads what it did not expect.  So it is told that all went well, and reads its
	 * writes back from here. */
	struct hc_err write_err;
	bool write_failed;
	struct hc_ntfs_lost *lost, **lost_end;
	bool discard; /* closing without hc_volume_finish */
	unsigned
		journal_major; /* of the version of $LogFile; 0: it is empty or makes no sense */
};

/* Opens the device over n->volume.io, writable with n->volume.writer, and mounts it; -1 with errno. */
int hc_ntfs_mount(struct hc_ntfs *n);
/* Its journal may hold what the volume does not have yet. */
bool hc_ntfs_needs_replay(const struct hc_ntfs *n);
/* All of $LogFile becomes 0xff, which Windows takes for a new one. */
int hc_ntfs_empty_journal(struct hc_ntfs *n, struct hc_err *err);

/* Sets err from what the io raised, else from errno, as H_VOLUME_FORMAT. */
int hc_ntfs_fail(struct hc_ntfs *n, struct hc_err *err, const char *what, const char *path);

/* What a file with a reparse point is; `why`: NULL for what the tag says. */
int hc_ntfs_refuse_reparse(const char *path, uint32_t tag, const char *why, struct hc_err *err);

/* The inode of a path; NULL with err set. Closed by ntfs_inode_close. */
ntfs_inode *hc_ntfs_lookup(struct hc_ntfs *n, const char *path, struct hc_err *err);
/* 0 when there is no such attribute, or it can't be read. */
uint32_t hc_ntfs_reparse_tag(ntfs_inode *inode);
/* The reparse data, malloced; NULL when there is none that makes sense. */
uint8_t *hc_ntfs_reparse_data(ntfs_inode *inode, size_t *ret_size);
/* NULL: the file has the tag HC_TAG_WOF, and hc_ntfs_wof_read can read it; else why not (hc_wof_parse). */
const char *hc_ntfs_wof_parse(ntfs_inode *inode, struct hc_wof *ret);
int hc_ntfs_wof_read(struct hc_ntfs *n, ntfs_inode *inode, const struct hc_wof *wof,
		     const char *path, struct hc_sink sink, struct hc_err *err);
/* A hibernation file that a boot will resume from. */
bool hc_ntfs_is_hibernated(struct hc_ntfs *n);

/* The walk of a volume that finds out what is used (ntfs_walk.c, ntfs_log.c). */
struct hc_walk {
	struct hc_ntfs *n;
	uint64_t cluster_size;
	uint64_t clusters;
	uint8_t *bitmap; /* a bit per cluster: 1 is used */
	struct hc_cuts cuts;
	uint64_t misfits;
	uint64_t logged;
	uint64_t marked; /* clusters of all runs so far */
};

/* Marks clusters, all of them on the volume, as used; returns how many were not. */
uint64_t hc_walk_use(struct hc_walk *walk, uint64_t first, uint64_t count);
/* Marks what the journal allocates.  *ret_known is false when the journal makes no sense. */
int hc_ntfs_log_uses(struct hc_walk *walk, bool *ret_known, struct hc_err *err);

/*
 * Writing.  What is called "changed" marks the volume as broken when it fails; before the first change a refusal
 * leaves it as it was.
 */

/* The operation's end: `result`, or failure when the io took less than libntfs-3g believes. */
int hc_ntfs_changed(struct hc_ntfs *n, int result, const char *what, const char *path,
		    struct hc_err *err);
/* Sets err from the io or errno, and marks the volume as broken. */
int hc_ntfs_change_failed(struct hc_ntfs *n, const char *what, const char *path,
			  struct hc_err *err);
/* The inode of a path that may be changed: not one of NTFS's own files; NULL with err set. */
ntfs_inode *hc_ntfs_lookup_own(struct hc_ntfs *n, const char *path, struct hc_err *err);
/* H_VOLUME_FULL when there is no room for so many clusters and what describes them. */
int hc_ntfs_check_room(struct hc_ntfs *n, uint64_t clusters, const char *path,
		       struct hc_err *err);
/* A new, empty file, with the folders above it. */
int hc_ntfs_make(struct hc_ntfs *n, const char *path, struct hc_err *err);
/* The descriptor of what is made in a folder. */
int hc_ntfs_inherit(struct hc_ntfs *n, ntfs_inode *folder, bool for_folder, struct hc_buf *ret,
		    struct hc_err *err);
/* -1 with errno set. */
int hc_ntfs_set_descriptor(struct hc_ntfs *n, ntfs_inode *inode, const struct hc_buf *bytes);

extern const struct hc_volume_writer hc_ntfs_writer;

int hc_ntfs_write(struct hc_volume *, const char *, struct hc_span, struct hc_err *);
int hc_ntfs_make_folder(struct hc_volume *, const char *, struct hc_err *);
int hc_ntfs_remove(struct hc_volume *, const char *, struct hc_err *);
int hc_ntfs_protect(struct hc_volume *, const char *, struct hc_err *);
int hc_ntfs_is_protected(struct hc_volume *, const char *, bool *, struct hc_err *);
int hc_ntfs_file_extents(struct hc_volume *, const char *, struct hc_extents *,
			 struct hc_err *);

int hc_ntfs_map(struct hc_volume *, struct hc_volume_map *, struct hc_err *);
int hc_ntfs_zeroed_extents(struct hc_volume *, bool, struct hc_arena *, struct hc_strings *,
			   struct hc_extents *, struct hc_err *);
int hc_ntfs_stat(struct hc_volume *, const char *, struct hc_arena *, struct hc_entry *,
		 struct hc_err *);
int hc_ntfs_list(struct hc_volume *, const char *, struct hc_arena *, struct hc_entries *,
		 struct hc_err *);
int hc_ntfs_read(struct hc_volume *, const char *, struct hc_sink, struct hc_err *);

#endif
