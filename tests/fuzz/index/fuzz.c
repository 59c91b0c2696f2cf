/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chunk indexes: what is accepted is written again to the same meaning, and opens as an image.  modules: restore/source */
#include <stdlib.h>

#include "restore/source/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct hc_buf out = { 0 };
	struct hc_index index, again;
	struct hc_image *image;
	struct hc_err err = { 0 };

	if (hc_index_parse(hc_span(bytes, length), &index, &err) < 0)
		return err.code == H_INDEX_FORMAT ? 0 : (abort(), 0);
	if (hc_index_write(&index, &out, &err) < 0 || out.size != length ||
	    hc_index_parse(hc_buf_span(&out), &again, &err) < 0 || again.count != index.count ||
	    hc_image_open_castr(&index, "s", &image, &err) < 0)
		abort();
	for (uint64_t at = 0; at < image->size; at = image->ops->boundary(image, at, 1 << 20))
		if (image->ops->next_data(image, at).offset < at)
			abort();
	hc_image_close(image);
	hc_index_done(&again);
	hc_buf_done(&out);
	return 0;
}
