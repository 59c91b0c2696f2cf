/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regions of a disk: where they are, what file system lies there, what of it is to be read. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "restore/capture/capture_priv.h"
#include "restore/disk/disk.h"
#include "restore/windows/windows.h"

int
hc_capture_warn(struct hc_manifest *manifest, struct hc_arena *arena, struct hc_err *err,
		const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return hc_strings_add(&manifest->warnings, arena, text, err);
}

/* ---------------------------------------------------------------- layout */

static int
add_region(struct hc_regions *list, struct hc_arena *arena, enum hc_region_kind kind,
	   struct hc_extent extent, struct hc_partition *partition, struct hc_err *err)
{
	struct hc_region *region;

	if (extent.length == 0)
		return 0;
	region = hc_arena_grow(arena, &list->items, &list->count, sizeof(*region));
	if (region == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a manifest");
	region->kind = kind;
	region->start = extent.offset;
	region->size = extent.length;
	region->partition = partition;
	return 0;
}

int
hc_capture_layout(const struct hc_table *table, uint64_t disk_size, struct hc_arena *arena,
		  struct hc_regions *ret, struct hc_err *err)
{
	struct hc_regions list = { 0 };
	uint64_t end = 0;

	for (size_t i = 0; i < table->partitions.count; i++) {
		struct hc_partition *p = &table->partitions.items[i];

		if (p->start < end || p->start > disk_size || p->size > disk_size - p->start)
			return hc_err_set(err, H_DISK_LAYOUT,
					  "partition %llu overlaps another or leaves the disk",
					  (unsigned long long)p->number);
		if (add_region(&list, arena, end == 0 ? HC_REGION_HEAD : HC_REGION_GAP,
			       (struct hc_extent){ end, p->start - end }, NULL, err) < 0 ||
		    add_region(&list, arena, HC_REGION_PARTITION,
			       (struct hc_extent){ p->start, p->size }, p, err) < 0)
			return -1;
		end = p->start + p->size;
	}
	if (add_region(&list, arena, end == 0 ? HC_REGION_HEAD : HC_REGION_TAIL,
		       (struct hc_extent){ end, disk_size - end }, NULL, err) < 0)
		return -1;
	*ret = list;
	return 0;
}

const char *
hc_capture_region_name(const struct hc_regions *regions, size_t position,
		       struct hc_arena *arena)
{
	const struct hc_region *region = &regions->items[position];
	unsigned gap = 0;

