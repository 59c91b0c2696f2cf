/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replaying a volume's journal on an overlay, and looking at what came out. */
#include "restore/disk/overlay.h"
#include "restore/volume/ntfs_priv.h"
#include "restore/volume/replay_priv.h"

#include <string.h>

/* What is logged between two checkpoints, a few seconds of work: some MiB on a busy server. */
#define BUDGET     (64u << 20)
#define COPY_PIECE 65536u

static const struct hc_replay_limits limits = { .silence_ms = 60000, .total_ms = 600000 };

/* ---------------------------------------------------------------- before and after */

static struct hc_ntfs *
as_ntfs(struct hc_volume *volume)
{
	return strcmp(volume->info.kind, "ntfs") == 0 ? (struct hc_ntfs *)volume : NULL;
}

/* Whether there is anything to do, and on what blocks. */
static int
look(struct hc_io *io, struct hc_volume_replayed *ret, uint32_t *ret_sector, struct hc_err *err)
{
	struct hc_volume *volume;
	struct hc_ntfs *n;

	*ret = (struct hc_volume_replayed){ 0 };
	*ret_sector = 512;
	if (hc_volume_open(io, &volume, err) < 0)
		return -1;
	n = as_ntfs(volume);
	if (n != NULL && hc_ntfs_needs_replay(n)) {
		ret->needed = true;
		ret->log_major = n->journal_major;
		*ret_sector = (uint32_t)volume->info.sector_size;
	}
	hc_volume_close(volume);
	return 0;
}

/* Windows would take back what an aborted transaction did; ntfsrecover does not, so Windows is told to check the volume. */
static int
ask_for_check(struct hc_io *io, struct hc_err *err)
{
	struct hc_volume *volume;

	if (hc_volume_open_write(io, HC_WRITE_HIBERNATED, &volume, err) < 0)
		return -1;
	if (hc_volume_set_dirty(volume, true, err) < 0) {
		hc_volume_close(volume);
		return -1;
	}
	return hc_volume_finish(volume, err);
}

/* What can't be read as a volume any more is unsound; a disk that can't be read is another matter. */
static int
unsound(const struct hc_err *why, struct hc_err *err)
{
	if (why->code != H_VOLUME_FORMAT) {
		*err = *why;
		return -1;
	}
	return hc_err_set(err, H_VOLUME_UNSOUND,
			  "after the journal ($LogFile) was replayed: %s", why->text[0]);
}

/* The journal is clean, and nothing is in use that $Bitmap calls free.  That $MFT and $MFTMirr are the same is looked at
 * by libntfs-3g whenever a volume is opened. */
static int
check(struct hc_io *io, struct hc_err *err)
{
	struct hc_volume_map map = { 0 };
	struct hc_volume *volume;
	struct hc_err why;
	int result = 0;

	if (hc_volume_open(io, &volume, &why) < 0)
		return unsound(&why, err);
	if (as_ntfs(volume) == NULL || hc_ntfs_needs_replay(as_ntfs(volume)))
		result =
			hc_err_set(err, H_VOLUME_UNSOUND,
				   "the journal ($LogFile) is not clean after it was replayed");
	else if (hc_volume_map(volume, &map, &why) < 0)
		result = unsound(&why, err);
	else if (map.misfits > 0)
		result = hc_err_set(err, H_VOLUME_UNSOUND,
				    "after the journal ($LogFile) was replayed, files use "
				    "%llu clusters that $Bitmap calls free",
				    (unsigned long long)map.misfits);
	hc_volume_map_done(&map);
	hc_volume_close(volume);
	return result;
}

/* ---------------------------------------------------------------- replay */

/* An overlay with the replayed volume; NULL when there is nothing to do. */
static int
replay_aside(struct hc_io *io, struct hc_volume_replayed *ret, struct hc_io **ret_overlay,
	     struct hc_err *err)
{
	struct hc_io *overlay = NULL;
	uint32_t sector;

	*ret_overlay = NULL;
	if (look(io, ret, &sector, err) < 0)
		return -1;
	if (!ret->needed)
		return 0;
	if (hc_overlay_open(io, sector, BUDGET, &overlay, err) < 0)
		return -1;
	if (hc_replay_run(overlay, hc_replay_ntfsrecover, &limits, ret, err) < 0 ||
	    (ret->aborted > 0 && ask_for_check(overlay, err) < 0)) {
		hc_io_close(overlay);
		return -1;
	}
	*ret_overlay = overlay;
	return 0;
}

