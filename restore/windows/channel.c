/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Retail, OEM, volume or evaluation; and whose OEM.
 *
 * In the order in which they are believed: the edition (EnterpriseEval is one that runs out, whatever its key), the key's
 * own channel in DigitalProductId4 (Vista on), the ProductId.
 */
#include "restore/windows/channel.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/base/text.h"
#include "restore/windows/windows_priv.h"

#define OEMINFO_MAX 65536u

/* DigitalProductId4, of 4F8h bytes: the channel's text lies at 3F8h, a text of 64 characters before the next at 478h.
 * Seen in 7 ("Retail") and 8.1 ("Retail:TB:Eval"). */
#define DPID4_CHANNEL      0x3f8
#define DPID4_CHANNEL_SIZE 0x80
/* DigitalProductId: the ProductId once more, as ASCII; seen in 7 and 8.1. */
#define DPID_PRODUCT_ID      8
#define DPID_PRODUCT_ID_SIZE 24

/* ---------------------------------------------------------------- what the texts mean */

const char *
hc_channel_of_key(const char *text)
{
	if (strcasestr(text, "Eval") != NULL)
		return "evaluation";
	if (strncasecmp(text, "Volume", 6) == 0)
		return "volume";
	if (strncasecmp(text, "OEM", 3) == 0)
		return "oem";
	if (strncasecmp(text, "Retail", 6) == 0)
		return "retail";
	return NULL;
}

/* Channel ids of NT 4 to 2003 [own knowledge].  000 is several things, and those not named are rare: unknown. */
static const char *
old_channel(unsigned long id)
{
	if (id == 270 || id == 699 || (id >= 640 && id <= 652))
		return "volume";
	if (id == 7 || id == 11 || id == 335)
		return "retail";
	return NULL;
}

/* The shapes, d a digit: ddddd-ccc-ddddddd-ddddd to 2003 and in Vista and 7, ddddd-ddddd-ddddd-AAxxx from 8 on. */
static bool
has_shape(const char *id, const char *shape)
{
	size_t i;

	for (i = 0; shape[i] != '\0'; i++)
		if (shape[i] == 'd' ? !isdigit((unsigned char)id[i]) : id[i] != shape[i])
			return false;
	return id[i] == '\0';
}

const char *
hc_channel_of_product_id(const char *id)
{
	/* [own knowledge]: the generic keys that digital licences of Pro and volume licences of Enterprise have. */
	static const char *const new_ids[][2] = {
		{ "00330-80000-00000-AA", "retail" },
		{ "00329-00000-00003-AA", "volume" },
	};

	if (has_shape(id, "ddddd-OEM-ddddddd-ddddd") || has_shape(id, "dddddOEMdddddddddddd") ||
	    has_shape(id, "ddddd-ddddd-ddddd-AAOEM"))
		return "oem";
	/* Vista and 7 begin with 00 or 89: their channel ids are other ones, and DigitalProductId4 tells better. */
	if (has_shape(id, "ddddd-ddd-ddddddd-ddddd") && strncmp(id, "00", 2) != 0 &&
	    strncmp(id, "89", 2) != 0)
		return old_channel(strtoul(id + 6, NULL, 10));
	if (has_shape(id, "dddddddddddddddddddd"))
		return old_channel((unsigned long)(id[5] - '0') * 100 +
				   (unsigned long)(id[6] - '0') * 10 +
				   (unsigned long)(id[7] - '0'));
	for (size_t i = 0; i < sizeof(new_ids) / sizeof(new_ids[0]); i++)
		if (strncmp(id, new_ids[i][0], strlen(new_ids[i][0])) == 0)
			return new_ids[i][1];
	return NULL;
}

int
hc_channel_of_digital_product_id(struct hc_span value, struct hc_arena *arena, const char **ret,
				 struct hc_err *err)
{
	struct hc_span part = hc_span_part(value, DPID4_CHANNEL, DPID4_CHANNEL_SIZE);
	const char *text;

