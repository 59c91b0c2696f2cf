/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What holds for the edits of all repairs, whichever wants them: where nothing may be written, and what the operator has to
 * accept by name first.
 *
 *	FAT		no record of a repair can be kept from other users there: it is kept elsewhere, or there is none (hazards 24)
 *	VOL-3		a journal that can't be replayed: it is dropped, and the volume is to be checked (hazards 12)
 *	VOL-1		BitLocker asks for its recovery key after a change of what starts Windows (hazards 28)
 */
#include <string.h>
#include <strings.h>

#include "restore/fixup/edits_priv.h"

/* Of the edits, those of a fixup, or those on a partition, or both. */
struct choice {
	const char *fixup;                      /* NULL: all */
	const struct hc_offline_volume *volume; /* NULL: all */
};

static bool
is_chosen(const struct hc_edit *edit, const struct choice *choice)
{
	if (choice->fixup != NULL && strcmp(edit->fixup, choice->fixup) != 0)
		return false;
	/* Sectors are written past the file system. */
	return choice->volume == NULL ||
	       (edit->partition == choice->volume->number && edit->kind != HC_EDIT_BYTES &&
		edit->kind != HC_EDIT_VARIABLE);
}

static void
drop_edits(struct hc_edits *edits, const struct choice *choice)
{
	size_t kept = 0;

	for (size_t i = 0; i < edits->count; i++)
		if (!is_chosen(&edits->items[i], choice))
			edits->items[kept++] = edits->items[i];
	edits->count = kept;
}

/* The position of the first that is chosen; their count when none is. */
static size_t
find_edit(const struct hc_edits *edits, const struct choice *choice)
{
	size_t i = 0;

	while (i < edits->count && !is_chosen(&edits->items[i], choice))
		i++;
	return i;
}

static bool
is_accepted(const struct fix *fix, const char *rule)
{
	return hc_strings_has(&fix->request->accepted, rule);
}

/* ---------------------------------------------------------------- FAT */

