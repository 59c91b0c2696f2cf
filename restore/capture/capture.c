/* SPDX-License-Identifier: GPL-3.0-or-later */
/* STAGE capture: source, repository, regions one after the other, then the documents. */
#include "restore/capture/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "restore/base/file.h"
#include "restore/base/text.h"
#include "restore/capture/capture_priv.h"
#include "restore/catalog/catalog.h"
#include "restore/disk/disk.h"

#define THREADS_MAX   64u
#define DEFAULT_STORE "default.castr"

struct capture {
	const struct hc_capture_options *options;
	struct hc_arena *arena;
	struct hc_manifest *manifest;
	struct hc_io *disk;
	struct stat before; /* of an image file */
	struct hc_table table;
	struct hc_repository repository;
	struct hc_capture_region *regions; /* as in the manifest's disk */
	size_t region_count;
	struct hc_backup_folder folder;
	struct hc_store *store;
	struct hc_pipeline *pipeline;
};

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a manifest");
}

/* ---------------------------------------------------------------- the source */

static int
warn_of_use(struct capture *c, const struct hc_disk *disk, struct hc_err *err)
{
	for (size_t i = 0; i < disk->in_use_by.count; i++)
		if (hc_capture_warn(
			    c->manifest, c->arena, err,
			    "the source is in use (%s): what changes while it is read may "
			    "not fit together",
			    disk->in_use_by.items[i]) < 0)
			return -1;
	return 0;
}

/* What libblkid says of a partition, for people; the table's own list has places and types only. */
static void
add_filesystems(struct hc_partitions *partitions, const struct hc_disk *disk)
{
	for (size_t i = 0; i < partitions->count; i++)
		for (size_t j = 0; j < disk->partitions.count; j++) {
			struct hc_partition *p = &partitions->items[i];
			const struct hc_partition *d = &disk->partitions.items[j];

			if (d->start != p->start)
				continue;
			p->filesystem = d->filesystem;
			p->label = d->label;
			p->volume_serial = d->volume_serial;
		}
}

static int
fill_disk(struct capture *c, const struct hc_disk *found, struct hc_err *err)
{
	struct hc_manifest_disk *disk = hc_arena_grow(c->arena, &c->manifest->disks.items,
						      &c->manifest->disks.count, sizeof(*disk));
	const struct hc_table *table = &c->table;

	if (disk == NULL)
		return no_memory(err);
	disk->model = found->model;
	disk->serial = found->serial;
	disk->wwn = found->wwn;
	disk->bus = found->bus;
	disk->size = c->disk->size;
	disk->logical_block =
		table->logical_block != 0 ? table->logical_block : found->logical_block;
	disk->physical_block = hc_max_u64(found->physical_block, disk->logical_block);
	disk->table = table->type;
	disk->table_id = table->id;
	disk->sector0 = hc_base64_encode(c->arena, table->sector0);
	if (disk->sector0 == NULL)
		return no_memory(err);
	if (table->type == HC_TABLE_GPT) {
		disk->gpt_header = hc_base64_encode(c->arena, table->gpt_header);
		disk->gpt_entries = hc_base64_encode(c->arena, table->gpt_entries);
		if (disk->gpt_header == NULL || disk->gpt_entries == NULL)
			return no_memory(err);
	}
	return hc_capture_layout(table, disk->size, c->arena, &disk->regions, err);
}

static int
check_source(struct capture *c, const char *path, struct hc_err *err)
{
	char partition[64];

	if (stat(path, &c->before) < 0)
		return hc_err_sys(err, H_CAPTURE_SOURCE, "looking at %s", path);
	if (S_ISREG(c->before.st_mode))
		return 0;
	snprintf(partition, sizeof(partition), "/sys/dev/block/%u:%u/partition",
		 major(c->before.st_rdev), minor(c->before.st_rdev));
	if (!S_ISBLK(c->before.st_mode))
		hc_err_set(err, H_CAPTURE_SOURCE, "%s is neither a disk nor an image file",
			   path);
	else if (access(partition, F_OK) == 0)
		hc_err_set(err, H_CAPTURE_SOURCE,
			   "%s is a partition; a backup is of a whole disk", path);
	else
		return 0;
	return hc_err_at(err, HC_NO_OFFSET, "%s", path);
}

