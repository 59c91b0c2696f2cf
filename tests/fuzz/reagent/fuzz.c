/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile ReAgent.xml: what is read lies inside; with no change the text stays, byte for byte; with one, it is read back.
 * modules: restore/fixup */
#include <stdlib.h>
#include <string.h>

#include "restore/fixup/reagent.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void
rewrite(struct hc_span text, const struct fix_reagent *doc, struct hc_arena *arena)
{
	struct fix_reagent_row *rows =
		hc_arena_array(arena, doc->rows.count + 1, sizeof(*rows));
	struct hc_buf same = { 0 }, changed = { 0 };
	struct fix_reagent again;
	struct hc_err err;

	for (size_t i = 0; i < doc->rows.count; i++)
		rows[i] = doc->rows.items[i];
	if (fix_reagent_write(text, doc, rows, &same, &err) < 0 || same.size != text.size ||
	    (text.size > 0 && memcmp(same.data, text.data, text.size) != 0))
		abort();
	for (size_t i = 0; i < doc->rows.count; i++) {
		rows[i].id ^= i + 1;
		rows[i].offset = 1048576 * i;
		memset(rows[i].guid, (int)i, 16);
	}
	if (fix_reagent_write(text, doc, rows, &changed, &err) < 0 ||
	    fix_reagent_read(hc_buf_span(&changed), arena, &again, &err) < 0 ||
	    again.rows.count != doc->rows.count || again.width != doc->width)
		abort();
	for (size_t i = 0; i < again.rows.count; i++)
		if (again.rows.items[i].id != rows[i].id ||
		    again.rows.items[i].offset != rows[i].offset ||
		    memcmp(again.rows.items[i].guid, rows[i].guid, 16) != 0)
			abort();
	hc_buf_done(&same);
	hc_buf_done(&changed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct hc_arena arena = { 0 };
	struct fix_reagent doc;
	struct hc_err err;

	if (length <= FIX_REAGENT_MAX &&
	    fix_reagent_read(hc_span(bytes, length), &arena, &doc, &err) == 0)
		rewrite(hc_span(bytes, length), &doc, &arena);
	hc_arena_done(&arena);
	return 0;
}
