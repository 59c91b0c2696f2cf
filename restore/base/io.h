/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random-access bytes: what a disk, a part of a disk, a backup's blob and an overlay have in common.
 *
 * Shape:   struct hc_io { ops, size }; the owner embeds it as the first member of its own struct.
 * Units:   bytes.  pread and pwrite move exactly `length` bytes or fail; both must lie inside `size`.
 * Owner:   whoever opened it closes it with hc_io_close.
 * Errors:  H_IO when a range lies outside; what the implementation raises otherwise.
 * Threads: an hc_io is used by one thread at a time unless its opener says otherwise.
 * Example:
 *	if (hc_io_pread(io, 510, magic, 2, err) < 0)
 *		return -1;
 */
#ifndef HC_BASE_IO_H
#define HC_BASE_IO_H

#include "restore/base/bytes.h"

struct hc_io;

struct hc_io_ops {
	const char *name;
	int (*pread)(struct hc_io *io, uint64_t offset, void *buf, size_t length,
		     struct hc_err *err);
	/* NULL: read-only. */
	int (*pwrite)(struct hc_io *io, uint64_t offset, const void *buf, size_t length,
		      struct hc_err *err);
	/* Makes durable what was written; NULL: nothing to do. */
	int (*flush)(struct hc_io *io, struct hc_err *err);
	/* The first extent at or after `from` that may hold anything but zeros; an empty one at
	 * `size` when there is none.  NULL: everything may. */
	int (*next_data)(struct hc_io *io, uint64_t from, struct hc_extent *ret,
			 struct hc_err *err);
	/* The descriptor behind it, for programs that read by themselves; see hc_io_file.  NULL: none. */
	bool (*file)(struct hc_io *io, int *ret_fd, uint64_t *ret_offset);
	/* NULL: nothing to free. */
	void (*close)(struct hc_io *io);
};

struct hc_io {
	const struct hc_io_ops *ops;
	uint64_t size;
};

int hc_io_pread(struct hc_io *io, uint64_t offset, void *buf, size_t length,
		struct hc_err *err);
int hc_io_pwrite(struct hc_io *io, uint64_t offset, const void *buf, size_t length,
		 struct hc_err *err);
int hc_io_flush(struct hc_io *io, struct hc_err *err);
int hc_io_next_data(struct hc_io *io, uint64_t from, struct hc_extent *ret, struct hc_err *err);
/* Where the same bytes lie in a file or device: the io's own descriptor, and the offset that the io starts at.
 * False: nowhere. */
bool hc_io_file(struct hc_io *io, int *ret_fd, uint64_t *ret_offset);
/* NULL is fine. */
void hc_io_close(struct hc_io *io);

/* A part of another io, which must outlive it; closing the part leaves the whole open. */
int hc_io_window(struct hc_io *whole, struct hc_extent part, struct hc_io **ret,
		 struct hc_err *err);
/* Borrowed bytes in memory, read-only: for tests and fuzzing. */
int hc_io_memory(struct hc_span bytes, struct hc_io **ret, struct hc_err *err);
/* A regular file or device opened read-only (page cache; holes of sparse files are known). */
int hc_io_open_file(const char *path, struct hc_io **ret, struct hc_err *err);
/* The same over a descriptor that stays the caller's; `path` names it in messages. */
int hc_io_borrow_fd(int fd, uint64_t size, const char *path, struct hc_io **ret,
		    struct hc_err *err);

#endif
