/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drivers: those that the loader loads, and those that lie between the processor and the disk of a given machine.
 * Source: windows-offline.md sections 3.3 and 3.4; what ErrorControl means: CreateService, Microsoft Learn (0: ignored).
 */
#include <string.h>
#include <strings.h>

#include "restore/fixup/bootcheck_priv.h"
#include "restore/fixup/fixup.h"

#define NAMED_MAX 6u /* of a list; the others are counted */

/* A list for people: "a.sys (there is no such file), … and 3 more". */
struct listing {
	struct hc_buf text;
	size_t count;
};

static int
list_add(struct listing *list, struct hc_err *err, const char *name, const char *said)
{
	if (list->count++ >= NAMED_MAX)
		return 0;
	return hc_buf_printf(&list->text, err, "%s%s%s%s%s", list->count > 1 ? "; " : "", name,
			     said != NULL ? " (" : "", said != NULL ? said : "",
			     said != NULL ? ")" : "");
}

/* NULL: no memory. */
static const char *
list_text(struct bootcheck *b, const struct listing *list)
{
	const char *text = hc_arena_strndup(
		b->arena, list->text.data != NULL ? (char *)list->text.data : "",
		list->text.size);

	if (text == NULL || list->count <= NAMED_MAX)
		return text;
	return hc_arena_printf(b->arena, "%s and %zu more", text, list->count - NAMED_MAX);
}

/* ---------------------------------------------------------------- what the loader loads */

struct boot_drivers {
	struct listing bad,
		odd;            /* what keeps Windows from starting; what could not be judged */
	struct listing ignored; /* what Windows does without */
	size_t fine, demoted;
	bool in_chain; /* one of the bad ones is part of the way to the disk */
};

/* 1, an error that is logged, where nothing is said [own knowledge]. */
static uint32_t
error_control(struct bootcheck *b, const char *name)
{
	const char *path = hc_arena_printf(b->arena, "%s\\Services\\%s",
					   b->windows->current_control_set, name);
	struct hc_hive *hive;
	struct hc_hive_key key;
	struct hc_err ignored;
	uint32_t control = 1;

	if (path != NULL && hc_offline_hive(b->offline, "SYSTEM", &hive, &ignored) == 0 &&
	    hc_hive_key(hive, path, &key, &ignored) == 0)
		(void)(hc_hive_dword(hive, key, "ErrorControl", &control, &ignored) < 0);
	return control;
}

static bool
is_in_chain(const struct bootcheck *b, const char *service)
{
	for (size_t i = 0; i < b->drivers.drivers.count; i++)
		if (b->drivers.drivers.items[i].service != NULL &&
		    strcasecmp(b->drivers.drivers.items[i].service, service) == 0)
			return true;
	return false;
}

static int
judge_driver(struct bootcheck *b, struct boot_drivers *d, const char *service, const char *file,
	     struct hc_err *err)
{
	unsigned state;
	const char *said;

	if (file == NULL)
		return list_add(&d->odd, err, service, "its file lies on another volume");
	if (look_at_program(b, b->offline->system, file, &state, &said, err) < 0)
		return -1;
	if (state == HC_LINK_OK) {
		d->fine++;
		return 0;
	}
	if (state == HC_LINK_UNKNOWN)
		return list_add(&d->odd, err, file, said);
	if (error_control(b, service) == 0)
		return list_add(&d->ignored, err, file, said);
	d->in_chain = d->in_chain || is_in_chain(b, service);
	return list_add(&d->bad, err, file, said);
}

/* The loader loads the driver of the file system that it started from, whatever its Start is [own knowledge]. */
static int
judge_file_system(struct bootcheck *b, struct boot_drivers *d, struct hc_err *err)
{
	const char *kind = hc_volume_info(b->offline->volumes[b->offline->system].volume)->kind;
	bool is_fat = strcmp(kind, "fat") == 0;
	const char *file = hc_arena_printf(b->arena, "%s/System32/drivers/%s", b->offline->root,
					   is_fat ? "fastfat.sys" : "ntfs.sys");

	if (file == NULL)
		return link_no_memory(err);
	file = object_of(b, HC_OFFLINE_NONE, file);
	return file == NULL ? link_no_memory(err)
			    : judge_driver(b, d, is_fat ? "Fastfat" : "Ntfs", file, err);
}

static int
judge_drivers(struct bootcheck *b, struct boot_drivers *d, struct hc_err *err)
{
	for (size_t i = 0; i < b->windows->boot_drivers.count; i++) {
		const struct hc_boot_driver *driver = &b->windows->boot_drivers.items[i];

		if (driver->overridden)
			d->demoted++;
		else if (judge_driver(b, d, driver->name, driver->file, err) < 0)
			return -1;
	}
	return judge_file_system(b, d, err);
}

static int
say_drivers(struct bootcheck *b, struct hc_boot_link *link, const struct boot_drivers *d,
	    struct hc_err *err)
{
	const char *bad = list_text(b, &d->bad), *odd = list_text(b, &d->odd);
	const char *ignored = list_text(b, &d->ignored);

	if (bad == NULL || odd == NULL || ignored == NULL)
		return link_no_memory(err);
	if (d->bad.count > 0) {
		link->fixup = d->in_chain ? "driver-inject" : "storage-boot";
		link->remedy = "Put the file back from a backup of this Windows; a driver that "
			       "nothing needs may be disabled instead.";
		return link_say(b, link, HC_LINK_BROKEN, err, "%s", bad);
	}
	if (d->odd.count > 0)
		return link_say(b, link, HC_LINK_UNKNOWN, err, "%s", odd);
	return link_say(b, link, HC_LINK_OK, err,
			"%zu files are there, for %s; StartOverride keeps %zu drivers from "
			"starting%s%s",
			d->fine, b->windows->architecture, d->demoted,
			d->ignored.count > 0 ? "; Windows does without " : "", ignored);
}

