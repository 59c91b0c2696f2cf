/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verdict: what was compared, worst first, and what can be answered to it by name. */
#include <stdio.h>
#include <string.h>

#include "tui/screens/screens_priv.h"

/* A rule, two facts, and three paragraphs of two rows. */
#define DETAIL_ROWS 9

static const char *
blocked_text(const struct hc_wiz *wiz, size_t hopeless)
{
	if (hopeless > 0)
		return wiz->of_disk ? "BLOCKED: this backup can't be restored to this disk."
				    : "BLOCKED: this backup can't be restored to this machine.";
	return "BLOCKED: what blocks can be overridden by name (key o), one at a time.";
}

static void
draw_outcome(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body, int y)
{
	const struct hc_verdict *verdict = hc_wiz_verdict(wiz);
	size_t hopeless, blocks = 0, questions = hc_wiz_questions(wiz, &hopeless);
	enum hc_style style = HC_STYLE_GOOD;
	char text[128];

	for (size_t i = 0; i < verdict->findings.count; i++)
		blocks += verdict->findings.items[i].level == HC_LEVEL_BLOCK &&
			  !hc_wiz_is_answered(wiz, &verdict->findings.items[i]);
	snprintf(text, sizeof(text), "FITS: nothing stands in the way.  Enter goes on.");
	if (verdict->outcome == HC_OUTCOME_REPAIRS)
		snprintf(text, sizeof(text),
			 "FITS WITH REPAIRS: nothing stands in the way.  Enter goes on.");
	if (blocks > 0) {
		style = HC_STYLE_BAD;
		snprintf(text, sizeof(text), "%s", blocked_text(wiz, hopeless));
	} else if (questions > 0) {
		style = HC_STYLE_WARN;
		snprintf(text, sizeof(text),
			 "QUESTION: %zu to be accepted by name (key a), one at a time.",
			 questions);
	} else if (verdict->outcome >= HC_OUTCOME_CONFIRM || wiz->answer_count > 0) {
		style = HC_STYLE_WARN;
		snprintf(text, sizeof(text), "ANSWERED: Enter goes on with what you accepted.");
	}
	hc_canvas_text(canvas, body.x, y, body.width, style, text);
}

static int
draw_what(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body, int y)
{
	const struct hc_catalog_backup *backup = hc_wiz_backup(wiz);
	const struct hc_disk *disk = hc_wiz_target(wiz);

	if (backup != NULL)
		y = hc_part_fact(canvas, body, y, "Backup", "%s, %s, taken %s",
				 hc_text_or(backup->host, "?"),
				 hc_text_or(backup->os, "no Windows found"),
				 hc_text_or(backup->created, "?"));
	if (!wiz->of_disk || disk == NULL)
		return hc_part_fact(canvas, body, y, "Machine", "%s %s, no disk chosen yet",
				    hc_text_or(wiz->facts.machine.vendor, "this one"),
				    hc_text_or(wiz->facts.machine.product, ""));
	return hc_part_fact(canvas, body, y, "Disk", "%s, serial %s, %s",
			    hc_text_or(disk->path, "?"), hc_text_or(disk->serial, "none"),
			    hc_text_or(disk->model, "unknown model"));
}

const char *
hc_part_answer(const struct hc_wiz *wiz, const struct hc_finding *finding)
{
	if (hc_wiz_is_answered(wiz, finding))
		return finding->level == HC_LEVEL_BLOCK ? "  (overridden)" : "  (accepted)";
	return finding->unmade ? "  (can't be made)" : "";
}

/* A question; or what nobody can answer. */
static char
mark(const struct hc_wiz *wiz, const struct hc_finding *finding)
{
	if (!hc_wiz_is_open(wiz, finding))
		return ' ';
	return finding->level == HC_LEVEL_BLOCK && !finding->overridable ? '!' : '?';
}

static void
draw_findings(const struct hc_wiz *wiz, const struct hc_verdict *verdict,
	      struct hc_canvas *canvas, struct hc_rect area)
{
	size_t count = verdict->findings.count, selected = wiz->selected[HC_SCREEN_VERDICT];
	size_t first = hc_part_first(selected, count, area.height);
	int y = area.y;

