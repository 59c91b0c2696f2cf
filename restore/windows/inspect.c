/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding an offline Windows on a volume, and reading it part by part. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "restore/boot/boot.h"
#include "restore/windows/windows_priv.h"

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

/* What boot.ini of NT 4.0 to 2003 starts: \\WINNT of multi(0)disk(0)rdisk(0)partition(1)\\WINNT; NULL: it is not there. */
static const char *
root_of_boot_ini(struct inspection *in)
{
	struct hc_boot_ini ini = { 0 };
	struct hc_buf text = { 0 };
	const char *folder = NULL;
	struct hc_err why;

	if (hc_volume_read_all(in->volume, "/boot.ini", BOOT_INI_MAX, &text, &why) == 0 &&
	    hc_boot_ini_read(hc_buf_span(&text), in->arena, &ini, &why) == 0 &&
	    ini.default_path != NULL)
		folder = strchr(ini.default_path, '\\');
	hc_buf_done(&text);
	return folder;
}

/* 0 found, 1 none. */
static int
find_root(struct inspection *in, struct hc_err *err)
{
	const char *roots[] = { NULL, "/Windows", "/WINNT", "/WIN32", "/WIN" };
	int found;

	roots[0] = root_of_boot_ini(in);
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

int
hc_windows_root(struct hc_volume *volume, struct hc_arena *arena, const char **ret,
		struct hc_err *err)
{
	struct inspection in = { .volume = volume, .arena = arena };
	int result = find_root(&in, err);
	char *root;

	if (result != 0)
		return result;
	root = hc_arena_strdup(arena, in.root);
	if (root == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a path");
	/* Of boot.ini it comes with backslashes. */
	for (char *at = root; *at != '\0'; at++)
		if (*at == '\\')
			*at = '/';
	*ret = root;
	return 0;
}

/* ---------------------------------------------------------------- hives */

int
hc_windows_open_hive(struct inspection *in, const char *name, struct hc_hive **ret,
		     struct hc_err *err)
{
	const char *path = hc_arena_printf(in->arena, "%s/System32/config/%s", in->root, name);
	struct hc_hive_loaded loaded;
	struct hc_hive_state *state;
	struct hc_err why;

	*ret = NULL;
	if (path == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	if (hc_hive_load(in->volume, path, name, in->arena, &loaded, &why) < 0)
		return hc_windows_unread(in, name, &why, err);
	state = hc_arena_grow(in->arena, &in->windows->hives.items, &in->windows->hives.count,
			      sizeof(*state));
	for (size_t i = 0; state != NULL && i < loaded.notes.count; i++) {
		hc_err_set(&why, H_HIVE_DIRTY, "%s", loaded.notes.items[i]);
		if (hc_windows_unread(in, name, &why, err) < 0)
			state = NULL;
	}
	if (state == NULL) {
		hc_hive_close(loaded.hive);
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	}
	*state = loaded.state;
	*ret = loaded.hive;
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
	hc_windows_read_policy,       hc_windows_read_boot_drivers,
	hc_windows_read_filters,      hc_windows_read_adapters,
	hc_windows_read_pci,          hc_windows_read_mounted_devices,
	hc_windows_fill_gaps,
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

/* ---------------------------------------------------------------- for other questions */

int
hc_windows_begin(struct inspection *in, struct hc_err *err)
{
	int result = find_root(in, err);

	if (result != 0)
		return result;
	if (hc_windows_open_hive(in, "SYSTEM", &in->system, err) < 0 ||
	    hc_windows_open_hive(in, "SOFTWARE", &in->software, err) < 0 ||
	    hc_windows_read_control_sets(in, err) < 0 || hc_windows_read_product(in, err) < 0)
		return -1;
	return 0;
}

void
hc_windows_end(struct inspection *in)
{
	hc_hive_close(in->system);
	hc_hive_close(in->software);
	in->system = NULL;
	in->software = NULL;
}
