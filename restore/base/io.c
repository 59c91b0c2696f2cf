/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random-access bytes: range checks in one place, windows, memory, files. */
#include "restore/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
check_range(const struct hc_io *io, uint64_t offset, size_t length, struct hc_err *err)
{
	if (offset <= io->size && length <= io->size - offset)
		return 0;
	hc_err_set(err, H_IO, "%zu bytes at %llu lie outside the %llu bytes there are", length,
		   (unsigned long long)offset, (unsigned long long)io->size);
	return hc_err_at(err, offset, "%s", io->ops->name);
}

int
hc_io_pread(struct hc_io *io, uint64_t offset, void *buf, size_t length, struct hc_err *err)
{
	if (check_range(io, offset, length, err) < 0)
		return -1;
	return length == 0 ? 0 : io->ops->pread(io, offset, buf, length, err);
}

int
hc_io_pwrite(struct hc_io *io, uint64_t offset, const void *buf, size_t length,
	     struct hc_err *err)
{
	if (io->ops->pwrite == NULL)
		return hc_err_set(err, H_INTERNAL, "%s is open for reading only",
				  io->ops->name);
	if (check_range(io, offset, length, err) < 0)
		return -1;
	return length == 0 ? 0 : io->ops->pwrite(io, offset, buf, length, err);
}

int
hc_io_flush(struct hc_io *io, struct hc_err *err)
{
	return io->ops->flush == NULL ? 0 : io->ops->flush(io, err);
}

int
hc_io_next_data(struct hc_io *io, uint64_t from, struct hc_extent *ret, struct hc_err *err)
{
	if (from >= io->size) {
		*ret = (struct hc_extent){ io->size, 0 };
		return 0;
	}
	if (io->ops->next_data == NULL) {
		*ret = (struct hc_extent){ from, io->size - from };
		return 0;
	}
	return io->ops->next_data(io, from, ret, err);
}

bool
hc_io_file(struct hc_io *io, int *ret_fd, uint64_t *ret_offset)
{
	return io->ops->file != NULL && io->ops->file(io, ret_fd, ret_offset);
}

void
hc_io_close(struct hc_io *io)
{
	if (io != NULL && io->ops->close != NULL)
		io->ops->close(io);
}

/* ---------------------------------------------------------------- window */

struct window {
	struct hc_io io;
	struct hc_io *whole;
	uint64_t start;
};

static int
window_pread(struct hc_io *io, uint64_t offset, void *buf, size_t length, struct hc_err *err)
{
	struct window *w = (struct window *)io;

	return hc_io_pread(w->whole, w->start + offset, buf, length, err);
}

static int
window_pwrite(struct hc_io *io, uint64_t offset, const void *buf, size_t length,
	      struct hc_err *err)
{
	struct window *w = (struct window *)io;

	return hc_io_pwrite(w->whole, w->start + offset, buf, length, err);
}

static int
window_flush(struct hc_io *io, struct hc_err *err)
{
	return hc_io_flush(((struct window *)io)->whole, err);
}

static int
window_next_data(struct hc_io *io, uint64_t from, struct hc_extent *ret, struct hc_err *err)
{
	struct window *w = (struct window *)io;
	struct hc_extent found;
	uint64_t start;

	if (hc_io_next_data(w->whole, w->start + from, &found, err) < 0)
		return -1;
	start = hc_min_u64(found.offset - w->start, io->size);
	*ret = (struct hc_extent){ start, hc_min_u64(found.length, io->size - start) };
	return 0;
}

static bool
window_file(struct hc_io *io, int *ret_fd, uint64_t *ret_offset)
{
	struct window *w = (struct window *)io;
	uint64_t start;

	if (!hc_io_file(w->whole, ret_fd, &start))
		return false;
	*ret_offset = start + w->start;
	return true;
}

static void
free_io(struct hc_io *io)
{
	free(io);
}

static const struct hc_io_ops window_ops = {
	.name = "a part of a disk",
	.pread = window_pread,
	.pwrite = window_pwrite,
	.flush = window_flush,
	.next_data = window_next_data,
	.file = window_file,
	.close = free_io,
};

static const struct hc_io_ops window_ro_ops = {
	.name = "a part of a disk",
	.pread = window_pread,
	.next_data = window_next_data,
	.file = window_file,
	.close = free_io,
};

