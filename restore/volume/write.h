/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing files to a volume: the few operations that repairs need.
 *
 * Shape:   a volume opened here reads like any other (volume.h) and takes the operations below.  It writes through the
 *          hc_io it was opened on, which is an overlay (disk/overlay.h): nothing here reaches a disk by itself, and a
 *          failed operation leaves an overlay that is to be thrown away, not a half-written disk.
 *          NTFS through libntfs-3g; FAT through mtools on a copy, of which what changed goes to the io when the
 *          volume is finished.
 * Units:   bytes; paths as in volume.h.
 * Owner:   hc_volume_finish writes out and closes, whatever it returns; hc_volume_close throws away.
 * Errors:  H_VOLUME_READ_ONLY: the volume was not opened here, is hibernated, has a journal that was not replayed (replay.h does that;
 *          hazards 12), or is of a kind that can't be written.  H_VOLUME_FULL.  H_VOLUME_WRITE.  H_PATH_NOT_FOUND.
 * Source:  hazards 11, 12, 23, 24; windows-offline.md section 10.
 *
 * libntfs-3g is never told to recover, and its $LogFile stays as it is: a clean one is clean before and after.
 */
#ifndef HC_VOLUME_WRITE_H
#define HC_VOLUME_WRITE_H

#include "restore/volume/volume.h"

/* For hc_volume_open_write: although Windows would resume on it, since its hibernation file is about to be removed. */
#define HC_WRITE_HIBERNATED 1u

int hc_volume_open_write(struct hc_io *io, unsigned flags, struct hc_volume **ret,
			 struct hc_err *err);
/* Writes out what is left, and closes. */
int hc_volume_finish(struct hc_volume *volume, struct hc_err *err);

/* The file's content becomes `content`, in place as far as it was there: attributes, security, names and the clusters it has
 * stay.  A file that isn't there is made, with the folders above it.  A compressed file (by NTFS or WOF) becomes an
 * ordinary one. */
int hc_volume_write(struct hc_volume *volume, const char *path, struct hc_span content,
		    struct hc_err *err);
/* With the folders above it; fine if it is there. */
int hc_volume_make_folder(struct hc_volume *volume, const char *path, struct hc_err *err);
/* A file, or a folder with all that is in it; fine if it isn't there.  Links are removed, never followed. */
int hc_volume_remove(struct hc_volume *volume, const char *path, struct hc_err *err);
/* [MS-FSCC] 2.6 attributes: READONLY, HIDDEN, SYSTEM, ARCHIVE are set as given. */
int hc_volume_set_attributes(struct hc_volume *volume, const char *path, uint32_t attributes,
			     struct hc_err *err);
/* A protected DACL: SYSTEM and Administrators, full, inherited by what is made below; read back and compared (hazards 24).
 * H_UNSUPPORTED on FAT. */
int hc_volume_protect(struct hc_volume *volume, const char *path, struct hc_err *err);
/* Whether it has that DACL. */
int hc_volume_is_protected(struct hc_volume *volume, const char *path, bool *ret,
			   struct hc_err *err);
/* The NTFS dirty flag ($Volume, bit 0). */
int hc_volume_set_dirty(struct hc_volume *volume, bool dirty, struct hc_err *err);
/* Where a file's content lies on the volume, in its order; on the heap, hc_extents_done.  H_UNSUPPORTED for content that
 * is not stored as it is read (resident, sparse, compressed). */
int hc_volume_file_extents(struct hc_volume *volume, const char *path, struct hc_extents *ret,
			   struct hc_err *err);

#endif
