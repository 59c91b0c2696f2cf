/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * backups/ID while it is being made.
 *
 * backups/ID/.lock     held (flock) by the capture that makes it; whoever finds it free in a folder without
 *                      manifest.json has found what a killed capture left, and takes it over
 * backups/ID/staging/  chunks on their way into the store
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "restore/base/file.h"
#include "restore/capture/capture_priv.h"

#define LOCK_NAME     ".lock"
#define STAGING_NAME  "staging"
#define MANIFEST_NAME "manifest.json"

static int
exists_already(const char *id, const char *why, struct hc_err *err)
{
	return hc_err_set(err, H_BACKUP_EXISTS, "the backup %s %s", id, why);
}

/* Removes the files of a folder; false when one could not be removed. */
static bool
remove_files(const char *path, const char *but)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool good = true;

	if (dir == NULL)
		return errno == ENOENT;
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    strcmp(entry->d_name, STAGING_NAME) != 0 &&
		    (but == NULL || strcmp(entry->d_name, but) != 0) &&
		    unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			good = false;
	closedir(dir);
	return good;
}

static bool
remove_staging(const struct hc_backup_folder *folder)
{
	return remove_files(folder->staging, NULL) &&
	       (rmdir(folder->staging) == 0 || errno == ENOENT);
}

static int
take_lock(struct hc_backup_folder *folder, const char *id, struct hc_err *err)
{
	char path[PATH_MAX + sizeof(LOCK_NAME) + 1];

	snprintf(path, sizeof(path), "%s/" LOCK_NAME, folder->path);
	folder->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (folder->lock < 0)
		return hc_err_sys(err, H_STORE_WRITE, "creating %s", path);
	if (flock(folder->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return exists_already(id, "is being captured at this moment", err);
	return hc_err_sys(err, H_STORE_WRITE, "locking %s", path);
}

int
hc_backup_folder_open(const char *repository, const char *id, struct hc_backup_folder *ret,
		      struct hc_err *err)
{
	struct hc_backup_folder folder = { .lock = -1 };
	char manifest[PATH_MAX + sizeof(MANIFEST_NAME) + 1];

	if (snprintf(folder.path, PATH_MAX, "%s/backups/%s", repository, id) >= PATH_MAX ||
	    snprintf(folder.staging, PATH_MAX, "%s/" STAGING_NAME, folder.path) >= PATH_MAX)
		return hc_err_set(err, H_STORE_WRITE, "the path of the repository is too long");
	snprintf(manifest, sizeof(manifest), "%s/" MANIFEST_NAME, folder.path);
	if (mkdir(folder.path, 0755) < 0 && errno != EEXIST)
		return hc_err_sys(err, H_STORE_WRITE, "making the folder %s", folder.path);
	if (access(manifest, F_OK) == 0)
		return exists_already(id, "is there already", err);
	if (take_lock(&folder, id, err) < 0)
		goto fail;
	/* The one that held the lock may have finished in the meantime. */
	if (access(manifest, F_OK) == 0) {
		exists_already(id, "is there already", err);
		goto fail;
	}
	if (!remove_files(folder.path, LOCK_NAME) || !remove_staging(&folder) ||
	    mkdir(folder.staging, 0755) < 0) {
		hc_err_sys(err, H_STORE_WRITE, "clearing the folder %s", folder.path);
		goto fail;
	}
	*ret = folder;
	return 0;
fail:
	if (folder.lock >= 0)
		close(folder.lock);
	return -1;
}

int
hc_backup_folder_write(const struct hc_backup_folder *folder, const char *name,
		       struct hc_span bytes, struct hc_arena *arena, struct hc_file_ref *ret,
		       struct hc_err *err)
{
	char path[PATH_MAX + NAME_MAX], hex[HC_DIGEST_TEXT];
	struct hc_digest digest;

	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	if (hc_file_replace(path, bytes, err) < 0)
		return -1;
	hc_digest_of(HC_DIGEST_SHA256, bytes.data, bytes.size, &digest);
	hc_digest_hex(&digest, hex);
	ret->name = hc_arena_strdup(arena, name);
	ret->size = bytes.size;
	ret->sha256 = hc_arena_strdup(arena, hex);
	if (ret->name == NULL || ret->sha256 == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a manifest");
	return 0;
}

void
hc_backup_folder_close(struct hc_backup_folder *folder, bool keep)
{
	char path[PATH_MAX + sizeof(LOCK_NAME) + 1];

	if (folder->lock < 0)
		return;
	remove_staging(folder);
	if (!keep)
		remove_files(folder->path, LOCK_NAME);
	snprintf(path, sizeof(path), "%s/" LOCK_NAME, folder->path);
	unlink(path);
	if (!keep)
		rmdir(folder->path);
	close(folder->lock);
	folder->lock = -1;
}