/* The path behind links: an image file may be captured through one. */
static const char *
real_path(struct capture *c, struct hc_err *err)
{
	char path[PATH_MAX];
	const char *copy;

	if (realpath(c->options->source, path) == NULL) {
		hc_err_sys(err, H_CAPTURE_SOURCE, "looking at %s", c->options->source);
		return NULL;
	}
	copy = hc_arena_strdup(c->arena, path);
	if (copy == NULL)
		no_memory(err);
	return copy;
}

/* What two readers see differently is copied all the same, byte for byte; somebody should know. */
static int
warn_of_table(struct capture *c, struct hc_err *err)
{
	struct hc_err why;

	if (c->table.type == HC_TABLE_NONE) {
		if (hc_is_zero(c->table.sector0.data, c->table.sector0.size))
			return 0;
		return hc_capture_warn(
			c->manifest, c->arena, err,
			"the disk has no partition table; captured block for block");
	}
	if (hc_table_witness(c->disk, &c->table, &why) == 0)
		return 0;
	return hc_capture_warn(c->manifest, c->arena, err,
			       "libfdisk reads the partition table otherwise: %s", why.text[0]);
}

static int
open_source(struct capture *c, struct hc_err *err)
{
	const char *path = real_path(c, err);
	struct hc_disk found = { 0 };

	if (path == NULL || check_source(c, path, err) < 0)
		return -1;
	if (hc_io_open_file(path, &c->disk, err) < 0)
		return -1;
	if (c->disk->size == 0)
		return hc_err_set(err, H_CAPTURE_SOURCE, "%s is empty", path);
	if (hc_disk_describe(path, c->arena, &found, err) < 0)
		return -1;
	if (hc_table_read(c->disk, found.is_file ? 0 : found.logical_block, c->arena, &c->table,
			  err) < 0)
		return -1;
	if (warn_of_table(c, err) < 0)
		return -1;
	add_filesystems(&c->table.partitions, &found);
	if (warn_of_use(c, &found, err) < 0)
		return -1;
	return fill_disk(c, &found, err);
}

/* Somebody wrote to it meanwhile: then the backup is no state that the disk ever had. */
static int
check_unchanged(struct capture *c, struct hc_err *err)
{
	struct hc_arena arena = { 0 };
	struct hc_table now;
	struct stat after;
	bool same = true;
	int result = 0;

	if (S_ISREG(c->before.st_mode)) {
		same = stat(c->options->source, &after) == 0 &&
		       after.st_ino == c->before.st_ino && after.st_size == c->before.st_size &&
		       after.st_mtim.tv_sec == c->before.st_mtim.tv_sec &&
		       after.st_mtim.tv_nsec == c->before.st_mtim.tv_nsec;
	} else {
		result = hc_table_read(c->disk, c->table.logical_block, &arena, &now, err);
		same = result == 0 && now.sector0.size == c->table.sector0.size &&
		       memcmp(now.sector0.data, c->table.sector0.data, now.sector0.size) == 0;
	}
	hc_arena_done(&arena);
	if (result == 0 && !same) {
		hc_err_set(err, H_CAPTURE_CHANGED, "%s was written to while it was read",
			   c->options->source);
		return hc_err_at(err, HC_NO_OFFSET, "%s", c->options->source);
	}
	return result;
}

/* ---------------------------------------------------------------- names */

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* The host: of the Windows found, else the image's name. */
static int
fill_names(struct capture *c, struct hc_err *err)
{
	struct hc_manifest *m = c->manifest;
	char stamp[sizeof("20261123T165000Z")];
	char *id;
	struct tm tm;
	time_t now = time(NULL);
	char created[HC_TIME_TEXT];

	hc_time_text(now, created);
	m->created = hc_arena_strdup(c->arena, created);
	m->tool = "halcyon " HC_VERSION;
	if (m->windows != NULL && m->windows->hostname != NULL)
		m->host = m->windows->hostname;
	else
		m->host = hc_arena_strdup(c->arena, base_name(c->options->source));
	if (c->options->id != NULL) {
		m->id = hc_arena_strdup(c->arena, c->options->id);
	} else {
		gmtime_r(&now, &tm);
		strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
		id = hc_arena_printf(c->arena, "%.40s-%s", m->host == NULL ? "" : m->host,
				     stamp);
		for (char *p = id; p != NULL && *p != '\0'; p++)
			if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "-_.",
				   *p) == NULL ||
			    (p == id && *p == '.'))
				*p = '_';
		m->id = id;
	}
	if (m->created == NULL || m->host == NULL || m->id == NULL)
		return no_memory(err);
	return hc_backup_check_id(m->id, err);
}

