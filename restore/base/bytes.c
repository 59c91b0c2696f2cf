/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes: the growable buffer and the test for zeros. */
#include "restore/base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
hc_buf_reserve(struct hc_buf *buf, size_t room, struct hc_err *err)
{
	uint8_t *grown;

	if (room <= buf->room)
		return 0;
	grown = realloc(buf->data, room);
	if (grown == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %zu bytes", room);
	buf->data = grown;
	buf->room = room;
	return 0;
}

static int
make_room(struct hc_buf *buf, size_t more, struct hc_err *err)
{
	size_t need, room = buf->room < 256 ? 256 : buf->room;

	if (more > SIZE_MAX / 4 || buf->size > SIZE_MAX / 4)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %zu bytes more", more);
	need = buf->size + more;
	while (room < need)
		room *= 2;
	return hc_buf_reserve(buf, room, err);
}

int
hc_buf_append(struct hc_buf *buf, const void *data, size_t size, struct hc_err *err)
{
	if (size == 0)
		return 0;
	if (make_room(buf, size, err) < 0)
		return -1;
	memcpy(buf->data + buf->size, data, size);
	buf->size += size;
	return 0;
}

int
hc_buf_printf(struct hc_buf *buf, struct hc_err *err, const char *fmt, ...)
{
	va_list args;
	int length;

	va_start(args, fmt);
	length = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (length < 0)
		return hc_err_set(err, H_INTERNAL, "a format failed: %s", fmt);
	if (make_room(buf, (size_t)length + 1, err) < 0)
		return -1;
	va_start(args, fmt);
	vsnprintf((char *)buf->data + buf->size, (size_t)length + 1, fmt, args);
	va_end(args);
	buf->size += (size_t)length;
	return 0;
}

void
hc_buf_done(struct hc_buf *buf)
{
	free(buf->data);
	*buf = (struct hc_buf){ 0 };
}

bool
hc_is_zero(const void *data, size_t size)
{
	const uint8_t *bytes = data;

	if (size < 16) {
		for (size_t i = 0; i < size; i++)
			if (bytes[i] != 0)
				return false;
		return true;
	}
	/* The first 16 are zero and each byte equals the one 16 before it. */
	return hc_is_zero(bytes, 15) && bytes[15] == 0 &&
	       memcmp(bytes, bytes + 16, size - 16) == 0;
}
