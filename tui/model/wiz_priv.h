/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wizard's model: what its files share. */
#ifndef HC_TUI_MODEL_PRIV_H
#define HC_TUI_MODEL_PRIV_H

#include "tui/model/model.h"

/* What a key does. */
typedef void hc_wiz_act(struct hc_wiz *wiz, struct hc_wiz_effect *effect);

/* keys.c: finds what a key does on this screen and does it. */
void hc_wiz_key(struct hc_wiz *wiz, const struct hc_wiz_input *input,
		struct hc_wiz_effect *effect);

/* field.c: true when the key was one of editing. */
bool hc_wiz_field_key(struct hc_wiz_field *field, const struct hc_wiz_input *input);
void hc_wiz_field_set(struct hc_wiz_field *field, const char *text);

/* The words of a command line, as they come. */
struct hc_wiz_args {
	struct hc_wiz_effect *effect;
	size_t count;
};

void hc_wiz_add(struct hc_wiz_args *args, const char *text);

/* job.c: asks for a run; it starts now, or when the one that runs has ended. */
void hc_wiz_request(struct hc_wiz *wiz, enum hc_wiz_job job, struct hc_wiz_effect *effect);
/* Stops the running job; its document is not wanted any more. */
void hc_wiz_cancel(struct hc_wiz *wiz, struct hc_wiz_effect *effect);
void hc_wiz_document(struct hc_wiz *wiz, struct hc_span bytes);
void hc_wiz_note(struct hc_wiz *wiz, struct hc_span line);
/* What a failed run said, under a heading; a document that couldn't be read has said it already. */
void hc_wiz_tell(struct hc_wiz *wiz, int status, const char *heading);
void hc_wiz_exit(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect);

/* What a failed run said, under a heading; a document that couldn't be read has said it already. */
void hc_wiz_tell(struct hc_wiz *wiz, int status, const char *heading);

/* The end of a run that streams: RESULT. */
void hc_wiz_end_run(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect);

/* Something the operator has to read; a copy. */
void hc_wiz_notice(struct hc_wiz *wiz, const char *fmt, ...) HC_PRINTF(2, 3);
void hc_wiz_trouble(struct hc_wiz *wiz, const char *fmt, ...) HC_PRINTF(2, 3);
/* Replaces *text, owned by malloc; empty when memory is out. */
void hc_wiz_keep(char **text, const char *fmt, ...) HC_PRINTF(2, 3);

/* choose.c */
hc_wiz_act hc_wiz_act_choose;     /* Enter on a menu */
hc_wiz_act hc_wiz_act_repository; /* Enter on the typed place */
hc_wiz_act hc_wiz_act_backup;     /* Enter on a backup */
hc_wiz_act hc_wiz_act_target;     /* Enter on a disk */
hc_wiz_act hc_wiz_act_reread;     /* facts or catalog again */
void hc_wiz_sort_catalog(struct hc_wiz *wiz);

/* media.c */
hc_wiz_act hc_wiz_act_place_up;
hc_wiz_act hc_wiz_act_place_down;
hc_wiz_act hc_wiz_act_rescan;
hc_wiz_act hc_wiz_enter_repository; /* the screen, and a first look for places */
bool hc_wiz_has_places(const struct hc_wiz *wiz);
void hc_wiz_place_typed(struct hc_wiz *wiz);
void hc_wiz_load_media(struct hc_wiz *wiz, struct hc_span bytes);
/* A notice says why what was chosen is no repository, although it was found. */
bool hc_wiz_is_refused(struct hc_wiz *wiz);
/* Asks for the mount that the typed place needs; false: it needs none. */
bool hc_wiz_mount_first(struct hc_wiz *wiz, struct hc_wiz_effect *effect);
void hc_wiz_end_media(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect);
void hc_wiz_end_mount(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect);

/* verdict.c */
hc_wiz_act hc_wiz_act_finding;
hc_wiz_act hc_wiz_act_accept;
hc_wiz_act hc_wiz_act_override; /* asks */
hc_wiz_act hc_wiz_act_take_back;
hc_wiz_act hc_wiz_act_verdict;         /* Enter on VERDICT */
hc_wiz_act hc_wiz_act_verdict_of_disk; /* from the plan */
void hc_wiz_sort_findings(struct hc_verdict *verdict);
/* The first finding that waits for an answer, else the first. */
void hc_wiz_select_question(struct hc_wiz *wiz);
void hc_wiz_load_check(struct hc_wiz *wiz, struct hc_span bytes);
bool hc_wiz_has_finding(const struct hc_wiz *wiz);
bool hc_wiz_may_accept(const struct hc_wiz *wiz);
bool hc_wiz_may_override(const struct hc_wiz *wiz);
bool hc_wiz_may_take_back(const struct hc_wiz *wiz);
bool hc_wiz_verdict_may_go_on(const struct hc_wiz *wiz);
void hc_wiz_override(struct hc_wiz *wiz); /* the question was answered by yes */
/* Those about the chosen disk; or all. */
void hc_wiz_drop_answers(struct hc_wiz *wiz, bool all);
/* The acceptance of a rule that a choice stands for. */
bool hc_wiz_has_accepted(const struct hc_wiz *wiz, const char *rule);
void hc_wiz_accept(struct hc_wiz *wiz, const char *rule, bool yes);
void hc_wiz_request_check(struct hc_wiz *wiz, struct hc_wiz_effect *effect);
/* "DSK-3,DRV-2": the rules that were overridden, or accepted; "" for none. */
void hc_wiz_answer_list(const struct hc_wiz *wiz, bool override, char *buf, size_t size);

