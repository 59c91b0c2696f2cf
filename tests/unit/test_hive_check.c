/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/hive: what changes of a hive are judged by: names, the walk over all cells, the comparison with what was asked. */
#include "tests/unit/tap.h"

#include "restore/hive/hive_cells_priv.h"
#include "tests/unit/hive_keys.h"

#define WHEN 1700000000

static struct hc_hive_change
set(const char *key, const char *name, const char *four)
{
	return (struct hc_hive_change){ HC_HIVE_SET_VALUE, key, name, 4, hc_span(four, 4) };
}

static struct hc_buf
changed(const struct hc_buf *hive, const struct hc_hive_change *items, size_t count)
{
	struct hc_hive_changes changes = { items, count };
	struct hc_buf result = { 0 };
	struct hc_err err;

	if (hc_hive_edit(hc_buf_span(hive), "SYSTEM", &changes, WHEN, &result, &err) < 0)
		abort();
	return result;
}

/* ---------------------------------------------------------------- names */

static struct hc_name
name(const char *narrow)
{
	return hc_name_of((const uint8_t *)narrow, (uint32_t)strlen(narrow), true);
}

static struct hc_name
wide(const uint8_t *units, uint32_t bytes)
{
	return hc_name_of(units, bytes, false);
}

static void
test_names(void)
{
	static const uint8_t upper[] = { 0x21, 0x04, 0x1b, 0x04 },
			     lower[] = { 0x41, 0x04, 0x3b, 4 };
	static const uint8_t a[] = { 'a', 0, 0xe4, 0 };

	ok(hc_name_compare(name("abc"), name("ABC")) == 0 &&
		   hc_name_compare(name("ab"), name("abc")) < 0 &&
		   hc_name_compare(name("a_"), name("aZ")) > 0 &&
		   hc_name_compare(name("a\xe4"), wide(a, 4)) == 0 &&
		   hc_name_compare(name("a\xc4"), wide(a, 4)) == 0,
	   "names are sorted as in upper case: _ is behind Z");
	ok(hc_name_compare(wide(upper, 4), wide(lower, 4)) == 0 &&
		   hc_name_hash(wide(upper, 4)) == hc_name_hash(wide(lower, 4)),
	   "so is Cyrillic");
	/* 'A' is 65: 65 * 37 + 66 */
	ok(hc_name_hash(name("aB")) == 65 * 37 + 66 &&
		   hc_name_hint(name("aBcdE")) == 0x64634261 &&
		   hc_name_hint(name("aB")) == 0x4261 && hc_name_hint(wide(upper, 4)) == 0,
	   "hash and hint");
	ok(hc_path_is_within("A\\b\\C", "a\\B") && hc_path_is_within("a", "A") &&
		   hc_path_is_within("a", "") && !hc_path_is_within("A\\BC", "A\\B") &&
		   !hc_path_is_within("A", "A\\B"),
	   "what is below a path");
	ok(hc_text_compare("\xc3\xa4", "\xc3\x84") == 0 && hc_text_compare("a", "ab") < 0 &&
		   hc_text_compare("b", "A") > 0,
	   "the same for UTF-8");
}

/* ---------------------------------------------------------------- the walk */

static bool
counts(struct hc_buf *hive, const struct hc_hive_census *want)
{
	struct hc_hive_census got;
	uint64_t at;
	const char *fault;

	put_checksum(hive->data);
	fault = hc_hive_check(hc_buf_span(hive), &got, &at);
	if (fault != NULL)
		printf("# %s at %llu\n", fault, (unsigned long long)at);
	return fault == NULL && memcmp(&got, want, sizeof(got)) == 0;
}

/* The cell that a place in the bins leads to. */
static uint8_t *
cell_at(const struct hc_buf *hive, const uint8_t *place)
{
	return hive->data + 4096 + hc_get_le32(place) + 4;
}

