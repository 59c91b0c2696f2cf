/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/net: verbs, what is tried again and what is not, patience, stop, URLs. */
#include "tests/unit/tap.h"

#include "restore/net/net_priv.h"
#include "tests/unit/http_stub.h"

#define STEPS(...)                                                                             \
	(struct stub_step[]){ __VA_ARGS__ },                                                   \
		sizeof((struct stub_step[]){ __VA_ARGS__ }) / sizeof(struct stub_step)

struct watch {
	unsigned retries;
	enum hc_err_code last;
};

static void
on_retry(void *ctx, const struct hc_err *why, unsigned attempt)
{
	struct watch *watch = ctx;

	watch->retries = attempt;
	watch->last = why->code;
}

static struct watch watch;

static struct hc_net *
open_net(const struct stub *stub, unsigned patience_ms, const atomic_bool *stop)
{
	const struct hc_net_options options = {
		.patience_ms = patience_ms, .stop = stop, .on_retry = on_retry, .ctx = &watch
	};
	struct hc_net *net = NULL;
	struct hc_err err;

	watch = (struct watch){ 0 };
	if (hc_net_open(stub->url, &options, &net, &err) < 0)
		printf("# %s\n", err.text[0]);
	return net;
}

static int
get(struct hc_net *net, const char *name, size_t max, struct hc_buf *out, struct hc_err *err)
{
	const struct hc_net_get what = { .name = name, .max = max };

	return hc_net_get(net, &what, out, err);
}

static bool
holds(const struct hc_buf *buf, const char *text)
{
	return buf->size == strlen(text) &&
	       (buf->size == 0 || memcmp(buf->data, text, buf->size) == 0);
}

/* ---------------------------------------------------------------- verbs */

static void
test_get(void)
{
	struct stub stub;
	struct hc_buf out = { 0 };
	struct hc_err err;
	struct hc_net *net;

	stub_start(&stub, STEPS({ .body = "hello" }, { .body = "" }, { .body = "four" },
				{ .status = 404, .body = "not here" }, { .body = "five" }));
	net = open_net(&stub, 2000, NULL);
	ok_call(get(net, "a/b.json", 5, &out, &err), &err, "GET");
	ok(holds(&out, "hello") && strstr(stub.last, "GET /a/b.json HTTP/1.1") != NULL,
	   "the body arrives, the name is relative to the base");
	ok(strstr(stub.last, "User-Agent: halcyon/") != NULL, "we say who we are");
	ok_call(get(net, "e", 5, &out, &err), &err, "an empty body");
	ok_call(get(net, "f", 4, &out, &err), &err, "a third one");
	ok(holds(&out, "hellofour"), "bodies are appended");
	ok_fails(get(net, "g", 9, &out, &err), &err, H_NOT_FOUND, "404 is H_NOT_FOUND");
	ok(holds(&out, "hellofour") && strstr(err.object, "/g") != NULL && watch.retries == 0,
	   "its body is not appended, its URL is named, nothing is repeated");
	ok_call(get(net, "h", 9, &out, &err), &err, "and the connection goes on");
	ok(atomic_load(&stub.connections) == 1, "one connection was enough");
	ok(hc_net_received(net) == 5 + 4 + 8 + 4, "received bytes are counted");
	hc_net_close(net);
	stub_stop(&stub);
	hc_buf_done(&out);
}

static void
test_limits(void)
{
	struct stub stub;
	struct hc_buf out = { 0 };
	struct hc_err err;
	struct hc_net *net;
	char *large = calloc(1, 1 << 20);
	uint64_t before;
	const struct hc_extent range = { 100, 3 };
	const struct hc_net_get ranged = { .name = "r", .max = 10, .range = &range };

	stub_start(&stub,
		   STEPS({ .body = "123456" }, { .status = 206, .body = "abc" },
			 { .status = 200, .body = "abc" }, { .status = 206, .body = "ab" },
			 { .status = 206, .body = "abcd" },
			 { .status = 404, .body = large, .size = 1 << 20 }, { .status = 204 },
			 { .body = "x" }));
	net = open_net(&stub, 2000, NULL);
	ok_fails(get(net, "big", 5, &out, &err), &err, H_NET_TOO_LARGE,
		 "more than max is refused");
	ok(out.size == 0 && watch.retries == 0, "at once, and nothing of it is kept");
	ok_call(hc_net_get(net, &ranged, &out, &err), &err, "a range");
	ok(holds(&out, "abc") && strstr(stub.last, "Range: bytes=100-102") != NULL,
	   "it asks for these bytes");
	ok_fails(hc_net_get(net, &ranged, &out, &err), &err, H_NET_HTTP_STATUS,
		 "a server that ignores ranges is refused");
	ok_fails(hc_net_get(net, &ranged, &out, &err), &err, H_NET_HTTP_STATUS,
		 "so is a range that is too short");
	ok_fails(hc_net_get(net, &ranged, &out, &err), &err, H_NET_TOO_LARGE,
		 "and one that is too long");
	ok(holds(&out, "abc"), "none of it is appended");
	before = hc_net_received(net);
	ok_fails(get(net, "big404", 5, &out, &err), &err, H_NOT_FOUND,
		 "the endless body of a refusal is not read to its end");
	ok(hc_net_received(net) - before < 600 << 10, "as its length says");
	ok_fails(get(net, "y", 5, &out, &err), &err, H_NET_HTTP_STATUS, "204 is no file");
	ok_call(get(net, "x", 5, &out, &err), &err, "and does no harm to the next request");
	ok(strstr(stub.last, "Range:") == NULL, "the range is not asked for again");
	hc_net_close(net);
	stub_stop(&stub);
	hc_buf_done(&out);
	free(large);
}

