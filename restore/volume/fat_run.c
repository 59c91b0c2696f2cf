/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mtools as a child process.
 *
 * It gets the volume as descriptor 3, by the name /proc/self/fd/3@@OFFSET, an environment of its own (no settings of
 * the user's change what it prints), nothing to read but a file's new content, and pipes for what it says.  It is a parser of hostile bytes
 * that we did not write: a minute without a word is taken for a hang, and ends it.
 */
#include "restore/volume/fat_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define IMAGE_FD     3
#define ARGS_MAX     8
#define SILENCE_MS   60000
#define READ_STEP    65536
#define PATH_DEFAULT "PATH=/usr/bin:/bin"

struct child {
	pid_t pid;
	int out, words; /* our ends of its standard output and standard error */
	char said[192]; /* the first of its words */
	size_t said_length;
};

/* ---------------------------------------------------------------- start */

static int
add_actions(posix_spawn_file_actions_t *actions, int input, int out, int words, int image)
{
	int result = input < 0 ? posix_spawn_file_actions_addopen(actions, 0, "/dev/null",
								  O_RDONLY, 0)
			       : posix_spawn_file_actions_adddup2(actions, input, 0);

	if (result == 0)
		result = posix_spawn_file_actions_adddup2(actions, out, 1);
	if (result == 0)
		result = posix_spawn_file_actions_adddup2(actions, words, 2);
	/* Last: the pipes may be descriptor 3 themselves. */
	return result != 0 ? result
			   : posix_spawn_file_actions_adddup2(actions, image, IMAGE_FD);
}

/* Signals as a program expects them: it is to end when nobody reads its output any more.  A session of its own, without a
 * terminal: mtools, which would ask there, then takes the answer for yes. */
static int
set_surroundings(posix_spawnattr_t *attributes)
{
	sigset_t none, defaults;
	int result;

	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	result = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF |
							      POSIX_SPAWN_SETSIGMASK |
							      POSIX_SPAWN_SETSID);
	if (result == 0)
		result = posix_spawnattr_setsigdefault(attributes, &defaults);
	return result != 0 ? result : posix_spawnattr_setsigmask(attributes, &none);
}

/* posix_spawn's answer: 0 or a number of errno. */
static int
spawn(const char *program, const char *const *args, const struct hc_fat_image *image, int input,
      int out, int words, pid_t *ret)
{
	char name[64], path[4096];
	const char *path_now = getenv("PATH");
	/* posix_spawn does not write to either, but was declared before C had const. */
	const char *argv[ARGS_MAX + 4] = { program, "-i", name };
	const char *env[] = {
		PATH_DEFAULT,
		"LC_ALL=C.UTF-8",
		"TZ=UTC",
		"MTOOLSRC=/dev/null",
		"MTOOLS_SKIP_CHECK=1",
		"MTOOLS_LOWER_CASE=0",
		"MTOOLS_NO_VFAT=0",
		"MTOOLS_DOTTED_DIR=0",
		"MTOOLS_DATE_STRING=yyyy-mm-dd",
		"MTOOLS_TWENTY_FOUR_HOUR_CLOCK=1",
		NULL,
	};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int result, high = fcntl(image->fd, F_DUPFD_CLOEXEC, IMAGE_FD + 1);

	if (high < 0)
		return errno;
	snprintf(name, sizeof(name), "/proc/self/fd/%d@@%llu", IMAGE_FD,
		 (unsigned long long)image->offset);
	if (path_now != NULL &&
	    (size_t)snprintf(path, sizeof(path), "PATH=%s", path_now) < sizeof(path))
		env[0] = path;
	for (size_t i = 0; i < ARGS_MAX && args[i] != NULL; i++)
		argv[i + 3] = args[i];
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	result = add_actions(&actions, input, out, words, high);
	if (result == 0)
		result = set_surroundings(&attributes);
	if (result == 0)
		result = posix_spawnp(ret, program, &actions, &attributes,
				      (char *const *)(uintptr_t)argv,
				      (char *const *)(uintptr_t)env);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	close(high);
	return result;
}

