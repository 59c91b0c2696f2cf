/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places: a folder or a URL, and one thread's connection to it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "restore/base/file.h"
#include "restore/source/source_priv.h"

/* ---------------------------------------------------------------- place */

static char *
folder_name(const char *where)
{
	char *name = strdup(where);

	for (size_t n = name == NULL ? 0 : strlen(name); n > 1 && name[n - 1] == '/'; n--)
		name[n - 1] = '\0';
	return name;
}

/* An option's text, copied. */
static int
keep(const char **option, char **ret_copy)
{
	if (*option == NULL)
		return 0;
	*ret_copy = strdup(*option);
	*option = *ret_copy;
	return *ret_copy != NULL ? 0 : -1;
}

int
hc_place_open(const char *where, const struct hc_place_options *options, struct hc_place **ret,
	      struct hc_err *err)
{
	struct hc_place *place = calloc(1, sizeof(*place));
	bool is_url = strstr(where, "://") != NULL;

	if (place == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to open a place");
	if (options != NULL)
		place->options = *options;
	if (keep(&place->options.ca_file, &place->ca_file) < 0 ||
	    keep(&place->options.credentials_file, &place->credentials_file) < 0)
		goto no_memory;
	if (!is_url) {
		place->name = folder_name(where);
		if (place->name == NULL)
			goto no_memory;
	} else {
		if (hc_net_url_shown(where, &place->name, err) < 0)
			goto fail;
		place->url = strdup(where);
		if (place->url == NULL)
			goto no_memory;
	}
	*ret = place;
	return 0;
no_memory:
	hc_err_set(err, H_OUT_OF_MEMORY, "no memory to open a place");
fail:
	hc_place_close(place);
	return -1;
}

const char *
hc_place_name(const struct hc_place *place)
{
	return place->name;
}

const char *
hc_place_folder(const struct hc_place *place)
{
	return place->url == NULL ? place->name : NULL;
}

void
hc_place_close(struct hc_place *place)
{
	if (place == NULL)
		return;
	if (place->url != NULL)
		explicit_bzero(place->url, strlen(place->url));
	free(place->url);
	free(place->ca_file);
	free(place->credentials_file);
	free(place->name);
	free(place);
}

/* ---------------------------------------------------------------- session */

static int
open_net(struct hc_session *session, struct hc_err *err)
{
	const struct hc_place_options *from = &session->place->options;
	const struct hc_net_options options = {
		.patience_ms = from->patience_ms,
		.ca_file = from->ca_file,
		.credentials_file = from->credentials_file,
		.stop = from->stop,
		.on_retry = from->on_retry,
		.ctx = from->ctx,
	};

	return hc_net_open(session->place->url, &options, &session->net, err);
}

static int
open_folder(struct hc_session *session, struct hc_err *err)
{
	const char *path = session->place->name;

	session->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (session->folder >= 0)
		return 0;
	hc_err_sys(err, errno == ENOENT ? H_NOT_FOUND : H_IO, "opening the folder %s", path);
	return hc_err_at(err, HC_NO_OFFSET, "%s", path);
}

int
hc_session_open(struct hc_place *place, struct hc_session **ret, struct hc_err *err)
{
	struct hc_session *session = calloc(1, sizeof(*session));

	if (session == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a connection");
	session->place = place;
	session->folder = -1;
	if ((place->url != NULL ? open_net(session, err) : open_folder(session, err)) < 0 ||
	    hc_zstd_new(&session->zstd, err) < 0) {
		hc_session_close(session);
		return -1;
	}
	*ret = session;
	return 0;
}

void
hc_session_close(struct hc_session *session)
{
	if (session == NULL)
		return;
	hc_net_close(session->net);
	if (session->folder >= 0)
		close(session->folder);
	hc_zstd_free(session->zstd);
	hc_buf_done(&session->packed);
	hc_buf_done(&session->row);
	free(session);
}

uint64_t
hc_session_received(const struct hc_session *session)
{
	return session->net == NULL ? 0 : hc_net_received(session->net);
}

int64_t
hc_session_server_time(const struct hc_session *session)
{
	return session->net == NULL ? 0 : hc_net_server_time(session->net);
}

/* ---------------------------------------------------------------- files */

/* Names come from us or from manifests; one that would leave the place is never followed. */
int
hc_place_check_name(const char *name, struct hc_err *err)
{
	bool bad = false;

	for (const char *part = name; !bad && part != NULL;) {
		size_t length = strcspn(part, "/");

		/* "", "." and ".."; a name that begins or ends with a slash has an empty part. */
		bad = length <= 2 && strncmp(part, "..", length) == 0;
		part = part[length] == '\0' ? NULL : part + length + 1;
	}
	if (!bad)
		return 0;
	return hc_err_set(err, H_NOT_FOUND, "\"%s\" is no name inside a repository", name);
}

static int
file_failed(const struct hc_session *session, const char *verb, const char *name,
	    struct hc_err *err)
{
	bool absent = errno == ENOENT || errno == ENOTDIR;

	hc_err_sys(err, absent ? H_NOT_FOUND : H_IO, "%s", verb);
	return hc_err_at(err, HC_NO_OFFSET, "%s/%s", session->place->name, name);
}

static int
read_open_file(struct hc_session *session, int fd, const char *name, size_t max,
	       struct hc_buf *out, struct hc_err *err)
{
	size_t start = out->size;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return file_failed(session, "reading", name, err);
	if (!S_ISREG(st.st_mode)) {
		hc_err_set(err, H_IO, "this is not a regular file");
		return hc_err_at(err, HC_NO_OFFSET, "%s/%s", session->place->name, name);
	}
	if ((uint64_t)st.st_size > max) {
		hc_err_set(err, H_NET_TOO_LARGE,
			   "the file has %lld bytes, more than the %zu expected",
			   (long long)st.st_size, max);
		return hc_err_at(err, HC_NO_OFFSET, "%s/%s", session->place->name, name);
	}
	if (hc_buf_reserve(out, start + (size_t)st.st_size, err) < 0)
		return -1;
	while (out->size - start < (size_t)st.st_size) {
		n = read(fd, out->data + out->size, (size_t)st.st_size - (out->size - start));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			out->size = start;
			return file_failed(session, "reading", name, err);
		}
		if (n == 0)
			break; /* it shrank: what is missing is found by whoever checks the
				  bytes */
		out->size += (size_t)n;
	}
	return 0;
}

static int
read_file(struct hc_session *session, const char *name, size_t max, struct hc_buf *out,
	  struct hc_err *err)
{
	int fd = openat(session->folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK), result;

