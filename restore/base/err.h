/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Errors: one caller-owned type that carries what failed, where, why, and what to do next.
 *
 * Shape:   code (row of err_ids.def) + chain of frames (cause first) + object and offset + remedy.
 * Units:   `offset` is in bytes; HC_NO_OFFSET when there is none.
 * Owner:   the caller; fixed size, nothing is allocated, so "out of memory" can be reported too.
 * Errors:  every fallible function takes `struct hc_err *err` last, never NULL, returns 0, or -1 with
 *          err set.  Outputs are written on success only.
 * Source:  the idea of an id that is unique in the field is iPXE's; of a hint, QEMU's.
 * Example:
 *	struct hc_err err;
 *	if (hc_index_parse(bytes, &index, &err) < 0) {
 *		hc_err_wrap(&err, "while opening backup %s", id);
 *		return -1;
 *	}
 */
#ifndef HC_BASE_ERR_H
#define HC_BASE_ERR_H

#include <stdint.h>

#define HC_ERR_FRAMES 6
#define HC_ERR_TEXT   192
#define HC_NO_OFFSET  UINT64_MAX

/* What kind of trouble it is; decides the exit status (design.md section 4). */
enum hc_err_class {
	HC_ERR_CLASS_USAGE,     /* exit 2: the command line is wrong */
	HC_ERR_CLASS_FAILED,    /* exit 1: anything that broke */
	HC_ERR_CLASS_BLOCKED,   /* exit 3: a rule forbids it */
	HC_ERR_CLASS_ANSWER,    /* exit 4: the operator has to say something first */
	HC_ERR_CLASS_INTEGRITY, /* exit 5: bytes are not what they were */
	HC_ERR_CLASS_COUNT
};

enum hc_err_code {
	H_OK = 0,
#define H(number, name, class, title, remedy) H_##name = number,
#include "restore/base/err_ids.def"
#undef H
};

struct hc_err {
	enum hc_err_code code;
	int os_errno;
	unsigned frames;
	uint64_t offset;
	char object[HC_ERR_TEXT];
	char remedy[HC_ERR_TEXT * 2];
	char text[HC_ERR_FRAMES][HC_ERR_TEXT * 2];
};

/* One row of the table of errors; its id is "H" and the code in four digits: H0401. */
struct hc_err_info {
	enum hc_err_code code;
	const char *name;
	enum hc_err_class class;
	const char *title;
	const char *remedy;
};

#define HC_MUST_CHECK         __attribute__((warn_unused_result))
#define HC_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

/* At the origin. Each returns -1, so that `return hc_err_set(...)` reads well. */
int hc_err_set(struct hc_err *err, enum hc_err_code code, const char *fmt, ...) HC_PRINTF(3, 4);
/* The same for a failed system call: appends strerror(errno). */
int hc_err_sys(struct hc_err *err, enum hc_err_code code, const char *fmt, ...) HC_PRINTF(3, 4);
/* On the way up: adds a frame, never replaces the cause. */
int hc_err_wrap(struct hc_err *err, const char *fmt, ...) HC_PRINTF(2, 3);
/* On which object it happened: path, device, URL. The first one given stays. */
int hc_err_at(struct hc_err *err, uint64_t offset, const char *fmt, ...) HC_PRINTF(3, 4);
/* The operator's next move, where it is known better than the table knows it. */
int hc_err_remedy(struct hc_err *err, const char *fmt, ...) HC_PRINTF(2, 3);

/* For what is left out where it can't be read: 0 whatever `why` says of a result below 0, but that memory must not run out
 * unnoticed: then -1, and err is it. */
int hc_err_forgive(int result, const struct hc_err *why, struct hc_err *err);

/* NULL for a code that is in no row. */
const struct hc_err_info *hc_err_info(enum hc_err_code code);
/* By position, NULL past the end: to list them all. By id ("H0401" or "0401"), NULL if unknown. */
const struct hc_err_info *hc_err_info_at(unsigned position);
const struct hc_err_info *hc_err_info_by_id(const char *id);
/* Exit status of a program that ends with this error. */
int hc_err_exit_status(const struct hc_err *err);
/* The whole error as lines of text, for a terminal or a log; always NUL-terminated. */
void hc_err_format(const struct hc_err *err, char *buf, unsigned size);

#endif