int
check_boot_drivers(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	struct boot_drivers d = { 0 };
	struct hc_hive *hive = NULL;
	int result;

	if (hc_offline_hive(b->offline, "SYSTEM", &hive, err) < 0 && !is_of_a_file(err))
		return -1;
	if (hive == NULL || b->windows->current_control_set == NULL)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"which they are is not known: the hive SYSTEM can't be read");
	link->object = hc_arena_printf(b->arena, "SYSTEM\\%s\\Services",
				       b->windows->current_control_set);
	if (link->object == NULL)
		return link_no_memory(err);
	result = judge_drivers(b, &d, err);
	if (result == 0)
		result = say_drivers(b, link, &d, err);
	hc_buf_done(&d.bad.text);
	hc_buf_done(&d.odd.text);
	hc_buf_done(&d.ignored.text);
	return result;
}

/* ---------------------------------------------------------------- the way to the disk */

/* What an answer of hc_windows_drivers means; the worst one decides which fixup is named. */
static const struct chain_state {
	const char *state, *text, *fixup;
} chain_states[] = {
	{ "ready", "is ready", NULL },
	{ "disabled", "is there, but is not started at boot", "storage-boot" },
	{ "file-missing", "is registered, but its file is missing", "driver-inject" },
	{ "absent", "would drive it, but is not installed", "driver-inject" },
};

static size_t
badness_of(const struct hc_driver_answer *answer)
{
	for (size_t i = 0; i < sizeof(chain_states) / sizeof(chain_states[0]); i++)
		if (strcmp(chain_states[i].state, answer->state) == 0)
			return i;
	return sizeof(chain_states) / sizeof(chain_states[0]) - 1;
}

static int
list_answer(struct bootcheck *b, struct listing *list, const struct hc_driver_answer *answer,
	    struct hc_err *err)
{
	const char *id = answer->hardware_id, *text;

	if (answer->service == NULL)
		text = "no driver of this Windows drives it";
	else
		text = hc_arena_printf(b->arena, "%s %s", answer->service,
				       chain_states[badness_of(answer)].text);
	if (text == NULL)
		return link_no_memory(err);
	text = hc_arena_printf(b->arena, "%s%s%s%s: %s", answer->device, id != NULL ? " (" : "",
			       id != NULL ? id : "", id != NULL ? ")" : "", text);
	return text == NULL ? link_no_memory(err) : list_add(list, err, text, NULL);
}

/* What is not ready, or everything where all of it is. */
static int
list_answers(struct bootcheck *b, const char *role, bool all, struct listing *list,
	     size_t *ret_worst, struct hc_err *err)
{
	*ret_worst = 0;
	for (size_t i = 0; i < b->drivers.drivers.count; i++) {
		const struct hc_driver_answer *answer = &b->drivers.drivers.items[i];
		size_t badness = badness_of(answer);

		if (strcmp(answer->role, role) != 0 || (!all && badness == 0))
			continue;
		if (badness > *ret_worst)
			*ret_worst = badness;
		if (list_answer(b, list, answer, err) < 0)
			return -1;
	}
	return 0;
}

/* The database of devices of an older Windows may lack no more than an entry, and storage-boot makes entries. */
static int
repairs_absent(struct bootcheck *b, const char **ret, struct hc_err *err)
{
	const char *id = "storage-boot";
	/* Wherever the record of the repair would be kept: nothing is made here. */
	const struct hc_fix_request request = {
		.facts = b->facts, .target = b->target, .undo_to = "", .only = { &id, 1 }
	};
	struct hc_fix_found found = { 0 };

	if (hc_fixup_detect(b->offline, &request, b->arena, &found, err) < 0)
		return -1;
	for (size_t i = 0; i < found.notes.count; i++)
		if (found.notes.items[i].refused)
			return 0;
	if (found.edits.count > 0)
		*ret = id;
	return 0;
}

static int
check_role(struct bootcheck *b, struct hc_boot_link *link, const char *role, struct hc_err *err)
{
	struct listing list = { 0 };
	size_t worst;
	const char *text;
	int result;

	link->object = "facts.pci";
	if (b->facts == NULL)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"the machine that it shall boot on is not known");
	if (!b->drivers.drivers_known || b->drivers.drivers.count == 0)
		return link_say(b, link, HC_LINK_UNKNOWN, err,
				"what the disk hangs on, or which drivers there are, is not "
				"known");
	result = list_answers(b, role, false, &list, &worst, err);
	if (result == 0 && worst == 0)
		result = list_answers(b, role, true, &list, &worst, err);
	text = list_text(b, &list);
	hc_buf_done(&list.text);
	if (result < 0)
		return -1;
	if (text == NULL)
		return link_no_memory(err);
	if (list.count == 0)
		return link_say(b, link, HC_LINK_SKIPPED, err, "this Windows needs none");
	link->fixup = chain_states[worst].fixup;
	if (worst > 0 && strcmp(chain_states[worst].state, "absent") == 0 &&
	    repairs_absent(b, &link->fixup, err) < 0)
		return -1;
	return link_say(b, link, worst == 0 ? HC_LINK_OK : HC_LINK_BROKEN, err, "%s", text);
}

int
check_bus_drivers(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	return check_role(b, link, "bus", err);
}

int
check_controller_driver(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	return check_role(b, link, "controller", err);
}

int
check_disk_drivers(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err)
{
	return check_role(b, link, "stack", err);
}
