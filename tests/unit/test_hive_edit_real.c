/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/hive: changes to hives that Windows NT 4 to 10 wrote, with reged and hivexget as witnesses. */
#include "tests/unit/tap.h"

#include "tests/unit/hive_keys.h"

#define WHEN  1700000000
#define SPOTS 6

/* Keys of a kind of hive: one with many subkeys, one to be deleted, one with a value that gets another type. */
struct kind {
	const char *many;
	const char *doomed;
	const char *key, *value;
};

static const struct kind SYSTEM = { "ControlSet001\\Services", "ControlSet001\\Control\\Class",
				    "Select", "Default" };
static const struct kind SOFTWARE = { "Microsoft", "Microsoft\\Windows NT",
				      "Microsoft\\Windows\\CurrentVersion", "ProgramFilesDir" };
static const struct kind NTUSER = { "Software\\Microsoft", "Control Panel", "Environment",
				    "TEMP" };
static const struct kind BCD = { "Objects", "Objects\\{9dea862c-5cdd-4e70-acc1-f32b344d4795}",
				 "Description", "KeyName" };
static const struct kind YARP = { "key_with_many_subkeys", "key_with_many_subkeys\\1000",
				  "key_with_many_subkeys\\2000", "none" };

static const struct {
	const char *path;
	const struct kind *kind;
} hives[] = {
	{ "nt4-sp3-pdc-x86/SYSTEM", &SYSTEM },
	{ "nt4-sp3-pdc-x86/SOFTWARE", &SOFTWARE },
	{ "2003-sp1-x86-dc/SYSTEM", &SYSTEM },
	{ "win7-sp1-x86-WKS-WIN732BITA/SYSTEM", &SYSTEM },
	{ "win7-sp1-x86-WKS-WIN732BITA/SOFTWARE", &SOFTWARE },
	{ "win7-sp1-x86-WKS-WIN732BITA/NTUSER.DAT", &NTUSER },
	{ "win81-x64-STUDENT-PC8/SYSTEM", &SYSTEM }, /* declared clean */
	{ "win81-x64-STUDENT-PC8/NTUSER.DAT", &NTUSER },
	{ "win10-1709-x64-dell-physical-gpt/SYSTEM", &SYSTEM }, /* declared clean */
	{ "win10-1903-x64-vmware/SYSTEM", &SYSTEM },            /* declared clean */
	{ "quirks-yarp/ManySubkeysHive", &YARP },
	{ "bcd/fog-generalized-win7", &BCD },
	{ "bcd/pybcd-BCDlaptop", &BCD },
	{ "bcd/bandysc-win10-uefi-2020-06-07", &BCD },
	{ "bcd/regipy-win10-uefi-dualboot-linux", &BCD },
};

/* `format` with a key of the kind; kept in the arena. */
static const char *
below(struct hc_arena *arena, const char *key, const char *name)
{
	return hc_arena_printf(arena, "%s\\%s", key, name);
}

static int
change(const struct kind *kind, const struct hc_buf *hive, struct hc_arena *arena,
       struct hc_buf *ret, struct hc_err *err)
{
	static uint8_t data[3000];
	const struct hc_hive_change items[] = {
		{ HC_HIVE_SET_VALUE, below(arena, kind->many, "halcyon"), "Start", 4,
		  hc_span("\0\0\0", 4) },
		{ HC_HIVE_SET_VALUE, below(arena, kind->many, "halcyon\\One\\Two"), "Data", 3,
		  hc_span(data, sizeof(data)) },
		{ HC_HIVE_SET_VALUE, below(arena, kind->many, "aaa first"), "", 1,
		  hc_span("a\0\0", 4) },
		{ HC_HIVE_MAKE_KEY,
		  below(arena, kind->many, "zzz last"),
		  NULL,
		  0,
		  { NULL, 0 } },
		{ HC_HIVE_DELETE_KEY, kind->doomed, NULL, 0, { NULL, 0 } },
		{ HC_HIVE_SET_VALUE, kind->key, kind->value, 7,
		  hc_span("a\0\0\0b\0\0\0\0", 10) },
	};
	const struct hc_hive_changes changes = { items, SPOTS };

