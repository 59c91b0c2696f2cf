/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A web server for tests, in threads of the test itself: it plays a script, one step per request, or serves a
 * folder.  The last step of a script is repeated.
 *
 *	struct stub stub;
 *	stub_start(&stub, (struct stub_step[]){ { .status = 503 }, { .body = "x" } }, 2);
 *	... requests to stub.url ...
 *	stub_stop(&stub);
 */
#ifndef HC_TESTS_HTTP_STUB_H
#define HC_TESTS_HTTP_STUB_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define STUB_REQUEST     4096
#define STUB_CONNECTIONS 64

enum stub_then {
	STUB_KEEP,  /* the connection stays */
	STUB_CLOSE, /* closed after the answer */
	STUB_MUTE,  /* no answer at all, closed */
	STUB_HANG,  /* the answer, but for its last byte, then silence */
	STUB_SHORT, /* half of the body, then closed */
	STUB_AWAY,  /* nothing listens for `ms`; the request is not answered */
};

struct stub_step {
	int status; /* 0: 200 */
	const char *body;
	size_t size; /* 0: strlen of body */
	enum stub_then then;
	unsigned ms;
	const char *header; /* "Location: …\r\n" */
};

struct stub {
	const struct stub_step *steps;
	size_t step_count;
	const char *folder;     /* serve files instead */
	const char *garble;     /* part of a path whose file is sent with a byte changed … */
	atomic_int garble_left; /* … this many times */
	atomic_size_t requests, connections;
	char last[STUB_REQUEST]; /* the last request's head */
	char body[STUB_REQUEST]; /* and the beginning of its body */
	char url[64];
	int listener;
	uint16_t port;
	atomic_uint away_ms;
	atomic_bool stop;
	pthread_mutex_t lock;
	pthread_t acceptor;
	pthread_t threads[STUB_CONNECTIONS];
	size_t thread_count;
};

struct stub_connection {
	struct stub *stub;
	int fd;
};

static inline void
stub_sleep(unsigned ms)
{
	poll(NULL, 0, (int)ms);
}