static int
copy_run(struct hc_io *from, struct hc_io *to, struct hc_extent run, uint8_t *buf,
	 struct hc_err *err)
{
	for (uint64_t at = run.offset, n; at < run.offset + run.length; at += n) {
		n = hc_min_u64(COPY_PIECE, run.offset + run.length - at);
		if (hc_io_pread(from, at, buf, (size_t)n, err) < 0 ||
		    hc_io_pwrite(to, at, buf, (size_t)n, err) < 0)
			return -1;
	}
	return 0;
}

/* Writes to `io` what is different in the overlay over it. */
static int
keep(struct hc_io *overlay, struct hc_io *io, struct hc_err *err)
{
	struct hc_arena arena = { 0 };
	struct hc_extents runs = { 0 };
	uint8_t *buf = malloc(COPY_PIECE);
	int result = buf == NULL
			     ? hc_err_set(err, H_OUT_OF_MEMORY, "no memory to replay a journal")
			     : hc_overlay_runs(overlay, &arena, &runs, err);

	for (size_t i = 0; result == 0 && i < runs.count; i++)
		result = copy_run(overlay, io, runs.items[i], buf, err);
	free(buf);
	hc_extents_done(&runs);
	hc_arena_done(&arena);
	return result;
}

int
hc_volume_replay(struct hc_io *io, struct hc_volume_replayed *ret, struct hc_err *err)
{
	struct hc_io *overlay;
	int result = replay_aside(io, ret, &overlay, err);

	if (result < 0 || overlay == NULL)
		return result;
	if (check(overlay, err) < 0 || keep(overlay, io, err) < 0)
		result = -1;
	hc_io_close(overlay);
	return result;
}

int
hc_volume_open_replayed(struct hc_io *io, struct hc_volume **ret, struct hc_io **ret_overlay,
			struct hc_err *err)
{
	struct hc_volume_replayed replayed;
	struct hc_volume *volume;
	struct hc_io *overlay;
	struct hc_err why;

	*ret_overlay = NULL;
	if (hc_volume_open(io, ret, err) < 0)
		return -1;
	if (as_ntfs(*ret) == NULL || !hc_ntfs_needs_replay(as_ntfs(*ret)) ||
	    replay_aside(io, &replayed, &overlay, &why) < 0 || overlay == NULL)
		return 0;
	if (hc_volume_open(overlay, &volume, &why) < 0) {
		hc_io_close(overlay);
		return 0;
	}
	hc_volume_close(*ret);
	*ret = volume;
	*ret_overlay = overlay;
	return 0;
}

/* ---------------------------------------------------------------- dropping it */

/* Whatever is free has to be free: it may be written to. */
static int
check_map(struct hc_volume *volume, struct hc_err *err)
{
	struct hc_volume_map map = { 0 };
	struct hc_err why;
	int result = 0;

	if (hc_volume_map(volume, &map, &why) < 0)
		result = unsound(&why, err);
	else if (map.misfits > 0)
		result = hc_err_set(err, H_VOLUME_UNSOUND,
				    "without what its journal ($LogFile) holds, files use %llu "
				    "clusters that $Bitmap calls free",
				    (unsigned long long)map.misfits);
	hc_volume_map_done(&map);
	return result;
}

int
hc_volume_drop_journal(struct hc_io *io, struct hc_err *err)
{
	struct hc_volume *volume;
	struct hc_ntfs *n;

	if (hc_ntfs_open(io, HC_ACCESS_DROP_JOURNAL, &volume, err) < 0)
		return -1;
	n = as_ntfs(volume);
	if (!hc_ntfs_needs_replay(n)) {
		hc_volume_close(volume);
		return 0;
	}
	if (check_map(volume, err) < 0 || hc_ntfs_empty_journal(n, err) < 0 ||
	    hc_volume_set_dirty(volume, true, err) < 0) {
		hc_volume_close(volume);
		return -1;
	}
	return hc_volume_finish(volume, err);
}
