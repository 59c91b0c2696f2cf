/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making the edits of a list, and nothing else. */
#include <string.h>
#include <strings.h>
#include <time.h>

#include "restore/base/text.h"
#include "restore/fixup/perform_priv.h"

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
}

/* ---------------------------------------------------------------- volumes */

int
fix_perform_begin(struct perform *ret, const struct hc_edits *edits,
		  const struct hc_fix_target *targets, size_t count, struct hc_arena *arena,
		  struct hc_err *err)
{
	*ret = (struct perform){
		.edits = edits, .targets = targets, .count = count, .arena = arena
	};
	ret->readers = hc_arena_array(arena, count + 1, sizeof(struct hc_volume *));
	return ret->readers == NULL ? no_memory(err) : 0;
}

const struct hc_fix_target *
fix_perform_target(const struct perform *p, uint64_t partition, struct hc_err *err)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->targets[i].partition == partition)
			return &p->targets[i];
	hc_err_set(err, H_FIX_STALE, "partition %llu is not on this disk",
		   (unsigned long long)partition);
	return NULL;
}

struct hc_volume *
fix_perform_volume(void *ctx, uint64_t partition, struct hc_err *err)
{
	struct perform *p = ctx;
	const struct hc_fix_target *target = fix_perform_target(p, partition, err);
	size_t i;

	if (target == NULL)
		return NULL;
	if (partition == p->partition && p->volume != NULL)
		return p->volume;
	i = (size_t)(target - p->targets);
	if (p->readers[i] == NULL && hc_volume_open(target->io, &p->readers[i], err) < 0)
		return NULL;
	return p->readers[i];
}

static void
close_reader(struct perform *p, size_t i)
{
	hc_volume_close(p->readers[i]);
	p->readers[i] = NULL;
}

void
fix_perform_end(struct perform *p)
{
	for (size_t i = 0; p->readers != NULL && i < p->count; i++)
		close_reader(p, i);
}

/* ---------------------------------------------------------------- files */

static int
make_file(struct perform *p, const struct hc_edit *edit, struct hc_err *err)
{
	const struct fix_volumes volumes = { fix_perform_volume, p };
	struct hc_buf content = { 0 };
	int result = fix_check_file(p->volume, edit, edit->before, err);

	if (result == 0 && edit->after == NULL)
		result = hc_volume_remove(p->volume, edit->path, err);
	else if (result == 0)
		result = fix_content(edit, &volumes, p->arena, &content, err);
	if (result == 0 && edit->after != NULL)
		result = hc_volume_write(p->volume, edit->path, hc_buf_span(&content), err);
	hc_buf_done(&content);
	return result;
}

/* ---------------------------------------------------------------- hives */

static bool
is_hive_edit(const struct hc_edit *edit)
{
	return edit->kind == HC_EDIT_VALUE || edit->kind == HC_EDIT_KEY;
}

static bool
is_first_of_hive(const struct perform *p, size_t at)
{
	const struct hc_edit *edit = &p->edits->items[at];

	for (size_t i = 0; i < at; i++)
		if (is_hive_edit(&p->edits->items[i]) &&
		    p->edits->items[i].partition == edit->partition &&
		    strcasecmp(p->edits->items[i].path, edit->path) == 0)
			return false;
	return true;
}

static int
add_change(struct perform *p, const struct hc_edit *edit, struct hc_hive_change *change,
	   struct hc_err *err)
{
	change->key = edit->key;
	change->name = edit->name;
	if (edit->kind == HC_EDIT_KEY) {
		change->kind = edit->after != NULL ? HC_HIVE_MAKE_KEY : HC_HIVE_DELETE_KEY;
		return 0;
	}
	change->kind = edit->after != NULL ? HC_HIVE_SET_VALUE : HC_HIVE_DELETE_VALUE;
	if (edit->after == NULL)
		return 0;
	if (!hc_hive_type_number(edit->after->type, &change->type))
		return hc_err_set(err, H_DOC_SCHEMA, "\"%s\" is no type of registry values",
				  edit->after->type != NULL ? edit->after->type : "");
	return hc_base64_decode(p->arena, edit->after->bytes, &change->data, err);
}

