/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wizard on its terminals: keys and the engine in, screens and effects out. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "restore/base/file.h"
#include "tui/cmd/cmd_priv.h"

/* While the engine or a shell runs, or a line is slow, they are looked at this often; else only the clock moves. */
#define BUSY_MS 50
#define IDLE_MS 1000

struct live {
	struct hc_wiz *wiz;
	struct hc_consoles consoles;
	struct hc_engine engine;
	bool recorded; /* a later wizard could take up the run, or its result */
	bool quit;
};

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Runs a program and waits for it; its exit status, 127 when it can't be started. */
static int
run(const char *program)
{
	char *argv[] = { strdup(program), NULL };
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGPIPE, SIG_DFL);
		execvp(program, argv);
		_exit(127);
	}
	free(argv[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0)
		return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void perform(struct live *live, const struct hc_wiz_effect *effect);

static void
feed(struct live *live, struct hc_wiz_input *input)
{
	struct hc_wiz_effect effect;

	/* What was said before we came says itself when. */
	if (input->kind != HC_INPUT_LINE || !live->engine.replays)
		input->at_ms = now_ms();
	hc_wiz_step(live->wiz, input, &effect);
	perform(live, &effect);
	if (live->recorded && live->wiz->screen != HC_SCREEN_PROGRESS &&
	    live->wiz->screen != HC_SCREEN_RESULT && live->wiz->screen != HC_SCREEN_KIOSK) {
		hc_takeover_forget(live->engine.dir);
		live->recorded = false;
	}
}

static void
tell(struct live *live, enum hc_wiz_input_kind kind, const char *text)
{
	struct hc_wiz_input input = { .kind = kind, .bytes = hc_span(text, strlen(text)) };

	feed(live, &input);
}

static void
start_engine(struct live *live, const struct hc_wiz_effect *effect)
{
	struct hc_wiz_input ended = { .kind = HC_INPUT_EXIT, .status = 127 };
	struct hc_err err;

	if (hc_wiz_job_streams(effect->job)) {
		hc_takeover_record(live->wiz, live->engine.run_dir);
		live->recorded = true;
	}
	if (hc_engine_start(&live->engine, effect, &err) == 0)
		return;
	tell(live, HC_INPUT_NOTE, err.text[0]);
	feed(live, &ended);
}

/* In the boot image its init ends the machine, once it finds what is asked for in this file. */
static bool
ask_init(const char *action)
{
	struct hc_err err;
	char line[32];

	snprintf(line, sizeof(line), "%s\n", action);
	return getenv("HALCYON_CONSOLE") != NULL &&
	       hc_file_replace(HC_STATE_DIR "/end-action", hc_span(line, strlen(line)), &err) ==
		       0;
}

/* Elsewhere `reboot` and `poweroff` are the system's own programs: they know how it is shut down. */
static void
end_machine(struct live *live, const char *program)
{
	char text[128];
	int status;

	if (hc_engine_any_writes()) {
		tell(live, HC_INPUT_NOTICE,
		     "A restore is writing a disk, started from another console.");
		return;
	}
	sync();
	if (ask_init(program)) {
		live->quit = true;
		return;
	}
	status = run(program);
	snprintf(text, sizeof(text),
		 status == 0 ? "`%s` was asked for; this machine is going down."
			     : "`%s` failed; use the rescue shell.",
		 program);
	tell(live, HC_INPUT_NOTICE, text);
}

static void
perform(struct live *live, const struct hc_wiz_effect *effect)
{
	switch (effect->kind) {
	case HC_EFFECT_NONE:
	case HC_EFFECT_COUNT:
		break;
	case HC_EFFECT_RUN:
		start_engine(live, effect);
		break;
	case HC_EFFECT_CANCEL:
		hc_engine_cancel(&live->engine);
		break;
	case HC_EFFECT_SHELL:
		if (!hc_consoles_shell(&live->consoles))
			tell(live, HC_INPUT_NOTICE, "The shell could not be started.");
		break;
	case HC_EFFECT_REBOOT:
		end_machine(live, "reboot");
		break;
	case HC_EFFECT_POWEROFF:
		end_machine(live, "poweroff");
		break;
	case HC_EFFECT_QUIT:
		/* Whoever quits has seen how a run ended that ended. */
		if (live->recorded && !live->engine.runs)
			hc_takeover_forget(live->engine.dir);
		live->quit = true;
		break;
	}
}

static int
hear_engine(struct live *live, struct hc_err *err)
{
	struct hc_wiz_input input;
	int more;

	while ((more = hc_engine_next(&live->engine, &input, err)) > 0)
		feed(live, &input);
	return more;
}

/* All keys that were pressed; else time has passed. */
static int
hear_keys(struct live *live, struct hc_err *err)
{
	struct hc_wiz_input input;
	unsigned keys = 0;
	int got;

	while (!live->quit && (got = hc_consoles_key(&live->consoles, now_ms(), &input)) != 0) {
		if (got < 0)
			return hc_err_set(err, H_TERMINAL, "the terminal has gone");
		feed(live, &input);
		keys++;
	}
	input = (struct hc_wiz_input){ .kind = HC_INPUT_TICK };
	if (keys == 0)
		feed(live, &input);
	if (hc_consoles_shell_ended(&live->consoles) == 127)
		tell(live, HC_INPUT_NOTICE, "The shell could not be started.");
	return 0;
}

static int
loop(struct live *live, struct hc_err *err)
{
	bool behind;

	while (!live->quit) {
		if (hc_consoles_show(&live->consoles, live->wiz, &behind, err) < 0)
			return -1;
		if (hc_consoles_wait(&live->consoles,
				     live->engine.runs || behind ||
						     hc_consoles_shells(&live->consoles)
					     ? BUSY_MS
					     : IDLE_MS) < 0)
			return hc_err_sys(err, H_TERMINAL, "waiting for keys");
		if (hear_keys(live, err) < 0 || hear_engine(live, err) < 0)
			return -1;
	}
	return 0;
}

/* With the run that an earlier wizard left, else from the beginning. */
static void
begin(struct live *live, const struct hc_wizard_options *options)
{
	struct hc_wiz_effect effect;

	live->recorded = hc_takeover(
		live->wiz, options->run_dir_given ? options->run_dir : NULL, &live->engine);
	if (live->recorded)
		return;
	hc_wiz_start(live->wiz, now_ms(), &effect);
	perform(live, &effect);
}

int
hc_wizard_live(struct hc_wiz *wiz, const struct hc_wizard_options *options, struct hc_err *err)
{
	struct live live = { .wiz = wiz,
			     .engine = { .program = options->engine,
					 .run_dir = options->run_dir,
					 .out = -1,
					 .err = -1 } };
	int result = -1;

	signal(SIGPIPE, SIG_IGN);
	if (hc_consoles_open(&live.consoles, options->consoles, options->console_count, err) ==
	    0) {
		begin(&live, options);
		result = loop(&live, err);
	}
	hc_consoles_done(&live.consoles);
	hc_engine_done(&live.engine);
	return result;
}