static void
test_write(void)
{
	struct stub stub;
	enum hc_net_folder made;
	struct hc_err err;
	struct hc_net *net;
	uint64_t size;
	bool there;

	stub_start(&stub, STEPS({ .status = 201 }, { .status = 204 }, { .status = 507 },
				{ .status = 403 }, { .status = 201 }, { .status = 405 },
				{ .status = 409 }, { .body = "12345" }, { .status = 404 },
				{ .body = "later" }));
	net = open_net(&stub, 2000, NULL);
	ok_call(hc_net_put(net, "r/x.json", hc_span("report", 6), &err), &err,
		"PUT answered 201");
	ok(strstr(stub.last, "PUT /r/x.json") && !strcmp(stub.body, "report"),
	   "sends the bytes");
	ok(strstr(stub.last, "Expect:") == NULL, "without waiting for 100-continue");
	ok_call(hc_net_put(net, "r/x.json", hc_span("", 0), &err), &err, "PUT answered 204");
	ok_fails(hc_net_put(net, "f", hc_span("a", 1), &err), &err, H_NET_HTTP_STATUS,
		 "a full server (507)");
	ok(watch.retries == 0 && strstr(err.text[0], "507") != NULL, "is not asked again");
	ok_fails(hc_net_put(net, "f", hc_span("a", 1), &err), &err, H_NET_HTTP_STATUS, "403");
	ok_call(hc_net_make_folder(net, "claims/1", &made, &err), &err, "MKCOL answered 201");
	ok(made == HC_NET_FOLDER_NEW && strstr(stub.last, "MKCOL /claims/1/ ") != NULL,
	   "is new");
	ok_call(hc_net_make_folder(net, "claims/1", &made, &err), &err, "MKCOL answered 405");
	ok(made == HC_NET_FOLDER_EXISTS, "was there");
	ok_fails(hc_net_make_folder(net, "a/b/c", &made, &err), &err, H_NET_HTTP_STATUS,
		 "MKCOL without a parent (409)");
	ok_call(hc_net_exists(net, "x", &there, &size, &err), &err, "HEAD answered 200");
	ok(there && size == 5 && strstr(stub.last, "HEAD /x ") != NULL,
	   "is there, with its size");
	ok_call(hc_net_exists(net, "y", &there, &size, &err), &err, "HEAD answered 404");
	ok(!there && size == HC_NO_OFFSET, "is not there");
	struct hc_buf out = { 0 };
	ok_call(get(net, "z", 9, &out, &err), &err, "a GET after all of them");
	ok(holds(&out, "later") && strstr(stub.last, "GET /z ") != NULL,
	   "is a plain GET again");
	hc_buf_done(&out);
	hc_net_close(net);
	stub_stop(&stub);
}

/* ---------------------------------------------------------------- a server that is away */

