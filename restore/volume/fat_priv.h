/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FAT volumes: what the reader, the running of mtools and the copying of blobs share. */
#ifndef HC_VOLUME_FAT_PRIV_H
#define HC_VOLUME_FAT_PRIV_H

#include "restore/volume/volume_priv.h"

/* Where mtools finds the volume: a file or device that is open here, and the offset of the volume in it. */
struct hc_fat_image {
	int fd;
	uint64_t offset;
	bool copied; /* fd is ours */
};

/*
 * fat_image.c.  A window of a file or device is read in place.  Any other io (a backup's blob, an overlay) is
 * copied first, without its zeros, into a file in TMPDIR or /tmp that has no name any more and goes with `done`.
 */
int hc_fat_image_open(struct hc_io *io, struct hc_fat_image *ret, struct hc_err *err);
/* Always a copy, to be written to. */
int hc_fat_image_copy(struct hc_io *io, struct hc_fat_image *ret, struct hc_err *err);
/* One of zeros. */
int hc_fat_image_blank(uint64_t size, struct hc_fat_image *ret, struct hc_err *err);
/* Writes to the io what of the copy differs from it. */
int hc_fat_image_return(const struct hc_fat_image *image, struct hc_io *io, struct hc_err *err);
void hc_fat_image_done(struct hc_fat_image *image);

/*
 * fat_run.c.  Runs `program -i IMAGE args…` of mtools (args end with NULL; none goes through a shell), and hands
 * what it writes to the sink.  A sink that fails ends the program.  H_VOLUME_FORMAT when the program fails, with
 * its own words; H_UNSUPPORTED when there is no such program.
 */
int hc_mtools_run(const struct hc_fat_image *image, const char *program,
		  const char *const *args, struct hc_sink sink, struct hc_err *err);
/* The same with an input: a file, read from its start. */
int hc_mtools_feed(const struct hc_fat_image *image, const char *program,
		   const char *const *args, int input, struct hc_sink sink, struct hc_err *err);

/* ---------------------------------------------------------------- listings: fat_list.c */

struct hc_fat_entry {
	struct hc_entry entry;
	const char *short_name; /* "PROGRA~1", "NTLDR" */
};

struct hc_fat_folder {
	struct hc_fat_folder *next;
	const char *path; /* "" for the root, "/WINNT/system32" */
	struct hc_fat_entry *items;
	size_t count;
};

/* [FAT] "Boot Sector and BPB"; in bytes. */
struct hc_fat_geometry {
	uint64_t sector, cluster;
	uint64_t tables; /* where the first FAT starts */
	uint64_t table;  /* of one FAT */
	unsigned tables_count;
	uint64_t data; /* where the first cluster starts */
	uint64_t end;  /* where the last one ends */
	unsigned bits; /* of an entry of the FAT: 12, 16, 32 */
};

struct hc_fat {
	struct hc_volume volume;
	struct hc_fat_geometry geometry;
	struct hc_fat_image image;
	struct hc_arena arena;
	struct hc_fat_folder *folders; /* those that were listed so far */
	char label[12];
};

/* What mdir wrote: each line that is an entry is added to the folder, without "." and "..". */
int hc_fat_parse_listing(struct hc_span text, struct hc_arena *arena,
			 struct hc_fat_folder *folder, struct hc_err *err);
/* A folder by the path that hc_fat_lookup gave; listed when it is asked for first. */
int hc_fat_folder(struct hc_fat *f, const char *path, struct hc_fat_folder **ret,
		  struct hc_err *err);
/* By its long name, or else by its short one; NULL: it isn't there. */
const struct hc_fat_entry *hc_fat_find(const struct hc_fat_folder *folder, struct hc_span name);
/* *ret is NULL for the root.  The path as the listings have it ("" for the root), with its U+0000, is appended to
 * ret_name, which was empty. */
int hc_fat_lookup(struct hc_fat *f, const char *path, struct hc_buf *ret_name,
		  const struct hc_fat_entry **ret, struct hc_err *err);
/* Listings of before a change are worth nothing. */
void hc_fat_forget(struct hc_fat *f);
/* "::" and the path, with a backslash before what mtools takes for a pattern, with its U+0000. */
int hc_fat_mtools_path(const char *path, bool folder, struct hc_buf *out, struct hc_err *err);

extern const struct hc_volume_writer hc_fat_writer;
int hc_fat_file_extents(struct hc_volume *, const char *, struct hc_extents *, struct hc_err *);

int hc_fat_no_memory(struct hc_err *err);
int hc_fat_not_found(const char *path, const char *what, struct hc_err *err);

#endif
