/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boot check: whether the Windows on a disk would start, link by link. */
#include "tui/model/task_priv.h"

#include <string.h>

void
hc_wiz_look_at_chain(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	wiz->tasks.have_chain = false;
	wiz->selected[HC_SCREEN_CHAIN] = 0;
	wiz->screen = HC_SCREEN_CHAIN;
	hc_wiz_request(wiz, HC_JOB_BOOTCHECK, effect);
}

const struct hc_boot_link *
hc_wiz_link(const struct hc_wiz *wiz)
{
	size_t at = wiz->selected[HC_SCREEN_CHAIN];

	if (!wiz->tasks.have_chain || at >= wiz->tasks.chain.links.count)
		return NULL;
	return &wiz->tasks.chain.links.items[at];
}

static void
args(struct hc_wiz_args *args, const struct hc_wiz *wiz)
{
	hc_wiz_add(args, wiz->tasks.disk_path);
	hc_wiz_add(args, "--json");
}

/* The first broken link is what people came for. */
static void
select_broken(struct hc_wiz *wiz)
{
	const struct hc_bootcheck *chain = &wiz->tasks.chain;

	for (size_t i = 0; i < chain->links.count; i++)
		if (chain->first_broken != NULL &&
		    strcmp(chain->links.items[i].id, chain->first_broken) == 0)
			wiz->selected[HC_SCREEN_CHAIN] = i;
}

static void
document(struct hc_wiz *wiz, struct hc_span bytes)
{
	wiz->tasks.have_chain =
		hc_wiz_load(wiz, &hc_bootcheck_shape, bytes, &wiz->tasks.chain_arena,
			    &wiz->tasks.chain, "The boot check");
	if (wiz->tasks.have_chain)
		select_broken(wiz);
}

/* A chain that is broken is an answer, whatever the status says. */
static void
end(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect)
{
	(void)effect;
	if (wiz->tasks.have_chain)
		return;
	hc_wiz_tell(wiz, status, "No Windows on this disk could be looked at.");
	if (wiz->screen == HC_SCREEN_CHAIN)
		wiz->screen = HC_SCREEN_DISK;
}

const struct hc_wiz_task_job hc_wiz_job_bootcheck = {
	.job = HC_JOB_BOOTCHECK,
	.command = "bootcheck",
	.args = args,
	.document = document,
	.end = end,
};
