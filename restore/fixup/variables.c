/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making and taking back the edits of firmware variables.  Each is compared first, so that nothing is written over what
 * somebody else has set since. */
#include <string.h>

#include "restore/base/text.h"
#include "restore/boot/efivars.h"
#include "restore/fixup/fixup.h"

struct change {
	const char *name;
	struct hc_span from, to; /* data NULL: it isn't there */
};

struct changes {
	struct change *items;
	size_t count;
};

static bool
same_bytes(struct hc_span a, struct hc_span b)
{
	if (a.data == NULL || b.data == NULL)
		return a.data == b.data;
	return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static int
bytes_of(const struct hc_edit_state *state, struct hc_arena *arena, struct hc_span *ret,
	 struct hc_err *err)
{
	*ret = (struct hc_span){ 0 };
	if (state == NULL)
		return 0;
	if (state->bytes == NULL)
		return hc_err_set(err, H_DOC_SCHEMA, "the edit of a variable has no bytes");
	return hc_base64_decode(arena, state->bytes, ret, err);
}

/* In the order in which they are to be made. */
static int
collect(const struct hc_edits *edits, bool back, struct hc_arena *arena, struct changes *ret,
	struct hc_err *err)
{
	for (size_t i = 0; i < edits->count; i++) {
		const struct hc_edit *edit = &edits->items[back ? edits->count - 1 - i : i];
		struct change *change;

		if (edit->kind != HC_EDIT_VARIABLE)
			continue;
		if (edit->name == NULL || strchr(edit->name, '/') != NULL)
			return hc_err_set(
				err, H_DOC_SCHEMA,
				"the edit of a variable has no name that one can have");
		change = hc_arena_grow(arena, &ret->items, &ret->count, sizeof(*change));
		if (change == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for variables");
		change->name = edit->name;
		if (bytes_of(back ? edit->after : edit->before, arena, &change->from, err) <
			    0 ||
		    bytes_of(back ? edit->before : edit->after, arena, &change->to, err) < 0)
			return hc_err_wrap(err, "while reading the edit of %s", edit->name);
	}
	return 0;
}

/* 0: as it should be; 1: it is what it shall become already. */
static int
look(const char *folder, const struct change *change, struct hc_arena *arena,
     struct hc_err *err)
{
	struct hc_span now = { 0 };

	if (hc_efivar_read(folder, change->name, arena, &now, err) < 0)
		return -1;
	if (same_bytes(now, change->to))
		return 1;
	if (same_bytes(now, change->from))
		return 0;
	hc_err_set(err, H_FIX_STALE, "the variable %s was changed since it was looked at",
		   change->name);
	return hc_err_at(err, HC_NO_OFFSET, "%s/%s", folder, change->name);
}

/* After a failure: what was changed becomes what it was, as far as that works. */
static void
take_back(const char *folder, const struct changes *changes, const bool *made, size_t count)
{
	struct hc_err ignored;

	while (count-- > 0)
		if (made[count])
			(void)!hc_efivar_write(folder, changes->items[count].name,
					       changes->items[count].from, &ignored);
}

static int
make(const struct changes *changes, const char *folder, struct hc_arena *arena,
     struct hc_err *err)
{
	bool *made = hc_arena_array(arena, changes->count + 1, sizeof(*made));

	if (made == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for variables");
	for (size_t i = 0; i < changes->count; i++) {
		int found = look(folder, &changes->items[i], arena, err);

		if (found < 0)
			return -1;
		made[i] = found == 0;
	}
	for (size_t i = 0; i < changes->count; i++) {
		if (!made[i] || hc_efivar_write(folder, changes->items[i].name,
						changes->items[i].to, err) == 0)
			continue;
		take_back(folder, changes, made, i);
		return hc_err_wrap(err, "the firmware's boot entries are as they were");
	}
	return 0;
}

static int
change_all(const struct hc_edits *edits, bool back, const char *folder, struct hc_err *err)
{
	struct hc_arena arena = { 0 };
	struct changes changes = { 0 };
	int result = collect(edits, back, &arena, &changes, err);

	if (result == 0 && changes.count > 0)
		result = make(&changes, folder != NULL ? folder : HC_EFIVARS, &arena, err);
	hc_arena_done(&arena);
	return result;
}

int
hc_fixup_set_variables(const struct hc_edits *edits, const char *folder, struct hc_err *err)
{
	return change_all(edits, false, folder, err);
}

int
hc_fixup_unset_variables(const struct hc_edits *edits, const char *folder, struct hc_err *err)
{
	return change_all(edits, true, folder, err);
}
