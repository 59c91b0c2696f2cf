/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The folder of driver packages.
 *
 * It is read as a volume (hc_volume_open_dir), so no link in it is followed, and a folder that leads to itself does no
 * harm.  A stick or a share can hold anything: depth, entries and INF files are bounded.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "restore/fixup/driver_priv.h"
#include "restore/fixup/edits_priv.h"

#define DEPTH_MAX   16u
#define ENTRIES_MAX 100000u
#define INFS_MAX    4096u

/* ---------------------------------------------------------------- reasons */

const char *
driver_text(struct driver_set *set, struct hc_err *err, const char *fmt, ...)
{
	const char *copy;
	char text[8192]; /* a path of a folder this deep fits */
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	copy = hc_arena_strdup(set->arena, text);
	if (copy == NULL)
		fix_no_memory(err);
	return copy;
}

int
driver_say(const char *text, const char **reason)
{
	*reason = text;
	return text == NULL ? -1 : 0;
}

int
driver_reason(struct driver_set *set, const struct hc_err *why, const char **ret,
	      struct hc_err *err)
{
	if (why->code == H_OUT_OF_MEMORY || why->code == H_DISK_READ) {
		*err = *why;
		return -1;
	}
	return driver_say(driver_text(set, err, "%s", why->text[0]), ret);
}

/* ---------------------------------------------------------------- texts that INF files give */

static bool
is_part(const char *part, size_t length)
{
	if (length == 0 || (length <= 2 && strspn(part, ".") >= length))
		return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)part[i] < ' ' || strchr("<>:\"|?*", part[i]) != NULL)
			return false;
	return true;
}

static bool
are_parts(const char *path, const char *separators)
{
	for (;;) {
		size_t length = strcspn(path, separators);

		if (!is_part(path, length))
			return false;
		if (path[length] == '\0')
			return true;
		path += length + 1;
	}
}

bool
driver_is_path(const char *path)
{
	return are_parts(path, "\\/");
}

bool
driver_is_key(const char *path)
{
	size_t length = strlen(path);

	/* Ids begin with * and hold &; a key may have what a file may not. */
	if (length == 0 || length > 255 || path[0] == '\\' || path[length - 1] == '\\' ||
	    strstr(path, "\\\\") != NULL)
		return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)path[i] < ' ')
			return false;
	return true;
}

/* ---------------------------------------------------------------- INF files */

struct walk {
	struct fix *fix;
	struct driver_set *set;
	struct hc_strings *found;
	size_t entries;
};

static bool
is_inf(const struct hc_entry *entry)
{
	size_t length = strlen(entry->name);

	return entry->type == HC_ENTRY_FILE && length > 4 &&
	       strcasecmp(entry->name + length - 4, ".inf") == 0;
}

static int walk_folder(struct walk *w, const char *folder, unsigned depth, struct hc_err *err);

static bool
is_full(const struct walk *w)
{
	return w->entries >= ENTRIES_MAX || w->found->count >= INFS_MAX;
}

static int
walk_entries(struct walk *w, const char *folder, const struct hc_entries *list, unsigned depth,
	     struct hc_err *err)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < list->count && !is_full(w); i++) {
		const struct hc_entry *entry = &list->items[i];
		const char *path = driver_text(w->set, err, "%s%s%s", folder,
					       *folder == '\0' ? "" : "/", entry->name);

		if (path == NULL)
			return -1;
		w->entries++;
		if (entry->type == HC_ENTRY_FOLDER)
			result = walk_folder(w, path, depth + 1, err);
		else if (is_inf(entry))
			result = hc_strings_add(w->found, w->set->arena, path, err);
	}
	return result;
}

static int
walk_folder(struct walk *w, const char *folder, unsigned depth, struct hc_err *err)
{
	struct hc_entries list = { 0 };
	struct hc_arena arena = { 0 };
	const char *reason;
	struct hc_err why;
	int result;

	if (depth > DEPTH_MAX)
		return fix_note(w->fix, err,
				"%s: what lies below this folder was not looked at", folder);
	if (hc_volume_list(w->set->folder, folder, &arena, &list, &why) < 0) {
		result = driver_reason(w->set, &why, &reason, err);
		if (result == 0)
			result = fix_note(w->fix, err,
					  "the folder of driver packages %s can't be read: %s",
					  folder, reason);
	} else {
		result = walk_entries(w, folder, &list, depth, err);
	}
	hc_arena_done(&arena);
	return result;
}

int
driver_folder_infs(struct fix *fix, struct driver_set *set, struct hc_strings *ret,
		   struct hc_err *err)
{
	struct walk walk = { .fix = fix, .set = set, .found = ret };

	if (walk_folder(&walk, "", 0, err) < 0)
		return -1;
	return !is_full(&walk) ? 0
			       : fix_note(fix, err,
					  "%s holds more than %u files or %u INF files: the "
					  "rest was not looked at",
					  fix->request->drivers, ENTRIES_MAX, INFS_MAX);
}

/* ---------------------------------------------------------------- files by name */

/* One step: the name as it stands in `folder`; NULL: not there. */
static const struct hc_entry *
entry_of(const struct hc_entries *list, const char *part, size_t length)
{
	const struct hc_entry *found = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const char *name = list->items[i].name;

		if (strlen(name) != length || strncasecmp(name, part, length) != 0)
			continue;
		if (strncmp(name, part, length) == 0)
			return &list->items[i];
		if (found == NULL)
			found = &list->items[i];
	}
	return found;
}

static int
step(struct driver_set *set, const char *folder, const char *part, size_t length,
     enum hc_entry_type type, const char **ret, struct hc_err *err)
{
	const struct hc_entry *entry;
	struct hc_entries list = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_err why;
	int result = 1;

	if (hc_volume_list(set->folder, folder, &arena, &list, &why) < 0) {
		if (why.code == H_OUT_OF_MEMORY || why.code == H_DISK_READ) {
			*err = why;
			result = -1;
		}
	} else {
		entry = entry_of(&list, part, length);
		if (entry != NULL && entry->type == type) {
			*ret = driver_text(set, err, "%s%s%s", folder,
					   *folder == '\0' ? "" : "/", entry->name);
			result = *ret == NULL ? -1 : 0;
		}
	}
	hc_arena_done(&arena);
	return result;
}

int
driver_folder_find(struct driver_set *set, const char *folder, const char *path,
		   const char **ret, struct hc_err *err)
{
	if (!driver_is_path(path))
		return 1;
	for (;;) {
		size_t length = strcspn(path, "\\/");
		bool last = path[length] == '\0';
		int result = step(set, folder, path, length,
				  last ? HC_ENTRY_FILE : HC_ENTRY_FOLDER, &folder, err);

		if (result != 0)
			return result;
		if (last) {
			*ret = folder;
			return 0;
		}
		path += length + 1;
	}
}

int
driver_folder_source(struct fix *fix, const char *path, struct hc_edit_source *ret,
		     struct hc_err *err)
{
	*ret = (struct hc_edit_source){
		.kind = "host",
		.path = hc_arena_printf(fix->arena, "%s/%s", fix->request->drivers, path),
	};
	return ret->path == NULL ? fix_no_memory(err) : 0;
}
