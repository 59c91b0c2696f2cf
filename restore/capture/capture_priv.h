/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the capture stage share. */
#ifndef HC_CAPTURE_CAPTURE_PRIV_H
#define HC_CAPTURE_CAPTURE_PRIV_H

#include <limits.h>

#include "restore/capture/capture.h"
#include "restore/source/source.h"
#include "restore/volume/volume.h"

/* transport.md section 6 */
#define HC_ROW_MIN 4096u
#define HC_ROW_AVG 262144u
#define HC_ROW_MAX 1048576u

/* ---------------------------------------------------------------- store.c: chunks become durable */

/*
 * New chunks are written into the staging folder; now and then what is there is flushed to the disk and
 * moved into the store.  So every chunk that has its name in the store is whole, also after a power cut.
 */
struct hc_store;

struct hc_store_counts {
	uint64_t new_chunks;
	uint64_t stored_bytes;
};

/* `folder` is the repository, `name` the store in it, `staging` an empty folder on the same file system. */
int hc_store_open(const char *folder, const char *name, const char *staging,
		  struct hc_store **ret, struct hc_err *err);
/* What the store had already is not written again.  Any thread. `zstd` and `scratch` are the thread's own. */
int hc_store_put(struct hc_store *store, const struct hc_digest *digest, struct hc_span bytes,
		 int level, struct hc_zstd *zstd, struct hc_buf *scratch, struct hc_err *err);
/* Moves everything into the store and makes it durable. */
int hc_store_commit(struct hc_store *store, struct hc_err *err);
struct hc_store_counts hc_store_counts(struct hc_store *store);
/* Forgets what was not committed. */
void hc_store_close(struct hc_store *store);

/* ---------------------------------------------------------------- rows.c: where rows begin and end */

/* How a region is cut. */
struct hc_rows {
	uint64_t size;
	bool by_content; /* else: at cuts */
	struct hc_extents
		zeros; /* not read: sorted, multiples of 4 KiB but for the end of the region */
	struct hc_cuts cuts;    /* sorted */
	size_t zero_at, cut_at; /* the next ones */
};

void hc_rows_done(struct hc_rows *rows);
/* The part of the list that lies on whole blocks of 4 KiB (or reaches the end of the region). */
int hc_rows_set_zeros(struct hc_rows *rows, const struct hc_extents *list, struct hc_err *err);
/* The zeros at `from`: how many bytes; 0 when data start there. */
uint64_t hc_rows_zeros_at(struct hc_rows *rows, uint64_t from);
/*
 * The data at `from`, no zeros there: how many bytes to read next, at most `max` (2 MiB or more).
 * At a cut, where rows are cut at cuts.
 */
uint64_t hc_rows_data_at(struct hc_rows *rows, uint64_t from, uint64_t max);
/*
 * The length of the first row of data that were read, in a region cut by content `end_follows` saying that
 * nothing of the same stretch comes behind them; 0: the row goes on behind them.
 * *ret_zeros: all of the row is zeros.
 */
size_t hc_rows_cut(struct hc_rows *rows, uint64_t from, struct hc_span data, bool end_follows,
		   bool *ret_zeros);
/* The first of the rows of zeros that a stretch is made of: powers of two up to 1 MiB, aligned. */
uint64_t hc_rows_zero_row(uint64_t from, uint64_t length);

/* ---------------------------------------------------------------- pipeline.c: read, hash, compress, write */

struct hc_pipeline;

struct hc_pipeline_options {
	struct hc_store *store;
	enum hc_digest_type digest;
	unsigned threads;
	int level;
	void (*progress)(void *ctx, uint64_t done_bytes, uint64_t total_bytes);
	void *ctx;
	uint64_t total_bytes;
	const atomic_bool *stop;
};

int hc_pipeline_open(const struct hc_pipeline_options *options, struct hc_pipeline **ret,
		     struct hc_err *err);
/* All of a region; *ret is its index.  *ret_data: bytes in rows that are not zeros. */
int hc_pipeline_run(struct hc_pipeline *pipeline, struct hc_io *io, struct hc_rows *rows,
		    struct hc_index *ret, uint64_t *ret_data, struct hc_err *err);
void hc_pipeline_close(struct hc_pipeline *pipeline);

/* ---------------------------------------------------------------- folder.c: backups/ID */

struct hc_backup_folder {
	int lock;
	char path[PATH_MAX];
	char staging[PATH_MAX];
};

/* Makes backups/ID, or takes over one that a killed capture left. */
int hc_backup_folder_open(const char *repository, const char *id, struct hc_backup_folder *ret,
			  struct hc_err *err);
/* A file in it, durable, described by *ret in `arena`. */
int hc_backup_folder_write(const struct hc_backup_folder *folder, const char *name,
			   struct hc_span bytes, struct hc_arena *arena,
			   struct hc_file_ref *ret, struct hc_err *err);
/* `keep`: the backup is complete; else everything is removed. */
void hc_backup_folder_close(struct hc_backup_folder *folder, bool keep);

/* ---------------------------------------------------------------- region.c: what a region holds */

struct hc_capture_region {
	struct hc_io *io; /* a window of the disk */
	struct hc_rows rows;
	struct hc_extents free; /* of rows.zeros, what no file uses */
};

/* Looks at a region: file system, state, what is to be read.  Fills in the document's region and, when a
 * Windows is found there and none was before, `manifest->windows`. */
int hc_capture_region_scan(struct hc_io *disk, const struct hc_capture_options *options,
			   struct hc_arena *arena, struct hc_manifest *manifest,
			   struct hc_region *region, struct hc_capture_region *ret,
			   struct hc_err *err);
void hc_capture_region_done(struct hc_capture_region *region);
/* boot.c: the store and the firmware of `manifest->windows`, by the disk's regions, all of them scanned; where none was
 * found, one that BitLocker encrypts. */
int hc_capture_describe_boot(struct hc_manifest *manifest,
			     const struct hc_capture_region *regions, struct hc_arena *arena,
			     struct hc_err *err);

/* The regions of a disk: by the table's partitions, whatever is around them. */
struct hc_table;
int hc_capture_layout(const struct hc_table *table, uint64_t disk_size, struct hc_arena *arena,
		      struct hc_regions *ret, struct hc_err *err);
/* "p2", "head", "gap1", "tail" */
const char *hc_capture_region_name(const struct hc_regions *regions, size_t position,
				   struct hc_arena *arena);

int hc_capture_warn(struct hc_manifest *manifest, struct hc_arena *arena, struct hc_err *err,
		    const char *fmt, ...) HC_PRINTF(4, 5);

#endif
