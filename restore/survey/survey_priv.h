/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a survey. */
#ifndef HC_SURVEY_SURVEY_PRIV_H
#define HC_SURVEY_SURVEY_PRIV_H

#include "restore/survey/survey.h"

/* repairs.c: drivers, edits, notes and repairs_known; left alone where the backup's disk holds no Windows that can be read.  `esp`: the
 * EFI system partition that is made; NULL: none is. */
int survey_windows(struct hc_backup *backup, const struct hc_survey_request *request,
		   struct hc_io *esp, struct hc_arena *arena, struct hc_survey *ret,
		   struct hc_err *err);
/* conversion.c: `conversion`, where one is asked for; when comparing, where the target was converted.  *ret_esp: the file
 * system of the partition that it makes, for the repairs; the caller's to close. */
int survey_conversion(const struct hc_survey_request *request,
		      const struct hc_manifest *manifest, struct hc_arena *arena,
		      struct hc_survey *ret, struct hc_io **ret_esp, struct hc_err *err);
/* Refused too, if the repairs can't make it. */
int survey_conversion_judged(struct hc_survey *survey, struct hc_arena *arena,
			     struct hc_err *err);
/* identity.c: `identity`, where the backup's is taken. */
int survey_identity(const struct hc_survey_request *request,
		    const struct hc_manifest_disk *disk, struct hc_arena *arena,
		    struct hc_survey *ret, struct hc_err *err);
/* What a volume that can't be read as such raises: nobody can say then what Windows has there. */
bool survey_is_unreadable(const struct hc_err *err);

#endif
