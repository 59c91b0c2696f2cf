/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing files to a volume: the few operations that repairs need.
 *
 * Shape:   a volume opened here reads like any other (volume.h) and takes the operations below.  It writes through the
 *          hc_io it was opened on, which is an overlay (disk/overlay.h): nothing here reaches a disk by itself, and a
 *          failed operation leaves an overlay that is to be thrown away, not a half-written disk.
 *          NTFS through libntfs-3g, at once; FAT through mtools on a copy (in TMPDIR or /tmp), of which what changed
 *          goes to the io when the volume is finished.
 * Units:   bytes; paths as in volume.h.  New names must be ones that Windows allows (H_UNSUPPORTED).
 * Owner:   hc_volume_finish writes out and closes, whatever it returns.  hc_volume_close writes nothing more: then what an
 *          NTFS volume wrote so far is half of something, and the io is to be thrown away too.
 * Errors:  H_VOLUME_READ_ONLY: the volume was not opened here, is hibernated, has a journal that was not replayed (replay.h does that;
 *          hazards 12), or is of a kind that can't be written; or the file is one of NTFS's own.
 *          Before a change, so that nothing has happened but that folders may have been made: those, H_PATH_NOT_FOUND,
 *          H_UNSUPPORTED, H_FILE_ENCRYPTED, H_REPARSE_UNSUPPORTED (links in a path or at its end are not followed),
 *          and H_VOLUME_FULL on NTFS nearly always.
 *          In the middle of one: H_VOLUME_WRITE, H_VOLUME_FULL on FAT, and what the io raises; every later change, and
 *          hc_volume_finish, is H_VOLUME_WRITE then.
 * Source:  hazards 11, 12, 23, 24; windows-offline.md section 10; libntfs-3g 2022.10.3; mtools 4.0.32.
 * Example:
 *	if (hc_volume_open_write(overlay, 0, &volume, err) < 0)
 *		return -1;
 *	if (hc_volume_write(volume, "C:/boot.ini", text, err) < 0) {
 *		hc_volume_close(volume);
 *		return -1;
 *	}
 *	return hc_volume_finish(volume, err);
 *
 * Opening and finishing without a change writes nothing.  libntfs-3g is never told to recover, and $LogFile is not
 * written here: a clean one is clean before and after (replay.h drops one, on request).  $UsnJrnl and quotas are not kept up.
 */
#ifndef HC_VOLUME_WRITE_H
#define HC_VOLUME_WRITE_H

#include "restore/volume/volume.h"

/* For hc_volume_open_write: although Windows would resume on it, since its hibernation file is about to be removed. */
#define HC_WRITE_HIBERNATED 1u

/* As hc_volume_open, for both; the io is borrowed, and is not written to before the first change. */
int hc_volume_open_write(struct hc_io *io, unsigned flags, struct hc_volume **ret,
			 struct hc_err *err);
/* Writes out what is left, and closes. */
int hc_volume_finish(struct hc_volume *volume, struct hc_err *err);

/* The file's content becomes `content`; names, attributes and security stay, and on NTFS the clusters it has, as far as it
 * needs them.  A file that isn't there is made, with the folders above it; it inherits access control, and has a short name.
 * A compressed or sparse file, or one that WOF compressed, becomes an ordinary one. */
int hc_volume_write(struct hc_volume *volume, const char *path, struct hc_span content,
		    struct hc_err *err);
/* With the folders above it; fine if it is there. */
int hc_volume_make_folder(struct hc_volume *volume, const char *path, struct hc_err *err);
/* A file, or a folder with all that is in it; fine if it isn't there.  Links are removed, never followed. */
int hc_volume_remove(struct hc_volume *volume, const char *path, struct hc_err *err);
/* A protected DACL: SYSTEM and Administrators, full, inherited by what is made below later, not by what is there; read
 * back and compared (hazards 24).  H_UNSUPPORTED on FAT. */
int hc_volume_protect(struct hc_volume *volume, const char *path, struct hc_err *err);
/* Whether it has that DACL, and belongs to either; for volumes opened by hc_volume_open too. */
int hc_volume_is_protected(struct hc_volume *volume, const char *path, bool *ret,
			   struct hc_err *err);
/* The dirty flag: of NTFS in $Volume, bit 0; of FAT in the boot sector, and in FAT[1] unless it is FAT12. */
int hc_volume_set_dirty(struct hc_volume *volume, bool dirty, struct hc_err *err);
/* Where a file's content lies on the volume, in its order; on the heap, hc_extents_done.  H_UNSUPPORTED for content that
 * is not stored as it is read (in the $MFT, with holes, compressed, encrypted, not written to its end).  For volumes opened by
 * hc_volume_open too.  On FAT opened for writing the places are those of the copy, and of the io once finished. */
int hc_volume_file_extents(struct hc_volume *volume, const char *path, struct hc_extents *ret,
			   struct hc_err *err);

#endif