	return hc_hive_edit(hc_buf_span(hive), "HIVE", &changes, WHEN, ret, err);
}

/* As reg_diff.py writes it. */
static bool
write_differences(const struct sandbox *box, const struct hc_buf *first,
		  const struct hc_buf *second, size_t *ret_count)
{
	struct hc_hive *before = NULL, *after = NULL;
	struct hc_hive_differences d = { 0 };
	struct hc_arena arena = { 0 };
	char path[PATH_MAX];
	struct hc_err err;
	FILE *file = fopen(path_in(box, path, "ours"), "w");
	bool good = file != NULL &&
		    hc_hive_open(hc_buf_span(first), "HIVE", &before, &err) == 0 &&
		    hc_hive_open(hc_buf_span(second), "HIVE", &after, &err) == 0 &&
		    hc_hive_diff(before, after, &arena, &d, &err) == 0;

	for (size_t i = 0; i < d.count; i++)
		fprintf(file, "%s%s%s\n", d.items[i].key, d.items[i].name != NULL ? "\t" : "",
			d.items[i].name != NULL ? d.items[i].name : "");
	*ret_count = d.count;
	hc_hive_close(before);
	hc_hive_close(after);
	hc_arena_done(&arena);
	return file != NULL && fclose(file) == 0 && good;
}

static void
test_hive(const struct sandbox *box, const char *path, const struct kind *kind)
{
	struct hc_buf hive = real_hive(box, path), made = { 0 }, copy = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_err err;
	size_t rows = 0;

	hc_buf_append(&copy, hive.data, hive.size, &err);
	ok_call(change(kind, &hive, &arena, &made, &err), &err, "%s: changes", path);
	ok(hive.size == copy.size && memcmp(hive.data, copy.data, copy.size) == 0,
	   "%s: the original stays as it was", path);
	if (made.data != NULL) {
		ok(hc_get_le32(made.data + 4) == hc_get_le32(hive.data + 4) + 1 &&
			   memcmp(made.data + 4, made.data + 8, 4) == 0,
		   "%s: numbers one higher", path);
		ok(keep_file(box, "before", &hive) && keep_file(box, "after", &made) &&
			   write_differences(box, &hive, &made, &rows) && rows >= 9,
		   "%s: what differs", path);
		ok(export_file(box, "before", "before.reg") &&
			   export_file(box, "after", "after.reg") &&
			   run(box,
			       "python3 $OLDPWD/tests/tools/reg_diff.py before.reg after.reg >theirs; "
			       "LC_ALL=C sort -o theirs theirs; LC_ALL=C sort -o ours ours; "
			       "diff theirs ours") == 0,
		   "%s: reged finds the same %zu differences", path, rows);
		ok(run(box,
		       "[ \"$(hivexget after '%s\\halcyon' Start)\" = 0 ] && "
		       "! hivexget after '%s' >/dev/null 2>&1",
		       kind->many, kind->doomed) == 0,
		   "%s: hivexget reads the new value, the deleted key is gone", path);
	}
	hc_buf_done(&hive);
	hc_buf_done(&made);
	hc_buf_done(&copy);
	hc_arena_done(&arena);
}

int
main(void)
{
	struct sandbox box;

	if (getenv("HALCYON_TESTDATA") == NULL) {
		tap_skip("HALCYON_TESTDATA names no folder with hives of Windows");
		return tap_done();
	}
	sandbox_open(&box);
	for (size_t i = 0; i < sizeof(hives) / sizeof(hives[0]); i++)
		test_hive(&box, hives[i].path, hives[i].kind);
	sandbox_close(&box);
	return tap_done();
}
