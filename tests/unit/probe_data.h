/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of restore/probe share. */
#ifndef HC_TESTS_PROBE_DATA_H
#define HC_TESTS_PROBE_DATA_H

#include "tests/unit/disk_fixture.h"

#include "restore/probe/probe_priv.h"

static struct hc_err err;

/* A file of HALCYON_TESTDATA; false when it isn't there. */
__attribute__((unused)) static bool
data_file(const char *name, struct hc_buf *ret)
{
	const struct hc_tree data = { getenv("HALCYON_TESTDATA") ? getenv("HALCYON_TESTDATA")
								 : "/nowhere" };

	ret->size = 0;
	return hc_tree_bytes(&data, ret, 1u << 20, "/%s", name) && ret->size > 0;
}

/* The byte at `at` makes the sum of all of them zero. */
__attribute__((unused)) static void
put_sum(uint8_t *bytes, size_t size, size_t at)
{
	uint8_t sum = 0;

	bytes[at] = 0;
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + bytes[i]);
	bytes[at] = (uint8_t)-sum;
}

#endif
