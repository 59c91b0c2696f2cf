/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A directory of this machine in the place of a volume: a Windows tree that was copied or mounted.
 *
 * Each step of a path is an openat of its own with O_NOFOLLOW, and ".." is refused, so nothing outside the tree is
 * ever opened, whatever links it holds.  What the directory does not know of Windows is empty: attributes, short names,
 * time of creation (0).
 */
#include "restore/volume/volume_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "restore/base/text.h"

#define READ_STEP   (1u << 20)
#define ENTRIES_MAX 4000000u

struct dir {
	struct hc_volume volume;
	int root;
};

static int
not_found(const char *path, const char *what, struct hc_err *err)
{
	hc_err_set(err, H_PATH_NOT_FOUND, "%s %s", path[0] == '\0' ? "/" : path, what);
	return hc_err_at(err, HC_NO_OFFSET, "%s", path);
}

static int
system_error(const char *doing, const char *path, struct hc_err *err)
{
	hc_err_sys(err, H_IO, "%s %s", doing, path[0] == '\0' ? "/" : path);
	return hc_err_at(err, HC_NO_OFFSET, "%s", path);
}

/* ---------------------------------------------------------------- lookup */

/* A stream over a folder; `folder` stays open. */
static DIR *
open_stream(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);

	if (stream == NULL && fd >= 0)
		close(fd);
	return stream;
}

/*
 * The name in a folder that differs from `name` in the case of letters A to Z only: all names of Windows' own
 * system files are such.  Of several, the first in order of bytes, so that the answer is always the same.
 * 0: copied over `name`; 1: there is none; -1: errno is set.
 */
static int
find_other_case(int folder, char name[NAME_MAX + 1])
{
	DIR *stream = open_stream(folder);
	char best[NAME_MAX + 1] = "";
	const struct dirent *entry;
	int saved;

	if (stream == NULL)
		return -1;
	while (errno = 0, (entry = readdir(stream)) != NULL)
		if (strcasecmp(entry->d_name, name) == 0 &&
		    (best[0] == '\0' || strcmp(entry->d_name, best) < 0))
			strcpy(best, entry->d_name);
	saved = errno;
	closedir(stream);
	errno = saved;
	if (saved != 0)
		return -1;
	if (best[0] == '\0')
		return 1;
	strcpy(name, best);
	return 0;
}

/* Corrects the case of `name`, and tells what it is; 0 or -1 with err set. */
static int
find_in(int folder, char name[NAME_MAX + 1], const char *path, struct stat *ret,
	struct hc_err *err)
{
	int result;

