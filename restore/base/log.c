/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logging to standard error.  The level is set once by main, before any thread starts. */
#include "restore/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static enum hc_log_level highest = HC_LOG_NOTE;

static const char *const names[] = { "error", "warn", "note", "debug" };

void
hc_log_set_level(enum hc_log_level level)
{
	highest = level;
}

bool
hc_log_parse_level(const char *name, enum hc_log_level *ret)
{
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0) {
			*ret = (enum hc_log_level)i;
			return true;
		}
	}
	return false;
}

void
hc_log(enum hc_log_level level, const char *fmt, ...)
{
	char line[1024];
	va_list args;

	if (level > highest)
		return;
	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	fprintf(stderr, "halcyon: %s%s%s\n", level == HC_LOG_NOTE ? "" : names[level],
		level == HC_LOG_NOTE ? "" : ": ", line);
}

void
hc_log_err(const struct hc_err *err)
{
	char text[HC_ERR_TEXT * 2 * (HC_ERR_FRAMES + 3)];

	hc_err_format(err, text, sizeof(text));
	fprintf(stderr, "halcyon: error: %s", text);
}
