/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors: setting, wrapping, formatting. */
#include "restore/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct hc_err_info infos[] = {
#define H(number, name, class, title, remedy)                                                  \
	{ H_##name, #name, HC_ERR_CLASS_##class, title, remedy },
#include "restore/base/err_ids.def"
#undef H
};

#define INFO_COUNT (sizeof(infos) / sizeof(infos[0]))

static const int exit_status[HC_ERR_CLASS_COUNT] = {
	[HC_ERR_CLASS_USAGE] = 2,  [HC_ERR_CLASS_FAILED] = 1,    [HC_ERR_CLASS_BLOCKED] = 3,
	[HC_ERR_CLASS_ANSWER] = 4, [HC_ERR_CLASS_INTEGRITY] = 5,
};

static void
start(struct hc_err *err, enum hc_err_code code)
{
	memset(err, 0, sizeof(*err));
	err->code = code;
	err->offset = HC_NO_OFFSET;
}

HC_PRINTF(2, 0)
static void
add_frame(struct hc_err *err, const char *fmt, va_list args)
{
	/* A full chain keeps its causes: the outermost frames are the least telling. */
	if (err->frames == HC_ERR_FRAMES)
		return;
	vsnprintf(err->text[err->frames], sizeof(err->text[0]), fmt, args);
	err->frames++;
}

int
hc_err_set(struct hc_err *err, enum hc_err_code code, const char *fmt, ...)
{
	va_list args;

	start(err, code);
	va_start(args, fmt);
	add_frame(err, fmt, args);
	va_end(args);
	return -1;
}

int
hc_err_sys(struct hc_err *err, enum hc_err_code code, const char *fmt, ...)
{
	int saved = errno;
	size_t used;
	va_list args;

	start(err, code);
	err->os_errno = saved;
	va_start(args, fmt);
	add_frame(err, fmt, args);
	va_end(args);
	used = strlen(err->text[0]);
	snprintf(err->text[0] + used, sizeof(err->text[0]) - used, ": %s", strerror(saved));
	errno = saved;
	return -1;
}

int
hc_err_wrap(struct hc_err *err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_frame(err, fmt, args);
	va_end(args);
	return -1;
}

int
hc_err_at(struct hc_err *err, uint64_t offset, const char *fmt, ...)
{
	va_list args;

	if (err->object[0] != '\0')
		return -1;
	err->offset = offset;
	va_start(args, fmt);
	vsnprintf(err->object, sizeof(err->object), fmt, args);
	va_end(args);
	return -1;
}

int
hc_err_remedy(struct hc_err *err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(err->remedy, sizeof(err->remedy), fmt, args);
	va_end(args);
	return -1;
}

const struct hc_err_info *
hc_err_info_at(unsigned position)
{
	return position < INFO_COUNT ? &infos[position] : NULL;
}

int
hc_err_forgive(int result, const struct hc_err *why, struct hc_err *err)
{
	if (result == 0 || why->code != H_OUT_OF_MEMORY)
		return 0;
	*err = *why;
	return -1;
}

const struct hc_err_info *
hc_err_info(enum hc_err_code code)
{
	for (unsigned i = 0; i < INFO_COUNT; i++)
		if (infos[i].code == code)
			return &infos[i];
	return NULL;
}

const struct hc_err_info *
hc_err_info_by_id(const char *id)
{
	unsigned long number;
	char *end;

	if (id[0] == 'H' || id[0] == 'h')
		id++;
	if (id[0] < '0' || id[0] > '9')
		return NULL;
	number = strtoul(id, &end, 10);
	return *end == '\0' && number < 10000 ? hc_err_info((enum hc_err_code)number) : NULL;
}

int
hc_err_exit_status(const struct hc_err *err)
{
	const struct hc_err_info *info = hc_err_info(err->code);

	return info == NULL ? 1 : exit_status[info->class];
}

void
hc_err_format(const struct hc_err *err, char *buf, unsigned size)
{
	const struct hc_err_info *info = hc_err_info(err->code);
	const char *remedy = err->remedy;
	size_t used = 0;
	int n;

	if (remedy[0] == '\0' && info != NULL)
		remedy = info->remedy;
	n = snprintf(buf, size, "H%04d %s\n", (int)err->code,
		     info ? info->title : "unknown error");
	used = n < 0 ? 0 : (size_t)n;
	for (unsigned i = 0; i < err->frames && used < size; i++) {
		n = snprintf(buf + used, size - used, "  %s\n", err->text[i]);
		used += n < 0 ? 0 : (size_t)n;
	}
	if (err->object[0] != '\0' && used < size) {
		n = err->offset == HC_NO_OFFSET
			    ? snprintf(buf + used, size - used, "  at %s\n", err->object)
			    : snprintf(buf + used, size - used, "  at %s, byte %llu\n",
				       err->object, (unsigned long long)err->offset);
		used += n < 0 ? 0 : (size_t)n;
	}
	if (used < size)
		snprintf(buf + used, size - used, "  Remedy: %s\n", remedy);
}
