/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ReAgent.xml as text: tags with a place, and the same text with other places.  Nothing else of it is touched. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "restore/base/text.h"
#include "restore/fixup/reagent.h"

#define BLANKS " \t\r\n"

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for ReAgent.xml");
}

/* ---------------------------------------------------------------- reading */

/* A character for each of the text; those that aren't ASCII, and NULs, are question marks. */
static char *
shadow(struct hc_span text, unsigned width, struct hc_arena *arena)
{
	size_t count = text.size / width;
	char *plain = hc_arena_alloc(arena, count + 1);

	for (size_t i = 0; plain != NULL && i < count; i++) {
		unsigned c = width == 2 ? hc_get_le16(text.data + 2 * i) : text.data[i];

		plain[i] = c > 0 && c < 0x80 ? (char)c : '?';
	}
	return plain;
}

static bool
parse_number(const char *text, uint64_t *ret)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*ret = strtoull(text, &end, 10);
	return *end == '\0' && errno == 0;
}

enum { PATH, ID, OFFSET, GUID, ATTRIBUTES };

static const char *const names[ATTRIBUTES] = { "path", "id", "offset", "guid" };

struct tag {
	const char *plain;
	struct fix_reagent_text name, attributes[ATTRIBUTES];
	bool has[ATTRIBUTES];
};

/* One attribute that begins at *at; false: the tag ends, or is none. */
static bool
next_attribute(struct tag *tag, size_t *at)
{
	const char *p = tag->plain;
	struct fix_reagent_text name = { *at + strspn(p + *at, BLANKS), 0 }, value;
	char quote;

	name.length = strcspn(p + name.at, BLANKS "=<>/\"'");
	value.at = name.at + name.length + strspn(p + name.at + name.length, BLANKS);
	if (name.length == 0 || p[value.at] != '=')
		return false;
	value.at++;
	value.at += strspn(p + value.at, BLANKS);
	quote = p[value.at];
	if (quote != '"' && quote != '\'')
		return false;
	value.at++;
	value.length = strcspn(p + value.at, quote == '"' ? "\"" : "'");
	if (p[value.at + value.length] != quote)
		return false;
	*at = value.at + value.length + 1;
	for (size_t i = 0; i < ATTRIBUTES; i++)
		if (strlen(names[i]) == name.length && !tag->has[i] &&
		    memcmp(names[i], p + name.at, name.length) == 0) {
			tag->attributes[i] = value;
			tag->has[i] = true;
		}
	return true;
}

static char *
copy(struct hc_arena *arena, const struct tag *tag, struct fix_reagent_text text)
{
	return hc_arena_strndup(arena, tag->plain + text.at, text.length);
}

static int
add_row(struct fix_reagent *doc, const struct tag *tag, struct hc_arena *arena,
	struct hc_err *err)
{
	struct fix_reagent_row *row, found = { .id_text = tag->attributes[ID],
					       .offset_text = tag->attributes[OFFSET],
					       .guid_text = tag->attributes[GUID],
					       .path = "" };
	const char *id = copy(arena, tag, found.id_text),
		   *offset = copy(arena, tag, found.offset_text),
		   *guid = copy(arena, tag, found.guid_text);

	found.tag = copy(arena, tag, tag->name);
	if (tag->has[PATH])
		found.path = copy(arena, tag, tag->attributes[PATH]);
	if (id == NULL || offset == NULL || guid == NULL || found.tag == NULL ||
	    found.path == NULL)
		return no_memory(err);
	if (!parse_number(id, &found.id) || found.id > UINT32_MAX ||
	    !parse_number(offset, &found.offset) || !hc_guid_parse(guid, found.guid))
		return 0;
	row = hc_arena_grow(arena, &doc->rows.items, &doc->rows.count, sizeof(*row));
	if (row == NULL)
		return no_memory(err);
	*row = found;
	return 0;
}

/* <WinreBCD id="{…}"/>: the first one that is a GUID. */
static int
take_entry(struct fix_reagent *doc, const struct tag *tag, struct hc_arena *arena,
	   struct hc_err *err)
{
	static const char name[] = "WinreBCD";
	const char *id;

	if (!tag->has[ID] || tag->name.length != strlen(name) ||
	    memcmp(tag->plain + tag->name.at, name, strlen(name)) != 0 ||
	    !hc_is_zero(doc->entry, 16))
		return 0;
	id = copy(arena, tag, tag->attributes[ID]);
	if (id == NULL)
		return no_memory(err);
	if (!hc_guid_parse(id, doc->entry))
		memset(doc->entry, 0, sizeof(doc->entry));
	return 0;
}

