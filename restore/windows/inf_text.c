/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INF files: from bytes to text.  Windows reads one without a mark in its own ANSI code page; we know no better than 1252. */
#include <string.h>

#include "restore/base/text.h"
#include "restore/windows/inf_priv.h"

#define CONTROL_Z "\x1a" /* the end of a text file, since CP/M */

/* What Windows-1252 has where ISO 8859-1 has control characters; the five that it leaves open are those. */
static uint16_t
cp1252(uint8_t byte)
{
	static const uint16_t high[32] = {
		0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
		0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
	};

	return byte >= 0x80 && byte < 0xa0 ? high[byte - 0x80] : byte;
}

static int
widen(struct hc_span bytes, struct hc_buf *out, struct hc_err *err)
{
	if (hc_buf_reserve(out, 2 * bytes.size, err) < 0)
		return -1;
	for (size_t i = 0; i < bytes.size; i++)
		hc_put_le16(out->data + 2 * i, cp1252(bytes.data[i]));
	out->size = 2 * bytes.size;
	return 0;
}

static int
swap(struct hc_span bytes, struct hc_buf *out, struct hc_err *err)
{
	size_t units = bytes.size / 2;

	if (hc_buf_reserve(out, 2 * units, err) < 0)
		return -1;
	for (size_t i = 0; i < units; i++) {
		out->data[2 * i] = bytes.data[2 * i + 1];
		out->data[2 * i + 1] = bytes.data[2 * i];
	}
	out->size = 2 * units;
	return 0;
}

static int
check_utf8(struct hc_span bytes, struct hc_arena *arena, struct hc_buf *out, struct hc_err *err)
{
	const char *text = hc_arena_strndup(arena, (const char *)bytes.data, bytes.size);

	if (text == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an INF file");
	if (hc_utf8_to_utf16(text, out, err) == 0)
		return 0;
	return err->code != H_TEXT_ENCODING
		       ? -1
		       : hc_err_set(err, H_INF_FORMAT,
				    "the INF file is marked as UTF-8, but isn't");
}

static bool
starts(struct hc_span bytes, const char *mark, size_t size)
{
	return bytes.size >= size && memcmp(bytes.data, mark, size) == 0;
}

/* UTF-16LE without mark, as IsTextUnicode would find too: the first character is of ASCII. */
static bool
is_wide(struct hc_span bytes)
{
	return bytes.size >= 2 && bytes.data[0] != 0 && bytes.data[0] < 0x80 &&
	       bytes.data[1] == 0;
}

int
hc_inf_text(struct hc_span bytes, struct hc_arena *arena, char **ret, struct hc_err *err)
{
	struct hc_buf wide = { 0 };
	struct hc_span utf16;
	char *text = NULL;
	int result;

	if (bytes.size > HC_INF_BYTES_MAX)
		return hc_err_set(err, H_INF_FORMAT, "the INF file has %zu bytes, more than %u",
				  bytes.size, HC_INF_BYTES_MAX);
	if (starts(bytes, "\xff\xfe", 2) || is_wide(bytes)) {
		size_t mark = bytes.data[1] == 0 ? 0 : 2;

		utf16 = hc_span(bytes.data + mark, bytes.size - mark);
		result = 0;
	} else {
		if (starts(bytes, "\xfe\xff", 2))
			result = swap(hc_span(bytes.data + 2, bytes.size - 2), &wide, err);
		else if (starts(bytes, "\xef\xbb\xbf", 3))
			result = check_utf8(hc_span(bytes.data + 3, bytes.size - 3), arena,
					    &wide, err);
		else
			result = widen(bytes, &wide, err);
		utf16 = hc_buf_span(&wide);
	}
	if (result == 0)
		text = hc_utf16_to_utf8(arena, utf16);
	if (result == 0 && text == NULL)
		result = hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an INF file");
	hc_buf_done(&wide);
	if (result < 0)
		return -1;
	text[strcspn(text, CONTROL_Z)] = '\0';
	*ret = text;
	return 0;
}
