/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal block: 4 KiB on the target that say which plan was begun, or finished, there.
 *
 * Shape:   magic, a halcyon.journal/1 document, zeros up to 4096.  `strings` reads it.
 * Units:   it lies on a sector boundary in the first 2 MiB, where the backup has zeros: before the first
 *          partition (docs/decisions/0003-journal-block.md).  It stays there after the restore.
 * Errors:  H_JOURNAL, H_DOC_*.
 * Source:  hazards 1, 2, 5, 7.
 */
#ifndef HC_DISK_JOURNAL_H
#define HC_DISK_JOURNAL_H

#include "restore/base/io.h"
#include "restore/model/report.h"

#define HC_JOURNAL_BYTES  4096u
#define HC_JOURNAL_WITHIN (2u << 20)

/* The block for a document. */
int hc_journal_block(const struct hc_journal *journal, uint8_t ret[HC_JOURNAL_BYTES],
		     struct hc_err *err);
/*
 * Looks for a journal in the first bytes of a disk (HC_JOURNAL_WITHIN of them, or what there is).
 * Returns 1 and the document with its offset, 0 when there is none; a block that is damaged counts as none.
 */
int hc_journal_find(struct hc_span start_of_disk, struct hc_arena *arena,
		    struct hc_journal *ret, uint64_t *ret_offset);

/* The last place of zeros for a block before `head` ends and HC_JOURNAL_WITHIN is over, but not before `least`, where the
 * partition table ends; 0: there is none.  From the end downwards: boot loaders use the gap from its start. */
int hc_journal_room(struct hc_io *head, uint64_t least, uint64_t logical_block, uint64_t *ret,
		    struct hc_err *err);

#endif
