/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of a target: written and read past the page cache, zeroed the cheapest way, partitions made known. */
#include "restore/disk/target_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ZEROS_BYTES (1u << 20)

uint64_t
hc_target_size(const struct hc_target *target)
{
	return target->size;
}

uint64_t
hc_target_logical_block(const struct hc_target *target)
{
	return target->logical_block;
}

bool
hc_target_independent(const struct hc_target *target)
{
	return target->independent;
}

static int
check_range(const struct hc_target *t, uint64_t offset, uint64_t length, struct hc_err *err)
{
	if (offset <= t->size && length <= t->size - offset)
		return 0;
	hc_err_set(err, H_INTERNAL, "%llu bytes at %llu lie outside the target's %llu bytes",
		   (unsigned long long)length, (unsigned long long)offset,
		   (unsigned long long)t->size);
	return hc_err_at(err, offset, "%s", t->path);
}

/* O_DIRECT on a file wants what its disk wants, which may be more than 512 bytes: those pieces go through the
 * page cache. On a device every multiple of the logical block is fine. */
static int
descriptor(const struct hc_target *t, uint64_t offset, size_t length)
{
	if (t->is_file && (offset % TARGET_ALIGN != 0 || length % TARGET_ALIGN != 0))
		return t->buffered;
	return t->fd;
}

static int
failed(const struct hc_target *t, enum hc_err_code code, const char *doing, uint64_t offset,
       size_t length, struct hc_err *err)
{
	hc_err_sys(err, code, "%s %zu bytes", doing, length);
	return hc_err_at(err, offset, "%s", t->path);
}

int
hc_target_write(struct hc_target *t, uint64_t offset, const void *buf, size_t length,
		struct hc_err *err)
{
	const uint8_t *from = buf;
	int fd = descriptor(t, offset, length);

	if (check_range(t, offset, length, err) < 0)
		return -1;
	while (length > 0) {
		ssize_t n;

		if (fd == t->buffered)
			atomic_store(&t->dirty, true);
		n = pwrite(fd, from, length, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		/* A file system that wants more than 4096 bytes of alignment. */
		if (n < 0 && errno == EINVAL && fd != t->buffered) {
			fd = t->buffered;
			continue;
		}
		if (n <= 0) {
			errno = n == 0 ? EIO : errno;
			return failed(t, H_DISK_WRITE, "writing", offset, length, err);
		}
		from += n;
		offset += (uint64_t)n;
		length -= (size_t)n;
		if (t->is_file && n % TARGET_ALIGN != 0)
			fd = t->buffered;
	}
	return 0;
}

/* Before reading through the page cache: what is dirty goes to the medium, what is cached is dropped. */
static int
forget_cached(struct hc_target *t, uint64_t offset, size_t length, struct hc_err *err)
{
	if (atomic_load(&t->dirty) && fdatasync(t->buffered) != 0)
		return failed(t, H_DISK_WRITE, "flushing before reading", offset, length, err);
	posix_fadvise(t->buffered, (off_t)offset, (off_t)length, POSIX_FADV_DONTNEED);
	return 0;
}

int
hc_target_read(struct hc_target *t, uint64_t offset, void *buf, size_t length,
	       struct hc_err *err)
{
	uint8_t *to = buf;
	int fd = descriptor(t, offset, length);

	if (check_range(t, offset, length, err) < 0 ||
	    ((fd == t->buffered && t->is_file) || !t->direct
		     ? forget_cached(t, offset, length, err)
		     : 0) < 0)
		return -1;
	while (length > 0) {
		ssize_t n = pread(fd, to, length, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EINVAL && fd != t->buffered) {
			fd = t->buffered;
			if (forget_cached(t, offset, length, err) < 0)
				return -1;
			continue;
		}
		if (n <= 0) {
			errno = n == 0 ? EIO : errno;
			return failed(t, H_DISK_READ, "reading", offset, length, err);
		}
		to += n;
		offset += (uint64_t)n;
		length -= (size_t)n;
		if (t->is_file && n % TARGET_ALIGN != 0)
			fd = t->buffered;
	}
	return 0;
}

/* ---------------------------------------------------------------- zeros */

/* Any of these makes a range read as zeros; only the first is always cheap. */
static bool
punch(struct hc_target *t, struct hc_extent range)
{
	return fallocate(t->buffered, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			 (off_t)range.offset, (off_t)range.length) == 0;
}

static bool
zero_range(struct hc_target *t, struct hc_extent range)
{
	return fallocate(t->buffered, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE,
			 (off_t)range.offset, (off_t)range.length) == 0;
}

static bool
zero_out(struct hc_target *t, struct hc_extent range)
{
	uint64_t span[2] = { range.offset, range.length };

	return !t->is_file && ioctl(t->fd, BLKZEROOUT, span) == 0;
}

static int
write_zeros(struct hc_target *t, struct hc_extent range, struct hc_err *err)
{
	void *zeros;
	int result = 0;

	if (posix_memalign(&zeros, TARGET_ALIGN, ZEROS_BYTES) != 0)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to write zeros");
	memset(zeros, 0, ZEROS_BYTES);
	while (range.length > 0 && result == 0) {
		size_t n = (size_t)hc_min_u64(range.length, ZEROS_BYTES);

		result = hc_target_write(t, range.offset, zeros, n, err);
		range.offset += n;
		range.length -= n;
	}
	free(zeros);
	return result;
}

int
hc_target_zero(struct hc_target *t, struct hc_extent range, bool must, bool *ret_zeroed,
	       struct hc_err *err)
{
	bool done = range.length == 0;

