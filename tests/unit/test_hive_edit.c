/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/hive: changes to hives, on one made here. test_hive_edit_real.c has those that Windows wrote. */
#include "tests/unit/tap.h"

#include "tests/unit/hive_keys.h"

#define WHEN 1700000000 /* 2023-11-14T22:13:20Z */
#define WHEN_FILE                                                                              \
	133444736000000000u /* the same as FILETIME: (1700000000 + 11644473600) * 10^7 */
#define SEGMENT 16344u
#define SIZES   8u
#define LARGEST (1u << 20)

static struct hc_hive_change
set(const char *key, const char *name, uint32_t type, const void *data, size_t size)
{
	return (struct hc_hive_change){ HC_HIVE_SET_VALUE, key, name, type,
					hc_span(data, size) };
}

static struct hc_hive_change
other(enum hc_hive_change_kind kind, const char *key, const char *name)
{
	return (struct hc_hive_change){ kind, key, name, 0, { NULL, 0 } };
}

/* *hive becomes what the changes make of it. */
static int
change(struct hc_buf *hive, const struct hc_hive_change *items, size_t count,
       struct hc_err *err)
{
	struct hc_hive_changes changes = { items, count };
	struct hc_buf result = { 0 };

	if (hc_hive_edit(hc_buf_span(hive), "SYSTEM", &changes, WHEN, &result, err) < 0)
		return -1;
	hc_buf_done(hive);
	*hive = result;
	return 0;
}

static int
change_one(struct hc_buf *hive, struct hc_hive_change item, struct hc_err *err)
{
	return change(hive, &item, 1, err);
}

static bool
holds(const struct hc_buf *bytes, const char *key, const char *name, const void *data,
      size_t size)
{
	struct hc_hive *hive = NULL;
	struct hc_hive_key found;
	struct hc_arena arena = { 0 };
	struct hc_span got;
	struct hc_err err;
	bool same = hc_hive_open(hc_buf_span(bytes), "SYSTEM", &hive, &err) == 0 &&
		    hc_hive_key(hive, key, &found, &err) == 0 &&
		    hc_hive_bytes(hive, found, name, &arena, &got, &err) == 0 &&
		    got.size == size && (size == 0 || memcmp(got.data, data, size) == 0);

	hc_hive_close(hive);
	hc_arena_done(&arena);
	return same;
}

static size_t
subkeys(const struct hc_buf *bytes, const char *key)
{
	struct hc_hive *hive = NULL;
	struct hc_hive_key found;
	struct hc_arena arena = { 0 };
	struct hc_strings names = { 0 };
	struct hc_err err;
	bool read = hc_hive_open(hc_buf_span(bytes), "SYSTEM", &hive, &err) == 0 &&
		    hc_hive_key(hive, key, &found, &err) == 0 &&
		    hc_hive_subkeys(hive, found, &arena, &names, &err) == 0;

	hc_hive_close(hive);
	hc_arena_done(&arena);
	return read ? names.count : SIZE_MAX;
}

/* Cells in use that begin with these two letters. */
static unsigned
cells(const struct hc_buf *hive, const char *signature)
{
	unsigned found = 0;
	size_t end = 4096 + (size_t)hc_get_le32(hive->data + 40), length;

	for (size_t bin = 4096; bin < end; bin += hc_get_le32(hive->data + bin + 8)) {
		size_t bin_end = bin + hc_get_le32(hive->data + bin + 8);

		for (size_t at = bin + 32; at < bin_end; at += length) {
			int32_t cell = (int32_t)hc_get_le32(hive->data + at);

			length = (size_t)(cell < 0 ? -(int64_t)cell : cell);
			found += cell < 0 && memcmp(hive->data + at + 4, signature, 2) == 0;
		}
	}
	return found;
}

/* ---------------------------------------------------------------- values */

