/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client: its URL, its options, its one libcurl handle. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "restore/net/net_priv.h"

#define CONNECT_MS_MAX 10000u
#define STALL_MS_MAX   20000u
#define RECEIVE_BYTES  (256L << 10) /* transport.md 5.4 */
#define REDIRECTS_MAX  5L

/* Where distributions keep the CA bundle: a one-file static program can't know at build time.
 */
static const char *const ca_bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt", /* Debian, Arch, our image */
	"/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora, RHEL */
	"/etc/ssl/ca-bundle.pem",             /* openSUSE */
	"/etc/ssl/cert.pem",                  /* Alpine, BSD */
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void
curl_start(void)
{
	curl_global_init(CURL_GLOBAL_ALL);
}

uint64_t
hc_net_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---------------------------------------------------------------- URLs */

static char *
dup_part(CURLU *url, CURLUPart part, unsigned flags)
{
	char *text = NULL, *copy;

	if (curl_url_get(url, part, &text, flags) != CURLUE_OK)
		return NULL;
	copy = strdup(text);
	curl_free(text);
	return copy;
}

static bool
has_part(CURLU *url, CURLUPart part)
{
	char *text = NULL;
	bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;

	curl_free(text);
	return has;
}

/* What can be done about a kind of place that only an operating system, or nobody, reads for us. */
static void
say_what_else(const char *scheme, struct hc_err *err)
{
	static const struct {
		const char *scheme, *remedy;
	} rows[] = {
		{ "smb",
		  "Mount the share (`mount -t cifs //server/share /mnt -o username=…`) and "
		  "name the folder /mnt." },
		{ "nfs",
		  "Mount it (`mount -t nfs server:/folder /mnt`) and name the folder /mnt." },
		{ "s3",
		  "Have the bucket served by https, or copy the repository to a medium." },
		{ "file", "Name the folder itself, without file://." },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].scheme, scheme) == 0)
			hc_err_remedy(err, "%s", rows[i].remedy);
}