static inline void
stub_send(int fd, const void *data, size_t size)
{
	const char *at = data;

	while (size > 0) {
		ssize_t n = send(fd, at, size, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		at += n;
		size -= (size_t)n;
	}
}

/* Waits for readable bytes; 0 when the peer is gone or the test ends. */
static inline ssize_t
stub_receive(struct stub *stub, int fd, char *to, size_t room)
{
	struct pollfd p = { fd, POLLIN, 0 };

	while (!atomic_load(&stub->stop)) {
		if (poll(&p, 1, 20) > 0)
			return recv(fd, to, room, 0);
	}
	return 0;
}

/* One request with its body into stub->last and stub->body. */
static inline bool
stub_read_request(struct stub *stub, int fd)
{
	char head[STUB_REQUEST];
	size_t used = 0, length = 0, start;
	char *end = NULL, *field;

	while (end == NULL) {
		ssize_t n = stub_receive(stub, fd, head + used, sizeof(head) - 1 - used);

		if (n <= 0 || used + (size_t)n >= sizeof(head) - 1)
			return false;
		used += (size_t)n;
		head[used] = '\0';
		end = strstr(head, "\r\n\r\n");
	}
	field = strcasestr(head, "\r\nContent-Length: ");
	if (field != NULL && field < end)
		length = strtoul(field + 18, NULL, 10);
	start = (size_t)(end - head) + 4;
	pthread_mutex_lock(&stub->lock);
	snprintf(stub->last, sizeof(stub->last), "%.*s", (int)start, head);
	snprintf(stub->body, sizeof(stub->body), "%s", head + start);
	pthread_mutex_unlock(&stub->lock);
	for (size_t got = used - start; got < length;) {
		char rest[STUB_REQUEST];
		ssize_t n = stub_receive(stub, fd, rest, sizeof(rest) - 1);

		if (n <= 0)
			return false;
		rest[n] = '\0';
		pthread_mutex_lock(&stub->lock);
		if (got < sizeof(stub->body))
			snprintf(stub->body + got, sizeof(stub->body) - got, "%s", rest);
		pthread_mutex_unlock(&stub->lock);
		got += (size_t)n;
	}
	return true;
}

static inline void
stub_answer(int fd, int status, const char *header, const void *body, size_t size, size_t sent,
	    bool is_head)
{
	char head[512];
	int n = snprintf(head, sizeof(head),
			 "HTTP/1.1 %d Stub\r\nContent-Length: %zu\r\n%s\r\n", status, size,
			 header == NULL ? "" : header);

	stub_send(fd, head, (size_t)n);
	if (!is_head)
		stub_send(fd, body, sent);
}

/* false: close the connection. */
static inline bool
stub_play(struct stub *stub, int fd, const struct stub_step *step, bool is_head)
{
	const char *body = step->body == NULL ? "" : step->body;
	size_t size = step->size != 0 ? step->size : strlen(body), sent = size;

	if (step->then == STUB_AWAY)
		atomic_store(&stub->away_ms, step->ms);
	if (step->then == STUB_MUTE || step->then == STUB_AWAY)
		return false;
	if (step->then == STUB_SHORT)
		sent = size / 2;
	if (step->then == STUB_HANG)
		sent = size - 1;
	stub_answer(fd, step->status == 0 ? 200 : step->status, step->header, body, size, sent,
		    is_head);
	if (step->then == STUB_HANG) {
		char unused[16];

		stub_receive(stub, fd, unused, sizeof(unused));
	}
	return step->then == STUB_KEEP;
}

static inline void
stub_serve_file(struct stub *stub, int fd)
{
	char path[STUB_REQUEST + 256], name[1024] = "";
	bool is_head = strncmp(stub->last, "HEAD ", 5) == 0, garble;
	struct stat st;
	char *bytes;
	int file;

	pthread_mutex_lock(&stub->lock);
	sscanf(stub->last, "%*s %1023s", name);
	pthread_mutex_unlock(&stub->lock);
	snprintf(path, sizeof(path), "%s%s", stub->folder, name);
	file = open(path, O_RDONLY);
	if (file < 0 || fstat(file, &st) < 0 || !S_ISREG(st.st_mode)) {
		stub_answer(fd, 404, NULL, "no", 2, 2, is_head);
	} else {
		bytes = malloc((size_t)st.st_size + 1);
		if (read(file, bytes, (size_t)st.st_size) != st.st_size)
			abort();
		garble = stub->garble != NULL && strstr(name, stub->garble) != NULL &&
			 st.st_size > 0;
		if (garble && atomic_fetch_sub(&stub->garble_left, 1) > 0)
			bytes[st.st_size / 2] ^= 1;
		stub_answer(fd, 200, NULL, bytes, (size_t)st.st_size, (size_t)st.st_size,
			    is_head);
		free(bytes);
	}
	if (file >= 0)
		close(file);
}

static inline void *
stub_connection_main(void *ctx)
{
	struct stub_connection *c = ctx;
	struct stub *stub = c->stub;
	bool keep = true;

	while (keep && stub_read_request(stub, c->fd)) {
		size_t n = atomic_fetch_add(&stub->requests, 1);

		if (stub->folder != NULL)
			stub_serve_file(stub, c->fd);
		else
			keep = stub_play(
				stub, c->fd,
				&stub->steps[n < stub->step_count ? n : stub->step_count - 1],
				strncmp(stub->last, "HEAD ", 5) == 0);
	}
	close(c->fd);
	free(c);
	return NULL;
}

static inline void
stub_listen(struct stub *stub)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(stub->port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int one = 1;

	stub->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(stub->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(stub->listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(stub->listener, 16) < 0 ||
	    getsockname(stub->listener, (struct sockaddr *)&address, &length) < 0) {
		perror("stub server");
		abort();
	}
	stub->port = ntohs(address.sin_port);
}

static inline void *
stub_main(void *ctx)
{
	struct stub *stub = ctx;

	while (!atomic_load(&stub->stop)) {
		struct pollfd p = { stub->listener, POLLIN, 0 };
		unsigned away = atomic_exchange(&stub->away_ms, 0);
		struct stub_connection *c;

		if (away > 0) {
			close(stub->listener);
			stub_sleep(away);
			stub_listen(stub);
			continue;
		}
		if (poll(&p, 1, 5) <= 0)
			continue;
		c = malloc(sizeof(*c));
		c->stub = stub;
		c->fd = accept(stub->listener, NULL, NULL);
		if (c->fd < 0 || stub->thread_count == STUB_CONNECTIONS)
			abort();
		setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
		atomic_fetch_add(&stub->connections, 1);
		pthread_create(&stub->threads[stub->thread_count++], NULL, stub_connection_main,
			       c);
	}
	return NULL;
}

static inline void
stub_begin(struct stub *stub)
{
	pthread_mutex_init(&stub->lock, NULL);
	/* No proxy of the machine may be asked for the loopback. */
	setenv("no_proxy", "127.0.0.1", 1);
	stub_listen(stub);
	snprintf(stub->url, sizeof(stub->url), "http://127.0.0.1:%u", stub->port);
	pthread_create(&stub->acceptor, NULL, stub_main, stub);
}

/* The steps must outlive the server. */
__attribute__((unused)) static void
stub_start(struct stub *stub, const struct stub_step *steps, size_t count)
{
	memset(stub, 0, sizeof(*stub));
	stub->steps = steps;
	stub->step_count = count;
	stub_begin(stub);
}

__attribute__((unused)) static void
stub_serve(struct stub *stub, const char *files)
{
	memset(stub, 0, sizeof(*stub));
	stub->folder = files;
	stub_begin(stub);
}

static inline void
stub_stop(struct stub *stub)
{
	atomic_store(&stub->stop, true);
	pthread_join(stub->acceptor, NULL);
	for (size_t i = 0; i < stub->thread_count; i++)
		pthread_join(stub->threads[i], NULL);
	close(stub->listener);
	pthread_mutex_destroy(&stub->lock);
}

#endif
