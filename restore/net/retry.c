/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One request, tried until it is answered: what is worth another attempt, and how long to wait.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "restore/base/log.h"
#include "restore/net/net_priv.h"

#define WAIT_FIRST_MS   100u
#define WAIT_MAX_MS     5000u
#define STEP_MS         50u /* how soon a wait notices `stop` */
#define WORTH_A_LINE_MS 1000u
#define AGE_MAX_SECONDS 31536000u

static bool
stopped(const struct hc_net *net)
{
	return net->options.stop != NULL && atomic_load(net->options.stop);
}

static int
cancelled(const struct hc_net_exchange *x, struct hc_err *err)
{
	hc_err_set(err, H_CANCELLED, "stopped while waiting for the server");
	return hc_err_at(err, HC_NO_OFFSET, "%s", x->url);
}

/* xorshift64: only so that machines which failed together do not return together. */
static uint64_t
jitter(struct hc_net *net, uint64_t below)
{
	uint64_t r = net->random;

	r ^= r << 13;
	r ^= r >> 7;
	r ^= r << 17;
	net->random = r;
	return r % below;
}

/* -1: stop was set. */
static int
wait_ms(const struct hc_net_exchange *x, uint64_t ms, struct hc_err *err)
{
	uint64_t end = hc_net_now_ms() + ms;

	for (uint64_t now = end - ms; now < end; now = hc_net_now_ms()) {
		uint64_t step = hc_min_u64(end - now, STEP_MS);
		struct timespec t = { 0, (long)step * 1000000 };

		if (stopped(x->net))
			return cancelled(x, err);
		nanosleep(&t, NULL);
	}
	return 0;
}

/* Errors of libcurl that will be the same next time. */
static enum hc_err_code
lasting(CURLcode code)
{
	switch ((int)code) {
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return H_NET_URL;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_ISSUER_ERROR:
		return H_NET_TLS;
	case CURLE_TOO_MANY_REDIRECTS:
		return H_NET_HTTP_STATUS;
	case CURLE_OUT_OF_MEMORY:
		return H_OUT_OF_MEMORY;
	case CURLE_FILESIZE_EXCEEDED:
		return H_NET_TOO_LARGE;
	default:
		return H_OK;
	}
}

/* Answers of a server that is busy or about to come back.  501, 505: it can't; 507: its disk is
 * full. */
static bool
passing(long status)
{
	if (status == 408 || status == 429)
		return true;
	return status >= 500 && status != 501 && status != 505 && status != 507;
}

int
hc_net_refused(const struct hc_net_exchange *x, const char *verb, struct hc_err *err)
{
	bool gone = x->status == 404 || x->status == 410;
	bool who = x->status == 401 || x->status == 407;

	hc_err_set(err,
		   gone  ? H_NOT_FOUND
		   : who ? H_NET_UNAUTHORIZED
			 : H_NET_HTTP_STATUS,
		   "%s was answered with status %ld", verb, x->status);
	if (who && (x->net->who.user != NULL || x->net->who.bearer != NULL))
		hc_err_remedy(err, "The server does not take the credentials that were given: "
				   "correct them.");
	return hc_err_at(err, HC_NO_OFFSET, "%s", x->url);
}

/* A header of the last answer; NULL: it has none.  Valid until the next request. */
static const char *
header(const struct hc_net *net, const char *name)
{
	struct curl_header *found;

	return curl_easy_header(net->curl, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK
		       ? found->value
		       : NULL;
}

/* The latest time counts: an answer may have waited in a cache that does not say how long. */
static void
note_time(struct hc_net *net)
{
	const char *date = header(net, "Date"), *age = header(net, "Age");
	time_t when = date != NULL ? curl_getdate(date, NULL) : -1;
	uint64_t waited = 0;

	if (when <= 0)
		return;
	if (age != NULL && age[0] >= '0' && age[0] <= '9')
		waited = strtoull(age, NULL, 10);
	/* An answer does not wait for a year; a number that says so is none. */
	if (waited <= AGE_MAX_SECONDS)
		when += (time_t)waited;
	if (when > net->server_time)
		net->server_time = when;
}

enum outcome {
	ANSWERED,
	AGAIN,
	FAILED,
};

static enum outcome
attempt(struct hc_net_exchange *x, struct hc_err *err)
{
	struct hc_net *net = x->net;
	enum hc_err_code code;
	CURLcode result;

	x->sent = x->dropped = 0;
	x->status = 0;
	x->failed_here = x->cut = false;
	if (x->out != NULL)
		x->out->size = x->start;
	net->curl_text[0] = '\0';
	net->moved_at = 0;
	net->stalled = false;
	result = curl_easy_perform(net->curl);
	curl_easy_getinfo(net->curl, CURLINFO_RESPONSE_CODE, &x->status);
	if (x->failed_here)
		return FAILED;
	if (result == CURLE_OK || x->cut) {
		note_time(net);
		if (!passing(x->status))
			return ANSWERED;
		hc_net_refused(x, "the request", err);
		return AGAIN;
	}
	if (result == CURLE_ABORTED_BY_CALLBACK && !net->stalled) {
		cancelled(x, err);
		return FAILED;
	}
	/* The request may have arrived all the same, unless there was nobody to take it. */
	if (result != CURLE_COULDNT_CONNECT && result != CURLE_COULDNT_RESOLVE_HOST)
		x->lost_answer = true;
	code = lasting(result);
	if (net->stalled)
		snprintf(net->curl_text, sizeof(net->curl_text), "nothing came for %llu s",
			 (unsigned long long)net->stall_ms / 1000);
	hc_err_set(err, code == H_OK ? H_NET_UNREACHABLE : code, "%s",
		   net->curl_text[0] != '\0' ? net->curl_text : curl_easy_strerror(result));
	hc_err_at(err, HC_NO_OFFSET, "%s", x->url);
	return code == H_OK ? AGAIN : FAILED;
}

int
hc_net_perform(struct hc_net_exchange *x, struct hc_err *err)
{
	struct hc_net *net = x->net;
	uint64_t failed_at = 0, wait = WAIT_FIRST_MS;

	x->err = err;
	for (unsigned tries = 1;; tries++) {
		enum outcome outcome = attempt(x, err);
		uint64_t now, pause;

		now = outcome == ANSWERED && tries == 1 ? 0 : hc_net_now_ms();
		if (outcome == ANSWERED && tries > 1 && now - failed_at > WORTH_A_LINE_MS)
			hc_log(HC_LOG_DEBUG, "%s answers again after %llu ms and %u attempts",
			       x->url, (unsigned long long)(now - failed_at), tries);
		if (outcome == ANSWERED)
			return 0;
		if (outcome == FAILED)
			return -1;
		if (tries == 1)
			failed_at = now;
		if (now - failed_at >= net->options.patience_ms)
			return hc_err_wrap(err, "after %u attempts in %llu s", tries,
					   (unsigned long long)(now - failed_at + 999) / 1000);
		if (net->options.on_retry != NULL)
			net->options.on_retry(net->options.ctx, err, tries);
		pause = wait / 2 + jitter(net, wait / 2 + 1);
		pause = hc_min_u64(pause, failed_at + net->options.patience_ms - now);
		if (wait_ms(x, pause, err) < 0)
			return -1;
		wait = hc_min_u64(wait * 2, WAIT_MAX_MS);
	}
}