/* Past what begins with "<" there. */
static int
read_tag(struct fix_reagent *doc, const char *plain, size_t *at, struct hc_arena *arena,
	 struct hc_err *err)
{
	struct tag tag = { .plain = plain };
	const char *end;

	if (strncmp(plain + *at, "<!--", 4) == 0) {
		end = strstr(plain + *at + 4, "-->");
		*at = end != NULL ? (size_t)(end - plain) : strlen(plain);
		return 0;
	}
	tag.name.at = ++*at;
	tag.name.length = strcspn(plain + *at, BLANKS "<>/");
	*at += tag.name.length;
	while (next_attribute(&tag, at))
		;
	return tag.has[ID] && tag.has[OFFSET] && tag.has[GUID]
		       ? add_row(doc, &tag, arena, err)
		       : take_entry(doc, &tag, arena, err);
}

int
fix_reagent_read(struct hc_span text, struct hc_arena *arena, struct fix_reagent *ret,
		 struct hc_err *err)
{
	struct fix_reagent doc = { .width = 1 };
	const char *plain;
	size_t at;

	if (text.size >= 2 && text.data[0] == 0xff && text.data[1] == 0xfe)
		doc.width = 2;
	plain = shadow(text, doc.width, arena);
	if (plain == NULL)
		return no_memory(err);
	for (at = strcspn(plain, "<"); plain[at] != '\0'; at += strcspn(plain + at, "<"))
		if (read_tag(&doc, plain, &at, arena, err) < 0)
			return -1;
	*ret = doc;
	return 0;
}

/* ---------------------------------------------------------------- writing */

struct writer {
	struct hc_span text;
	unsigned width;
	size_t done; /* characters */
	struct hc_buf *out;
	struct hc_err *err;
};

static int
put_up_to(struct writer *w, size_t at)
{
	size_t from = w->done;

	w->done = at;
	return hc_buf_append(w->out, w->text.data + from * w->width, (at - from) * w->width,
			     w->err);
}

static int
replace(struct writer *w, struct fix_reagent_text old, const char *value)
{
	if (put_up_to(w, old.at) < 0)
		return -1;
	w->done = old.at + old.length;
	return w->width == 2 ? hc_utf8_to_utf16(value, w->out, w->err)
			     : hc_buf_append(w->out, value, strlen(value), w->err);
}

struct change {
	struct fix_reagent_text old;
	char value[48];
};

/* By place: attributes stand in any order. */
static void
sort_changes(struct change *changes, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t k = i; k > 0 && changes[k].old.at < changes[k - 1].old.at; k--) {
			struct change other = changes[k];

			changes[k] = changes[k - 1];
			changes[k - 1] = other;
		}
}

static int
write_row(struct writer *w, const struct fix_reagent_row *old,
	  const struct fix_reagent_row *row)
{
	struct change changes[3];
	size_t count = 0;
	char guid[HC_GUID_TEXT];

	if (row->id != old->id) {
		changes[count].old = old->id_text;
		snprintf(changes[count++].value, sizeof(changes[0].value), "%llu",
			 (unsigned long long)row->id);
	}
	if (row->offset != old->offset) {
		changes[count].old = old->offset_text;
		snprintf(changes[count++].value, sizeof(changes[0].value), "%llu",
			 (unsigned long long)row->offset);
	}
	if (memcmp(row->guid, old->guid, 16) != 0) {
		hc_guid_text(row->guid, guid);
		changes[count].old = old->guid_text;
		snprintf(changes[count++].value, sizeof(changes[0].value), "{%s}", guid);
	}
	sort_changes(changes, count);
	for (size_t i = 0; i < count; i++)
		if (replace(w, changes[i].old, changes[i].value) < 0)
			return -1;
	return 0;
}

int
fix_reagent_write(struct hc_span text, const struct fix_reagent *old,
		  const struct fix_reagent_row *rows, struct hc_buf *out, struct hc_err *err)
{
	struct writer w = { .text = text, .width = old->width, .out = out, .err = err };

	for (size_t i = 0; i < old->rows.count; i++)
		if (write_row(&w, &old->rows.items[i], &rows[i]) < 0)
			return -1;
	/* An odd byte at the end of UTF-16 comes along. */
	return hc_buf_append(out, text.data + w.done * w.width, text.size - w.done * w.width,
			     err);
}
