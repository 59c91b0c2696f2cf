/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bringing an NTFS volume up to date from its own journal, $LogFile, as Windows does when it mounts it.
 *
 * Shape:   done once, before a volume that was in use is opened for writing (write.h).  What was logged and committed and
 *          has not reached its place yet is written there; then the journal is clean, in version 1.1.  It is the program
 *          ntfsrecover of ntfs-3g that replays, in a process of its own.
 *          Anything but NTFS, and a volume whose journal is clean, stays as it is.
 * Units:   records of the journal.
 * Owner:   the io is borrowed and writable: an overlay in practice (disk/overlay.h).  It is written to at the end only,
 *          when the replayed volume was looked at and is sound; a write that fails there leaves an overlay to throw away.
 * Errors:  H_VOLUME_REPLAY: the journal can't be replayed; H_VOLUME_UNSOUND: the volume is not sound afterwards; those of
 *          hc_volume_open, and of reading the io.  Nothing was written then.
 * Source:  hazards 12; docs/decisions/0011-journal-replay.md, with what ntfsrecover leaves undone.
 * Example:
 *	if (hc_volume_replay(overlay, &replayed, err) < 0 ||
 *	    hc_volume_open_write(overlay, 0, &volume, err) < 0)
 *		return -1;
 */
#ifndef HC_VOLUME_REPLAY_H
#define HC_VOLUME_REPLAY_H

#include "restore/volume/volume.h"

struct hc_volume_replayed {
	bool needed; /* false: the journal is clean, and what follows is 0 */
	unsigned
		log_major; /* version of the journal: 1 (1.1), or 2 (2.0, by a Windows 8 or later in use) */
	uint64_t redone;  /* records whose change was not on the volume yet */
	uint64_t aborted; /* records of transactions that never came to their end: left alone */
};

/* Whether the volume was hibernated is the caller's business: hc_volume_open_write refuses it. */
int hc_volume_replay(struct hc_io *io, struct hc_volume_replayed *ret, struct hc_err *err);

/*
 * For a journal that can't be replayed, when its loss is accepted: it is emptied, and the volume marked as dirty, so that Windows
 * checks it when it starts.  What was logged and had not reached its place is lost.  Nothing happens where there is no
 * journal to replay.  H_VOLUME_UNSOUND, with nothing written: files use clusters that $Bitmap calls free, which
 * a change of the volume would overwrite.
 */
int hc_volume_drop_journal(struct hc_io *io, struct hc_err *err);

/*
 * For looking: hc_volume_open of the volume as it will be once it was replayed; as it is where that can't be done.
 * The io is not written.  *ret_overlay holds the difference, in memory, and is closed after the volume; NULL for none.
 */
int hc_volume_open_replayed(struct hc_io *io, struct hc_volume **ret,
			    struct hc_io **ret_overlay, struct hc_err *err);

#endif