	if (fd < 0)
		return file_failed(session, "opening", name, err);
	result = read_open_file(session, fd, name, max, out, err);
	close(fd);
	return result;
}

int
hc_session_get(struct hc_session *session, const char *name, size_t max, bool fresh,
	       struct hc_buf *out, struct hc_err *err)
{
	const struct hc_net_get what = { .name = name, .max = max, .fresh = fresh };

	if (session->net == NULL)
		return read_file(session, name, max, out, err);
	return hc_net_get(session->net, &what, out, err);
}

int
hc_place_get(struct hc_session *session, const char *name, size_t max, struct hc_buf *out,
	     struct hc_err *err)
{
	if (hc_place_check_name(name, err) < 0)
		return -1;
	return hc_session_get(session, name, max, true, out, err);
}

static int
get_checked(struct hc_session *session, const struct hc_file_want *want, bool fresh,
	    struct hc_buf *out, struct hc_err *err)
{
	char hex[HC_DIGEST_TEXT], wanted[HC_DIGEST_TEXT];
	size_t start = out->size;
	struct hc_digest found;

	if (hc_session_get(session, want->name, (size_t)want->size, fresh, out, err) < 0)
		return err->code != H_NET_TOO_LARGE
			       ? -1
			       : hc_err_set(err, H_DIGEST_MISMATCH,
					    "it is larger than %llu bytes",
					    (unsigned long long)want->size);
	if (out->size - start != want->size) {
		hc_err_set(err, H_DIGEST_MISMATCH, "it has %zu bytes, not %llu",
			   out->size - start, (unsigned long long)want->size);
		out->size = start;
		return -1;
	}
	hc_digest_of(HC_DIGEST_SHA256, out->data + start, out->size - start, &found);
	if (hc_digest_equal(&found, &want->sha256))
		return 0;
	out->size = start;
	hc_digest_hex(&found, hex);
	hc_digest_hex(&want->sha256, wanted);
	return hc_err_set(err, H_DIGEST_MISMATCH, "its sha256 is %s, not %s", hex, wanted);
}

int
hc_place_get_checked(struct hc_session *session, const struct hc_file_want *want,
		     struct hc_buf *out, struct hc_err *err)
{
	int result;

	if (hc_place_check_name(want->name, err) < 0)
		return -1;
	result = get_checked(session, want, false, out, err);
	if (result < 0 && err->code == H_DIGEST_MISMATCH)
		result = get_checked(session, want, true, out, err);
	if (result < 0)
		hc_err_at(err, HC_NO_OFFSET, "%s/%s", session->place->name, want->name);
	return result;
}

int
hc_place_exists(struct hc_session *session, const char *name, bool *ret, struct hc_err *err)
{
	if (hc_place_check_name(name, err) < 0)
		return -1;
	if (session->net != NULL)
		return hc_net_exists(session->net, name, ret, NULL, err);
	if (faccessat(session->folder, name, F_OK, 0) == 0)
		*ret = true;
	else if (errno == ENOENT || errno == ENOTDIR)
		*ret = false;
	else
		return file_failed(session, "looking for", name, err);
	return 0;
}

int
hc_place_put(struct hc_session *session, const char *name, struct hc_span bytes,
	     struct hc_err *err)
{
	char path[PATH_MAX];

	if (hc_place_check_name(name, err) < 0)
		return -1;
	if (session->net != NULL)
		return hc_net_put(session->net, name, bytes, err);
	if (snprintf(path, sizeof(path), "%s/%s", session->place->name, name) >=
	    (int)sizeof(path))
		return hc_err_set(err, H_IO, "the path %s is too long", name);
	return hc_file_replace(path, bytes, err);
}

int
hc_place_make_folder(struct hc_session *session, const char *name, bool *ret_new,
		     struct hc_err *err)
{
	enum hc_net_folder made = HC_NET_FOLDER_EXISTS;

	if (hc_place_check_name(name, err) < 0)
		return -1;
	if (session->net != NULL) {
		if (hc_net_make_folder(session->net, name, &made, err) < 0)
			return -1;
		*ret_new = made == HC_NET_FOLDER_NEW;
		return 0;
	}
	if (mkdirat(session->folder, name, 0755) == 0) {
		*ret_new = true;
	} else if (errno == EEXIST) {
		*ret_new = false;
	} else {
		return file_failed(session, "creating", name, err);
	}
	return 0;
}