	*ret = NULL;
	if (part.data == NULL)
		return 0;
	text = hc_utf16_to_utf8(arena, part);
	if (text == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	*ret = hc_channel_of_key(text);
	return 0;
}

/* ---------------------------------------------------------------- oeminfo.ini */

/* As a string of ASCII or UTF-8. */
static char *
ini_as_text(struct hc_span file, struct hc_arena *arena)
{
	char *text;

	if (file.size >= 2 && hc_get_le16(file.data) == 0xfeff)
		return hc_utf16_to_utf8(arena, hc_span(file.data + 2, (file.size - 2) / 2 * 2));
	text = hc_arena_alloc(arena, file.size + 1);
	for (size_t i = 0; text != NULL && i < file.size; i++)
		text[i] = file.data[i] < 0x80 ? (char)file.data[i] : '?';
	return text;
}

/* The data behind "name =" when the line is that; blanks around it and quotes are cut off. */
static char *
line_data(char *line, const char *name)
{
	size_t length = strlen(name);
	char *end;

	if (strncasecmp(line, name, length) != 0)
		return NULL;
	line += length;
	line += strspn(line, " \t");
	if (*line++ != '=')
		return NULL;
	line += strspn(line, " \t\"");
	end = line + strlen(line);
	while (end > line && strchr(" \t\"", end[-1]) != NULL)
		end--;
	*end = '\0';
	return line;
}

int
hc_ini_text(struct hc_span file, const char *section, const char *name, struct hc_arena *arena,
	    const char **ret, struct hc_err *err)
{
	char *text = ini_as_text(file, arena), *next, *data;
	size_t length = strlen(section);
	bool inside = false;

	*ret = NULL;
	if (text == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	for (; *text != '\0' && *ret == NULL; text = next) {
		next = text + strcspn(text, "\r\n");
		if (*next != '\0')
			*next++ = '\0';
		text += strspn(text, " \t");
		if (*text == '[')
			inside = strncasecmp(text + 1, section, length) == 0 &&
				 text[1 + length] == ']';
		else if (inside && (data = line_data(text, name)) != NULL && *data != '\0')
			*ret = data;
	}
	return 0;
}

/* ---------------------------------------------------------------- of this Windows */

/* Vista on: SOFTWARE\…\OEMInformation; before: System32\oeminfo.ini [own knowledge]. */
static int
read_oem(struct inspection *in, struct hc_err *err)
{
	const char *path = hc_arena_printf(in->arena, "%s/System32/oeminfo.ini", in->root);
	struct hc_buf bytes = { 0 };
	struct hc_hive_key key;
	struct hc_err why;
	int result = 0;

	if (path == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	if (hc_windows_software(in, "Microsoft\\Windows\\CurrentVersion\\OEMInformation", &key,
				&why) == 0)
		in->windows->oem = hc_windows_text(in, in->software, key, "Manufacturer");
	if (in->windows->oem == NULL &&
	    hc_volume_read_all(in->volume, path, OEMINFO_MAX, &bytes, &why) == 0)
		result = hc_ini_text(hc_buf_span(&bytes), "General", "Manufacturer", in->arena,
				     &in->windows->oem, err);
	hc_buf_done(&bytes);
	return result;
}

/* The ProductId, or its copy. */
static const char *
product_id(struct inspection *in, struct hc_hive_key key)
{
	const char *id = hc_windows_text(in, in->software, key, "ProductId");
	struct hc_span value = { 0 }, part;
	struct hc_err why;

	if (id != NULL ||
	    hc_hive_bytes(in->software, key, "DigitalProductId", in->arena, &value, &why) < 0)
		return id;
	part = hc_span_part(value, DPID_PRODUCT_ID, DPID_PRODUCT_ID_SIZE);
	return part.data == NULL
		       ? NULL
		       : hc_arena_strndup(in->arena, (const char *)part.data, part.size);
}

static bool
is_evaluation(const struct hc_windows *w)
{
	size_t length = w->edition == NULL ? 0 : strlen(w->edition);

	return (length > 4 && strcasecmp(w->edition + length - 4, "Eval") == 0) ||
	       (w->product != NULL && strcasestr(w->product, "Evaluation") != NULL);
}

int
hc_windows_read_channel(struct inspection *in, struct hc_err *err)
{
	struct hc_windows *w = in->windows;
	const char *channel = NULL, *id;
	struct hc_span value = { 0 };
	struct hc_hive_key key;
	struct hc_err why;

	w->channel = "unknown";
	if (hc_windows_software(in, CURRENT_VERSION, &key, &why) < 0)
		return 0;
	if (is_evaluation(w))
		channel = "evaluation";
	else if (hc_hive_bytes(in->software, key, "DigitalProductId4", in->arena, &value,
			       &why) == 0 &&
		 hc_channel_of_digital_product_id(value, in->arena, &channel, err) < 0)
		return -1;
	id = channel != NULL ? NULL : product_id(in, key);
	if (id != NULL)
		channel = hc_channel_of_product_id(id);
	if (channel == NULL)
		return 0;
	w->channel = channel;
	return strcmp(channel, "oem") == 0 ? read_oem(in, err) : 0;
}
