/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * survey: what had to be read out of the backup, and off the target, before a plan can be made.
 *
 * Shape:   answers that the pure stages rest on; nothing here decides anything.
 * Units:   bytes.
 * Source:  hazards 2, 10.
 */
#ifndef HC_MODEL_SURVEY_H
#define HC_MODEL_SURVEY_H

#include "restore/model/json.h"

struct hc_survey {
	const char *created;
	const char *backup;
	uint64_t disk; /* of the backup, from 0 */
	/* Where the backup has 4 KiB of zeros before its first partition; 0: nowhere. */
	uint64_t journal_room;
	const char *target; /* path that was looked at */
	/* What is on the target now: "Windows Server 2019 of SERVER7; volumes System, Data". */
	const char *target_holds;
};

extern const struct hc_shape hc_survey_shape; /* halcyon.survey/1 */

#endif