static void
test_values(uint32_t minor)
{
	static const size_t sizes[] = {
		0, 1, 4, 5, 100, SEGMENT, SEGMENT + 1, 3 * SEGMENT + 1
	};
	struct hc_buf hive = root_hive(7, minor);
	struct hc_err err;
	uint8_t *data = malloc(LARGEST);
	bool good = true;

	for (size_t i = 0; i < LARGEST; i++)
		data[i] = (uint8_t)(i * 31 + i / 256);
	for (size_t from = 0; from < SIZES; from++)
		for (size_t to = 0; to < SIZES && good; to++) {
			struct hc_hive_change two[] = {
				set("", "value", 3, data, sizes[from]),
				set("", "other", 1, "x\0\0", 4),
			};
			good = change(&hive, two, 2, &err) == 0 &&
			       holds(&hive, "", "value", data, sizes[from]) &&
			       change_one(&hive, set("\\", "VALUE", 11, data, sizes[to]),
					  &err) == 0 &&
			       holds(&hive, "", "value", data, sizes[to]) &&
			       holds(&hive, "", "other", "x\0\0", 4);
			if (!good)
				printf("# %zu to %zu: %s\n", sizes[from], sizes[to],
				       err.text[0]);
		}
	ok(good, "1.%u: data of every length, made longer and shorter, beside another value",
	   minor);
	ok_call(change_one(&hive, set("", "value", 3, data, LARGEST), &err), &err,
		"1.%u: 1 MiB of data", minor);
	ok(cells(&hive, "db") == (minor >= 4), "1.%u: are %s", minor,
	   minor >= 4 ? "cut into segments" : "one cell");
	ok(holds(&hive, "", "value", data, LARGEST), "1.%u: and all there", minor);
	ok_call(change_one(&hive, other(HC_HIVE_DELETE_VALUE, "", "value"), &err), &err,
		"1.%u: deleted again", minor);
	ok(cells(&hive, "db") == 0 && cells(&hive, "vk") == 1 &&
		   !holds(&hive, "", "value", data, LARGEST),
	   "1.%u: nothing of them is left", minor);
	free(data);
	hc_buf_done(&hive);
}

static void
test_types_and_names(void)
{
	struct hc_buf hive = root_hive(7, 5);
	struct hc_err err;
	struct hc_hive_change types[12], names[] = {
		set("A\\B\\C", "", 1, "d\0\0", 4),
		set("a\\b", "\xc3\xa4\xc3\xb6", 4, "\1\0\0\0", 4), /* Latin-1 */
		set("A", "\xe5\x80\xbc", 4, "\2\0\0\0", 4),        /* not */
		set("A\\\xe9\x94\xae", "v", 4, "\3\0\0\0", 4),
		set("A\\\xd0\xa1\xd0\xbb", "v", 4, "\4\0\0\0", 4), /* Сл, then сл */
		set("A\\\xd1\x81\xd0\xbb", "V", 4, "\5\0\0\0", 4),
	};
	bool good = true;

	for (uint32_t i = 0; i < 12; i++)
		types[i] =
			set("Types",
			    i == 0 ? ""
				   : "0\0001\0002\0003\0004\0005\0006\0007\0008\0009\0a\0b\0" +
					     2 * i,
			    i, "\1\2\3\4\5\6\7\10", i < 6 ? i : 8);
	ok_call(change(&hive, types, 12, &err), &err, "a value of each type, in a new key");
	for (uint32_t i = 0; i < 12; i++)
		good = good &&
		       holds(&hive, "Types", types[i].name, "\1\2\3\4\5\6\7\10", i < 6 ? i : 8);
	ok(good, "each is there, the default value among them");
	ok_call(change(&hive, names, 6, &err), &err, "names of other scripts");
	ok(holds(&hive, "A\\B\\C", "", "d\0\0", 4) &&
		   holds(&hive, "A\\B", "\xc3\xa4\xc3\xb6", "\1\0\0\0", 4) &&
		   holds(&hive, "A", "\xe5\x80\xbc", "\2\0\0\0", 4) &&
		   holds(&hive, "A\\\xe9\x94\xae", "v", "\3\0\0\0", 4),
	   "are found as they were written");
	ok(holds(&hive, "A\\\xd0\xa1\xd0\xbb", "v", "\5\0\0\0", 4) && subkeys(&hive, "A") == 3,
	   "a key is the same in upper and lower case, in Cyrillic too");
	ok_fails(change_one(&hive, other(HC_HIVE_MAKE_KEY, "A\\\xc8\x98", NULL), &err), &err,
		 H_HIVE_EDIT, "a new key with a letter whose upper case is not known here");
	ok_fails(change_one(&hive, other(HC_HIVE_MAKE_KEY, "A\\\xff", NULL), &err), &err,
		 H_TEXT_ENCODING, "a name that is not UTF-8");
	hc_buf_done(&hive);
}

