/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where bytes come from: places that hold files, and images whose bytes can be read and checked.
 *
 * Shape:   place (a folder or a URL) ─ session (one thread's connection to it)
 *          image (the bytes of one blob, whatever its format) ─ rows are the units it is checked in
 * Units:   bytes; an image's rows cover it from 0 to its size.
 * Owner:   sessions are closed before their place, images before the place they read from.
 * Threads: a place and an image are shared by threads and never change after opening; a session belongs to
 *          one thread.
 * Errors:  H_NET_*, H_INDEX_FORMAT, H_CHUNK_MISSING, H_CHUNK_DAMAGED (named by chunk, URL and offset),
 *          H_NOT_FOUND.
 * Source:  transport.md section 1; nbdkit's one struct of callbacks per format.
 * Example:
 *	if (hc_place_open("http://server/repo", NULL, &place, err) < 0 ||
 *	    hc_session_open(place, &session, err) < 0 ||
 *	    hc_place_get(session, "halcyon.json", 65536, &bytes, err) < 0)
 *		return -1;
 */
#ifndef HC_SOURCE_SOURCE_H
#define HC_SOURCE_SOURCE_H

#include <stdatomic.h>

#include "restore/base/bytes.h"
#include "restore/base/digest.h"
#include "restore/base/io.h"

/* ---------------------------------------------------------------- places */

struct hc_place;
struct hc_session;

struct hc_place_options {
	unsigned patience_ms; /* how long one object is tried before giving up; 0: 5 minutes */
	const char *ca_file;  /* PEM bundle of the site; NULL: the system's */
	/* User and password, or token, for the server: see net.h; NULL: none.  Read by each session. */
	const char *credentials_file;
	const atomic_bool *stop; /* set to true: waiting ends with H_CANCELLED; may be NULL */
	/* Called when an attempt failed and will be repeated; may be NULL; any thread. */
	void (*on_retry)(void *ctx, const struct hc_err *why, unsigned attempt);
	void *ctx;
};

/* `where` is a folder or http(s)://…; nothing is contacted yet.  options NULL: defaults. */
int hc_place_open(const char *where, const struct hc_place_options *options,
		  struct hc_place **ret, struct hc_err *err);
/* The folder or URL as given, without trailing slash; credentials in a URL are left out. */
const char *hc_place_name(const struct hc_place *place);
/* The folder's path, or NULL for a URL. */
const char *hc_place_folder(const struct hc_place *place);
void hc_place_close(struct hc_place *place);

int hc_session_open(struct hc_place *place, struct hc_session **ret, struct hc_err *err);
void hc_session_close(struct hc_session *session);
/* Bytes received over the network so far (0 for a folder). */
uint64_t hc_session_received(const struct hc_session *session);
/* What time the server says it is, seconds since 1970; 0: it has not said, or there is none. */
int64_t hc_session_server_time(const struct hc_session *session);

/* Appends the whole file `name` ("backups/x/manifest.json"); more than `max` is H_NET_TOO_LARGE.
 * A file that isn't there is H_NOT_FOUND, at once; trouble of the network is tried again with backoff.
 * Caches on the way are asked to ask the server. */
int hc_place_get(struct hc_session *session, const char *name, size_t max, struct hc_buf *out,
		 struct hc_err *err);
/* A file that is named with its size and digest: the whole file, or H_DIGEST_MISMATCH after a second try. */
struct hc_file_want {
	const char *name;
	uint64_t size;
	struct hc_digest sha256;
};
int hc_place_get_checked(struct hc_session *session, const struct hc_file_want *want,
			 struct hc_buf *out, struct hc_err *err);
/* Whether the file is there. */
int hc_place_exists(struct hc_session *session, const char *name, bool *ret,
		    struct hc_err *err);
/* Writes the file (HTTP PUT; atomic replacement in a folder). */
int hc_place_put(struct hc_session *session, const char *name, struct hc_span bytes,
		 struct hc_err *err);
/* Creates a folder atomically (HTTP MKCOL; mkdir); its parent must exist.  *ret_new is false when it was
 * there already, and also when a server that went away in the middle says so on the next attempt: then
 * it may be ours, which only its content can tell. */
int hc_place_make_folder(struct hc_session *session, const char *name, bool *ret_new,
			 struct hc_err *err);

/* ---------------------------------------------------------------- images */

struct hc_image;

struct hc_image_ops {
	const char *name; /* "castr", "raw" */
	/* Reads and checks exactly `extent` into buf.  Row-aligned extents are read without a copy. */
	int (*read)(struct hc_image *image, struct hc_session *session, struct hc_extent extent,
		    void *buf, struct hc_err *err);
	/* First extent at or after `from` that is not known to be zero; empty at the end. */
	struct hc_extent (*next_data)(const struct hc_image *image, uint64_t from);
	/* The greatest row boundary in (from, from + max]; from + max inside a larger row. */
	uint64_t (*boundary)(const struct hc_image *image, uint64_t from, uint64_t max);
	/* Whether `buf` is what the image holds at a row-aligned extent, without reading the image.
	 * NULL: the caller has to keep digests of its own.  1 yes, 0 no. */
	int (*same)(const struct hc_image *image, struct hc_extent extent, const void *buf);
	void (*close)(struct hc_image *image);
	/* The row that holds `offset`: the least that read() fetches.  NULL: there are no rows. */
	struct hc_extent (*row)(const struct hc_image *image, uint64_t offset);
	/* read() makes zeros itself and never fetches their chunks; this fetches and checks one of each
	 * size, so that damage there is found as anywhere else.  NULL: there are none. */
	int (*check_zeros)(struct hc_image *image, struct hc_session *session,
			   struct hc_err *err);
};

struct hc_image {
	const struct hc_image_ops *ops;
	uint64_t size;
};

static inline void
hc_image_close(struct hc_image *image)
{
	if (image != NULL)
		image->ops->close(image);
}

/* Random access for one thread, with a cache of the last `cache_bytes` of rows: for ls, cat, inspect. */
int hc_image_io(struct hc_image *image, struct hc_session *session, size_t cache_bytes,
		struct hc_io **ret, struct hc_err *err);

/* ---------------------------------------------------------------- chunk index (.caibx) */

#define HC_CHUNK_LIMIT (16u << 20) /* greatest row we accept; casync's own limit is 128 MiB */

struct hc_index_row {
	uint64_t end; /* offset behind the row */
	struct hc_digest digest;
};

struct hc_index {
	enum hc_digest_type digest;
	uint64_t chunk_min, chunk_avg, chunk_max;
	struct hc_index_row *rows;
	size_t count;
	/* Of chunk_max zeros, where a row of that size makes it worth knowing; hc_index_parse fills it. */
	bool knows_zeros_of_max;
	struct hc_digest zeros_of_max;
};

/* Strict: transport.md section 1.1.  Frees nothing on failure; hc_index_done frees rows. */
int hc_index_parse(struct hc_span bytes, struct hc_index *ret, struct hc_err *err);
int hc_index_write(const struct hc_index *index, struct hc_buf *out, struct hc_err *err);
void hc_index_done(struct hc_index *index);
/* Whether the row is the digest of that many zeros: for sizes that are powers of two up to 16 MiB, which
 * halcyon writes, and for chunk_max of a parsed index, which casync writes. */
bool hc_index_row_is_zero(const struct hc_index *index, size_t row);

/* ---------------------------------------------------------------- zstd: what chunk files hold */

/* One thread's compressor and decompressor. */
struct hc_zstd;

int hc_zstd_new(struct hc_zstd **ret, struct hc_err *err);
void hc_zstd_free(struct hc_zstd *zstd);
/* Appends `bytes` as one frame that any zstd reads, sealed so that each changed bit is found: see seal.c.
 * transport.md 5.2: level 3 is the balance. */
int hc_zstd_pack(struct hc_zstd *zstd, int level, struct hc_span bytes, struct hc_buf *out,
		 struct hc_err *err);
/* Exactly `size` bytes, and a seal that fits if there is one; or H_CHUNK_DAMAGED. */
int hc_zstd_unpack(struct hc_zstd *zstd, struct hc_span frame, void *buf, size_t size,
		   struct hc_err *err);

/* The content size that a frame declares.  False for what is no zstd frame; 0 when it does not say. */
bool hc_zstd_content_size(struct hc_span frame, uint64_t *ret);

/* ---------------------------------------------------------------- lists of extents (.free) */

/*
 * A sidecar of an index: extents of the blob that no file uses, sorted.  One zstd frame of pairs of 64-bit
 * little-endian numbers, start and length in bytes.
 */
int hc_extents_pack(const struct hc_extents *list, struct hc_buf *out, struct hc_err *err);
/* Checked: sorted, without overlap, inside a blob of `size` bytes; else H_INDEX_FORMAT. */
int hc_extents_unpack(struct hc_span file, uint64_t size, struct hc_extents *ret,
		      struct hc_err *err);

/* ---------------------------------------------------------------- chunk stores (.castr) */

/* "default.castr/ab12/ab12….cacnk" */
#define HC_CHUNK_NAME     256
#define HC_STORE_NAME_MAX 160
void hc_chunk_name(const char *store, const struct hc_digest *digest, char ret[HC_CHUNK_NAME]);

/* One chunk, decompressed and checked: exactly `size` bytes.  `blob_offset` is for messages only. */
struct hc_chunk_want {
	const char *store;
	enum hc_digest_type type;
	const struct hc_digest *digest;
	size_t size;
	uint64_t blob_offset; /* HC_NO_OFFSET: unknown */
};
int hc_chunk_read(struct hc_session *session, const struct hc_chunk_want *want, void *buf,
		  struct hc_err *err);

/* Takes over the index (also on failure).  `store` is the chunk store's name inside the place. */
int hc_image_open_castr(struct hc_index *take_index, const char *store, struct hc_image **ret,
			struct hc_err *err);
/* A raw image file or device: every byte as it is, holes known, no digests. */
int hc_image_open_raw(const char *path, struct hc_image **ret, struct hc_err *err);

#endif