static int
refuse_on_fat(struct fix *fix, struct hc_err *err)
{
	struct hc_edits *edits = &fix->found->edits;
	const struct hc_offline_volume *system = &fix->offline->volumes[fix->offline->system];

	if (fix->request->undo_to != NULL ||
	    strcmp(hc_volume_info(system->volume)->kind, "ntfs") == 0)
		return 0;
	while (edits->count > 0) {
		fix->id = edits->items[0].fixup;
		drop_edits(edits, &(struct choice){ .fixup = fix->id });
		if (fix_refuse(
			    fix,
			    "Name a folder on a stick or in a repository by --undo-to, and a key file by --undo-key.",
			    err,
			    "%s is FAT, where the record of a repair can't be kept from other users",
			    system->name) < 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------- journals */

/* A volume that was opened with an unclean journal is one whose journal could not be replayed (offline.h). */
bool
fix_has_open_journal(const struct hc_offline_volume *volume)
{
	return volume->volume != NULL &&
	       strcmp(hc_volume_info(volume->volume)->kind, "ntfs") == 0 &&
	       !hc_volume_info(volume->volume)->state.journal_clean;
}

/* First of all, so that whoever reads the list knows what the rest is made on. */
static int
drop_journal(struct fix *fix, const struct hc_offline_volume *volume, struct hc_err *err)
{
	static const struct hc_edit_state open = { .text = "open" },
					  dropped = { .text = "dropped" };
	const struct hc_edit edit = {
		.kind = HC_EDIT_FLAG,
		.partition = volume->number,
		.name = "journal",
		.before = fix_state(fix, &open),
		.after = fix_state(fix, &dropped),
		.because = "it can't be replayed, and its loss was accepted (VOL-3)",
	};
	struct hc_edits *edits = &fix->found->edits;
	struct hc_edit last;

	if (edit.before == NULL || edit.after == NULL)
		return fix_no_memory(err);
	fix->id = "chkdsk";
	if (fix_add(fix, &edit, err) < 0)
		return -1;
	last = edits->items[edits->count - 1];
	memmove(edits->items + 1, edits->items, (edits->count - 1) * sizeof(last));
	edits->items[0] = last;
	return want_dirty(fix, (size_t)(volume - fix->offline->volumes),
			  "its journal was dropped: what was under way may be lost", err);
}

static int
refuse_journal(struct fix *fix, const struct hc_offline_volume *volume, struct hc_err *err)
{
	struct hc_edits *edits = &fix->found->edits;
	struct choice choice = { .volume = volume };
	size_t at;

	while ((at = find_edit(edits, &choice)) < edits->count) {
		fix->id = edits->items[at].fixup;
		drop_edits(edits, &(struct choice){ fix->id, volume });
		if (fix_refuse(
			    fix,
			    "Start Windows once on the source machine, shut it down and capture "
			    "again; or accept by `--accept VOL-3` that what the journal holds is "
			    "lost: then it is dropped, and Windows checks the volume when it "
			    "starts.",
			    err,
			    "the journal of partition %llu can't be replayed, so nothing on it "
			    "may be changed",
			    (unsigned long long)volume->number) < 0)
			return -1;
	}
	return 0;
}

static int
settle_journals(struct fix *fix, struct hc_err *err)
{
	for (size_t i = 0; i < fix->offline->count; i++) {
		const struct hc_offline_volume *volume = &fix->offline->volumes[i];
		const struct choice choice = { .volume = volume };

		if (!fix_has_open_journal(volume) ||
		    find_edit(&fix->found->edits, &choice) == fix->found->edits.count)
			continue;
		if (hc_strings_add(&fix->found->unreplayed, fix->arena, volume->name, err) <
			    0 ||
		    (is_accepted(fix, "VOL-3") ? drop_journal(fix, volume, err)
					       : refuse_journal(fix, volume, err)) < 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------- BitLocker */

/* NULL: there is none on this disk. */
static const struct hc_offline_volume *
find_bitlocker(const struct fix *fix)
{
	for (size_t i = 0; i < fix->offline->count; i++) {
		const struct hc_offline_volume *volume = &fix->offline->volumes[i];
		const char *filesystem = volume->entry.filesystem;

		if ((filesystem != NULL && strcasecmp(filesystem, "BitLocker") == 0) ||
		    (volume->volume == NULL && hc_volume_is_bitlocker(volume->io)))
			return volume;
	}
	return NULL;
}

static bool
is_below(const char *path, const char *folder)
{
	return strncasecmp(path, folder, strlen(folder)) == 0 && path[strlen(folder)] == '/';
}

static bool
is_store(const char *path)
{
	const char *name = strrchr(path, '/');

	return name != NULL && strcasecmp(name, "/BCD") == 0;
}

/* What the firmware and the boot manager run through, which is what BitLocker has measured. */
static bool
starts_windows(const struct fix *fix, const struct hc_edit *edit)
{
	const struct hc_offline *offline = fix->offline;

	if (edit->kind == HC_EDIT_VARIABLE || edit->partition == 0)
		return true;
	if (offline->boot == HC_OFFLINE_NONE || edit->kind == HC_EDIT_FLAG ||
	    edit->partition != offline->volumes[offline->boot].number)
		return false;
	if (edit->kind == HC_EDIT_VALUE || edit->kind == HC_EDIT_KEY)
		return is_store(edit->path);
	return edit->kind == HC_EDIT_BYTES || offline->boot != offline->system ||
	       !is_below(edit->path, offline->root);
}

/* In a restore the verdict asks for the same acceptance, of the whole (VOL-1). */
static int
settle_fixup(struct fix *fix, const struct hc_offline_volume *encrypted, struct hc_err *err)
{
	if (fix->request->restoring || is_accepted(fix, "VOL-1"))
		return fix_note(
			fix, err,
			"what starts Windows is changed, and %s is encrypted by BitLocker, "
			"which asks for its recovery key at the next start",
			encrypted->name);
	drop_edits(&fix->found->edits, &(struct choice){ .fixup = fix->id });
	return fix_refuse(
		fix,
		"Suspend BitLocker in Windows first (manage-bde -protectors -disable "
		"C:); or have the recovery key at hand, and accept by `--accept VOL-1` "
		"that it is asked for.",
		err,
		"%s is encrypted by BitLocker, which asks for its recovery key after a "
		"change of what starts Windows: that is not changed",
		encrypted->name);
}

static int
settle_bitlocker(struct fix *fix, struct hc_err *err)
{
	const struct hc_offline_volume *encrypted = find_bitlocker(fix);
	struct hc_edits *edits = &fix->found->edits;
	size_t i = 0;

	while (encrypted != NULL && i < edits->count) {
		const size_t before = edits->count;

		if (starts_windows(fix, &edits->items[i])) {
			fix->id = edits->items[i].fixup;
			if (settle_fixup(fix, encrypted, err) < 0)
				return -1;
		}
		i = edits->count == before ? i + 1 : 0;
	}
	return 0;
}

int
fix_settle(struct fix *fix, struct hc_err *err)
{
	if (refuse_on_fat(fix, err) < 0 || settle_bitlocker(fix, err) < 0)
		return -1;
	return settle_journals(fix, err);
}