/* ---------------------------------------------------------------- keys */

/* Key number i of n, in an order that isn't sorted, twice the same for the same i. */
static const char *
mixed_name(char ret[64], unsigned i, unsigned n)
{
	snprintf(ret, 64, "Many\\%s%u",
		 i % 3 == 0   ? "Key"
		 : i % 3 == 1 ? "KEY_"
			      : "key-",
		 i * 7919 % n);
	return ret;
}

#define MANY 1300u

static bool
change_many(struct hc_buf *hive, enum hc_hive_change_kind kind, unsigned from, unsigned to,
	    struct hc_err *err)
{
	struct hc_hive_change *items = calloc(MANY, sizeof(*items));
	char(*names)[64] = calloc(MANY, sizeof(*names));
	bool good;

	for (unsigned i = from; i < to; i++)
		items[i] = other(kind, mixed_name(names[i], i, MANY), NULL);
	good = change(hive, items + from, to - from, err) == 0;
	if (!good)
		printf("# %s\n", err->text[0]);
	free(items);
	free(names);
	return good;
}

static void
test_many_keys(const struct sandbox *box, uint32_t minor)
{
	struct hc_buf hive = root_hive(7, minor);
	struct hc_err err;
	size_t grown;

	ok(change_many(&hive, HC_HIVE_MAKE_KEY, 0, 500, &err) && subkeys(&hive, "Many") == 500,
	   "1.%u: 500 keys below one", minor);
	ok(cells(&hive, "ri") == 0 && cells(&hive, "li") == 0 &&
		   cells(&hive, minor < 5 ? "lf" : "lh") == 2,
	   "1.%u: are one list of the kind that Windows uses there", minor);
	ok(change_many(&hive, HC_HIVE_MAKE_KEY, 500, MANY, &err) &&
		   subkeys(&hive, "Many") == MANY,
	   "1.%u: %u keys below one", minor, MANY);
	ok(cells(&hive, "ri") == 1 && cells(&hive, minor < 5 ? "li" : "lh") >= 2 &&
		   cells(&hive, minor < 5 ? "lh" : "li") == 0,
	   "1.%u: are several lists under one", minor);
	ok(keep_file(box, "many", &hive) && export_file(box, "many", "many.reg") &&
		   run(box, "[ $(grep -c '^.PREFIX.Many.' many.reg) = %u ]", MANY + 1) == 0 &&
		   run(box, "printf 'cd Many\\nls\\n' | hivexsh many | wc -l | grep -qx %u",
		       MANY) == 0,
	   "1.%u: reged and hivexsh find them all", minor);
	grown = hive.size;
	ok(change_many(&hive, HC_HIVE_DELETE_KEY, 0, MANY - 1, &err) &&
		   subkeys(&hive, "Many") == 1 && cells(&hive, "nk") == 3,
	   "1.%u: all but one deleted", minor);
	ok(change_many(&hive, HC_HIVE_DELETE_KEY, MANY - 1, MANY, &err) &&
		   subkeys(&hive, "Many") == 0 && cells(&hive, "ri") == 0 &&
		   cells(&hive, "li") == 0,
	   "1.%u: the last one too, and the lists with it", minor);
	ok(change_many(&hive, HC_HIVE_MAKE_KEY, 0, MANY, &err) && hive.size < grown + grown / 8,
	   "1.%u: the room is used again", minor);
	ok_call(change_one(&hive, other(HC_HIVE_DELETE_KEY, "many", NULL), &err), &err,
		"1.%u: deleted with all below it", minor);
	ok(cells(&hive, "nk") == 1 && cells(&hive, "sk") == 1 && cells(&hive, "lh") == 0 &&
		   hc_get_le32(hive.data + 4096 + SAMPLE_SK + 4 + 12) == 1,
	   "1.%u: only the root is left, and its descriptor with one user", minor);
	ok(hc_get_le32(hive.data + 4096 + SAMPLE_SK + 48) == 4096 - SAMPLE_SK - 48,
	   "1.%u: free cells side by side are one", minor);
	hc_buf_done(&hive);
}

