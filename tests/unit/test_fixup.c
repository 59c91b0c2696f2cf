/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame of fixups: the table, wishes that become edits, wishes that are fulfilled. */
#include "tests/unit/fixup_fixture.h"

static const char *const system_text =
	"[\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"
	"[\\ControlSet001\\Control\\CrashControl]\n\"AutoReboot\"=dword:00000001\n"
	"[\\ControlSet002\\Control\\CrashControl]\n\"AutoReboot\"=dword:00000000\n"
	"[\\ControlSet003\\Control]\n";

static void
test_wishes(struct sandbox *box)
{
	struct offline_machine m;
	struct hc_err err;

	if (!ok(make_hive_text(box, "SYSTEM", system_text) && make_windows_volume(box, "") &&
			offline_open(box, &m, false),
		"an offline machine opens"))
		return;
	ok(hc_fixup_detect(&m.offline, &m.request, &m.arena, &m.found, &err) == 0 &&
		   m.found.edits.count == 0,
	   "what is on request is not made by itself");
	ask_only(&m, "autoreboot");
	is_found(&m,
		 "SYSTEM ControlSet001\\Control\\CrashControl AutoReboot: 1 -> 0\n"
		 "SYSTEM ControlSet003\\Control\\CrashControl AutoReboot: (none) -> 0\n",
		 "each control set, and none that has it already");
	offline_done(&m);
}

static void
test_table(void)
{
	const struct hc_fixup *fixup;

	for (size_t i = 0; (fixup = hc_fixups_at(i)) != NULL; i++)
		ok(hc_fixups_by_id(fixup->id) == fixup && fixup->does != NULL &&
			   fixup->because != NULL && fixup->source != NULL &&
			   fixup->leaves != NULL,
		   "%s is complete and found by its id", fixup->id);
	ok(hc_fixups_by_id("no-such") == NULL, "an unknown id is none");
}

int
main(void)
{
	struct sandbox box;
	test_table();
	sandbox_open(&box);
	test_wishes(&box);
	sandbox_close(&box);
	return tap_done();
}
