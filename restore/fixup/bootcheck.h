/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bootcheck: would this Windows start, and if not, where does the chain break?
 *
 *	firmware ─ MBR or firmware entry ─ boot manager ─ BCD or boot.ini ─ loader ─ SYSTEM ─ kernel ─ boot drivers ─ disk
 *
 * Shape:   looks at every link, writes nothing, and says of each: ok, broken, unknown, skipped (model/bootcheck.h).  The first
 *          broken one comes with the fixup that repairs it.
 * Owner:   the document lives in the caller's arena.
 * Errors:  what is missing or damaged on the disk is a broken link, not an error; H_OUT_OF_MEMORY, H_DISK_READ and what reading
 *          a backup raises end the check.
 * Source:  design.md sections 4 and 9; hazards 6, 9, 16, 25; windows-offline.md sections 3.3, 6.4, 7 to 10.
 * Example:
 *	if (hc_bootcheck(&offline, &facts, &disk, true, &arena, &check, err) < 0)
 *		return -1;
 *	if (check.boots == HC_NO)
 *		printf("%s\n", check.first_broken);
 */
#ifndef HC_FIXUP_BOOTCHECK_H
#define HC_FIXUP_BOOTCHECK_H

#include "restore/fixup/offline.h"
#include "restore/model/bootcheck.h"
#include "restore/model/facts.h"

/*
 * `offline` is opened anew with windows NULL, so that what is judged is what lies there now.
 * `facts`: the machine that it shall boot on; NULL: unknown, and so is what depends on it (hazards 6).
 * `target`: the disk of these facts that it stands on; NULL: an image, or not known.
 * `this_machine`: these facts are of the machine that halcyon runs on, and so are its firmware variables.
 */
int hc_bootcheck(struct hc_offline *offline, const struct hc_facts *facts,
		 const struct hc_disk *target, bool this_machine, struct hc_arena *arena,
		 struct hc_bootcheck *ret, struct hc_err *err);

/* The first broken link; NULL: none. */
const struct hc_boot_link *hc_bootcheck_first_broken(const struct hc_bootcheck *check);

/* H_BOOT_BROKEN for the first broken link, with its remedy; always -1. */
int hc_bootcheck_error(const struct hc_bootcheck *check, const char *name, struct hc_err *err);

/* For people: a line with a mark for each link, then the answer.  `name`: what `halcyon fix` would be given. */
int hc_bootcheck_text(const struct hc_bootcheck *check, const char *name, struct hc_buf *out,
		      struct hc_err *err);

#endif
