/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/hive: when a second copy of a hive counts.  Off a volume, with a real registry: test_windows_logs.c. */
#include "tests/unit/tap.h"

#include "restore/hive/hive.h"
#include "tests/unit/hive_sample.h"

#define UNFIT   H_HIVE_LOG_UNFIT
#define DAMAGED H_HIVE_LOG_DAMAGED

static void
tear_end(struct hc_buf *alternate)
{
	alternate->size -= 1;
}

static void
tear_bin(struct hc_buf *alternate)
{
	alternate->data[4096 + 4096] = 'x';
}

static void
tear_sum(struct hc_buf *alternate)
{
	alternate->data[100] ^= 1;
}

static void
make_log(struct hc_buf *alternate)
{
	hc_put_le32(alternate->data + 28, 2);
	put_checksum(alternate->data);
}

static void
make_short(struct hc_buf *alternate)
{
	alternate->size = 511;
}

static const struct {
	const char *what;
	uint32_t primary, secondary; /* of the copy; the hive has 8 and 7 */
	void (*damage)(struct hc_buf *alternate);
	enum hc_err_code code;
	const char *says;
} rows[] = {
	{ "the number before the write", 7, 7, NULL, H_OK, "" },
	{ "the number of the write", 8, 8, NULL, H_OK, "" },
	{ "an older number", 6, 6, NULL, UNFIT, "of another time" },
	{ "a later number", 9, 9, NULL, UNFIT, "of another time" },
	{ "torn itself", 8, 7, NULL, DAMAGED, "it was being written, too" },
	{ "a log", 7, 7, make_log, DAMAGED, "it is a transaction log" },
	{ "cut short", 7, 7, tear_end, DAMAGED, "it is cut short" },
	{ "without a whole base block", 7, 7, make_short, DAMAGED, "shorter than" },
	{ "a bin that is none", 7, 7, tear_bin, DAMAGED, "bins do not follow" },
	{ "a wrong checksum", 7, 7, tear_sum, DAMAGED, "checksum" },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hc_buf hive = sample_hive(8, 7, 3), copy = { 0 };
		struct hc_buf alternate = sample_hive(rows[i].primary, rows[i].secondary, 3);
		struct hc_err err = { 0 };
		int result;

		hc_put_le32(alternate.data + 28, 1);
		put_checksum(alternate.data);
		if (rows[i].damage != NULL)
			rows[i].damage(&alternate);
		result = hc_hive_alternate(hc_buf_span(&hive), hc_buf_span(&alternate),
					   "SYSTEM", &copy, &err);
		if (rows[i].code != H_OK)
			ok(result < 0 && err.code == rows[i].code && copy.data == NULL &&
				   strstr(err.text[0], rows[i].says) != NULL,
			   "%s: refused, %s", rows[i].what, rows[i].says);
		else
			ok(result == 0 && copy.size == alternate.size &&
				   hc_get_le32(copy.data + 28) == 0 &&
				   memcmp(copy.data + 512, alternate.data + 512,
					  copy.size - 512) == 0,
			   "%s: read, as a hive", rows[i].what);
		hc_buf_done(&hive);
		hc_buf_done(&alternate);
		hc_buf_done(&copy);
	}
}

int
main(void)
{
	test_rows();
	return tap_done();
}
