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
	bool run_dir_given;
	const char *repository;
	const char *intent; /* the answer file of a kiosk; NULL: somebody attends */
	int width, height;  /* of the script's screens */
	enum hc_draw draw;
	bool resident;
	/* The first is standard input and output where none is given. */
	struct hc_term_options consoles[HC_TERMS];
	size_t console_count;
};

/* What the wizards of all consoles share, and the boot image's init with them (initramfs/init/lib.sh). */
#define HC_STATE_DIR "/run/halcyon"

/* Held, shared, by each engine that changes a disk, whoever started it. */
#define HC_WRITING_LOCK HC_STATE_DIR "/writing.lock"
#define HC_PATH         4096

/* ---------------------------------------------------------------- keeper.c */

#define HC_KEEPER_LOCKS 2

/*
 * An engine's own parent, in a session of its own, so that wizards may come and go.  In its folder, for each run:
 *	JOB.lock   locked for as long as the keeper or its engine lives
 *	JOB.pid    of the keeper; it passes SIGTERM on
 *	JOB.exit   how the engine ended: exit status, 128 + n for signal n, 127 it didn't start
 */
struct hc_keeper {
	const char *program, *dir;
	int out, err; /* of the engine */
	int locks[HC_KEEPER_LOCKS];
};

/* Its process id; -1: none could be made. */
pid_t hc_keeper_start(struct hc_keeper *keeper, const struct hc_wiz_effect *effect);
void hc_keeper_path(const char *dir, enum hc_wiz_job job, const char *ending,
		    char buf[HC_PATH]);
/* False where there is no such file. */
bool hc_keeper_is_locked(const char *path);

/* ---------------------------------------------------------------- engine.c */

/*
 * The engine as a process that is kept.  Its output goes to files in the run's folder, not into pipes: an engine that
 * is writing a disk goes on when the wizard dies, and what it said stays to be read, by the next wizard too.
 */
struct hc_engine {
	const char *program, *run_dir;
	char dir[HC_PATH]; /* of the run that is read; run_dir, or an earlier wizard's */
	bool runs;
	pid_t keeper; /* our child; 0: somebody else's */
	enum hc_wiz_job job;
	bool exited;
	bool replays; /* what is read was said before we came */
	int status;
	int out, err; /* its output, read as it grows */
	struct hc_buf out_text, err_text;
	size_t out_at, err_at; /* up to where lines were handed out */
};

int hc_engine_start(struct hc_engine *engine, const struct hc_wiz_effect *effect,
		    struct hc_err *err);
/* Reads from its beginning a run that another wizard began in `dir`, whether it goes on or has ended. */
int hc_engine_follow(struct hc_engine *engine, const char *dir, enum hc_wiz_job job,
		     struct hc_err *err);
/* 1: *ret holds the next thing the engine said, valid until the next call; 0: nothing new; -1: its output can't
 * be read. */
int hc_engine_next(struct hc_engine *engine, struct hc_wiz_input *ret, struct hc_err *err);
void hc_engine_cancel(struct hc_engine *engine);
/* Whether an engine that any wizard of this system started is writing a disk now. */
bool hc_engine_any_writes(void);
/* Leaves a run that writes alone; ends others. */
void hc_engine_done(struct hc_engine *engine);

/* ---------------------------------------------------------------- takeover.c */

/* Writes down the run that goes on now, in its folder, for a later wizard. */
void hc_takeover_record(const struct hc_wiz *wiz, const char *dir);
/* That run has been seen to its end. */
void hc_takeover_forget(const char *dir);
/* Takes up the last run of `run_dir`, or NULL, of any wizard of this system, if nobody has seen its end yet. */
bool hc_takeover(struct hc_wiz *wiz, const char *run_dir, struct hc_engine *engine);

/* ---------------------------------------------------------------- consoles.c */

struct hc_console {
	struct hc_term_options options;
	struct hc_term *term; /* NULL: it can't be opened now */
	struct hc_canvas canvas;
	pid_t shell; /* that has it now; 0: none */
	uint64_t retry_ms;
};

struct hc_consoles {
	struct hc_console items[HC_TERMS];
	size_t count;
	size_t current; /* from which the last key came */
};

/* Fails where not one of them can be opened; devices are tried again. */
int hc_consoles_open(struct hc_consoles *consoles, const struct hc_term_options *options,
		     size_t count, struct hc_err *err);
void hc_consoles_done(struct hc_consoles *consoles);
int hc_consoles_wait(struct hc_consoles *consoles, int timeout_ms);
/* A key of any of them: 1; 0: none now; -1: there is no terminal any more, and none that could come back. */
int hc_consoles_key(struct hc_consoles *consoles, uint64_t now_ms, struct hc_wiz_input *ret);
/* Each at its own size.  *ret_behind: one is still busy with what came before; show again soon. */
int hc_consoles_show(struct hc_consoles *consoles, const struct hc_wiz *wiz, bool *ret_behind,
		     struct hc_err *err);
/* A shell on the console from which the last key came; the others stay the wizard's. */
bool hc_consoles_shell(struct hc_consoles *consoles);
bool hc_consoles_shells(const struct hc_consoles *consoles);
/* Gives a console back to the wizard: the exit status of a shell that has ended, 127 it didn't start; -1: none has. */
int hc_consoles_shell_ended(struct hc_consoles *consoles);

/* ---------------------------------------------------------------- live.c, script.c */

int hc_wizard_live(struct hc_wiz *wiz, const struct hc_wizard_options *options,
		   struct hc_err *err);
int hc_wizard_script(struct hc_wiz *wiz, const struct hc_wizard_options *options,
		     struct hc_err *err);

#endif
