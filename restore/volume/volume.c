/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Volumes: which file system it is, paths, lists of cuts. */
#include "restore/volume/volume_priv.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/base/text.h"

const char *const hc_entry_type_names[] = { "file", "folder", "link", "other", NULL };

static int
open_volume(struct hc_io *io, enum hc_volume_access access, struct hc_volume **ret,
	    struct hc_err *err)
{
	uint8_t boot[512];

	if (io->size < sizeof(boot))
		return hc_err_set(err, H_VOLUME_FORMAT, "%llu bytes are no file system",
				  (unsigned long long)io->size);
	if (hc_io_pread(io, 0, boot, sizeof(boot), err) < 0)
		return -1;
	if (memcmp(boot + 3, "NTFS    ", 8) == 0)
		return hc_ntfs_open(io, access, ret, err);
	if (hc_fat_is(boot))
		return hc_fat_open(io, boot, access, ret, err);
	if (!hc_volume_is_bitlocker(io))
		return hc_err_set(err, H_VOLUME_FORMAT, "the volume is neither NTFS nor FAT");
	hc_err_set(err, H_VOLUME_FORMAT, "the volume is encrypted by BitLocker");
	return hc_err_remedy(err,
			     "Nothing can be read there without the key; the blocks can still "
			     "be captured and restored.");
}

int
hc_volume_open(struct hc_io *io, struct hc_volume **ret, struct hc_err *err)
{
	return open_volume(io, HC_ACCESS_READ, ret, err);
}

int
hc_volume_open_write(struct hc_io *io, unsigned flags, struct hc_volume **ret,
		     struct hc_err *err)
{
	if (io->ops->pwrite == NULL)
		return hc_err_set(err, H_VOLUME_READ_ONLY,
				  "the volume lies where nothing can be written");
	return open_volume(io,
			   (flags & HC_WRITE_HIBERNATED) != 0 ? HC_ACCESS_WRITE_HIBERNATED
							      : HC_ACCESS_WRITE,
			   ret, err);
}

void
hc_volume_close(struct hc_volume *volume)
{
	if (volume != NULL)
		volume->ops->close(volume);
}

const struct hc_volume_info *
hc_volume_info(const struct hc_volume *volume)
{
	return &volume->info;
}

int
hc_volume_map(struct hc_volume *volume, struct hc_volume_map *ret, struct hc_err *err)
{
	return volume->ops->map(volume, ret, err);
}

void
hc_volume_map_done(struct hc_volume_map *map)
{
	hc_extents_done(&map->free);
	free(map->cuts.items);
	*map = (struct hc_volume_map){ 0 };
}

int
hc_volume_zeroed_extents(struct hc_volume *volume, bool discard_hibernation,
			 struct hc_arena *arena, struct hc_strings *names,
			 struct hc_extents *ret, struct hc_err *err)
{
	return volume->ops->zeroed_extents(volume, discard_hibernation, arena, names, ret, err);
}

int
hc_volume_stat(struct hc_volume *volume, const char *path, struct hc_arena *arena,
	       struct hc_entry *ret, struct hc_err *err)
{
	return volume->ops->stat(volume, path, arena, ret, err);
}

int
hc_volume_list(struct hc_volume *volume, const char *path, struct hc_arena *arena,
	       struct hc_entries *ret, struct hc_err *err)
{
	return volume->ops->list(volume, path, arena, ret, err);
}

int
hc_volume_read(struct hc_volume *volume, const char *path, struct hc_sink sink,
	       struct hc_err *err)
{
	return volume->ops->read(volume, path, sink, err);
}

struct bounded {
	struct hc_buf *out;
	size_t left;
	const char *path;
};

static int
take_bounded(void *ctx, struct hc_span bytes, struct hc_err *err)
{
	struct bounded *b = ctx;

	if (bytes.size > b->left)
		return hc_err_set(err, H_VOLUME_FORMAT, "%s is larger than it can be", b->path);
	b->left -= bytes.size;
	return hc_buf_append(b->out, bytes.data, bytes.size, err);
}

int
hc_volume_read_all(struct hc_volume *volume, const char *path, size_t max, struct hc_buf *out,
		   struct hc_err *err)
{
	struct bounded b = { out, max, path };

	return hc_volume_read(volume, path, (struct hc_sink){ take_bounded, &b }, err);
}

bool
hc_path_next(const char **path, struct hc_span *ret_part)
{
	const char *p = *path;
	size_t length;

	if (isalpha((unsigned char)p[0]) && p[1] == ':' && strchr("/\\", p[2]) != NULL)
		p += 2;
	p += strspn(p, "/\\");
	length = strcspn(p, "/\\");
	*path = p + length;
	*ret_part = hc_span(p, length);
	return length > 0;
}

bool
hc_name_is_text(const char *name)
{
	struct hc_buf utf16 = { 0 };
	struct hc_err err;
	bool good = hc_utf8_to_utf16(name, &utf16, &err) == 0;

	hc_buf_done(&utf16);
	return good;
}

static int
by_name(const void *a, const void *b)
{
	const struct hc_entry *x = a, *y = b;
	int order = strcasecmp(x->name, y->name);

	return order != 0 ? order : strcmp(x->name, y->name);
}

void
hc_entries_sort(struct hc_entries *list)
{
	if (list->count > 1)
		qsort(list->items, list->count, sizeof(*list->items), by_name);
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void
hc_cuts_sort(struct hc_cuts *cuts)
{
	size_t kept = 0;

	if (cuts->count == 0)
		return;
	qsort(cuts->items, cuts->count, sizeof(*cuts->items), by_value);
	for (size_t i = 1; i < cuts->count; i++)
		if (cuts->items[i] != cuts->items[kept])
			cuts->items[++kept] = cuts->items[i];
	cuts->count = kept + 1;
}

int
hc_cuts_add(struct hc_cuts *cuts, uint64_t offset, struct hc_err *err)
{
	uint64_t *grown;
	size_t room;

	if (cuts->count == cuts->room) {
		/* A damaged volume may name the same place over and over. */
		hc_cuts_sort(cuts);
		if (cuts->count > cuts->room / 2 || cuts->room == 0) {
			room = cuts->room == 0 ? 4096 : cuts->room * 2;
			grown = reallocarray(cuts->items, room, sizeof(*grown));
			if (grown == NULL)
				return hc_err_set(err, H_OUT_OF_MEMORY,
						  "no memory for %zu cuts", room);
			cuts->items = grown;
			cuts->room = room;
		}
	}
	cuts->items[cuts->count++] = offset;
	return 0;
}
