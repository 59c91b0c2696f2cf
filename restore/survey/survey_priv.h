/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a survey. */
#ifndef HC_SURVEY_SURVEY_PRIV_H
#define HC_SURVEY_SURVEY_PRIV_H

#include "restore/survey/survey.h"

/* repairs.c: edits, notes and repairs_known; left alone where the backup's disk holds no Windows that can be read. */
int survey_windows(struct hc_backup *backup, const struct hc_survey_request *request,
		   struct hc_arena *arena, struct hc_survey *ret, struct hc_err *err);
/* identity.c: `identity`, where the backup's is taken. */
int survey_identity(const struct hc_survey_request *request,
		    const struct hc_manifest_disk *disk, struct hc_arena *arena,
		    struct hc_survey *ret, struct hc_err *err);
/* What a volume that can't be read as such raises: nobody can say then what Windows has there. */
bool survey_is_unreadable(const struct hc_err *err);

#endif
