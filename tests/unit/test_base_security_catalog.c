/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/base/security_catalog: catalogs made by tests/tools/driver_files.py, which list a program and a text. */
#include "tests/unit/tap.h"

#include "restore/base/file.h"
#include "restore/base/security_catalog.h"

#define CORPUS   "tests/fuzz/security_catalog/corpus/"
#define PROGRAMS "tests/fuzz/authenticode/corpus/"
#define FILE_MAX (1u << 20)

static const struct {
	const char *name;
	bool fails, sha1;
} cases[] = {
	{ "sha256", false, false }, { "tag", false, true },      { "cms", false, false },
	{ "other", true, false },   { "unsigned", true, false },
};

static const struct {
	const char *path, *about;
	bool listed;
} files[] = {
	{ PROGRAMS "not-signed", "a program", true },
	{ PROGRAMS "chain-of-three", "the same program with a signature of its own", true },
	{ NULL, "a text", true }, /* "a text" */
	{ PROGRAMS "no-entry-for-a-table", "another program", false },
	{ CORPUS "sha256", "a catalog", false },
};

static void
test_case(size_t i)
{
	struct hc_security_catalog catalog = { .sha1 = false };
	struct hc_buf bytes = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_err err;
	char path[128];
	size_t cut;

	snprintf(path, sizeof(path), CORPUS "%s", cases[i].name);
	ok_call(hc_file_read(path, FILE_MAX, &bytes, &err), &err, "%s", cases[i].name);
	if (cases[i].fails) {
		ok_fails(hc_security_catalog_read(hc_buf_span(&bytes), &arena, &catalog, &err),
			 &err, H_SIGNATURE_FORMAT, "%s is refused", cases[i].name);
	} else {
		ok_call(hc_security_catalog_read(hc_buf_span(&bytes), &arena, &catalog, &err),
			&err, "%s is read", cases[i].name);
		ok(catalog.sha1 == cases[i].sha1, "%s: kind of its signer's digest",
		   cases[i].name);
	}
	for (size_t k = 0; !cases[i].fails && k < sizeof(files) / sizeof(files[0]); k++) {
		struct hc_buf file = { 0 };
		bool listed = !files[k].listed;

		ok((files[k].path == NULL
			    ? hc_buf_append(&file, "a text", 6, &err)
			    : hc_file_read(files[k].path, FILE_MAX, &file, &err)) == 0 &&
			   hc_security_catalog_lists(&catalog, hc_buf_span(&file), &listed,
						     &err) == 0 &&
			   listed == files[k].listed,
		   "%s: %s is %slisted", cases[i].name, files[k].about,
		   files[k].listed ? "" : "not ");
		hc_buf_done(&file);
	}
	for (cut = 0; cut < bytes.size; cut++)
		if (hc_security_catalog_read(hc_span(bytes.data, cut), &arena, &catalog,
					     &err) != -1 ||
		    err.code != H_SIGNATURE_FORMAT)
			break;
	ok(cut == bytes.size, "%s: cut at any byte it is refused", cases[i].name);
	hc_buf_done(&bytes);
	hc_arena_done(&arena);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(i);
	return tap_done();
}
