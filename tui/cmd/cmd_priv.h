/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon-wizard: what its files share. */
#ifndef HC_TUI_CMD_PRIV_H
#define HC_TUI_CMD_PRIV_H

#include <sys/types.h>

#include "tui/model/model.h"
#include "tui/term/term.h"

struct hc_wizard_options {
	const char *engine;  /* path of halcyon; NULL: beside this program, else in PATH */
	const char *facts;   /* a file instead of `halcyon probe` */
	const char *script;  /* keys from a file, screens to standard output */
	const char *run_dir; /* NULL: made */
	const char *repository;
	int width, height; /* of the script's screens */
	enum hc_draw draw;
	bool resident;
};

/* What the wizards of all consoles share, and the boot image's init with them (initramfs/init/lib.sh). */
#define HC_STATE_DIR "/run/halcyon"

/* ---------------------------------------------------------------- engine.c */

/*
 * The engine as a child process in a session of its own.  Its output goes to files in the run's folder, not
 * into pipes: an engine that is writing a disk goes on when the wizard dies, and what it said stays to be read.
 */
struct hc_engine {
	const char *program, *run_dir;
	pid_t pid; /* 0: none */
	enum hc_wiz_job job;
	bool exited;
	int status;
	int out, err; /* its output, read as it grows */
	struct hc_buf out_text, err_text;
	size_t out_at, err_at; /* up to where lines were handed out */
};

int hc_engine_start(struct hc_engine *engine, const struct hc_wiz_effect *effect,
		    struct hc_err *err);
/* 1: *ret holds the next thing the engine said, valid until the next call; 0: nothing new; -1: its output can't
 * be read. */
int hc_engine_next(struct hc_engine *engine, struct hc_wiz_input *ret, struct hc_err *err);
void hc_engine_cancel(struct hc_engine *engine);
/* Whether an engine that any wizard of this system started is writing a disk now. */
bool hc_engine_any_writes(void);
/* Leaves a run that writes alone; ends others. */
void hc_engine_done(struct hc_engine *engine);

/* ---------------------------------------------------------------- live.c, script.c */

int hc_wizard_live(struct hc_wiz *wiz, const struct hc_wizard_options *options,
		   struct hc_err *err);
int hc_wizard_script(struct hc_wiz *wiz, const struct hc_wizard_options *options,
		     struct hc_err *err);

#endif
