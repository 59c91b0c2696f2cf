/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small files: whole reads and atomic replacement. */
#include "restore/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP 65536u

int
hc_file_read(const char *path, size_t max, struct hc_buf *out, struct hc_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), result = -1;
	size_t before = out->size;
	ssize_t n;

	if (fd < 0) {
		hc_err_sys(err, errno == ENOENT ? H_NOT_FOUND : H_IO, "opening %s", path);
		return hc_err_at(err, HC_NO_OFFSET, "%s", path);
	}
	do {
		if (hc_buf_reserve(out, out->size + STEP, err) < 0)
			goto out;
		do
			n = read(fd, out->data + out->size, STEP);
		while (n < 0 && errno == EINTR);
		if (n < 0) {
			hc_err_sys(err, H_IO, "reading %s", path);
			goto out;
		}
		out->size += (size_t)n;
		if (out->size - before > max) {
			hc_err_set(err, H_IO, "%s is larger than the %zu bytes expected", path,
				   max);
			goto out;
		}
	} while (n > 0);
	result = 0;
out:
	close(fd);
	return result;
}

static int
write_all(int fd, struct hc_span bytes)
{
	size_t done = 0;

	while (done < bytes.size) {
		ssize_t n = write(fd, bytes.data + done, bytes.size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		done += (size_t)n;
	}
	return 0;
}

int
hc_file_sync_folder(const char *path, struct hc_err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), result;

	if (fd < 0)
		return hc_err_sys(err, H_IO, "opening the folder %s", path);
	result = fsync(fd);
	if (result < 0)
		hc_err_sys(err, H_IO, "writing the folder %s", path);
	close(fd);
	return result;
}

/* Makes the rename itself durable. */
static int
sync_folder_of(const char *path, struct hc_err *err)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		snprintf(folder, sizeof(folder), ".");
	else
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path) + 1, path);
	return hc_file_sync_folder(folder, err);
}

int
hc_file_replace(const char *path, struct hc_span bytes, struct hc_err *err)
{
	char temporary[PATH_MAX];
	int fd, result = -1;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary))
		return hc_err_set(err, H_IO, "the path %s is too long", path);
	fd = mkstemp(temporary);
	if (fd < 0) {
		hc_err_sys(err, H_IO, "creating a file beside %s", path);
		return hc_err_at(err, HC_NO_OFFSET, "%s", path);
	}
	if (write_all(fd, bytes) == 0 && fchmod(fd, 0644) == 0 && fsync(fd) == 0 &&
	    rename(temporary, path) == 0)
		result = sync_folder_of(path, err);
	else
		hc_err_sys(err, H_IO, "writing %s", path);
	close(fd);
	if (result < 0)
		unlink(temporary);
	return result;
}

int
hc_file_make_dirs(const char *path, struct hc_err *err)
{
	char part[PATH_MAX];
	size_t length = strlen(path);

	if (length >= sizeof(part))
		return hc_err_set(err, H_IO, "the path %s is too long", path);
	memcpy(part, path, length + 1);
	for (size_t i = 1; i <= length; i++) {
		char kept = part[i];

		if (kept != '/' && kept != '\0')
			continue;
		part[i] = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			return hc_err_sys(err, H_IO, "creating the folder %s", part);
		part[i] = kept;
	}
	return 0;
}