	for (size_t i = first; i < count && y < area.y + area.height; i++, y++) {
		const struct hc_finding *finding = &verdict->findings.items[i];
		enum hc_style style = HC_STYLE_NORMAL;
		const char *word = hc_part_level(finding->level, &style);

		style = hc_part_row(canvas, area, y, i == selected, style);
		hc_canvas_printf(canvas, area.x + 2, y, area.width - 2, style,
				 "%c %-7s %-7s %s%s", mark(wiz, finding), word,
				 hc_text_or(finding->rule, "?"), hc_text_or(finding->title, ""),
				 hc_part_answer(wiz, finding));
	}
}

static void
draw_finding(const struct hc_finding *finding, struct hc_canvas *canvas, struct hc_rect area)
{
	int y = area.y, end = area.y + area.height;

	hc_canvas_rule(canvas, area.x, y++, area.width, HC_STYLE_DIM);
	for (size_t i = 0; i < finding->evidence.count && i < 2; i++)
		y = hc_part_fact(canvas, area, y, i == 0 ? "Found" : "", "%s  (%s)",
				 hc_text_or(finding->evidence.items[i].fact, "?"),
				 hc_text_or(finding->evidence.items[i].where, "?"));
	y = hc_part_paragraph(canvas, area, y, 2, "Because", finding->because);
	if (finding->level < HC_LEVEL_REPAIR)
		return;
	y = hc_part_paragraph(canvas, area, y, 2, "Remedy", finding->remedy);
	/* What answering means matters where somebody is asked. */
	if (finding->level >= HC_LEVEL_WARN || finding->unmade)
		hc_part_paragraph(canvas, area, y, end - y, hc_part_answering(finding),
				  finding->consequence);
}

const char *
hc_part_answering(const struct hc_finding *finding)
{
	return finding->level == HC_LEVEL_BLOCK ? "Overriding" : "Accepting";
}

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	const struct hc_verdict *verdict = hc_wiz_verdict(wiz);
	const struct hc_finding *finding = hc_wiz_finding(wiz);
	int y = body.y, end = body.y + body.height;

	if (hc_part_waiting(wiz, HC_JOB_CHECK, canvas, body.x, y, body.width,
			    "Comparing backup and machine... Esc goes back.") ||
	    verdict == NULL)
		return;
	draw_outcome(wiz, canvas, body, y);
	y = draw_what(wiz, canvas, body, y + 1);
	hc_canvas_printf(canvas, body.x, y, body.width, HC_STYLE_DIM,
			 "What was compared, worst first (%zu)", verdict->findings.count);
	draw_findings(wiz, verdict, canvas,
		      (struct hc_rect){ body.x, y + 1, body.width, end - DETAIL_ROWS - y - 1 });
	if (finding != NULL)
		draw_finding(
			finding, canvas,
			(struct hc_rect){ body.x, end - DETAIL_ROWS, body.width, DETAIL_ROWS });
}

static const char *
title(const struct hc_wiz *wiz)
{
	return wiz->of_disk ? "Restore: verdict on this disk" : "Restore: verdict";
}

const struct hc_screen_ops hc_screen_verdict = {
	.name = "verdict",
	.title = title,
	.draw = draw,
	.help = "Backup and machine were compared; nothing was written.  Each rule that was "
		"applied, worst first, a ? where it waits for an answer and a ! where there is none; below stands what the selected one found, why it "
		"matters and what helps; `e` shows all of it.\n\n"
		"BLOCK: it can't go on, unless the rule may be overridden: `o` says what that "
		"means and asks.  WARN: it goes on when you accept it by name with `a`; so does "
		"a repair that can't be made.  `u` takes an answer back.  Plan and report carry "
		"the names.  repair: the restore mends it.  info and pass need nothing.\n\n"
		"Once a disk is chosen its own rules are asked, too; if one of them wants an "
		"answer, this screen comes again.",
};