	if (fstatat(folder, name, ret, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	if (errno != ENOENT)
		return system_error("looking at", path, err);
	result = find_other_case(folder, name);
	if (result < 0)
		return system_error("looking for", path, err);
	if (result > 0)
		return not_found(path, "does not exist", err);
	return fstatat(folder, name, ret, AT_SYMLINK_NOFOLLOW) == 0
		       ? 0
		       : system_error("looking at", path, err);
}

struct found {
	int folder;              /* that holds it; the root's for the root itself */
	char name[NAME_MAX + 1]; /* as it stands there; "." for the root */
	struct stat st;
};

/* The folder and name of what a path leads to; found->folder is closed by the caller. */
static int
lookup(struct dir *d, const char *path, struct found *ret, struct hc_err *err)
{
	struct found at = { .folder = fcntl(d->root, F_DUPFD_CLOEXEC, 0), .name = "." };
	const char *rest = path;
	struct hc_span part;
	int next;

	if (at.folder < 0 || fstat(at.folder, &at.st) < 0) {
		system_error("opening", path, err);
		goto out;
	}
	while (hc_path_next(&rest, &part)) {
		if (part.size == 1 && part.data[0] == '.')
			continue;
		if (part.size > NAME_MAX ||
		    (part.size == 2 && memcmp(part.data, "..", 2) == 0) ||
		    !S_ISDIR(at.st.st_mode)) {
			not_found(path, "does not exist", err);
			goto out;
		}
		next = openat(at.folder, at.name,
			      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0) {
			system_error("opening a folder of", path, err);
			goto out;
		}
		close(at.folder);
		at.folder = next;
		memcpy(at.name, part.data, part.size);
		at.name[part.size] = '\0';
		if (find_in(at.folder, at.name, path, &at.st, err) < 0)
			goto out;
	}
	*ret = at;
	return 0;
out:
	if (at.folder >= 0)
		close(at.folder);
	return -1;
}

/* ---------------------------------------------------------------- entries */

/* -1: no memory. */
static int
fill_entry(const struct found *at, struct hc_arena *arena, struct hc_entry *entry)
{
	char target[PATH_MAX];
	ssize_t length;

	*entry = (struct hc_entry){
		.name = hc_arena_strdup(arena, strcmp(at->name, ".") == 0 ? "" : at->name),
		.type = HC_ENTRY_OTHER,
		.modified = at->st.st_mtime,
	};
	if (S_ISDIR(at->st.st_mode)) {
		entry->type = HC_ENTRY_FOLDER;
	} else if (S_ISREG(at->st.st_mode)) {
		entry->type = HC_ENTRY_FILE;
		entry->size = (uint64_t)at->st.st_size;
	} else if (S_ISLNK(at->st.st_mode)) {
		entry->type = HC_ENTRY_LINK;
		length = readlinkat(at->folder, at->name, target, sizeof(target) - 1);
		if (length >= 0)
			entry->target = hc_arena_strndup(arena, target, (size_t)length);
	}
	return entry->name == NULL ? -1 : 0;
}

static int
dir_stat(struct hc_volume *volume, const char *path, struct hc_arena *arena,
	 struct hc_entry *ret, struct hc_err *err)
{
	struct found at;
	int result;

	if (lookup((struct dir *)volume, path, &at, err) < 0)
		return -1;
	result = fill_entry(&at, arena, ret);
	close(at.folder);
	return result < 0 ? hc_err_set(err, H_OUT_OF_MEMORY, "no memory to look at %s", path)
			  : 0;
}

static int
by_name(const void *a, const void *b)
{
	const struct hc_entry *x = a, *y = b;
	int order = strcasecmp(x->name, y->name);

	return order != 0 ? order : strcmp(x->name, y->name);
}

/* Windows has no names that aren't Unicode, so a file with one is not of this Windows. */
static bool
is_text(const char *name)
{
	struct hc_buf utf16 = { 0 };
	struct hc_err err;
	bool good = hc_utf8_to_utf16(name, &utf16, &err) == 0;

	hc_buf_done(&utf16);
	return good;
}

static int
list_stream(DIR *stream, struct hc_arena *arena, struct hc_entries *list, const char *path,
	    struct hc_err *err)
{
	struct found at = { .folder = dirfd(stream) };
	const struct dirent *entry;
	struct hc_entry *item;

	while (errno = 0, (entry = readdir(stream)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    !is_text(entry->d_name))
			continue;
		strcpy(at.name, entry->d_name);
		/* Gone since it was listed: it is not there. */
		if (fstatat(at.folder, at.name, &at.st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		item = list->count == ENTRIES_MAX ? NULL
						  : hc_arena_grow(arena, &list->items,
								  &list->count, sizeof(*item));
		if (item == NULL || fill_entry(&at, arena, item) < 0)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a listing");
	}
	return errno == 0 ? 0 : system_error("listing", path, err);
}

static int
dir_list(struct hc_volume *volume, const char *path, struct hc_arena *arena,
	 struct hc_entries *ret, struct hc_err *err)
{
	struct hc_entries list = { 0 };
	struct found at;
	DIR *stream = NULL;
	int fd, result = -1;

	if (lookup((struct dir *)volume, path, &at, err) < 0)
		return -1;
	fd = openat(at.folder, at.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && (stream = fdopendir(fd)) == NULL)
		close(fd);
	if (stream != NULL)
		result = list_stream(stream, arena, &list, path, err);
	else if (!S_ISDIR(at.st.st_mode))
		not_found(path, "is not a folder", err);
	else
		system_error("listing", path, err);
	if (stream != NULL)
		closedir(stream);
	close(at.folder);
	if (result < 0)
		return -1;
	if (list.count > 1)
		qsort(list.items, list.count, sizeof(*list.items), by_name);
	*ret = list;
	return 0;
}

/* ---------------------------------------------------------------- contents */

static int
copy_file(int fd, const char *path, struct hc_sink sink, struct hc_err *err)
{
	uint8_t *buf = malloc(READ_STEP);
	int result = -1;
	ssize_t got;

	if (buf == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to read %s", path);
	for (;;) {
		got = read(fd, buf, READ_STEP);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			system_error("reading", path, err);
		if (got < 0 ||
		    (got > 0 && sink.take(sink.ctx, hc_span(buf, (size_t)got), err) < 0))
			break;
		if (got == 0) {
			result = 0;
			break;
		}
	}
	free(buf);
	return result;
}

static int
dir_read(struct hc_volume *volume, const char *path, struct hc_sink sink, struct hc_err *err)
{
	struct found at;
	struct stat st;
	int fd, result = -1;

	if (lookup((struct dir *)volume, path, &at, err) < 0)
		return -1;
	if (!S_ISREG(at.st.st_mode)) {
		not_found(path, "is not a file", err);
		close(at.folder);
		return -1;
	}
	/* O_NONBLOCK: should it have become a pipe since, opening it must not wait. */
	fd = openat(at.folder, at.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		system_error("opening", path, err);
	else if (!S_ISREG(st.st_mode))
		not_found(path, "is not a file", err);
	else
		result = copy_file(fd, path, sink, err);
	if (fd >= 0)
		close(fd);
	close(at.folder);
	return result;
}

/* ---------------------------------------------------------------- what only file systems have */

static int
dir_map(struct hc_volume *volume, struct hc_volume_map *ret, struct hc_err *err)
{
	(void)volume;
	(void)ret;
	return hc_err_set(err, H_UNSUPPORTED, "a directory has no clusters to capture");
}

static int
dir_zeroed_extents(struct hc_volume *volume, bool discard_hibernation, struct hc_arena *arena,
		   struct hc_strings *names, struct hc_extents *ret, struct hc_err *err)
{
	(void)discard_hibernation;
	(void)arena;
	(void)names;
	(void)ret;
	return dir_map(volume, NULL, err);
}

static void
dir_close(struct hc_volume *volume)
{
	struct dir *d = (struct dir *)volume;

	close(d->root);
	free(d);
}

static const struct hc_volume_ops dir_ops = {
	.map = dir_map,
	.zeroed_extents = dir_zeroed_extents,
	.stat = dir_stat,
	.list = dir_list,
	.read = dir_read,
	.close = dir_close,
};

int
hc_volume_open_dir(const char *path, struct hc_volume **ret, struct hc_err *err)
{
	struct dir *d;
	int root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return system_error("opening the directory", path, err);
	d = calloc(1, sizeof(*d));
	if (d == NULL) {
		close(root);
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to open %s", path);
	}
	d->volume.ops = &dir_ops;
	d->volume.info = (struct hc_volume_info){
		.kind = "directory",
		.label = "",
		/* Nobody has to ask before dividing by them. */
		.cluster_size = 4096,
		.sector_size = 512,
		.state = { .journal_clean = true },
	};
	d->root = root;
	*ret = &d->volume;
	return 0;
}
