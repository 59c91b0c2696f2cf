/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How Windows was licensed, out of what setup left.
 *
 * Shape:   "retail", "oem", "volume", "evaluation"; NULL: it does not tell.
 * Source:  offsets seen in the real hives of Windows 7 and 8.1; the meaning of what stands there is [own knowledge].
 * Example:
 *	channel = hc_channel_of_product_id("00359-OEM-8992687-00006");	// "oem"
 */
#ifndef HC_WINDOWS_CHANNEL_H
#define HC_WINDOWS_CHANNEL_H

#include "restore/base/arena.h"
#include "restore/base/bytes.h"

/* "Retail", "Retail:TB:Eval", "OEM:SLP", "Volume:GVLK" … */
const char *hc_channel_of_key(const char *text);
/* "69831-640-1780577-45389", "00330-80000-00000-AA535"; those of NT 4 have no hyphens. */
const char *hc_channel_of_product_id(const char *id);
/* The value DigitalProductId4; *ret is NULL when that has no such text.  -1: no memory. */
int hc_channel_of_digital_product_id(struct hc_span value, struct hc_arena *arena,
				     const char **ret, struct hc_err *err);

/* A text out of an ini file: the first `name` of [section]; *ret is NULL when it isn't there.  The file is ANSI of some
 * code page, of which only ASCII is kept, or UTF-16LE with its mark.  -1: no memory. */
int hc_ini_text(struct hc_span file, const char *section, const char *name,
		struct hc_arena *arena, const char **ret, struct hc_err *err);

#endif