	switch ((enum hc_region_kind)region->kind) {
	case HC_REGION_HEAD:
		return "head";
	case HC_REGION_TAIL:
		return "tail";
	case HC_REGION_PARTITION:
		return hc_arena_printf(arena, "p%llu",
				       (unsigned long long)region->partition->number);
	case HC_REGION_GAP:
		break;
	}
	for (size_t i = 0; i <= position; i++)
		gap += regions->items[i].kind == HC_REGION_GAP;
	return hc_arena_printf(arena, "gap%u", gap);
}

/* ---------------------------------------------------------------- scan */

void
hc_capture_region_done(struct hc_capture_region *region)
{
	hc_rows_done(&region->rows);
	hc_extents_done(&region->free);
	hc_io_close(region->io);
	region->io = NULL;
}

/* Holes of a sparse image file. */
static int
add_holes(struct hc_io *io, struct hc_extents *list, struct hc_err *err)
{
	struct hc_extent data;
	uint64_t at = 0;

	while (at < io->size) {
		if (hc_io_next_data(io, at, &data, err) < 0 ||
		    hc_extents_add(list, (struct hc_extent){ at, data.offset - at }, err) < 0)
			return -1;
		at = hc_extent_end(data);
		if (data.length == 0)
			break;
	}
	return 0;
}

struct scan {
	const struct hc_capture_options *options;
	struct hc_arena *arena;
	struct hc_manifest *manifest;
	struct hc_region *region;
	struct hc_capture_region *out;
	unsigned long long number; /* of the partition, for messages */
};

static int
warn_of_state(struct scan *s, const struct hc_volume_state *state,
	      const struct hc_volume_map *map, struct hc_err *err)
{
	struct hc_manifest *m = s->manifest;

	if (state->dirty &&
	    hc_capture_warn(m, s->arena, err,
			    "partition %llu: the volume is marked dirty; Windows will check it",
			    s->number) < 0)
		return -1;
	if (state->hibernated &&
	    hc_capture_warn(m, s->arena, err,
			    "partition %llu: Windows is hibernated (or was shut down with fast "
			    "startup); its session is %s",
			    s->number,
			    s->options->discard_hibernation ? "thrown away" : "captured") < 0)
		return -1;
	if (!state->journal_clean &&
	    hc_capture_warn(
		    m, s->arena, err,
		    "partition %llu: the journal of the volume was not replayed%s", s->number,
		    map->free_known ? ""
		    : s->options->trust_bitmap
			    ? " and cannot be read; what is free is believed all the same"
			    : " and cannot be read; clusters that look free are captured too") <
		    0)
		return -1;
	if (map->misfits > 0 &&
	    hc_capture_warn(
		    m, s->arena, err,
		    "partition %llu: files use %llu clusters that the volume calls free; "
		    "chkdsk is needed",
		    s->number, (unsigned long long)map->misfits) < 0)
		return -1;
	return 0;
}

/* Free clusters and worthless contents, and where rows are cut. */
static int
scan_map(struct scan *s, struct hc_volume *volume, struct hc_extents *zeros, struct hc_err *err)
{
	struct hc_extents worthless = { 0 };
	struct hc_volume_map map = { 0 };
	struct hc_rows unused = { .size = s->out->rows.size };
	int result = -1;

	if (hc_volume_map(volume, &map, err) < 0 ||
	    hc_volume_zeroed_extents(volume, s->options->discard_hibernation, s->arena,
				     &s->region->zeroed, &worthless, err) < 0)
		goto out;
	s->region->used_bytes = s->region->size - hc_extents_total(&map.free);
	if (warn_of_state(s, &hc_volume_info(volume)->state, &map, err) < 0)
		goto out;
	if (map.free_known || s->options->trust_bitmap) {
		if (hc_rows_set_zeros(&unused, &map.free, err) < 0)
			goto out;
		s->out->free = unused.zeros;
		unused.zeros = (struct hc_extents){ 0 };
	}
	for (size_t i = 0; i < s->out->free.count; i++)
		if (hc_extents_add(zeros, s->out->free.items[i], err) < 0)
			goto out;
	for (size_t i = 0; i < worthless.count; i++)
		if (hc_extents_add(zeros, worthless.items[i], err) < 0)
			goto out;
	s->out->rows.cuts = map.cuts;
	map.cuts = (struct hc_cuts){ 0 };
	s->out->rows.by_content = false;
	result = 0;
out:
	hc_volume_map_done(&map);
	hc_rows_done(&unused);
	hc_extents_done(&worthless);
	return result;
}

/* The first Windows of the disk is the manifest's. */
static int
find_windows(struct scan *s, struct hc_volume *volume, struct hc_err *err)
{
	struct hc_windows *windows;
	int found;

	if (s->manifest->windows != NULL)
		return 0;
	windows = hc_arena_alloc(s->arena, sizeof(*windows));
	if (windows == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a manifest");
	found = hc_windows_inspect(volume, s->arena, windows, err);
	if (found == 0) {
		windows->system_partition = s->region->partition->number;
		s->manifest->windows = windows;
	}
	return found < 0 ? -1 : 0;
}

static int
scan_volume(struct scan *s, struct hc_volume *volume, struct hc_extents *zeros,
	    struct hc_err *err)
{
	const struct hc_volume_info *info = hc_volume_info(volume);
	struct hc_partition *p = s->region->partition;

	s->region->volume = hc_arena_alloc(s->arena, sizeof(*s->region->volume));
	if (s->region->volume == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a manifest");
	*s->region->volume = info->state;
	p->filesystem = "ntfs";
	p->label = info->label[0] == '\0' ? NULL : hc_arena_strdup(s->arena, info->label);
	p->volume_serial =
		hc_arena_printf(s->arena, "%016llX", (unsigned long long)info->serial);
	if (scan_map(s, volume, zeros, err) < 0)
		return -1;
	return find_windows(s, volume, err);
}

/* The system volume of NT 4.0 to 2003 may be FAT.  It is captured block for block; one that can't be read holds no
 * Windows that anybody could tell. */
static int
scan_fat(struct scan *s, struct hc_volume *volume, struct hc_err *err)
{
	s->region->volume = hc_arena_alloc(s->arena, sizeof(*s->region->volume));
	if (s->region->volume == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a manifest");
	*s->region->volume = hc_volume_info(volume)->state;
	if (s->region->partition->filesystem == NULL)
		s->region->partition->filesystem = "vfat";
	return find_windows(s, volume, err);
}

/* Not NTFS: captured block for block, whether or not anybody can look into it. */
static int
leave_unseen(struct scan *s, const struct hc_err *why, struct hc_err *err)
{
	s->region->volume = NULL;
	if (why->code == H_VOLUME_FORMAT)
		return 0;
	if (why->code == H_OUT_OF_MEMORY || why->code == H_CANCELLED) {
		*err = *why;
		return hc_err_wrap(err, "while looking at partition %llu", s->number);
	}
	return hc_capture_warn(
		s->manifest, s->arena, err,
		"partition %llu: looks like FAT but can't be read (%s); whether a Windows "
		"lies there is not known",
		s->number, why->text[0]);
}

static int
scan_partition(struct scan *s, struct hc_extents *zeros, struct hc_err *err)
{
	uint8_t boot[512];
	struct hc_volume *volume = NULL;
	struct hc_err why;
	bool ntfs;
	int result;

	s->number = (unsigned long long)s->region->partition->number;
	if (s->out->io->size < sizeof(boot))
		return 0;
	if (hc_io_pread(s->out->io, 0, boot, sizeof(boot), err) < 0)
		return -1;
	if (hc_volume_is_bitlocker(s->out->io)) {
		s->region->partition->filesystem = "BitLocker";
		s->region->volume = hc_arena_alloc(s->arena, sizeof(*s->region->volume));
		if (s->region->volume == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a manifest");
		s->region->volume->bitlocker = true;
		return hc_capture_warn(
			s->manifest, s->arena, err,
			"partition %llu: encrypted by BitLocker; captured block for "
			"block, the key is needed after a restore",
			s->number);
	}
	ntfs = memcmp(boot + 3, "NTFS    ", 8) == 0;
	result = hc_volume_open(s->out->io, &volume, &why);
	if (result == 0)
		result = ntfs ? scan_volume(s, volume, zeros, &why) : scan_fat(s, volume, &why);
	hc_volume_close(volume);
	if (result == 0)
		return 0;
	if (!ntfs)
		return leave_unseen(s, &why, err);
	if (why.code != H_VOLUME_FORMAT) {
		*err = why;
		return hc_err_wrap(err, "while looking at partition %llu", s->number);
	}
	/* What can't be read as NTFS is captured block for block: nothing is lost. */
	hc_extents_done(&s->out->free);
	hc_rows_done(&s->out->rows);
	s->out->rows = (struct hc_rows){ .size = s->region->size, .by_content = true };
	zeros->count = 0;
	s->region->used_bytes = s->region->size;
	s->region->zeroed = (struct hc_strings){ 0 };
	return hc_capture_warn(
		s->manifest, s->arena, err,
		"partition %llu: looks like NTFS but can't be read (%s); captured "
		"block for block",
		s->number, why.text[0]);
}

int
hc_capture_region_scan(struct hc_io *disk, const struct hc_capture_options *options,
		       struct hc_arena *arena, struct hc_manifest *manifest,
		       struct hc_region *region, struct hc_capture_region *ret,
		       struct hc_err *err)
{
	struct hc_capture_region out = { .rows = { .size = region->size, .by_content = true } };
	struct scan s = { options, arena, manifest, region, &out, 0 };
	struct hc_extents zeros = { 0 };
	int result = -1;

	if (hc_io_window(disk, (struct hc_extent){ region->start, region->size }, &out.io,
			 err) < 0)
		return -1;
	region->used_bytes = region->size;
	if ((region->kind == HC_REGION_PARTITION && scan_partition(&s, &zeros, err) < 0) ||
	    add_holes(out.io, &zeros, err) < 0)
		goto out;
	hc_extents_sort(&zeros);
	if (hc_rows_set_zeros(&out.rows, &zeros, err) < 0)
		goto out;
	*ret = out;
	out = (struct hc_capture_region){ 0 };
	result = 0;
out:
	hc_extents_done(&zeros);
	hc_capture_region_done(&out);
	return result;
}
