/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between plan.c and repairs.c. */
#ifndef HC_PLAN_PRIV_H
#define HC_PLAN_PRIV_H

#include "restore/plan/plan.h"

/* Whether a finding names a repair that this program can't make. */
bool hc_plan_lacks_repair(const struct hc_plan_input *in, const struct hc_finding *finding);
/* Adds "repair X was not made" to the losses, for each of them. */
int hc_plan_repair_losses(const struct hc_plan_input *in, struct hc_arena *arena,
			  struct hc_plan *plan, struct hc_err *err);

#endif