static int
start(const char *program, const char *const *args, const struct hc_fat_image *image, int input,
      struct child *ret, struct hc_err *err)
{
	int out[2] = { -1, -1 }, words[2] = { -1, -1 }, number = 0;

	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(words, O_CLOEXEC) < 0)
		number = errno;
	if (number == 0)
		number = spawn(program, args, image, input, out[1], words[1], &ret->pid);
	if (out[1] >= 0)
		close(out[1]);
	if (words[1] >= 0)
		close(words[1]);
	ret->out = out[0];
	ret->words = words[0];
	if (number == 0)
		return 0;
	if (out[0] >= 0)
		close(out[0]);
	if (words[0] >= 0)
		close(words[0]);
	errno = number;
	if (number != ENOENT)
		return hc_err_sys(err, H_IO, "running %s", program);
	hc_err_set(err, H_UNSUPPORTED, "FAT volumes are read by mtools, and there is no %s",
		   program);
	return hc_err_remedy(err, "Install the package mtools.");
}

/* ---------------------------------------------------------------- what it says */

static void
keep_words(struct child *child, const char *text, size_t length)
{
	size_t room = sizeof(child->said) - 1 - child->said_length;

	if (length > room)
		length = room;
	memcpy(child->said + child->said_length, text, length);
	child->said_length += length;
}

/* Reads what is there from the pipe; *fd becomes -1 at its end. */
static int
take(struct child *child, int *fd, char *buf, struct hc_sink sink, struct hc_err *err)
{
	ssize_t got = read(*fd, buf, READ_STEP);

	if (got < 0)
		return errno == EINTR ? 0 : hc_err_sys(err, H_IO, "reading from mtools");
	if (got == 0) {
		close(*fd);
		*fd = -1;
		return 0;
	}
	if (fd == &child->words) {
		keep_words(child, buf, (size_t)got);
		return 0;
	}
	return sink.take(sink.ctx, hc_span(buf, (size_t)got), err);
}

static int
listen_to(struct child *child, struct hc_sink sink, struct hc_err *err)
{
	char *buf = malloc(READ_STEP);
	int ready, result = 0;

	if (buf == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to run mtools");
	while (result == 0 && (child->out >= 0 || child->words >= 0)) {
		struct pollfd fds[2] = { { child->out, POLLIN, 0 },
					 { child->words, POLLIN, 0 } };

		ready = poll(fds, 2, SILENCE_MS);
		if (ready < 0 && errno != EINTR)
			result = hc_err_sys(err, H_IO, "waiting for mtools");
		else if (ready == 0)
			result = hc_err_set(err, H_VOLUME_FORMAT,
					    "mtools said nothing for a minute");
		if (ready > 0 && fds[0].revents != 0)
			result = take(child, &child->out, buf, sink, err);
		if (result == 0 && ready > 0 && fds[1].revents != 0)
			result = take(child, &child->words, buf, sink, err);
	}
	free(buf);
	return result;
}

/* Its first line, printable. */
static const char *
words_of(struct child *child)
{
	child->said[child->said_length] = '\0';
	child->said[strcspn(child->said, "\r\n")] = '\0';
	for (char *c = child->said; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
			*c = '?';
	return child->said[0] == '\0' ? "it does not say why" : child->said;
}

int
hc_mtools_run(const struct hc_fat_image *image, const char *program, const char *const *args,
	      struct hc_sink sink, struct hc_err *err)
{
	return hc_mtools_feed(image, program, args, -1, sink, err);
}

int
hc_mtools_feed(const struct hc_fat_image *image, const char *program, const char *const *args,
	       int input, struct hc_sink sink, struct hc_err *err)
{
	struct child child = { .said_length = 0 };
	int result, status = 0;

	if (start(program, args, image, input, &child, err) < 0)
		return -1;
	result = listen_to(&child, sink, err);
	if (child.out >= 0)
		close(child.out);
	if (child.words >= 0)
		close(child.words);
	if (result < 0)
		kill(child.pid, SIGKILL);
	while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (result < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return result;
	if (WIFSIGNALED(status))
		return hc_err_set(err, H_VOLUME_FORMAT, "mtools was ended by signal %d",
				  WTERMSIG(status));
	return hc_err_set(err, H_VOLUME_FORMAT, "mtools can't read the volume: %s",
			  words_of(&child));
}
