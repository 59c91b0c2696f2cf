/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * filters: filter drivers of others, over disks and volumes and over file systems, are disabled.
 * Source: windows-offline.md sections 3.2 and 3.3.
 */
#include <string.h>
#include <strings.h>

#include "restore/fixup/storage_priv.h"

struct doomed {
	struct hc_strings names; /* of services, each once */
};

/* A filter that drives devices as well, or that the disk can't be reached without. */
static bool
drives_a_device(const struct storage *s, const char *name)
{
	const struct hc_windows *w = s->fix->windows;

	for (size_t i = 0; i < w->pci.count; i++)
		if (w->pci.items[i].service != NULL &&
		    strcasecmp(w->pci.items[i].service, name) == 0)
			return true;
	return storage_answer(s, name) != NULL || storage_is_core(name);
}

static const char *
maker(const struct hc_filter_driver *filter)
{
	return filter->company != NULL ? filter->company : "an unknown maker";
}

static int
choose(struct storage *s, const struct hc_filter_driver *filter, struct doomed *doomed,
       struct hc_err *err)
{
	if (filter->microsoft == HC_YES || !filter->service_present ||
	    filter->file_present == HC_NO ||
	    hc_strings_has_name(&doomed->names, filter->name) ||
	    (storage_class(filter->group) == NULL && strcmp(filter->kind, "minifilter") != 0))
		return 0;
	if (filter->microsoft != HC_NO)
		return fix_note(s->fix, err,
				"whose filter %s is can't be read from its file: it stays",
				filter->name);
	if (drives_a_device(s, filter->name))
		return fix_note(s->fix, err,
				"the filter %s of %s drives a device as well: it stays",
				filter->name, maker(filter));
	return hc_strings_add(&doomed->names, s->fix->arena, filter->name, err);
}

static int
disable(struct storage *s, const char *name, const char *because, struct hc_err *err)
{
	const struct hc_strings *sets = &s->fix->windows->control_sets;

	for (size_t i = 0; i < sets->count; i++) {
		const char *key = fix_key(s->fix, sets->items[i], "Services\\%s", name);

		if (key == NULL)
			return fix_no_memory(err);
		if (fix_has_key(&s->system, key) &&
		    want_dword(s->fix, &s->system, key, "Start", HC_SERVICE_DISABLED, because,
			       err) < 0)
			return -1;
	}
	return 0;
}

/* A device whose list names a disabled driver doesn't start: so the name goes from every list. */
static int
is_unwanted(struct storage *s, const void *ctx, const char *set, const char *class,
	    const char *name, const char **ret_why, struct hc_err *err)
{
	const struct doomed *doomed = ctx;

	if (!hc_strings_has_name(&doomed->names, name))
		return storage_is_dangling(s, NULL, set, class, name, ret_why, err);
	*ret_why = hc_arena_printf(s->fix->arena, "%s is disabled", name);
	return *ret_why != NULL ? 1 : fix_no_memory(err);
}

static const struct hc_filter_driver *
filter_called(const struct hc_windows *w, const char *name)
{
	for (size_t i = 0; i < w->filter_drivers.count; i++)
		if (strcasecmp(w->filter_drivers.items[i].name, name) == 0)
			return &w->filter_drivers.items[i];
	return NULL;
}

int
fix_filters(struct fix *fix, struct hc_err *err)
{
	struct doomed doomed = { 0 };
	const struct storage_lists lists = { is_unwanted, &doomed };
	const struct hc_windows *w = fix->windows;
	struct storage s;
	int result = storage_open(fix, &s, err);

	if (result != 0)
		return result < 0 ? -1 : 0;
	for (size_t i = 0; i < w->filter_drivers.count; i++)
		if (choose(&s, &w->filter_drivers.items[i], &doomed, err) < 0)
			return -1;
	for (size_t i = 0; i < doomed.names.count; i++) {
		const struct hc_filter_driver *filter = filter_called(w, doomed.names.items[i]);
		const char *because = hc_arena_printf(fix->arena, "%s is a filter of %s",
						      filter->name, maker(filter));

		if (because == NULL)
			return fix_no_memory(err);
		if (disable(&s, filter->name, because, err) < 0)
			return -1;
	}
	return storage_clean_lists(&s, &lists, err);
}
