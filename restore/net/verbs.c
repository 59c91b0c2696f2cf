/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET, HEAD, PUT, MKCOL. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "restore/net/net_priv.h"

#define REFUSAL_BODY_MAX                                                                       \
	(256u << 10) /* read and dropped, so that the connection stays usable */

static int
too_large(struct hc_net_exchange *x, const char *what)
{
	x->failed_here = true;
	hc_err_set(x->err, H_NET_TOO_LARGE, "%s more than the %zu bytes expected", what,
		   x->max);
	return hc_err_at(x->err, HC_NO_OFFSET, "%s", x->url);
}

static bool
is_wanted(const struct hc_net_exchange *x)
{
	long status = 0;

	curl_easy_getinfo(x->net->curl, CURLINFO_RESPONSE_CODE, &status);
	return x->out != NULL && status == (x->ranged ? 206 : 200);
}

/* Returning anything but the size ends the transfer. */
static size_t
on_body(char *data, size_t one, size_t size, void *ctx)
{
	struct hc_net_exchange *x = ctx;

	(void)one;
	x->net->received += size;
	if (!is_wanted(x)) {
		x->dropped += size;
		x->cut = x->dropped > REFUSAL_BODY_MAX;
		return x->cut ? CURL_WRITEFUNC_ERROR : size;
	}
	if (size > x->max - (x->out->size - x->start)) {
		too_large(x, "the server sends");
		return CURL_WRITEFUNC_ERROR;
	}
	if (hc_buf_append(x->out, data, size, x->err) < 0) {
		x->failed_here = true;
		return CURL_WRITEFUNC_ERROR;
	}
	return size;
}

static size_t
on_send(char *to, size_t one, size_t room, void *ctx)
{
	struct hc_net_exchange *x = ctx;
	size_t size = (size_t)hc_min_u64(one * room, x->in.size - x->sent);

	if (size > 0)
		memcpy(to, x->in.data + x->sent, size);
	x->sent += size;
	return size;
}

/* libcurl goes back to the start after a redirect or when a reused connection turned out dead.
 */
static int
on_rewind(void *ctx, curl_off_t offset, int origin)
{
	struct hc_net_exchange *x = ctx;

	if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > x->in.size)
		return CURL_SEEKFUNC_FAIL;
	x->sent = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

/* A plain GET; the verbs change it. */
static int
begin(struct hc_net_exchange *x, struct hc_net *net, const char *name, const char *after,
      struct hc_err *err)
{
	size_t size = strlen(net->base) + strlen(name) + strlen(after) + 2;
	CURL *c = net->curl;
	CURLcode bad = CURLE_OK;

	x->net = net;
	x->err = err;
	x->url = malloc(size);
	if (x->url == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a URL");
	snprintf(x->url, size, "%s%s%s%s", net->base, name[0] == '\0' ? "" : "/", name, after);
	bad |= curl_easy_setopt(c, CURLOPT_URL, x->url);
	bad |= curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, NULL);
	bad |= curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
	bad |= curl_easy_setopt(c, CURLOPT_RANGE, NULL);
	bad |= curl_easy_setopt(c, CURLOPT_HTTPHEADER, NULL);
	bad |= curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	bad |= curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
	if (bad != CURLE_OK) {
		free(x->url);
		x->url = NULL;
		return hc_err_set(err, H_OUT_OF_MEMORY, "the HTTP client cannot be prepared");
	}
	return 0;
}

int
hc_net_get(struct hc_net *net, const struct hc_net_get *what, struct hc_buf *out,
	   struct hc_err *err)
{
	struct hc_net_exchange x = { .out = out, .start = out->size, .max = what->max };
	char range[48];
	int result = -1;

	if (begin(&x, net, what->name, "", err) < 0)
		return -1;
	if (what->range != NULL) {
		x.ranged = true;
		x.max = (size_t)hc_min_u64(what->max, what->range->length);
		snprintf(range, sizeof(range), "%llu-%llu",
			 (unsigned long long)what->range->offset,
			 (unsigned long long)(hc_extent_end(*what->range) - 1));
		curl_easy_setopt(net->curl, CURLOPT_RANGE, range);
	}
	if (what->fresh)
		curl_easy_setopt(net->curl, CURLOPT_HTTPHEADER, net->fresh);
	if (hc_net_perform(&x, err) < 0)
		goto out;
	if (x.status != (x.ranged ? 206 : 200)) {
		hc_net_refused(&x, x.ranged ? "GET of a range" : "GET", err);
		goto out;
	}
	if (x.ranged && out->size - x.start != what->range->length) {
		hc_err_set(err, H_NET_HTTP_STATUS,
			   "a range of %llu bytes was answered with %zu",
			   (unsigned long long)what->range->length, out->size - x.start);
		hc_err_at(err, what->range->offset, "%s", x.url);
		goto out;
	}
	result = 0;
out:
	if (result < 0)
		out->size = x.start;
	free(x.url);
	return result;
}

int
hc_net_exists(struct hc_net *net, const char *name, bool *ret, uint64_t *ret_size,
	      struct hc_err *err)
{
	struct hc_net_exchange x = { 0 };
	curl_off_t size = -1;
	bool found, absent;
	int result = -1;

	if (begin(&x, net, name, "", err) < 0)
		return -1;
	curl_easy_setopt(net->curl, CURLOPT_NOBODY, 1L);
	if (hc_net_perform(&x, err) < 0)
		goto out;
	found = x.status == 200 || x.status == 204;
	absent = x.status == 404 || x.status == 410;
	if (!found && !absent) {
		hc_net_refused(&x, "HEAD", err);
		goto out;
	}
	curl_easy_getinfo(net->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
	if (ret != NULL)
		*ret = found;
	if (ret_size != NULL)
		*ret_size = found && size >= 0 ? (uint64_t)size : HC_NO_OFFSET;
	result = 0;
out:
	free(x.url);
	return result;
}

int
hc_net_put(struct hc_net *net, const char *name, struct hc_span bytes, struct hc_err *err)
{
	struct hc_net_exchange x = { .in = bytes };
	CURL *c = net->curl;
	int result = -1;

	if (begin(&x, net, name, "", err) < 0)
		return -1;
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, net->no_expect);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, on_send);
	curl_easy_setopt(c, CURLOPT_READDATA, &x);
	curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, on_rewind);
	curl_easy_setopt(c, CURLOPT_SEEKDATA, &x);
	curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)bytes.size);
	if (hc_net_perform(&x, err) < 0)
		goto out;
	if (x.status == 200 || x.status == 201 || x.status == 204)
		result = 0;
	else
		hc_net_refused(&x, "PUT", err);
out:
	free(x.url);
	return result;
}

int
hc_net_make_folder(struct hc_net *net, const char *name, enum hc_net_folder *ret,
		   struct hc_err *err)
{
	struct hc_net_exchange x = { 0 };
	int result = 0;

	/* nginx refuses a MKCOL whose URL doesn't end with a slash. */
	if (begin(&x, net, name, "/", err) < 0)
		return -1;
	curl_easy_setopt(net->curl, CURLOPT_CUSTOMREQUEST, "MKCOL");
	if (hc_net_perform(&x, err) < 0)
		result = -1;
	else if (x.status == 201)
		*ret = HC_NET_FOLDER_NEW;
	else if (x.status == 405)
		*ret = x.lost_answer ? HC_NET_FOLDER_UNSURE : HC_NET_FOLDER_EXISTS;
	else
		result = hc_net_refused(&x, "MKCOL", err);
	free(x.url);
	return result;
}
