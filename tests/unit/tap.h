/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TAP for unit tests: `ok(condition, "name", …)`; `return tap_done();` ends main.
 * A test that can't run here says `tap_skip("why")`.
 */
#ifndef HC_TESTS_TAP_H
#define HC_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "restore/base/err.h"

static int tap_count, tap_failed;

__attribute__((format(printf, 4, 5), unused)) static bool
tap_ok(bool good, const char *file, int line, const char *fmt, ...)
{
	va_list args;

	printf("%sok %d - ", good ? "" : "not ", ++tap_count);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	if (!good) {
		printf("#   at %s:%d\n", file, line);
		tap_failed++;
	}
	return good;
}

#define ok(condition, ...) tap_ok((condition), __FILE__, __LINE__, __VA_ARGS__)

/* A call that must succeed; prints the error when it doesn't. */
#define ok_call(call, err, ...)                                                                \
	do {                                                                                   \
		if (!ok((call) == 0, __VA_ARGS__)) {                                           \
			char tap_text_[4096];                                                  \
			hc_err_format((err), tap_text_, sizeof(tap_text_));                    \
			printf("# %s\n", tap_text_);                                           \
		}                                                                              \
	} while (0)

/* A call that must fail with this code. */
#define ok_fails(call, err, want, ...)                                                         \
	do {                                                                                   \
		int tap_result_ = (call);                                                      \
		if (!ok(tap_result_ == -1 && (err)->code == (want), __VA_ARGS__))              \
			printf("#   result %d, code H%04d\n", tap_result_, (int)(err)->code);  \
	} while (0)

__attribute__((unused)) static void
tap_skip(const char *why)
{
	printf("ok %d # SKIP %s\n", ++tap_count, why);
}

static int
tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed == 0 ? 0 : 1;
}

#endif
