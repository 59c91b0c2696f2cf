/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of the Windows Overlay Filter out of hostile bytes: 24 of reparse data, u64 size, the stream.
 * modules: restore/volume */
#include "restore/volume/wof_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
drop(void *done, struct hc_span bytes, struct hc_err *err)
{
	*(size_t *)done += bytes.size;
	return *(size_t *)done < 4u << 20 ? 0 : hc_err_set(err, H_CANCELLED, "enough");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t done = 0;
	struct hc_io *io = NULL;
	struct hc_wof wof;
	struct hc_err err;

	if (size >= 32 && hc_wof_parse(hc_span(data, 24), &wof) == NULL &&
	    hc_io_memory(hc_span(data + 32, size - 32), &io, &err) == 0)
		(void)(hc_wof_decode(&wof, hc_get_le64(data + 24), io, "x",
				     (struct hc_sink){ drop, &done }, &err) < 0);
	hc_io_close(io);
	return 0;
}
