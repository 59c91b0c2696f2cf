/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a manifest agrees with itself. */
#include <string.h>

#include "restore/catalog/catalog_priv.h"

/* Names of files beside the manifest are URL-safe, like ids. */
#define FILE_NAME_MAX 128u

static const char name_letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

bool
hc_digest_type_parse(const char *name, enum hc_digest_type *ret)
{
	bool sha512 = strcmp(name, "sha512-256") == 0;

	if (!sha512 && strcmp(name, "sha256") != 0)
		return false;
	*ret = sha512 ? HC_DIGEST_SHA512_256 : HC_DIGEST_SHA256;
	return true;
}

static bool
plain_name(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length <= FILE_NAME_MAX && name[0] != '.' &&
	       strspn(name, name_letters) == length;
}

/* A store may lie in a folder below the repository, never above it. */
bool
hc_store_name_good(const char *store)
{
	if (strlen(store) > HC_STORE_NAME_MAX)
		return false;
	for (const char *part = store;; part++) {
		size_t length = strcspn(part, "/");

		if (length == 0 || part[0] == '.' || strspn(part, name_letters) != length)
			return false;
		part += length;
		if (*part == '\0')
			return true;
	}
}

static int
check_file(const struct hc_file_ref *file, const char *what, struct hc_err *err)
{
	struct hc_digest unused;

	/* A region without "index" leaves its name NULL. */
	if (file->name == NULL || !plain_name(file->name))
		return hc_err_set(err, H_DOC_SCHEMA, "%s is no plain file name: \"%s\"", what,
				  file->name == NULL ? "" : file->name);
	if (file->sha256 == NULL || !hc_digest_parse(file->sha256, &unused))
		return hc_err_set(err, H_DOC_SCHEMA, "the sha256 of %s is not 64 hex digits",
				  file->name);
	if (file->size > HC_INDEX_BYTES_MAX)
		return hc_err_set(err, H_DOC_SCHEMA, "%s has %llu bytes; 1 GiB is the most",
				  file->name, (unsigned long long)file->size);
	return 0;
}

static int
check_region(const struct hc_region *region, struct hc_err *err)
{
	const struct hc_partition *p = region->partition;

	if (check_file(&region->index, "its index", err) < 0)
		return -1;
	if (region->free != NULL &&
	    check_file(region->free, "its list of free extents", err) < 0)
		return -1;
	if ((region->kind == HC_REGION_PARTITION) != (p != NULL))
		return hc_err_set(err, H_DISK_LAYOUT,
				  "a region is a partition or has no partition entry");
	if (p != NULL && (p->start != region->start || p->size != region->size))
		return hc_err_set(
			err, H_DISK_LAYOUT,
			"partition %llu is %llu bytes at %llu, its region %llu at %llu",
			(unsigned long long)p->number, (unsigned long long)p->size,
			(unsigned long long)p->start, (unsigned long long)region->size,
			(unsigned long long)region->start);
	return 0;
}

static bool
good_block(uint64_t block)
{
	return block >= 512 && block <= 65536 && (block & (block - 1)) == 0;
}

static int
check_disk(const struct hc_manifest_disk *disk, struct hc_err *err)
{
	uint64_t at = 0;

	if (disk->size == 0 || disk->size > INT64_MAX)
		return hc_err_set(err, H_DISK_LAYOUT, "it has %llu bytes",
				  (unsigned long long)disk->size);
	if (!good_block(disk->logical_block))
		return hc_err_set(err, H_DISK_LAYOUT, "its sectors have %llu bytes",
				  (unsigned long long)disk->logical_block);
	for (size_t i = 0; i < disk->regions.count; i++) {
		const struct hc_region *region = &disk->regions.items[i];

		if (region->start != at)
			return hc_err_set(
				err, H_DISK_LAYOUT,
				"region %zu starts at %llu; the one before ends at %llu", i,
				(unsigned long long)region->start, (unsigned long long)at);
		if (region->size > disk->size - at)
			return hc_err_set(err, H_DISK_LAYOUT, "region %zu ends behind the disk",
					  i);
		if (check_region(region, err) < 0)
			return hc_err_wrap(err, "in region %zu", i);
		at += region->size;
	}
	if (at != disk->size)
		return hc_err_set(err, H_DISK_LAYOUT,
				  "its regions end at %llu, the disk has %llu bytes",
				  (unsigned long long)at, (unsigned long long)disk->size);
	return 0;
}

int
hc_manifest_check(const struct hc_manifest *manifest, struct hc_err *err)
{
	enum hc_digest_type unused;

	if (hc_backup_check_id(manifest->id, err) < 0)
		return -1;
	if (!hc_digest_type_parse(manifest->digest, &unused))
		return hc_err_set(err, H_DOC_SCHEMA,
				  "the digest \"%s\" is neither sha256 nor sha512-256",
				  manifest->digest);
	if (!hc_store_name_good(manifest->store))
		return hc_err_set(err, H_DOC_SCHEMA,
				  "the store \"%s\" does not lie in a repository",
				  manifest->store);
	for (size_t i = 0; i < manifest->disks.count; i++) {
		if (check_disk(&manifest->disks.items[i], err) < 0)
			return hc_err_wrap(err, "in disk %zu", i);
	}
	return 0;
}