	if (check_range(t, range.offset, range.length, err) < 0)
		return -1;
	done = done || punch(t, range);
	if (!done && must)
		done = zero_range(t, range) || zero_out(t, range);
	if (!done && must) {
		if (write_zeros(t, range, err) < 0)
			return -1;
		done = true;
	}
	if (ret_zeroed != NULL)
		*ret_zeroed = done;
	return 0;
}

int
hc_target_discard(struct hc_target *t, struct hc_extent range, struct hc_err *err)
{
	uint64_t span[2] = { range.offset, range.length };

	if (t->is_file) {
		punch(t, range);
		return 0;
	}
	if (ioctl(t->fd, BLKDISCARD, span) != 0 && errno != EOPNOTSUPP && errno != ENOTTY &&
	    errno != EINVAL)
		return failed(t, H_DISK_WRITE, "discarding", range.offset, (size_t)range.length,
			      err);
	return 0;
}

int
hc_target_flush(struct hc_target *t, struct hc_err *err)
{
	if (fsync(t->buffered) == 0)
		return 0;
	hc_err_sys(err, H_DISK_WRITE, "flushing");
	return hc_err_at(err, HC_NO_OFFSET, "%s", t->path);
}

/* ---------------------------------------------------------------- partitions */

static int
delete_partition(struct hc_target *t, unsigned number, struct hc_err *err)
{
	struct blkpg_partition partition = { .pno = (int)number };
	struct blkpg_ioctl_arg arg = { .op = BLKPG_DEL_PARTITION,
				       .datalen = sizeof(partition),
				       .data = &partition };
	unsigned waited = 0;

	while (ioctl(t->fd, BLKPG, &arg) != 0) {
		if (errno == ENXIO || errno == ENOTTY)
			return 0;
		/* udev looks into new partitions for a moment. */
		if (errno == EBUSY && hc_target_wait(&waited))
			continue;
		hc_err_sys(err, errno == EBUSY ? H_DISK_IN_USE : H_DISK_WRITE,
			   "making the kernel forget partition %u (waited %u ms for it to be "
			   "free)",
			   number, waited);
		return hc_err_at(err, HC_NO_OFFSET, "%s", t->path);
	}
	return 0;
}

int
hc_target_drop_partitions(struct hc_target *t, struct hc_err *err)
{
	const struct hc_tree live = { "" };
	struct hc_arena arena = { 0 };
	struct hc_tree_names names;
	int result = 0;

	if (t->is_file)
		return 0;
	names = hc_tree_list(&live, &arena, "/sys/dev/block/%u:%u", t->major, t->minor);
	for (size_t i = 0; i < names.count && result == 0; i++) {
		uint64_t number = hc_tree_number(&live, 0, "/sys/dev/block/%u:%u/%s/partition",
						 t->major, t->minor, names.items[i]);

		if (number > 0)
			result = delete_partition(t, (unsigned)number, err);
	}
	hc_arena_done(&arena);
	return result;
}

int
hc_target_reread_partitions(struct hc_target *t, struct hc_err *err)
{
	unsigned waited = 0;

	if (t->is_file)
		return 0;
	while (ioctl(t->fd, BLKRRPART) != 0) {
		/* Devices without partitions (a loop device that was set up so). */
		if (errno == EINVAL || errno == ENOTTY)
			return 0;
		if (errno == EBUSY && hc_target_wait(&waited))
			continue;
		hc_err_sys(err, errno == EBUSY ? H_DISK_IN_USE : H_DISK_READ,
			   "making the kernel read the partition table (waited %u ms)", waited);
		return hc_err_at(err, HC_NO_OFFSET, "%s", t->path);
	}
	return 0;
}
