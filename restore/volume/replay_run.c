/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting the process that replays, answering it, and ending it. */
#include "restore/volume/replay_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SOCKET     3
#define MEMORY_MAX (256ull << 20) /* more than we have, at most */

struct child {
	pid_t pid;
	int socket,
		words; /* our ends: messages; its standard output and error.  -1: it closed them */
	struct hc_io *io;
	struct hc_replay_message *message;
	struct hc_volume_replayed *replayed;
	struct hc_replay_words said;
	bool done;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

/* ---------------------------------------------------------------- the child's side */

/* So much address space as it has, and MEMORY_MAX. */
static void
limit_memory(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long long pages;
	struct rlimit most;

	if (file == NULL)
		return;
	if (fscanf(file, "%llu", &pages) == 1) {
		most.rlim_cur = pages * (uint64_t)sysconf(_SC_PAGESIZE) + MEMORY_MAX;
		most.rlim_max = most.rlim_cur;
		setrlimit(RLIMIT_AS, &most);
	}
	fclose(file);
}

/* Nothing of ours: no descriptor but the socket and where its words go, no signals, no text that we had not printed yet. */
static _Noreturn void
become_child(int socket, int words, hc_replay_body *body, const struct hc_io *io,
	     const struct hc_replay_limits *limits)
{
	const rlim_t total = (rlim_t)limits->total_ms / 1000 + 1;
	const struct rlimit no_core = { 0, 0 }, seconds = { total, total };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	dup2(null, 0);
	dup2(null, 1);
	fflush(stdout);
	/* Above what they become; -1 can't be helped, and ends as EBADF. */
	words = fcntl(words, F_DUPFD_CLOEXEC, SOCKET + 1);
	socket = fcntl(socket, F_DUPFD_CLOEXEC, SOCKET + 1);
	dup2(words, 1);
	dup2(words, 2);
	dup2(socket, SOCKET);
	syscall(SYS_close_range, SOCKET + 1, ~0u, 0);
	limit_memory();
	setrlimit(RLIMIT_CORE, &no_core);
	setrlimit(RLIMIT_CPU, &seconds);
	body(io->size);
	_exit(0);
}

/* ---------------------------------------------------------------- messages */

static int
misbehaves(struct hc_err *err)
{
	return hc_err_set(err, H_VOLUME_REPLAY, "what replays the journal went wrong");
}

/* Takes one message and answers it; the socket becomes -1 at its end. */
static int
answer(struct child *c, struct hc_err *err)
{
	struct hc_replay_message *m = c->message;
	ssize_t got = recv(c->socket, m, sizeof(*m), MSG_DONTWAIT);
	size_t payload = 0;
	int result = 0;

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (got <= 0) {
		close(c->socket);
		c->socket = -1;
		return 0;
	}
	if (got < (ssize_t)HC_REPLAY_HEAD || m->length > HC_REPLAY_PIECE || c->done ||
	    (size_t)got - HC_REPLAY_HEAD != (m->what == HC_REPLAY_WRITE ? m->length : 0))
		return misbehaves(err);
	if (m->what == HC_REPLAY_READ) {
		result = hc_io_pread(c->io, m->offset, m->bytes, m->length, err);
		payload = m->length;
	} else if (m->what == HC_REPLAY_WRITE) {
		result = hc_io_pwrite(c->io, m->offset, m->bytes, m->length, err);
	} else if (m->what == HC_REPLAY_DONE) {
		c->done = true;
		c->replayed->redone = m->offset;
	} else {
		return misbehaves(err);
	}
	m->what = HC_REPLAY_OK;
	if (result == 0 &&
	    send(c->socket, m, HC_REPLAY_HEAD + payload, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
	    errno != EPIPE)
		return misbehaves(err);
	return result;
}

/* ---------------------------------------------------------------- what it says */

static void
take_words(struct child *c)
{
	char text[4096];
	ssize_t got = read(c->words, text, sizeof(text));

	if (got < 0 && errno == EINTR)
		return;
	if (got <= 0) {
		close(c->words);
		c->words = -1;
	} else {
		hc_replay_words_take(&c->said, text, (size_t)got);
	}
}

/* ---------------------------------------------------------------- from start to end */

static int
attend(struct child *c, const struct hc_replay_limits *limits, struct hc_err *err)
{
	const int64_t end = now_ms() + limits->total_ms;
	int64_t heard = now_ms();
	int result = 0;

	while (result == 0 && (c->socket >= 0 || c->words >= 0)) {
		struct pollfd fds[2] = { { c->socket, POLLIN, 0 }, { c->words, POLLIN, 0 } };
		int64_t until = heard + limits->silence_ms;
		int ready;

		until = until < end ? until : end;
		ready = now_ms() >= until ? 0 : poll(fds, 2, (int)(until - now_ms()));
		if (ready < 0 && errno != EINTR)
			result = hc_err_sys(err, H_IO, "waiting for ntfsrecover");
		else if (ready == 0 && now_ms() >= until)
			result = hc_err_set(err, H_VOLUME_REPLAY,
					    "replaying the journal ($LogFile) takes too long");
		if (ready <= 0)
			continue;
		heard = now_ms();
		if (fds[1].revents != 0)
			take_words(c);
		if (fds[0].revents != 0)
			result = answer(c, err);
	}
	return result;
}

static int
judge(const struct child *c, int status, struct hc_err *err)
{
	if (WIFSIGNALED(status))
		return hc_err_set(err, H_VOLUME_REPLAY,
				  "replaying the journal ($LogFile) was ended by signal %d",
				  WTERMSIG(status));
	if (!c->done || WEXITSTATUS(status) != 0)
		return hc_err_set(err, H_VOLUME_REPLAY,
				  "ntfsrecover can't replay the journal ($LogFile): %s",
				  c->said.reason[0] != '\0' ? c->said.reason
							    : "it does not say why");
	/* It takes either for success. */
	if (c->said.has_gap)
		return hc_err_set(err, H_VOLUME_REPLAY,
				  "the journal ($LogFile) has a gap: records are missing");
	if (!c->said.reached)
		return hc_err_set(err, H_VOLUME_REPLAY,
				  "the journal ($LogFile) does not reach back to where it "
				  "would have to be replayed from");
	return 0;
}

static int
start(struct child *c, hc_replay_body *body, const struct hc_replay_limits *limits,
      struct hc_err *err)
{
	int sockets[2] = { -1, -1 }, words[2] = { -1, -1 }, number = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0 ||
	    pipe2(words, O_CLOEXEC) < 0) {
		number = errno;
	} else {
		c->pid = fork();
		if (c->pid == 0)
			become_child(sockets[1], words[1], body, c->io, limits);
		number = c->pid < 0 ? errno : 0;
	}
	c->socket = sockets[0];
	c->words = words[0];
	if (sockets[1] >= 0)
		close(sockets[1]);
	if (words[1] >= 0)
		close(words[1]);
	errno = number;
	return number == 0 ? 0 : hc_err_sys(err, H_IO, "starting what replays a journal");
}

int
hc_replay_run(struct hc_io *io, hc_replay_body *body, const struct hc_replay_limits *limits,
	      struct hc_volume_replayed *ret, struct hc_err *err)
{
	struct child c = { .pid = -1, .socket = -1, .words = -1, .io = io, .replayed = ret };
	int result = -1, status = 0;

	if (hc_replay_words_init(&c.said, ret->log_major, err) < 0)
		return -1;
	c.message = malloc(sizeof(*c.message));
	if (c.message == NULL)
		hc_err_set(err, H_OUT_OF_MEMORY, "no memory to replay a journal");
	else if (start(&c, body, limits, err) == 0)
		result = attend(&c, limits, err);
	if (c.socket >= 0)
		close(c.socket);
	if (c.words >= 0)
		close(c.words);
	if (result < 0 && c.pid > 0)
		kill(c.pid, SIGKILL);
	while (c.pid > 0 && waitpid(c.pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (result == 0)
		result = judge(&c, status, err);
	ret->aborted = c.said.aborted;
	free(c.message);
	hc_replay_words_done(&c.said);
	return result;
}
