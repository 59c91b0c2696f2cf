/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking for repositories, image backups and drivers on a volume. */
#include "restore/catalog/look.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "restore/catalog/catalog_priv.h"

#define DEPTH_MAX    3
#define IMAGE_BACKUP "WindowsImageBackup"

/* One folder that is to be listed. */
struct folder {
	const char *path; /* "" is the root */
	const char *top;  /* the folder below the root that it lies in */
	unsigned depth;
};

struct walk {
	struct hc_volume *volume;
	struct hc_arena *arena;
	struct hc_media_volume *ret;
	struct {
		struct folder *items;
		size_t count;
	} folders;
};

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for what a volume holds");
}

/* What Windows, and Linux, keep for themselves: a Windows has hundreds of INF files. */
static bool
is_passed_by(const char *name)
{
	static const char *const own[] = {
		"Windows",       "WINNT",
		"Program Files", "Program Files (x86)",
		"ProgramData",   "Users",
		"PerfLogs",      "Documents and Settings",
		"Recovery",      "System Volume Information",
		"lost+found",    "Config.Msi",
		"proc",          "sys",
	};

	if (name[0] == '$' || name[0] == '.')
		return true;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strcasecmp(name, own[i]) == 0)
			return true;
	return false;
}

static bool
is_inf(const struct hc_entry *entry)
{
	size_t length = strlen(entry->name);

	/* Each stick that somebody sold has one of these. */
	return entry->type == HC_ENTRY_FILE && length > 4 &&
	       strcasecmp(entry->name + length - 4, ".inf") == 0 &&
	       strcasecmp(entry->name, "autorun.inf") != 0;
}

static const char *
join(struct hc_arena *arena, const char *folder, const char *name)
{
	return hc_arena_printf(arena, "%s%s%s", folder, folder[0] != '\0' ? "/" : "", name);
}

static struct hc_media_find *
add(struct walk *w, enum hc_media_kind kind, const char *path)
{
	struct hc_media_find *find = hc_arena_grow(w->arena, &w->ret->finds.items,
						   &w->ret->finds.count, sizeof(*find));

	if (find != NULL)
		*find = (struct hc_media_find){ .kind = kind, .path = path };
	return find;
}

/* How many folders lie in one, and the first of their names. */
static int
count_folders(struct walk *w, const char *path, uint64_t *ret, const char **ret_names,
	      struct hc_err *err)
{
	struct hc_entries list = { NULL, 0 };
	const char *names = NULL;
	uint64_t count = 0;
	struct hc_err why;

	if (hc_volume_list(w->volume, path, w->arena, &list, &why) < 0) {
		*ret = 0;
		*ret_names = NULL;
		return why.code == H_OUT_OF_MEMORY ? no_memory(err) : 0;
	}
	for (size_t i = 0; i < list.count; i++) {
		if (list.items[i].type != HC_ENTRY_FOLDER)
			continue;
		count++;
		if (count <= 4)
			names = hc_arena_printf(w->arena, "%s%s%s", names != NULL ? names : "",
						names != NULL ? ", " : "", list.items[i].name);
		else if (count == 5)
			names = hc_arena_printf(w->arena, "%s and others", names);
		if (names == NULL)
			return no_memory(err);
	}
	*ret = count;
	*ret_names = names;
	return 0;
}

/* ---------------------------------------------------------------- what there may be */

/* A marker that makes no sense is told, not passed over: somebody is looking for just this folder. */
static int
add_repository(struct walk *w, const char *path, struct hc_err *err)
{
	struct hc_media_find *find = add(w, HC_MEDIA_REPOSITORY, path);
	struct hc_repository marker = { 0 };
	struct hc_buf bytes = { 0 };
	const char *name = join(w->arena, path, HC_MARKER_NAME), *ids;
	const char *backups = join(w->arena, path, "backups");
	struct hc_err why;
	int result = 0;

	if (find == NULL || name == NULL || backups == NULL)
		return no_memory(err);
	if (hc_volume_read_all(w->volume, name, HC_MARKER_BYTES_MAX, &bytes, &why) < 0 ||
	    hc_doc_read(&hc_repository_shape, hc_buf_span(&bytes), w->arena, &marker, &why) < 0)
		find->about = hc_arena_printf(w->arena, "its %s can't be read: %s",
					      HC_MARKER_NAME, why.text[0]);
	else
		result = count_folders(w, backups, &find->count, &ids, err);
	hc_buf_done(&bytes);
	return result;
}

