/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hives with keys, for tests of what changes them: one made by the byte, and those of the test data, declared clean.
 */
#ifndef HC_TESTS_HIVE_KEYS_H
#define HC_TESTS_HIVE_KEYS_H

#include "restore/hive/edit.h"
#include "tests/unit/hive_sample.h"
#include "tests/unit/sandbox.h"

#define SAMPLE_SK 136u /* offset of its security cell: behind the root, which has 104 bytes */

/* A root without subkeys, with a security descriptor that only it uses; version 1.`minor`. */
__attribute__((unused)) static struct hc_buf
root_hive(uint32_t sequence, uint32_t minor)
{
	struct hc_buf hive = { 0 };
	uint8_t *bin, *nk, *sk;

	put_base(grow(&hive, 4096), sequence, sequence, 0, 1);
	grow(&hive, 4096);
	hc_put_le32(hive.data + 24, minor);
	put_checksum(hive.data);
	bin = hive.data + 4096;
	memcpy(bin, "hbin", 4);
	hc_put_le32(bin + 8, 4096);
	hc_put_le32(bin + 32, (uint32_t)-104);
	nk = bin + 36;
	memcpy(nk, "nk\x2c", 3); /* root, not to be deleted, name of one byte a character */
	hc_put_le32(nk + 16, UINT32_MAX);
	hc_put_le32(nk + 28, UINT32_MAX);
	hc_put_le32(nk + 32, UINT32_MAX);
	hc_put_le32(nk + 40, UINT32_MAX);
	hc_put_le32(nk + 44, SAMPLE_SK);
	hc_put_le32(nk + 48, UINT32_MAX);
	hc_put_le16(nk + 72, 4);
	memcpy(nk + 76, "ROOT", 4);
	hc_put_le32(bin + SAMPLE_SK, (uint32_t)-48);
	sk = bin + SAMPLE_SK + 4;
	memcpy(sk, "sk", 2);
	hc_put_le32(sk + 4, SAMPLE_SK);
	hc_put_le32(sk + 8, SAMPLE_SK);
	hc_put_le32(sk + 12, 1);
	hc_put_le32(sk + 16, 20);
	memcpy(sk + 20, "\1\0\4\x80", 4);
	hc_put_le32(bin + SAMPLE_SK + 48, 4096 - SAMPLE_SK - 48);
	return hive;
}

/* A hive of HALCYON_TESTDATA. One that was not shut down cleanly is declared clean here, for the test only: its numbers
 * are made equal, what its logs hold is left out. */
__attribute__((unused)) static struct hc_buf
real_hive(const struct sandbox *box, const char *name)
{
	struct hc_buf hive;

	run(box,
	    "f=%s/hives/%s; rm -f got; if [ -e $f.xz ]; then xz -dc $f.xz; else cat $f; "
	    "fi >got",
	    getenv("HALCYON_TESTDATA"), name);
	hive = slurp(box, "got");
	if (hive.size >= 4096 && memcmp(hive.data + 4, hive.data + 8, 4) != 0) {
		memcpy(hive.data + 8, hive.data + 4, 4);
		put_checksum(hive.data);
	}
	return hive;
}

__attribute__((unused)) static bool
keep_file(const struct sandbox *box, const char *name, const struct hc_buf *bytes)
{
	char path[PATH_MAX];
	FILE *file = fopen(path_in(box, path, "%s", name), "wb");
	bool written = file != NULL && fwrite(bytes->data, 1, bytes->size, file) == bytes->size;

	return file != NULL && fclose(file) == 0 && written;
}

/* reged, which shares no code with libhivex's reader nor with ours, writes all of the hive as text. */
__attribute__((unused)) static bool
export_file(const struct sandbox *box, const char *hive, const char *text)
{
	return run(box, "rm -f %s; reged -x %s PREFIX '\\' %s >/dev/null && [ -s %s ]", text,
		   hive, text, text) == 0;
}

#endif
