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

/* A log of a hive; empty when it isn't there. One that can't be read is noted, and counts as not there. */
static int
read_log(struct inspection *in, const char *name, const char *suffix, struct hc_buf *ret,
	 struct hc_err *err)
{
	const char *path =
		hc_arena_printf(in->arena, "%s/System32/config/%s%s", in->root, name, suffix);
	struct hc_err why;

	if (path == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	if (hc_volume_read_all(in->volume, path, HIVE_MAX, ret, &why) == 0)
		return 0;
	hc_buf_done(ret);
	return why.code == H_PATH_NOT_FOUND ? 0 : hc_windows_unread(in, name, &why, err);
}

/*
 * Brings the bytes of a hive up to date from its logs, as Windows would; the hive on the volume stays as it is.
 * Where that can't be done the reason is noted and the bytes stay: something can be read of them (hazards 13, 16).
 * -1 with H_HIVE_FORMAT: they are no hive.
 */
static int
replay_logs(struct inspection *in, const char *name, struct hc_buf *bytes,
	    struct hc_hive_state *state, struct hc_err *err)
{
	struct hc_buf log = { 0 }, log1 = { 0 }, log2 = { 0 }, clean = { 0 };
	struct hc_hive_recovery recovery;
	struct hc_hive_logs logs;
	struct hc_err why;
	int result = -1;

	if (read_log(in, name, ".LOG", &log, err) < 0 ||
	    read_log(in, name, ".LOG1", &log1, err) < 0 ||
	    read_log(in, name, ".LOG2", &log2, err) < 0)
		goto out;
	logs = (struct hc_hive_logs){ hc_buf_span(&log), hc_buf_span(&log1),
				      hc_buf_span(&log2) };
	if (hc_hive_recover(hc_buf_span(bytes), &logs, name, &clean, &recovery, &why) == 0) {
		*state = (struct hc_hive_state){ .name = name,
						 .dirty = recovery.dirty,
						 .recovered = true,
						 .log_entries_replayed = recovery.entries };
		if (recovery.dirty) {
			hc_buf_done(bytes);
			*bytes = clean;
		}
		result = 0;
	} else if (why.code == H_HIVE_FORMAT || why.code == H_OUT_OF_MEMORY) {
		*err = why;
	} else {
		*state = (struct hc_hive_state){ .name = name, .dirty = true };
		result = hc_windows_unread(in, name, &why, err);
	}
out:
	hc_buf_done(&log);
	hc_buf_done(&log1);
	hc_buf_done(&log2);
	return result;
}

int
hc_windows_open_hive(struct inspection *in, const char *name, struct hc_hive **ret,
		     struct hc_err *err)
{
	const char *path = hc_arena_printf(in->arena, "%s/System32/config/%s", in->root, name);
	struct hc_hive_state *item, state = { 0 };
	struct hc_hive *hive = NULL;
	struct hc_buf bytes = { 0 };
	struct hc_err why;
	int result;

	*ret = NULL;
	if (path == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	result = hc_volume_read_all(in->volume, path, HIVE_MAX, &bytes, &why);
	if (result == 0)
		result = replay_logs(in, name, &bytes, &state, &why);
	if (result == 0)
		result = hc_hive_open(hc_buf_span(&bytes), name, &hive, &why);
	hc_buf_done(&bytes);
	if (result < 0)
		return hc_windows_unread(in, name, &why, err);
	item = hc_arena_grow(in->arena, &in->windows->hives.items, &in->windows->hives.count,
			     sizeof(*item));
	if (item == NULL) {
		hc_hive_close(hive);
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	}
	*item = state;
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
