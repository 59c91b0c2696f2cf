/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What detectors share: hives, notes, and the list of edits. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "restore/fixup/edits_priv.h"
#include "restore/fixup/fixup_priv.h"

int
fix_no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
}

bool
fix_is_of_file(enum hc_err_code code)
{
	static const enum hc_err_code codes[] = {
		H_PATH_NOT_FOUND, H_VOLUME_FORMAT, H_REPARSE_UNSUPPORTED, H_FILE_ENCRYPTED,
		H_WOF_DAMAGED,    H_PE_FORMAT,     H_HIVE_FORMAT,         H_HIVE_MISSING,
		H_TEXT_ENCODING,  H_BCD_FORMAT,    H_UNSUPPORTED,
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i] == code)
			return true;
	return false;
}

/* ---------------------------------------------------------------- hives */

/* What keeps a hive from being used, as a note; what ends the detection stays an error. */
static int
note_hive(struct fix *fix, const char *path, const struct hc_err *why, struct hc_err *err)
{
	if (why->code == H_OUT_OF_MEMORY || why->code == H_DISK_READ) {
		*err = *why;
		return -1;
	}
	if (fix_refuse(fix, hc_err_info(why->code)->remedy, err, "%s: %s", path, why->text[0]) <
	    0)
		return -1;
	return 1;
}

int
fix_hive_at(struct fix *fix, size_t volume, const char *path, struct fix_hive *ret,
	    struct hc_err *err)
{
	struct fix_hive found = { .path = path,
				  .partition = fix->offline->volumes[volume].number };
	struct hc_err why;

	if (hc_offline_hive_at(fix->offline, volume, path, &found.hive, &why) < 0)
		return note_hive(fix, path, &why, err);
	*ret = found;
	return 0;
}

int
fix_hive(struct fix *fix, const char *name, struct fix_hive *ret, struct hc_err *err)
{
	const char *path =
		hc_arena_printf(fix->arena, "%s/System32/config/%s", fix->offline->root, name);

	return path == NULL ? fix_no_memory(err)
			    : fix_hive_at(fix, fix->offline->system, path, ret, err);
}

const char *
fix_key(struct fix *fix, const char *set, const char *fmt, ...)
{
	char text[1024];
	va_list args;
	int length;

	va_start(args, fmt);
	length = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (length < 0 || (size_t)length >= sizeof(text))
		return NULL;
	return hc_arena_printf(fix->arena, "%s\\%s", set, text);
}

bool
fix_has_key(const struct fix_hive *hive, const char *key)
{
	struct hc_hive_key found;
	struct hc_err ignored;

	return hc_hive_key(hive->hive, key, &found, &ignored) == 0;
}

bool
fix_has_value(const struct fix_hive *hive, const char *key, const char *name)
{
	struct hc_hive_value value;
	struct hc_hive_key found;
	struct hc_err ignored;

	return hc_hive_key(hive->hive, key, &found, &ignored) == 0 &&
	       hc_hive_value_find(hive->hive, found, name, &value);
}

/* ---------------------------------------------------------------- notes */

static int
add_note(struct fix *fix, bool refused, const char *text, const char *remedy,
	 struct hc_err *err)
{
	struct hc_fix_notes *notes = &fix->found->notes;
	struct hc_fix_note *note;
	const char *copy = hc_arena_strdup(fix->arena, text);

	for (size_t i = 0; i < notes->count; i++)
		if (strcmp(notes->items[i].fixup, fix->id) == 0 &&
		    strcmp(notes->items[i].text, text) == 0)
			return 0;
	note = hc_arena_grow(fix->arena, &notes->items, &notes->count, sizeof(*note));
	if (note == NULL || copy == NULL)
		return fix_no_memory(err);
	*note = (struct hc_fix_note){ fix->id, refused, copy, remedy };
	return 0;
}

int
fix_note(struct fix *fix, struct hc_err *err, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return add_note(fix, false, text, NULL, err);
}

int
fix_refuse(struct fix *fix, const char *remedy, struct hc_err *err, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return add_note(fix, true, text, remedy, err);
}

/* ---------------------------------------------------------------- the list of edits */

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcasecmp(a, b) == 0;
}

static bool
same_place(const struct hc_edit *a, const struct hc_edit *b)
{
	return a->kind == b->kind && a->partition == b->partition && a->offset == b->offset &&
	       same_text(a->path, b->path) && same_text(a->key, b->key) &&
	       same_text(a->name, b->name);
}

static bool
same_state(const struct hc_edit_state *a, const struct hc_edit_state *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return same_text(a->type, b->type) && same_text(a->sha256, b->sha256) &&
	       (a->bytes == NULL || b->bytes == NULL ? a->bytes == b->bytes
						     : strcmp(a->bytes, b->bytes) == 0);
}

int
fix_add(struct fix *fix, const struct hc_edit *edit, struct hc_err *err)
{
	struct hc_edits *edits = &fix->found->edits;
	struct hc_edit *added;

	if (fix->request->gone != 0 && edit->partition == fix->request->gone)
		return 0;
	for (size_t i = 0; i < edits->count; i++) {
		const struct hc_edit *other = &edits->items[i];

		if (!same_place(other, edit))
			continue;
		if (same_state(other->after, edit->after))
			return 0;
		return hc_err_set(err, H_INTERNAL,
				  "the repairs %s and %s want different things of %s %s\\%s",
				  other->fixup, fix->id, edit->path ? edit->path : "the disk",
				  edit->key ? edit->key : "", edit->name ? edit->name : "");
	}
	added = hc_arena_grow(fix->arena, &edits->items, &edits->count, sizeof(*added));
	if (added == NULL)
		return fix_no_memory(err);
	*added = *edit;
	added->fixup = fix->id;
	return 0;
}

struct hc_edit_state *
fix_state(struct fix *fix, const struct hc_edit_state *state)
{
	struct hc_edit_state *copy = hc_arena_alloc(fix->arena, sizeof(*copy));

	if (copy != NULL)
		*copy = *state;
	return copy;
}
