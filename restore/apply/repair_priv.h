/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of a repair, where it lies: what making one and taking it back share. */
#ifndef HC_APPLY_REPAIR_PRIV_H
#define HC_APPLY_REPAIR_PRIV_H

#include "restore/apply/repair.h"
#include "restore/disk/sectors.h"

/* Writes the list into its place, with zeros up to the end of that. */
int hc_repair_put_list(struct hc_io *disk, const struct hc_journal_repair *record,
		       struct hc_span list, struct hc_err *err);
int hc_repair_list_is_zero(struct hc_io *disk, const struct hc_journal_repair *record,
			   bool *ret, struct hc_err *err);

#endif