/* The URL itself is not printed where it could not be taken apart: it may hold a password. */
static int
parse_url(const char *text, CURLU *url, struct hc_err *err)
{
	char *scheme;
	bool known;

	/* libcurl would take "http:///x" for "http://x". */
	if (strstr(text, "://") == NULL || strstr(text, ":///") != NULL ||
	    curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
		return hc_err_set(err, H_NET_URL, "the URL cannot be taken apart");
	scheme = dup_part(url, CURLUPART_SCHEME, 0);
	known = scheme != NULL && (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
	if (!known) {
		hc_err_set(err, H_NET_URL,
			   "a URL starts with \"%s\"; only http and https are known",
			   scheme == NULL ? "" : scheme);
		say_what_else(scheme == NULL ? "" : scheme, err);
	}
	free(scheme);
	if (!known)
		return -1;
	if (has_part(url, CURLUPART_QUERY) || has_part(url, CURLUPART_FRAGMENT))
		return hc_err_set(err, H_NET_URL,
				  "a URL with \"?\" or \"#\" cannot be the base of other URLs");
	return 0;
}

static char *
strip(CURLU *url)
{
	char *base;

	curl_url_set(url, CURLUPART_USER, NULL, 0);
	curl_url_set(url, CURLUPART_PASSWORD, NULL, 0);
	curl_url_set(url, CURLUPART_OPTIONS, NULL, 0);
	base = dup_part(url, CURLUPART_URL, 0);
	for (size_t n = base == NULL ? 0 : strlen(base); n > 0 && base[n - 1] == '/'; n--)
		base[n - 1] = '\0';
	return base;
}

/* ret_user and ret_password may be NULL. */
static int
take_apart(const char *text, char **ret_base, char **ret_user, char **ret_password,
	   struct hc_err *err)
{
	CURLU *url = curl_url();
	int result = -1;

	if (url == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a URL");
	if (parse_url(text, url, err) < 0)
		goto out;
	if (ret_user != NULL) {
		*ret_user = dup_part(url, CURLUPART_USER, CURLU_URLDECODE);
		*ret_password = dup_part(url, CURLUPART_PASSWORD, CURLU_URLDECODE);
	}
	*ret_base = strip(url);
	if (*ret_base == NULL)
		hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a URL");
	else
		result = 0;
out:
	curl_url_cleanup(url);
	return result;
}

int
hc_net_url_shown(const char *url, char **ret, struct hc_err *err)
{
	return take_apart(url, ret, NULL, NULL, err);
}

/* ---------------------------------------------------------------- options */

static const char *
system_ca(void)
{
	for (size_t i = 0; i < sizeof(ca_bundles) / sizeof(ca_bundles[0]); i++) {
		if (access(ca_bundles[i], R_OK) == 0)
			return ca_bundles[i];
	}
	return NULL;
}

/*
 * libcurl asks at least once a second, also while nothing moves.  Not LOW_SPEED_TIME: it judges by an
 * average over five seconds, so that a limit of one second ends a transfer after seven.
 */
static int
on_progress(void *ctx, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
	    curl_off_t up)
{
	struct hc_net *net = ctx;
	uint64_t now = hc_net_now_ms();

	(void)down_total;
	(void)up_total;
	if (net->options.stop != NULL && atomic_load(net->options.stop))
		return 1;
	if (down + up != net->moved || net->moved_at == 0) {
		net->moved = down + up;
		net->moved_at = now;
	}
	net->stalled = now - net->moved_at > net->stall_ms;
	return net->stalled;
}

static bool
set_security(struct hc_net *net)
{
	CURL *c = net->curl;
	const char *ca = net->options.ca_file != NULL ? net->options.ca_file : system_ca();
	/* What began encrypted stays encrypted, redirects too. */
	const char *follow = strncmp(net->base, "https:", 6) == 0 ? "https" : "http,https";
	CURLcode bad = CURLE_OK;

	bad |= curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	bad |= curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, follow);
	bad |= curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
	bad |= curl_easy_setopt(c, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
	bad |= curl_easy_setopt(c, CURLOPT_POSTREDIR, (long)CURL_REDIR_POST_ALL);
	if (ca != NULL)
		bad |= curl_easy_setopt(c, CURLOPT_CAINFO, ca);
	/* A site's CA replaces the public ones. */
	if (net->options.ca_file != NULL)
		bad |= curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	if (net->user != NULL)
		bad |= curl_easy_setopt(c, CURLOPT_USERNAME, net->user);
	if (net->password != NULL)
		bad |= curl_easy_setopt(c, CURLOPT_PASSWORD, net->password);
	return bad == CURLE_OK;
}

/*
 * HTTP/1.1: for bulk data one connection per thread beats streams in one connection
 * (transport.md 5.4). NOSIGNAL: threads.  libcurl itself sends with MSG_NOSIGNAL, so that no
 * SIGPIPE comes either.
 */
static bool
set_transfer(struct hc_net *net)
{
	CURL *c = net->curl;
	unsigned patience = net->options.patience_ms;
	long connect = (long)hc_min_u64(patience, CONNECT_MS_MAX);
	CURLcode bad = CURLE_OK;

	bad |= curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	bad |= curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	bad |= curl_easy_setopt(c, CURLOPT_TCP_NODELAY, 1L);
	bad |= curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	bad |= curl_easy_setopt(c, CURLOPT_BUFFERSIZE, RECEIVE_BYTES);
	bad |= curl_easy_setopt(c, CURLOPT_MAXCONNECTS, 2L);
	bad |= curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, connect);
	bad |= curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	bad |= curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
	bad |= curl_easy_setopt(c, CURLOPT_XFERINFODATA, net);
	bad |= curl_easy_setopt(c, CURLOPT_ERRORBUFFER, net->curl_text);
	bad |= curl_easy_setopt(c, CURLOPT_USERAGENT, "halcyon/" HC_VERSION);
	return bad == CURLE_OK;
}

/* ---------------------------------------------------------------- life */

int
hc_net_open(const char *url, const struct hc_net_options *options, struct hc_net **ret,
	    struct hc_err *err)
{
	struct hc_net *net;

	pthread_once(&curl_once, curl_start);
	net = calloc(1, sizeof(*net));
	if (net == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a connection");
	if (options != NULL)
		net->options = *options;
	if (net->options.patience_ms == 0)
		net->options.patience_ms = HC_NET_PATIENCE_MS;
	net->stall_ms =
		hc_min_u64(hc_max_u64(net->options.patience_ms / 2, 1000), STALL_MS_MAX);
	net->random = (hc_net_now_ms() << 20 ^ (uintptr_t)net) | 1;
	if (take_apart(url, &net->base, &net->user, &net->password, err) < 0)
		goto fail;
	net->fresh = curl_slist_append(NULL, "Cache-Control: no-cache");
	net->no_expect = curl_slist_append(NULL, "Expect:");
	net->curl = curl_easy_init();
	if (net->curl == NULL || net->fresh == NULL || net->no_expect == NULL ||
	    !set_security(net) || !set_transfer(net)) {
		hc_err_set(err, H_INTERNAL, "the HTTP client cannot be set up");
		goto fail;
	}
	*ret = net;
	return 0;
fail:
	hc_net_close(net);
	return -1;
}

void
hc_net_close(struct hc_net *net)
{
	if (net == NULL)
		return;
	if (net->curl != NULL)
		curl_easy_cleanup(net->curl);
	curl_slist_free_all(net->fresh);
	curl_slist_free_all(net->no_expect);
	if (net->password != NULL)
		explicit_bzero(net->password, strlen(net->password));
	free(net->password);
	free(net->user);
	free(net->base);
	free(net);
}

uint64_t
hc_net_received(const struct hc_net *net)
{
	return net->received;
}

int64_t
hc_net_server_time(const struct hc_net *net)
{
	return net->server_time;
}
