/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/hive/lists: lists of keys and values, of a hive built here and of real ones. */
#include "tests/unit/tap.h"

#include "restore/hive/hive.h"
#include "tests/unit/sandbox.h"

/* Built by the stand-in's builder: each type once. */
static const char built[] = "[\\key\\first]\n[\\key\\second]\n\"x\"=dword:00000001\n"
			    "[\\types]\n"
			    "@=\"default\"\n"
			    "\"sz\"=\"a text\"\n"
			    "\"expand\"=expand:\"%SystemRoot%\"\n"
			    "\"multi\"=multi:\"one\",\"two\"\n"
			    "\"empty\"=hex(7):00,00\n"
			    "\"dword\"=dword:fffffffe\n"
			    "\"short\"=hex(4):01,02\n"
			    "\"big\"=hex(5):00,00,01,02\n"
			    "\"binary\"=hex:00,ab,ff\n"
			    "\"odd\"=hex(1):41,00,42\n"
			    "\"strange\"=hex(ffff0012):01\n";

static const struct {
	const char *name, *type, *text;
} wanted[] = {
	{ "", "REG_SZ", "default" },
	{ "sz", "REG_SZ", "a text" },
	{ "expand", "REG_EXPAND_SZ", "%SystemRoot%" },
	{ "multi", "REG_MULTI_SZ", "one two" },
	{ "empty", "REG_MULTI_SZ", "" },
	{ "dword", "REG_DWORD", "4294967294" },
	{ "short", "REG_DWORD", "0102" },
	{ "big", "REG_DWORD_BIG_ENDIAN", "258" },
	{ "binary", "REG_BINARY", "00abff" },
	{ "odd", "REG_SZ", "A" },
	{ "strange", "REG_ffff0012", "01" },
};

static struct hc_hive *
build(const struct sandbox *box, const char *tree)
{
	char path[PATH_MAX];
	FILE *file = fopen(path_in(box, path, "text"), "w");
	struct hc_hive *hive = NULL;
	struct hc_buf bytes;
	struct hc_err err;

	if (file == NULL || fputs(built, file) < 0 || fclose(file) != 0)
		return NULL;
	run(box,
	    "PYTHONDONTWRITEBYTECODE=1 python3 -c 'import sys; "
	    "sys.path.insert(0, \"%s/tests/fixtures/standin\"); from builder import reg; "
	    "reg.build(\"hive\", \"x\", \"x\", [open(\"text\").read()], {})'",
	    tree);
	bytes = slurp(box, "hive");
	ok_call(hc_hive_open(hc_buf_span(&bytes), "x", &hive, &err), &err, "a built hive");
	hc_buf_done(&bytes);
	return hive;
}

static void
test_types(struct hc_hive *hive)
{
	struct hc_hive_value_list values = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_hive_key key;
	struct hc_err err;
	const char *text;

	ok(hc_hive_key(hive, "types", &key, &err) == 0 &&
		   hc_hive_values(hive, key, &arena, &values, &err) == 0 &&
		   values.count == sizeof(wanted) / sizeof(wanted[0]),
	   "its values are listed");
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const struct hc_hive_value *found = NULL;

		for (size_t j = 0; j < values.count; j++)
			if (strcmp(values.items[j].name, wanted[i].name) == 0)
				found = &values.items[j];
		ok(found != NULL &&
			   strcmp(hc_hive_type_name(&arena, found->type), wanted[i].type) ==
				   0 &&
			   hc_hive_value_text(hive, found, &arena, &text, &err) == 0 &&
			   strcmp(text, wanted[i].text) == 0,
		   "%s: %s, %s", wanted[i].name, wanted[i].type, wanted[i].text);
	}
	hc_arena_done(&arena);
}

static void
test_children(struct hc_hive *hive)
{
	struct hc_hive_children list = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_hive_key key;
	struct hc_err err;
	uint32_t number = 0;

	ok(hc_hive_key(hive, "key", &key, &err) == 0 &&
		   hc_hive_children(hive, key, &arena, &list, &err) == 0 && list.count == 2 &&
		   strcmp(list.items[0].name, "first") == 0 &&
		   strcmp(list.items[1].name, "second") == 0 &&
		   hc_hive_dword(hive, list.items[1].key, "x", &number, &err) == 0 &&
		   number == 1,
	   "its keys are listed, and lead to their values");
	ok(hc_hive_key(hive, "key\\first", &key, &err) == 0 &&
		   hc_hive_children(hive, key, &arena, &list, &err) == 0 && list.count == 0,
	   "a key without keys");
	hc_arena_done(&arena);
}

/* yarp's hives: ManySubkeysHive has 5000 in key_with_many_subkeys; BigDataHive two large values (hivexsh). */
static void
test_real(const struct sandbox *box)
{
	struct hc_hive_children list = { 0 };
	struct hc_hive_value_list values = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_hive *hive = NULL;
	struct hc_hive_key key;
	struct hc_buf bytes;
	struct hc_err err;
	const char *text;

	run(box, "xz -dc %s/hives/quirks-yarp/ManySubkeysHive.xz >hive",
	    getenv("HALCYON_TESTDATA"));
	bytes = slurp(box, "hive");
	ok(hc_hive_open(hc_buf_span(&bytes), "x", &hive, &err) == 0 &&
		   hc_hive_key(hive, "key_with_many_subkeys", &key, &err) == 0 &&
		   hc_hive_children(hive, key, &arena, &list, &err) == 0 && list.count == 5000,
	   "many keys");
	hc_hive_close(hive);
	hc_buf_done(&bytes);
	hive = NULL;
	run(box, "xz -dc %s/hives/quirks-yarp/BigDataHive.xz >hive",
	    getenv("HALCYON_TESTDATA"));
	bytes = slurp(box, "hive");
	ok(hc_hive_open(hc_buf_span(&bytes), "x", &hive, &err) == 0 &&
		   hc_hive_key(hive, "key_with_bigdata", &key, &err) == 0 &&
		   hc_hive_values(hive, key, &arena, &values, &err) == 0 && values.count == 2 &&
		   values.items[0].size == 16345 && values.items[1].size == 81725,
	   "large values");
	ok(values.count == 2 &&
		   hc_hive_value_text(hive, &values.items[0], &arena, &text, &err) == 0 &&
		   strlen(text) == 2 * values.items[0].size,
	   "one as text");
	ok_fails(hc_hive_value_text(hive, &values.items[1], &arena, &text, &err), &err,
		 H_HIVE_FORMAT, "one that is too large for that");
	hc_hive_close(hive);
	hc_buf_done(&bytes);
	hc_arena_done(&arena);
}

int
main(void)
{
	char tree[PATH_MAX];
	struct hc_hive *hive;
	struct sandbox box;

	if (getcwd(tree, sizeof(tree)) == NULL)
		return 99;
	sandbox_open(&box);
	hive = build(&box, tree);
	if (hive != NULL) {
		test_types(hive);
		test_children(hive);
	}
	hc_hive_close(hive);
	if (getenv("HALCYON_TESTDATA") == NULL)
		tap_skip("HALCYON_TESTDATA is not set");
	else
		test_real(&box);
	sandbox_close(&box);
	return tap_done();
}
