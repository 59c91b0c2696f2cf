/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Logging: libraries only log at debug; programs log once per failure, where it is handled.
 * Lines go to standard error, never to standard output, which belongs to the documents.
 */
#ifndef HC_BASE_LOG_H
#define HC_BASE_LOG_H

#include <stdbool.h>

#include "restore/base/err.h"

enum hc_log_level {
	HC_LOG_ERROR,
	HC_LOG_WARN,
	HC_LOG_NOTE,
	HC_LOG_DEBUG,
};

void hc_log_set_level(enum hc_log_level level);
/* "error", "warn", "note", "debug"; false for anything else. */
bool hc_log_parse_level(const char *name, enum hc_log_level *ret);
void hc_log(enum hc_log_level level, const char *fmt, ...) HC_PRINTF(2, 3);
/* The whole error, at level error. */
void hc_log_err(const struct hc_err *err);

#endif
