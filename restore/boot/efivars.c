/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variables as files: efivarfs, or a folder that looks like it. */
#include "restore/boot/efivars.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "restore/base/file.h"

#define VARIABLE_MAX (1u << 20)

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for boot entries");
}

/* ---------------------------------------------------------------- reading */

static int
read_path(const char *path, struct hc_arena *arena, struct hc_span *ret, struct hc_err *err)
{
	struct hc_buf bytes = { 0 };
	struct hc_err why;
	uint8_t *copy = NULL;
	int result = -1;

	if (hc_file_read(path, VARIABLE_MAX, &bytes, &why) < 0) {
		if (why.code == H_NOT_FOUND)
			result = 1;
		else if (why.code == H_OUT_OF_MEMORY)
			no_memory(err);
		else
			hc_err_set(err, H_EFIVARS_READ, "%s", why.text[0]);
	} else if (bytes.size == 0) {
		/* efivarfs shows one for a while whose first write failed. */
		result = 1;
	} else if (bytes.size < HC_EFI_ATTRIBUTE_BYTES) {
		hc_err_set(err, H_EFIVARS_READ, "%s has %zu bytes, not even its attributes",
			   path, bytes.size);
	} else if ((copy = hc_arena_alloc(arena, bytes.size)) == NULL) {
		no_memory(err);
	} else {
		memcpy(copy, bytes.data, bytes.size);
		*ret = hc_span(copy, bytes.size);
		result = 0;
	}
	hc_buf_done(&bytes);
	return result;
}

int
hc_efivar_read(const char *folder, const char *name, struct hc_arena *arena,
	       struct hc_span *ret, struct hc_err *err)
{
	const char *path = hc_arena_printf(arena, "%s/%s", folder, name);

	return path == NULL ? no_memory(err) : read_path(path, arena, ret, err);
}

/* ---------------------------------------------------------------- writing */

/* The request's type is another in musl than in glibc, and these have their highest bit set. */
#ifdef __GLIBC__
#define REQUEST(number) (number)
#else
#define REQUEST(number) ((int)(number))
#endif

/* What protects a file of efivarfs against `rm -r`; other file systems may know no such flags. */
static bool
set_immutable(const char *path, bool immutable)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), flags;
	bool changed = false;

	if (fd < 0)
		return false;
	if (ioctl(fd, REQUEST(FS_IOC_GETFLAGS), &flags) == 0 &&
	    ((flags & FS_IMMUTABLE_FL) != 0) != immutable) {
		flags ^= FS_IMMUTABLE_FL;
		changed = ioctl(fd, REQUEST(FS_IOC_SETFLAGS), &flags) == 0;
	}
	close(fd);
	return changed;
}

static int
write_failed(const char *path, const char *what, struct hc_err *err)
{
	const bool full = errno == ENOSPC || errno == EDQUOT;

	hc_err_sys(err, full ? H_EFIVARS_FULL : H_EFIVARS_WRITE, "%s %s", what, path);
	return hc_err_at(err, HC_NO_OFFSET, "%s", path);
}

static int
write_file(int fd, const char *path, struct hc_span bytes, struct hc_err *err)
{
	struct stat info;
	ssize_t done;

	do
		done = write(fd, bytes.data, bytes.size);
	while (done < 0 && errno == EINTR);
	if (done < 0)
		return write_failed(path, "writing", err);
	if ((size_t)done != bytes.size)
		return hc_err_set(err, H_EFIVARS_WRITE, "%s took %zd of %zu bytes", path, done,
				  bytes.size);
	/* efivarfs sets the size by itself. */
	if (fstat(fd, &info) == 0 && info.st_size > (off_t)bytes.size &&
	    ftruncate(fd, (off_t)bytes.size) < 0)
		return write_failed(path, "cutting", err);
	return 0;
}