/* All edits of the hive that edit `first` is the first of. */
static int
collect_changes(struct perform *p, size_t first, struct hc_hive *hive,
		struct hc_hive_change *changes, size_t *ret, struct hc_err *err)
{
	const struct hc_edit *edit = &p->edits->items[first];

	*ret = 0;
	for (size_t i = first; i < p->edits->count; i++) {
		const struct hc_edit *other = &p->edits->items[i];

		if (!is_hive_edit(other) || other->partition != edit->partition ||
		    strcasecmp(other->path, edit->path) != 0)
			continue;
		if (fix_check_hive(hive, other, other->before, p->arena, err) < 0 ||
		    add_change(p, other, &changes[(*ret)++], err) < 0)
			return -1;
	}
	return 0;
}

/* The logs are empty afterwards: there is nothing in them that the hive does not have (hazards 23). */
static int
empty_logs(struct perform *p, const char *path, struct hc_err *err)
{
	static const char *const ends[] = { ".LOG", ".LOG1", ".LOG2" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const char *log = hc_arena_printf(p->arena, "%s%s", path, ends[i]);
		struct hc_entry entry;
		struct hc_err why;

		if (log == NULL)
			return no_memory(err);
		if (hc_volume_stat(p->volume, log, p->arena, &entry, &why) < 0) {
			if (why.code == H_PATH_NOT_FOUND)
				continue;
			*err = why;
			return -1;
		}
		if (entry.size > 0 && hc_volume_write(p->volume, log, hc_span("", 0), err) < 0)
			return -1;
	}
	return 0;
}

static int
edit_hive(struct perform *p, size_t first, struct hc_err *err)
{
	const char *path = p->edits->items[first].path;
	struct hc_hive_change *changes =
		hc_arena_array(p->arena, p->edits->count, sizeof(*changes));
	struct hc_buf old = { 0 }, new = { 0 };
	struct hc_hive *hive = NULL;
	size_t count = 0;
	int result = -1;

	if (changes == NULL)
		return no_memory(err);
	if (hc_hive_load_bytes(p->volume, path, path, p->arena, &old, err) == 0 &&
	    hc_hive_open(hc_buf_span(&old), path, &hive, err) == 0 &&
	    collect_changes(p, first, hive, changes, &count, err) == 0) {
		const struct hc_hive_changes list = { changes, count };

		result = hc_hive_edit(hc_buf_span(&old), path, &list, time(NULL), &new, err);
	}
	hc_hive_close(hive);
	hc_buf_done(&old);
	if (result == 0)
		result = hc_volume_write(p->volume, path, hc_buf_span(&new), err);
	hc_buf_done(&new);
	return result < 0 ? -1 : empty_logs(p, path, err);
}

/* ---------------------------------------------------------------- one partition after the other */

static bool
is_on_volume(const struct hc_edit *edit)
{
	return is_hive_edit(edit) || edit->kind == HC_EDIT_FILE || edit->kind == HC_EDIT_FLAG;
}

static int
make_on_volume(struct perform *p, size_t i, struct hc_err *err)
{
	const struct hc_edit *edit = &p->edits->items[i];

	if (edit->kind == HC_EDIT_FILE)
		return make_file(p, edit, err);
	/* Done when the volume was opened. */
	if (fix_is_of_journal(edit))
		return 0;
	if (edit->kind == HC_EDIT_FLAG)
		return hc_volume_set_dirty(
			p->volume, edit->after != NULL && strcmp(edit->after->text, "set") == 0,
			err);
	return is_first_of_hive(p, i) ? edit_hive(p, i, err) : 0;
}

