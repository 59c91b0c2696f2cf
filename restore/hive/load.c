/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hive off a volume: its file and the logs beside it, as Windows would load them. */
#include <string.h>

#include "restore/hive/hive.h"
#include "restore/volume/volume.h"

#define HIVE_MAX (1u << 30)

struct load {
	struct hc_volume *volume;
	const char *path;
	const char *name;
	struct hc_arena *arena;
	struct hc_hive_loaded *ret;
};

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a registry hive");
}

static int
note(struct load *l, const struct hc_err *why, struct hc_err *err)
{
	if (why->code == H_OUT_OF_MEMORY)
		return no_memory(err);
	return hc_strings_add(&l->ret->notes, l->arena, why->text[0], err);
}

/* A log of the hive; empty when it isn't there. One that can't be read is noted, and counts as not there. */
static int
read_log(struct load *l, const char *suffix, struct hc_buf *ret, struct hc_err *err)
{
	const char *path = hc_arena_printf(l->arena, "%s%s", l->path, suffix);
	struct hc_err why;

	if (path == NULL)
		return no_memory(err);
	if (hc_volume_read_all(l->volume, path, HIVE_MAX, ret, &why) == 0)
		return 0;
	hc_buf_done(ret);
	return why.code == H_PATH_NOT_FOUND ? 0 : note(l, &why, err);
}

/* Logs are read only where the hive needs them. */
static bool
is_clean(struct load *l, const struct hc_buf *bytes)
{
	const struct hc_hive_logs none = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	struct hc_hive_recovery recovery;
	struct hc_buf copy = { 0 };
	struct hc_err ignored;

	return hc_hive_recover(hc_buf_span(bytes), &none, l->name, &copy, &recovery,
			       &ignored) == 0 &&
	       !recovery.dirty;
}

/* Only SYSTEM had one.  0: it is in *bytes; 1: there is none that counts, and one that does not is noted. */
static int
read_alternate(struct load *l, struct hc_buf *bytes, struct hc_err *err)
{
	const char *name = hc_arena_printf(l->arena, "%s.ALT", l->name);
	struct hc_buf file = { 0 }, copy = { 0 };
	struct hc_err why;
	int result;

	if (name == NULL)
		return no_memory(err);
	if (strcmp(l->name, "SYSTEM") != 0)
		return 1;
	if (read_log(l, ".ALT", &file, err) < 0)
		return -1;
	if (file.size == 0)
		return 1;
	result =
		hc_hive_alternate(hc_buf_span(bytes), hc_buf_span(&file), l->name, &copy, &why);
	hc_buf_done(&file);
	if (hc_err_forgive(result, &why, err) < 0)
		return -1;
	if (result < 0)
		return note(l, &why, err) < 0 ? -1 : 1;
	hc_buf_done(bytes);
	*bytes = copy;
	l->ret->state.read_from = name;
	hc_err_set(&why, H_HIVE_DIRTY, "%s was read in its place; it may lack the last changes",
		   name);
	return note(l, &why, err);
}

/* What its logs can't make whole: a second copy, or as it lies there. */
static int
read_anyhow(struct load *l, struct hc_buf *bytes, const struct hc_err *fault,
	    struct hc_err *err)
{
	int result;

	if (fault->code == H_OUT_OF_MEMORY)
		return no_memory(err);
	if (note(l, fault, err) < 0)
		return -1;
	result = read_alternate(l, bytes, err);
	if (result <= 0 || fault->code != H_HIVE_FORMAT)
		return result < 0 ? -1 : 0;
	*err = *fault;
	return -1;
}

/* -1 with H_HIVE_FORMAT: the bytes are no hive. */
static int
replay(struct load *l, struct hc_buf *bytes, struct hc_err *err)
{
	struct hc_buf log = { 0 }, log1 = { 0 }, log2 = { 0 }, clean = { 0 };
	struct hc_hive_state *state = &l->ret->state;
	struct hc_hive_recovery recovery;
	struct hc_hive_logs logs;
	struct hc_err why;
	int result = -1;

	if (read_log(l, ".LOG", &log, err) < 0 || read_log(l, ".LOG1", &log1, err) < 0 ||
	    read_log(l, ".LOG2", &log2, err) < 0)
		goto out;
	logs = (struct hc_hive_logs){ hc_buf_span(&log), hc_buf_span(&log1),
				      hc_buf_span(&log2) };
	state->dirty = true;
	if (hc_hive_recover(hc_buf_span(bytes), &logs, l->name, &clean, &recovery, &why) == 0) {
		state->recovered = true;
		state->log_entries_replayed = recovery.entries;
		hc_buf_done(bytes);
		*bytes = clean;
		result = 0;
	} else {
		result = read_anyhow(l, bytes, &why, err);
	}
out:
	hc_buf_done(&log);
	hc_buf_done(&log1);
	hc_buf_done(&log2);
	return result;
}

/* The hive's bytes, up to date where that is possible; loaded.state says whether. */
static int
load_bytes(struct load *l, struct hc_buf *bytes, struct hc_err *err)
{
	if (hc_volume_read_all(l->volume, l->path, HIVE_MAX, bytes, err) < 0)
		return -1;
	if (!is_clean(l, bytes))
		return replay(l, bytes, err);
	l->ret->state.recovered = true;
	return 0;
}

int
hc_hive_load(struct hc_volume *volume, const char *path, const char *name,
	     struct hc_arena *arena, struct hc_hive_loaded *ret, struct hc_err *err)
{
	struct hc_hive_loaded loaded = { .state = { .name = name } };
	struct load l = { volume, path, name, arena, &loaded };
	struct hc_buf bytes = { 0 };
	int result = load_bytes(&l, &bytes, err);

	if (result == 0)
		result = hc_hive_open(hc_buf_span(&bytes), name, &loaded.hive, err);
	hc_buf_done(&bytes);
	if (result == 0)
		*ret = loaded;
	return result;
}

int
hc_hive_load_bytes(struct hc_volume *volume, const char *path, const char *name,
		   struct hc_arena *arena, struct hc_buf *ret, struct hc_err *err)
{
	struct hc_hive_loaded loaded = { .state = { .name = name } };
	struct load l = { volume, path, name, arena, &loaded };

	if (load_bytes(&l, ret, err) < 0)
		return -1;
	if (loaded.state.recovered)
		return 0;
	return hc_err_set(err, H_HIVE_DIRTY, "%s can't be changed: %s", path,
			  loaded.notes.count > 0 ? loaded.notes.items[0]
						 : "it was not shut down cleanly");
}
