/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that Windows keeps compressed: members of cabinets, and single files as EXPAND.EXE takes them (hal.dl_).
 *
 * Shape:   bytes in, bytes out, through libmspack; which format it is, is told by the first bytes: MSCF (a cabinet,
 *          stored, MSZIP, Quantum or LZX), SZDD, KWAJ.
 * Units:   bytes.
 * Owner:   the caller frees *out (hc_buf_done).
 * Errors:  H_CABINET_FORMAT: none of these formats, damaged, more than the limits, or continued in another cabinet;
 *          H_CABINET_MEMBER: it holds no such file.
 * Source:  [MS-CAB]; libmspack's mspack.h.
 * Example:
 *	if (fix_cabinet_read(hc_buf_span(&cab), "hal.dll", &FIX_CABINET_LIMITS, &file, err) == 0)
 *		hc_pe_read(hc_buf_span(&file), &arena, &pe, err);
 */
#ifndef HC_FIXUP_CABINET_H
#define HC_FIXUP_CABINET_H

#include "restore/base/bytes.h"

struct fix_cabinet_limits {
	uint32_t member; /* size of the file that is wanted */
	/* Where it ends in its folder, unpacked: all before it has to be unpacked too. */
	uint64_t total;
};

/* The driver cabinets of 2003 hold some 200 MiB, unpacked, in one folder [own knowledge]. */
#define FIX_CABINET_LIMITS                                                                     \
	((const struct fix_cabinet_limits){ .member = 64u << 20, .total = 512u << 20 })

/* `member` without regard to case; NULL: the only file there is.  SZDD and KWAJ hold one, and tell no name to go by:
 * `member` does not count.  Appended to `out`, which is as it was where it fails. */
int fix_cabinet_read(struct hc_span cabinet, const char *member,
		     const struct fix_cabinet_limits *limits, struct hc_buf *out,
		     struct hc_err *err);

#endif
