/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hibernation: no session is resumed on a machine that it was not made on (VOL-2). */
#include <string.h>

#include "restore/fixup/edits_priv.h"

#define FILE_NAME "/hiberfil.sys"

/*
 * The file goes unread: it is as large as the machine's memory, and behind a network that is an hour.  So the edit tells its
 * size and no digest, and it can't be taken back.
 */
static int
remove_file(struct fix *fix, size_t volume, uint64_t size, bool live, struct hc_err *err)
{
	const struct hc_edit_state before = {
		.size = size,
		.text = live ? "a session to resume" : "no session to resume",
	};
	const struct hc_edit edit = {
		.kind = HC_EDIT_FILE,
		.partition = fix->offline->volumes[volume].number,
		.path = FILE_NAME,
		.before = fix_state(fix, &before),
		.because = live ? "Windows would resume with the memory of the machine that "
				  "it was hibernated on"
				: "it was asked for",
	};

	return edit.before == NULL ? fix_no_memory(err) : fix_add(fix, &edit, err);
}

/* 0: it goes; 1: there is nothing to remove. */
static int
clean_volume(struct fix *fix, size_t index, struct hc_err *err)
{
	const bool asked = hc_strings_has(&fix->request->requested, fix->id);
	struct hc_volume *volume = fix->offline->volumes[index].volume;
	struct hc_entry entry;
	struct hc_err why;
	bool live;

	if (volume == NULL)
		return 1;
	live = hc_volume_info(volume)->state.hibernated;
	if (!live && !(asked && index == fix->offline->system))
		return 1;
	if (hc_volume_stat(volume, FILE_NAME, fix->arena, &entry, &why) == 0)
		return remove_file(fix, index, entry.size, live, err);
	if (why.code == H_PATH_NOT_FOUND)
		return 1;
	if (fix_is_of_file(why.code))
		return fix_refuse(fix, NULL, err, "%s: %s", FILE_NAME, why.text[0]) < 0 ? -1
											: 1;
	*err = why;
	return hc_err_wrap(err, "while looking at %s of %s", FILE_NAME,
			   fix->offline->volumes[index].name);
}

/* Else the shutdown after the first start leaves the next one.  It is a thing of Windows 8 and later (windows-offline.md
 * section 10). */
static int
stop_fast_startup(struct fix *fix, struct hc_err *err)
{
	struct fix_hive system;
	int found = fix_hive(fix, "SYSTEM", &system, err);

	for (size_t i = 0; found == 0 && i < fix->windows->control_sets.count; i++) {
		const char *key = fix_key(fix, fix->windows->control_sets.items[i],
					  "Control\\Session Manager\\Power");
		struct hc_hive_key power;
		struct hc_err ignored;
		uint32_t on;

		if (key == NULL)
			return fix_no_memory(err);
		if (hc_hive_key(system.hive, key, &power, &ignored) < 0 ||
		    hc_hive_dword(system.hive, power, "HiberbootEnabled", &on, &ignored) < 0)
			continue;
		if (want_dword(fix, &system, key, "HiberbootEnabled", 0,
			       "fast startup would leave such a session at the next shutdown",
			       err) < 0)
			return -1;
	}
	return found < 0 ? -1 : 0;
}

int
fix_hibernation(struct fix *fix, struct hc_err *err)
{
	for (size_t i = 0; i < fix->offline->count; i++) {
		int result = clean_volume(fix, i, err);

		if (result < 0 || (result == 0 && i == fix->offline->system &&
				   stop_fast_startup(fix, err) < 0))
			return -1;
	}
	return 0;
}
