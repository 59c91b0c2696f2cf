/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing: menus, the repository, a backup, a disk. */
#include "tui/model/wiz_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---------------------------------------------------------------- menus */

static void
begin(struct hc_wiz *wiz, enum hc_wiz_task task, struct hc_wiz_effect *effect)
{
	wiz->task = task;
	hc_wiz_enter_repository(wiz, effect);
}

static void
act_restore(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	begin(wiz, HC_TASK_RESTORE, effect);
}

static void
act_verify(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	begin(wiz, HC_TASK_VERIFY, effect);
}

static void
act_machine(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	wiz->screen = HC_SCREEN_MACHINE;
}

static void
act_shell(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)wiz;
	effect->kind = HC_EFFECT_SHELL;
}

static void
act_reboot(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	wiz->ask = HC_ASK_REBOOT;
}

static void
act_poweroff(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	wiz->ask = HC_ASK_POWEROFF;
}

/* Back to the start; the disks may hold something else now. */
static void
act_welcome(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	wiz->screen = HC_SCREEN_WELCOME;
	wiz->selected[HC_SCREEN_WELCOME] = 0;
	hc_wiz_request(wiz, HC_JOB_PROBE, effect);
}

static void
act_tasks(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	wiz->screen = HC_SCREEN_TASKS;
}

struct choice {
	enum hc_wiz_screen screen;
	const char *label, *about;
	hc_wiz_act *act;
};

static const struct choice choices[] = {
	{ HC_SCREEN_WELCOME, "Restore this machine", "write a backup to a disk of this machine",
	  act_restore },
	{ HC_SCREEN_WELCOME, "This machine", "hardware, disks and what is on them",
	  act_machine },
	{ HC_SCREEN_WELCOME, "Verify a backup", "read and check every byte of it; no write",
	  act_verify },
	{ HC_SCREEN_WELCOME, "Other tasks", "boot check, repair, undo, capture, reports",
	  act_tasks },
	{ HC_SCREEN_TASKS, "Boot check", "whether a Windows would start; writes nothing",
	  hc_wiz_act_bootcheck },
	{ HC_SCREEN_TASKS, "Repair a disk", "make its Windows start on this machine",
	  hc_wiz_act_fix },
	{ HC_SCREEN_TASKS, "Undo a repair", "put everything back that it changed",
	  hc_wiz_act_undo },
	{ HC_SCREEN_TASKS, "Capture a disk", "into a repository; the disk is only read",
	  hc_wiz_act_capture },
	{ HC_SCREEN_TASKS, "Reports", "what the restores on this machine did",
	  hc_wiz_act_reports },
	{ HC_SCREEN_WELCOME, "Rescue shell", "a command line; `exit` comes back here",
	  act_shell },
	{ HC_SCREEN_WELCOME, "Reboot", "start this machine again", act_reboot },
	{ HC_SCREEN_WELCOME, "Power off", "switch this machine off", act_poweroff },
	{ HC_SCREEN_RESULT, "Reboot", "start this machine from its disk", act_reboot },
	{ HC_SCREEN_RESULT, "Power off", "switch this machine off", act_poweroff },
	{ HC_SCREEN_RESULT, "Rescue shell", "a command line; `exit` comes back here",
	  act_shell },
	{ HC_SCREEN_RESULT, "Back to the start", "read this machine again", act_welcome },
};

static const struct choice *
choice_at(const struct hc_wiz *wiz, size_t i)
{
	for (size_t n = 0; n < sizeof(choices) / sizeof(choices[0]); n++)
		if (choices[n].screen == wiz->screen && i-- == 0)
			return &choices[n];
	return NULL;
}

bool
hc_wiz_choice(const struct hc_wiz *wiz, size_t i, const char **label, const char **about)
{
	const struct choice *choice = choice_at(wiz, i);

	if (choice == NULL)
		return false;
	*label = choice->label;
	*about = choice->about;
	return true;
}

void
hc_wiz_act_choose(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	const struct choice *choice = choice_at(wiz, wiz->selected[wiz->screen]);

	if (choice != NULL)
		choice->act(wiz, effect);
}

size_t
hc_wiz_rows(const struct hc_wiz *wiz)
{
	size_t rows = 0;

	if (wiz->screen == HC_SCREEN_BACKUP)
		return wiz->have_catalog ? wiz->catalog.backups.count : 0;
	if (wiz->screen == HC_SCREEN_TARGET || wiz->screen == HC_SCREEN_MACHINE)
		return wiz->have_facts ? wiz->facts.disks.count : 0;
	/* One row for each paragraph of tui/screens/finding.c. */
	if (wiz->screen == HC_SCREEN_FINDING)
		return hc_wiz_has_finding(wiz)
			       ? HC_WIZ_FINDING_PARTS + hc_wiz_finding(wiz)->evidence.count
			       : 0;
	if (wiz->screen == HC_SCREEN_VERDICT)
		return hc_wiz_verdict(wiz) != NULL ? hc_wiz_verdict(wiz)->findings.count : 0;
	if (wiz->screen == HC_SCREEN_OPTIONS) {
		struct hc_wiz_option row;

		while (hc_wiz_option(wiz, rows, &row))
			rows++;
		return rows;
	}
	if (wiz->screen == HC_SCREEN_REVIEW)
		return wiz->review_count;
	if (hc_wiz_task_rows(wiz, &rows))
		return rows;
	while (choice_at(wiz, rows) != NULL)
		rows++;
	return rows;
}

