/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capture: a disk of this machine into a repository, which is a folder here. */
#include "tui/model/task_priv.h"

#include <string.h>

void
hc_wiz_ask_where(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	wiz->selected[HC_SCREEN_CAPTURE] = 0;
	wiz->screen = HC_SCREEN_CAPTURE;
}

struct hc_wiz_field *
hc_wiz_task_field(struct hc_wiz *wiz)
{
	if (wiz->screen == HC_SCREEN_ALLOW)
		return &wiz->confirm;
	if (wiz->screen != HC_SCREEN_CAPTURE)
		return NULL;
	return wiz->selected[HC_SCREEN_CAPTURE] == 0 ? &wiz->tasks.place : &wiz->tasks.id;
}

static bool
is_url(const char *place)
{
	return strstr(place, "://") != NULL;
}

void
hc_wiz_act_capture_disk(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	const char *place = wiz->tasks.place.text;

	if (place[0] == '\0')
		hc_wiz_notice(wiz, "Type where the backup goes: a folder of this system.");
	else if (is_url(place))
		hc_wiz_notice(wiz, "A capture goes into a folder: mount the server's there.");
	else if (place[0] != '/')
		hc_wiz_notice(wiz, "Type the whole path of the folder, from / on.");
	else if (wiz->job != HC_JOB_NONE)
		hc_wiz_notice(wiz, "Another run has not ended yet: %s.",
			      hc_wiz_job_command(wiz->job));
	else {
		wiz->screen = HC_SCREEN_PROGRESS;
		hc_wiz_request(wiz, HC_JOB_CAPTURE, effect);
	}
}

static void
args(struct hc_wiz_args *args, const struct hc_wiz *wiz)
{
	hc_wiz_add(args, wiz->tasks.disk_path);
	hc_wiz_add(args, "--to");
	hc_wiz_add(args, wiz->tasks.place.text);
	if (wiz->tasks.id.length > 0) {
		hc_wiz_add(args, "--id");
		hc_wiz_add(args, wiz->tasks.id.text);
	}
	hc_wiz_add(args, "--events");
}

const struct hc_wiz_task_job hc_wiz_job_capture = {
	.job = HC_JOB_CAPTURE,
	.command = "capture",
	.args = args,
	.end = hc_wiz_end_run,
};
