/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random access to an image through a cache of its rows: file systems read in small pieces, and
 * again and again; a row is fetched and checked once and kept until the room is needed (least
 * recently used goes first).
 */
#include <stdlib.h>
#include <string.h>

#include "restore/source/source_priv.h"

#define BUCKETS 4096u
#define BLOCK   65536u /* of images without rows */

struct entry {
	struct entry *next; /* of the bucket */
	struct entry *newer, *older;
	struct hc_extent row;
	uint8_t data[];
};

struct cached {
	struct hc_io io;
	struct hc_image *image;
	struct hc_session *session;
	size_t room, used;
	struct entry *newest, *oldest;
	struct entry *buckets[BUCKETS];
};

static struct entry **
bucket_of(struct cached *c, uint64_t start)
{
	return &c->buckets[(start >> 9) * 0x9e3779b97f4a7c15ull >> 52];
}

static void
unlink_entry(struct cached *c, struct entry *e)
{
	*(e->newer != NULL ? &e->newer->older : &c->newest) = e->older;
	*(e->older != NULL ? &e->older->newer : &c->oldest) = e->newer;
}

static void
link_newest(struct cached *c, struct entry *e)
{
	e->newer = NULL;
	e->older = c->newest;
	*(c->newest != NULL ? &c->newest->newer : &c->oldest) = e;
	c->newest = e;
}

static void
drop_oldest(struct cached *c)
{
	struct entry *e = c->oldest, **at = bucket_of(c, e->row.offset);

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	unlink_entry(c, e);
	c->used -= (size_t)e->row.length;
	free(e);
}

static struct hc_extent
row_of(const struct hc_image *image, uint64_t offset)
{
	uint64_t start = hc_round_down(offset, BLOCK);

	if (image->ops->row != NULL)
		return image->ops->row(image, offset);
	return (struct hc_extent){ start, hc_min_u64(BLOCK, image->size - start) };
}

/* One row is always kept, however small the room. */
static int
load(struct cached *c, struct hc_extent row, struct entry **ret, struct hc_err *err)
{
	struct entry *e, **bucket;

	while (c->oldest != NULL && c->used + row.length > c->room)
		drop_oldest(c);
	e = malloc(sizeof(*e) + (size_t)row.length);
	if (e == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a row of %llu bytes",
				  (unsigned long long)row.length);
	if (c->image->ops->read(c->image, c->session, row, e->data, err) < 0) {
		free(e);
		return -1;
	}
	e->row = row;
	bucket = bucket_of(c, row.offset);
	e->next = *bucket;
	*bucket = e;
	link_newest(c, e);
	c->used += (size_t)row.length;
	*ret = e;
	return 0;
}

static int
find(struct cached *c, uint64_t offset, struct entry **ret, struct hc_err *err)
{
	struct hc_extent row = row_of(c->image, offset);

	for (struct entry *e = *bucket_of(c, row.offset); e != NULL; e = e->next) {
		if (e->row.offset != row.offset)
			continue;
		unlink_entry(c, e);
		link_newest(c, e);
		*ret = e;
		return 0;
	}
	return load(c, row, ret, err);
}

static int
cached_pread(struct hc_io *io, uint64_t offset, void *buf, size_t length, struct hc_err *err)
{
	struct cached *c = (struct cached *)io;
	uint8_t *to = buf;

	while (length > 0) {
		struct hc_extent data = c->image->ops->next_data(c->image, offset);
		struct entry *e = NULL;
		size_t n;

		if (data.offset > offset) {
			n = (size_t)hc_min_u64(length, data.offset - offset);
			memset(to, 0, n);
		} else {
			if (find(c, offset, &e, err) < 0)
				return -1;
			n = (size_t)hc_min_u64(length, hc_extent_end(e->row) - offset);
			memcpy(to, e->data + (offset - e->row.offset), n);
		}
		to += n;
		offset += n;
		length -= n;
	}
	return 0;
}

static int
cached_next_data(struct hc_io *io, uint64_t from, struct hc_extent *ret, struct hc_err *err)
{
	struct cached *c = (struct cached *)io;

	(void)err;
	*ret = c->image->ops->next_data(c->image, from);
	return 0;
}

static void
cached_close(struct hc_io *io)
{
	struct cached *c = (struct cached *)io;

	while (c->oldest != NULL)
		drop_oldest(c);
	free(c);
}

static const struct hc_io_ops cached_ops = {
	.name = "a backup",
	.pread = cached_pread,
	.next_data = cached_next_data,
	.close = cached_close,
};

int
hc_image_io(struct hc_image *image, struct hc_session *session, size_t cache_bytes,
	    struct hc_io **ret, struct hc_err *err)
{
	struct cached *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to open an image");
	c->io = (struct hc_io){ &cached_ops, image->size };
	c->image = image;
	c->session = session;
	c->room = cache_bytes;
	*ret = &c->io;
	return 0;
}
