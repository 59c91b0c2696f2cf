/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wizard's tasks: what their files share. */
#ifndef HC_TUI_TASK_PRIV_H
#define HC_TUI_TASK_PRIV_H

#include "tui/model/wiz_priv.h"

/* What a run of the engine for a task is: its words, what its document becomes, what its end leads to. */
struct hc_wiz_task_job {
	enum hc_wiz_job job;
	const char *command;
	void (*args)(struct hc_wiz_args *args, const struct hc_wiz *wiz);
	void (*document)(struct hc_wiz *wiz, struct hc_span bytes); /* NULL: it streams */
	void (*end)(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect);
};

extern const struct hc_wiz_task_job hc_wiz_job_bootcheck, hc_wiz_job_runs, hc_wiz_job_show,
	hc_wiz_job_fix_look, hc_wiz_job_fix, hc_wiz_job_undo_look, hc_wiz_job_undo;

/* Reads a document in place of the one that is there; false, and `trouble` says why, when it is none: then there is none. */
bool hc_wiz_load(struct hc_wiz *wiz, const struct hc_shape *shape, struct hc_span bytes,
		 struct hc_arena *arena, void *doc, const char *what);

#endif
