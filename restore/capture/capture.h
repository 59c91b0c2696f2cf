/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * STAGE capture: a disk becomes a backup in a repository.
 *
 * Shape:   disk ─ regions (head, partitions, gaps, tail) ─ rows ─ chunks in the store; then the indexes, then the
 *          manifest, then catalog.json.  One thread reads, others hash, compress and write chunks.
 *          NTFS: rows are cut where files lie; free clusters and worthless contents are rows of zeros and are
 *          not read.  Anything else: rows are cut by content, on whole blocks of 4 KiB.
 * Units:   bytes.
 * Owner:   the manifest lives in the caller's arena.
 * Errors:  H_CAPTURE_SOURCE, H_CAPTURE_CHANGED, H_UNSUPPORTED (a repository that is a URL), H_BACKUP_ID,
 *          H_BACKUP_EXISTS, H_STORE_WRITE, H_DISK_*, H_REPO_FORMAT.
 * Source:  design.md section 7; transport.md sections 1, 3 and 6; hazards 12, 17, 18, 19, 29.
 * Example:
 *	struct hc_capture_options options = { .source = "disk.img", .repository = "/srv/repo" };
 *	if (hc_capture(&options, &arena, &manifest, err) < 0)
 *		return -1;
 *
 * Killed at any point, a capture leaves the repository as good as it was: a chunk gets its name in the store only
 * when its bytes are on the disk, and the manifest is written last.  What a killed capture left in
 * backups/ID is removed by the next one of the same id.
 */
#ifndef HC_CAPTURE_CAPTURE_H
#define HC_CAPTURE_CAPTURE_H

#include <stdatomic.h>

#include "restore/base/arena.h"
#include "restore/model/facts.h"
#include "restore/model/manifest.h"

#define HC_CAPTURE_LEVEL 3 /* of zstd: transport.md 5.2 */

struct hc_capture_options {
	const char *source;     /* device or image file; only read */
	const char *repository; /* folder; made where it is missing */
	const char *id;         /* NULL: host name (else the image's name) and the time */
	unsigned threads;       /* that hash and compress; 0: as many as processors */
	int level;              /* of zstd; 0: HC_CAPTURE_LEVEL */
	bool discard_hibernation; /* a session that could be resumed is thrown away (hazards 17) */
	/* Of an NTFS volume whose journal was not replayed and cannot be read, all is captured, since
	 * $Bitmap may call clusters free that are not; true: $Bitmap is believed all the same. */
	bool trust_bitmap;
	const struct hc_facts *facts; /* of the machine whose disk it is; NULL: unknown */
	/* Called by the reading thread, at most some times a second; may be NULL.  Of `total_bytes` that are
	 * to be read. */
	void (*progress)(void *ctx, uint64_t done_bytes, uint64_t total_bytes);
	void *ctx;
	const atomic_bool *stop; /* set to true: ends with H_CANCELLED; may be NULL */
};

int hc_capture(const struct hc_capture_options *options, struct hc_arena *arena,
	       struct hc_manifest *ret, struct hc_err *err);

#endif
