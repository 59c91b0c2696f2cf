/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zstd frames: the only user of libzstd. */
#include <stdlib.h>
#include <zstd.h>

#include "restore/source/source_priv.h"

#define SEAL_ROOM 16u

struct hc_zstd {
	ZSTD_CCtx *compress; /* made when first needed */
	ZSTD_DCtx *decompress;
};

int
hc_zstd_new(struct hc_zstd **ret, struct hc_err *err)
{
	struct hc_zstd *zstd = calloc(1, sizeof(*zstd));

	if (zstd == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for zstd");
	*ret = zstd;
	return 0;
}

void
hc_zstd_free(struct hc_zstd *zstd)
{
	if (zstd == NULL)
		return;
	ZSTD_freeCCtx(zstd->compress);
	ZSTD_freeDCtx(zstd->decompress);
	free(zstd);
}

int
hc_zstd_pack(struct hc_zstd *zstd, int level, struct hc_span bytes, struct hc_buf *out,
	     struct hc_err *err)
{
	size_t bound = ZSTD_compressBound(bytes.size), size;

	if (zstd->compress == NULL)
		zstd->compress = ZSTD_createCCtx();
	if (zstd->compress == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for zstd");
	if (hc_buf_reserve(out, out->size + bound + SEAL_ROOM, err) < 0)
		return -1;
	size = ZSTD_compressCCtx(zstd->compress, out->data + out->size, bound, bytes.data,
				 bytes.size, level);
	if (ZSTD_isError(size))
		return hc_err_set(err, H_INTERNAL, "zstd cannot compress %zu bytes: %s",
				  bytes.size, ZSTD_getErrorName(size));
	out->size += size;
	return hc_seal_add(out, out->size - size, err);
}

/* One shot into the row itself: needs no window, whatever the frame declares
 * (transport.md 1.2). */
int
hc_zstd_unpack(struct hc_zstd *zstd, struct hc_span frame, void *buf, size_t size,
	       struct hc_err *err)
{
	size_t found;

	if (zstd->decompress == NULL)
		zstd->decompress = ZSTD_createDCtx();
	if (zstd->decompress == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for zstd");
	if (hc_seal_broken(frame))
		return hc_err_set(err, H_CHUNK_DAMAGED, "its checksum is wrong");
	found = ZSTD_decompressDCtx(zstd->decompress, buf, size, frame.data, frame.size);
	if (ZSTD_isError(found))
		return hc_err_set(err, H_CHUNK_DAMAGED, "zstd cannot decompress it: %s",
				  ZSTD_getErrorName(found));
	if (found != size)
		return hc_err_set(err, H_CHUNK_DAMAGED, "it holds %zu bytes, not %zu", found,
				  size);
	return 0;
}

bool
hc_zstd_content_size(struct hc_span frame, uint64_t *ret)
{
	unsigned long long size = ZSTD_getFrameContentSize(frame.data, frame.size);

	if (size == ZSTD_CONTENTSIZE_ERROR)
		return false;
	*ret = size == ZSTD_CONTENTSIZE_UNKNOWN ? 0 : size;
	return true;
}
