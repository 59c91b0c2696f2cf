/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of an inspection ask the registry. */
#include <stdlib.h>
#include <strings.h>

#include "restore/windows/windows_priv.h"

int
hc_windows_unread(struct inspection *in, const char *what, const struct hc_err *why,
		  struct hc_err *err)
{
	const char *text = hc_arena_printf(in->arena, "%s: %s", what, why->text[0]);

	if (text == NULL || why->code == H_OUT_OF_MEMORY)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	return hc_strings_add(&in->windows->unread, in->arena, text, err);
}

int
hc_windows_key(struct inspection *in, const char *path, struct hc_hive_key *ret,
	       struct hc_err *err)
{
	const char *full;

	if (in->system == NULL || in->windows->current_control_set == NULL)
		return hc_err_set(err, H_HIVE_MISSING, "there is no current control set");
	full = hc_arena_printf(in->arena, "%s\\%s", in->windows->current_control_set, path);
	if (full == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	return hc_hive_key(in->system, full, ret, err);
}

int
hc_windows_setting(struct inspection *in, const char *path, const char *name, const char **ret,
		   struct hc_err *err)
{
	struct hc_hive_key key;

	if (hc_windows_key(in, path, &key, err) < 0)
		return -1;
	return hc_hive_string(in->system, key, name, in->arena, ret, err);
}

int
hc_windows_number(struct inspection *in, const char *path, const char *name, uint32_t *ret,
		  struct hc_err *err)
{
	struct hc_hive_key key;

	if (hc_windows_key(in, path, &key, err) < 0)
		return -1;
	return hc_hive_dword(in->system, key, name, ret, err);
}

int
hc_windows_software(struct inspection *in, const char *path, struct hc_hive_key *ret,
		    struct hc_err *err)
{
	if (in->software == NULL)
		return hc_err_set(err, H_HIVE_MISSING, "there is no SOFTWARE");
	return hc_hive_key(in->software, path, ret, err);
}

const char *
hc_windows_text(struct inspection *in, struct hc_hive *hive, struct hc_hive_key key,
		const char *name)
{
	struct hc_err why;
	const char *text;

	return hc_hive_string(hive, key, name, in->arena, &text, &why) == 0 && text[0] != '\0'
		       ? text
		       : NULL;
}

const char *
hc_windows_where(struct inspection *in, const char *path)
{
	return hc_arena_printf(in->arena, "SYSTEM\\%s\\%s",
			       in->windows->current_control_set != NULL
				       ? in->windows->current_control_set
				       : "ControlSet???",
			       path);
}

static int
compare(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

void
hc_windows_sort_each_once(struct hc_strings *list)
{
	size_t kept = 0;

	if (list->count == 0)
		return;
	qsort(list->items, list->count, sizeof(list->items[0]), compare);
	for (size_t i = 1; i < list->count; i++)
		if (strcasecmp(list->items[kept], list->items[i]) != 0)
			list->items[++kept] = list->items[i];
	list->count = kept + 1;
}
