/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wizard's model: birth, death, and the step that dispatches. */
#include "tui/model/wiz_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hc_wiz *
hc_wiz_new(const struct hc_wiz_config *config)
{
	struct hc_wiz *wiz = calloc(1, sizeof(*wiz));

	if (wiz == NULL)
		return NULL;
	wiz->run_dir = config->run_dir;
	wiz->reports_dir = config->reports_dir != NULL ? config->reports_dir : config->run_dir;
	wiz->resident = config->resident;
	wiz->kiosk.state_dir = config->state_dir;
	if (config->intent != NULL)
		hc_wiz_keep(&wiz->kiosk.intent, "%s", config->intent);
	if (config->repository != NULL)
		hc_wiz_field_set(&wiz->repository, config->repository);
	hc_wiz_keep(&wiz->plan_file, "%s/%s", config->run_dir, hc_wiz_job_files[HC_JOB_PLAN]);
	return wiz;
}

void
hc_wiz_free(struct hc_wiz *wiz)
{
	if (wiz == NULL)
		return;
	hc_arena_done(&wiz->facts_arena);
	hc_arena_done(&wiz->catalog_arena);
	hc_arena_done(&wiz->check_arena);
	hc_arena_done(&wiz->plan_arena);
	hc_arena_done(&wiz->report_arena);
	hc_wiz_task_done(wiz);
	hc_arena_done(&wiz->media_arena);
	free(wiz->mounting);
	free(wiz->opened);
	free(wiz->backup);
	free(wiz->target_path);
	free(wiz->target_identity);
	free(wiz->plan_file);
	free(wiz->state_dir);
	free(wiz->kiosk.intent);
	free(wiz->kiosk.task);
	free(wiz);
}

void
hc_wiz_start(struct hc_wiz *wiz, uint64_t now_ms, struct hc_wiz_effect *effect)
{
	*effect = (struct hc_wiz_effect){ 0 };
	wiz->now_ms = now_ms;
	if (!wiz->have_facts)
		hc_wiz_request(wiz, HC_JOB_PROBE, effect);
	if (wiz->kiosk.intent != NULL)
		hc_wiz_kiosk_start(wiz, effect);
}

void
hc_wiz_notice(struct hc_wiz *wiz, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(wiz->notice, sizeof(wiz->notice), fmt, args);
	va_end(args);
}

void
hc_wiz_trouble(struct hc_wiz *wiz, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(wiz->trouble, sizeof(wiz->trouble), fmt, args);
	va_end(args);
}

void
hc_wiz_keep(char **text, const char *fmt, ...)
{
	char *made = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&made, fmt, args) < 0)
		made = NULL;
	va_end(args);
	free(*text);
	*text = made;
}

/* What was asked for on OPTIONS, once the time to say no is over and the report is there. */
static void
end_machine(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	if (wiz->end_at_ms == 0 || wiz->now_ms < wiz->end_at_ms || wiz->job != HC_JOB_NONE)
		return;
	wiz->end_at_ms = 0;
	effect->kind =
		wiz->options.end == HC_END_REBOOT ? HC_EFFECT_REBOOT : HC_EFFECT_POWEROFF;
}

void
hc_wiz_step(struct hc_wiz *wiz, const struct hc_wiz_input *input, struct hc_wiz_effect *effect)
{
	*effect = (struct hc_wiz_effect){ 0 };
	if (input->at_ms > 0)
		wiz->catching_up = false;
	if (input->at_ms > wiz->now_ms)
		wiz->now_ms = input->at_ms;
	switch (input->kind) {
	case HC_INPUT_TICK:
		hc_wiz_kiosk_tick(wiz, effect);
		if (effect->kind == HC_EFFECT_NONE)
			end_machine(wiz, effect);
		break;
	case HC_INPUT_KEY:
		hc_wiz_key(wiz, input, effect);
		break;
	case HC_INPUT_DOCUMENT:
		hc_wiz_document(wiz, input->bytes);
		break;
	case HC_INPUT_LINE:
		hc_wiz_run_line(wiz, input->bytes);
		break;
	case HC_INPUT_NOTE:
		hc_wiz_note(wiz, input->bytes);
		break;
	case HC_INPUT_EXIT:
		hc_wiz_exit(wiz, input->status, effect);
		break;
	case HC_INPUT_NOTICE:
		hc_wiz_notice(wiz, "%.*s", (int)input->bytes.size,
			      (const char *)input->bytes.data);
		break;
	}
}
