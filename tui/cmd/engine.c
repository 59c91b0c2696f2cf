/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine as a child process. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "restore/base/file.h"
#include "tui/cmd/cmd_priv.h"

/* A catalog of 100,000 backups is 30 MiB. */
#define OUTPUT_MAX (64u << 20)
#define READ_BYTES 65536

/* RUN/NAME: one end for the engine, one for us. */
static int
open_output(const struct hc_engine *engine, const char *name, int *ret_write, int *ret_read,
	    struct hc_err *err)
{
	char path[HC_PATH];

	snprintf(path, sizeof(path), "%s/%s", engine->run_dir, name);
	*ret_write = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	*ret_read = *ret_write >= 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (*ret_read < 0)
		return hc_err_sys(err, H_IO, "opening %s", path);
	return 0;
}

bool
hc_engine_any_writes(void)
{
	return hc_keeper_is_locked(HC_WRITING_LOCK);
}

static void
forget(struct hc_engine *engine)
{
	if (engine->out >= 0)
		close(engine->out);
	if (engine->err >= 0)
		close(engine->err);
	engine->out = engine->err = -1;
	engine->keeper = 0;
	engine->runs = engine->exited = engine->replays = false;
	engine->out_text.size = engine->err_text.size = 0;
	engine->out_at = engine->err_at = 0;
}

int
hc_engine_start(struct hc_engine *engine, const struct hc_wiz_effect *effect,
		struct hc_err *err)
{
	struct hc_keeper keeper = { engine->program, engine->run_dir, -1, -1, { -1, -1 } };
	int result = -1;
	char notes[32];

	forget(engine);
	engine->job = effect->job;
	snprintf(engine->dir, sizeof(engine->dir), "%s", engine->run_dir);
	snprintf(notes, sizeof(notes), "%s.log", hc_wiz_job_names[effect->job]);
	if (open_output(engine, hc_wiz_job_files[effect->job], &keeper.out, &engine->out, err) <
		    0 ||
	    open_output(engine, notes, &keeper.err, &engine->err, err) < 0)
		goto out;
	engine->keeper = hc_keeper_start(&keeper, effect);
	if (engine->keeper < 0) {
		hc_err_sys(err, H_IO, "starting %s", engine->program);
		goto out;
	}
	engine->runs = true;
	result = 0;
out:
	if (keeper.out >= 0)
		close(keeper.out);
	if (keeper.err >= 0)
		close(keeper.err);
	if (result < 0)
		forget(engine);
	return result;
}

static int
open_input(const char *dir, const char *name, const char *ending, struct hc_err *err)
{
	char path[HC_PATH];
	int fd;

	snprintf(path, sizeof(path), "%s/%s%s", dir, name, ending);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	/* Without it there is less to tell, but still how it ended. */
	if (fd < 0)
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return fd >= 0 ? fd : hc_err_sys(err, H_IO, "opening %s", path);
}

int
hc_engine_follow(struct hc_engine *engine, const char *dir, enum hc_wiz_job job,
		 struct hc_err *err)
{
	forget(engine);
	engine->job = job;
	snprintf(engine->dir, sizeof(engine->dir), "%s", dir);
	engine->out = open_input(dir, hc_wiz_job_files[job], "", err);
	engine->err = open_input(dir, hc_wiz_job_names[job], ".log", err);
	if (engine->out < 0 || engine->err < 0) {
		forget(engine);
		return -1;
	}
	engine->runs = engine->replays = true;
	return 0;
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

/* The number in a file of the run; false while it isn't there. */
static bool
read_number(const struct hc_engine *engine, const char *ending, int *ret)
{
	struct hc_buf text = { 0 };
	struct hc_err ignored;
	char path[HC_PATH];
	bool found;

	hc_keeper_path(engine->dir, engine->job, ending, path);
	found = hc_file_read(path, 64, &text, &ignored) == 0 &&
		hc_buf_append(&text, "", 1, &ignored) == 0;
	if (found)
		*ret = atoi((const char *)text.data);
	hc_buf_done(&text);
	return found;
}

/* Of our own child by wait(2).  Otherwise by what its keeper wrote; a lock that is free without such a word says that
 * both were killed. */
static void
look_for_exit(struct hc_engine *engine)
{
	char path[HC_PATH];
	bool locked;
	int status;

	if (engine->exited)
		return;
	if (engine->keeper > 0) {
		if (waitpid(engine->keeper, &status, WNOHANG) != engine->keeper)
			return;
		engine->keeper = 0;
		engine->exited = WIFEXITED(status);
		if (engine->exited)
			engine->status = WEXITSTATUS(status);
		return;
	}
	hc_keeper_path(engine->dir, engine->job, "lock", path);
	locked = hc_keeper_is_locked(path);
	engine->status = 128 + SIGKILL;
	engine->exited = read_number(engine, "exit", &engine->status) || !locked;
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

/* What is there at the first look was said before we came; all that follows is said now. */
static int
hear(struct hc_engine *engine, struct hc_err *err)
{
	size_t out = engine->out_text.size, errors = engine->err_text.size;
	int result = read_more(engine->out, &engine->out_text, err);

	if (result == 0)
		result = read_more(engine->err, &engine->err_text, err);
	if (engine->out_text.size == out && engine->err_text.size == errors)
		engine->replays = false;
	return result;
}

int
hc_engine_next(struct hc_engine *engine, struct hc_wiz_input *ret, struct hc_err *err)
{
	if (!engine->runs)
		return 0;
	if (next_said(engine, ret))
		return 1;
	drop(&engine->err_text, &engine->err_at);
	if (hc_wiz_job_streams(engine->job))
		drop(&engine->out_text, &engine->out_at);
	/* First the exit, then the files: so nothing that was said before it is missed. */
	look_for_exit(engine);
	if (hear(engine, err) < 0)
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
	char path[HC_PATH];
	int keeper = (int)engine->keeper;

	if (!engine->runs || engine->exited)
		return;
	hc_keeper_path(engine->dir, engine->job, "lock", path);
	/* A number that was written down may be another process by now, unless the lock is held. */
	if (keeper == 0 &&
	    (!hc_keeper_is_locked(path) || !read_number(engine, "pid", &keeper) || keeper <= 1))
		return;
	kill(keeper, SIGTERM);
}

void
hc_engine_done(struct hc_engine *engine)
{
	if (engine->keeper > 0 && !engine->exited && !hc_wiz_job_writes(engine->job)) {
		kill(engine->keeper, SIGTERM);
		waitpid(engine->keeper, NULL, 0);
	}
	forget(engine);
	hc_buf_done(&engine->out_text);
	hc_buf_done(&engine->err_text);
}
