/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text: conversions that several folders need. */
#include "restore/base/text.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

char *
hc_base64_encode(struct hc_arena *arena, struct hc_span bytes)
{
	char *text;

	if (bytes.size > INT32_MAX / 2)
		return NULL;
	text = hc_arena_alloc(arena, (bytes.size + 2) / 3 * 4 + 1);
	if (text != NULL && bytes.size > 0)
		EVP_EncodeBlock((unsigned char *)text, bytes.data, (int)bytes.size);
	return text;
}

size_t
hc_base64_size(const char *text)
{
	const size_t length = strlen(text), size = length / 4 * 3;

	if (size == 0)
		return 0;
	return size - (text[length - 1] == '=') - (text[length - 2] == '=');
}

int
hc_base64_decode(struct hc_arena *arena, const char *text, struct hc_span *ret,
		 struct hc_err *err)
{
	size_t length = strlen(text), pad = 0;
	uint8_t *bytes;
	int n;

	if (length % 4 != 0 || length > INT32_MAX / 2)
		return hc_err_set(err, H_TEXT_ENCODING, "base64 text of %zu characters",
				  length);
	bytes = hc_arena_alloc(arena, length / 4 * 3 + 1);
	if (bytes == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %zu bytes", length);
	/* EVP_DecodeBlock counts the padding as bytes. */
	while (pad < 2 && pad < length && text[length - 1 - pad] == '=')
		pad++;
	n = length == 0 ? 0 : EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)length);
	if (n < 0)
		return hc_err_set(err, H_TEXT_ENCODING, "text is not base64");
	*ret = hc_span(bytes, (size_t)n - pad);
	return 0;
}

void
hc_size_text(uint64_t bytes, char ret[HC_SIZE_TEXT])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned unit = 0;
	double value = (double)bytes / 1024;

	if (bytes < 1024) {
		snprintf(ret, HC_SIZE_TEXT, "%u bytes", (unsigned)bytes);
		return;
	}
	while (value >= 1024) {
		value /= 1024;
		unit++;
	}
	snprintf(ret, HC_SIZE_TEXT, "%.1f %s", value, units[unit]);
}

bool
hc_size_parse(const char *text, uint64_t *ret)
{
	static const char suffixes[] = "KMGTP";
	unsigned long long value;
	const char *found;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	value = strtoull(text, &end, 10);
	if (*end == '\0') {
		*ret = value;
		return true;
	}
	found = strchr(suffixes, *end & ~0x20);
	if (found == NULL || (end[1] != '\0' && strcmp(end + 1, "iB") != 0))
		return false;
	return hc_mul_u64(value, 1ULL << (10 * (found - suffixes + 1)), ret);
}

void
hc_time_text(time_t when, char ret[HC_TIME_TEXT])
{
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(ret, HC_TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		ret[0] = '\0';
}

void
hc_guid_text(const uint8_t g[16], char ret[HC_GUID_TEXT])
{
	snprintf(ret, HC_GUID_TEXT, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 hc_get_le32(g), hc_get_le16(g + 4), hc_get_le16(g + 6), g[8], g[9], g[10],
		 g[11], g[12], g[13], g[14], g[15]);
}

int
hc_guid_random(char ret[HC_GUID_TEXT], struct hc_err *err)
{
	uint8_t guid[16];

	if (getrandom(guid, sizeof(guid), 0) != (ssize_t)sizeof(guid))
		return hc_err_sys(err, H_IO, "asking for random bytes");
	/* The version is the high half of the third field, which lies little-endian. */
	guid[7] = (uint8_t)((guid[7] & 0x0f) | 0x40);
	guid[8] = (uint8_t)((guid[8] & 0x3f) | 0x80);
	hc_guid_text(guid, ret);
	return 0;
}

bool
hc_guid_parse(const char *text, uint8_t ret[16])
{
	unsigned a, b, c, d[8];
	int used = 0;

	if (text[0] == '{')
		text++;
	if (sscanf(text, "%8x-%4x-%4x-%2x%2x-%2x%2x%2x%2x%2x%2x%n", &a, &b, &c, &d[0], &d[1],
		   &d[2], &d[3], &d[4], &d[5], &d[6], &d[7], &used) != 11 ||
	    used != HC_GUID_TEXT - 1)
		return false;
	hc_put_le32(ret, a);
	hc_put_le16(ret + 4, (uint16_t)b);
	hc_put_le16(ret + 6, (uint16_t)c);
	for (unsigned i = 0; i < 8; i++)
		ret[8 + i] = (uint8_t)d[i];
	return true;
}

static size_t
put_utf8(uint8_t *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (uint8_t)(0xc0 | c >> 6);
		to[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (uint8_t)(0xe0 | c >> 12);
		to[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		to[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (uint8_t)(0xf0 | c >> 18);
	to[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	to[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	to[3] = (uint8_t)(0x80 | (c & 0x3f));
	return 4;
}

/* The character at unit *at; moves *at past it. */
static uint32_t
next_utf16(struct hc_span utf16, size_t *at)
{
	size_t units = utf16.size / 2;
	uint32_t c = hc_get_le16(utf16.data + 2 * (*at)++), low;

	if (c < 0xd800 || c > 0xdfff)
		return c;
	if (c > 0xdbff || *at >= units)
		return 0xfffd;
	low = hc_get_le16(utf16.data + 2 * *at);
	if (low < 0xdc00 || low > 0xdfff)
		return 0xfffd;
	(*at)++;
	return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
}

char *
hc_utf16_to_utf8(struct hc_arena *arena, struct hc_span utf16)
{
	size_t units = utf16.size / 2, used = 0;
	uint8_t *text = hc_arena_alloc(arena, units * 3 + 1);

	if (text == NULL)
		return NULL;
	for (size_t at = 0; at < units;) {
		uint32_t c = next_utf16(utf16, &at);

		if (c == 0)
			break;
		used += put_utf8(text + used, c);
	}
	return (char *)text;
}

/* Length of the sequence that a lead byte opens and its bits; 0 for a byte that can't lead. */
static unsigned
lead(uint8_t byte, uint32_t *bits)
{
	if (byte < 0x80) {
		*bits = byte;
		return 1;
	}
	if (byte >= 0xc2 && byte < 0xe0) {
		*bits = byte & 0x1f;
		return 2;
	}
	if (byte >= 0xe0 && byte < 0xf0) {
		*bits = byte & 0x0f;
		return 3;
	}
	*bits = byte & 0x07;
	return byte >= 0xf0 && byte < 0xf5 ? 4 : 0;
}

int
hc_utf8_to_utf16(const char *utf8, struct hc_buf *out, struct hc_err *err)
{
	const uint8_t *at = (const uint8_t *)utf8;

	while (*at != 0) {
		uint8_t units[4];
		uint32_t c;
		unsigned length = lead(*at++, &c);

		for (unsigned i = 1; i < length; i++) {
			if ((*at & 0xc0) != 0x80)
				length = 0;
			else
				c = c << 6 | (*at++ & 0x3f);
		}
		if (length == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			return hc_err_set(err, H_TEXT_ENCODING, "\"%s\" is not UTF-8", utf8);
		if (c < 0x10000) {
			hc_put_le16(units, (uint16_t)c);
		} else {
			hc_put_le16(units, (uint16_t)(0xd800 + ((c - 0x10000) >> 10)));
			hc_put_le16(units + 2, (uint16_t)(0xdc00 + ((c - 0x10000) & 0x3ff)));
		}
		if (hc_buf_append(out, units, c < 0x10000 ? 2 : 4, err) < 0)
			return -1;
	}
	return 0;
}
