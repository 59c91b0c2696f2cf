/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plan: from facts, manifest, survey and intent to the verdict and to every write that will happen.  Pure.
 *
 * Shape:   see model/plan.h.
 * Owner:   the plan lives in the caller's arena and borrows from its inputs, which must outlive it.
 * Errors:  H_PLAN_BLOCKED and H_PLAN_NEEDS_ANSWER name the rules; the verdict is filled in then too.  A repair that
 *          this program can't make wants an answer like a warning, and is then listed among the losses.
 *          H_DISK_TABLE, H_DISK_TOO_SMALL.
 * Source:  design.md sections 1, 3; hazards 5, 6, 10.
 */
#ifndef HC_PLAN_PLAN_H
#define HC_PLAN_PLAN_H

#include "restore/model/plan.h"
#include "restore/rules/rules.h"

struct hc_plan_input {
	struct hc_rules_input rules; /* facts, manifest, disk, target, survey, overrides … */
	const char *repository;      /* absolute path or URL */
	const char *manifest_sha256;
	const char *task;
	bool reuse;
	uint64_t create_size; /* of a target file that doesn't exist yet; else 0 */
	bool compare_only;    /* nothing will be written: the verdict is given, not enforced */
	struct hc_strings
		fixups; /* repairs that this program makes; the others have to be accepted */
};

/* The verdict alone, with the repairs marked that can't be made: what hc_plan_build would enforce. */
int hc_plan_judge(const struct hc_plan_input *in, struct hc_arena *arena,
		  struct hc_verdict *ret, struct hc_err *err);
/* Fills *ret with the verdict in any case but lack of memory. */
int hc_plan_build(const struct hc_plan_input *in, struct hc_arena *arena, struct hc_plan *ret,
		  struct hc_err *err);
/* For people: what is erased, what is written, what was found. */
int hc_plan_text(const struct hc_plan *plan, struct hc_buf *out, struct hc_err *err);
int hc_verdict_text(const struct hc_verdict *verdict, struct hc_buf *out, struct hc_err *err);

#endif
