/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * survey: reads what the plan needs to know out of the backup and off the target.  Writes nothing.
 *
 * Shape:   one document, model/survey.h.
 * Owner:   strings live in the caller's arena.
 * Errors:  those of reading the backup (H_CHUNK_*, H_NET_*).  A target that can't be read makes no error: its
 *          content is then unknown and said to be so.
 * Source:  hazards 2, 10.
 * Example:
 *	if (hc_survey(backup, 0, &target, &arena, &survey, err) < 0)
 *		return -1;
 */
#ifndef HC_SURVEY_SURVEY_H
#define HC_SURVEY_SURVEY_H

#include "restore/catalog/catalog.h"
#include "restore/model/survey.h"

/* `disk` of the backup; `target` may be NULL. */
int hc_survey(struct hc_backup *backup, uint64_t disk, const struct hc_disk *target,
	      struct hc_arena *arena, struct hc_survey *ret, struct hc_err *err);

#endif
