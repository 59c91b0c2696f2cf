/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * report: what a run did and how it ended, as a document and in plain words.  Pure.
 *
 * Shape:   model/report.h.
 * Owner:   a report borrows from the plan and the facts it was made of.
 * Errors:  H_OUT_OF_MEMORY.
 * Source:  design.md section 3.
 */
#ifndef HC_REPORT_REPORT_H
#define HC_REPORT_REPORT_H

#include "restore/model/report.h"

/* Fills in what plan and facts say; facts may be NULL.  Figures, outcome and state are the caller's. */
void hc_report_begin(const struct hc_plan *plan, const char *plan_id,
		     const struct hc_facts *facts, struct hc_arena *arena,
		     struct hc_report *ret);
/* The repairs that the plan made; for a run that got so far. */
int hc_report_repairs(const struct hc_plan *plan, struct hc_arena *arena,
		      struct hc_report *report, struct hc_err *err);
/* How it ended badly. */
void hc_report_failure(struct hc_report *report, const struct hc_err *why,
		       struct hc_arena *arena);
int hc_report_text(const struct hc_report *report, struct hc_buf *out, struct hc_err *err);

#endif
