/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keeper of an engine: a small process between it and the wizard, which waits for it and writes down how it ended. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "restore/base/file.h"
#include "tui/cmd/cmd_priv.h"

#define DESCRIPTORS 256

void
hc_keeper_path(const char *dir, enum hc_wiz_job job, const char *ending, char buf[HC_PATH])
{
	snprintf(buf, HC_PATH, "%s/%s.%s", dir, hc_wiz_job_names[job], ending);
}

/* Those that a terminal sends to its session. */
static void
set_signals(void (*action)(int))
{
	signal(SIGHUP, action);
	signal(SIGINT, action);
	signal(SIGQUIT, action);
}

/* In the engine: never returns. */
static void
become(const struct hc_keeper *keeper, const struct hc_wiz_effect *effect)
{
	char *argv[HC_WIZ_ARGS] = { NULL };
	int none = open("/dev/null", O_RDONLY);
	sigset_t all;

	for (size_t i = 0; i < HC_WIZ_ARGS - 1 && effect->argv[i] != NULL; i++)
		argv[i] = strdup(effect->argv[i]);
	/* The locks go with the descriptors, which the engine inherits and never looks at. */
	for (size_t i = 0; i < HC_KEEPER_LOCKS; i++)
		if (keeper->locks[i] >= 0)
			fcntl(keeper->locks[i], F_SETFD, 0);
	dup2(none, STDIN_FILENO);
	dup2(keeper->out, STDOUT_FILENO);
	dup2(keeper->err, STDERR_FILENO);
	set_signals(SIG_DFL);
	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	execvp(keeper->program, argv);
	fprintf(stderr, "%s: %s\n", keeper->program, strerror(errno));
	fflush(stderr);
	_exit(127);
}

/* The wizard's terminals and files are none of the keeper's: a line that hangs up must find them closed. */
static void
let_go(const struct hc_keeper *keeper)
{
	int none = open("/dev/null", O_RDWR);

	dup2(none, STDIN_FILENO);
	dup2(none, STDOUT_FILENO);
	dup2(none, STDERR_FILENO);
	for (int fd = STDERR_FILENO + 1; fd < DESCRIPTORS; fd++)
		if (fd != keeper->locks[0] && fd != keeper->locks[1])
			close(fd);
}

/* Until the engine has ended, however; a request to stop is passed on. */
static int
wait_for(pid_t engine, const sigset_t *signals)
{
	int status = 0, got;

	while (waitpid(engine, &status, WNOHANG) != engine) {
		if (sigwait(signals, &got) == 0 && got == SIGTERM)
			kill(engine, SIGTERM);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* In the wizard's child: never returns. */
static void
keep(const struct hc_keeper *keeper, const struct hc_wiz_effect *effect)
{
	char path[HC_PATH], text[32];
	struct hc_err ignored;
	sigset_t signals;
	pid_t engine;
	int status;

	setsid();
	prctl(PR_SET_NAME, "halcyon-keeper");
	/* The handlers that put a terminal back belong to the wizard; and what its terminal sent before we had left its
	 * session is not for us. */
	set_signals(SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_SETMASK, &signals, NULL);
	engine = fork();
	if (engine == 0)
		become(keeper, effect);
	let_go(keeper);
	status = engine > 0 ? wait_for(engine, &signals) : 127;
	hc_keeper_path(keeper->dir, effect->job, "exit", path);
	snprintf(text, sizeof(text), "%d\n", status);
	if (hc_file_replace(path, hc_span(text, strlen(text)), &ignored) < 0)
		unlink(path);
	_exit(status);
}

static int
open_lock(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		flock(fd, LOCK_SH);
	return fd;
}

bool
hc_keeper_is_locked(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	return locked;
}

pid_t
hc_keeper_start(struct hc_keeper *keeper, const struct hc_wiz_effect *effect)
{
	char path[HC_PATH], text[32];
	struct hc_err ignored;
	sigset_t all, before;
	pid_t pid;

	hc_keeper_path(keeper->dir, effect->job, "exit", path);
	unlink(path);
	/* Taken before there is anybody who could be looked for. */
	hc_keeper_path(keeper->dir, effect->job, "lock", path);
	keeper->locks[0] = open_lock(path);
	keeper->locks[1] = hc_wiz_job_writes(effect->job) ? open_lock(HC_WRITING_LOCK) : -1;
	/* A signal that comes too early must not find the wizard's handlers in the child. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		keep(keeper, effect);
	sigprocmask(SIG_SETMASK, &before, NULL);
	for (size_t i = 0; i < HC_KEEPER_LOCKS; i++)
		if (keeper->locks[i] >= 0)
			close(keeper->locks[i]);
	if (pid < 0)
		return -1;
	hc_keeper_path(keeper->dir, effect->job, "pid", path);
	snprintf(text, sizeof(text), "%d\n", (int)pid);
	if (hc_file_replace(path, hc_span(text, strlen(text)), &ignored) < 0)
		unlink(path);
	return pid;
}