static int
add_image_backup(struct walk *w, const char *path, struct hc_err *err)
{
	struct hc_media_find *find = add(w, HC_MEDIA_IMAGE_BACKUP, path);

	return find == NULL ? no_memory(err)
			    : count_folders(w, path, &find->count, &find->about, err);
}

/* INF files count for the folder below the root that they lie in: `--drivers` looks through all of one. */
static int
add_inf(struct walk *w, const struct folder *folder, struct hc_err *err)
{
	struct hc_media_find *find;

	for (size_t i = 0; i < w->ret->finds.count; i++) {
		find = &w->ret->finds.items[i];
		if (find->kind == HC_MEDIA_DRIVERS && strcmp(find->path, folder->top) == 0) {
			find->count++;
			return 0;
		}
	}
	find = add(w, HC_MEDIA_DRIVERS, folder->top);
	if (find == NULL)
		return no_memory(err);
	find->count = 1;
	return 0;
}

/* ---------------------------------------------------------------- the walk */

static int
look_at_folder(struct walk *w, const struct folder *in, const char *name, struct hc_err *err)
{
	const char *path = join(w->arena, in->path, name);
	struct folder *folder;

	if (path == NULL)
		return no_memory(err);
	if (strcasecmp(name, IMAGE_BACKUP) == 0)
		return add_image_backup(w, path, err);
	if (is_passed_by(name) || in->depth == DEPTH_MAX)
		return 0;
	folder = hc_arena_grow(w->arena, &w->folders.items, &w->folders.count, sizeof(*folder));
	if (folder == NULL)
		return no_memory(err);
	*folder = (struct folder){ path, in->depth == 0 ? path : in->top, in->depth + 1 };
	return 0;
}

static bool
has_marker(const struct hc_entries *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].type == HC_ENTRY_FILE &&
		    strcasecmp(list->items[i].name, HC_MARKER_NAME) == 0)
			return true;
	return false;
}

/* `at` is a copy: the list of folders moves when it grows. */
static int
visit(struct walk *w, struct folder at, const struct hc_entries *list, struct hc_err *err)
{
	/* Thousands of chunk folders lie in a repository, and nothing else of interest. */
	if (has_marker(list))
		return add_repository(w, at.path, err);
	for (size_t i = 0; i < list->count; i++) {
		const struct hc_entry *entry = &list->items[i];

		if (is_inf(entry) && add_inf(w, &at, err) < 0)
			return -1;
		if (entry->type == HC_ENTRY_FOLDER &&
		    look_at_folder(w, &at, entry->name, err) < 0)
			return -1;
	}
	return 0;
}

int
hc_media_look(struct hc_volume *volume, struct hc_arena *arena, struct hc_media_volume *ret,
	      struct hc_err *err)
{
	struct walk w = { .volume = volume, .arena = arena, .ret = ret };
	struct folder *root =
		hc_arena_grow(arena, &w.folders.items, &w.folders.count, sizeof(*root));

	if (root == NULL)
		return no_memory(err);
	*root = (struct folder){ "", "", 0 };
	for (size_t i = 0; i < w.folders.count; i++) {
		struct hc_entries list = { NULL, 0 };
		struct hc_err why;

		if (i == HC_LOOK_FOLDERS_MAX) {
			ret->unread = hc_arena_printf(
				arena, "only its first %d folders were looked at",
				HC_LOOK_FOLDERS_MAX);
			break;
		}
		if (hc_volume_list(volume, w.folders.items[i].path, arena, &list, &why) < 0) {
			if (i == 0 || why.code == H_OUT_OF_MEMORY) {
				*err = why;
				return -1;
			}
			continue;
		}
		if (visit(&w, w.folders.items[i], &list, err) < 0)
			return -1;
	}
	return 0;
}
