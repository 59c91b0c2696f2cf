/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * survey: reads what the plan needs to know out of the backup and off the target.  Writes nothing.
 *
 * Shape:   one document, model/survey.h.
 * Owner:   strings live in the caller's arena.
 * Errors:  those of reading the backup (H_CHUNK_*, H_NET_*).  A target that can't be read makes no error: its
 *          content is then unknown and said to be so.  A Windows in the backup that can't be read makes none
 *          either: `drivers_known` is false.
 * Source:  hazards 2, 10.
 * Example:
 *	struct hc_survey_request request = { .disk = 0, .target = &target, .facts = &facts };
 *	if (hc_survey(backup, &request, &arena, &survey, err) < 0)
 *		return -1;
 */
#ifndef HC_SURVEY_SURVEY_H
#define HC_SURVEY_SURVEY_H

#include "restore/catalog/catalog.h"
#include "restore/fixup/fixup.h"
#include "restore/model/survey.h"

struct hc_survey_request {
	uint64_t disk;                /* of the backup */
	const struct hc_disk *target; /* NULL: none was named */
	const struct hc_facts
		*facts; /* NULL: of the machine nothing is known, nor of drivers for it */
	bool compare;   /* nothing will be written: the target is taken as it is called */
	bool keep_identity; /* although another disk has it: the operator says that it will be gone */
	/* What is asked of the repairs; facts, target, run and backup are filled in from the rest. */
	struct hc_fix_request fix;
};

int hc_survey(struct hc_backup *backup, const struct hc_survey_request *request,
	      struct hc_arena *arena, struct hc_survey *ret, struct hc_err *err);

#endif