static void
test_retry(void)
{
	struct stub stub;
	struct hc_buf out = { 0 };
	struct hc_err err;
	struct hc_net *net;
	uint64_t start;

	stub_start(&stub, STEPS({ .status = 503, .body = "busy" }, { .status = 429 },
				{ .body = "whole body", .then = STUB_SHORT },
				{ .then = STUB_MUTE }, { .body = "whole body" }));
	net = open_net(&stub, 10000, NULL);
	hc_buf_append(&out, "kept ", 5, &err);
	ok_call(get(net, "a", 100, &out, &err), &err,
		"503, 429, a short body, no answer, then 200");
	ok(holds(&out, "kept whole body"), "nothing of the failed attempts stays");
	ok(watch.retries == 4 && atomic_load(&stub.requests) == 5, "four attempts failed");
	hc_net_close(net);
	stub_stop(&stub);
	out.size = 0;

	stub_start(&stub, STEPS({ .then = STUB_AWAY, .ms = 700 }, { .body = "back" }));
	net = open_net(&stub, 20000, NULL);
	start = hc_net_now_ms();
	ok_call(get(net, "a", 100, &out, &err), &err, "a server that vanishes for a while");
	ok(holds(&out, "back") && watch.retries >= 2 && watch.last == H_NET_UNREACHABLE,
	   "is asked until it is back");
	ok(hc_net_now_ms() - start < 10000, "and not long after");
	hc_net_close(net);
	stub_stop(&stub);
	out.size = 0;

	stub_start(&stub,
		   STEPS({ .body = "slow body", .then = STUB_HANG }, { .body = "fast body" }));
	net = open_net(&stub, 2000, NULL);
	ok_call(get(net, "a", 100, &out, &err), &err, "a body that stalls before its end");
	ok(holds(&out, "fast body") && watch.retries == 1, "is given up and fetched again");
	hc_net_close(net);
	stub_stop(&stub);
	hc_buf_done(&out);
}

static void
test_patience(void)
{
	struct stub stub, gone;
	struct hc_buf out = { 0 };
	struct hc_err err;
	struct hc_net *net;
	uint64_t start;
	enum hc_net_folder made;

	stub_start(&stub, STEPS({ .status = 500 }));
	net = open_net(&stub, 600, NULL);
	start = hc_net_now_ms();
	ok_fails(get(net, "a", 100, &out, &err), &err, H_NET_HTTP_STATUS,
		 "a server that stays broken is given up");
	ok(hc_net_now_ms() - start >= 600 && hc_net_now_ms() - start < 3000,
	   "when patience is out");
	ok(strstr(err.text[0], "500") && strstr(err.object, stub.url),
	   "status and URL are named");
	hc_net_close(net);
	stub_stop(&stub);

	gone = stub; /* nobody listens there now */
	net = open_net(&gone, 500, NULL);
	ok_fails(get(net, "a", 100, &out, &err), &err, H_NET_UNREACHABLE, "nobody listens");
	ok(err.frames == 2 && strstr(err.text[1], "attempts") != NULL,
	   "says how often it tried");
	hc_net_close(net);

	stub_start(&stub, STEPS({ .then = STUB_MUTE }, { .status = 405 }));
	net = open_net(&stub, 5000, NULL);
	ok_call(hc_net_make_folder(net, "c", &made, &err), &err,
		"MKCOL whose first answer was lost");
	ok(made == HC_NET_FOLDER_UNSURE, "does not claim to know whose the folder is");
	hc_net_close(net);
	stub_stop(&stub);
	hc_buf_done(&out);
}

static void *
stop_soon(void *ctx)
{
	stub_sleep(100);
	atomic_store((atomic_bool *)ctx, true);
	return NULL;
}

static void
test_stop(void)
{
	static atomic_bool stop;
	struct hc_buf out = { 0 };
	struct stub stub;
	struct hc_err err;
	struct hc_net *net;
	pthread_t thread;
	uint64_t start;

	for (unsigned hang = 0; hang < 2; hang++) {
		const struct stub_step step = { .status = hang ? 200 : 503,
						.body = "body",
						.then = hang ? STUB_HANG : STUB_KEEP };

		atomic_store(&stop, false);
		stub_start(&stub, &step, 1);
		net = open_net(&stub, 60000, &stop);
		pthread_create(&thread, NULL, stop_soon, &stop);
		start = hc_net_now_ms();
		ok_fails(get(net, "a", 100, &out, &err), &err, H_CANCELLED, "stop ends %s",
			 hang ? "a transfer" : "a wait");
		ok(hc_net_now_ms() - start < 2500, "promptly");
		pthread_join(thread, NULL);
		hc_net_close(net);
		stub_stop(&stub);
	}
	hc_buf_done(&out);
}

static void
test_redirect(void)
{
	struct stub stub;
	struct hc_buf out = { 0 };
	struct hc_err err;
	struct hc_net *net;

	stub_start(&stub,
		   STEPS({ .status = 302, .body = "moved", .header = "Location: /there\r\n" },
			 { .body = "found" },
			 { .status = 302, .header = "Location: file:///etc/hostname\r\n" },
			 { .status = 302, .header = "Location: /again\r\n" }));
	net = open_net(&stub, 500, NULL);
	ok_call(get(net, "here", 100, &out, &err), &err, "a redirect");
	ok(holds(&out, "found") && strstr(stub.last, "GET /there ") != NULL, "is followed");
	ok_fails(get(net, "x", 100, &out, &err), &err, H_NET_URL, "not to a file");
	ok_fails(get(net, "x", 100, &out, &err), &err, H_NET_HTTP_STATUS, "and not for ever");
	hc_net_close(net);
	stub_stop(&stub);
	hc_buf_done(&out);
}