static int
write_path(const char *path, struct hc_span bytes, struct hc_err *err)
{
	bool there = access(path, F_OK) == 0;
	bool freed = there && set_immutable(path, false);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644), result;

	if (fd < 0) {
		result = write_failed(path, "opening", err);
	} else {
		result = write_file(fd, path, bytes, err);
		if (close(fd) < 0 && result == 0)
			result = write_failed(path, "closing", err);
		if (result < 0 && !there)
			unlink(path);
	}
	if (freed)
		set_immutable(path, true);
	return result;
}

static int
remove_path(const char *path, struct hc_err *err)
{
	set_immutable(path, false);
	if (unlink(path) < 0 && errno != ENOENT)
		return write_failed(path, "deleting", err);
	return 0;
}

int
hc_efivar_write(const char *folder, const char *name, struct hc_span bytes, struct hc_err *err)
{
	struct hc_arena arena = { 0 };
	const char *path = hc_arena_printf(&arena, "%s/%s", folder, name);
	int result;

	if (path == NULL)
		result = no_memory(err);
	else if (bytes.data == NULL)
		result = remove_path(path, err);
	else if (bytes.size < HC_EFI_ATTRIBUTE_BYTES)
		result = hc_err_set(err, H_INTERNAL, "%s without attributes", name);
	else
		result = write_path(path, bytes, err);
	hc_arena_done(&arena);
	return result;
}

/* ---------------------------------------------------------------- boot entries */

/* The number of Boot####-GUID; case as the firmware has it. */
static bool
entry_number(const char *name, unsigned *ret)
{
	char digits[5] = { 0 };

	if (strncmp(name, "Boot", 4) != 0 || strspn(name + 4, "0123456789abcdefABCDEF") != 4 ||
	    strcasecmp(name + 8, "-" HC_EFI_GLOBAL) != 0)
		return false;
	memcpy(digits, name + 4, 4);
	*ret = (unsigned)strtoul(digits, NULL, 16);
	return true;
}

static int
add_entry(const char *folder, const char *name, unsigned number, struct hc_arena *arena,
	  struct hc_efi_boot *boot, struct hc_err *err)
{
	struct hc_efi_entry *entry;
	struct hc_span bytes;
	int found = hc_efivar_read(folder, name, arena, &bytes, err);
	size_t at;

	if (found != 0)
		return found < 0 ? -1 : 0;
	entry = hc_arena_grow(arena, &boot->entries.items, &boot->entries.count,
			      sizeof(*entry));
	name = hc_arena_strdup(arena, name);
	if (entry == NULL || name == NULL)
		return no_memory(err);
	for (at = boot->entries.count - 1;
	     at > 0 && boot->entries.items[at - 1].number > number; at--)
		boot->entries.items[at] = boot->entries.items[at - 1];
	boot->entries.items[at] = (struct hc_efi_entry){ number, name, bytes };
	return 0;
}

int
hc_efi_boot_read(const char *folder, struct hc_arena *arena, struct hc_efi_boot *ret,
		 struct hc_err *err)
{
	struct hc_efi_boot boot = { 0 };
	const struct dirent *entry;
	DIR *dir = opendir(folder);
	bool empty = true;
	unsigned number;
	int result = 0;

	if (dir == NULL) {
		hc_err_sys(err, H_EFIVARS_READ, "listing %s", folder);
		return hc_err_at(err, HC_NO_OFFSET, "%s", folder);
	}
	while (result == 0 && (entry = readdir(dir)) != NULL) {
		empty = empty && entry->d_name[0] == '.';
		if (entry_number(entry->d_name, &number))
			result = add_entry(folder, entry->d_name, number, arena, &boot, err);
	}
	closedir(dir);
	if (empty)
		return hc_err_set(err, H_EFIVARS_READ,
				  "%s holds no variables: efivarfs is not mounted there",
				  folder);
	if (result == 0)
		result = hc_efivar_read(folder, HC_EFI_BOOT_ORDER, arena, &boot.order, err);
	if (result < 0)
		return -1;
	*ret = boot;
	return 0;
}
