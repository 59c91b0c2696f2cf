/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * INF files: sections, lines, fields.
 *
 *	; comment
 *	[Section]
 *	key = field, "field; with ""odd"" characters", field \
 *	      that goes on
 *	field, field
 *
 * Fields are made in place: none gets longer than it stands in the text, and the character that ends it leaves room for its
 * NUL.  What stands before the first section belongs to nothing.
 *
 * Source:  "General Syntax Rules for INF Files".
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/windows/inf_priv.h"

#define NO_SECTION SIZE_MAX

struct head {
	const char *name;
	size_t ordinal;
};

struct lexer {
	char *at;
	size_t line; /* from 1, for messages */
	struct head *heads;
	size_t head_count;
	struct inf_line *lines;
	size_t line_count;
	const char **fields; /* room for all of them: pointers into it stay good */
	size_t field_count;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static void
skip_blanks(struct lexer *lex)
{
	while (is_blank(*lex->at))
		lex->at++;
}

/* To the end of the line, not past it. */
static void
skip_line(struct lexer *lex)
{
	lex->at += strcspn(lex->at, "\n");
}

static char
next_line(struct lexer *lex)
{
	char end = *lex->at;

	if (end == '\n') {
		lex->at++;
		lex->line++;
	}
	return end;
}

/* ---------------------------------------------------------------- fields */

/* A backslash with nothing but blanks and a comment behind it goes on in the next line.  Otherwise copies it, with the
 * backslashes and blanks that follow: looking at each of them anew would take for ever. */
static char *
take_backslash(struct lexer *lex, char *to, char **keep)
{
	char *end = lex->at;

	while (*end == '\\' || is_blank(*end))
		end++;
	if (*end == ';' || *end == '\n' || *end == '\0') {
		lex->at = end;
		skip_line(lex);
		next_line(lex);
		skip_blanks(lex);
		return to;
	}
	while (lex->at < end) {
		*to++ = *lex->at;
		if (*lex->at++ == '\\')
			*keep = to;
	}
	return to;
}

/* From the quote to behind the one that closes it, or to the end of the line. */
static char *
take_quoted(struct lexer *lex, char *to)
{
	lex->at++;
	while (*lex->at != '\0' && *lex->at != '\n') {
		if (*lex->at == '"' && lex->at[1] != '"') {
			lex->at++;
			return to;
		}
		lex->at += *lex->at == '"';
		*to++ = *lex->at++;
	}
	return lex->at[-1] == '\r' ? to - 1 : to;
}

/* One field without the blanks around it; *ret_end is what ended it: a comma, '=' (if that may), end of line or of text. */
static const char *
take_field(struct lexer *lex, bool equals, char *ret_end)
{
	char *start, *to, *keep;

	skip_blanks(lex);
	start = to = keep = lex->at;
	for (;;) {
		char c = *lex->at;

		if (c == '\0' || c == '\n' || c == ',' || (c == '=' && equals))
			break;
		if (c == ';') {
			skip_line(lex);
		} else if (c == '\\') {
			to = take_backslash(lex, to, &keep);
		} else if (c == '"') {
			keep = to = take_quoted(lex, to);
		} else {
			*to++ = c;
			lex->at++;
			if (!is_blank(c))
				keep = to;
		}
	}
	*ret_end = *lex->at;
	if (*ret_end == ',' || *ret_end == '=')
		lex->at++;
	else
		next_line(lex);
	*keep = '\0';
	return start;
}

/* ---------------------------------------------------------------- lines */

static void
read_line(struct lexer *lex)
{
	struct inf_line *line = &lex->lines[lex->line_count];
	const char **fields = lex->fields + lex->field_count;
	const char *first;
	size_t count = 0;
	char end;

	first = take_field(lex, true, &end);
	line->key = end == '=' ? first : NULL;
	if (end != '=')
		fields[count++] = first;
	while (end == ',' || end == '=')
		fields[count++] = take_field(lex, false, &end);
	/* `key =` has no field. */
	if (count == 1 && *fields[0] == '\0')
		count = 0;
	if (line->key == NULL && count == 0)
		return;
	if (line->key == NULL && count == 1)
		line->key = first;
	line->fields.items = fields;
	line->fields.count = count;
	line->section = lex->head_count == 0 ? NO_SECTION : lex->head_count - 1;
	line->ordinal = lex->line_count;
	if (lex->head_count == 0)
		return;
	lex->line_count++;
	lex->field_count += count;
}

static int
read_head(struct lexer *lex, struct hc_err *err)
{
	char *name = ++lex->at, *end = name + strcspn(name, "]\n");

	if (*end != ']')
		return hc_err_set(err, H_INF_FORMAT,
				  "line %zu: the name of a section does not end with ']'",
				  lex->line);
	lex->at = end + 1;
	skip_line(lex);
	next_line(lex);
	while (is_blank(*name))
		name++;
	while (end > name && is_blank(end[-1]))
		end--;
	*end = '\0';
	lex->heads[lex->head_count] = (struct head){ name, lex->head_count };
	lex->head_count++;
	return 0;
}

/* Room for what the text can hold at most, so that nothing moves while it is read. */
static int
make_room(struct lexer *lex, struct hc_arena *arena, struct hc_err *err)
{
	size_t lines = 1, heads = 0, fields = 0;

	for (const char *at = lex->at; *at != '\0'; at++) {
		lines += *at == '\n';
		heads += *at == '[';
		fields += *at == ',' || *at == '=';
	}
	heads = heads < lines ? heads : lines;
	if (lines > HC_INF_LINES_MAX || fields > HC_INF_FIELDS_MAX)
		return hc_err_set(
			err, H_INF_FORMAT,
			"the INF file has %zu lines with %zu fields, more than %u or %u", lines,
			fields, HC_INF_LINES_MAX, HC_INF_FIELDS_MAX);
	lex->heads = hc_arena_array(arena, heads + 1, sizeof(*lex->heads));
	lex->lines = hc_arena_array(arena, lines, sizeof(*lex->lines));
	lex->fields = hc_arena_array(arena, fields + lines, sizeof(*lex->fields));
	if (lex->heads == NULL || lex->lines == NULL || lex->fields == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an INF file");
	return 0;
}

/* ---------------------------------------------------------------- order */

static int
by_number(size_t a, size_t b)
{
	return a < b ? -1 : a > b;
}

static int
compare_heads(const void *left, const void *right)
{
	const struct head *a = left, *b = right;
	int names = strcasecmp(a->name, b->name);

	return names != 0 ? names : by_number(a->ordinal, b->ordinal);
}

static int
compare_lines(const void *left, const void *right)
{
	const struct inf_line *a = left, *b = right;

	return a->section != b->section ? by_number(a->section, b->section)
					: by_number(a->ordinal, b->ordinal);
}

static int
compare_keys(const void *left, const void *right)
{
	const struct inf_line *a = *(struct inf_line *const *)left,
			      *b = *(struct inf_line *const *)right;
	int keys;

	if (a->key == NULL || b->key == NULL)
		keys = (a->key != NULL) - (b->key != NULL);
	else
		keys = strcasecmp(a->key, b->key);
	return keys != 0 ? keys : by_number(a->ordinal, b->ordinal);
}

void
hc_inf_sort_keys(struct inf_section *section)
{
	if (section->count > 1)
		qsort(section->by_key, section->count, sizeof(struct inf_line *), compare_keys);
}

/* Sections of one name become one; each line learns which is its own. */
static int
merge(struct lexer *lex, struct hc_arena *arena, struct hc_inf_sections *ret,
      struct hc_err *err)
{
	size_t *section_of = hc_arena_array(arena, lex->head_count, sizeof(*section_of));
	struct inf_line **by_key =
		hc_arena_array(arena, lex->line_count, sizeof(struct inf_line *));
	struct inf_section *items = hc_arena_array(arena, lex->head_count, sizeof(*items)), *to;
	size_t count = 0;

	if (section_of == NULL || by_key == NULL || items == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an INF file");
	qsort(lex->heads, lex->head_count, sizeof(*lex->heads), compare_heads);
	for (size_t i = 0; i < lex->head_count; i++) {
		const struct head *head = &lex->heads[i];

		if (count == 0 || strcasecmp(items[count - 1].name, head->name) != 0)
			items[count++].name = head->name;
		section_of[head->ordinal] = count - 1;
	}
	for (size_t i = 0; i < lex->line_count; i++)
		lex->lines[i].section = section_of[lex->lines[i].section];
	if (lex->line_count > 1)
		qsort(lex->lines, lex->line_count, sizeof(*lex->lines), compare_lines);
	for (size_t i = 0; i < lex->line_count; i++) {
		to = &items[lex->lines[i].section];
		by_key[i] = &lex->lines[i];
		if (to->count++ == 0) {
			to->lines = &lex->lines[i];
			to->by_key = &by_key[i];
		}
	}
	ret->items = items;
	ret->count = count;
	return 0;
}

int
hc_inf_sections_read(char *text, struct hc_arena *arena, struct hc_inf_sections *ret,
		     struct hc_err *err)
{
	struct lexer lex = { .at = text, .line = 1 };

	if (make_room(&lex, arena, err) < 0)
		return -1;
	while (*lex.at != '\0') {
		skip_blanks(&lex);
		if (*lex.at != '[')
			read_line(&lex);
		else if (read_head(&lex, err) < 0)
			return -1;
	}
	if (lex.head_count == 0)
		return hc_err_set(err, H_INF_FORMAT, "it has no section, so it is no INF file");
	return merge(&lex, arena, ret, err);
}

/* ---------------------------------------------------------------- looking up */

size_t
hc_inf_section_from(const struct hc_inf_sections *sections, const char *name)
{
	size_t low = 0, high = sections->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcasecmp(sections->items[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct inf_section *
hc_inf_section(const struct hc_inf_sections *sections, const char *name)
{
	size_t at = hc_inf_section_from(sections, name);

	/* A reference that is left out names nothing, even where there is a section []. */
	return *name != '\0' && at < sections->count &&
			       strcasecmp(sections->items[at].name, name) == 0
		       ? &sections->items[at]
		       : NULL;
}

const struct inf_line *
hc_inf_line(const struct inf_section *section, const char *key)
{
	size_t low = 0, high = section == NULL ? 0 : section->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *other = section->by_key[middle]->key;

		if (other == NULL || strcasecmp(other, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (section == NULL || low == section->count ||
	    strcasecmp(section->by_key[low]->key, key) != 0)
		return NULL;
	return section->by_key[low];
}

const char *
hc_inf_field(const struct inf_line *line, size_t number)
{
	return line == NULL || number >= line->fields.count ? "" : line->fields.items[number];
}

const char *
hc_inf_value(const struct inf_section *section, const char *key)
{
	const char *value = hc_inf_field(hc_inf_line(section, key), 0);

	return *value == '\0' ? NULL : value;
}
