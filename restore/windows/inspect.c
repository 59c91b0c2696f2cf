/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding an offline Windows on a volume, and reading it part by part. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "restore/windows/windows_priv.h"

#define HIVE_MAX     (1u << 30)
#define BOOT_INI_MAX 65536u
#define PE_MAX       (64u << 20)

/* ---------------------------------------------------------------- where it is */

static int
has_system(struct inspection *in, const char *root, struct hc_err *err)
{
	struct hc_entry entry;
	struct hc_err why;
	const char *path = hc_arena_printf(in->arena, "%s/System32/config/SYSTEM", root);

	if (path == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	if (hc_volume_stat(in->volume, path, in->arena, &entry, &why) == 0)
		return entry.type == HC_ENTRY_FILE || entry.type == HC_ENTRY_OTHER;
	if (why.code == H_PATH_NOT_FOUND || why.code == H_VOLUME_FORMAT)
		return 0;
	*err = why;
	return -1;
}

/* boot.ini of NT 4 to 2003: "default=multi(0)disk(0)rdisk(0)partition(1)\WINNT". */
static const char *
root_of_boot_ini(struct inspection *in)
{
	struct hc_buf text = { 0 };
	struct hc_err why;
	const char *found = NULL, *line, *at;
	size_t length;

	if (hc_volume_read_all(in->volume, "/boot.ini", BOOT_INI_MAX, &text, &why) == 0 &&
	    hc_buf_append(&text, "", 1, &why) == 0) {
		line = strcasestr((const char *)text.data, "default=");
		at = line == NULL ? NULL : line + strcspn(line, "\\\r\n");
		if (at != NULL && *at == '\\') {
			length = strcspn(at, "\r\n\"= ");
			found = hc_arena_strndup(in->arena, at, length);
		}
	}
	hc_buf_done(&text);
	return found;
}

/* 0 found, 1 none. */
static int
find_root(struct inspection *in, struct hc_err *err)
{
	const char *roots[] = { "/Windows", "/WINNT", NULL, "/WIN32", "/WIN" };
	int found;

	roots[2] = root_of_boot_ini(in);
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		if (roots[i] == NULL)
			continue;
		found = has_system(in, roots[i], err);
		if (found < 0)
			return -1;
		if (found) {
			in->root = roots[i];
			return 0;
		}
	}
	return 1;
}

/* ---------------------------------------------------------------- hives */

int
hc_windows_open_hive(struct inspection *in, const char *name, struct hc_hive **ret,
		     struct hc_err *err)
{
	const char *path = hc_arena_printf(in->arena, "%s/System32/config/%s", in->root, name);
	struct hc_hive_state *state;
	struct hc_hive *hive = NULL;
	struct hc_buf bytes = { 0 };
	struct hc_err why;
	int result;

	*ret = NULL;
	if (path == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	result = hc_volume_read_all(in->volume, path, HIVE_MAX, &bytes, &why);
	if (result == 0)
		result = hc_hive_open(hc_buf_span(&bytes), name, &hive, &why);
	hc_buf_done(&bytes);
	if (result < 0)
		return hc_windows_unread(in, name, &why, err);
	state = hc_arena_grow(in->arena, &in->windows->hives.items, &in->windows->hives.count,
			      sizeof(*state));
	if (state == NULL) {
		hc_hive_close(hive);
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	}
	state->name = name;
	state->dirty = hc_hive_is_dirty(hive);
	*ret = hive;
	return 0;
}

/* ---------------------------------------------------------------- programs */

int
hc_windows_read_pe(struct inspection *in, const char *path, struct hc_pe *ret,
		   struct hc_err *err)
{
	struct hc_buf bytes = { 0 };
	int result = hc_volume_read_all(in->volume, path, PE_MAX, &bytes, err);

	if (result == 0 && (result = hc_pe_read(hc_buf_span(&bytes), in->arena, ret, err)) < 0)
		hc_err_at(err, HC_NO_OFFSET, "%s", path);
	hc_buf_done(&bytes);
	return result;
}

/* ---------------------------------------------------------------- all of it */

/* In the order in which they need each other. */
static hc_windows_part *const parts[] = {
	hc_windows_read_control_sets, hc_windows_read_product,
	hc_windows_read_hotfixes,     hc_windows_read_channel,
	hc_windows_read_hal,          hc_windows_read_domain_controller,
	hc_windows_read_policy,       hc_windows_fill_gaps,
};

int
hc_windows_inspect(struct hc_volume *volume, struct hc_arena *arena, struct hc_windows *ret,
		   struct hc_err *err)
{
	struct hc_windows windows = { 0 };
	struct inspection in = { .volume = volume, .arena = arena, .windows = &windows };
	int result = find_root(&in, err);

	if (result != 0)
		return result;
	windows.hibernated = hc_volume_info(volume)->state.hibernated;
	windows.volume_dirty = hc_volume_info(volume)->state.dirty;
	result = hc_windows_open_hive(&in, "SYSTEM", &in.system, err);
	if (result == 0)
		result = hc_windows_open_hive(&in, "SOFTWARE", &in.software, err);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && result == 0; i++)
		result = parts[i](&in, err);
	hc_hive_close(in.system);
	hc_hive_close(in.software);
	if (result == 0)
		*ret = windows;
	return result;
}
