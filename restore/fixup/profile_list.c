/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * profile-list: where new profiles are made, of a Windows that was upgraded from NT 4.0.
 *
 * Source:  KB 249694: such a Windows keeps its profiles in %systemroot%\Profiles, and an in-place upgrade after the
 *          restore points ProfilesDirectory elsewhere.
 * That it was upgraded is told by the profiles themselves: those of users (S-1-5-21-…) name their folders.
 */
#include <string.h>
#include <strings.h>

#include "restore/fixup/fixup_priv.h"

#define KEY     "Microsoft\\Windows NT\\CurrentVersion\\ProfileList"
#define NAME    "ProfilesDirectory"
#define OLD     "%systemroot%\\Profiles"
#define USER_ID "S-1-5-21-"

/* Past the variable, or the path that it stands for: "%SystemRoot%\Profiles\bob" and "C:\WINNT\Profiles\bob" are both
 * "\Profiles\bob" of the system root.  NULL: it lies elsewhere. */
static const char *
below(const char *path, const char *variable, const char *stands_for)
{
	size_t length = strlen(variable);

	if (strncasecmp(path, variable, length) == 0)
		return path + length;
	if (stands_for == NULL)
		return NULL;
	length = strlen(stands_for);
	return length > 0 && strncasecmp(path, stands_for, length) == 0 ? path + length : NULL;
}

/* In %SystemRoot%\Profiles, or that folder itself. */
static bool
is_old_place(const struct fix *fix, const char *path)
{
	const char *rest = below(path, "%systemroot%", fix->windows->system_root);

	return rest != NULL && strncasecmp(rest, "\\Profiles", 9) == 0 &&
	       (rest[9] == '\\' || rest[9] == '\0');
}

struct profiles {
	size_t old, elsewhere;
};

static int
count_profiles(struct fix *fix, const struct fix_hive *software, struct hc_hive_key list,
	       struct profiles *ret, struct hc_err *err)
{
	struct hc_hive_children users = { 0 };
	struct hc_err why;

	if (hc_hive_children(software->hive, list, fix->arena, &users, &why) < 0)
		return why.code == H_OUT_OF_MEMORY ? (*err = why, -1) : 0;
	for (size_t i = 0; i < users.count; i++) {
		const char *path;

		if (strncasecmp(users.items[i].name, USER_ID, strlen(USER_ID)) != 0 ||
		    hc_hive_string(software->hive, users.items[i].key, "ProfileImagePath",
				   fix->arena, &path, &why) < 0)
			continue;
		if (is_old_place(fix, path))
			ret->old++;
		else
			ret->elsewhere++;
	}
	return 0;
}

/* \WINNT\Profiles on the volume. */
static bool
has_old_folder(struct fix *fix)
{
	const char *path = hc_arena_printf(fix->arena, "%s/Profiles", fix->offline->root);
	struct hc_entry entry;
	struct hc_err why;

	return path != NULL &&
	       hc_volume_stat(fix->offline->volumes[fix->offline->system].volume, path,
			      fix->arena, &entry, &why) == 0 &&
	       entry.type == HC_ENTRY_FOLDER;
}

int
fix_profile_list(struct fix *fix, struct hc_err *err)
{
	struct profiles profiles = { 0 };
	struct fix_hive software;
	struct hc_hive_key list;
	const char *now = NULL;
	struct hc_err why;
	int found;

	/* NT 4.0 has no such value; Vista and later are no upgrades of it. */
	if (fix->version < HC_NT(5, 0) || fix->version > HC_NT(5, 2))
		return 0;
	found = fix_hive(fix, "SOFTWARE", &software, err);
	if (found != 0)
		return found < 0 ? -1 : 0;
	if (hc_hive_key(software.hive, KEY, &list, &why) < 0)
		return 0;
	if (hc_hive_string(software.hive, list, NAME, fix->arena, &now, &why) == 0 &&
	    is_old_place(fix, now))
		return 0;
	if (count_profiles(fix, &software, list, &profiles, err) < 0)
		return -1;
	if (profiles.old == 0)
		return 0;
	if (profiles.elsewhere > 0 || !has_old_folder(fix))
		return fix_note(fix, err,
				"%zu of %zu users have their profiles in %s, but new ones are "
				"made in %s: if that is not meant so, set %s in Windows",
				profiles.old, profiles.old + profiles.elsewhere, OLD,
				now != NULL ? now : "another place", NAME);
	return want_text(fix, &software, KEY, NAME, REG_EXPAND_SZ, OLD,
			 "the users' profiles lie there: this Windows was upgraded from NT 4.0",
			 err);
}