static void
test_order_of_changes(void)
{
	struct hc_buf hive = root_hive(7, 5);
	struct hc_err err;
	struct hc_hive_change items[] = {
		set("A\\B", "v", 4, "\1\0\0\0", 4),
		set("A\\B", "w", 4, "\1\0\0\0", 4),
		other(HC_HIVE_DELETE_KEY, "\\a\\\\b\\", NULL),
		set("A\\B\\C", "v", 4, "\2\0\0\0", 4),
		other(HC_HIVE_DELETE_VALUE, "A\\B\\C", "v"),
		set("A\\B", "v", 4, "\3\0\0\0", 4),
		other(HC_HIVE_DELETE_VALUE, "Nowhere", "v"),
		other(HC_HIVE_DELETE_KEY, "Nowhere\\B", NULL),
	};
	uint32_t root = 4096 + 32 + 4;

	ok_call(change(&hive, items, 8, &err), &err, "changes undo each other");
	ok(holds(&hive, "A\\B", "v", "\3\0\0\0", 4) &&
		   !holds(&hive, "A\\B", "w", "\1\0\0\0", 4) &&
		   subkeys(&hive, "A\\B\\C") == 0 && subkeys(&hive, "Nowhere") == SIZE_MAX,
	   "the last one counts, and deleting makes no keys");
	ok(hc_get_le64(hive.data + root + 4) == WHEN_FILE &&
		   hc_get_le16(hive.data + root + 52) == 2 &&
		   hc_get_le32(hive.data + 4096 + SAMPLE_SK + 4 + 12) == 4,
	   "the root has its time, its longest name; the descriptor four users");
	hc_buf_done(&hive);
}

/* ---------------------------------------------------------------- the base block */

