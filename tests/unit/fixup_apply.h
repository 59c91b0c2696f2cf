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

#include "restore/fixup/fixup_priv.h"
#include "tests/unit/fixup_fixture.h"

static bool
apply_to_hive(const struct sandbox *box, struct offline_machine *m, const char *path)
{
	const char *hive = strrchr(path, '/') + 1;

	return run(box, "cp 'mnt%s' %s", path, hive) == 0 && make_hive_edits(box, m, hive) &&
	       run(box, "cp %s 'mnt%s'", hive, path) == 0;
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

		if (e->kind == HC_EDIT_VALUE)
			done = apply_to_hive(box, m, e->path);
		else if (e->kind == HC_EDIT_FILE)
			done = run(box, "cp new.%zu 'mnt%s'", i, e->path) == 0;
	}
	done = umount_ntfs(box) && done;
	offline_done(m);
	return done;
}

#endif
