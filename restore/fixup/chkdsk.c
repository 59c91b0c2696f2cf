/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chkdsk: volumes that were not closed properly are checked at the first start. */
#include <string.h>

#include "restore/fixup/fixup_priv.h"

int
fix_chkdsk(struct fix *fix, struct hc_err *err)
{
	for (size_t i = 0; i < fix->offline->count; i++) {
		struct hc_volume *volume = fix->offline->volumes[i].volume;
		const struct hc_volume_info *info =
			volume != NULL ? hc_volume_info(volume) : NULL;

		if (info == NULL || strcmp(info->kind, "ntfs") != 0 ||
		    info->state.journal_clean)
			continue;
		if (want_dirty(fix, i,
			       "its journal was not closed: what was under way may be lost",
			       err) < 0)
			return -1;
	}
	return 0;
}
