/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ReAgent.xml: where it says that something of the recovery environment lies.
 *
 *	<WinreBCD id="{b4462c65-…}"/>
 *	<WinreLocation path="\Recovery\WindowsRE" id="0" offset="523239424" guid="{5541e87d-…}"/>
 *
 * MBR: id is the disk signature, decimal, guid is zero.  GPT: guid is the disk's, id is 0.  offset is in bytes.  All zero:
 * nothing is there (windows-offline.md section 7 for the members; what each holds is own knowledge).
 */
#ifndef HC_FIXUP_REAGENT_H
#define HC_FIXUP_REAGENT_H

#include "restore/base/arena.h"
#include "restore/base/bytes.h"

#define FIX_REAGENT_MAX 65536u

/* An attribute's value: in characters of the text, without its quotes. */
struct fix_reagent_text {
	size_t at, length;
};

struct fix_reagent_row {
	const char *tag;
	const char *path; /* "" when there is none; what isn't ASCII stands as ? */
	uint64_t id, offset;
	uint8_t guid[16];
	struct fix_reagent_text id_text, offset_text, guid_text;
};

struct fix_reagent {
	unsigned
		width; /* bytes of a character: 2 in UTF-16LE, with its byte order mark; else 1 */
	/* WinreBCD: the recovery environment's entry in the boot store; zero: it has none, or the text does not say. */
	uint8_t entry[16];
	struct {
		struct fix_reagent_row *items;
		size_t count;
	} rows;
};

/* Every tag with id, offset and guid in a form that is known.  Text that is no XML has none. */
int fix_reagent_read(struct hc_span text, struct hc_arena *arena, struct fix_reagent *ret,
		     struct hc_err *err);
/* Appends the text with another place in each row: `rows` are as read, in their order, with new id, offset and guid.
 * What is the same stays as it is written. */
int fix_reagent_write(struct hc_span text, const struct fix_reagent *old,
		      const struct fix_reagent_row *rows, struct hc_buf *out,
		      struct hc_err *err);

#endif
