/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The only user of libmspack: it opens and reads "files", which are memory here. */
#include "restore/fixup/cabinet.h"

#include <mspack.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define IN  "in"
#define OUT "out"

/* ---------------------------------------------------------------- files in memory */

struct memory {
	struct mspack_system system; /* first: libmspack hands back its address */
	struct hc_span in;
	struct hc_buf out;
	size_t max;
	struct hc_err *err;
	bool full;      /* more than max came */
	bool no_memory; /* for `out` */
};

/* What libmspack holds as struct mspack_file. */
struct memory_file {
	struct memory *memory;
	bool writing;
	size_t at;
};

static struct mspack_file *
memory_open(struct mspack_system *self, const char *name, int mode)
{
	const bool writing = mode == MSPACK_SYS_OPEN_WRITE;
	struct memory_file *file;

	if ((mode != MSPACK_SYS_OPEN_READ && !writing) || strcmp(name, writing ? OUT : IN) != 0)
		return NULL;
	file = calloc(1, sizeof(*file));
	if (file == NULL)
		return NULL;
	file->memory = (void *)self;
	file->writing = writing;
	return (void *)file;
}

static void
memory_close(struct mspack_file *opened)
{
	free(opened);
}

static int
memory_read(struct mspack_file *opened, void *to, int bytes)
{
	struct memory_file *file = (void *)opened;
	const struct hc_span *in = &file->memory->in;
	size_t wanted = (size_t)bytes, left;

	if (file->writing || bytes < 0)
		return -1;
	left = file->at < in->size ? in->size - file->at : 0;
	if (wanted > left)
		wanted = left;
	if (wanted > 0)
		memcpy(to, in->data + file->at, wanted);
	file->at += wanted;
	return (int)wanted;
}

static int
memory_write(struct mspack_file *opened, void *from, int bytes)
{
	struct memory_file *file = (void *)opened;
	struct memory *m = file->memory;

	if (!file->writing || bytes < 0)
		return -1;
	if ((size_t)bytes > m->max - m->out.size) {
		m->full = true;
		return -1;
	}
	if (hc_buf_append(&m->out, from, (size_t)bytes, m->err) < 0) {
		m->no_memory = true;
		return -1;
	}
	return bytes;
}

static int
memory_seek(struct mspack_file *opened, off_t offset, int mode)
{
	struct memory_file *file = (void *)opened;
	const off_t size = (off_t)file->memory->in.size;
	off_t from = mode == MSPACK_SYS_SEEK_START ? 0
		     : mode == MSPACK_SYS_SEEK_CUR ? (off_t)file->at
						   : size;

	if (file->writing || offset < -from || offset > size - from)
		return -1;
	file->at = (size_t)(from + offset);
	return 0;
}

static off_t
memory_tell(struct mspack_file *opened)
{
	const struct memory_file *file = (void *)opened;

	return (off_t)file->at;
}

static void
memory_message(struct mspack_file *file, const char *format, ...)
{
	(void)file;
	(void)format;
}

static void *
memory_alloc(struct mspack_system *self, size_t bytes)
{
	(void)self;
	/* libmspack asks for 0 bytes of empty names. */
	return calloc(1, bytes + 1);
}

static void
memory_copy(void *from, void *to, size_t bytes)
{
	memcpy(to, from, bytes);
}

static void
memory_init(struct memory *m, struct hc_span in, size_t max, struct hc_err *err)
{
	*m = (struct memory){ .system = { .open = memory_open,
					  .close = memory_close,
					  .read = memory_read,
					  .write = memory_write,
					  .seek = memory_seek,
					  .tell = memory_tell,
					  .message = memory_message,
					  .alloc = memory_alloc,
					  .free = free,
					  .copy = memory_copy },
			      .in = in,
			      .max = max,
			      .err = err };
}

/* ---------------------------------------------------------------- errors */

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to unpack a file");
}

static const char *
meaning(int code)
{
	switch (code) {
	case MSPACK_ERR_READ:
	case MSPACK_ERR_SEEK:
		return "it was cut short";
	case MSPACK_ERR_SIGNATURE:
		return "it does not begin as one does";
	case MSPACK_ERR_CHECKSUM:
		return "a checksum is wrong";
	case MSPACK_ERR_DECRUNCH:
		return "the packed data make no sense";
	default:
		return "its head makes no sense, or it is continued in another file";
	}
}

/* Why libmspack gave up. */
static int
failed(const struct memory *m, int code, const char *what, struct hc_err *err)
{
	if (code == MSPACK_ERR_NOMEMORY || m->no_memory)
		return no_memory(err);
	if (m->full)
		return hc_err_set(err, H_CABINET_FORMAT, "%s unpacks to more than %zu bytes",
				  what, m->max);
	return hc_err_set(err, H_CABINET_FORMAT, "%s can't be unpacked: %s", what,
			  meaning(code));
}