int
hc_io_window(struct hc_io *whole, struct hc_extent part, struct hc_io **ret, struct hc_err *err)
{
	struct window *w;

	if (part.offset > whole->size || part.length > whole->size - part.offset) {
		hc_err_set(err, H_IO, "a part of %llu bytes does not lie inside %s",
			   (unsigned long long)part.length, whole->ops->name);
		return hc_err_at(err, part.offset, "%s", whole->ops->name);
	}
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to open a part of a disk");
	w->io.ops = whole->ops->pwrite != NULL ? &window_ops : &window_ro_ops;
	w->io.size = part.length;
	w->whole = whole;
	w->start = part.offset;
	*ret = &w->io;
	return 0;
}

/* ---------------------------------------------------------------- memory */

struct memory {
	struct hc_io io;
	struct hc_span bytes;
};

static int
memory_pread(struct hc_io *io, uint64_t offset, void *buf, size_t length, struct hc_err *err)
{
	(void)err;
	memcpy(buf, ((struct memory *)io)->bytes.data + offset, length);
	return 0;
}

static const struct hc_io_ops memory_ops = {
	.name = "memory",
	.pread = memory_pread,
	.close = free_io,
};

int
hc_io_memory(struct hc_span bytes, struct hc_io **ret, struct hc_err *err)
{
	struct memory *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to open bytes in memory");
	m->io = (struct hc_io){ &memory_ops, bytes.size };
	m->bytes = bytes;
	*ret = &m->io;
	return 0;
}

/* ---------------------------------------------------------------- file */

struct file {
	struct hc_io io;
	int fd;
	bool borrowed;
	char *path;
};

static int
file_pread(struct hc_io *io, uint64_t offset, void *buf, size_t length, struct hc_err *err)
{
	struct file *f = (struct file *)io;
	uint8_t *to = buf;

	while (length > 0) {
		ssize_t n = pread(f->fd, to, length, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (n == 0)
				errno = EIO;
			hc_err_sys(err, H_DISK_READ, "reading %zu bytes", length);
			return hc_err_at(err, offset, "%s", f->path);
		}
		to += n;
		offset += (uint64_t)n;
		length -= (size_t)n;
	}
	return 0;
}

static int
file_next_data(struct hc_io *io, uint64_t from, struct hc_extent *ret, struct hc_err *err)
{
	struct file *f = (struct file *)io;
	off_t start = lseek(f->fd, (off_t)from, SEEK_DATA), end;

	(void)err;
	if (start < 0) {
		/* ENXIO: nothing but a hole up to the end.  Anything else: holes are not known here. */
		*ret = errno == ENXIO ? (struct hc_extent){ io->size, 0 }
				      : (struct hc_extent){ from, io->size - from };
		return 0;
	}
	end = lseek(f->fd, start, SEEK_HOLE);
	if (end <= start || (uint64_t)end > io->size)
		end = (off_t)io->size;
	*ret = (struct hc_extent){ (uint64_t)start, (uint64_t)(end - start) };
	return 0;
}

static bool
file_file(struct hc_io *io, int *ret_fd, uint64_t *ret_offset)
{
	*ret_fd = ((struct file *)io)->fd;
	*ret_offset = 0;
	return true;
}

static void
file_close(struct hc_io *io)
{
	struct file *f = (struct file *)io;

	if (!f->borrowed)
		close(f->fd);
	free(f->path);
	free(f);
}

static const struct hc_io_ops file_ops = {
	.name = "a file",
	.pread = file_pread,
	.next_data = file_next_data,
	.file = file_file,
	.close = file_close,
};

int
hc_io_borrow_fd(int fd, uint64_t size, const char *path, struct hc_io **ret, struct hc_err *err)
{
	struct file *f = calloc(1, sizeof(*f));

	if (f == NULL || (f->path = strdup(path)) == NULL) {
		free(f);
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to read %s", path);
	}
	f->io = (struct hc_io){ &file_ops, size };
	f->fd = fd;
	f->borrowed = true;
	*ret = &f->io;
	return 0;
}

int
hc_io_open_file(const char *path, struct hc_io **ret, struct hc_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

	if (size < 0) {
		hc_err_sys(err, H_DISK_OPEN, "opening %s for reading", path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	if (hc_io_borrow_fd(fd, (uint64_t)size, path, ret, err) < 0) {
		close(fd);
		return -1;
	}
	((struct file *)*ret)->borrowed = false;
	return 0;
}