/* Each of these is let pass, and counted. */
static void
test_census(void)
{
	struct hc_buf empty = root_hive(7, 5), hive;
	const struct hc_hive_change items[] = { set("A", "v", "1234"), set("B", "v", "1234") };
	struct hc_hive_census want = { .keys = 3, .values = 2 };
	uint8_t *list, *sk, entry[8], key[8];

	hive = changed(&empty, items, 2);
	list = cell_at(&hive, hive.data + 4096 + 36 + 28);
	sk = hive.data + 4096 + SAMPLE_SK + 4;
	ok(counts(&hive, &want), "three keys, two values, nothing else");
	list[1] = 'f';
	want.foreign = 1; /* of one letter, hash and hint are the same */
	ok(counts(&hive, &want), "a list of hints where hashes belong");
	list[1] = 'h';
	want.foreign = 0;
	hc_put_le32(hive.data + 24, 3);
	want.foreign = 1;
	ok(counts(&hive, &want), "hashes where hints belong");
	hc_put_le32(hive.data + 24, 5);
	want.foreign = 0;
	memcpy(entry, list + 4, 8);
	memcpy(list + 4, list + 12, 8);
	memcpy(list + 12, entry, 8);
	want.unsorted = 1;
	ok(counts(&hive, &want), "a list in the wrong order");
	memcpy(list + 12, list + 4, 8);
	memcpy(list + 4, entry, 8);
	want.unsorted = 0;
	list[8] ^= 1;
	want.mishashed = 1;
	ok(counts(&hive, &want), "a wrong hash");
	list[8] ^= 1;
	want.mishashed = 0;
	sk[12] = 2;
	want.miscounted = 1;
	ok(counts(&hive, &want), "a wrong number of users");
	sk[12] = 3;
	want.miscounted = 0;
	/* B has no values any more: its value and the list of them are lost. */
	memset(key, 0, 4);
	memcpy(cell_at(&hive, list + 12) + 36, key, 4);
	want.values = 1;
	want.lost = 2;
	ok(counts(&hive, &want), "two cells that nothing leads to");
	hc_buf_done(&empty);
	hc_buf_done(&hive);
}

/* A count of users that is too low must not take the descriptor away from the others. */
static void
test_too_few_users(void)
{
	struct hc_buf empty = root_hive(7, 5), hive, made = { 0 };
	const struct hc_hive_change items[] = { set("A", "v", "1234"), set("B", "v", "1234") };
	const struct hc_hive_change doomed = { HC_HIVE_DELETE_KEY, "A", NULL, 0, { NULL, 0 } };
	const struct hc_hive_changes change = { &doomed, 1 }, other = { items, 1 };
	struct hc_err err;

	hive = changed(&empty, items, 2);
	hive.data[4096 + SAMPLE_SK + 4 + 12] = 1;
	ok_fails(hc_hive_edit(hc_buf_span(&hive), "SYSTEM", &change, WHEN, &made, &err), &err,
		 H_HIVE_EDIT, "the last user of a descriptor, by count, is not deleted");
	ok_call(hc_hive_edit(hc_buf_span(&hive), "SYSTEM", &other, WHEN, &made, &err), &err,
		"a change that leaves the count as it is");
	hc_buf_done(&empty);
	hc_buf_done(&hive);
	hc_buf_done(&made);
}

static void
test_windows_hives(void)
{
	static const char *const paths[] = {
		"nt4-sp3-pdc-x86/SYSTEM",
		"nt4-sp3-pdc-x86/SOFTWARE",
		"2003-sp1-x86-dc/SYSTEM",
		"win7-sp1-x86-WKS-WIN732BITA/SYSTEM",
		"win7-sp1-x86-WKS-WIN732BITA/NTUSER.DAT",
		"win81-x64-STUDENT-PC8/SYSTEM",
		"win10-1903-x64-vmware/SYSTEM",
		"quirks-yarp/ManySubkeysHive",
		"quirks-yarp/BigDataHive",
		"bcd/bandysc-win10-uefi-2020-06-07",
	};
	struct sandbox box;

	if (getenv("HALCYON_TESTDATA") == NULL) {
		tap_skip("HALCYON_TESTDATA names no folder with hives of Windows");
		return;
	}
	sandbox_open(&box);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct hc_buf hive = real_hive(&box, paths[i]);
		struct hc_hive_census c = { .lost = 1 };
		uint64_t at;
		bool sound = hc_hive_check(hc_buf_span(&hive), &c, &at) == NULL;

		ok(sound && c.keys > 1 && c.unsorted == 0 && c.mishashed == 0 &&
			   c.miscounted == 0 && c.foreign == 0 && c.lost == 0,
		   "%s: Windows keeps all of it", paths[i]);
		hc_buf_done(&hive);
	}
	sandbox_close(&box);
}

