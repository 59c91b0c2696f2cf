/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests that write to volumes: an image in memory as an hc_io that counts writes and can fail at one of them. */
#ifndef HC_TESTS_VOLUME_WRITE_H
#define HC_TESTS_VOLUME_WRITE_H

#include "restore/base/file.h"
#include "restore/volume/write.h"
#include "tests/unit/sandbox.h"
#include "tests/unit/tap.h"

struct memory_io {
	struct hc_io io;
	uint8_t *bytes;
	unsigned writes;
	unsigned fail_at; /* the number of the first write that fails; 0: none */
};

static int
memory_pread(struct hc_io *io, uint64_t offset, void *buf, size_t length, struct hc_err *err)
{
	(void)err;
	memcpy(buf, ((struct memory_io *)io)->bytes + offset, length);
	return 0;
}

static int
memory_pwrite(struct hc_io *io, uint64_t offset, const void *buf, size_t length,
	      struct hc_err *err)
{
	struct memory_io *m = (struct memory_io *)io;

	m->writes++;
	if (m->fail_at != 0 && m->writes >= m->fail_at)
		return hc_err_set(err, H_IO, "write %u fails", m->writes);
	memcpy(m->bytes + offset, buf, length);
	return 0;
}

static const struct hc_io_ops memory_ops = { .name = "memory",
					     .pread = memory_pread,
					     .pwrite = memory_pwrite };

struct opened {
	struct hc_buf bytes; /* the image as it is now */
	struct memory_io io;
	struct hc_volume *volume;
};

__attribute__((unused)) static int
open_copy(const struct sandbox *box, const char *name, struct opened *ret, struct hc_err *err)
{
	*ret = (struct opened){ .bytes = slurp(box, name) };
	ret->io = (struct memory_io){ { &memory_ops, ret->bytes.size }, ret->bytes.data, 0, 0 };
	return hc_volume_open_write(&ret->io.io, 0, &ret->volume, err);
}

/* Finishes, and puts the image into the file `name` of the sandbox. */
__attribute__((unused)) static int
finish_into(const struct sandbox *box, const char *name, struct opened *o, struct hc_err *err)
{
	char path[PATH_MAX];
	struct hc_err why;
	int result = hc_volume_finish(o->volume, err);

	o->volume = NULL;
	if (hc_file_replace(path_in(box, path, "%s", name), hc_buf_span(&o->bytes), &why) < 0)
		result = -1;
	hc_buf_done(&o->bytes);
	return result;
}

/* Throws away. */
__attribute__((unused)) static void
abandon(struct opened *o)
{
	hc_volume_close(o->volume);
	hc_buf_done(&o->bytes);
}

__attribute__((unused)) static bool
reads(struct hc_volume *volume, const char *path, struct hc_span want)
{
	struct hc_buf out = { 0 };
	struct hc_err err;
	bool same = hc_volume_read_all(volume, path, 64u << 20, &out, &err) == 0 &&
		    out.size == want.size &&
		    (out.size == 0 || memcmp(out.data, want.data, out.size) == 0);

	hc_buf_done(&out);
	return same;
}

/* `size` bytes that repeat nowhere soon. */
__attribute__((unused)) static struct hc_buf
noise(size_t size, uint32_t seed)
{
	struct hc_buf buf = { 0 };
	struct hc_err err;

	if (hc_buf_reserve(&buf, size + 1, &err) < 0)
		exit(99);
	for (buf.size = 0; buf.size < size; buf.size++) {
		seed = seed * 1664525 + 1013904223;
		buf.data[buf.size] = (uint8_t)(seed >> 24);
	}
	return buf;
}

__attribute__((unused)) static struct hc_span
text(const char *s)
{
	return hc_span(s, strlen(s));
}

#endif
