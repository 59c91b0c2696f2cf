/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that mtools can open: the one behind an io, or a copy. */
#include "restore/volume/fat_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COPY_STEP (1u << 20)
#define BLOCK     4096u /* a hole is at least as large in the file systems of Linux */

/* A file without a name, which its last descriptor takes along. */
static int
open_unnamed(struct hc_err *err)
{
	const char *folder = getenv("TMPDIR");
	char path[4096];
	int fd;

	if (folder == NULL || folder[0] == '\0')
		folder = "/tmp";
	snprintf(path, sizeof(path), "%s/halcyon-fat-XXXXXX", folder);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return hc_err_sys(err, H_IO, "making a temporary file in %s", folder);
	unlink(path);
	return fd;
}

static int
write_block(int fd, const uint8_t *data, size_t length, uint64_t offset, struct hc_err *err)
{
	while (length > 0) {
		ssize_t n = pwrite(fd, data, length, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			hc_err_sys(err, H_IO, "copying a FAT volume to a temporary file");
			return hc_err_remedy(
				err,
				"Set TMPDIR to a folder with as much space as the volume uses.");
		}
		data += n;
		offset += (uint64_t)n;
		length -= (size_t)n;
	}
	return 0;
}

static int
copy_extent(struct hc_io *io, struct hc_extent extent, uint8_t *buf, int fd, struct hc_err *err)
{
	size_t want, part;

	for (uint64_t at = extent.offset; at < hc_extent_end(extent); at += want) {
		want = (size_t)hc_min_u64(COPY_STEP, hc_extent_end(extent) - at);
		if (hc_io_pread(io, at, buf, want, err) < 0)
			return -1;
		for (size_t i = 0; i < want; i += part) {
			part = (size_t)hc_min_u64(BLOCK, want - i);
			if (!hc_is_zero(buf + i, part) &&
			    write_block(fd, buf + i, part, at + i, err) < 0)
				return -1;
		}
	}
	return 0;
}

static int
copy(struct hc_io *io, int fd, struct hc_err *err)
{
	uint8_t *buf = malloc(COPY_STEP);
	struct hc_extent data = { 0, 0 };
	int result = -1;

	if (buf == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to copy a FAT volume");
	if (ftruncate(fd, (off_t)io->size) < 0) {
		hc_err_sys(err, H_IO, "copying a FAT volume to a temporary file");
		goto out;
	}
	do {
		if (hc_io_next_data(io, hc_extent_end(data), &data, err) < 0 ||
		    copy_extent(io, data, buf, fd, err) < 0)
			goto out;
	} while (data.length > 0);
	result = 0;
out:
	free(buf);
	return result;
}

int
hc_fat_image_open(struct hc_io *io, struct hc_fat_image *ret, struct hc_err *err)
{
	struct hc_fat_image image = { .copied = false };

	if (!hc_io_file(io, &image.fd, &image.offset))
		return hc_fat_image_copy(io, ret, err);
	*ret = image;
	return 0;
}

int
hc_fat_image_blank(uint64_t size, struct hc_fat_image *ret, struct hc_err *err)
{
	struct hc_fat_image image = { .fd = open_unnamed(err), .copied = true };

	if (image.fd < 0)
		return -1;
	if (ftruncate(image.fd, (off_t)size) < 0) {
		hc_err_sys(err, H_IO, "making a temporary file of %llu bytes",
			   (unsigned long long)size);
		close(image.fd);
		return -1;
	}
	*ret = image;
	return 0;
}

int
hc_fat_image_copy(struct hc_io *io, struct hc_fat_image *ret, struct hc_err *err)
{
	struct hc_fat_image image = { .fd = open_unnamed(err), .copied = true };

	if (image.fd < 0)
		return -1;
	if (copy(io, image.fd, err) < 0) {
		close(image.fd);
		return -1;
	}
	*ret = image;
	return 0;
}

/* Blocks that differ, from `at` on. */
static int
return_step(struct hc_io *copy, struct hc_io *io, struct hc_extent step, uint8_t *buf,
	    struct hc_err *err)
{
	uint8_t *old = buf + COPY_STEP;
	size_t part;

	if (hc_io_pread(copy, step.offset, buf, step.length, err) < 0 ||
	    hc_io_pread(io, step.offset, old, step.length, err) < 0)
		return -1;
	for (size_t i = 0; i < step.length; i += part) {
		part = (size_t)hc_min_u64(BLOCK, step.length - i);
		if (memcmp(buf + i, old + i, part) != 0 &&
		    hc_io_pwrite(io, step.offset + i, buf + i, part, err) < 0)
			return -1;
	}
	return 0;
}

int
hc_fat_image_return(const struct hc_fat_image *image, struct hc_io *io, struct hc_err *err)
{
	uint8_t *buf = malloc(2 * (size_t)COPY_STEP);
	struct hc_io *copy = NULL;
	struct hc_extent mine, theirs, step = { 0, 0 };
	int result = -1;

	if (buf == NULL)
		return hc_fat_no_memory(err);
	if (hc_io_borrow_fd(image->fd, io->size, "the copy of a FAT volume", &copy, err) < 0)
		goto out;
	/* What is a hole in both is the same in both. */
	for (;;) {
		if (hc_io_next_data(copy, hc_extent_end(step), &mine, err) < 0 ||
		    hc_io_next_data(io, hc_extent_end(step), &theirs, err) < 0)
			goto out;
		step.offset = hc_min_u64(mine.offset, theirs.offset);
		if (step.offset >= io->size)
			break;
		step.offset = hc_round_down(step.offset, BLOCK);
		step.length = hc_min_u64(COPY_STEP, io->size - step.offset);
		if (return_step(copy, io, step, buf, err) < 0)
			goto out;
	}
	result = 0;
out:
	hc_io_close(copy);
	free(buf);
	return result;
}

void
hc_fat_image_done(struct hc_fat_image *image)
{
	if (image->copied)
		close(image->fd);
	*image = (struct hc_fat_image){ .fd = -1 };
}
