/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What `mdir` of mtools lists, and paths through it.
 *
 * Each folder is listed once and kept, and paths are followed name by name through the listings; so mtools is only
 * ever asked for names that it said itself, and what does not exist is told from what can't be read.
 */
#include "restore/volume/fat_priv.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define LISTING_MAX (64u << 20)
#define ENTRIES_MAX 65536u /* [FAT] a folder is at most 2 MiB */

int
hc_fat_no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to read a FAT volume");
}

int
hc_fat_not_found(const char *path, const char *what, struct hc_err *err)
{
	hc_err_set(err, H_PATH_NOT_FOUND, "%s %s", path[0] == '\0' ? "/" : path, what);
	return hc_err_at(err, HC_NO_OFFSET, "%s", path);
}

/* ---------------------------------------------------------------- listings */

static int
take_text(void *ctx, struct hc_span bytes, struct hc_err *err)
{
	struct hc_buf *text = ctx;

	if (bytes.size > LISTING_MAX - text->size)
		return hc_err_set(err, H_VOLUME_FORMAT, "a folder is larger than it can be");
	return hc_buf_append(text, bytes.data, bytes.size, err);
}

/* The next `count` characters of UTF-8; *at moves on. */
static struct hc_span
take_characters(const char **at, unsigned count)
{
	const char *start = *at, *end = start;

	for (; count > 0 && *end != '\0'; count--)
		do
			end++;
		while (((unsigned char)*end & 0xc0) == 0x80);
	*at = end;
	while (end > start && end[-1] == ' ')
		end--;
	return hc_span(start, (size_t)(end - start));
}

