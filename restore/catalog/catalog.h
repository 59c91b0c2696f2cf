/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Repositories: which backups there are, what one holds, whether it is whole; and the marker
 *and list that capture writes.
 *
 * Shape:   REPO/halcyon.json ─ REPO/catalog.json ─ REPO/backups/ID/{manifest.json, *.caibx, …}
 *─ REPO/STORE/ab12/… struct hc_backup is one opened manifest and the place that it lies in.
 * Units:   bytes.
 * Owner:   hc_backup_close frees the backup, its manifest and its place; sessions and images of
 *it are closed before. Lists live in the caller's arena. Threads: an open backup never changes;
 *any number of threads may use it, each with a session of its own. Errors:  H_BACKUP_ID,
 *H_BACKUP_UNKNOWN, H_REPO_FORMAT, H_BACKUP_INCOMPLETE, H_DIGEST_MISMATCH, H_DISK_LAYOUT,
 *          H_DOC_*, H_INDEX_FORMAT, and those of source.h.
 * Source:  design.md section 7; hazards 34 (ids are URL-safe).
 * Example:
 *	if (hc_backup_open("http://server/repo//web1", NULL, &backup, err) < 0 ||
 *	    hc_session_open(hc_backup_place(backup), &session, err) < 0 ||
 *	    hc_backup_image(backup, session, 0, 1, &image, err) < 0)
 *		return -1;
 */
#ifndef HC_CATALOG_CATALOG_H
#define HC_CATALOG_CATALOG_H

#include "restore/model/manifest.h"
#include "restore/source/source.h"

#define HC_BACKUP_ID_MAX 64

/* ---------------------------------------------------------------- names */

/* An id: letters, digits, dot, dash, underscore; 1 to 64; not starting with a dot.  Else
 * H_BACKUP_ID. */
int hc_backup_check_id(const char *id, struct hc_err *err);
/*
 * "REPO//ID", or the path or URL of a manifest.json inside a repository.  REPO is a folder or a
 * URL. Whatever else is H_BACKUP_UNKNOWN; an image file is H_UNSUPPORTED: `hc_image_open_raw`
 * reads it.
 */
int hc_backup_parse_name(const char *name, struct hc_arena *arena, const char **ret_repository,
			 const char **ret_id, struct hc_err *err);

/* ---------------------------------------------------------------- one backup */

struct hc_backup;

/* Reads halcyon.json and the manifest (both sealed) and checks the manifest, see
 * hc_manifest_check. */
int hc_backup_open(const char *name, const struct hc_place_options *options,
		   struct hc_backup **ret, struct hc_err *err);
void hc_backup_close(struct hc_backup *backup);
const struct hc_manifest *hc_backup_manifest(const struct hc_backup *backup);
/* Digest of the manifest file, 64 hex digits. */
const char *hc_backup_manifest_sha256(const struct hc_backup *backup);
/* "REPO//ID", without credentials. */
const char *hc_backup_name_of(const struct hc_backup *backup);
struct hc_place *hc_backup_place(const struct hc_backup *backup);
/* What time the server of the repository said it was when the backup was opened, seconds since 1970; 0: it said nothing, or
 * the repository is a folder, whose files tell the time of this machine's own clock at best. */
int64_t hc_backup_server_time(const struct hc_backup *backup);
/* Whether a signature lies beside the manifest; it is not checked here. */
bool hc_backup_is_signed(const struct hc_backup *backup);

/*
 * Whether a manifest agrees with itself: a known digest; plain file names; hashes that are
 * hashes; the regions of each disk cover it in order, without gap or overlap (else
 * H_DISK_LAYOUT), partitions lie where their entries say.  Pure: whatever the bytes of a
 * manifest are, nothing outside its own folder and store is reached through it.
 */
int hc_manifest_check(const struct hc_manifest *manifest, struct hc_err *err);

/* A file beside the manifest, appended to `out`: H_DIGEST_MISMATCH unless it has the size and
 * SHA-256 of `ref`, H_BACKUP_INCOMPLETE if it isn't there. */
int hc_backup_file(const struct hc_backup *backup, struct hc_session *session,
		   const struct hc_file_ref *ref, struct hc_buf *out, struct hc_err *err);
/* The chunk index of a region, by positions in the manifest; its last row ends where the region
 * does. */
int hc_backup_index(const struct hc_backup *backup, struct hc_session *session, size_t disk,
		    size_t region, struct hc_index *ret, struct hc_err *err);
/* The bytes of a region. */
int hc_backup_image(const struct hc_backup *backup, struct hc_session *session, size_t disk,
		    size_t region, struct hc_image **ret, struct hc_err *err);

/* ---------------------------------------------------------------- is it whole? */

#define HC_VERIFY_FAULTS_MAX 100

struct hc_verify_options {
	unsigned threads; /* 0: 4 */
	/* May be NULL; called by any thread, one at a time. */
	void (*progress)(void *ctx, uint64_t done_bytes, uint64_t total_bytes);
	void *ctx;
};

struct hc_verify_result {
	uint64_t rows;          /* of all indexes */
	uint64_t zero_bytes;    /* in rows of zeros */
	uint64_t chunks;        /* different ones, each fetched and checked once */
	uint64_t bytes;         /* in those chunks */
	uint64_t fetched_bytes; /* over the network */
	uint64_t fault_count;
	struct {
		struct hc_err *items;
		size_t count;
	} faults; /* by disk, region, offset; of more than HC_VERIFY_FAULTS_MAX those found
		     first */
};

/*
 * Fetches and checks every index, every other file and every chunk of a backup.  -1 with the
 * first fault's code, and `ret` filled in all the same, when anything is missing or damaged; -1
 * without it when the checking itself could not be carried to its end (network, memory, stop).
 */
int hc_backup_verify(const struct hc_backup *backup, const struct hc_verify_options *options,
		     struct hc_arena *arena, struct hc_verify_result *ret, struct hc_err *err);

/* ---------------------------------------------------------------- all backups */

/*
 * The backups of a repository, newest first: of a folder, what lies in backups/ (a damaged one
 * is listed with complete = false); of a URL, what catalog.json says.
 */
int hc_catalog_read(const char *repository, const struct hc_place_options *options,
		    struct hc_arena *arena, struct hc_catalog *ret, struct hc_err *err);

/* ---------------------------------------------------------------- writing (a folder only) */

/* Reads and checks halcyon.json. H_REPO_FORMAT when there is none. */
int hc_repository_load(struct hc_session *session, struct hc_arena *arena,
		       struct hc_repository *ret, struct hc_err *err);
/*
 * Makes sure that `folder` is a repository: the folder, halcyon.json with the values of
 * `wanted` (created may be NULL: now), the chunk store, backups/, an empty catalog.json.  What
 * is there already stays as it is and counts: *ret is the repository as found or made, in
 * `arena`.
 */
int hc_repository_open_or_create(const char *folder, const struct hc_repository *wanted,
				 struct hc_arena *arena, struct hc_repository *ret,
				 struct hc_err *err);
/* Writes catalog.json anew from all manifests, atomically, one writer at a time. */
int hc_catalog_rewrite(const char *folder, struct hc_err *err);
/* flock on REPO/.lock, waiting for it; close() of *ret_fd lets go. */
int hc_repository_lock(const char *folder, int *ret_fd, struct hc_err *err);

#endif
