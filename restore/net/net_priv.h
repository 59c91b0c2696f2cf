/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the client (net.c), the retries (retry.c) and the verbs (verbs.c) share. */
#ifndef HC_NET_NET_PRIV_H
#define HC_NET_NET_PRIV_H

#include <curl/curl.h>

#include "restore/net/net.h"

/* Who we are to a server: user and password, or a token. */
struct hc_credentials {
	char *user, *password, *bearer;
};

/* H_CREDENTIALS; what was read until then is left to hc_credentials_done. */
int hc_credentials_load(const char *path, struct hc_credentials *ret, struct hc_err *err);
int hc_credentials_parse(struct hc_span text, struct hc_credentials *ret, struct hc_err *err);
/* Wipes and frees. */
void hc_credentials_done(struct hc_credentials *credentials);

struct hc_net {
	CURL *curl;
	struct curl_slist *fresh; /* headers that make caches ask again */
	struct curl_slist
		*no_expect; /* no 100-continue: many servers answer it late or never */
	char *base;         /* without credentials and trailing slash */
	struct hc_credentials who;
	struct hc_net_options options;
	uint64_t received;
	int64_t server_time; /* seconds since 1970; 0: unknown */
	uint64_t stall_ms;   /* an attempt in which nothing moves for so long has failed */
	curl_off_t moved;    /* bytes of this attempt, both ways */
	uint64_t moved_at;   /* when that last changed; 0: not looked at yet */
	bool stalled;
	uint64_t random; /* state of the jitter */
	char curl_text[CURL_ERROR_SIZE];
};

/* One request; the callbacks of libcurl work on it. */
struct hc_net_exchange {
	struct hc_net *net;
	char *url;
	long status;        /* of the last answer; 0: none */
	struct hc_buf *out; /* NULL: the body is of no interest */
	size_t start;       /* out->size before the first attempt */
	size_t max;
	bool ranged;       /* only 206 brings the body that was asked for */
	struct hc_span in; /* PUT */
	size_t sent;
	size_t dropped;   /* bytes of the bodies of refusals */
	bool cut;         /* such a body was too long to read to its end */
	bool lost_answer; /* an attempt ended without an answer: it may have been carried out */
	bool failed_here; /* a callback set err */
	struct hc_err *err;
};

/* Milliseconds of the monotonic clock. */
uint64_t hc_net_now_ms(void);
/* Performs the prepared request until it is answered or patience is out; *ret_status is an
 * answer below 500, or one of 501, 505, 507. */
int hc_net_perform(struct hc_net_exchange *x, struct hc_err *err);
/* "404 Not Found" and the like as an error at the exchange's URL. */
int hc_net_refused(const struct hc_net_exchange *x, const char *verb, struct hc_err *err);

#endif