static void
test_base_block(void)
{
	struct hc_buf hive = root_hive(UINT32_MAX, 5), copy = { 0 }, front = { 0 };
	struct hc_hive_change item = set("A", "v", 4, "\1\0\0\0", 4);
	struct hc_hive_changes changes = { &item, 1 }, none = { NULL, 0 };
	struct hc_buf made = { 0 };
	uint8_t want[512];
	struct hc_err err;

	memset(grow(&hive, 512), 'x', 512); /* behind the last bin */
	memcpy(hive.data + 48, "S\0Y\0S", 5);
	memset(hive.data + 112, 0x5a, 32);
	put_checksum(hive.data);
	hc_buf_append(&copy, hive.data, hive.size, &err);
	hc_buf_append(&front, "before", 6, &err);
	ok_call(hc_hive_edit(hc_buf_span(&hive), "SYSTEM", &changes, WHEN, &made, &err), &err,
		"a change");
	ok(memcmp(hive.data, copy.data, copy.size) == 0, "the original stays as it was");
	memcpy(want, copy.data, 512);
	hc_put_le32(want + 4, 0);
	hc_put_le32(want + 8, 0);
	hc_put_le64(want + 12, WHEN_FILE);
	put_checksum(want);
	ok(memcmp(want, made.data, 512) == 0 &&
		   memcmp(made.data + 512, copy.data + 512, 4096 - 512) == 0,
	   "numbers, one higher and round again, time and checksum; the rest as before");
	ok(made.size == hive.size && memcmp(made.data + 8192, hive.data + 8192, 512) == 0,
	   "what is behind the bins too");
	ok(hc_hive_edit(hc_buf_span(&hive), "SYSTEM", &changes, WHEN, &front, &err) == 0 &&
		   front.size == made.size + 6 &&
		   memcmp(front.data + 6, made.data, made.size) == 0,
	   "a result is appended");
	hc_buf_done(&made);
	made = (struct hc_buf){ 0 };
	ok_call(hc_hive_edit(hc_buf_span(&hive), "SYSTEM", &none, WHEN, &made, &err), &err,
		"no change at all");
	memcpy(made.data, copy.data, 512);
	memcpy(made.data + 4096 + 20, copy.data + 4096 + 20, 8);
	ok(made.size == copy.size && memcmp(made.data, copy.data, copy.size) == 0,
	   "is a copy with new numbers and a new time");
	hc_buf_done(&hive);
	hc_buf_done(&copy);
	hc_buf_done(&front);
	hc_buf_done(&made);
}

/* ---------------------------------------------------------------- what is refused */

/* Puts four bytes somewhere, tries a change, and puts them back. */
static void
refuses(struct hc_buf *hive, size_t at, uint32_t bytes, enum hc_err_code code, const char *what)
{
	uint32_t old = hc_get_le32(hive->data + at);
	struct hc_err err;

	hc_put_le32(hive->data + at, bytes);
	put_checksum(hive->data);
	ok_fails(change_one(hive, set("K\\L", "v", 4, "\2\0\0\0", 4), &err), &err, code, "%s",
		 what);
	hc_put_le32(hive->data + at, old);
	put_checksum(hive->data);
}

static void
test_refused(void)
{
	struct hc_buf hive = root_hive(7, 5), bad = { 0 };
	const size_t root = 4096 + 36, sk = 4096 + SAMPLE_SK + 4;
	uint8_t *big = calloc(1, LARGEST + 1);
	struct hc_err err;

	ok_call(change_one(&hive, set("K", "v", 4, "\1\0\0\0", 4), &err), &err, "a hive");
	refuses(&hive, 8, 7, H_HIVE_DIRTY, "one that was not shut down cleanly");
	refuses(&hive, 0, 0, H_HIVE_FORMAT, "no hive");
	refuses(&hive, 28, 6, H_HIVE_FORMAT, "a log");
	refuses(&hive, 24, 6, H_HIVE_EDIT, "a version with layers");
	refuses(&hive, 36, 4096, H_HIVE_EDIT, "a root outside");
	refuses(&hive, 40, 8192, H_HIVE_EDIT, "bins that end behind the file");
	refuses(&hive, 4096 + 4, 4096, H_HIVE_EDIT, "a bin of another place");
	refuses(&hive, 4096 + 32, (uint32_t)-4, H_HIVE_EDIT, "a cell that is too short");
	refuses(&hive, root + 20, 2, H_HIVE_EDIT, "another number of subkeys");
	refuses(&hive, root + 28, 32, H_HIVE_EDIT, "a list of subkeys that is a key");
	refuses(&hive, root + 44, 32, H_HIVE_EDIT, "security that is a key");
	refuses(&hive, root + 36, 1, H_HIVE_EDIT, "values without a list");
	refuses(&hive, sk + 4, 32, H_HIVE_EDIT, "a ring of descriptors that leads away");
	refuses(&hive, sk + 8, 32, H_HIVE_EDIT, "a ring of descriptors that leads away, back");
	ok_fails(change_one(&hive, other(HC_HIVE_DELETE_KEY, "\\", NULL), &err), &err,
		 H_HIVE_EDIT, "deleting the root");
	ok_fails(change_one(&hive, set("K", "big", 3, big, LARGEST + 1), &err), &err,
		 H_HIVE_EDIT, "more than 1 MiB of data");
	memset(big, 'n', 256);
	big[256] = 0;
	ok_fails(change_one(&hive, other(HC_HIVE_MAKE_KEY, (char *)big, NULL), &err), &err,
		 H_HIVE_EDIT, "a key's name of 256 characters");
	big[255] = 0;
	ok_call(change_one(&hive, other(HC_HIVE_MAKE_KEY, (char *)big, NULL), &err), &err,
		"255 are fine");
	ok_fails(change(&bad, NULL, 0, &err), &err, H_HIVE_FORMAT, "nothing");
	free(big);
	hc_buf_done(&hive);
}

