/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chkdsk: volumes whose journal can't be replayed.  Where something is changed on one, settle.c drops its journal, when that
 * is accepted, and flags it: this runs last, and only says what is left alone. */
#include "restore/fixup/fixup_priv.h"

static bool
is_changed(const struct fix *fix, uint64_t partition)
{
	for (size_t i = 0; i < fix->found->edits.count; i++)
		if (fix->found->edits.items[i].partition == partition)
			return true;
	return false;
}

int
fix_chkdsk(struct fix *fix, struct hc_err *err)
{
	for (size_t i = 0; i < fix->offline->count; i++) {
		const struct hc_offline_volume *volume = &fix->offline->volumes[i];

		if (!fix_has_open_journal(volume) || is_changed(fix, volume->number))
			continue;
		if (fix_note(
			    fix, err,
			    "the journal of %s can't be replayed here; nothing on it is changed, "
			    "and it is left to Windows",
			    volume->name) < 0)
			return -1;
	}
	return 0;
}
