/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options: what the engine is asked for besides backup and disk, and what happens at the end. */
#include "tui/model/wiz_priv.h"

#include <stdio.h>
#include <string.h>

static const char identity_rule[] = "DSK-3";

static const char *const convert_names[HC_CONVERT_COUNT] = {
	[HC_CONVERT_UEFI] = "uefi",
	[HC_CONVERT_BIOS] = "bios",
};

/* ---------------------------------------------------------------- lists of ids */

static size_t
find(const struct hc_wiz_ids *ids, const char *id)
{
	size_t at = 0;

	while (at < ids->count && strcmp(ids->items[at], id) != 0)
		at++;
	return at;
}

static void
flip(struct hc_wiz_ids *ids, const char *id)
{
	size_t at = find(ids, id);

	if (at < ids->count)
		memmove(ids->items[at], ids->items[at + 1],
			(--ids->count - at) * sizeof(ids->items[0]));
	else if (ids->count < HC_WIZ_REPAIRS && strlen(id) < HC_WIZ_ID)
		snprintf(ids->items[ids->count++], HC_WIZ_ID, "%s", id);
}

static const char *
join(const struct hc_wiz_ids *ids, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < ids->count && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", used > 0 ? "," : "",
					 ids->items[i]);
	return buf;
}

/* ---------------------------------------------------------------- rows that are always there */

static void
change_identity(struct hc_wiz *wiz)
{
	/* To the engine it is the acceptance of a rule. */
	hc_wiz_accept(wiz, identity_rule, !hc_wiz_has_accepted(wiz, identity_rule));
}

static const char *
value_identity(const struct hc_wiz *wiz)
{
	return hc_wiz_has_accepted(wiz, identity_rule) ? "kept" : "new where needed";
}

static void
change_convert(struct hc_wiz *wiz)
{
	wiz->options.convert = (wiz->options.convert + 1) % HC_CONVERT_COUNT;
}

static const char *
value_convert(const struct hc_wiz *wiz)
{
	static const char *const words[HC_CONVERT_COUNT] = { "as it is", "to UEFI", "to BIOS" };

	return words[wiz->options.convert];
}

static void
change_sysvol(struct hc_wiz *wiz)
{
	wiz->options.sysvol_authoritative = !wiz->options.sysvol_authoritative;
}

static const char *
value_sysvol(const struct hc_wiz *wiz)
{
	return wiz->options.sysvol_authoritative ? "this one counts" : "from a partner";
}

static void
change_end(struct hc_wiz *wiz)
{
	wiz->options.end = (wiz->options.end + 1) % HC_END_COUNT;
}

static const char *
value_end(const struct hc_wiz *wiz)
{
	static const char *const words[HC_END_COUNT] = { "wait here", "reboot", "power off" };

	return words[wiz->options.end];
}

static const struct {
	const char *label, *about;
	void (*change)(struct hc_wiz *wiz); /* NULL: it is typed */
	const char *(*value)(const struct hc_wiz *wiz);
	bool here; /* the engine isn't asked about it */
} fixed[] = {
	{ "At the end",
	  "What this machine does after a restore that is good and whose boot chain holds. It "
	  "counts down for 30 seconds first, and any key stops that. After anything else it "
	  "waits here.",
	  change_end, value_end, true },
	{ "Drivers folder",
	  "A folder of driver packages (INF files with what they name), for devices that this "
	  "Windows has no driver for. Type its path; empty: none.",
	  NULL, NULL, false },
	{ "Disk identity",
	  "Where another disk here has the GUID or signature of the backup's disk, this one gets "
	  "a new one, and Windows learns of it. Kept: the backup's is written all the same; "
	  "take the other disk away before Windows starts.",
	  change_identity, value_identity, false },
	{ "Firmware",
	  "Change the disk so that Windows starts by the other kind of firmware. Never done "
	  "unless it is asked for here.",
	  change_convert, value_convert, false },
	{ "SYSVOL",
	  "Of a domain controller: a restored one takes SYSVOL from another controller. Where it "
	  "is the only one of its domain, its own is the one that counts.",
	  change_sysvol, value_sysvol, false },
};
#define FIXED (sizeof(fixed) / sizeof(fixed[0]))

/* ---------------------------------------------------------------- repairs */

/* Those that somebody may want to switch: with something to do, or refused, or on request.  `firmware` and dc-restore's
 * SYSVOL have rows of their own. */
static bool
is_shown(const struct hc_wiz *wiz, const struct hc_plan_repair *repair)
{
	return repair->fixup != NULL && strcmp(repair->fixup, "firmware") != 0 &&
	       (repair->edits > 0 || repair->notes > 0 || repair->on_request ||
		find(&wiz->options.without, repair->fixup) < wiz->options.without.count);
}

