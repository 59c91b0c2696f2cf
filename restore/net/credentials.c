/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file that --credentials names: who we are to a server.  What stands in it is never printed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "restore/net/net_priv.h"

#define CREDENTIALS_MAX 4096

/* An own regular file that nobody else can read: a link could be pointed elsewhere by whoever owns the folder. */
static int
open_file(const char *path, struct hc_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return hc_err_sys(err, H_CREDENTIALS, "opening %s", path);
	if (fstat(fd, &st) < 0)
		hc_err_sys(err, H_CREDENTIALS, "looking at %s", path);
	else if (!S_ISREG(st.st_mode))
		hc_err_set(err, H_CREDENTIALS, "%s is no regular file", path);
	else if ((st.st_mode & 077) != 0)
		hc_err_set(err, H_CREDENTIALS,
			   "%s may be used by others than its owner (mode %04o)", path,
			   (unsigned)st.st_mode & 07777);
	else if (st.st_uid != geteuid() && st.st_uid != 0)
		hc_err_set(err, H_CREDENTIALS, "%s belongs to another user", path);
	else
		return fd;
	close(fd);
	return -1;
}

/* Takes the blanks around a part of a line away. */
static struct hc_span
trim(struct hc_span text)
{
	while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
		text = hc_span_part(text, 1, text.size - 1);
	while (text.size > 0 && strchr(" \t\r", text.data[text.size - 1]) != NULL)
		text.size--;
	return text;
}

static bool
is(struct hc_span text, const char *word)
{
	return text.size == strlen(word) && memcmp(text.data, word, text.size) == 0;
}

/* "user = …": 0 for a line that was understood. */
static int
take_line(struct hc_span line, struct hc_credentials *ret)
{
	const uint8_t *equals;
	struct hc_span name, value;
	char **slot;

	line = trim(line);
	if (line.size == 0 || line.data[0] == '#')
		return 0;
	equals = memchr(line.data, '=', line.size);
	if (equals == NULL || memchr(line.data, '\0', line.size) != NULL)
		return -1;
	name = trim(hc_span(line.data, (size_t)(equals - line.data)));
	value = trim(hc_span(equals + 1, line.size - (size_t)(equals - line.data) - 1));
	slot = is(name, "user")       ? &ret->user
	       : is(name, "password") ? &ret->password
	       : is(name, "bearer")   ? &ret->bearer
				      : NULL;
	if (slot == NULL || *slot != NULL || value.size == 0)
		return -1;
	*slot = strndup((const char *)value.data, value.size);
	return *slot != NULL ? 0 : -1;
}

int
hc_credentials_parse(struct hc_span text, struct hc_credentials *ret, struct hc_err *err)
{
	unsigned number = 1;

	for (; text.size > 0; number++) {
		const uint8_t *end = memchr(text.data, '\n', text.size);
		size_t length = end != NULL ? (size_t)(end - text.data) : text.size;

		if (take_line(hc_span(text.data, length), ret) < 0)
			return hc_err_set(err, H_CREDENTIALS,
					  "line %u is neither user, password nor bearer = …",
					  number);
		length += end != NULL;
		text = hc_span_part(text, length, text.size - length);
	}
	if ((ret->user == NULL) != (ret->password == NULL) ||
	    (ret->user == NULL) == (ret->bearer == NULL))
		return hc_err_set(err, H_CREDENTIALS,
				  "there is not one user with a password, or one bearer token");
	return 0;
}

int
hc_credentials_load(const char *path, struct hc_credentials *ret, struct hc_err *err)
{
	uint8_t bytes[CREDENTIALS_MAX + 1];
	int fd = open_file(path, err), result = -1;
	ssize_t got;

	if (fd < 0)
		return -1;
	got = read(fd, bytes, sizeof(bytes));
	if (got < 0)
		hc_err_sys(err, H_CREDENTIALS, "reading %s", path);
	else if (got > CREDENTIALS_MAX)
		hc_err_set(err, H_CREDENTIALS, "%s has more than %d bytes", path,
			   CREDENTIALS_MAX);
	else
		result = hc_credentials_parse(hc_span(bytes, (size_t)got), ret, err);
	if (result < 0)
		hc_err_at(err, HC_NO_OFFSET, "%s", path);
	explicit_bzero(bytes, sizeof(bytes));
	close(fd);
	return result;
}

static void
wipe(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

void
hc_credentials_done(struct hc_credentials *credentials)
{
	wipe(credentials->user);
	wipe(credentials->password);
	wipe(credentials->bearer);
	*credentials = (struct hc_credentials){ 0 };
}
