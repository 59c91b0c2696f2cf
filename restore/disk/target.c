/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening a disk or an image file for writing: exclusively, and only if it is the one that was meant. */
#include "restore/disk/target_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

static const struct hc_tree live = { "" };

bool
hc_target_wait(unsigned *waited_ms)
{
	struct timespec pause = { 0, 50 * 1000 * 1000 };

	if (*waited_ms >= TARGET_PATIENCE_MS)
		return false;
	nanosleep(&pause, NULL);
	*waited_ms += 50;
	return true;
}

static int
fail_open(const char *path, const char *doing, struct hc_err *err)
{
	hc_err_sys(err, H_DISK_OPEN, "%s %s", doing, path);
	return hc_err_at(err, HC_NO_OFFSET, "%s", path);
}

static int
in_use(const char *path, const char *by, struct hc_err *err)
{
	hc_err_set(err, H_DISK_IN_USE, "%s is in use: %s", path, by);
	return hc_err_at(err, HC_NO_OFFSET, "%s", path);
}

/* ---------------------------------------------------------------- locks */

/* flock: udev keeps away from a disk while it is held, and a second halcyon is refused. */
static int
lock_whole(struct hc_target *t, struct hc_err *err)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	unsigned waited = 0;

	while (flock(t->fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK)
			return fail_open(t->path, "locking", err);
		/* udev holds it for a moment after each change of a disk; nobody does so on a file. */
		if (t->is_file || !hc_target_wait(&waited))
			return in_use(t->path, "another program holds its lock", err);
	}
	/* The kind of lock that QEMU puts on its images. */
	if (fcntl(t->fd, F_OFD_SETLK, &all) != 0 && (errno == EAGAIN || errno == EACCES))
		return in_use(t->path, "a running virtual machine holds its lock", err);
	return 0;
}

/* ---------------------------------------------------------------- devices */

static const char *
first_user(const struct hc_disk *disk)
{
	return disk->in_use_by.count > 0 ? disk->in_use_by.items[0]
					 : "another program has it exclusively";
}

static int
open_device(struct hc_target *t, const struct stat *st, const struct hc_disk *disk,
	    struct hc_err *err)
{
	struct stat opened;
	int block = 0;
	off_t size;

	t->major = major(st->st_rdev);
	t->minor = minor(st->st_rdev);
	if (disk->in_use_by.count > 0)
		return in_use(t->path, first_user(disk), err);
	t->fd = open(t->path, O_RDWR | O_EXCL | O_DIRECT | O_CLOEXEC);
	t->direct = t->fd >= 0;
	if (t->fd < 0 && errno == EINVAL)
		t->fd = open(t->path, O_RDWR | O_EXCL | O_CLOEXEC);
	if (t->fd < 0 && errno == EBUSY)
		return in_use(t->path, first_user(disk), err);
	if (t->fd < 0)
		return fail_open(t->path, "opening for writing", err);
	t->buffered = t->fd;
	if (fstat(t->fd, &opened) != 0 || !S_ISBLK(opened.st_mode) ||
	    opened.st_rdev != st->st_rdev)
		return hc_err_set(err, H_DISK_IDENTITY, "%s changed while it was opened",
				  t->path);
	size = lseek(t->fd, 0, SEEK_END);
	if (size < 0 || ioctl(t->fd, BLKSSZGET, &block) != 0)
		return fail_open(t->path, "asking for the size of", err);
	t->size = (uint64_t)size;
	t->logical_block = (uint64_t)block;
	/* A loop device over a file answers from the page cache of that file, unless told otherwise. */
	t->independent = t->direct && (strcmp(disk->bus, "loop") != 0 ||
				       hc_tree_number(&live, 0, "/sys/dev/block/%u:%u/loop/dio",
						      t->major, t->minor) == 1);
	return lock_whole(t, err);
}

/* ---------------------------------------------------------------- files */

static bool
is_memory(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) != 0 || (uint64_t)fs.f_type == TMPFS_MAGIC ||
	       (uint64_t)fs.f_type == RAMFS_MAGIC;
}

