/* SPDX-License-Identifier: GPL-3.0-or-later */
/* survey: its table. */
#include "restore/model/survey.h"

#define T struct hc_survey
static const struct hc_field survey_fields[] = {
	HC_FIELD(T, created, STRING, "When, UTC."),
	HC_FIELD(T, backup, STRING, "Backup id."),
	HC_FIELD(T, disk, NUMBER, "Disk of the backup, from 0."),
	HC_FIELD(T, journal_room, NUMBER,
		 "Offset of zeros that can hold the journal; 0: none."),
	HC_FIELD(T, target, STRING, "Target that was looked at."),
	HC_FIELD(T, target_holds, STRING, "What is on the target now, for people."),
};
const struct hc_shape hc_survey_shape = HC_SHAPE(T, "halcyon.survey/1", survey_fields, false,
						 "What was read before a plan can be made.");
#undef T