static int
fill_machine(struct capture *c, struct hc_err *err)
{
	struct hc_manifest *m = c->manifest;
	const struct hc_facts *facts = c->options->facts;
	const char *arch = m->windows == NULL ? NULL : m->windows->architecture;
	bool uefi;

	if (facts != NULL) {
		m->machine = facts->machine;
		m->acpi_digests = facts->acpi.digests;
		m->firmware = facts->firmware;
	}
	if (hc_capture_describe_boot(m, c->regions, c->arena, err) < 0)
		return -1;
	if (m->windows == NULL || m->firmware.type != HC_FIRMWARE_UNKNOWN ||
	    m->windows->firmware == NULL)
		return 0;
	uefi = strcmp(m->windows->firmware, "uefi") == 0;
	m->firmware.type = uefi ? HC_FIRMWARE_UEFI : HC_FIRMWARE_BIOS;
	if (uefi && arch != NULL)
		m->firmware.bits = strcmp(arch, "x86") == 0 ? 32 : 64;
	return 0;
}

/* ---------------------------------------------------------------- stages */

static int
scan(struct capture *c, uint64_t *ret_total, struct hc_err *err)
{
	struct hc_regions *regions = &c->manifest->disks.items[0].regions;
	struct hc_totals *totals = &c->manifest->totals;

	c->regions = hc_arena_array(c->arena, regions->count, sizeof(*c->regions));
	if (c->regions == NULL && regions->count > 0)
		return no_memory(err);
	*ret_total = 0;
	for (size_t i = 0; i < regions->count; i++) {
		if (hc_capture_region_scan(c->disk, c->options, c->arena, c->manifest,
					   &regions->items[i], &c->regions[i], err) < 0)
			return -1;
		c->region_count++;
		*ret_total +=
			regions->items[i].size - hc_extents_total(&c->regions[i].rows.zeros);
		totals->used_bytes += regions->items[i].used_bytes;
	}
	totals->disk_bytes = c->disk->size;
	return 0;
}

static int
open_repository(struct capture *c, uint64_t total, struct hc_err *err)
{
	const struct hc_capture_options *o = c->options;
	struct hc_repository wanted = { .digest = "sha256",
					.store = DEFAULT_STORE,
					.chunk_min = HC_ROW_MIN,
					.chunk_avg = HC_ROW_AVG,
					.chunk_max = HC_ROW_MAX };
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned threads = o->threads != 0  ? o->threads
			   : processors < 1 ? 1
					    : (unsigned)processors;
	struct hc_pipeline_options pipeline = {
		.threads = threads > THREADS_MAX ? THREADS_MAX : threads,
		.level = o->level == 0 ? HC_CAPTURE_LEVEL : o->level,
		.progress = o->progress,
		.ctx = o->ctx,
		.total_bytes = total,
		.stop = o->stop,
	};

	if (hc_repository_open_or_create(o->repository, &wanted, c->arena, &c->repository,
					 err) < 0)
		return -1;
	if (hc_backup_folder_open(o->repository, c->manifest->id, &c->folder, err) < 0 ||
	    hc_store_open(o->repository, c->repository.store, c->folder.staging, &c->store,
			  err) < 0)
		return -1;
	pipeline.store = c->store;
	pipeline.digest = strcmp(c->repository.digest, "sha256") == 0 ? HC_DIGEST_SHA256
								      : HC_DIGEST_SHA512_256;
	c->manifest->digest = c->repository.digest;
	c->manifest->store = c->repository.store;
	c->manifest->chunk_min = HC_ROW_MIN;
	c->manifest->chunk_avg = HC_ROW_AVG;
	c->manifest->chunk_max = HC_ROW_MAX;
	return hc_pipeline_open(&pipeline, &c->pipeline, err);
}