/* ---------------------------------------------------------------- what was asked for */

struct pair {
	struct hc_hive *before, *after;
	struct hc_hive_census counts_before, counts_after;
};

static int
verify(struct pair *p, const struct hc_hive_change *items, size_t count, struct hc_err *err)
{
	struct hc_hive_changes changes = { items, count };

	return hc_hive_verify(p->before, p->after, &changes, &p->counts_before,
			      &p->counts_after, err);
}

static void
test_verify(void)
{
	struct hc_buf empty = root_hive(7, 5), first, second;
	const struct hc_hive_change items[] = { set("A", "v", "1234"), set("B", "w", "1234") };
	const struct hc_hive_change done[] = {
		set("A", "v", "5678"),
		{ HC_HIVE_DELETE_VALUE, "b", "W", 0, { NULL, 0 } },
		{ HC_HIVE_MAKE_KEY, "C", NULL, 0, { NULL, 0 } },
	};
	struct hc_hive_change claims[4];
	struct pair p = { 0 };
	struct hc_err err;
	uint64_t at;

	first = changed(&empty, items, 2);
	second = changed(&first, done, 3);
	if (hc_hive_open(hc_buf_span(&first), "SYSTEM", &p.before, &err) < 0 ||
	    hc_hive_open(hc_buf_span(&second), "SYSTEM", &p.after, &err) < 0 ||
	    hc_hive_check(hc_buf_span(&first), &p.counts_before, &at) != NULL ||
	    hc_hive_check(hc_buf_span(&second), &p.counts_after, &at) != NULL)
		abort();
	memcpy(claims, done, sizeof(done));
	ok_call(verify(&p, claims, 3, &err), &err, "what was done is what was asked for");
	ok_fails(verify(&p, claims, 2, &err), &err, H_HIVE_EDIT, "a key that nobody asked for");
	ok_fails(verify(&p, claims + 1, 2, &err), &err, H_HIVE_EDIT,
		 "a value that nobody asked for");
	claims[1] = done[2];
	ok_fails(verify(&p, claims, 2, &err), &err, H_HIVE_EDIT,
		 "a value that nobody asked to delete");
	claims[1] = done[1];
	claims[0].data = hc_span("5679", 4);
	ok_fails(verify(&p, claims, 3, &err), &err, H_HIVE_EDIT, "other data");
	claims[0] = done[0];
	claims[0].type = 3;
	ok_fails(verify(&p, claims, 3, &err), &err, H_HIVE_EDIT, "another type");
	claims[0] = done[0];
	claims[1].kind = HC_HIVE_SET_VALUE;
	ok_fails(verify(&p, claims, 3, &err), &err, H_HIVE_EDIT, "a value that is missing");
	claims[1] = done[1];
	claims[3] = (struct hc_hive_change){ HC_HIVE_DELETE_KEY, "B", NULL, 0, { NULL, 0 } };
	ok_fails(verify(&p, claims, 4, &err), &err, H_HIVE_EDIT, "a key that is still there");
	claims[3] = (struct hc_hive_change){ HC_HIVE_DELETE_VALUE, "A", "v", 0, { NULL, 0 } };
	ok_fails(verify(&p, claims, 4, &err), &err, H_HIVE_EDIT, "a value that is still there");
	claims[3] = (struct hc_hive_change){ HC_HIVE_MAKE_KEY, "A\\D", NULL, 0, { NULL, 0 } };
	ok_fails(verify(&p, claims, 4, &err), &err, H_HIVE_EDIT, "a key that is missing");
	p.counts_after.values++;
	ok_fails(verify(&p, claims, 3, &err), &err, H_HIVE_EDIT,
		 "a value that libhivex passes over");
	hc_hive_close(p.before);
	hc_hive_close(p.after);
	hc_buf_done(&empty);
	hc_buf_done(&first);
	hc_buf_done(&second);
}

int
main(void)
{
	test_names();
	test_census();
	test_too_few_users();
	test_windows_hives();
	test_verify();
	return tap_done();
}
