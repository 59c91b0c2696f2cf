/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP: files on a web server, read and written by a client that waits for a server that is
 *away.
 *
 * Shape:   struct hc_net is one thread's client of one base URL; names are relative to it.
 * Units:   bytes, milliseconds.
 * Owner:   hc_net_close frees; options are copied, the strings and `stop` in them must outlive
 *the client. Threads: a client belongs to one thread at a time; any number of clients may run
 *side by side. Errors:  H_NET_URL, H_CREDENTIALS, H_NET_TLS (at once); H_NET_UNAUTHORIZED (401, 407); H_NOT_FOUND (404, 410),
 *H_NET_HTTP_STATUS (other refusals, at once); H_NET_UNREACHABLE, or H_NET_HTTP_STATUS for a
 *5xx, when patience has run out; H_NET_TOO_LARGE; H_CANCELLED.  Each names the URL, without
 *credentials, and the reason.
 *
 * What is tried again: everything that looks like a server that is away or busy: no answer, a
 *connection refused or reset, a stalled or short body, 408, 429, 5xx except 501, 505 and 507.
 *The wait doubles from 0.1 s to 5 s, with jitter, so that a room full of machines does not
 *return at the same instant.  Patience counts from the first failure: a slow transfer that
 *moves is never cut.
 *
 * Source:  RFC 9110 (status codes), RFC 4918 9.3 (MKCOL: 201 new, 405 exists); hazards 1;
 *transport.md 5.4. Example: struct hc_net *net; if (hc_net_open("https://server/repo", NULL,
 *&net, err) < 0 || hc_net_get(net, &(struct hc_net_get){ .name = "halcyon.json", .max = 65536
 *}, &out, err) < 0) return -1;
 */
#ifndef HC_NET_NET_H
#define HC_NET_NET_H

#include <stdatomic.h>
#include <stdbool.h>

#include "restore/base/bytes.h"

#define HC_NET_PATIENCE_MS 300000u

struct hc_net;

struct hc_net_options {
	unsigned patience_ms; /* from the first failure of a request to giving up; 0: 5 minutes
			       */
	const char *ca_file;  /* PEM bundle; NULL: the system's */
	/* A file with `user = …` and `password = …`, or `bearer = …`, mode 0600; NULL: none.  They go to this server
	 * with the first request, and to no other that it redirects to.  A URL's own come first. */
	const char *credentials_file;
	const atomic_bool
		*stop; /* true: requests end with H_CANCELLED within a second; may be NULL */
	/* Before each wait for a further attempt; may be NULL. */
	void (*on_retry)(void *ctx, const struct hc_err *why, unsigned attempt);
	void *ctx;
};

/* Checks a URL (http or https, a host, no query, no fragment) and returns it, from malloc, as
 * it may be shown: without credentials and trailing slash. */
int hc_net_url_shown(const char *url, char **ret, struct hc_err *err);

/* `url` may hold user:password@.  Nothing is contacted yet.  options NULL: defaults. */
int hc_net_open(const char *url, const struct hc_net_options *options, struct hc_net **ret,
		struct hc_err *err);
void hc_net_close(struct hc_net *net);
/* Bytes of bodies received so far, those of failed attempts too. */
uint64_t hc_net_received(const struct hc_net *net);
/* What time the server says it is, by the latest Date of its answers (RFC 9110 6.6.1) and what a cache on the way adds to
 * it (Age, RFC 9111 5.1): seconds since 1970; 0: no answer told it. */
int64_t hc_net_server_time(const struct hc_net *net);

struct hc_net_get {
	const char *name;              /* relative to the base URL; "" is the base itself */
	size_t max;                    /* more than this is H_NET_TOO_LARGE */
	const struct hc_extent *range; /* NULL: all.  Else exactly these bytes (206). */
	bool fresh;                    /* caches on the way must ask the server again */
};

/* Appends the body to `out`; on failure `out` is as long as it was. */
int hc_net_get(struct hc_net *net, const struct hc_net_get *what, struct hc_buf *out,
	       struct hc_err *err);
/* HEAD.  *ret_size is HC_NO_OFFSET when the server doesn't say; both outputs may be NULL. */
int hc_net_exists(struct hc_net *net, const char *name, bool *ret, uint64_t *ret_size,
		  struct hc_err *err);
/* PUT: 200, 201 and 204 are success. */
int hc_net_put(struct hc_net *net, const char *name, struct hc_span bytes, struct hc_err *err);

enum hc_net_folder {
	HC_NET_FOLDER_NEW,    /* 201: this call made it */
	HC_NET_FOLDER_EXISTS, /* 405: it was there */
	HC_NET_FOLDER_UNSURE, /* 405, but the answer to an earlier attempt of this call was
				 lost: it may be ours */
};

/* MKCOL: atomic, so the way to claim a name (hazards 1).  The parent must exist. */
int hc_net_make_folder(struct hc_net *net, const char *name, enum hc_net_folder *ret,
		       struct hc_err *err);

#endif
