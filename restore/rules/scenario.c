/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about what was done before, and what runs now: the scenarios of KB 249694. */
#include <string.h>

#include "restore/rules/rules_priv.h"

/* ---------------------------------------------------------------- SCN-1 */

/* A row of the article's table: how the Windows on the target came there. */
static const struct history {
	const char *kind;   /* of a restore record */
	bool same_hardware; /* whether a system state may follow there; elsewhere it never may */
	const char *what;
} histories[] = {
	{ "asr", true, "a bare metal restore was made here" },
	{ "halcyon", true, "a bare metal restore was made here" },
	{ "full", false, "a full server restore without bare metal was made here" },
};

static const struct history *
find_history(const char *kind)
{
	for (size_t i = 0; i < sizeof(histories) / sizeof(histories[0]); i++)
		if (hc_same_text(kind, histories[i].kind))
			return &histories[i];
	return NULL;
}

JUDGE(judge_scenario)
{
	const struct hc_windows *here = hc_target_windows(in);
	const struct hc_restore_record *last;
	const struct history *history;

	if (here == NULL || here->restore_history.count == 0) {
		hc_judge_fact(j, "survey.target_windows.restore_history",
			      "nothing tells how the Windows on the target came there");
		return HC_LEVEL_BLOCK;
	}
	last = &here->restore_history.items[here->restore_history.count - 1];
	history = find_history(last->kind);
	hc_judge_fact(
		j, last->where != NULL ? last->where : "survey.target_windows.restore_history",
		"%s (%s %s)", history != NULL ? history->what : "another kind of restore",
		last->kind, hc_or_unknown(last->id));
	if (history == NULL)
		return HC_LEVEL_BLOCK;
	/* Hardware of which not everything is known is not the same. */
	return hc_same_hardware(in, j) == HC_YES && history->same_hardware ? HC_LEVEL_PASS
									   : HC_LEVEL_BLOCK;
}

/* ---------------------------------------------------------------- SCN-2 */

JUDGE(judge_offline)
{
	const struct hc_strings *users = &in->target->in_use_by;

	for (size_t i = 0; i < users->count; i++)
		hc_judge_fact(j, "facts.disks[].in_use_by", "%s is in use: %s",
			      in->target->path, users->items[i]);
	if (in->target->read_only)
		hc_judge_fact(j, "facts.disks[].read_only", "%s is write-protected",
			      in->target->path);
	if (users->count > 0 || in->target->read_only)
		return HC_LEVEL_BLOCK;
	hc_judge_fact(j, "facts.disks[].in_use_by", "nobody uses %s", in->target->path);
	return HC_LEVEL_PASS;
}