/* options.c */
hc_wiz_act hc_wiz_act_options;      /* from VERDICT */
hc_wiz_act hc_wiz_act_options_done; /* Enter on OPTIONS */
hc_wiz_act hc_wiz_act_switch;       /* Space on a row */
bool hc_wiz_may_switch(const struct hc_wiz *wiz);
/* The line that the selected row is typed into; NULL: it isn't. */
struct hc_wiz_field *hc_wiz_option_field(struct hc_wiz *wiz);
void hc_wiz_options_changed(struct hc_wiz *wiz);
/* The choices as options of the engine; value NULL: a flag. */
void hc_wiz_option_args(struct hc_wiz *wiz,
			void (*add)(void *ctx, const char *option, const char *value),
			void *ctx);

/* plan.c */
hc_wiz_act hc_wiz_act_review;  /* Enter on REVIEW */
hc_wiz_act hc_wiz_act_confirm; /* Enter on CONFIRM */
/* The end of an identity, which is to be typed. */
const char *hc_wiz_word_of(const char *identity);
void hc_wiz_load_plan(struct hc_wiz *wiz, struct hc_span bytes);
void hc_wiz_forget_plan(struct hc_wiz *wiz);
void hc_wiz_request_plan(struct hc_wiz *wiz, struct hc_wiz_effect *effect);

/* review.c: the plan's lines, in its arena. */
void hc_wiz_review(struct hc_wiz *wiz);

/* kiosk.c */
hc_wiz_act hc_wiz_act_again;
hc_wiz_act hc_wiz_act_by_hand;
void hc_wiz_kiosk_start(struct hc_wiz *wiz, struct hc_wiz_effect *effect);
void hc_wiz_kiosk_note(struct hc_wiz *wiz, const struct hc_event *event);
void hc_wiz_kiosk_tick(const struct hc_wiz *wiz, struct hc_wiz_effect *effect);
void hc_wiz_kiosk_end(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect);

/* run.c */
void hc_wiz_run_start(struct hc_wiz *wiz);
void hc_wiz_run_line(struct hc_wiz *wiz, struct hc_span line);
void hc_wiz_run_log(struct hc_wiz *wiz, const char *fmt, ...) HC_PRINTF(2, 3);
void hc_wiz_run_end(struct hc_wiz *wiz, int status);
/* The lines that RESULT and REPORT show: none any more; some appended. */
void hc_wiz_drop_lines(struct hc_wiz *wiz);
void hc_wiz_add_lines(struct hc_wiz *wiz, struct hc_span text);

/* task.c: the tasks of tasks.h, as the rest of the wizard sees them. */
void hc_wiz_task_args(struct hc_wiz_args *args, const struct hc_wiz *wiz, enum hc_wiz_job job);
void hc_wiz_task_document(struct hc_wiz *wiz, struct hc_span bytes);
void hc_wiz_task_end(struct hc_wiz *wiz, enum hc_wiz_job job, int status,
		     struct hc_wiz_effect *effect);
void hc_wiz_task_done(struct hc_wiz *wiz);
/* How many rows a list of these tasks has; false: this screen is none. */
bool hc_wiz_task_rows(const struct hc_wiz *wiz, size_t *ret);
hc_wiz_act hc_wiz_act_task_back;

/* task_disk.c */
hc_wiz_act hc_wiz_act_disk;
const char *hc_wiz_task_refusal(const struct hc_wiz *wiz, const struct hc_disk *disk,
				char buf[HC_WIZ_LINE]);

/* The line that is typed on this screen; NULL: none. */
struct hc_wiz_field *hc_wiz_task_field(struct hc_wiz *wiz);
/* capture.c */
hc_wiz_act hc_wiz_ask_where, hc_wiz_act_capture_disk;

/* Enter on a menu: what begins with a disk. */
hc_wiz_act hc_wiz_act_capture, hc_wiz_act_bootcheck, hc_wiz_act_fix, hc_wiz_act_undo;

/* change.c */
hc_wiz_act hc_wiz_look_at_repairs, hc_wiz_look_at_undoable;
hc_wiz_act hc_wiz_act_repair, hc_wiz_act_change, hc_wiz_act_allow;
bool hc_wiz_may_repair(const struct hc_wiz *wiz);

/* bootcheck.c, reports.c */
hc_wiz_act hc_wiz_look_at_chain;
hc_wiz_act hc_wiz_act_reports, hc_wiz_act_run;

#endif
