/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * INF files: %name% becomes what [Strings] says, %% a percent sign.
 *
 * A name that no section of strings has stays as it stands: %12% is a directory, which only the target knows.  What is put
 * in is not looked at again, so strings can't be made of strings.
 *
 * Source:  "INF Strings Section"; which of them for a language: the LANGID itself, its primary language, [Strings].
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/windows/inf_priv.h"

#define STRINGS          "Strings"
#define PRIMARY_LANGUAGE 0x3ffu

struct strings {
	const struct inf_section *sections[3]; /* best first; NULL: there is none */
	struct hc_arena *arena;
	size_t made; /* bytes of text */
};

/* The LANGID behind "Strings."; 0: none. */
static unsigned long
language_of(const struct inf_section *section)
{
	const char *digits = section->name + strlen(STRINGS ".");
	char *end;
	unsigned long language = strtoul(digits, &end, 16);

	return *end == '\0' && end - digits <= 4 ? language : 0;
}

static bool
is_strings(const struct inf_section *section)
{
	size_t length = strlen(STRINGS);

	return strncasecmp(section->name, STRINGS, length) == 0 &&
	       (section->name[length] == '\0' || section->name[length] == '.');
}

static void
choose(struct hc_inf_sections *sections, unsigned language, struct strings *ret)
{
	for (size_t i = hc_inf_section_from(sections, STRINGS); i < sections->count; i++) {
		struct inf_section *section = &sections->items[i];
		unsigned long its;

		if (strncasecmp(section->name, STRINGS, strlen(STRINGS)) != 0)
			break;
		if (!is_strings(section))
			continue;
		hc_inf_sort_keys(section);
		if (section->name[strlen(STRINGS)] == '\0') {
			ret->sections[2] = section;
			continue;
		}
		its = language_of(section);
		if (its == 0 || language == 0)
			continue;
		if (its == language && ret->sections[0] == NULL)
			ret->sections[0] = section;
		if (its == (language & PRIMARY_LANGUAGE) && ret->sections[1] == NULL)
			ret->sections[1] = section;
	}
}

static const char *
look_up(const struct strings *strings, const char *name)
{
	for (size_t i = 0; i < 3; i++) {
		const struct inf_line *line = hc_inf_line(strings->sections[i], name);

		if (line != NULL)
			return hc_inf_field(line, 0);
	}
	return NULL;
}

/* Appends what stands between here and the next percent sign, and what that opens; moves *text past it. */
static int
expand_one(const struct strings *strings, char **text, struct hc_buf *out, struct hc_err *err)
{
	char *at = *text, *end;
	const char *value;
	size_t plain = strcspn(at, "%");

	if (hc_buf_append(out, at, plain, err) < 0)
		return -1;
	at += plain;
	*text = at;
	if (*at == '\0')
		return 0;
	end = strchr(at + 1, '%');
	if (end == NULL) {
		*text = at + strlen(at);
		return hc_buf_append(out, at, strlen(at), err);
	}
	*text = end + 1;
	if (end == at + 1)
		return hc_buf_append(out, "%", 1, err);
	*end = '\0';
	value = look_up(strings, at + 1);
	*end = '%';
	if (value == NULL)
		return hc_buf_append(out, at, (size_t)(end + 1 - at), err);
	return hc_buf_append(out, value, strlen(value), err);
}

static int
expand(struct strings *strings, const char **field, struct hc_buf *out, struct hc_err *err)
{
	char *text, *copy;

	if (*field == NULL || strchr(*field, '%') == NULL)
		return 0;
	text = hc_arena_strdup(strings->arena, *field);
	if (text == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an INF file");
	out->size = 0;
	while (*text != '\0') {
		if (expand_one(strings, &text, out, err) < 0)
			return -1;
		if (out->size > HC_INF_EXPANDED_MAX - strings->made)
			return hc_err_set(err, H_INF_FORMAT,
					  "strings put in make more than %u bytes",
					  HC_INF_EXPANDED_MAX);
	}
	/* What becomes nothing has made no buffer. */
	copy = hc_arena_strndup(strings->arena, out->size == 0 ? "" : (const char *)out->data,
				out->size);
	if (copy == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an INF file");
	strings->made += out->size;
	*field = copy;
	return 0;
}

static int
expand_line(struct strings *strings, struct inf_line *line, struct hc_buf *out,
	    struct hc_err *err)
{
	for (size_t i = 0; i < line->fields.count; i++) {
		bool is_key = line->key == line->fields.items[i];

		if (expand(strings, &line->fields.items[i], out, err) < 0)
			return -1;
		if (is_key)
			line->key = line->fields.items[i];
	}
	if (line->fields.count == 1 && line->key == line->fields.items[0])
		return 0;
	return expand(strings, &line->key, out, err);
}

int
hc_inf_expand(struct hc_inf_sections *sections, unsigned language, struct hc_arena *arena,
	      struct hc_err *err)
{
	struct strings strings = { .arena = arena };
	struct hc_buf out = { 0 };
	int result = 0;

	choose(sections, language, &strings);
	for (size_t i = 0; i < sections->count && result == 0; i++) {
		struct inf_section *section = &sections->items[i];

		if (is_strings(section))
			continue;
		for (size_t k = 0; k < section->count && result == 0; k++)
			result = expand_line(&strings, &section->lines[k], &out, err);
		hc_inf_sort_keys(section);
	}
	hc_buf_done(&out);
	return result;
}
