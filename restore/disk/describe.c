/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Describing disks: one by its path, or all there are. */
#include "restore/disk/disk_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const struct hc_tree live = { "" };

/* Somebody else has it exclusively: found by trying, the descriptor is given back at once. */
static int
try_exclusive(struct hc_disk *disk, struct hc_arena *arena, struct hc_err *err)
{
	int fd;

	if (disk->in_use_by.count > 0)
		return 0;
	fd = open(disk->path, O_RDONLY | O_EXCL | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	else if (errno == EBUSY)
		return hc_strings_add(&disk->in_use_by, arena,
				      "held by another program or file system", err);
	return 0;
}

static int
describe_content(struct hc_disk *disk, struct hc_arena *arena, struct hc_err *err)
{
	int fd = open(disk->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int result;

	if (fd < 0) {
		hc_err_sys(err, H_DISK_OPEN, "opening %s for reading", disk->path);
		return hc_err_at(err, HC_NO_OFFSET, "%s", disk->path);
	}
	result = hc_disk_content(fd, arena, disk, err);
	if (result == 0 && !disk->is_file)
		result = hc_medium_mark(&live, disk, arena, err);
	close(fd);
	return result;
}

/* What sysfs knows of all disks, and of `extra` (a name that is listed only when it is named), or NULL. */
static int
list_sys(const struct hc_tree *tree, const char *extra, struct hc_arena *arena,
	 struct hc_disk_list *ret, struct hc_err *err)
{
	struct hc_tree_names names = hc_tree_list(tree, arena, "/sys/block");
	struct hc_disk_list list = { NULL, 0 };

	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.items[i];
		struct hc_disk *disk;

		if (!hc_sys_is_disk(tree, arena, name) &&
		    (extra == NULL || strcmp(name, extra) != 0))
			continue;
		disk = hc_arena_grow(arena, &list.items, &list.count, sizeof(*disk));
		if (disk == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY,
					  "no memory for the list of disks");
		if (hc_sys_disk(tree, name, arena, disk, err) < 0 ||
		    hc_disk_users(tree, name, arena, disk, err) < 0)
			return -1;
	}
	*ret = list;
	return 0;
}

/* ---------------------------------------------------------------- recorded trees */

static int
add_missing(struct hc_strings *list, const struct hc_strings *more, struct hc_arena *arena,
	    struct hc_err *err)
{
	for (size_t i = 0; i < more->count; i++)
		if (!hc_strings_has(list, more->items[i]) &&
		    hc_strings_add(list, arena, more->items[i], err) < 0)
			return -1;
	return 0;
}

/* What needed the device when it was recorded: DIR/disks/<name>.json. */
static int
merge_record(const char *root, struct hc_disk *disk, struct hc_arena *arena, struct hc_err *err)
{
	const char *name = strrchr(disk->path, '/') + 1;
	char *path = hc_arena_printf(arena, "%s/disks/%s.json", root, name);
	struct hc_disk_record record = { 0 };

	if (path == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for the list of disks");
	if (access(path, F_OK) != 0) {
		disk->holds = "not recorded";
		disk->holds_kind = "data";
		return 0;
	}
	if (hc_doc_load(&hc_disk_record_shape, path, arena, &record, err) < 0)
		return -1;
	disk->table = record.disk.table;
	disk->table_id = record.disk.table_id;
	disk->partitions = record.disk.partitions;
	disk->holds = record.disk.holds;
	disk->holds_kind = record.disk.holds_kind;
	disk->journal = record.disk.journal;
	disk->identity.edges = record.disk.identity.edges;
	if (add_missing(&disk->member_of, &record.disk.member_of, arena, err) < 0)
		return -1;
	if (add_missing(&disk->in_use_by, &record.disk.in_use_by, arena, err) < 0)
		return -1;
	return hc_medium_mark(&(struct hc_tree){ root }, disk, arena, err);
}

/* ---------------------------------------------------------------- public */

int
hc_disk_list(const char *sysroot, struct hc_arena *arena, struct hc_disk_list *ret,
	     struct hc_err *err)
{
	struct hc_tree tree = { sysroot != NULL ? sysroot : "" };
	struct hc_disk_list list;

	if (list_sys(&tree, NULL, arena, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < list.count; i++) {
		struct hc_disk *disk = &list.items[i];

		if (sysroot != NULL) {
			if (merge_record(sysroot, disk, arena, err) < 0)
				return -1;
			continue;
		}
		/* A disk that can't be read is listed, with the reason: it may be the one that failed. */
		if (try_exclusive(disk, arena, err) < 0)
			return -1;
		if (describe_content(disk, arena, err) < 0) {
			if (err->code == H_OUT_OF_MEMORY)
				return -1;
			disk->holds = hc_arena_printf(arena, "can't be read: %s", err->text[0]);
			disk->holds_kind = "data";
		}
	}
	if (hc_disks_compare(&list, arena, err) < 0)
		return -1;
	*ret = list;
	return 0;
}

static int
describe_device(const struct stat *st, struct hc_arena *arena, struct hc_disk *ret,
		struct hc_err *err)
{
	struct hc_disk_list list;
	const char *name;
	char *path;

	if (hc_sys_name(&live, major(st->st_rdev), minor(st->st_rdev), arena, &name, err) < 0 ||
	    list_sys(&live, name, arena, &list, err) < 0 ||
	    hc_disks_compare(&list, arena, err) < 0)
		return -1;
	path = hc_arena_printf(arena, "/dev/%s", name);
	for (char *p = path; p != NULL && *p != '\0'; p++)
		if (*p == '!')
			*p = '/';
	for (size_t i = 0; path != NULL && i < list.count; i++) {
		struct hc_disk *disk = &list.items[i];

		if (strcmp(disk->path, path) != 0 && !hc_strings_has(&disk->other_paths, path))
			continue;
		if (try_exclusive(disk, arena, err) < 0 ||
		    describe_content(disk, arena, err) < 0)
			return -1;
		*ret = *disk;
		return 0;
	}
	return hc_err_set(err, H_DISK_OPEN, "the kernel has no disk %s",
			  path != NULL ? path : name);
}

static int
describe_file(const char *path, const struct stat *st, struct hc_arena *arena,
	      struct hc_disk *ret, struct hc_err *err)
{
	struct hc_disk disk = { 0 };

	disk.path = hc_arena_strdup(arena, path);
	if (disk.path == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to describe %s", path);
	disk.is_file = true;
	disk.bus = "file";
	disk.size = (uint64_t)st->st_size;
	disk.logical_block = disk.physical_block = 512;
	disk.read_only = access(path, W_OK) != 0;
	hc_identity_choose(&disk);
	if (hc_file_users(&live, path, st->st_dev, st->st_ino, arena, &disk.in_use_by, err) <
		    0 ||
	    describe_content(&disk, arena, err) < 0)
		return -1;
	*ret = disk;
	return 0;
}

int
hc_disk_stat(const char *path, struct stat *ret, struct hc_err *err)
{
	struct stat link, st;

	if (lstat(path, &link) != 0 || stat(path, &st) != 0) {
		hc_err_sys(err, H_DISK_OPEN, "looking for %s", path);
		return hc_err_at(err, HC_NO_OFFSET, "%s", path);
	}
	if (S_ISLNK(link.st_mode) && !S_ISBLK(st.st_mode))
		return hc_err_set(
			err, H_TARGET_BAD,
			"%s is a symbolic link to a file; only links to disks are followed",
			path);
	if (!S_ISBLK(st.st_mode) && !S_ISREG(st.st_mode))
		return hc_err_set(err, H_TARGET_BAD, "%s is neither a disk nor a file", path);
	*ret = st;
	return 0;
}

int
hc_disk_describe(const char *path, struct hc_arena *arena, struct hc_disk *ret,
		 struct hc_err *err)
{
	struct stat st;

	if (hc_disk_stat(path, &st, err) < 0)
		return -1;
	return S_ISBLK(st.st_mode) ? describe_device(&st, arena, ret, err)
				   : describe_file(path, &st, arena, ret, err);
}