/* ---------------------------------------------------------------- cabinets */

static int
find_member(const struct mscabd_cabinet *cabinet, const char *member, struct mscabd_file **ret,
	    struct hc_err *err)
{
	struct mscabd_file *file = cabinet->files;

	if (member == NULL && (file == NULL || file->next != NULL))
		return hc_err_set(err, H_CABINET_MEMBER,
				  "a cabinet for one file holds none, or more than one");
	while (member != NULL && file != NULL && strcasecmp(file->filename, member) != 0)
		file = file->next;
	if (file == NULL)
		return hc_err_set(err, H_CABINET_MEMBER, "the cabinet holds no file %s",
				  member);
	*ret = file;
	return 0;
}

static int
extract(struct memory *m, struct mscab_decompressor *cab, const char *member,
	const struct fix_cabinet_limits *limits, struct hc_err *err)
{
	struct mscabd_cabinet *cabinet = cab->open(cab, IN);
	struct mscabd_file *file = NULL;
	int result = -1, code;

	if (cabinet == NULL)
		return failed(m, cab->last_error(cab), "the cabinet", err);
	if (find_member(cabinet, member, &file, err) < 0)
		goto out;
	if (file->length > limits->member ||
	    (uint64_t)file->offset + file->length > limits->total) {
		hc_err_set(err, H_CABINET_FORMAT,
			   "%s has %u bytes at byte %u of its folder, more than is unpacked "
			   "here",
			   file->filename, file->length, file->offset);
		goto out;
	}
	code = cab->extract(cab, file, OUT);
	if (code != MSPACK_ERR_OK)
		result = failed(m, code, file->filename, err);
	else if (m->out.size != file->length)
		hc_err_set(err, H_CABINET_FORMAT, "%s unpacks to %zu bytes instead of %u",
			   file->filename, m->out.size, file->length);
	else
		result = 0;
out:
	cab->close(cab, cabinet);
	return result;
}

static int
read_cabinet(struct memory *m, const char *member, const struct fix_cabinet_limits *limits,
	     struct hc_err *err)
{
	struct mscab_decompressor *cab = mspack_create_cab_decompressor(&m->system);
	int result;

	if (cab == NULL)
		return no_memory(err);
	result = extract(m, cab, member, limits, err);
	mspack_destroy_cab_decompressor(cab);
	return result;
}

/* ---------------------------------------------------------------- single files */

static int
read_szdd(struct memory *m, const char *member, const struct fix_cabinet_limits *limits,
	  struct hc_err *err)
{
	struct msszdd_decompressor *szdd = mspack_create_szdd_decompressor(&m->system);
	int code;

	(void)member;
	(void)limits;
	if (szdd == NULL)
		return no_memory(err);
	code = szdd->decompress(szdd, IN, OUT);
	mspack_destroy_szdd_decompressor(szdd);
	return code == MSPACK_ERR_OK ? 0 : failed(m, code, "the compressed file", err);
}

static int
read_kwaj(struct memory *m, const char *member, const struct fix_cabinet_limits *limits,
	  struct hc_err *err)
{
	struct mskwaj_decompressor *kwaj = mspack_create_kwaj_decompressor(&m->system);
	int code;

	(void)member;
	(void)limits;
	if (kwaj == NULL)
		return no_memory(err);
	code = kwaj->decompress(kwaj, IN, OUT);
	mspack_destroy_kwaj_decompressor(kwaj);
	return code == MSPACK_ERR_OK ? 0 : failed(m, code, "the compressed file", err);
}

/* ---------------------------------------------------------------- all of it */

static const struct {
	char magic[4];
	int (*read)(struct memory *, const char *, const struct fix_cabinet_limits *,
		    struct hc_err *);
} formats[] = {
	{ { 'M', 'S', 'C', 'F' }, read_cabinet },
	{ { 'S', 'Z', 'D', 'D' }, read_szdd },
	{ { 'K', 'W', 'A', 'J' }, read_kwaj },
};

int
fix_cabinet_read(struct hc_span cabinet, const char *member,
		 const struct fix_cabinet_limits *limits, struct hc_buf *out,
		 struct hc_err *err)
{
	struct memory m;
	int result = -1;

	memory_init(&m, cabinet, limits->member, err);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (cabinet.size < sizeof(formats[i].magic) ||
		    memcmp(cabinet.data, formats[i].magic, sizeof(formats[i].magic)) != 0)
			continue;
		result = formats[i].read(&m, member, limits, err);
		if (result == 0)
			result = hc_buf_append(out, m.out.data, m.out.size, err);
		hc_buf_done(&m.out);
		return result;
	}
	return hc_err_set(err, H_CABINET_FORMAT,
			  "it is neither a cabinet nor a file that was compressed for setup");
}
