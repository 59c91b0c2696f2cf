/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Partition tables out of hostile bytes; a GPT that can be read can be written, and reads the same again.
 * modules: restore/disk */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/table/mend.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hc_arena arena = { 0 };
	struct hc_table table = { 0 }, again = { 0 };
	struct hc_err err;
	uint8_t *copy = calloc(1, size + FUZZ_MORE);
	struct hc_io *io = NULL;

	memcpy(copy, data, size);
	mend_checksums(copy, size);
	if (hc_io_memory(hc_span(copy, size), &io, &err) == 0 &&
	    hc_table_read(io, 0, &arena, &table, &err) == 0 && table.type == HC_TABLE_GPT &&
	    write_again(&table, size, copy, &arena, &again) &&
	    (again.partitions.count != table.partitions.count ||
	     strcmp(again.id, table.id) != 0))
		abort();
	hc_io_close(io);
	hc_arena_done(&arena);
	free(copy);
	return 0;
}
