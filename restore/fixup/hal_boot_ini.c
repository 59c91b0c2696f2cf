/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hal: a second entry in boot.ini, so that the machine still starts if the new HAL does not.
 *
 * Source:  KB 833721 (/HAL= and /KERNEL=: files of System32, with names of 8.3).
 * ntldr takes the first entry whose path is the default one; the new one stands behind it and has the same path.
 */
#include <string.h>
#include <strings.h>

#include "restore/fixup/hal_priv.h"

#define BOOT_INI     "/boot.ini"
#define BOOT_INI_MAX 65536u
#define TITLE        " (HAL before the restore)"
#define BLANKS       " \t\r\x1a"

/* "\WINDOWS" of an entry and "/WINDOWS" of a volume. */
static bool
is_folder(const char *folder, const char *root)
{
	for (; folder != NULL && *folder != '\0' && *root != '\0'; folder++, root++)
		if (strncasecmp(folder, root, 1) != 0 && !(*folder == '\\' && *root == '/'))
			return false;
	return folder != NULL && *folder == *root;
}

static bool
is_old(const struct hc_boot_ini_entry *entry, const char *options)
{
	return entry->kernel != NULL && strcasestr(options, entry->kernel) != NULL &&
	       (entry->hal == NULL || strcasestr(options, entry->hal) != NULL);
}

/* The entry that starts this Windows; NULL: none does, or several could. */
static const struct hc_boot_ini_entry *
find_entry(const struct hc_boot_ini *ini, const char *root)
{
	const struct hc_boot_ini_entry *found = NULL;

	for (size_t i = 0; i < ini->entries.count; i++) {
		const struct hc_boot_ini_entry *entry = &ini->entries.items[i];

		if (!is_folder(entry->folder, root))
			continue;
		if (ini->default_path != NULL &&
		    strcasecmp(entry->path, ini->default_path) == 0)
			return entry;
		/* Another partition with a folder of that name. */
		if (found != NULL && strcasecmp(found->path, entry->path) != 0)
			return NULL;
		if (found == NULL)
			found = entry;
	}
	return found;
}

/* ---------------------------------------------------------------- the text */

struct line {
	size_t begin, end; /* without blanks and what ends it */
	size_t next; /* where the line after it begins; `end` when nothing ends this one */
	const char *ending;
};

static struct line
find_line(struct hc_span text, uint64_t number)
{
	struct line line = { 0 };
	const uint8_t *end;

	for (; number > 0; number--) {
		end = memchr(text.data + line.begin, '\n', text.size - line.begin);
		line.begin = end == NULL ? text.size : (size_t)(end - text.data) + 1;
	}
	end = memchr(text.data + line.begin, '\n', text.size - line.begin);
	line.end = end == NULL ? text.size : (size_t)(end - text.data);
	line.next = end == NULL ? 0 : line.end + 1;
	line.ending = end != NULL && line.end > line.begin && end[-1] == '\r' ? "\r\n" : "\n";
	while (line.end > line.begin &&
	       memchr(BLANKS, text.data[line.end - 1], strlen(BLANKS)) != NULL)
		line.end--;
	if (line.next == 0)
		line.next = line.end;
	return line;
}

/* Where the title in quotes ends; `end`: there is none. */
static size_t
end_of_title(struct hc_span text, size_t begin, size_t end)
{
	const uint8_t *first = memchr(text.data + begin, '"', end - begin), *second;

	if (first == NULL)
		return end;
	second = memchr(first + 1, '"', (size_t)(text.data + end - first - 1));
	return second == NULL ? end : (size_t)(second - text.data);
}

/* The line once more behind itself, with another title and the options; all else stays byte for byte. */
static int
insert(struct hc_span text, uint64_t number, const char *options, struct hc_buf *ret,
       struct hc_err *err)
{
	const struct line line = find_line(text, number);
	const size_t title = end_of_title(text, line.begin, line.end);
	const bool last = line.next == line.end;

	if (hc_buf_append(ret, text.data, line.next, err) < 0 ||
	    (last && hc_buf_printf(ret, err, "\r\n") < 0) ||
	    hc_buf_append(ret, text.data + line.begin, title - line.begin, err) < 0 ||
	    (title < line.end && hc_buf_printf(ret, err, "%s", TITLE) < 0) ||
	    hc_buf_append(ret, text.data + title, line.end - title, err) < 0 ||
	    hc_buf_printf(ret, err, "%s%s", options, last ? "" : line.ending) < 0)
		return -1;
	return hc_buf_append(ret, text.data + line.next, text.size - line.next, err);
}

/* ---------------------------------------------------------------- all of it */

static int
refuse(struct fix *fix, const char *why, struct hc_err *err)
{
	return fix_refuse(
		       fix,
		       "Correct boot.ini, so that it has an entry for this Windows, and "
		       "repair again; or update the HAL in Windows, which starts as it is.",
		       err,
		       "boot.ini can't be given an entry with the old HAL, so the HAL stays: "
		       "%s",
		       why) < 0
		       ? -1
		       : 1;
}

static int
extend(struct fix *fix, struct hc_span text, const char *options, struct hc_buf *ret,
       struct hc_err *err)
{
	const struct hc_boot_ini_entry *entry;
	struct hc_boot_ini ini;
	struct hc_err why;

	if (hc_boot_ini_read(text, fix->arena, &ini, &why) < 0) {
		if (why.code == H_OUT_OF_MEMORY) {
			*err = why;
			return -1;
		}
		return refuse(fix, why.text[0], err);
	}
	entry = find_entry(&ini, fix->offline->root);
	if (entry == NULL)
		return refuse(fix, "it has no entry for this Windows, or more than one", err);
	if (entry->hal != NULL || entry->kernel != NULL)
		return refuse(fix,
			      "its entry for this Windows names a HAL or kernel of its own",
			      err);
	for (size_t i = 0; i < ini.entries.count; i++)
		if (strcasecmp(ini.entries.items[i].path, entry->path) == 0 &&
		    is_old(&ini.entries.items[i], options))
			return 0;
	if (insert(text, entry->line, options, ret, err) < 0)
		return -1;
	return ret->size <= BOOT_INI_MAX ? 0 : refuse(fix, "it is too long", err);
}

int
fix_hal_boot_ini(struct fix *fix, const char *options, struct hc_buf *ret, struct hc_err *err)
{
	const size_t boot = fix->offline->boot;
	struct hc_buf text = { 0 };
	struct hc_err why;
	int result;

	if (boot == HC_OFFLINE_NONE || fix->offline->volumes[boot].volume == NULL)
		return refuse(fix, "the partition that the firmware starts can't be read", err);
	if (hc_volume_read_all(fix->offline->volumes[boot].volume, BOOT_INI, BOOT_INI_MAX,
			       &text, &why) < 0)
		result = why.code == H_OUT_OF_MEMORY || why.code == H_DISK_READ
				 ? (*err = why, -1)
				 : refuse(fix, why.text[0], err);
	else
		result = extend(fix, hc_buf_span(&text), options, ret, err);
	hc_buf_done(&text);
	return result;
}
