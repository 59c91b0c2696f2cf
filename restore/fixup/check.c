/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the object of an edit is as it was, or as it should have become. */
#include <string.h>
#include <strings.h>

#include "restore/base/digest.h"
#include "restore/base/text.h"
#include "restore/fixup/perform_priv.h"

static int
stale(const struct hc_edit *edit, const char *object, struct hc_err *err)
{
	hc_err_set(err, H_FIX_STALE, "%s%s%s%s%s is not as the repair %s expects it",
		   object != NULL ? object : "the disk", edit->key != NULL ? " " : "",
		   edit->key != NULL ? edit->key : "", edit->name != NULL ? "\\" : "",
		   edit->name != NULL ? edit->name : "", edit->fixup);
	return hc_err_at(err, edit->kind == HC_EDIT_BYTES ? edit->offset : HC_NO_OFFSET,
			 "partition %llu", (unsigned long long)edit->partition);
}

/* ---------------------------------------------------------------- files */

static int
digest_take(void *ctx, struct hc_span bytes, struct hc_err *err)
{
	(void)err;
	hc_digest_add(ctx, bytes.data, bytes.size);
	return 0;
}

static int
check_content(struct hc_volume *volume, const struct hc_edit *edit,
	      const struct hc_edit_state *state, struct hc_err *err)
{
	struct hc_digest_ctx *digest = hc_digest_new(HC_DIGEST_SHA256);
	char hex[HC_DIGEST_TEXT];
	struct hc_digest sum;
	struct hc_err why;
	int result;

	if (digest == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
	result = hc_volume_read(volume, edit->path, (struct hc_sink){ digest_take, digest },
				&why);
	hc_digest_end(digest, &sum);
	hc_digest_hex(&sum, hex);
	if (result < 0 && why.code != H_PATH_NOT_FOUND) {
		*err = why;
		return -1;
	}
	if (result < 0 ? state == NULL : state != NULL && strcmp(hex, state->sha256) == 0)
		return 0;
	return stale(edit, edit->path, err);
}

/* One that is as large as memory is told by its size alone: \hiberfil.sys. */
static int
check_size(struct hc_volume *volume, const struct hc_edit *edit,
	   const struct hc_edit_state *state, struct hc_err *err)
{
	struct hc_arena arena = { 0 };
	struct hc_entry entry;
	int result = hc_volume_stat(volume, edit->path, &arena, &entry, err);
	const bool same = result == 0 && entry.size == state->size;

	hc_arena_done(&arena);
	if (result < 0 && err->code != H_PATH_NOT_FOUND)
		return -1;
	return same ? 0 : stale(edit, edit->path, err);
}

int
fix_check_file(struct hc_volume *volume, const struct hc_edit *edit,
	       const struct hc_edit_state *state, struct hc_err *err)
{
	return state != NULL && state->sha256 == NULL ? check_size(volume, edit, state, err)
						      : check_content(volume, edit, state, err);
}

/* ---------------------------------------------------------------- registry */

static bool
same_value(struct hc_hive *hive, struct hc_hive_key key, const struct hc_edit *edit,
	   const struct hc_edit_state *state, struct hc_arena *arena)
{
	struct hc_hive_value value;
	struct hc_span data;
	struct hc_err ignored;
	const char *type, *text;

	if (!hc_hive_value_find(hive, key, edit->name, &value))
		return state == NULL;
	if (state == NULL || state->type == NULL || state->bytes == NULL ||
	    hc_hive_bytes(hive, key, edit->name, arena, &data, &ignored) < 0)
		return false;
	type = hc_hive_type_name(arena, value.type);
	text = hc_base64_encode(arena, data);
	return type != NULL && text != NULL && strcmp(type, state->type) == 0 &&
	       strcmp(text, state->bytes) == 0;
}

int
fix_check_hive(struct hc_hive *hive, const struct hc_edit *edit,
	       const struct hc_edit_state *state, struct hc_arena *arena, struct hc_err *err)
{
	struct hc_hive_key key;
	struct hc_err ignored;
	const bool has_key = hc_hive_key(hive, edit->key, &key, &ignored) == 0;
	bool same;

	if (edit->kind == HC_EDIT_KEY || !has_key)
		same = has_key == (state != NULL);
	else
		same = same_value(hive, key, edit, state, arena);
	return same ? 0 : stale(edit, edit->path, err);
}

/* ---------------------------------------------------------------- sectors */

int
fix_check_bytes(struct hc_io *io, const struct hc_edit *edit, const struct hc_edit_state *state,
		struct hc_arena *arena, struct hc_err *err)
{
	struct hc_span want;
	uint8_t *have;

	if (state == NULL || state->bytes == NULL ||
	    hc_base64_decode(arena, state->bytes, &want, err) < 0)
		return hc_err_set(err, H_DOC_SCHEMA, "the edit of sectors has no bytes");
	have = hc_arena_alloc(arena, want.size + 1);
	if (have == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
	if (hc_io_pread(io, edit->offset, have, want.size, err) < 0)
		return -1;
	return memcmp(have, want.data, want.size) == 0 ? 0 : stale(edit, NULL, err);
}

/* ---------------------------------------------------------------- all of them, afterwards */

bool
fix_is_of_journal(const struct hc_edit *edit)
{
	return edit->kind == HC_EDIT_FLAG && edit->name != NULL &&
	       strcmp(edit->name, "journal") == 0;
}

static int
check_flag(struct hc_volume *volume, const struct hc_edit *edit, struct hc_err *err)
{
	const struct hc_volume_state *state = &hc_volume_info(volume)->state;
	const bool set = edit->after != NULL && strcmp(edit->after->text, "set") == 0;
	const bool done = fix_is_of_journal(edit) ? state->journal_clean : state->dirty == set;

	return done ? 0 : stale(edit, NULL, err);
}

/* The hive stays open for the edits that follow: there are many of one hive. */
struct open_hive {
	struct hc_hive *hive;
	uint64_t partition;
	const char *path;
};

static int
take_hive(struct perform *p, struct hc_volume *volume, const struct hc_edit *edit,
	  struct open_hive *open, struct hc_err *err)
{
	struct hc_hive_loaded loaded;

	if (open->hive != NULL && open->partition == edit->partition &&
	    strcasecmp(open->path, edit->path) == 0)
		return 0;
	hc_hive_close(open->hive);
	open->hive = NULL;
	if (hc_hive_load(volume, edit->path, edit->path, p->arena, &loaded, err) < 0)
		return -1;
	*open = (struct open_hive){ loaded.hive, edit->partition, edit->path };
	return loaded.state.dirty ? stale(edit, edit->path, err) : 0;
}

static int
check_one(struct perform *p, const struct hc_edit *edit, struct open_hive *open,
	  struct hc_err *err)
{
	const struct hc_fix_target *target = fix_perform_target(p, edit->partition, err);
	struct hc_volume *volume;

	if (target == NULL)
		return -1;
	if (edit->kind == HC_EDIT_BYTES)
		return fix_check_bytes(target->io, edit, edit->after, p->arena, err);
	volume = fix_perform_volume(p, edit->partition, err);
	if (volume == NULL)
		return -1;
	if (edit->kind == HC_EDIT_FILE)
		return fix_check_file(volume, edit, edit->after, err);
	if (edit->kind == HC_EDIT_FLAG)
		return check_flag(volume, edit, err);
	if (take_hive(p, volume, edit, open, err) < 0)
		return -1;
	return fix_check_hive(open->hive, edit, edit->after, p->arena, err);
}

/* A hive that was put there as a file, and then changed: its values say what it shall hold. */
static bool
is_edited_further(const struct hc_edits *edits, size_t at)
{
	const struct hc_edit *edit = &edits->items[at];

	for (size_t i = at + 1; edit->kind == HC_EDIT_FILE && i < edits->count; i++) {
		const struct hc_edit *other = &edits->items[i];

		if ((other->kind == HC_EDIT_VALUE || other->kind == HC_EDIT_KEY) &&
		    other->partition == edit->partition &&
		    strcasecmp(other->path, edit->path) == 0)
			return true;
	}
	return false;
}

int
hc_fixup_check(const struct hc_edits *edits, const struct hc_fix_target *targets, size_t count,
	       struct hc_arena *arena, struct hc_err *err)
{
	struct open_hive open = { 0 };
	struct perform p;
	int result = fix_perform_begin(&p, edits, targets, count, arena, err);

	for (size_t i = 0; result == 0 && i < edits->count; i++)
		if (edits->items[i].kind != HC_EDIT_VARIABLE && !is_edited_further(edits, i))
			result = check_one(&p, &edits->items[i], &open, err);
	hc_hive_close(open.hive);
	fix_perform_end(&p);
	return result;
}