/* ---------------------------------------------------------------- repository and backup */

void
hc_wiz_act_repository(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	const char *typed = wiz->repository.text;
	size_t length = strlen(typed);

	if (length == 0) {
		hc_wiz_notice(wiz, "Type where the backups are: a folder or a URL.");
		return;
	}
	if (hc_wiz_is_refused(wiz) || hc_wiz_mount_first(wiz, effect))
		return;
	/* REPO//ID must not become REPO///ID. */
	while (length > 1 && typed[length - 1] == '/')
		length--;
	if (!wiz->have_catalog || wiz->opened == NULL || strlen(wiz->opened) != length ||
	    memcmp(wiz->opened, typed, length) != 0) {
		hc_wiz_keep(&wiz->opened, "%.*s", (int)length, typed);
		wiz->have_catalog = false;
		wiz->selected[HC_SCREEN_BACKUP] = 0;
		/* Whoever has chosen waits for no list of what else there is. */
		if (wiz->job == HC_JOB_MEDIA)
			hc_wiz_cancel(wiz, effect);
		hc_wiz_request(wiz, HC_JOB_CATALOG, effect);
	}
	wiz->screen = HC_SCREEN_BACKUP;
}

/* Both are known and the same; placeholders are not known (hazards 8). */
static bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL && a[0] != '\0' && strcasecmp(a, b) == 0;
}

static const char * or (const char *text, const char *instead)
{
	return text != NULL && text[0] != '\0' ? text : instead;
}

unsigned
hc_wiz_match(const struct hc_wiz *wiz, const struct hc_catalog_backup *backup,
	     char why[HC_WIZ_LINE])
{
	static const struct hc_machine unknown;
	const struct hc_machine *here = wiz->have_facts ? &wiz->facts.machine : &unknown;
	const struct hc_machine *there = &backup->machine;
	bool uuid = same(here->uuid, backup->machine_uuid);
	bool serial = same(here->serial, there->serial);
	bool model = same(here->vendor, there->vendor) && same(here->product, there->product);

	if (uuid || (serial && model)) {
		snprintf(why, HC_WIZ_LINE, "this one: the same %s%s%s",
			 uuid ? "SMBIOS UUID" : "model and serial number",
			 uuid && serial ? " and serial number" : "",
			 uuid ? "" : ", another UUID (another board?)");
		return uuid ? 3 : 2;
	}
	if (there->product == NULL && backup->machine_uuid == NULL)
		snprintf(why, HC_WIZ_LINE, "not known");
	else
		snprintf(why, HC_WIZ_LINE, "another%s: %.40s, serial %.40s, UUID %.40s",
			 model ? " of the same model" : "",
			 or (there->product, "unknown model"), or (there->serial, "unknown"),
			 or (backup->machine_uuid, "unknown"));
	return model;
}

/* This machine's backups first, then those of its model, then the newest; times are RFC 3339 in UTC, so text compares. */
static bool
comes_before(const struct hc_wiz *wiz, const struct hc_catalog_backup *a,
	     const struct hc_catalog_backup *b)
{
	char why[HC_WIZ_LINE];
	unsigned first = hc_wiz_match(wiz, a, why), second = hc_wiz_match(wiz, b, why);

	if (first != second)
		return first > second;
	return strcmp(a->created != NULL ? a->created : "",
		      b->created != NULL ? b->created : "") > 0;
}

void
hc_wiz_sort_catalog(struct hc_wiz *wiz)
{
	struct hc_catalog_backup *items = wiz->catalog.backups.items;

	/* By insertion: catalogs come sorted by time, and equal ones keep their order. */
	for (size_t i = 1; i < wiz->catalog.backups.count; i++) {
		struct hc_catalog_backup item = items[i];
		size_t at = i;

		for (; at > 0 && comes_before(wiz, &item, &items[at - 1]); at--)
			items[at] = items[at - 1];
		items[at] = item;
	}
}

const struct hc_catalog_backup *
hc_wiz_backup(const struct hc_wiz *wiz)
{
	size_t at = wiz->selected[HC_SCREEN_BACKUP];

	if (!wiz->have_catalog || at >= wiz->catalog.backups.count)
		return NULL;
	return &wiz->catalog.backups.items[at];
}

/* Another one than before: what was said of that is void. */
static void
choose_backup(struct hc_wiz *wiz, const struct hc_catalog_backup *backup)
{
	char *before = wiz->backup;

	wiz->backup = NULL;
	hc_wiz_keep(&wiz->backup, "%s//%s", wiz->opened, backup->id);
	if (before == NULL || wiz->backup == NULL || strcmp(before, wiz->backup) != 0) {
		wiz->have_check = false;
		hc_wiz_forget_plan(wiz);
		hc_wiz_drop_answers(wiz, true);
		/* Which repairs are wanted was said of another Windows. */
		wiz->options.fixups.count = wiz->options.without.count = 0;
	}
	free(before);
}

