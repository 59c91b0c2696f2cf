/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Screens: the row each one fills in, and the parts they share. */
#ifndef HC_TUI_SCREENS_PRIV_H
#define HC_TUI_SCREENS_PRIV_H

#include "tui/screens/screens.h"

struct hc_screen_ops {
	const char *name;
	/* What stands in the title bar; NULL: `heading`. */
	const char *(*title)(const struct hc_wiz *wiz);
	const char *heading;
	void (*draw)(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body);
	const char *help; /* paragraphs */
};

extern const struct hc_screen_ops hc_screen_welcome, hc_screen_machine, hc_screen_repository,
	hc_screen_backup, hc_screen_verdict, hc_screen_finding, hc_screen_target,
	hc_screen_options, hc_screen_review, hc_screen_confirm, hc_screen_progress,
	hc_screen_result, hc_screen_kiosk, hc_screen_tasks, hc_screen_disk, hc_screen_chain,
	hc_screen_repairs, hc_screen_undoable, hc_screen_allow, hc_screen_capture,
	hc_screen_runs, hc_screen_report;

/* words.c: of a run that is no restore. */
struct hc_task_words {
	const char *progress, *result; /* titles */
	const char *good, *stopped, *failed, *damaged;
	const char *stop; /* what stopping it means */
};

const struct hc_task_words *hc_words_of(const struct hc_wiz *wiz);

/* ---------------------------------------------------------------- parts */

/* NULL becomes `instead`. */
const char *hc_text_or(const char *text, const char *instead);
/* "1:02:03" or "2:03". */
void hc_duration_text(uint64_t ms, char *buf, size_t size);
/* "2026-11-23T16:50:00Z" as "2026-11-23 16:50". */
#define HC_PART_TIME 17
void hc_part_time(const char *created, char buf[HC_PART_TIME]);
/* "label      text", text in a column; returns the next row. */
int hc_part_fact(struct hc_canvas *canvas, struct hc_rect body, int y, const char *label,
		 const char *fmt, ...) HC_PRINTF(5, 6);
/* The same, broken into up to `rows` rows; nothing when text is NULL. */
int hc_part_paragraph(struct hc_canvas *canvas, struct hc_rect body, int y, int rows,
		      const char *label, const char *text);
/* "WARN" and its style. */
const char *hc_part_level(enum hc_level level, enum hc_style *style);
/* "  (accepted)", or "" where nobody answered. */
const char *hc_part_answer(const struct hc_wiz *wiz, const struct hc_finding *finding);
/* "Overriding" or "Accepting": the label of what that means. */
const char *hc_part_answering(const struct hc_finding *finding);
/* The marker '>' and the style of a row that may be the selected one. */
enum hc_style hc_part_row(struct hc_canvas *canvas, struct hc_rect body, int y, bool selected,
			  enum hc_style style);
/* The menu of the model's choices; returns the next row. */
int hc_part_menu(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body,
		 int y);
/* The first row of a list that shows `selected` in a window of `rows`. */
size_t hc_part_first(size_t selected, size_t count, int rows);
/* A typed line with its cursor; scrolls when it is longer than the room. */
void hc_part_field(struct hc_canvas *canvas, int x, int y, int width,
		   const struct hc_wiz_field *field);
/* "/dev/sda  Model  serial X  500.0 GiB  ata". */
void hc_part_disk_line(const struct hc_disk *disk, char *buf, size_t size);
/* The list of disks of MACHINE and TARGET: a line and a bar for each, and with `holds` a line on what is on it
 * and why it can't be the target.  Returns the next row. */
int hc_part_disks(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect area,
		  bool holds);
/* That line alone. */
void hc_part_disk_state(const struct hc_wiz *wiz, struct hc_canvas *canvas, int x, int y,
			int width, const struct hc_disk *disk);
/* A step of the run, with a bar while it is going; returns the next row. */
int hc_part_step(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body, int y,
		 size_t i);
/* How the run ended, in a sentence. */
const char *hc_part_headline(const struct hc_wiz *wiz, enum hc_style *style);
/* A boot chain with a mark for each link; past the last, `selected` marks none.  Its answer in a line. */
void hc_part_chain(const struct hc_bootcheck *chain, size_t selected, struct hc_canvas *canvas,
		   struct hc_rect area);
const char *hc_part_chain_answer(const struct hc_bootcheck *chain, enum hc_style *style);
/* The last lines of the run's log. */
void hc_part_log(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect area);
/* What is on it now, and the bar of its partitions. */
void hc_part_disk_bar(struct hc_canvas *canvas, int x, int y, int width,
		      const struct hc_disk *disk);
void hc_part_disk_holds(const struct hc_disk *disk, char *buf, size_t size);
/* "Reading the catalog … 3 s" while a job runs on this screen's behalf; false when there is nothing. */
bool hc_part_waiting(const struct hc_wiz *wiz, enum hc_wiz_job job, struct hc_canvas *canvas,
		     int x, int y, int width, const char *text);

#endif
