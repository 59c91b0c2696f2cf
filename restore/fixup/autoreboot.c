/* SPDX-License-Identifier: GPL-3.0-or-later */
/* autoreboot: a stop code stays on the screen. */
#include "restore/fixup/fixup_priv.h"

int
fix_autoreboot(struct fix *fix, struct hc_err *err)
{
	struct fix_hive system;
	int found = fix_hive(fix, "SYSTEM", &system, err);

	for (size_t i = 0; found == 0 && i < fix->windows->control_sets.count; i++) {
		const char *key = fix_key(fix, fix->windows->control_sets.items[i],
					  "Control\\CrashControl");

		if (key == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
		if (want_dword(fix, &system, key, "AutoReboot", 0,
			       "a stop code shall stay on the screen", err) < 0)
			return -1;
	}
	return found < 0 ? -1 : 0;
}
