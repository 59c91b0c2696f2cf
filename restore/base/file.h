/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Small files: read whole, replaced atomically.
 *
 * Errors:  H_IO, H_NOT_FOUND (no such file), H_OUT_OF_MEMORY.
 * Example:
 *	struct hc_buf text = { 0 };
 *	if (hc_file_read("/etc/hostname", 4096, &text, err) < 0) ...
 */
#ifndef HC_BASE_FILE_H
#define HC_BASE_FILE_H

#include "restore/base/bytes.h"

/* Appends the file's bytes; more than `max` is an error. */
int hc_file_read(const char *path, size_t max, struct hc_buf *out, struct hc_err *err);
/* Temporary name beside it, fsync, rename, fsync of the folder. */
int hc_file_replace(const char *path, struct hc_span bytes, struct hc_err *err);
/* Makes durable which names a folder holds. */
int hc_file_sync_folder(const char *path, struct hc_err *err);
/* mkdir -p. */
int hc_file_make_dirs(const char *path, struct hc_err *err);

#endif