/* ---------------------------------------------------------------- the server's clock */

#define DATE(text) .header = "Date: " text "\r\n"

static void
test_time(void)
{
	struct stub stub;
	struct hc_buf out = { 0 };
	struct hc_err err;
	struct hc_net *net;

	/* 784111777 is RFC 9110's example of a Date. */
	stub_start(
		&stub,
		STEPS({ .body = "x" }, { .body = "x", DATE("yesterday") },
		      { .body = "x", DATE("Sun, 06 Nov 1994 08:49:37 GMT") },
		      { .status = 404, DATE("Sun, 06 Nov 1994 08:49:47 GMT") },
		      { .body = "x", DATE("Sun, 06 Nov 1994 08:49:37 GMT\r\nAge: 60") },
		      { .body = "x", DATE("Sun, 06 Nov 1994 08:49:37 GMT\r\nAge: -9") },
		      { .body = "x",
			DATE("Sun, 06 Nov 1994 08:49:37 GMT\r\nAge: 99999999999999999999") }));
	net = open_net(&stub, 500, NULL);
	ok(hc_net_server_time(net) == 0, "no time before the first answer");
	ok(get(net, "x", 9, &out, &err) == 0 && hc_net_server_time(net) == 0,
	   "none from an answer without Date");
	ok(get(net, "x", 9, &out, &err) == 0 && hc_net_server_time(net) == 0,
	   "none from a Date that is none");
	ok(get(net, "x", 9, &out, &err) == 0 && hc_net_server_time(net) == 784111777,
	   "the Date of an answer");
	ok(get(net, "x", 9, &out, &err) < 0 && hc_net_server_time(net) == 784111787,
	   "of a refusal, too");
	ok(get(net, "x", 9, &out, &err) == 0 && hc_net_server_time(net) == 784111837,
	   "and what a cache adds");
	ok(get(net, "x", 9, &out, &err) == 0 && hc_net_server_time(net) == 784111837,
	   "it does not run backwards");
	ok(get(net, "x", 9, &out, &err) == 0 && hc_net_server_time(net) == 784111837,
	   "an age that can't be is none");
	hc_net_close(net);
	stub_stop(&stub);
	hc_buf_done(&out);
}

/* ---------------------------------------------------------------- URLs */

static void
test_urls(void)
{
	static const char *const bad[] = { "ftp://server/x",   "file:///etc/passwd",
					   "server/x",         "http://",
					   "http://a/b?c=d",   "http://a/b#c",
					   "https:///nothing", "http://a b/" };
	struct stub stub;
	struct hc_buf out = { 0 };
	struct hc_err err;
	struct hc_net *net;
	char *shown = NULL, url[128];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok_fails(hc_net_url_shown(bad[i], &shown, &err), &err, H_NET_URL, "refused: %s",
			 bad[i]);
	ok_call(hc_net_url_shown("https://joe:s3cret@server:8443/a/b//", &shown, &err), &err,
		"a URL with credentials");
	ok(strcmp(shown, "https://server:8443/a/b") == 0, "is shown without them: %s", shown);
	free(shown);
	ok_fails(hc_net_url_shown("ftp://joe:s3cret@server/", &shown, &err), &err, H_NET_URL,
		 "a bad URL with credentials");
	ok(strstr(err.text[0], "s3cret") == NULL, "is not printed");

	stub_start(&stub, STEPS({ .body = "ok" }, { .status = 401 }));
	snprintf(url, sizeof(url), "http://joe:s3%%20cret@127.0.0.1:%u/base/", stub.port);
	ok_call(hc_net_open(url, NULL, &net, &err), &err, "a client with credentials");
	ok_call(get(net, "x", 10, &out, &err), &err, "GET");
	ok(strstr(stub.last, "GET /base/x ") != NULL &&
		   strstr(stub.last, "Authorization: Basic am9lOnMzIGNyZXQ=") != NULL,
	   "sends them decoded");
	ok_fails(get(net, "x", 10, &out, &err), &err, H_NET_UNAUTHORIZED, "401");
	ok(strstr(err.object, "s3") == NULL && strstr(err.text[0], "s3") == NULL,
	   "and keeps them out of errors");
	hc_net_close(net);
	stub_stop(&stub);
	hc_buf_done(&out);
}

int
main(void)
{
	test_get();
	test_limits();
	test_write();
	test_retry();
	test_patience();
	test_stop();
	test_redirect();
	test_time();
	test_urls();
	return tap_done();
}
