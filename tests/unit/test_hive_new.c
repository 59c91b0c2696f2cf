/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hive with nothing in it: sound by our own walk, read by hivex, and changed like any other. */
#include "restore/hive/hive_cells_priv.h"
#include "tests/unit/sandbox.h"
#include "tests/unit/tap.h"

static bool
put(const struct sandbox *box, const char *name, const struct hc_buf *bytes)
{
	char path[PATH_MAX];
	FILE *file = fopen(path_in(box, path, "%s", name), "wb");

	return file != NULL && fwrite(bytes->data, bytes->size, 1, file) == 1 &&
	       fclose(file) == 0;
}

static void
test_new(const struct sandbox *box)
{
	static const uint8_t seven[] = { 7, 0, 0, 0 };
	const struct hc_hive_change changes[] = {
		{ HC_HIVE_SET_VALUE, "A\\B", "x", 4, { seven, 4 } },
		{ HC_HIVE_MAKE_KEY, "A\\C", NULL, 0, { NULL, 0 } },
	};
	struct hc_buf hive = { 0 }, changed = { 0 };
	struct hc_hive_census census;
	struct hc_err err;
	const char *fault;
	uint64_t at = 0;

	ok_call(hc_hive_new(&hive, &err), &err, "a hive is made");
	fault = hc_hive_check(hc_buf_span(&hive), &census, &at);
	ok(fault == NULL && census.keys == 1 && census.values == 0 && census.lost == 0 &&
		   census.miscounted == 0,
	   "it is sound, and has its root only: %s", fault != NULL ? fault : "sound");
	ok(put(box, "new", &hive) && run(box, "echo ls | hivexsh new") == 0,
	   "hivexsh opens it");
	ok_call(hc_hive_edit(hc_buf_span(&hive), "new", &(struct hc_hive_changes){ changes, 2 },
			     0, &changed, &err),
		&err, "it is changed");
	ok(put(box, "changed", &changed) &&
		   run(box, "hivexregedit --export changed '\\' >out && "
			    "grep -q '\"x\"=dword:00000007' out && "
			    "grep -qF '[\\A\\C]' out") == 0,
	   "hivexregedit finds the changes");
	hc_buf_done(&hive);
	hc_buf_done(&changed);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	test_new(&box);
	sandbox_close(&box);
	return tap_done();
}
