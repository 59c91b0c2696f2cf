/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text: base64, sizes for people, times, GUIDs, UTF-16LE.
 *
 * Units:   inside the program text is UTF-8; UTF-16LE exists as spans only.  Times are UTC.
 * Errors:  H_TEXT_ENCODING; H_OUT_OF_MEMORY.
 * Source:  RFC 4648 (base64), RFC 3339 (times), [MS-DTYP] 2.3.4 (GUIDs).
 * Example:
 *	char size[HC_SIZE_TEXT];
 *	hc_size_text(1536, size);	// "1.5 KiB"
 */
#ifndef HC_BASE_TEXT_H
#define HC_BASE_TEXT_H

#include <stdbool.h>
#include <time.h>

#include "restore/base/arena.h"
#include "restore/base/bytes.h"

#define HC_SIZE_TEXT 24
#define HC_TIME_TEXT 24
#define HC_GUID_TEXT 37

/* NULL when memory is out. */
char *hc_base64_encode(struct hc_arena *arena, struct hc_span bytes);
int hc_base64_decode(struct hc_arena *arena, const char *text, struct hc_span *ret,
		     struct hc_err *err);
/* How many bytes a text stands for; of one that is no base64 some number. */
size_t hc_base64_size(const char *text);

/* "0 bytes", "1.5 KiB", "4.0 GiB". */
void hc_size_text(uint64_t bytes, char ret[HC_SIZE_TEXT]);
/* "4G", "512M", "1T", "1048576": binary units; false when it isn't a size. */
bool hc_size_parse(const char *text, uint64_t *ret);
/* "2026-11-23T16:50:00Z". */
void hc_time_text(time_t when, char ret[HC_TIME_TEXT]);

/* A GUID as it lies on disk (first three fields little-endian) to lower-case text, and back (with
 * or without braces, either case). */
void hc_guid_text(const uint8_t guid[16], char ret[HC_GUID_TEXT]);
bool hc_guid_parse(const char *text, uint8_t ret[16]);
/* A random one (RFC 9562, version 4). */
int hc_guid_random(char ret[HC_GUID_TEXT], struct hc_err *err);

/* UTF-16LE to UTF-8, stopping at the first U+0000; a lone surrogate becomes U+FFFD.  NULL when memory
 * is out. */
char *hc_utf16_to_utf8(struct hc_arena *arena, struct hc_span utf16);
/* UTF-8 to UTF-16LE without terminator, appended. */
int hc_utf8_to_utf16(const char *utf8, struct hc_buf *out, struct hc_err *err);

#endif
