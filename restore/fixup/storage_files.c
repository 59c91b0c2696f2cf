/* SPDX-License-Identifier: GPL-3.0-or-later */
/* storage-boot: drivers that start with Windows and whose files are missing. */
#include <string.h>

#include "restore/fixup/storage_priv.h"

#define REMEDY_MISSING "Put it back from the installation medium of this Windows."

static int
judge(struct storage *s, const char *set, const char *name, struct hc_err *err)
{
	struct hc_service service;
	const char *why, *key;

	if (storage_service(s, set, name, &service, err) < 0)
		return -1;
	/* Unknown is no answer: on another volume, or in a folder that can't be read. */
	if (!service.present || !service.is_driver || service.file_present != HC_NO ||
	    storage_answer(s, name) != NULL)
		return 0;
	if (storage_is_core(name))
		return fix_refuse(s->fix, REMEDY_MISSING, err,
				  "%s, the file of %s, is missing, and Windows doesn't start "
				  "without it",
				  service.file, name);
	if (s->fix->request->drivers != NULL)
		return fix_note(s->fix, err,
				"%s, the file of %s, is missing: it is left as it is, since "
				"drivers are to be added",
				service.file, name);
	key = fix_key(s->fix, set, "Services\\%s", name);
	why = hc_arena_printf(s->fix->arena, "%s, the file of %s, is missing", service.file,
			      name);
	if (key == NULL || why == NULL)
		return fix_no_memory(err);
	return want_dword(s->fix, &s->system, key, "Start", HC_SERVICE_DISABLED, why, err);
}

static int
judge_set(struct storage *s, const char *set, struct hc_err *err)
{
	const char *path = fix_key(s->fix, set, "Services");
	struct hc_hive_children services = { 0 };
	struct hc_hive_key key;
	struct hc_err why;
	uint32_t start;

	if (path == NULL)
		return fix_no_memory(err);
	if (hc_hive_key(s->system.hive, path, &key, &why) < 0)
		return 0;
	if (hc_hive_children(s->system.hive, key, s->fix->arena, &services, &why) < 0)
		return why.code == H_OUT_OF_MEMORY ? fix_no_memory(err) : 0;
	for (size_t i = 0; i < services.count; i++)
		if (hc_hive_dword(s->system.hive, services.items[i].key, "Start", &start,
				  &why) == 0 &&
		    start == HC_SERVICE_BOOT && judge(s, set, services.items[i].name, err) < 0)
			return -1;
	return 0;
}

int
storage_disable_missing(struct storage *s, struct hc_err *err)
{
	const struct hc_offline *offline = s->fix->offline;
	const char *path = hc_arena_printf(s->fix->arena, "%s/System32/drivers", offline->root);
	struct hc_entry entry;
	struct hc_err why;

	if (path == NULL)
		return fix_no_memory(err);
	/* Without the folder every driver would be missing, and disabling them all no repair. */
	if (hc_volume_stat(offline->volumes[offline->system].volume, path, s->fix->arena,
			   &entry, &why) < 0)
		return fix_refuse(s->fix, REMEDY_MISSING, err,
				  "the folder %s can't be read: %s", path, why.text[0]);
	for (size_t i = 0; i < s->fix->windows->control_sets.count; i++)
		if (judge_set(s, s->fix->windows->control_sets.items[i], err) < 0)
			return -1;
	return 0;
}
