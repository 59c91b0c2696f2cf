/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wishes about the registry. */
#include <string.h>

#include "restore/base/text.h"
#include "restore/fixup/edits_priv.h"

/* ---------------------------------------------------------------- values */

static int
describe(struct fix *fix, uint32_t type, struct hc_span data, struct hc_edit_state **ret,
	 struct hc_err *err)
{
	const struct hc_edit_state state = {
		.type = hc_hive_type_name(fix->arena, type),
		.bytes = hc_base64_encode(fix->arena, data),
		.text = hc_hive_data_text(fix->arena, type, data),
	};

	*ret = fix_state(fix, &state);
	return *ret == NULL || state.type == NULL || state.bytes == NULL || state.text == NULL
		       ? fix_no_memory(err)
		       : 0;
}

/* What is there: *ret NULL when there is none. */
static int
present_value(struct fix *fix, const struct fix_hive *hive, const char *key, const char *name,
	      struct hc_edit_state **ret, struct hc_err *err)
{
	struct hc_hive_value value;
	struct hc_hive_key found;
	struct hc_span data;
	struct hc_err ignored;

	*ret = NULL;
	if (hc_hive_key(hive->hive, key, &found, &ignored) < 0 ||
	    !hc_hive_value_find(hive->hive, found, name, &value))
		return 0;
	if (hc_hive_bytes(hive->hive, found, name, fix->arena, &data, err) < 0)
		return -1;
	return describe(fix, value.type, data, ret, err);
}

static int
add_value(struct fix *fix, const struct fix_hive *hive, const char *key, const char *name,
	  struct hc_edit_state *before, struct hc_edit_state *after, const char *because,
	  struct hc_err *err)
{
	const struct hc_edit edit = {
		.kind = HC_EDIT_VALUE,
		.partition = hive->partition,
		.path = hive->path,
		.key = hc_arena_strdup(fix->arena, key),
		.name = hc_arena_strdup(fix->arena, name),
		.before = before,
		.after = after,
		.because = because,
	};

	if (edit.key == NULL || edit.name == NULL)
		return fix_no_memory(err);
	return fix_add(fix, &edit, err);
}

int
want_value(struct fix *fix, const struct fix_hive *hive, const char *key, const char *name,
	   uint32_t type, struct hc_span data, const char *because, struct hc_err *err)
{
	struct hc_edit_state *before, *after;

	if (present_value(fix, hive, key, name, &before, err) < 0 ||
	    describe(fix, type, data, &after, err) < 0)
		return -1;
	if (before != NULL && strcmp(before->type, after->type) == 0 &&
	    strcmp(before->bytes, after->bytes) == 0)
		return 0;
	return add_value(fix, hive, key, name, before, after, because, err);
}

int
want_dword(struct fix *fix, const struct fix_hive *hive, const char *key, const char *name,
	   uint32_t value, const char *because, struct hc_err *err)
{
	uint8_t bytes[4];

	hc_put_le32(bytes, value);
	return want_value(fix, hive, key, name, REG_DWORD, hc_span(bytes, sizeof(bytes)),
			  because, err);
}

int
want_text(struct fix *fix, const struct fix_hive *hive, const char *key, const char *name,
	  uint32_t type, const char *text, const char *because, struct hc_err *err)
{
	struct hc_buf data = { 0 };
	int result = -1;

	if (hc_utf8_to_utf16(text, &data, err) == 0 && hc_buf_append(&data, "\0", 2, err) == 0)
		result = want_value(fix, hive, key, name, type, hc_buf_span(&data), because,
				    err);
	hc_buf_done(&data);
	return result;
}

int
want_texts(struct fix *fix, const struct fix_hive *hive, const char *key, const char *name,
	   const struct hc_strings *texts, const char *because, struct hc_err *err)
{
	struct hc_buf data = { 0 };
	int result = 0;

	for (size_t i = 0; result == 0 && i < texts->count; i++)
		if (hc_utf8_to_utf16(texts->items[i], &data, err) < 0 ||
		    hc_buf_append(&data, "\0", 2, err) < 0)
			result = -1;
	if (result == 0)
		result = hc_buf_append(&data, "\0", 2, err);
	if (result == 0)
		result = want_value(fix, hive, key, name, REG_MULTI_SZ, hc_buf_span(&data),
				    because, err);
	hc_buf_done(&data);
	return result;
}

int
want_no_value(struct fix *fix, const struct fix_hive *hive, const char *key, const char *name,
	      const char *because, struct hc_err *err)
{
	struct hc_edit_state *before;

	if (present_value(fix, hive, key, name, &before, err) < 0)
		return -1;
	return before == NULL ? 0 : add_value(fix, hive, key, name, before, NULL, because, err);
}

/* ---------------------------------------------------------------- keys */

static int
add_key(struct fix *fix, const struct fix_hive *hive, const char *key, bool make,
	const char *because, struct hc_err *err)
{
	static const struct hc_edit_state there = { .text = "key" };
	struct hc_edit_state *state = fix_state(fix, &there);
	const struct hc_edit edit = {
		.kind = HC_EDIT_KEY,
		.partition = hive->partition,
		.path = hive->path,
		.key = hc_arena_strdup(fix->arena, key),
		.before = make ? NULL : state,
		.after = make ? state : NULL,
		.because = because,
	};

	return state == NULL || edit.key == NULL ? fix_no_memory(err)
						 : fix_add(fix, &edit, err);
}

int
want_key(struct fix *fix, const struct fix_hive *hive, const char *key, const char *because,
	 struct hc_err *err)
{
	return fix_has_key(hive, key) ? 0 : add_key(fix, hive, key, true, because, err);
}

int
want_no_key(struct fix *fix, const struct fix_hive *hive, const char *key, const char *because,
	    struct hc_err *err)
{
	return fix_has_key(hive, key) ? add_key(fix, hive, key, false, because, err) : 0;
}
