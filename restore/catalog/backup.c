/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One backup: its manifest and the files beside it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "restore/catalog/catalog_priv.h"

#define PATH_BYTES 384u

struct hc_backup {
	struct hc_arena arena;
	struct hc_place *place;
	struct hc_manifest manifest;
	enum hc_digest_type digest;
	char sha256[HC_DIGEST_TEXT];
	const char *name;
	bool is_signed;
	int64_t server_time;
};

static void
path_of(const char *id, const char *file, char ret[PATH_BYTES])
{
	snprintf(ret, PATH_BYTES, "backups/%s/%s", id, file);
}

/* ---------------------------------------------------------------- open */

int
hc_manifest_read(struct hc_session *session, const char *id, struct hc_arena *arena,
		 struct hc_manifest *ret, char ret_sha256[HC_DIGEST_TEXT], struct hc_err *err)
{
	struct hc_manifest manifest = { 0 };
	struct hc_digest digest;
	struct hc_buf bytes = { 0 };
	char path[PATH_BYTES];
	int result = -1;

	path_of(id, "manifest.json", path);
	if (hc_place_get(session, path, HC_MANIFEST_BYTES_MAX, &bytes, err) < 0) {
		if (err->code == H_NOT_FOUND)
			hc_err_set(err, H_BACKUP_UNKNOWN, "there is no backup %s", id);
		goto out;
	}
	if (hc_doc_read(&hc_manifest_shape, hc_buf_span(&bytes), arena, &manifest, err) < 0 ||
	    hc_manifest_check(&manifest, err) < 0)
		goto out;
	if (strcmp(manifest.id, id) != 0) {
		hc_err_set(err, H_DOC_SCHEMA, "the manifest says that it is backup %s",
			   manifest.id);
		goto out;
	}
	if (ret_sha256 != NULL) {
		hc_digest_of(HC_DIGEST_SHA256, bytes.data, bytes.size, &digest);
		hc_digest_hex(&digest, ret_sha256);
	}
	*ret = manifest;
	result = 0;
out:
	if (result < 0)
		hc_err_at(err, HC_NO_OFFSET, "%s", path);
	hc_buf_done(&bytes);
	return result;
}

int
hc_backup_signature_exists(struct hc_session *session, const char *id, bool *ret,
			   struct hc_err *err)
{
	char path[PATH_BYTES];

	path_of(id, "manifest.json.minisig", path);
	if (hc_place_exists(session, path, ret, err) == 0)
		return 0;
	/* Object stores answer 403 for what isn't there, some servers know no HEAD. */
	if (err->code != H_NET_HTTP_STATUS)
		return -1;
	*ret = false;
	return 0;
}

static int
load(struct hc_backup *backup, const char *id, struct hc_err *err)
{
	struct hc_session *session = NULL;
	struct hc_repository repository;
	int result = -1;

	if (hc_session_open(backup->place, &session, err) < 0 ||
	    hc_repository_load(session, &backup->arena, &repository, err) < 0 ||
	    hc_manifest_read(session, id, &backup->arena, &backup->manifest, backup->sha256,
			     err) < 0 ||
	    hc_backup_signature_exists(session, id, &backup->is_signed, err) < 0)
		goto out;
	hc_digest_type_parse(backup->manifest.digest, &backup->digest);
	backup->server_time = hc_session_server_time(session);
	result = 0;
out:
	hc_session_close(session);
	return result;
}

int
hc_backup_open(const char *name, const struct hc_place_options *options, struct hc_backup **ret,
	       struct hc_err *err)
{
	struct hc_backup *backup = calloc(1, sizeof(*backup));
	const char *repository, *id;