/* So that the new name survives a power cut. */
static int
sync_folder(const char *path, struct hc_err *err)
{
	char *copy = strdup(path), *slash;
	int fd, result = 0;

	if (copy == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to create %s", path);
	slash = strrchr(copy, '/');
	if (slash != NULL)
		slash[slash == copy ? 1 : 0] = '\0';
	fd = open(slash != NULL ? copy : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		result = fail_open(path, "creating", err);
	if (fd >= 0)
		close(fd);
	free(copy);
	return result;
}

static int
create_file(const char *path, uint64_t size, struct hc_err *err)
{
	/* What a backup holds is nobody else's business. */
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int result = 0;

	if (fd < 0)
		return fail_open(path, "creating", err);
	if (ftruncate(fd, (off_t)size) != 0) {
		result = fail_open(path, "giving its size to", err);
		unlink(path);
	}
	close(fd);
	return result < 0 ? -1 : sync_folder(path, err);
}

static int
open_file(struct hc_target *t, struct hc_strings *users, struct hc_err *err)
{
	struct stat st, other;

	if (users->count > 0)
		return in_use(t->path, users->items[0], err);
	t->is_file = true;
	t->logical_block = 512;
	t->buffered = open(t->path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (t->buffered < 0)
		return fail_open(t->path, "opening for writing", err);
	t->fd = open(t->path, O_RDWR | O_DIRECT | O_NOFOLLOW | O_CLOEXEC);
	t->direct = t->fd >= 0;
	if (!t->direct)
		t->fd = t->buffered;
	if (fstat(t->buffered, &st) != 0 || fstat(t->fd, &other) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_ino != other.st_ino || st.st_dev != other.st_dev)
		return hc_err_set(err, H_DISK_IDENTITY, "%s changed while it was opened",
				  t->path);
	t->size = (uint64_t)st.st_size;
	t->independent = t->direct && !is_memory(t->fd);
	return lock_whole(t, err);
}

/* ---------------------------------------------------------------- identity */

static int target_pread(struct hc_io *io, uint64_t offset, void *buf, size_t length,
			struct hc_err *err);

struct target_io {
	struct hc_io io;
	struct hc_target *target;
};

static const struct hc_io_ops target_ops = { .name = "the target", .pread = target_pread };

static int
target_pread(struct hc_io *io, uint64_t offset, void *buf, size_t length, struct hc_err *err)
{
	return hc_target_read(((struct target_io *)io)->target, offset, buf, length, err);
}

int
hc_target_identity(struct hc_target *t, struct hc_arena *arena, struct hc_identity *ret,
		   struct hc_err *err)
{
	struct target_io io = { { &target_ops, t->size }, t };
	struct hc_disk disk = { .path = t->path, .is_file = true };
	char edges[HC_DIGEST_TEXT];
	const char *name;
	bool blank;

	if (!t->is_file && (hc_sys_name(&live, t->major, t->minor, arena, &name, err) < 0 ||
			    hc_sys_disk(&live, name, arena, &disk, err) < 0))
		return -1;
	disk.size = t->size;
	hc_identity_choose(&disk);
	if (hc_edges(&io.io, edges, &blank, err) < 0)
		return -1;
	*ret = disk.identity;
	ret->name = hc_arena_strdup(arena, ret->name);
	ret->edges = hc_arena_strdup(arena, edges);
	if (ret->edges == NULL || ret->name == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to look at %s", t->path);
	return 0;
}

static int
differs(const char *path, const char *what, const char *plan, const char *found,
	struct hc_err *err)
{
	hc_err_set(err, H_DISK_IDENTITY, "%s of %s is %s, the plan has %s", what, path,
		   found != NULL ? found : "unknown", plan != NULL ? plan : "none");
	return hc_err_at(err, HC_NO_OFFSET, "%s", path);
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
same_content(const char *plan, const char *found)
{
	return plan == NULL || same(plan, found);
}

int
hc_identity_check(const char *path, const struct hc_identity *plan,
		  const struct hc_identity *found, struct hc_err *err)
{
	if (plan->size != found->size) {
		hc_err_set(err, H_DISK_IDENTITY, "%s has %llu bytes, the plan has %llu", path,
			   (unsigned long long)found->size, (unsigned long long)plan->size);
		return hc_err_at(err, HC_NO_OFFSET, "%s", path);
	}
	if (!same(plan->serial, found->serial))
		return differs(path, "the serial number", plan->serial, found->serial, err);
	if (!same(plan->wwn, found->wwn))
		return differs(path, "the WWN", plan->wwn, found->wwn, err);
	/* A file has neither name nor place, a device always has a place: none stands in for the other. */
	if ((plan->shared || (plan->serial == NULL && plan->wwn == NULL)) &&
	    !same(plan->pci_path, found->pci_path))
		return differs(path, "the place", plan->pci_path, found->pci_path, err);
	if (!same_content(plan->edges, found->edges))
		return differs(path, "the content (SHA-256 of first and last MiB)", plan->edges,
			       found->edges, err);
	return 0;
}

/* ---------------------------------------------------------------- open and close */

static int
open_any(struct hc_target *t, uint64_t create_size, struct hc_arena *arena, struct hc_err *err)
{
	struct hc_disk disk = { 0 };
	struct stat st, link;
	const char *name;

	if (create_size != 0 && lstat(t->path, &link) != 0 && errno == ENOENT &&
	    create_file(t->path, create_size, err) < 0)
		return -1;
	if (hc_disk_stat(t->path, &st, err) < 0)
		return -1;
	if (!S_ISBLK(st.st_mode)) {
		if (hc_file_users(&live, t->path, st.st_dev, st.st_ino, arena, &disk.in_use_by,
				  err) < 0)
			return -1;
		return open_file(t, &disk.in_use_by, err);
	}
	if (hc_sys_name(&live, major(st.st_rdev), minor(st.st_rdev), arena, &name, err) < 0 ||
	    hc_sys_disk(&live, name, arena, &disk, err) < 0 ||
	    hc_disk_users(&live, name, arena, &disk, err) < 0 ||
	    hc_medium_look(&live, &disk, arena, err) < 0)
		return -1;
	return open_device(t, &st, &disk, err);
}

int
hc_target_open(const char *path, const struct hc_identity *identity, uint64_t create_size,
	       struct hc_target **ret, struct hc_err *err)
{
	struct hc_target *t = calloc(1, sizeof(*t));
	struct hc_arena arena = { 0 };
	struct hc_identity found;
	int result = -1;

	if (t == NULL || (t->path = strdup(path)) == NULL) {
		free(t);
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to open %s", path);
	}
	t->fd = t->buffered = -1;
	if (open_any(t, create_size, &arena, err) < 0)
		goto out;
	if (identity != NULL && (hc_target_identity(t, &arena, &found, err) < 0 ||
				 hc_identity_check(path, identity, &found, err) < 0))
		goto out;
	*ret = t;
	t = NULL;
	result = 0;
out:
	hc_target_close(t);
	hc_arena_done(&arena);
	return result;
}

void
hc_target_close(struct hc_target *target)
{
	if (target == NULL)
		return;
	if (target->buffered >= 0 && target->buffered != target->fd)
		close(target->buffered);
	if (target->fd >= 0)
		close(target->fd);
	free(target->path);
	free(target);
}
