/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How backups are named. */
#include <string.h>
#include <sys/stat.h>

#include "restore/catalog/catalog.h"

#define MANIFEST "/manifest.json"
#define BACKUPS  "/backups"

static const char id_letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

int
hc_backup_check_id(const char *id, struct hc_err *err)
{
	size_t length = strlen(id);

	if (length == 0)
		return hc_err_set(err, H_BACKUP_ID, "a backup id is empty");
	if (length > HC_BACKUP_ID_MAX)
		return hc_err_set(err, H_BACKUP_ID, "the backup id %.20s… has %zu characters",
				  id, length);
	if (id[0] == '.' || strspn(id, id_letters) != length)
		return hc_err_set(err, H_BACKUP_ID, "the backup id is \"%s\"", id);
	return 0;
}

/* The last "//" that isn't the one of "http://". */
static const char *
find_separator(const char *name)
{
	const char *scheme = strstr(name, "://");
	const char *from = scheme == NULL ? name : scheme + 3, *found = NULL;

	for (const char *at = strstr(from, "//"); at != NULL; at = strstr(at + 1, "//"))
		found = at;
	return found;
}

static int
take(struct hc_arena *arena, const char *repository, size_t repository_length, const char *id,
     size_t id_length, const char **ret_repository, const char **ret_id, struct hc_err *err)
{
	const char *repo = hc_arena_strndup(arena, repository, repository_length);
	const char *last = hc_arena_strndup(arena, id, id_length);

	if (repo == NULL || last == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for the name of a backup");
	if (hc_backup_check_id(last, err) < 0)
		return -1;
	*ret_repository = repo[0] == '\0' ? "/" : repo;
	*ret_id = last;
	return 0;
}

/* For messages: what comes before the host may be a password. */
static const char *
shown(const char *name)
{
	const char *scheme = strstr(name, "://"), *host, *end, *user;

	if (scheme == NULL)
		return name;
	host = scheme + 3;
	end = host + strcspn(host, "/");
	for (user = end; user > host && user[-1] != '@'; user--)
		;
	return user > host ? user : name;
}

/* REPO/backups/ID/manifest.json, or backups/ID/manifest.json seen from inside the repository.
 */
static int
parse_manifest_path(const char *name, struct hc_arena *arena, const char **ret_repository,
		    const char **ret_id, struct hc_err *err)
{
	size_t end = strlen(name) - strlen(MANIFEST), id = end, parent;

	while (id > 0 && name[id - 1] != '/')
		id--;
	parent = id == 0 ? 0 : id - 1;
	if (parent == strlen(BACKUPS) - 1 && strncmp(name, &BACKUPS[1], parent) == 0)
		return take(arena, ".", 1, name + id, end - id, ret_repository, ret_id, err);
	if (parent < strlen(BACKUPS) ||
	    strncmp(name + parent - strlen(BACKUPS), BACKUPS, strlen(BACKUPS)) != 0) {
		hc_err_set(err, H_BACKUP_UNKNOWN,
			   "%s does not lie in a folder backups/ID of a repository",
			   shown(name));
		return -1;
	}
	return take(arena, name, parent - strlen(BACKUPS), name + id, end - id, ret_repository,
		    ret_id, err);
}

int
hc_backup_parse_name(const char *name, struct hc_arena *arena, const char **ret_repository,
		     const char **ret_id, struct hc_err *err)
{
	const char *separator = find_separator(name);
	size_t length = strlen(name);
	struct stat st;

	if (separator != NULL)
		return take(arena, name, (size_t)(separator - name), separator + 2,
			    strlen(separator + 2), ret_repository, ret_id, err);
	if (length > strlen(MANIFEST) &&
	    strcmp(name + length - strlen(MANIFEST), MANIFEST) == 0)
		return parse_manifest_path(name, arena, ret_repository, ret_id, err);
	if (strstr(name, "://") == NULL && stat(name, &st) == 0 && !S_ISDIR(st.st_mode)) {
		hc_err_set(err, H_UNSUPPORTED,
			   "%s is an image and not a backup in a repository", name);
		return hc_err_remedy(err, "Capture it first: `halcyon capture %s --to REPO`.",
				     name);
	}
	hc_err_set(err, H_BACKUP_UNKNOWN, "\"%s\" names no backup", shown(name));
	return hc_err_remedy(err, "Name it REPO//ID; `halcyon catalog REPO` lists the ids.");
}
