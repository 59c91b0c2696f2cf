/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A security descriptor of a hostile volume: whether it keeps others out, and what is inherited from it.
 * modules: restore/volume */
#include "restore/volume/descriptor_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hc_buf out = { 0 };
	struct hc_err err;

	for (unsigned kind = 0; kind < 4; kind++) {
		bool folder = kind & 1;

		(void)hc_descriptor_is_protected(hc_span(data, size), folder);
		if (hc_descriptor_inherit(hc_span(data, size), folder, kind & 2, &out, &err) <
		    0)
			continue;
		/* Nothing inherited is protected, and it has entries to inherit from or for. */
		if (hc_descriptor_is_protected(hc_buf_span(&out), folder) || out.size < 60 ||
		    hc_get_le16(out.data + 22) + 20u + 28u != out.size)
			__builtin_trap();
	}
	hc_buf_done(&out);
	return 0;
}