/* "2003-04-05   6:07": what follows it, or NULL. */
static const char *
parse_time(const char *at, int64_t *ret)
{
	struct tm tm = { 0 };
	int length = 0;

	if (sscanf(at, "%4d-%2d-%2d %2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		   &tm.tm_hour, &tm.tm_min, &length) != 5)
		return NULL;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*ret = timegm(&tm);
	return at + length;
}

/*
 * "LONGFI~1 TXT         3 2026-11-25  23:35  Long File Name.txt": short name in eight and three characters, size
 * or <DIR>, time, and the long name if there is one.  0: an entry; 1: another kind of line; -1: no memory.
 */
static int
parse_line(const char *line, struct hc_arena *arena, struct hc_fat_entry *ret)
{
	struct hc_fat_entry e = { .entry.type = HC_ENTRY_FILE };
	struct hc_span base = take_characters(&line, 8), extension;
	char *end;

	if (base.size == 0 || *line++ != ' ')
		return 1;
	extension = take_characters(&line, 3);
	line += strspn(line, " ");
	if (strncmp(line, "<DIR>", 5) == 0) {
		e.entry.type = HC_ENTRY_FOLDER;
		line += 5;
	} else {
		if (!isdigit((unsigned char)*line))
			return 1;
		e.entry.size = strtoull(line, &end, 10);
		line = end;
	}
	line = parse_time(line + strspn(line, " "), &e.entry.modified);
	if (line == NULL)
		return 1;
	e.short_name = hc_arena_printf(arena, "%.*s%s%.*s", (int)base.size,
				       (const char *)base.data, extension.size > 0 ? "." : "",
				       (int)extension.size, (const char *)extension.data);
	/* A blank always, another before a long name. */
	e.entry.name = line[0] == ' ' && line[1] == ' ' ? hc_arena_strdup(arena, line + 2)
							: e.short_name;
	*ret = e;
	return e.short_name == NULL || e.entry.name == NULL ? -1 : 0;
}

int
hc_fat_parse_listing(struct hc_span text, struct hc_arena *arena, struct hc_fat_folder *folder,
		     struct hc_err *err)
{
	struct hc_fat_entry entry, *item;
	char *copy = hc_arena_strndup(arena, text.size == 0 ? "" : (const char *)text.data,
				      text.size);
	char *line, *rest = copy;
	int kind;

	if (copy == NULL)
		return hc_fat_no_memory(err);
	while ((line = strsep(&rest, "\n")) != NULL) {
		kind = parse_line(line, arena, &entry);
		if (kind < 0)
			return hc_fat_no_memory(err);
		if (kind > 0 || strcmp(entry.entry.name, ".") == 0 ||
		    strcmp(entry.entry.name, "..") == 0 || !hc_name_is_text(entry.entry.name))
			continue;
		if (folder->count == ENTRIES_MAX)
			return hc_err_set(err, H_VOLUME_FORMAT,
					  "a folder is larger than it can be");
		item = hc_arena_grow(arena, &folder->items, &folder->count, sizeof(*item));
		if (item == NULL)
			return hc_fat_no_memory(err);
		*item = entry;
	}
	return 0;
}

int
hc_fat_mtools_path(const char *path, bool folder, struct hc_buf *out, struct hc_err *err)
{
	if (hc_buf_append(out, "::", 2, err) < 0)
		return -1;
	for (const char *c = path; *c != '\0'; c++)
		if ((strchr("*?[]\\", *c) != NULL && hc_buf_append(out, "\\", 1, err) < 0) ||
		    hc_buf_append(out, c, 1, err) < 0)
			return -1;
	return hc_buf_append(out, "/", folder ? 1 : 0, err) < 0 ||
			       hc_buf_append(out, "", 1, err) < 0
		       ? -1
		       : 0;
}

static int
list_folder(struct hc_fat *f, const char *path, struct hc_fat_folder *folder,
	    struct hc_err *err)
{
	struct hc_buf name = { 0 };
	struct hc_buf text = { 0 };
	int result = hc_fat_mtools_path(path, true, &name, err);

	if (result == 0) {
		const char *const args[] = { "-a", (const char *)name.data, NULL };

		result = hc_mtools_run(&f->image, "mdir", args,
				       (struct hc_sink){ take_text, &text }, err);
	}
	if (result == 0)
		result = hc_fat_parse_listing(hc_buf_span(&text), &f->arena, folder, err);
	if (result < 0)
		hc_err_at(err, HC_NO_OFFSET, "%s", path[0] == '\0' ? "/" : path);
	hc_buf_done(&name);
	hc_buf_done(&text);
	return result;
}

int
hc_fat_folder(struct hc_fat *f, const char *path, struct hc_fat_folder **ret,
	      struct hc_err *err)
{
	struct hc_fat_folder *folder;

	for (folder = f->folders; folder != NULL; folder = folder->next)
		if (strcmp(folder->path, path) == 0) {
			*ret = folder;
			return 0;
		}
	folder = hc_arena_alloc(&f->arena, sizeof(*folder));
	if (folder == NULL || (folder->path = hc_arena_strdup(&f->arena, path)) == NULL)
		return hc_fat_no_memory(err);
	if (list_folder(f, path, folder, err) < 0)
		return -1;
	folder->next = f->folders;
	f->folders = folder;
	*ret = folder;
	return 0;
}

void
hc_fat_forget(struct hc_fat *f)
{
	f->folders = NULL;
}

/* ---------------------------------------------------------------- lookup */

static bool
same_name(const char *name, struct hc_span part)
{
	return strlen(name) == part.size &&
	       strncasecmp(name, (const char *)part.data, part.size) == 0;
}

const struct hc_fat_entry *
hc_fat_find(const struct hc_fat_folder *folder, struct hc_span part)
{
	for (size_t i = 0; i < folder->count; i++)
		if (same_name(folder->items[i].entry.name, part))
			return &folder->items[i];
	for (size_t i = 0; i < folder->count; i++)
		if (same_name(folder->items[i].short_name, part))
			return &folder->items[i];
	return NULL;
}

int
hc_fat_lookup(struct hc_fat *f, const char *path, struct hc_buf *ret_name,
	      const struct hc_fat_entry **ret, struct hc_err *err)
{
	const struct hc_fat_entry *entry = NULL;
	struct hc_fat_folder *folder;
	const char *rest = path;
	struct hc_span part;

	if (hc_buf_append(ret_name, "", 1, err) < 0)
		return -1;
	while (hc_path_next(&rest, &part)) {
		if (part.size == 1 && part.data[0] == '.')
			continue;
		if (entry != NULL && entry->entry.type != HC_ENTRY_FOLDER)
			return hc_fat_not_found(path, "does not exist", err);
		if (hc_fat_folder(f, (const char *)ret_name->data, &folder, err) < 0)
			return -1;
		entry = hc_fat_find(folder, part);
		if (entry == NULL)
			return hc_fat_not_found(path, "does not exist", err);
		ret_name->size--;
		if (hc_buf_append(ret_name, "/", 1, err) < 0 ||
		    hc_buf_append(ret_name, entry->entry.name, strlen(entry->entry.name) + 1,
				  err) < 0)
			return -1;
	}
	*ret = entry;
	return 0;
}