/* ---------------------------------------------------------------- two hives compared */

static bool
is_row(const struct hc_hive_difference *row, const char *key, const char *name, bool before,
       bool after)
{
	return strcmp(row->key, key) == 0 && (row->name == NULL) == (name == NULL) &&
	       (name == NULL || strcmp(row->name, name) == 0) && row->before == before &&
	       row->after == after;
}

static void
test_diff(void)
{
	struct hc_buf first = root_hive(7, 5), second;
	struct hc_hive *before = NULL, *after = NULL;
	struct hc_hive_differences d = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_err err;
	struct hc_hive_change items[] = {
		set("Gone\\Below", "v", 4, "\1\0\0\0", 4),
		set("Key", "same", 1, "a\0\0", 4),
		set("Key", "less", 1, "a\0\0", 4),
		set("Key", "other", 3, "1234567", 7),
	};
	struct hc_hive_change more[] = {
		other(HC_HIVE_DELETE_KEY, "Gone", NULL),
		other(HC_HIVE_DELETE_VALUE, "Key", "LESS"),
		set("key", "OTHER", 1, "1234567", 7),
		set("A key", "", 4, "\1\0\0\0", 4),
	};

	ok_call(change(&first, items, 4, &err), &err, "a hive");
	second = (struct hc_buf){ 0 };
	hc_buf_append(&second, first.data, first.size, &err);
	ok_call(change(&second, more, 4, &err), &err, "and another");
	if (hc_hive_open(hc_buf_span(&first), "SYSTEM", &before, &err) < 0 ||
	    hc_hive_open(hc_buf_span(&second), "SYSTEM", &after, &err) < 0)
		abort();
	ok_call(hc_hive_diff(before, after, &arena, &d, &err), &err, "are compared");
	if (ok(d.count == 7, "seven rows"))
		ok(is_row(&d.items[0], "A key", NULL, false, true) &&
			   is_row(&d.items[1], "A key", "", false, true) &&
			   is_row(&d.items[2], "Gone", NULL, true, false) &&
			   is_row(&d.items[3], "Gone\\Below", NULL, true, false) &&
			   is_row(&d.items[4], "Gone\\Below", "v", true, false) &&
			   is_row(&d.items[5], "Key", "less", true, false) &&
			   is_row(&d.items[6], "Key", "other", true, true) &&
			   d.items[6].type_before == 3 && d.items[6].type_after == 1 &&
			   d.items[6].data_before.size == 7 &&
			   memcmp(d.items[6].data_after.data, "1234567", 7) == 0,
		   "in the order of paths");
	ok(hc_hive_diff(before, before, &arena, &d, &err) == 0 && d.count == 0,
	   "a hive does not differ from itself");
	hc_hive_close(before);
	hc_hive_close(after);
	hc_arena_done(&arena);
	hc_buf_done(&first);
	hc_buf_done(&second);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	test_values(3);
	test_values(4);
	test_values(5);
	test_types_and_names();
	test_many_keys(&box, 3);
	test_many_keys(&box, 5);
	test_order_of_changes();
	test_base_block();
	test_refused();
	test_diff();
	sandbox_close(&box);
	return tap_done();
}
