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

#define BOOT_INI       "/boot.ini"
#define BOOT_INI_MAX   65536u
#define TITLE          " (previous HAL)"
#define OPTIONS_KERNEL " /KERNEL=" FIX_HAL_OLD_KERNEL
#define OPTIONS_BOTH   " /HAL=" FIX_HAL_OLD_HAL OPTIONS_KERNEL
#define BLANKS         " \t\r\x1a"

/* "\WINDOWS" of an entry and "/WINDOWS" of a volume. */
static bool
is_folder(const char *folder, const char *root)
{
	for (; folder != NULL && *folder != '\0' && *root != '\0'; folder++, root++)
		if (strncasecmp(folder, root, 1) != 0 && !(*folder == '\\' && *root == '/'))
			return false;
	return folder != NULL && *folder == *root;
}

/* An entry that an earlier repair made. */
static bool
is_old(const struct hc_boot_ini_entry *entry, bool with_hal)
{
	return entry->kernel != NULL && strcasecmp(entry->kernel, FIX_HAL_OLD_KERNEL) == 0 &&
	       (with_hal ? entry->hal != NULL && strcasecmp(entry->hal, FIX_HAL_OLD_HAL) == 0
			 : entry->hal == NULL);
}

/* The first entry of this folder; where `partition` is not 0, on a partition of that number.  *ret_others: there are more,
 * with other paths. */
static const struct hc_boot_ini_entry *
first_of(const struct hc_boot_ini *ini, const char *root, uint64_t partition, bool *ret_others)
{
	const struct hc_boot_ini_entry *found = NULL;

	*ret_others = false;
	for (size_t i = 0; i < ini->entries.count; i++) {
		const struct hc_boot_ini_entry *entry = &ini->entries.items[i];

		if (!is_folder(entry->folder, root) ||
		    (partition != 0 && entry->partition != partition))
			continue;
		if (found == NULL)
			found = entry;
		else if (strcasecmp(found->path, entry->path) != 0)
			*ret_others = true;
	}
	return found;
}

/* The entry that starts this Windows; NULL: none does, or several could. */
static const struct hc_boot_ini_entry *
find_entry(const struct hc_boot_ini *ini, const char *root, uint64_t partition)
{
	const struct hc_boot_ini_entry *found;
	bool others;

	found = first_of(ini, root, 0, &others);
	if (found == NULL || !others)
		return found;
	/* Several Windows with folders of one name, on several partitions. */
	found = first_of(ini, root, partition, &others);
	return others ? NULL : found;
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
extend(struct fix *fix, struct hc_span text, bool with_hal, struct hc_buf *ret,
       struct hc_err *err)
{
	const struct hc_offline *offline = fix->offline;
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
	entry = find_entry(&ini, offline->root, offline->volumes[offline->system].number);
	if (entry == NULL)
		return refuse(fix, "it has no entry for this Windows, or more than one", err);
	if (entry->hal != NULL || entry->kernel != NULL)
		return refuse(fix,
			      "its entry for this Windows names a HAL or kernel of its own",
			      err);
	for (size_t i = 0; i < ini.entries.count; i++)
		if (strcasecmp(ini.entries.items[i].path, entry->path) == 0 &&
		    is_old(&ini.entries.items[i], with_hal))
			return 0;
	if (insert(text, entry->line, with_hal ? OPTIONS_BOTH : OPTIONS_KERNEL, ret, err) < 0)
		return -1;
	return ret->size <= BOOT_INI_MAX ? 0 : refuse(fix, "it is too long", err);
}

int
fix_hal_boot_ini(struct fix *fix, bool with_hal, struct hc_buf *ret, struct hc_err *err)
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
		result = extend(fix, hc_buf_span(&text), with_hal, ret, err);
	hc_buf_done(&text);
	return result;
}
