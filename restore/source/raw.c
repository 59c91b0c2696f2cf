/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A raw image: a file or device, every byte as it is. */
#include <stdlib.h>

#include "restore/source/source_priv.h"

struct raw {
	struct hc_image image;
	struct hc_io
		*io; /* a file's pread and next_data keep no state: safe for several threads */
};

static int
raw_read(struct hc_image *image, struct hc_session *session, struct hc_extent extent, void *buf,
	 struct hc_err *err)
{
	(void)session;
	return hc_io_pread(((struct raw *)image)->io, extent.offset, buf, (size_t)extent.length,
			   err);
}

static struct hc_extent
raw_next_data(const struct hc_image *image, uint64_t from)
{
	struct hc_extent found;
	struct hc_err unused;

	/* What can't be asked is taken for data: reading it tells. */
	if (hc_io_next_data(((const struct raw *)image)->io, from, &found, &unused) < 0)
		return (struct hc_extent){ from, image->size - from };
	return found;
}

static uint64_t
raw_boundary(const struct hc_image *image, uint64_t from, uint64_t max)
{
	if (from >= image->size || max >= image->size - from)
		return image->size;
	return from + max;
}

static void
raw_close(struct hc_image *image)
{
	struct raw *raw = (struct raw *)image;

	hc_io_close(raw->io);
	free(raw);
}

static const struct hc_image_ops raw_ops = {
	.name = "raw",
	.read = raw_read,
	.next_data = raw_next_data,
	.boundary = raw_boundary,
	.close = raw_close,
};

int
hc_image_open_raw(const char *path, struct hc_image **ret, struct hc_err *err)
{
	struct raw *raw = calloc(1, sizeof(*raw));

	if (raw == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to open %s", path);
	if (hc_io_open_file(path, &raw->io, err) < 0) {
		free(raw);
		return -1;
	}
	raw->image = (struct hc_image){ &raw_ops, raw->io->size };
	*ret = &raw->image;
	return 0;
}
