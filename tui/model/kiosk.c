/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The restore of an answer file: what the engine told of it, and going on by hand where the file says too little. */
#include "tui/model/wiz_priv.h"

#include <stdio.h>
#include <string.h>

/* Somebody may want to see the word before the machine restarts. */
#define GOOD_SHOWN_MS 10000

void
hc_wiz_kiosk_start(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	wiz->task = HC_TASK_RESTORE;
	wiz->screen = HC_SCREEN_KIOSK;
	wiz->kiosk.judged = false;
	wiz->kiosk.findings = 0;
	hc_wiz_keep(&wiz->state_dir, "%s", wiz->kiosk.state_dir);
	hc_wiz_request(wiz, HC_JOB_UNATTENDED, effect);
}

static void
keep(char **text, const char *value)
{
	hc_wiz_keep(text, "%s", value != NULL ? value : "");
}

static void
verdict(struct hc_wiz_kiosk *kiosk, const char *outcome)
{
	for (unsigned i = 0; outcome != NULL && hc_outcome_names[i] != NULL; i++) {
		if (strcmp(hc_outcome_names[i], outcome) != 0)
			continue;
		kiosk->outcome = i;
		kiosk->judged = true;
	}
}

/* What restore --unattended --json says before it writes (restore/cmd/unattended.c). */
void
hc_wiz_kiosk_note(struct hc_wiz *wiz, const struct hc_event *event)
{
	struct hc_wiz_kiosk *kiosk = &wiz->kiosk;

	if (wiz->job != HC_JOB_UNATTENDED || event->step == NULL)
		return;
	if (strcmp(event->step, "answer-file") == 0) {
		keep(&kiosk->task, event->what);
		keep(&wiz->backup, event->text);
	} else if (strcmp(event->step, "disk") == 0) {
		keep(&wiz->target_path, event->what);
		keep(&wiz->target_identity, event->text);
	} else if (strcmp(event->step, "verdict") == 0) {
		verdict(kiosk, event->what);
	} else if (strcmp(event->step, "finding") == 0 &&
		   kiosk->findings < HC_WIZ_KIOSK_FINDINGS) {
		snprintf(kiosk->finding[kiosk->findings++], HC_WIZ_LINE, "%s  %s",
			 event->what != NULL ? event->what : "?",
			 event->text != NULL ? event->text : "");
	}
}

void
hc_wiz_kiosk_end(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect)
{
	(void)effect;
	hc_wiz_run_end(wiz, status);
	wiz->screen = HC_SCREEN_KIOSK;
	wiz->ask = HC_ASK_NOTHING;
	wiz->kiosk.ended_ms = wiz->now_ms;
}

/* The answer file says what comes next; whoever started the wizard does it. */
void
hc_wiz_kiosk_tick(const struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	if (wiz->screen == HC_SCREEN_KIOSK && wiz->run.outcome == HC_RUN_GOOD &&
	    wiz->now_ms - wiz->kiosk.ended_ms >= GOOD_SHOWN_MS)
		effect->kind = HC_EFFECT_QUIT;
}

bool
hc_wiz_kiosk_waits(const struct hc_wiz *wiz)
{
	return wiz->screen == HC_SCREEN_KIOSK && wiz->job == HC_JOB_NONE &&
	       (wiz->run.outcome == HC_RUN_BAD || wiz->run.outcome == HC_RUN_STOPPED);
}

bool
hc_wiz_kiosk_runs(const struct hc_wiz *wiz)
{
	return wiz->job == HC_JOB_UNATTENDED;
}

void
hc_wiz_act_again(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	hc_wiz_kiosk_start(wiz, effect);
}

/* With what the answer file chose, where that is known: the questions that it left open come on VERDICT. */
void
hc_wiz_act_by_hand(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	const char *id = wiz->backup != NULL ? strstr(wiz->backup, "//") : NULL;

	/* Not the one of "http://". */
	if (id != NULL && id > wiz->backup && id[-1] == ':')
		id = strstr(id + 2, "//");
	wiz->task = HC_TASK_RESTORE;
	if (id == NULL) {
		wiz->screen = HC_SCREEN_WELCOME;
		return;
	}
	hc_wiz_keep(&wiz->opened, "%.*s", (int)(id - wiz->backup), wiz->backup);
	hc_wiz_field_set(&wiz->repository, wiz->opened);
	wiz->of_disk = wiz->have_check = false;
	wiz->screen = HC_SCREEN_VERDICT;
	hc_wiz_request(wiz, HC_JOB_CHECK, effect);
}
