/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All backups of a repository: read from the folder or from catalog.json, and catalog.json
 * written anew. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "restore/base/log.h"
#include "restore/catalog/catalog_priv.h"

/* Newest first; those without a time last; then by id. */
static int
by_time(const void *a, const void *b)
{
	const struct hc_catalog_backup *x = a, *y = b;
	int order = strcmp(y->created == NULL ? "" : y->created,
			   x->created == NULL ? "" : x->created);

	return order != 0 ? order : strcmp(x->id, y->id);
}

static void
sort(struct hc_catalog *catalog)
{
	if (catalog->backups.count > 1)
		qsort(catalog->backups.items, catalog->backups.count,
		      sizeof(catalog->backups.items[0]), by_time);
}

static int
add_part(const struct hc_partition *partition, struct hc_arena *arena,
	 struct hc_catalog_disk *disk, struct hc_err *err)
{
	struct hc_catalog_part *part =
		hc_arena_grow(arena, &disk->parts.items, &disk->parts.count, sizeof(*part));

	if (part == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for the list of backups");
	*part = (struct hc_catalog_part){ .number = partition->number,
					  .start = partition->start,
					  .size = partition->size,
					  .filesystem = partition->filesystem,
					  .label = partition->label != NULL ? partition->label
									    : partition->name };
	return 0;
}

/* What a technician sees before choosing: how its disks are divided. */
static int
add_layout(const struct hc_manifest *m, struct hc_arena *arena, struct hc_catalog_backup *entry,
	   struct hc_err *err)
{
	for (size_t i = 0; i < m->disks.count; i++) {
		const struct hc_regions *regions = &m->disks.items[i].regions;
		struct hc_catalog_disk *disk = hc_arena_grow(
			arena, &entry->disks.items, &entry->disks.count, sizeof(*disk));

		if (disk == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY,
					  "no memory for the list of backups");
		*disk = (struct hc_catalog_disk){ .size = m->disks.items[i].size };
		for (size_t k = 0; k < regions->count; k++)
			if (regions->items[k].partition != NULL &&
			    add_part(regions->items[k].partition, arena, disk, err) < 0)
				return -1;
	}
	return 0;
}

static int
describe(struct hc_session *session, const char *id, struct hc_arena *arena,
	 struct hc_catalog_backup *entry, struct hc_err *err)
{
	struct hc_manifest m = { 0 };
	struct hc_err why;

	*entry = (struct hc_catalog_backup){ .id = id, .kind = "native" };
	if (hc_manifest_read(session, id, arena, &m, NULL, &why) < 0) {
		hc_log(HC_LOG_DEBUG, "backup %s is not complete: %s", id, why.text[0]);
		return 0;
	}
	entry->complete = true;
	entry->host = m.host;
	entry->machine_uuid = m.machine.uuid;
	entry->machine = m.machine;
	entry->os = m.windows == NULL ? NULL : m.windows->product;
	entry->created = m.created;
	entry->used_bytes = m.totals.used_bytes;
	entry->disk_bytes = m.totals.disk_bytes;
	if (hc_backup_signature_exists(session, id, &entry->is_signed, err) < 0 ||
	    add_layout(&m, arena, entry, err) < 0)
		return -1;
	return hc_strings_add(&entry->modes, arena, "bmr", err);
}

static int
add_backup(struct hc_session *session, const char *id, struct hc_arena *arena,
	   struct hc_catalog *catalog, struct hc_err *err)
{
	const char *kept = hc_arena_strdup(arena, id);
	struct hc_catalog_backup *entry = hc_arena_grow(
		arena, &catalog->backups.items, &catalog->backups.count, sizeof(*entry));

	if (kept == NULL || entry == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for the list of backups");
	return describe(session, kept, arena, entry, err);
}

static int
list_folder(struct hc_session *session, const char *folder, struct hc_arena *arena,
	    struct hc_catalog *catalog, struct hc_err *err)
{
	char path[PATH_MAX];
	struct dirent *entry;
	struct hc_err not_one;
	int result = 0;
	DIR *dir;

