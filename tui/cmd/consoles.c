/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wizard's terminals: one picture for all of them, keys from any, a shell on the one that asked for it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tui/cmd/cmd_priv.h"
#include "tui/screens/screens.h"

/* How often a terminal that could not be opened, or has gone, is tried again. */
#define RETRY_MS 2000

/* ---------------------------------------------------------------- open and close */

static void
close_console(struct hc_console *console, uint64_t now_ms)
{
	hc_term_close(console->term);
	console->term = NULL;
	console->retry_ms = now_ms + RETRY_MS;
}

int
hc_consoles_open(struct hc_consoles *consoles, const struct hc_term_options *options,
		 size_t count, struct hc_err *err)
{
	size_t open = 0;

	*consoles = (struct hc_consoles){ .count = count };
	for (size_t i = 0; i < count; i++) {
		consoles->items[i].options = options[i];
		open += hc_term_open(&options[i], &consoles->items[i].term, err) == 0;
	}
	return open > 0 ? 0 : -1;
}

void
hc_consoles_done(struct hc_consoles *consoles)
{
	for (size_t i = 0; i < consoles->count; i++) {
		struct hc_console *console = &consoles->items[i];

		/* A shell still has its terminal; who leaves it finds none of ours. */
		if (console->shell > 0)
			kill(console->shell, SIGHUP);
		hc_term_close(console->term);
		hc_canvas_done(&console->canvas);
	}
}

/* A cable that is put back, a board whose console was closed. */
static void
try_again(struct hc_console *console, uint64_t now_ms)
{
	struct hc_err ignored;

	if (console->term != NULL || console->options.device == NULL ||
	    now_ms < console->retry_ms)
		return;
	console->retry_ms = now_ms + RETRY_MS;
	hc_term_open(&console->options, &console->term, &ignored);
}

/* ---------------------------------------------------------------- shell */

static const char *
name_of(const char *device)
{
	return strncmp(device, "/dev/", 5) == 0 ? device + 5 : device;
}

/* In the shell's process: a session with the console as its terminal. */
static bool
take_console(const struct hc_console *console)
{
	const char *device = console->options.device;
	int fd;

	if (device == NULL)
		return true;
	setsid();
	fd = open(device, O_RDWR);
	if (fd < 0)
		return false;
	ioctl(fd, TIOCSCTTY, 0);
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	if (console->options.type != NULL)
		setenv("TERM", console->options.type, 1);
	setenv("HALCYON_CONSOLE", name_of(device), 1);
	return true;
}

static void
become_shell(const struct hc_console *console)
{
	static const char hello[] = "Rescue shell.  `exit` goes back to the wizard.\n";
	const char *shell = getenv("SHELL"), *home = getenv("HOME");
	char *argv[] = { strdup(shell != NULL && shell[0] != '\0' ? shell : "/bin/sh"), NULL };
	ssize_t ignored;
	int moved;

	/* The wizard ignores it; a shell's children must not. */
	signal(SIGPIPE, SIG_DFL);
	/* With the wizard gone the next one wants the console. */
	prctl(PR_SET_PDEATHSIG, SIGHUP);
	if (argv[0] == NULL || !take_console(console))
		_exit(127);
	moved = home != NULL ? chdir(home) : 0;
	ignored = write(STDOUT_FILENO, hello, sizeof(hello) - 1);
	(void)moved;
	(void)ignored;
	execvp(argv[0], argv);
	_exit(127);
}

bool
hc_consoles_shell(struct hc_consoles *consoles)
{
	struct hc_console *console = &consoles->items[consoles->current];
	pid_t pid;

	if (console->term == NULL || console->shell > 0)
		return false;
	hc_term_suspend(console->term);
	pid = fork();
	if (pid == 0)
		become_shell(console);
	if (pid < 0) {
		hc_term_resume(console->term);
		return false;
	}
	console->shell = pid;
	return true;
}

bool
hc_consoles_shells(const struct hc_consoles *consoles)
{
	for (size_t i = 0; i < consoles->count; i++)
		if (consoles->items[i].shell > 0)
			return true;
	return false;
}

int
hc_consoles_shell_ended(struct hc_consoles *consoles)
{
	int status;

	for (size_t i = 0; i < consoles->count; i++) {
		struct hc_console *console = &consoles->items[i];

		if (console->shell <= 0 || waitpid(console->shell, &status, WNOHANG) == 0)
			continue;
		console->shell = 0;
		hc_term_resume(console->term);
		return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	return -1;
}

/* ---------------------------------------------------------------- keys */

static bool
is_ours(const struct hc_console *console)
{
	return console->term != NULL && console->shell <= 0;
}

int
hc_consoles_wait(struct hc_consoles *consoles, int timeout_ms)
{
	struct hc_term *terms[HC_TERMS];

	for (size_t i = 0; i < consoles->count; i++)
		terms[i] = is_ours(&consoles->items[i]) ? consoles->items[i].term : NULL;
	return hc_term_wait(terms, consoles->count, timeout_ms);
}

int
hc_consoles_key(struct hc_consoles *consoles, uint64_t now_ms, struct hc_wiz_input *ret)
{
	size_t left = 0;

	for (size_t i = 0; i < consoles->count; i++) {
		struct hc_console *console = &consoles->items[i];
		int got;

		try_again(console, now_ms);
		left += console->term != NULL || console->options.device != NULL;
		if (!is_ours(console))
			continue;
		got = hc_term_key(console->term, ret);
		if (got > 0) {
			consoles->current = i;
			return 1;
		}
		if (got == 0)
			continue;
		close_console(console, now_ms);
		left -= console->options.device == NULL;
	}
	return left > 0 ? 0 : -1;
}

/* ---------------------------------------------------------------- showing */

static int
show(struct hc_console *console, const struct hc_wiz *wiz, bool *ret_behind, struct hc_err *err)
{
	struct hc_canvas *canvas = &console->canvas;
	int width, height;
	bool ascii;

	hc_term_size(console->term, &width, &height, &ascii);
	if (width != canvas->width || height != canvas->height || ascii != canvas->ascii) {
		hc_canvas_done(canvas);
		if (hc_canvas_init(canvas, width, height, ascii, err) < 0)
			return -1;
	}
	hc_screen_draw(wiz, canvas);
	if (!hc_term_show(console->term, canvas))
		*ret_behind = true;
	return 0;
}

int
hc_consoles_show(struct hc_consoles *consoles, const struct hc_wiz *wiz, bool *ret_behind,
		 struct hc_err *err)
{
	*ret_behind = false;
	for (size_t i = 0; i < consoles->count; i++)
		if (is_ours(&consoles->items[i]) &&
		    show(&consoles->items[i], wiz, ret_behind, err) < 0)
			return -1;
	return 0;
}
