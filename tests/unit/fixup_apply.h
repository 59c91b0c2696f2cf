/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes what was found, with other tools: hivexregedit for hives, ntfs-3g for files.  So a test can look a second time, and
 * at what came of it.
 *
 *	apply_found(&box, &m);		// m is closed, w.img is changed
 *	offline_open(&box, &m, false);
 *	is_found(&m, "", "a second look");
 */
#ifndef HC_TESTS_FIXUP_APPLY_H
#define HC_TESTS_FIXUP_APPLY_H

#include "restore/base/text.h"
#include "restore/fixup/fixup_priv.h"
#include "tests/unit/fixup_fixture.h"

static unsigned
type_number(const char *name)
{
	static const char *const names[] = { "REG_NONE",      "REG_SZ",
					     "REG_EXPAND_SZ", "REG_BINARY",
					     "REG_DWORD",     "REG_DWORD_BIG_ENDIAN",
					     "REG_LINK",      "REG_MULTI_SZ" };

	for (unsigned i = 0; i < 8; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return 0;
}

/* Values only: keys are made with them. */
static bool
apply_to_hive(const struct sandbox *box, struct offline_machine *m, const char *path,
	      const char *hive)
{
	struct hc_buf text = { 0 };
	struct hc_span bytes;
	struct hc_err err;
	bool done;

	for (size_t i = 0; i < m->found.edits.count; i++) {
		const struct hc_edit *e = &m->found.edits.items[i];

		if (e->kind != HC_EDIT_VALUE || strcmp(e->path, path) != 0)
			continue;
		hc_buf_printf(&text, &err, "[\\%s]\n\"%s\"=", e->key, e->name);
		if (e->after == NULL ||
		    hc_base64_decode(&m->arena, e->after->bytes, &bytes, &err) < 0)
			bytes = hc_span(NULL, 0);
		hc_buf_printf(&text, &err, e->after == NULL ? "-" : "hex(%x):",
			      e->after == NULL ? 0 : type_number(e->after->type));
		for (size_t k = 0; k < bytes.size; k++)
			hc_buf_printf(&text, &err, "%s%02x", k > 0 ? "," : "", bytes.data[k]);
		hc_buf_printf(&text, &err, "\n");
	}
	hc_buf_append(&text, "", 1, &err);
	done = text.size == 1 || (run(box, "cp 'mnt%s' %s", path, hive) == 0 &&
				  change_hive(box, hive, (const char *)text.data) &&
				  run(box, "cp %s 'mnt%s'", hive, path) == 0);
	hc_buf_done(&text);
	return done;
}

static struct hc_volume *
apply_volume(void *ctx, uint64_t partition, struct hc_err *err)
{
	const struct hc_offline *offline = ctx;

	for (size_t i = 0; i < offline->count; i++)
		if (offline->volumes[i].number == partition)
			return offline->volumes[i].volume;
	hc_err_set(err, H_NOT_FOUND, "no such partition");
	return NULL;
}

/* The new contents, as new.N of the sandbox. */
static bool
fetch_contents(const struct sandbox *box, struct offline_machine *m)
{
	const struct fix_volumes volumes = { apply_volume, &m->offline };
	char path[PATH_MAX];
	struct hc_err err;
	bool done = true;

	for (size_t i = 0; i < m->found.edits.count && done; i++) {
		const struct hc_edit *e = &m->found.edits.items[i];
		struct hc_buf content = { 0 };
		FILE *file;

		if (e->kind != HC_EDIT_FILE || e->after == NULL)
			continue;
		done = fix_content(e, &volumes, &m->arena, &content, &err) == 0;
		if (!done)
			printf("# %s\n", err.text[0]);
		file = fopen(path_in(box, path, "new.%zu", i), "wb");
		done = done && file != NULL &&
		       fwrite(content.data, 1, content.size, file) == content.size;
		if (file != NULL)
			fclose(file);
		hc_buf_done(&content);
	}
	return done;
}

__attribute__((unused)) static bool
apply_found(struct sandbox *box, struct offline_machine *m)
{
	bool done = fetch_contents(box, m);

	hc_offline_close(&m->offline);
	if (!done || !mount_ntfs(box, "w.img", "big_writes"))
		return false;
	for (size_t i = 0; i < m->found.edits.count && done; i++) {
		const struct hc_edit *e = &m->found.edits.items[i];
		const char *name = e->path != NULL ? strrchr(e->path, '/') : NULL;

		if (e->kind == HC_EDIT_VALUE)
			done = apply_to_hive(box, m, e->path, name + 1);
		else if (e->kind == HC_EDIT_FILE)
			done = run(box, "cp new.%zu 'mnt%s'", i, e->path) == 0;
	}
	done = umount_ntfs(box) && done;
	offline_done(m);
	return done;
}

#endif