void
hc_wiz_act_backup(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	const struct hc_catalog_backup *backup = hc_wiz_backup(wiz);

	if (backup == NULL || backup->id == NULL)
		return;
	choose_backup(wiz, backup);
	if (wiz->task == HC_TASK_VERIFY) {
		if (wiz->job != HC_JOB_NONE) {
			hc_wiz_notice(wiz, "Another run has not ended yet: %s.",
				      hc_wiz_job_names[wiz->job]);
			return;
		}
		hc_wiz_request(wiz, HC_JOB_VERIFY, effect);
		wiz->screen = HC_SCREEN_PROGRESS;
		return;
	}
	if (!backup->complete) {
		hc_wiz_notice(wiz, "This backup is not complete; it can't be restored.");
		return;
	}
	wiz->of_disk = false;
	wiz->screen = HC_SCREEN_VERDICT;
	if (!wiz->have_check || wiz->check_is_old)
		hc_wiz_request_check(wiz, effect);
}

/* ---------------------------------------------------------------- disk */

const struct hc_disk *
hc_wiz_disk(const struct hc_wiz *wiz)
{
	size_t at = wiz->selected[wiz->screen == HC_SCREEN_MACHINE ? HC_SCREEN_MACHINE
								   : HC_SCREEN_TARGET];

	if (!wiz->have_facts || at >= wiz->facts.disks.count)
		return NULL;
	return &wiz->facts.disks.items[at];
}

const struct hc_disk *
hc_wiz_target(const struct hc_wiz *wiz)
{
	for (size_t i = 0; wiz->have_facts && i < wiz->facts.disks.count; i++) {
		const struct hc_disk *disk = &wiz->facts.disks.items[i];

		if (disk->path != NULL && wiz->target_path != NULL &&
		    strcmp(disk->path, wiz->target_path) == 0)
			return disk;
	}
	return NULL;
}

const char *
hc_wiz_refusal(const struct hc_wiz *wiz, const struct hc_disk *disk, char buf[HC_WIZ_LINE])
{
	const struct hc_catalog_backup *backup = hc_wiz_backup(wiz);

	if (wiz->screen == HC_SCREEN_DISK)
		return hc_wiz_task_refusal(wiz, disk, buf);
	/* Hazards 3 and 4: what a system uses, and parts of something larger, are shown only. */
	if (disk->in_use_by.count > 0)
		snprintf(buf, HC_WIZ_LINE, "in use: %s", disk->in_use_by.items[0]);
	else if (disk->member_of.count > 0)
		snprintf(buf, HC_WIZ_LINE, "part of something larger: %s",
			 disk->member_of.items[0]);
	else if (disk->read_only)
		snprintf(buf, HC_WIZ_LINE, "read-only");
	else if (disk->identity.name == NULL || disk->identity.name[0] == '\0')
		snprintf(buf, HC_WIZ_LINE,
			 "neither serial number nor WWN: it can't be told from others");
	else if (disk->size == 0)
		snprintf(buf, HC_WIZ_LINE, "no medium");
	else if (backup != NULL && disk->size < backup->used_bytes)
		snprintf(buf, HC_WIZ_LINE, "smaller than what the backup holds");
	else
		return NULL;
	return buf;
}

void
hc_wiz_act_target(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	const struct hc_disk *disk = hc_wiz_disk(wiz);
	char why[HC_WIZ_LINE];

	if (disk == NULL || disk->path == NULL)
		return;
	if (hc_wiz_refusal(wiz, disk, why) != NULL) {
		hc_wiz_notice(wiz, "This disk can't be the target: %.150s.", why);
		return;
	}
	/* Answers about another disk are void; hc_wiz_refusal wants a name, so that two are told apart. */
	if (wiz->target_identity == NULL || wiz->target_path == NULL ||
	    strcmp(wiz->target_identity, disk->identity.name) != 0 ||
	    strcmp(wiz->target_path, disk->path) != 0)
		hc_wiz_drop_answers(wiz, false);
	hc_wiz_keep(&wiz->target_path, "%s", disk->path);
	hc_wiz_keep(&wiz->target_identity, "%s", disk->identity.name);
	/* A restore that was interrupted: what it wrote is looked for, not fetched again. */
	wiz->reuse =
		disk->holds_kind != NULL && strcmp(disk->holds_kind, "halcyon-unfinished") == 0;
	wiz->of_disk = true;
	wiz->selected[HC_SCREEN_OPTIONS] = 0;
	wiz->screen = HC_SCREEN_OPTIONS;
	hc_wiz_request_plan(wiz, effect);
}

void
hc_wiz_act_reread(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	if (wiz->screen == HC_SCREEN_BACKUP) {
		wiz->have_catalog = false;
		hc_wiz_request(wiz, HC_JOB_CATALOG, effect);
	} else if (wiz->screen == HC_SCREEN_CHAIN) {
		hc_wiz_look_at_chain(wiz, effect);
	} else {
		hc_wiz_request(wiz, HC_JOB_PROBE, effect);
	}
}