	if (snprintf(path, sizeof(path), "%s/backups", folder) >= (int)sizeof(path))
		return hc_err_set(err, H_IO, "the path %.80s… is too long", folder);
	dir = opendir(path);
	if (dir == NULL && errno == ENOENT)
		return 0;
	if (dir == NULL)
		return hc_err_sys(err, H_IO, "listing %s", path);
	while (result == 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN)
			continue;
		if (hc_backup_check_id(entry->d_name, &not_one) == 0)
			result = add_backup(session, entry->d_name, arena, catalog, err);
	}
	closedir(dir);
	sort(catalog);
	return result;
}

/* Ids of a list from a server become parts of URLs and lines on a screen. */
static int
read_list(struct hc_session *session, struct hc_arena *arena, struct hc_catalog *catalog,
	  struct hc_err *err)
{
	struct hc_buf bytes = { 0 };
	int result = -1;

	if (hc_place_get(session, HC_LIST_NAME, HC_LIST_BYTES_MAX, &bytes, err) < 0) {
		if (err->code == H_NOT_FOUND)
			hc_err_remedy(
				err,
				"Serve the repository's whole folder: each capture into it "
				"writes %s.",
				HC_LIST_NAME);
		goto out;
	}
	if (hc_doc_read(&hc_catalog_shape, hc_buf_span(&bytes), arena, catalog, err) < 0) {
		hc_err_at(err, HC_NO_OFFSET, "%s", HC_LIST_NAME);
		goto out;
	}
	for (size_t i = 0; i < catalog->backups.count; i++) {
		if (hc_backup_check_id(catalog->backups.items[i].id, err) < 0) {
			hc_err_at(err, HC_NO_OFFSET, "%s", HC_LIST_NAME);
			goto out;
		}
	}
	sort(catalog);
	result = 0;
out:
	hc_buf_done(&bytes);
	return result;
}

static int
read_all(struct hc_place *place, struct hc_arena *arena, struct hc_catalog *ret,
	 struct hc_err *err)
{
	const char *folder = hc_place_folder(place);
	struct hc_catalog catalog = { 0 };
	struct hc_repository marker;
	struct hc_session *session = NULL;
	int result = -1;

	if (hc_session_open(place, &session, err) < 0 ||
	    hc_repository_load(session, arena, &marker, err) < 0)
		goto out;
	if ((folder != NULL ? list_folder(session, folder, arena, &catalog, err)
			    : read_list(session, arena, &catalog, err)) < 0)
		goto out;
	catalog.repository = hc_arena_strdup(arena, hc_place_name(place));
	*ret = catalog;
	result = 0;
out:
	hc_session_close(session);
	return result;
}

int
hc_catalog_read(const char *repository, const struct hc_place_options *options,
		struct hc_arena *arena, struct hc_catalog *ret, struct hc_err *err)
{
	struct hc_place *place = NULL;
	int result;

	if (hc_place_open(repository, options, &place, err) < 0)
		return -1;
	result = read_all(place, arena, ret, err);
	if (result < 0)
		hc_err_wrap(err, "while listing the backups of %s", hc_place_name(place));
	hc_place_close(place);
	return result;
}

/* The lock is held while the manifests are read: whoever comes later sees more of them, never
 * less. */
int
hc_catalog_rewrite(const char *folder, struct hc_err *err)
{
	struct hc_arena arena = { 0 };
	struct hc_catalog catalog = { 0 };
	char path[PATH_MAX];
	int lock, result = -1;

	if (snprintf(path, sizeof(path), "%s/%s", folder, HC_LIST_NAME) >= (int)sizeof(path))
		return hc_err_set(err, H_IO, "the path %.80s… is too long", folder);
	if (hc_repository_lock(folder, &lock, err) < 0)
		return -1;
	if (hc_catalog_read(folder, NULL, &arena, &catalog, err) == 0) {
		/* Where it is served from, only its reader knows. */
		catalog.repository = NULL;
		result = hc_doc_save(&hc_catalog_shape, &catalog, path, err);
	}
	close(lock);
	hc_arena_done(&arena);
	return result;
}
