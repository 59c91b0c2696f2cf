/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fixups: what has to be changed in an offline Windows so that it boots where it now stands.
 *
 * Shape:   a fixup is a row of fixups.def and a file of its name.  Its `detect` looks (hive, boot store, files, facts) and
 *          says what should be there; the helpers of fixup_priv.h compare that with what is there, and what differs
 *          becomes an edit (model/edit.h).  Repairing is the same for all of them: hc_fixup_perform makes the edits of
 *          a list, and nothing else, on volumes opened for writing.  So what was planned, printed and journalled is what
 *          is done, and detect after repair finds nothing.
 *            offline (offline.h) ─▶ hc_fixup_detect ─▶ edits, notes ─▶ plan ─▶ hc_fixup_perform on an overlay ─▶ commit
 * Owner:   edits and notes live in the caller's arena.
 * Errors:  what can't be read is a note with `refused`, not an error; H_OUT_OF_MEMORY, H_DISK_READ and what reading
 *          a backup raises end the detection.
 *          Performing: H_FIX_STALE when something is no longer as the edit says it was; those of hives and volumes.
 * Source:  design.md section 9; hazards 22 to 28; docs/decisions/0010-fixups.md.
 * Example:
 *	struct hc_fix_request request = { .facts = &facts, .target = &disk };
 *	if (hc_fixup_detect(&offline, &request, &arena, &found, err) < 0)
 *		return -1;
 *	for (size_t i = 0; i < found.edits.count; i++)
 *		print(&found.edits.items[i]);
 */
#ifndef HC_FIXUP_FIXUP_H
#define HC_FIXUP_FIXUP_H

#include "restore/boot/boot.h"
#include "restore/fixup/offline.h"
#include "restore/model/edit.h"
#include "restore/model/facts.h"

/* ---------------------------------------------------------------- what is asked for */

struct hc_fix_request {
	/* The machine that it shall boot on; NULL: unknown, then what depends on it is noted and left (hazards 6). */
	const struct hc_facts *facts;
	const struct hc_disk *target; /* the disk it stands on, of the facts; NULL: a file */
	/* The boot variables in efivarfs are those of the machine that it shall boot on (hazards 6). */
	bool this_machine;
	const char *efivars; /* folder of the firmware's variables; NULL: that of this system */
	/* The backup is of this very machine: what ran here before needs no change (hazards 15). */
	bool same_machine;
	bool restoring; /* at the end of a restore; false: `halcyon fix` on a disk that is there */
	const char *run;             /* identifies this run: of asr-session, a GUID in braces */
	struct hc_strings only;      /* ids; empty: all that are not on request */
	struct hc_strings requested; /* those on request that are wanted as well */
	struct hc_strings without;   /* those that are left out, though they would be made */
	/* Rules whose warning the operator accepts by name: VOL-1, VOL-3 (settle.c). */
	struct hc_strings accepted;
	const char *drivers; /* folder of driver packages on this system, or NULL */
	/* "bios" or "uefi": what it shall be converted to; NULL: it stays what it is. */
	const char *convert_firmware;
	/* Folder and key file that keep the record of the repairs, encrypted; NULL: the volume of Windows keeps it, and where
	 * that is FAT all are refused. */
	const char *undo_to, *undo_key;
	bool sysvol_authoritative; /* dc-restore: this is the only controller of its domain (hazards 28) */
	/* How partitions of this disk were called before: old → new.  Empty: as they are now. */
	struct hc_bcd_map moves;
	/* A partition that can be read now and will not be there when the edits are made; 0: none.  Nothing is changed on it,
	 * and what is taken from it the edits carry themselves. */
	uint64_t gone;
};

struct hc_fix_found {
	struct hc_edits edits;
	struct hc_fix_notes notes;
	/* Volumes on which something has to be changed, and whose journal can't be replayed (VOL-3): "partition 2". */
	struct hc_strings unreplayed;
};

/* Whether an edit is of the entry in CriticalDeviceDatabase (2000 to 7) of one of these ids, whose \ are # there. */
bool hc_fixup_lists(const struct hc_edit *edit, const struct hc_strings *ids);

/* ---------------------------------------------------------------- the table */

struct hc_fixup {
	const char *id;
	const char *title;
	bool on_request;    /* never made unless asked for by name */
	bool restores_only; /* part of a restore, not of `fix` */
	const char *does;   /* what it changes, for people */
	const char *because;
	const char *source;
	const char *leaves; /* what it does not do */
};

/* By position, NULL past the end; by id, NULL when unknown. */
const struct hc_fixup *hc_fixups_at(size_t position);
const struct hc_fixup *hc_fixups_by_id(const char *id);
/* Its page, Markdown: what docs/fixups/ID.md holds. */
int hc_fixup_page(const struct hc_fixup *fixup, struct hc_buf *out, struct hc_err *err);

/* ---------------------------------------------------------------- detect and perform */

/* All fixups that the request allows, in the order of the table. */
int hc_fixup_detect(struct hc_offline *offline, const struct hc_fix_request *request,
		    struct hc_arena *arena, struct hc_fix_found *ret, struct hc_err *err);

/* Where the edits of one partition are made. */
struct hc_fix_target {
	uint64_t partition;
	struct hc_io *io; /* of the whole partition, writable; partition 0: of the disk */
	uint64_t start;   /* on the disk */
};

/*
 * Makes the edits of kind value, key, file, flag and bytes; variables are the caller's.  Each hive is brought up to date from
 * its logs, edited in memory, checked and written; its logs are emptied.  H_FIX_STALE names the first thing that is not
 * as `before` has it, and then nothing was written by this edit; the io is an overlay that the caller throws away.
 */
int hc_fixup_perform(const struct hc_edits *edits, const struct hc_fix_target *targets,
		     size_t count, struct hc_arena *arena, struct hc_err *err);

/* The volume of a partition, opened as these edits need it; closed by hc_volume_finish. */
struct hc_volume;
int hc_fixup_open_write(const struct hc_edits *edits, const struct hc_fix_target *target,
			struct hc_volume **ret, struct hc_err *err);

/* Whether each of them is in effect, variables apart; H_FIX_STALE names the first that isn't. */
int hc_fixup_check(const struct hc_edits *edits, const struct hc_fix_target *targets,
		   size_t count, struct hc_arena *arena, struct hc_err *err);

/*
 * Makes the edits of kind variable in `folder` (NULL: efivarfs of this system), or takes them back, last one first.  H_FIX_STALE, with nothing
 * written, when one is neither as it was nor as it shall become; one that is so already is left, so an interrupted run
 * is run again.  When writing fails (H_EFIVARS_WRITE, H_EFIVARS_FULL) those made before are taken back.
 */
int hc_fixup_set_variables(const struct hc_edits *edits, const char *folder,
			   struct hc_err *err);
int hc_fixup_unset_variables(const struct hc_edits *edits, const char *folder,
			     struct hc_err *err);

#endif
