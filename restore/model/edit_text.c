/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edits and notes, for people. */
#include <string.h>

#include "restore/model/edit.h"

#define SHORT 72

/* A state in a few words; long data is cut. */
static int
state_text(const struct hc_edit_state *state, struct hc_buf *out, struct hc_err *err)
{
	if (state == NULL)
		return hc_buf_printf(out, err, "(nothing)");
	if (state->text == NULL)
		return hc_buf_printf(out, err, "%llu bytes, SHA-256 %.16s...",
				     (unsigned long long)state->size,
				     state->sha256 != NULL ? state->sha256 : "?");
	if (strlen(state->text) <= SHORT)
		return hc_buf_printf(out, err, "%s",
				     state->text[0] != '\0' ? state->text : "\"\"");
	return hc_buf_printf(out, err, "%.*s... (%zu characters)", SHORT, state->text,
			     strlen(state->text));
}

/* The hive's or file's own name: paths of hives are long, and everybody knows where they are. */
static const char *
base(const char *path)
{
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;

	return slash != NULL ? slash + 1 : path;
}

int
hc_edit_object_text(const struct hc_edit *edit, struct hc_buf *out, struct hc_err *err)
{
	switch (edit->kind) {
	case HC_EDIT_VALUE:
		return hc_buf_printf(out, err, "%s\\%s\\%s", base(edit->path), edit->key,
				     edit->name[0] != '\0' ? edit->name : "(default)");
	case HC_EDIT_KEY:
		return hc_buf_printf(out, err, "%s\\%s", base(edit->path), edit->key);
	case HC_EDIT_FILE:
		return hc_buf_printf(out, err, "partition %llu %s",
				     (unsigned long long)edit->partition, edit->path);
	case HC_EDIT_BYTES:
		return hc_buf_printf(out, err, "%s %llu byte %llu",
				     edit->partition != 0 ? "partition" : "disk",
				     (unsigned long long)edit->partition,
				     (unsigned long long)edit->offset);
	case HC_EDIT_VARIABLE:
		return hc_buf_printf(out, err, "firmware variable %s", edit->name);
	default:
		return hc_buf_printf(out, err, "partition %llu %s flag",
				     (unsigned long long)edit->partition, edit->name);
	}
}

static int
edit_text(const struct hc_edit *edit, const char *indent, struct hc_buf *out,
	  struct hc_err *err)
{
	if (hc_buf_printf(out, err, "%s  ", indent) < 0 ||
	    hc_edit_object_text(edit, out, err) < 0 ||
	    hc_buf_printf(out, err, "\n%s      ", indent) < 0 ||
	    state_text(edit->before, out, err) < 0 || hc_buf_printf(out, err, " -> ") < 0 ||
	    state_text(edit->after, out, err) < 0)
		return -1;
	return hc_buf_printf(out, err, "%s%s%s\n", edit->because != NULL ? " (" : "",
			     edit->because != NULL ? edit->because : "",
			     edit->because != NULL ? ")" : "");
}

int
hc_edits_text(const struct hc_edits *edits, const struct hc_fix_notes *notes,
	      const char *indent, struct hc_buf *out, struct hc_err *err)
{
	const char *fixup = NULL;

	for (size_t i = 0; i < edits->count; i++) {
		const struct hc_edit *edit = &edits->items[i];

		if ((fixup == NULL || strcmp(fixup, edit->fixup) != 0) &&
		    hc_buf_printf(out, err, "%sRepairs %s:\n", indent, edit->fixup) < 0)
			return -1;
		fixup = edit->fixup;
		if (edit_text(edit, indent, out, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < notes->count; i++) {
		const struct hc_fix_note *note = &notes->items[i];

		if (hc_buf_printf(out, err, "%s%s %s: %s\n", indent,
				  note->refused ? "Can't repair" : "Note on", note->fixup,
				  note->text) < 0 ||
		    (note->remedy != NULL &&
		     hc_buf_printf(out, err, "%s  Do: %s\n", indent, note->remedy) < 0))
			return -1;
	}
	return 0;
}
