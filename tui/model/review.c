/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan in plain words, a line each; lines that don't begin with a blank are headings. */
#include "tui/model/wiz_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "restore/base/text.h"

static const char * or (const char *text, const char *instead)
{
	return text != NULL && text[0] != '\0' ? text : instead;
}

static void
add_line(struct hc_wiz *wiz, const char *text, size_t length)
{
	const char *line = hc_arena_strndup(&wiz->plan_arena, text, length);
	const char **grown;

	if (line == NULL)
		return;
	grown = hc_arena_grow(&wiz->plan_arena, &wiz->review, &wiz->review_count,
			      sizeof(*grown));
	if (grown != NULL)
		*grown = line;
}

static void HC_PRINTF(2, 3) say(struct hc_wiz *wiz, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	add_line(wiz, text, strlen(text));
}

static void
say_erased(struct hc_wiz *wiz)
{
	const struct hc_plan *plan = &wiz->plan;
	const struct hc_disk *disk = hc_wiz_target(wiz);
	char size[HC_SIZE_TEXT];

	hc_size_text(plan->target.size, size);
	say(wiz, "What is erased");
	say(wiz, "  %s, serial %s, %s, %s", or (plan->target.path, "?"),
	    disk != NULL ? or (disk->serial, "none") : hc_wiz_identity(wiz), size,
	    disk != NULL ? or (disk->model, "unknown model") : "");
	if (disk != NULL && disk->holds != NULL)
		say(wiz, "  with all that it holds: %s", disk->holds);
	say(wiz,
	    "  First its partition tables and the first sectors of its volumes are "
	    "cleared (%zu range%s): it doesn't boot until all is done.",
	    plan->invalidate.count, plan->invalidate.count == 1 ? "" : "s");
}

/* Another identity has one of two reasons. */
static void
say_new_table(struct hc_wiz *wiz)
{
	const struct hc_plan *plan = &wiz->plan;

	if (plan->new_table_id == NULL)
		return;
	if (plan->convert_firmware == NULL)
		say(wiz,
		    "  The disk gets a new identity, %s: another disk here has the backup's.",
		    plan->new_table_id);
	else
		say(wiz,
		    "  The disk is converted from BIOS to UEFI: a GPT, %s, the volumes at "
		    "their places, and an EFI system partition.",
		    plan->new_table_id);
}

static void
say_written(struct hc_wiz *wiz)
{
	const struct hc_plan *plan = &wiz->plan;
	const struct hc_catalog_backup *backup = hc_wiz_backup(wiz);
	char size[HC_SIZE_TEXT], at[HC_SIZE_TEXT];

	hc_size_text(plan->data_bytes, size);
	say(wiz, "What is written");
	say(wiz, "  The backup %s of %s, at most %s, read back and compared.",
	    or (plan->backup, "?"), backup != NULL ? or (backup->host, "?") : "?", size);
	if (plan->reuse)
		say(wiz, "  What an earlier restore left there is compared first and kept "
			 "where it is right.");
	for (size_t i = 0; i < plan->data.count; i++) {
		const struct hc_plan_data *data = &plan->data.items[i];

		hc_size_text(data->length, size);
		hc_size_text(data->target_offset, at);
		say(wiz, "  %-16s %10s  from %s on", or (data->what, "?"), size, at);
	}
	say_new_table(wiz);
	say(wiz, "  The partition tables come last (%zu write%s).", plan->tables.count,
	    plan->tables.count == 1 ? "" : "s");
}

static void
say_strings(struct hc_wiz *wiz, const char *heading, const struct hc_strings *list)
{
	if (list->count > 0)
		say(wiz, "%s", heading);
	for (size_t i = 0; i < list->count; i++)
		say(wiz, "  %s", list->items[i]);
}

static void
say_repairs(struct hc_wiz *wiz)
{
	struct hc_buf text = { 0 };
	struct hc_err err;
	const char *p, *end;

	say(wiz, "What is changed in the restored Windows: %zu thing%s%s",
	    wiz->plan.edits.count, wiz->plan.edits.count == 1 ? "" : "s",
	    wiz->plan.edits.count > 0 ? ", old -> new" : "");
	if (hc_edits_text(&wiz->plan.edits, &wiz->plan.notes, "  ", &text, &err) == 0) {
		for (p = (const char *)text.data, end = p + text.size; p < end;) {
			const char *stop = memchr(p, '\n', (size_t)(end - p));

			stop = stop != NULL ? stop : end;
			add_line(wiz, p, (size_t)(stop - p));
			p = stop + 1;
		}
	}
	hc_buf_done(&text);
	if (wiz->plan.edits.count > 0 && wiz->plan.convert_firmware != NULL)
		say(wiz, "  `halcyon undo` takes these back, but not the layout: then neither "
			 "firmware starts the disk.  The way back is another restore.");
	else if (wiz->plan.edits.count > 0)
		say(wiz, "  `halcyon undo` takes these back.");
}

static void
say_answers(struct hc_wiz *wiz)
{
	const struct hc_verdict *verdict = &wiz->plan.verdict;
	bool any = false;

	for (size_t i = 0; i < verdict->findings.count; i++) {
		const struct hc_finding *finding = &verdict->findings.items[i];

		if (!finding->overridden)
			continue;
		if (!any)
			say(wiz, "What you answered; the report carries it");
		any = true;
		say(wiz, "  %s %s: %s", or (finding->rule, "?"),
		    finding->level == HC_LEVEL_BLOCK ? "overridden" : "accepted",
		    or (finding->title, ""));
	}
}

void
hc_wiz_review(struct hc_wiz *wiz)
{
	say_erased(wiz);
	say_written(wiz);
	say_strings(wiz, "What can't be kept", &wiz->plan.losses);
	say_repairs(wiz);
	say_answers(wiz);
}