static const struct hc_plan_repair *
repair_at(const struct hc_wiz *wiz, size_t i)
{
	for (size_t k = 0; wiz->have_plan && k < wiz->plan.repairs.count; k++)
		if (is_shown(wiz, &wiz->plan.repairs.items[k]) && i-- == 0)
			return &wiz->plan.repairs.items[k];
	return NULL;
}

static bool
is_on(const struct hc_wiz *wiz, const struct hc_plan_repair *repair)
{
	const struct hc_wiz_ids *ids =
		repair->on_request ? &wiz->options.fixups : &wiz->options.without;

	return (find(ids, repair->fixup) < ids->count) == repair->on_request;
}

static const char *
value_repair(const struct hc_wiz *wiz, const struct hc_plan_repair *repair)
{
	if (repair->notes > 0 && repair->edits == 0)
		return "refused";
	if (!is_on(wiz, repair))
		return repair->on_request ? "no" : "left out";
	return "yes";
}

/* ---------------------------------------------------------------- what the screen and the keys ask */

bool
hc_wiz_option(const struct hc_wiz *wiz, size_t i, struct hc_wiz_option *ret)
{
	const struct hc_plan_repair *repair;

	if (i < FIXED) {
		bool typed = fixed[i].change == NULL;

		*ret = (struct hc_wiz_option){
			.label = fixed[i].label,
			.about = fixed[i].about,
			.value = typed ? "" : fixed[i].value(wiz),
			.field = typed ? &wiz->options.drivers : NULL,
		};
		return true;
	}
	repair = repair_at(wiz, i - FIXED);
	if (repair == NULL)
		return false;
	*ret = (struct hc_wiz_option){ .label = repair->fixup,
				       .about = repair->title,
				       .value = value_repair(wiz, repair) };
	return true;
}

struct hc_wiz_field *
hc_wiz_option_field(struct hc_wiz *wiz)
{
	size_t at = wiz->selected[HC_SCREEN_OPTIONS];

	return wiz->screen == HC_SCREEN_OPTIONS && at < FIXED && fixed[at].change == NULL
		       ? &wiz->options.drivers
		       : NULL;
}

void
hc_wiz_options_changed(struct hc_wiz *wiz)
{
	wiz->plan_is_old = wiz->check_is_old = true;
}

bool
hc_wiz_may_switch(const struct hc_wiz *wiz)
{
	struct hc_wiz_option row;

	return wiz->job == HC_JOB_NONE &&
	       hc_wiz_option(wiz, wiz->selected[HC_SCREEN_OPTIONS], &row) && row.field == NULL;
}

void
hc_wiz_act_switch(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	size_t at = wiz->selected[HC_SCREEN_OPTIONS];
	const struct hc_plan_repair *repair = at >= FIXED ? repair_at(wiz, at - FIXED) : NULL;

	(void)effect;
	if (at < FIXED)
		fixed[at].change(wiz);
	else if (repair != NULL)
		flip(repair->on_request ? &wiz->options.fixups : &wiz->options.without,
		     repair->fixup);
	if (at >= FIXED || !fixed[at].here)
		hc_wiz_options_changed(wiz);
}

/* From VERDICT: what blocks may be what a folder of drivers, or a conversion, is for. */
void
hc_wiz_act_options(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	wiz->screen = HC_SCREEN_OPTIONS;
}

void
hc_wiz_act_options_done(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	if (!wiz->of_disk) {
		wiz->screen = HC_SCREEN_VERDICT;
		if (wiz->check_is_old)
			hc_wiz_request_check(wiz, effect);
		return;
	}
	wiz->screen = HC_SCREEN_REVIEW;
	/* The one that is being made will do. */
	if (wiz->job == HC_JOB_PLAN && !wiz->cancelled && !wiz->plan_is_old)
		return;
	if (!wiz->have_plan || wiz->plan_is_old)
		hc_wiz_request_plan(wiz, effect);
}

void
hc_wiz_option_args(struct hc_wiz *wiz,
		   void (*add)(void *ctx, const char *option, const char *value), void *ctx)
{
	struct hc_wiz_options *options = &wiz->options;

	if (options->fixups.count > 0)
		add(ctx, "--fixups",
		    join(&options->fixups, options->fixups_text, sizeof(options->fixups_text)));
	if (options->without.count > 0)
		add(ctx, "--without",
		    join(&options->without, options->without_text,
			 sizeof(options->without_text)));
	if (options->drivers.length > 0)
		add(ctx, "--drivers", options->drivers.text);
	if (options->sysvol_authoritative)
		add(ctx, "--sysvol-authoritative", NULL);
	if (options->convert != HC_CONVERT_NOTHING)
		add(ctx, "--convert-firmware", convert_names[options->convert]);
}
