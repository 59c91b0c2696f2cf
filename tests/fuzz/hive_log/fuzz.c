/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hive and its three logs: what is recovered is a clean hive that libhivex opens or refuses. mend.h has the layout
 * of an input.  modules: restore/hive */
#include "tests/fuzz/hive_log/mend.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* A copy that was made can be looked into, or is refused; it is freed. */
static void
look_into(struct hc_buf *copy)
{
	struct hc_hive *hive = NULL;
	struct hc_err err;

	if (copy->data != NULL && hc_hive_open(hc_buf_span(copy), "X", &hive, &err) == 0)
		hc_hive_close(hive);
	hc_buf_done(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct hc_buf copy = { 0 };
	struct hc_hive_recovery state;
	struct hc_err err = { 0 };
	struct hc_span part[4] = { 0 };
	uint8_t *mine = cut(bytes, length, part);
	struct hc_hive_logs logs = { part[1], part[2], part[3] };
	int result;

	if (mine == NULL)
		return 0;
	result = hc_hive_recover(part[0], &logs, "X", &copy, &state, &err);
	if (result < 0 ? err.code == H_OK || copy.data != NULL
		       : state.dirty && !is_clean(&copy))
		abort();
	look_into(&copy);
	/* The first two as a hive and its SYSTEM.ALT. */
	err.code = H_OK;
	result = hc_hive_alternate(part[0], part[1], "X", &copy, &err);
	if (result < 0 ? err.code == H_OK || copy.data != NULL : !is_clean(&copy))
		abort();
	look_into(&copy);
	free(mine);
	return 0;
}
