/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wishes about files, sectors and flags. */
#include <string.h>

#include "restore/base/digest.h"
#include "restore/base/text.h"
#include "restore/fixup/edits_priv.h"

#define INLINE_MAX 65536u

/* ---------------------------------------------------------------- files */

/* Size and digest of a content that comes in pieces. */
struct measure {
	struct hc_digest_ctx *digest;
	uint64_t size;
};

static int
measure_take(void *ctx, struct hc_span bytes, struct hc_err *err)
{
	struct measure *m = ctx;

	(void)err;
	hc_digest_add(m->digest, bytes.data, bytes.size);
	m->size += bytes.size;
	return 0;
}

static int
measured_state(struct fix *fix, struct hc_digest_ctx *digest, uint64_t size,
	       struct hc_edit_state *ret, struct hc_err *err)
{
	struct hc_digest sum;
	char hex[HC_DIGEST_TEXT];

	hc_digest_end(digest, &sum);
	hc_digest_hex(&sum, hex);
	ret->size = size;
	ret->sha256 = hc_arena_strdup(fix->arena, hex);
	return ret->sha256 == NULL ? fix_no_memory(err) : 0;
}

/* 0: *ret filled in; 1: there is no such file. */
static int
present_file(struct fix *fix, size_t volume, const char *path, struct hc_edit_state *ret,
	     struct hc_err *err)
{
	struct measure m = { hc_digest_new(HC_DIGEST_SHA256), 0 };
	struct hc_digest ignored;
	int result;

	if (m.digest == NULL)
		return fix_no_memory(err);
	result = hc_volume_read(fix->offline->volumes[volume].volume, path,
				(struct hc_sink){ measure_take, &m }, err);
	if (result == 0)
		return measured_state(fix, m.digest, m.size, ret, err);
	hc_digest_end(m.digest, &ignored);
	return err->code == H_PATH_NOT_FOUND ? 1 : -1;
}

static int
describe(struct fix *fix, struct hc_span content, struct hc_edit_state *ret, struct hc_err *err)
{
	struct hc_digest_ctx *digest = hc_digest_new(HC_DIGEST_SHA256);

	if (digest == NULL)
		return fix_no_memory(err);
	hc_digest_add(digest, content.data, content.size);
	return measured_state(fix, digest, content.size, ret, err);
}

/* `after` NULL: it shall go. */
static int
add_file(struct fix *fix, size_t volume, const char *path, const struct hc_edit_state *after,
	 const struct hc_edit_source *from, const char *because, struct hc_err *err)
{
	struct hc_edit edit = { .kind = HC_EDIT_FILE,
				.partition = fix->offline->volumes[volume].number,
				.path = hc_arena_strdup(fix->arena, path),
				.because = because };
	struct hc_edit_state before = { 0 };
	int found = present_file(fix, volume, path, &before, err);

	if (found < 0)
		return -1;
	if (found == 1 ? after == NULL
		       : after != NULL && strcmp(before.sha256, after->sha256) == 0)
		return 0;
	if (found == 0)
		edit.before = fix_state(fix, &before);
	if (after != NULL)
		edit.after = fix_state(fix, after);
	if (from != NULL)
		edit.from = hc_arena_alloc(fix->arena, sizeof(*from));
	if (edit.path == NULL || (found == 0 && edit.before == NULL) ||
	    (after != NULL && edit.after == NULL) || (from != NULL && edit.from == NULL))
		return fix_no_memory(err);
	if (from != NULL)
		*edit.from = *from;
	return fix_add(fix, &edit, err);
}

int
want_file(struct fix *fix, size_t volume, const char *path, struct hc_span content,
	  const char *because, struct hc_err *err)
{
	struct hc_edit_state after = { 0 };

	if (content.size > INLINE_MAX)
		return hc_err_set(err, H_INTERNAL, "%s has %zu bytes: too many for an edit",
				  path, content.size);
	if (describe(fix, content, &after, err) < 0)
		return -1;
	after.bytes = hc_base64_encode(fix->arena, content);
	return after.bytes == NULL ? fix_no_memory(err)
				   : add_file(fix, volume, path, &after, NULL, because, err);
}