/* A hibernation file that goes is the reason why the volume may be written at all. */
static bool
drops_hibernation(const struct hc_edits *edits, uint64_t partition)
{
	for (size_t i = 0; i < edits->count; i++) {
		const struct hc_edit *edit = &edits->items[i];

		if (edit->partition == partition && edit->kind == HC_EDIT_FILE &&
		    edit->after == NULL && strcasecmp(edit->path, "/hiberfil.sys") == 0)
			return true;
	}
	return false;
}

/* Planned with the operator's word (VOL-3), on the volume as it is without its journal. */
static bool
drops_journal(const struct hc_edits *edits, uint64_t partition)
{
	for (size_t i = 0; i < edits->count; i++)
		if (edits->items[i].partition == partition &&
		    fix_is_of_journal(&edits->items[i]))
			return true;
	return false;
}

int
hc_fixup_open_write(const struct hc_edits *edits, const struct hc_fix_target *target,
		    struct hc_volume **ret, struct hc_err *err)
{
	const unsigned flags =
		drops_hibernation(edits, target->partition) ? HC_WRITE_HIBERNATED : 0;
	struct hc_volume_replayed replayed;

	/* What the journal holds comes before what we change (hazards 12). */
	if ((drops_journal(edits, target->partition)
		     ? hc_volume_drop_journal(target->io, err)
		     : hc_volume_replay(target->io, &replayed, err)) < 0 ||
	    hc_volume_open_write(target->io, flags, ret, err) < 0)
		return hc_err_wrap(err, "while opening partition %llu for repairs",
				   (unsigned long long)target->partition);
	return 0;
}

static int
make_files(struct perform *p, const struct hc_fix_target *target, struct hc_err *err)
{
	bool needed = false;
	int result = 0;

	for (size_t i = 0; i < p->edits->count; i++)
		needed = needed || (p->edits->items[i].partition == target->partition &&
				    is_on_volume(&p->edits->items[i]));
	if (!needed)
		return 0;
	close_reader(p, (size_t)(target - p->targets));
	if (hc_fixup_open_write(p->edits, target, &p->volume, err) < 0)
		return -1;
	p->partition = target->partition;
	for (size_t i = 0; result == 0 && i < p->edits->count; i++)
		if (p->edits->items[i].partition == target->partition &&
		    is_on_volume(&p->edits->items[i])) {
			result = make_on_volume(p, i, err);
			if (result < 0)
				hc_err_wrap(err, "while making a change of %s to %s",
					    p->edits->items[i].fixup, p->edits->items[i].path);
		}
	if (result == 0)
		result = hc_volume_finish(p->volume, err);
	else
		hc_volume_close(p->volume);
	p->volume = NULL;
	return result;
}

static int
make_bytes(const struct perform *p, const struct hc_edit *edit, struct hc_err *err)
{
	const struct hc_fix_target *target = fix_perform_target(p, edit->partition, err);
	struct hc_span bytes;

	if (target == NULL ||
	    fix_check_bytes(target->io, edit, edit->before, p->arena, err) < 0 ||
	    hc_base64_decode(p->arena, edit->after->bytes, &bytes, err) < 0)
		return -1;
	return hc_io_pwrite(target->io, edit->offset, bytes.data, bytes.size, err);
}

int
hc_fixup_perform(const struct hc_edits *edits, const struct hc_fix_target *targets,
		 size_t count, struct hc_arena *arena, struct hc_err *err)
{
	struct perform p;
	int result = fix_perform_begin(&p, edits, targets, count, arena, err);

	for (size_t i = 0; result == 0 && i < count; i++)
		if (targets[i].partition != 0)
			result = make_files(&p, &targets[i], err);
	fix_perform_end(&p);
	/* Sectors last: a volume that is open keeps its own view of them. */
	for (size_t i = 0; result == 0 && i < edits->count; i++)
		if (edits->items[i].kind == HC_EDIT_BYTES)
			result = make_bytes(&p, &edits->items[i], err);
	return result;
}