static int
write_region(struct capture *c, size_t i, const struct hc_index *index, struct hc_err *err)
{
	struct hc_regions *regions = &c->manifest->disks.items[0].regions;
	struct hc_region *region = &regions->items[i];
	const char *name = hc_capture_region_name(regions, i, c->arena);
	struct hc_buf bytes = { 0 };
	char *file;
	int result = -1;

	file = name == NULL ? NULL : hc_arena_printf(c->arena, "disk0-%s.caibx", name);
	if (file == NULL)
		return no_memory(err);
	if (hc_index_write(index, &bytes, err) < 0 ||
	    hc_backup_folder_write(&c->folder, file, hc_buf_span(&bytes), c->arena,
				   &region->index, err) < 0)
		goto out;
	for (size_t row = 0; row < index->count; row++)
		c->manifest->totals.chunks += !hc_index_row_is_zero(index, row);
	if (c->regions[i].free.count > 0) {
		bytes.size = 0;
		file = hc_arena_printf(c->arena, "disk0-%s.free", name);
		region->free = hc_arena_alloc(c->arena, sizeof(*region->free));
		if (file == NULL || region->free == NULL) {
			no_memory(err);
			goto out;
		}
		if (hc_extents_pack(&c->regions[i].free, &bytes, err) < 0 ||
		    hc_backup_folder_write(&c->folder, file, hc_buf_span(&bytes), c->arena,
					   region->free, err) < 0)
			goto out;
	}
	result = 0;
out:
	hc_buf_done(&bytes);
	return result;
}

static int
capture_regions(struct capture *c, struct hc_err *err)
{
	struct hc_regions *regions = &c->manifest->disks.items[0].regions;

	for (size_t i = 0; i < regions->count; i++) {
		struct hc_region *region = &regions->items[i];
		struct hc_index index = { 0 };
		int result;

		if (hc_pipeline_run(c->pipeline, c->regions[i].io, &c->regions[i].rows, &index,
				    &region->data_bytes, err) < 0)
			return hc_err_wrap(
				err, "while capturing what starts at byte %llu of %s",
				(unsigned long long)region->start, c->options->source);
		result = write_region(c, i, &index, err);
		hc_index_done(&index);
		if (result < 0)
			return -1;
		c->manifest->totals.data_bytes += region->data_bytes;
		hc_capture_region_done(&c->regions[i]);
	}
	return 0;
}

static int
finish(struct capture *c, struct hc_err *err)
{
	struct hc_store_counts counts;
	char path[PATH_MAX + 32];

	if (check_unchanged(c, err) < 0 || hc_store_commit(c->store, err) < 0)
		return -1;
	/* Empty now; gone before the manifest, so that a complete backup never holds one. */
	rmdir(c->folder.staging);
	counts = hc_store_counts(c->store);
	c->manifest->totals.new_chunks = counts.new_chunks;
	c->manifest->totals.stored_bytes = counts.stored_bytes;
	snprintf(path, sizeof(path), "%s/manifest.json", c->folder.path);
	return hc_doc_save(&hc_manifest_shape, c->manifest, path, err);
}

static int
run(struct capture *c, struct hc_err *err)
{
	uint64_t total = 0;
	int result;

	if (strstr(c->options->repository, "://") != NULL)
		return hc_err_set(err, H_UNSUPPORTED,
				  "capture writes to a folder; %s is a URL: mount it first",
				  c->options->repository);
	if (open_source(c, err) < 0 || scan(c, &total, err) < 0 || fill_names(c, err) < 0 ||
	    fill_machine(c, err) < 0 || open_repository(c, total, err) < 0)
		return -1;
	result = capture_regions(c, err);
	if (result == 0)
		result = finish(c, err);
	hc_backup_folder_close(&c->folder, result == 0);
	/* From here on the backup is there; the list can be made again at any time. */
	if (result < 0 || hc_catalog_rewrite(c->options->repository, err) == 0)
		return result;
	return hc_err_wrap(err, "the backup %s is complete, but the repository's list is not",
			   c->manifest->id);
}

int
hc_capture(const struct hc_capture_options *options, struct hc_arena *arena,
	   struct hc_manifest *ret, struct hc_err *err)
{
	struct hc_manifest manifest = { 0 };
	struct capture c = { .options = options,
			     .arena = arena,
			     .manifest = &manifest,
			     .folder = { .lock = -1 } };
	int result = run(&c, err);

	hc_pipeline_close(c.pipeline);
	hc_store_close(c.store);
	hc_backup_folder_close(&c.folder, false);
	for (size_t i = 0; i < c.region_count; i++)
		hc_capture_region_done(&c.regions[i]);
	hc_io_close(c.disk);
	if (result == 0)
		*ret = manifest;
	return result;
}