static struct hc_volume *
volume_of(void *ctx, uint64_t partition, struct hc_err *err)
{
	const struct hc_offline *offline = ctx;

	for (size_t i = 0; i < offline->count; i++)
		if (offline->volumes[i].number == partition &&
		    offline->volumes[i].volume != NULL)
			return offline->volumes[i].volume;
	hc_err_set(err, H_NOT_FOUND, "partition %llu is not there or can't be read",
		   (unsigned long long)partition);
	return NULL;
}

int
want_file_from(struct fix *fix, size_t volume, const char *path,
	       const struct hc_edit_source *from, const char *because, struct hc_err *err)
{
	const struct fix_volumes volumes = { volume_of, fix->offline };
	struct hc_edit_state after = { 0 };
	struct hc_buf content = { 0 };
	int result = fix_source_read(from, &volumes, &content, err);

	if (result == 0 && fix->request->gone != 0 && from->partition == fix->request->gone) {
		result = content.size > INLINE_MAX
				 ? hc_err_set(err, H_UNSUPPORTED,
					      "%s has %zu bytes: too many for a plan, and its "
					      "partition will not be there",
					      from->path, content.size)
				 : want_file(fix, volume, path, hc_buf_span(&content), because,
					     err);
		hc_buf_done(&content);
		return result;
	}
	if (result == 0)
		result = describe(fix, hc_buf_span(&content), &after, err);
	hc_buf_done(&content);
	return result < 0 ? -1 : add_file(fix, volume, path, &after, from, because, err);
}

int
want_no_file(struct fix *fix, size_t volume, const char *path, const char *because,
	     struct hc_err *err)
{
	return add_file(fix, volume, path, NULL, NULL, because, err);
}

/* ---------------------------------------------------------------- sectors */

static struct hc_edit_state *
bytes_state(struct fix *fix, struct hc_span bytes)
{
	const struct hc_edit_state state = {
		.bytes = hc_base64_encode(fix->arena, bytes),
		.text = hc_hive_data_text(fix->arena, REG_BINARY, bytes),
		.size = bytes.size,
	};

	return state.bytes == NULL || state.text == NULL ? NULL : fix_state(fix, &state);
}

int
want_bytes(struct fix *fix, size_t volume, uint64_t offset, struct hc_span bytes,
	   const char *because, struct hc_err *err)
{
	const bool whole = volume == HC_OFFLINE_NONE;
	struct hc_io *io = whole ? fix->offline->disk : fix->offline->volumes[volume].io;
	struct hc_edit edit = { .kind = HC_EDIT_BYTES, .offset = offset, .because = because };
	uint8_t *old = hc_arena_alloc(fix->arena, bytes.size + 1);

	if (old == NULL)
		return fix_no_memory(err);
	if (io == NULL)
		return hc_err_set(err, H_INTERNAL, "a disk that is not known has no sectors");
	if (hc_io_pread(io, offset, old, bytes.size, err) < 0)
		return -1;
	if (memcmp(old, bytes.data, bytes.size) == 0)
		return 0;
	edit.partition = whole ? 0 : fix->offline->volumes[volume].number;
	edit.before = bytes_state(fix, hc_span(old, bytes.size));
	edit.after = bytes_state(fix, bytes);
	return edit.before == NULL || edit.after == NULL ? fix_no_memory(err)
							 : fix_add(fix, &edit, err);
}

/* ---------------------------------------------------------------- flags */

int
want_dirty(struct fix *fix, size_t volume, const char *because, struct hc_err *err)
{
	static const struct hc_edit_state clear = { .text = "clear" }, set = { .text = "set" };
	const struct hc_offline_volume *on = &fix->offline->volumes[volume];
	struct hc_edit edit = { .kind = HC_EDIT_FLAG,
				.partition = on->number,
				.name = "dirty",
				.because = because };

	if (hc_volume_info(on->volume)->state.dirty)
		return 0;
	edit.before = fix_state(fix, &clear);
	edit.after = fix_state(fix, &set);
	return edit.before == NULL || edit.after == NULL ? fix_no_memory(err)
							 : fix_add(fix, &edit, err);
}
