/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first bytes of a hostile disk: a journal that is found can be written, and is found again.
 * modules: restore/disk */
#include <stdlib.h>

#include "restore/disk/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct hc_journal journal = { 0 }, again = { 0 };
	struct hc_arena arena = { 0 };
	uint8_t block[HC_JOURNAL_BYTES];
	struct hc_err err = { 0 };
	uint64_t offset;

	/* A journal of somebody else may be too long once it is written our way. */
	if (hc_journal_find(hc_span(bytes, length), &arena, &journal, &offset) == 1 &&
	    (offset >= length ||
	     (hc_journal_block(&journal, block, &err) == 0 &&
	      hc_journal_find(hc_span(block, sizeof(block)), &arena, &again, &offset) != 1)))
		abort();
	hc_arena_done(&arena);
	return 0;
}
