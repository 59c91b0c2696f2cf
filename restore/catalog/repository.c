/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A repository's marker, and making one. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "restore/base/file.h"
#include "restore/base/text.h"
#include "restore/catalog/catalog_priv.h"

static int
check_marker(const struct hc_repository *repository, struct hc_err *err)
{
	enum hc_digest_type unused;

	if (!hc_digest_type_parse(repository->digest, &unused))
		return hc_err_set(err, H_DOC_SCHEMA,
				  "the digest \"%s\" is neither sha256 nor sha512-256",
				  repository->digest);
	if (!hc_store_name_good(repository->store))
		return hc_err_set(err, H_DOC_SCHEMA,
				  "the store \"%s\" does not lie in a repository",
				  repository->store);
	return 0;
}

int
hc_repository_load(struct hc_session *session, struct hc_arena *arena,
		   struct hc_repository *ret, struct hc_err *err)
{
	struct hc_repository found = { 0 };
	struct hc_buf bytes = { 0 };
	int result = -1;

	if (hc_place_get(session, HC_MARKER_NAME, HC_MARKER_BYTES_MAX, &bytes, err) < 0) {
		if (err->code == H_NOT_FOUND)
			err->code = H_REPO_FORMAT;
		goto out;
	}
	if (hc_doc_read(&hc_repository_shape, hc_buf_span(&bytes), arena, &found, err) < 0 ||
	    check_marker(&found, err) < 0) {
		hc_err_at(err, HC_NO_OFFSET, "%s", HC_MARKER_NAME);
		goto out;
	}
	*ret = found;
	result = 0;
out:
	hc_buf_done(&bytes);
	return result;
}

/* ---------------------------------------------------------------- making one */

static int
join(char ret[PATH_MAX], const char *folder, const char *name, struct hc_err *err)
{
	if (snprintf(ret, PATH_MAX, "%s/%s", folder, name) < PATH_MAX)
		return 0;
	return hc_err_set(err, H_IO, "the path %.80s… is too long", folder);
}

int
hc_repository_lock(const char *folder, int *ret_fd, struct hc_err *err)
{
	char path[PATH_MAX];
	int fd, result;

	if (join(path, folder, ".lock", err) < 0)
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return hc_err_sys(err, H_STORE_WRITE, "opening %s", path);
	do
		result = flock(fd, LOCK_EX);
	while (result < 0 && errno == EINTR);
	if (result < 0) {
		hc_err_sys(err, H_STORE_WRITE, "locking %s", path);
		close(fd);
		return -1;
	}
	*ret_fd = fd;
	return 0;
}

static int
write_marker(const char *path, const struct hc_repository *wanted, struct hc_err *err)
{
	struct hc_repository marker = *wanted;
	char now[HC_TIME_TEXT];

	hc_time_text(time(NULL), now);
	if (marker.created == NULL)
		marker.created = now;
	return hc_doc_save(&hc_repository_shape, &marker, path, err);
}

static int
fill_in(const char *folder, const struct hc_repository *wanted, struct hc_arena *arena,
	struct hc_repository *ret, struct hc_err *err)
{
	struct hc_repository found = { 0 };
	char path[PATH_MAX];
	struct stat st;

	if (join(path, folder, HC_MARKER_NAME, err) < 0)
		return -1;
	if (stat(path, &st) < 0 && errno == ENOENT && write_marker(path, wanted, err) < 0)
		return -1;
	if (hc_doc_load(&hc_repository_shape, path, arena, &found, err) < 0 ||
	    check_marker(&found, err) < 0)
		return -1;
	if (join(path, folder, found.store, err) < 0 || hc_file_make_dirs(path, err) < 0)
		return -1;
	if (join(path, folder, "backups", err) < 0 || hc_file_make_dirs(path, err) < 0)
		return -1;
	*ret = found;
	return 0;
}

int
hc_repository_open_or_create(const char *folder, const struct hc_repository *wanted,
			     struct hc_arena *arena, struct hc_repository *ret,
			     struct hc_err *err)
{
	char path[PATH_MAX];
	int lock, result;
	bool listed;

	if (check_marker(wanted, err) < 0 || hc_file_make_dirs(folder, err) < 0 ||
	    join(path, folder, HC_LIST_NAME, err) < 0 ||
	    hc_repository_lock(folder, &lock, err) < 0)
		return -1;
	result = fill_in(folder, wanted, arena, ret, err);
	listed = access(path, F_OK) == 0;
	close(lock);
	if (result == 0 && !listed)
		result = hc_catalog_rewrite(folder, err);
	return result == 0 ? 0 : hc_err_wrap(err, "while preparing the repository %s", folder);
}
