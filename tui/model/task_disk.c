/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The disk that a task is about. */
#include "tui/model/task_priv.h"

#include <stdio.h>
#include <string.h>

#define CHANGING (1u << HC_TASK_FIX | 1u << HC_TASK_UNDO)
#define ANY      (~0u)

static bool
has_no_medium(const struct hc_disk *disk)
{
	return disk->size == 0;
}

static bool
is_member(const struct hc_disk *disk)
{
	return disk->member_of.count > 0;
}

static bool
is_read_only(const struct hc_disk *disk)
{
	return disk->read_only;
}

static bool
is_in_use(const struct hc_disk *disk)
{
	return disk->in_use_by.count > 0;
}

static bool
has_no_name(const struct hc_disk *disk)
{
	return disk->identity.name == NULL || disk->identity.name[0] == '\0';
}

/* Why not, and for which tasks: what only reads may have any disk (hazards 3, 4). */
static const struct {
	unsigned tasks;
	bool (*is)(const struct hc_disk *disk);
	const char *why;
} refusals[] = {
	{ ANY, has_no_medium, "no medium" },
	{ ANY, is_member, "part of something larger" },
	{ CHANGING, is_in_use, "in use by this system" },
	{ CHANGING, is_read_only, "read-only" },
	{ CHANGING, has_no_name,
	  "neither serial number nor WWN: it can't be told from others" },
};

const char *
hc_wiz_task_refusal(const struct hc_wiz *wiz, const struct hc_disk *disk, char buf[HC_WIZ_LINE])
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if ((refusals[i].tasks & 1u << wiz->task) == 0 || !refusals[i].is(disk))
			continue;
		snprintf(buf, HC_WIZ_LINE, "%s", refusals[i].why);
		return buf;
	}
	return NULL;
}

const struct hc_disk *
hc_wiz_task_disk(const struct hc_wiz *wiz)
{
	size_t at = wiz->selected[HC_SCREEN_DISK];

	if (!wiz->have_facts || at >= wiz->facts.disks.count)
		return NULL;
	return &wiz->facts.disks.items[at];
}

/* By its name and its identity: another disk may have that name since. */
const struct hc_disk *
hc_wiz_chosen_disk(const struct hc_wiz *wiz)
{
	const char *path = wiz->tasks.disk_path, *identity = wiz->tasks.disk_identity;

	for (size_t i = 0; wiz->have_facts && i < wiz->facts.disks.count; i++) {
		const struct hc_disk *disk = &wiz->facts.disks.items[i];
		const char *name = disk->identity.name != NULL ? disk->identity.name : "";

		if (disk->path != NULL && path != NULL && strcmp(disk->path, path) == 0 &&
		    identity != NULL && strcmp(name, identity) == 0)
			return disk;
	}
	return NULL;
}

static void
begin(struct hc_wiz *wiz, enum hc_wiz_task task)
{
	wiz->task = task;
	wiz->tasks.change = HC_CHANGE_NONE;
	wiz->screen = HC_SCREEN_DISK;
}

void
hc_wiz_act_bootcheck(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	begin(wiz, HC_TASK_BOOTCHECK);
}

void
hc_wiz_act_fix(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	begin(wiz, HC_TASK_FIX);
}

void
hc_wiz_act_undo(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	begin(wiz, HC_TASK_UNDO);
}

void
hc_wiz_act_disk(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	/* What the task does with the disk: it looks. */
	static hc_wiz_act *const go_on[] = {
		[HC_TASK_BOOTCHECK] = hc_wiz_look_at_chain,
		[HC_TASK_FIX] = hc_wiz_look_at_repairs,
		[HC_TASK_UNDO] = hc_wiz_look_at_undoable,
	};
	const struct hc_disk *disk = hc_wiz_task_disk(wiz);
	char why[HC_WIZ_LINE];

	if (disk == NULL || disk->path == NULL)
		return;
	if (hc_wiz_task_refusal(wiz, disk, why) != NULL) {
		hc_wiz_notice(wiz, "This disk can't be chosen: %.150s.", why);
		return;
	}
	hc_wiz_keep(&wiz->tasks.disk_path, "%s", disk->path);
	hc_wiz_keep(&wiz->tasks.disk_identity, "%s",
		    disk->identity.name != NULL ? disk->identity.name : "");
	wiz->tasks.change = HC_CHANGE_NONE;
	go_on[wiz->task](wiz, effect);
}
