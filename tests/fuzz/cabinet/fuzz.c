/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile cabinets and compressed files.  Small limits: what takes long to unpack finds nothing more.
 * modules: restore/fixup */
#include "restore/fixup/cabinet.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const struct fix_cabinet_limits limits = { .member = 1u << 18, .total = 1u << 20 };
	static const char *const members[] = { "hal.dll", NULL };
	struct hc_buf out = { 0 };
	struct hc_err err;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		out.size = 0;
		if (fix_cabinet_read(hc_span(bytes, length), members[i], &limits, &out, &err) <
			    0 &&
		    out.size != 0)
			__builtin_trap();
	}
	hc_buf_done(&out);
	return 0;
}
