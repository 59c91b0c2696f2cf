/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine as a child process. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tui/cmd/cmd_priv.h"

/* A catalog of 100,000 backups is 30 MiB. */
#define OUTPUT_MAX (64u << 20)
#define READ_BYTES 65536

/* RUN/NAME: one end for the engine, one for us. */
static int
open_output(const struct hc_engine *engine, const char *name, int *ret_write, int *ret_read,
	    struct hc_err *err)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", engine->run_dir, name);
	*ret_write = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	*ret_read = *ret_write >= 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (*ret_read < 0)
		return hc_err_sys(err, H_IO, "opening %s", path);
	return 0;
}

/* Each engine that writes holds a shared lock for as long as it lives, whoever started it.  -1 where there is
 * no folder to keep it in, which is so where nobody else could look either. */
static int
open_lock(void)
{
	return open(HC_STATE_DIR "/writing.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

bool
hc_engine_any_writes(void)
{
	int fd = open_lock();
	bool writes = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	return writes;
}

/* In the child: never returns.  Its own session comes first: a hang-up of the wizard's terminal must not reach it. */
static void
become(const struct hc_engine *engine, const struct hc_wiz_effect *effect, int out, int err)
{
	char *argv[HC_WIZ_ARGS] = { NULL };
	int none, lock;

	setsid();
	none = open("/dev/null", O_RDONLY);
	lock = hc_wiz_job_writes(effect->job) ? open_lock() : -1;
	for (size_t i = 0; i < HC_WIZ_ARGS - 1 && effect->argv[i] != NULL; i++)
		argv[i] = strdup(effect->argv[i]);
	/* The lock goes with the descriptor, which the engine inherits and never looks at. */
	if (lock >= 0) {
		flock(lock, LOCK_SH);
		fcntl(lock, F_SETFD, 0);
	}
	dup2(none, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	execvp(engine->program, argv);
	fprintf(stderr, "%s: %s\n", engine->program, strerror(errno));
	fflush(stderr);
	_exit(127);
}

static void
close_all(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static void
forget(struct hc_engine *engine)
{
	close_all((int[]){ engine->out, engine->err }, 2);
	engine->out = engine->err = -1;
	engine->pid = 0;
	engine->exited = false;
	engine->out_text.size = engine->err_text.size = 0;
	engine->out_at = engine->err_at = 0;
}

/* Until the child is another program, or has ended: both close its end of the pipe. */
static void
wait_for_exec(int started)
{
	char byte;

	while (read(started, &byte, 1) < 0 && errno == EINTR)
		;
}

int
hc_engine_start(struct hc_engine *engine, const struct hc_wiz_effect *effect,
		struct hc_err *err)
{
	int out = -1, errors = -1, started[2] = { -1, -1 }, result = -1;
	char notes[32];

	forget(engine);
	engine->job = effect->job;
	snprintf(notes, sizeof(notes), "%s.log", hc_wiz_job_names[effect->job]);
	if (open_output(engine, hc_wiz_job_files[effect->job], &out, &engine->out, err) < 0 ||
	    open_output(engine, notes, &errors, &engine->err, err) < 0)
		goto out;
	engine->pid = pipe2(started, O_CLOEXEC) == 0 ? fork() : -1;
	if (engine->pid == 0)
		become(engine, effect, out, errors);
	if (engine->pid < 0) {
		engine->pid = 0;
		hc_err_sys(err, H_IO, "starting %s", engine->program);
		goto out;
	}
	close(started[1]);
	started[1] = -1;
	/* Before the screen tells of a run that goes on by itself, it can. */
	wait_for_exec(started[0]);
	result = 0;
out:
	close_all((int[]){ out, errors, started[0], started[1] }, 4);
	if (result < 0)
		forget(engine);
	return result;
}

static int
read_more(int fd, struct hc_buf *text, struct hc_err *err)
{
	char bytes[READ_BYTES];
	ssize_t got;

	while ((got = read(fd, bytes, sizeof(bytes))) > 0) {
		if (text->size > OUTPUT_MAX)
			return hc_err_set(err, H_IO, "the engine said more than %u bytes",
					  OUTPUT_MAX);
		if (hc_buf_append(text, bytes, (size_t)got, err) < 0)
			return -1;
	}
	return got == 0 ? 0 : hc_err_sys(err, H_IO, "reading what the engine said");
}

/* The next whole line, or what is left when the engine has ended. */
static bool
next_line(struct hc_engine *engine, struct hc_buf *text, size_t *at, struct hc_span *ret)
{
	const uint8_t *start = text->data + *at, *end;
	size_t left = text->size - *at;

	if (left == 0)
		return false;
	end = memchr(start, '\n', left);
	if (end == NULL && !engine->exited)
		return false;
	*ret = hc_span(start, end != NULL ? (size_t)(end - start) : left);
	*at += ret->size + (end != NULL ? 1 : 0);
	return true;
}

/* Lines that were handed out make room. */
static void
drop(struct hc_buf *text, size_t *at)
{
	if (*at == 0)
		return;
	memmove(text->data, text->data + *at, text->size - *at);
	text->size -= *at;
	*at = 0;
}

static void
look_for_exit(struct hc_engine *engine)
{
	int status;

	if (engine->exited || waitpid(engine->pid, &status, WNOHANG) != engine->pid)
		return;
	engine->exited = true;
	engine->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static bool
next_said(struct hc_engine *engine, struct hc_wiz_input *ret)
{
	bool streams = hc_wiz_job_streams(engine->job);

	*ret = (struct hc_wiz_input){ .kind = HC_INPUT_NOTE };
	if (next_line(engine, &engine->err_text, &engine->err_at, &ret->bytes))
		return true;
	ret->kind = HC_INPUT_LINE;
	return streams && next_line(engine, &engine->out_text, &engine->out_at, &ret->bytes);
}

int
hc_engine_next(struct hc_engine *engine, struct hc_wiz_input *ret, struct hc_err *err)
{
	if (engine->pid == 0)
		return 0;
	if (next_said(engine, ret))
		return 1;
	drop(&engine->err_text, &engine->err_at);
	if (hc_wiz_job_streams(engine->job))
		drop(&engine->out_text, &engine->out_at);
	/* First the exit, then the files: so nothing that was said before it is missed. */
	look_for_exit(engine);
	if (read_more(engine->out, &engine->out_text, err) < 0 ||
	    read_more(engine->err, &engine->err_text, err) < 0)
		return -1;
	if (next_said(engine, ret))
		return 1;
	if (!engine->exited)
		return 0;
	if (!hc_wiz_job_streams(engine->job) && engine->out_at == 0) {
		*ret = (struct hc_wiz_input){ .kind = HC_INPUT_DOCUMENT,
					      .bytes = hc_buf_span(&engine->out_text) };
		engine->out_at = SIZE_MAX;
		return 1;
	}
	*ret = (struct hc_wiz_input){ .kind = HC_INPUT_EXIT, .status = engine->status };
	forget(engine);
	return 1;
}

void
hc_engine_cancel(struct hc_engine *engine)
{
	if (engine->pid > 0 && !engine->exited)
		kill(engine->pid, SIGTERM);
}

void
hc_engine_done(struct hc_engine *engine)
{
	if (engine->pid > 0 && !engine->exited && !hc_wiz_job_writes(engine->job)) {
		kill(engine->pid, SIGTERM);
		waitpid(engine->pid, NULL, 0);
	}
	forget(engine);
	hc_buf_done(&engine->out_text);
	hc_buf_done(&engine->err_text);
}
