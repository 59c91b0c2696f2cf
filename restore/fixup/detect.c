/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of fixups, and asking each of them. */
#include <string.h>

#include "restore/fixup/fixup_priv.h"

static const struct row {
	struct hc_fixup fixup;
	fix_detect *detect;
} rows[] = {
#include "restore/fixup/fixups.def"
};

const struct hc_fixup *
hc_fixups_at(size_t position)
{
	return position < sizeof(rows) / sizeof(rows[0]) ? &rows[position].fixup : NULL;
}

const struct hc_fixup *
hc_fixups_by_id(const char *id)
{
	const struct hc_fixup *fixup;

	for (size_t i = 0; (fixup = hc_fixups_at(i)) != NULL; i++)
		if (strcmp(fixup->id, id) == 0)
			return fixup;
	return NULL;
}

static bool
is_wanted(const struct hc_fixup *fixup, const struct hc_fix_request *request)
{
	if ((fixup->restores_only && !request->restoring) ||
	    hc_strings_has(&request->without, fixup->id))
		return false;
	if (request->only.count > 0)
		return hc_strings_has(&request->only, fixup->id);
	return !fixup->on_request || hc_strings_has(&request->requested, fixup->id);
}

int
hc_fixup_detect(struct hc_offline *offline, const struct hc_fix_request *request,
		struct hc_arena *arena, struct hc_fix_found *ret, struct hc_err *err)
{
	struct hc_fix_found found = { 0 };
	struct fix fix = { .offline = offline,
			   .windows = offline->windows,
			   .request = request,
			   .version = hc_offline_version(offline),
			   .arena = arena,
			   .found = &found };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fix.id = rows[i].fixup.id;
		if (is_wanted(&rows[i].fixup, request) && rows[i].detect(&fix, err) < 0)
			return hc_err_wrap(err, "while looking what %s has to repair", fix.id);
	}
	if (fix_settle(&fix, err) < 0)
		return -1;
	*ret = found;
	return 0;
}

int
hc_fixup_page(const struct hc_fixup *fixup, struct hc_buf *out, struct hc_err *err)
{
	return hc_buf_printf(
		out, err,
		"# %s: %s\n\n## What it changes\n\n%s\n\n%s\n\n## Why\n\n%s\n\n"
		"Source: %s.\n\n## What it leaves\n\n%s\n",
		fixup->id, fixup->title, fixup->does,
		fixup->on_request ? "It is made on request only."
		: fixup->restores_only
			? "It is made at the end of each restore that needs it."
			: "It is made by each restore that needs it, and by `halcyon "
			  "fix`.",
		fixup->because, fixup->source, fixup->leaves);
}