	if (backup == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to open a backup");
	if (hc_backup_parse_name(name, &backup->arena, &repository, &id, err) < 0 ||
	    hc_place_open(repository, options, &backup->place, err) < 0)
		goto fail;
	backup->name =
		hc_arena_printf(&backup->arena, "%s//%s", hc_place_name(backup->place), id);
	if (backup->name == NULL) {
		hc_err_set(err, H_OUT_OF_MEMORY, "no memory to open a backup");
		goto fail;
	}
	if (load(backup, id, err) < 0) {
		hc_err_wrap(err, "while opening backup %s", backup->name);
		goto fail;
	}
	*ret = backup;
	return 0;
fail:
	hc_backup_close(backup);
	return -1;
}

void
hc_backup_close(struct hc_backup *backup)
{
	if (backup == NULL)
		return;
	hc_place_close(backup->place);
	hc_arena_done(&backup->arena);
	free(backup);
}

const struct hc_manifest *
hc_backup_manifest(const struct hc_backup *backup)
{
	return &backup->manifest;
}

const char *
hc_backup_manifest_sha256(const struct hc_backup *backup)
{
	return backup->sha256;
}

const char *
hc_backup_name_of(const struct hc_backup *backup)
{
	return backup->name;
}

struct hc_place *
hc_backup_place(const struct hc_backup *backup)
{
	return backup->place;
}

int64_t
hc_backup_server_time(const struct hc_backup *backup)
{
	return backup->server_time;
}

bool
hc_backup_is_signed(const struct hc_backup *backup)
{
	return backup->is_signed;
}

/* ---------------------------------------------------------------- files */

int
hc_backup_file(const struct hc_backup *backup, struct hc_session *session,
	       const struct hc_file_ref *ref, struct hc_buf *out, struct hc_err *err)
{
	char path[PATH_BYTES];
	struct hc_file_want want = { path, ref->size, { { 0 } } };

	path_of(backup->manifest.id, ref->name, path);
	if (!hc_digest_parse(ref->sha256, &want.sha256))
		return hc_err_set(err, H_INTERNAL, "%s was not checked", ref->name);
	if (hc_place_get_checked(session, &want, out, err) == 0)
		return 0;
	if (err->code == H_NOT_FOUND) {
		hc_err_set(err, H_BACKUP_INCOMPLETE, "the file %s is missing", ref->name);
		hc_err_at(err, HC_NO_OFFSET, "%s/%s", hc_place_name(backup->place), path);
	}
	return hc_err_wrap(err, "while reading %s of backup %s", ref->name, backup->name);
}

static int
check_index(const struct hc_backup *backup, const struct hc_region *region,
	    const struct hc_index *index, struct hc_err *err)
{
	uint64_t end = index->count == 0 ? 0 : index->rows[index->count - 1].end;

	if (end != region->size)
		return hc_err_set(err, H_INDEX_FORMAT,
				  "the index covers %llu bytes, its region has %llu",
				  (unsigned long long)end, (unsigned long long)region->size);
	if (index->digest != backup->digest)
		return hc_err_set(err, H_INDEX_FORMAT, "the index does not use %s",
				  backup->manifest.digest);
	return 0;
}

static const struct hc_region *
find_region(const struct hc_backup *backup, size_t disk, size_t region)
{
	const struct hc_manifest *m = &backup->manifest;

	if (disk >= m->disks.count || region >= m->disks.items[disk].regions.count)
		return NULL;
	return &m->disks.items[disk].regions.items[region];
}

int
hc_backup_index(const struct hc_backup *backup, struct hc_session *session, size_t disk,
		size_t region, struct hc_index *ret, struct hc_err *err)
{
	const struct hc_region *r = find_region(backup, disk, region);
	struct hc_index index = { 0 };
	struct hc_buf bytes = { 0 };
	int result = -1;

	if (r == NULL)
		return hc_err_set(err, H_INTERNAL, "backup %s has no disk %zu with region %zu",
				  backup->name, disk, region);
	if (hc_backup_file(backup, session, &r->index, &bytes, err) < 0)
		goto out;
	if (hc_index_parse(hc_buf_span(&bytes), &index, err) < 0 ||
	    check_index(backup, r, &index, err) < 0) {
		hc_err_wrap(err, "while reading %s of backup %s", r->index.name, backup->name);
		hc_index_done(&index);
		goto out;
	}
	*ret = index;
	result = 0;
out:
	hc_buf_done(&bytes);
	return result;
}

int
hc_backup_image(const struct hc_backup *backup, struct hc_session *session, size_t disk,
		size_t region, struct hc_image **ret, struct hc_err *err)
{
	struct hc_index index;

	if (hc_backup_index(backup, session, disk, region, &index, err) < 0)
		return -1;
	return hc_image_open_castr(&index, backup->manifest.store, ret, err);
}
