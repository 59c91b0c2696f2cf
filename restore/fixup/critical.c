/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Edits of CriticalDeviceDatabase, where Windows 2000 to 7 look up which driver a new device gets:
 * Control\CriticalDeviceDatabase\<id with # for \>.  Source: windows-offline.md section 3.1.
 */
#include <ctype.h>
#include <string.h>

#include "restore/fixup/fixup.h"

static bool
is_id(const char *listed, const char *id)
{
	while (*id != '\0' && tolower((unsigned char)(*id == '\\' ? '#' : *id)) ==
				      tolower((unsigned char)*listed))
		id++, listed++;
	return *id == '\0' && *listed == '\0';
}

bool
hc_fixup_lists(const struct hc_edit *edit, const struct hc_strings *ids)
{
	static const char database[] = "\\Control\\CriticalDeviceDatabase\\";
	const char *key = edit->key == NULL ? NULL : strcasestr(edit->key, database);

	for (size_t i = 0; key != NULL && i < ids->count; i++)
		if (is_id(key + sizeof(database) - 1, ids->items[i]))
			return true;
	return false;
}
