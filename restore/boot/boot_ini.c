/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * boot.ini, which ntldr of NT 4.0 to 2003 reads:
 *
 *	[boot loader]
 *	timeout=30
 *	default=multi(0)disk(0)rdisk(0)partition(1)\WINDOWS
 *	[operating systems]
 *	multi(0)disk(0)rdisk(0)partition(1)\WINDOWS="Windows Server 2003, Standard" /noexecute=optout /fastdetect
 *
 * ARC names: KB 102873.  In multi() the disk is rdisk(), by the BIOS's numbers; in scsi() and signature() it is disk() (the
 * target) and rdisk() (its unit).  Switches: KB 833721.
 */
#include <string.h>
#include <strings.h>

#include "restore/base/text.h"
#include "restore/boot/boot.h"

#define TEXT_MAX 65536u
#define BLANKS   " \t\r"

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for boot.ini");
}

/* As UTF-8.  It ends at ^Z, as files of DOS do, or at a NUL.  NULL: no memory. */
static char *
as_text(struct hc_span bytes, struct hc_arena *arena)
{
	char *text = hc_arena_array(arena, bytes.size + 1, 3), *to = text;

	for (size_t i = 0; text != NULL && i < bytes.size; i++) {
		if (bytes.data[i] == 0x1a || bytes.data[i] == 0)
			break;
		if (bytes.data[i] < 0x80) {
			*to++ = (char)bytes.data[i];
		} else {
			memcpy(to, "\xef\xbf\xbd", 3);
			to += 3;
		}
	}
	return text;
}

/* Cuts blanks off both ends, in place. */
static char *
trim(char *text)
{
	char *end;

	text += strspn(text, BLANKS);
	end = text + strlen(text);
	while (end > text && strchr(BLANKS, end[-1]) != NULL)
		*--end = '\0';
	return text;
}

/* ---------------------------------------------------------------- ARC names */

static bool
digit(char c, unsigned base, uint64_t *ret)
{
	if (c >= '0' && c <= '9')
		*ret = (uint64_t)(c - '0');
	else if (base == 16 && ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'))
		*ret = (uint64_t)((c | 0x20) - 'a' + 10);
	else
		return false;
	return true;
}

/* "name(12)": moves *at past it.  Without digits it is 0; more than 32 bits are no ARC name. */
static bool
take_part(const char **at, const char *name, unsigned base, uint64_t *ret)
{
	const char *p = *at;
	uint64_t value = 0, d;

	if (strncasecmp(p, name, strlen(name)) != 0 || p[strlen(name)] != '(')
		return false;
	for (p += strlen(name) + 1; digit(*p, base, &d); p++) {
		value = value * base + d;
		if (value > UINT32_MAX)
			return false;
	}
	if (*p != ')')
		return false;
	*at = p + 1;
	*ret = value;
	return true;
}

/* Leaves `kind` NULL where the path is no ARC name.  False: no memory. */
static bool
read_arc(struct hc_boot_ini_entry *entry, struct hc_arena *arena)
{
	static const char *const kinds[] = { "multi", "scsi", "signature" };
	const char *at = entry->path;
	uint64_t first = 0, disk, rdisk, partition;
	size_t kind = 0;

	while (kind < 3 && !take_part(&at, kinds[kind], kind == 2 ? 16 : 10, &first))
		kind++;
	if (kind == 3 || !take_part(&at, "disk", 10, &disk) ||
	    !take_part(&at, "rdisk", 10, &rdisk) ||
	    !take_part(&at, "partition", 10, &partition) || (*at != '\\' && *at != '\0'))
		return true;
	entry->kind = kinds[kind];
	entry->disk = kind == 0 ? rdisk : disk;
	entry->partition = partition;
	entry->folder = *at == '\0' ? NULL : at;
	if (kind != 2) {
		entry->adapter = first;
		return true;
	}
	entry->signature = hc_arena_printf(arena, "%08llx", (unsigned long long)first);
	return entry->signature != NULL;
}

/* ---------------------------------------------------------------- lines */

/* Switches are taken wherever a slash begins one: ntldr wants no blank between them. */
static int
read_options(char *text, struct hc_arena *arena, struct hc_boot_ini_entry *entry,
	     struct hc_err *err)
{
	char *next = strchr(text, '/'), *option;

	while (next != NULL) {
		option = next;
		next = strchr(option + 1, '/');
		text = hc_arena_strndup(
			arena, option, next == NULL ? strlen(option) : (size_t)(next - option));
		if (text == NULL)
			return no_memory(err);
		text = trim(text);
		text[strcspn(text, BLANKS)] = '\0';
		if (hc_strings_add(&entry->options, arena, text, err) < 0)
			return -1;
		if (strncasecmp(text, "/HAL=", 5) == 0)
			entry->hal = text + 5;
		else if (strncasecmp(text, "/KERNEL=", 8) == 0)
			entry->kernel = text + 8;
	}
	return 0;
}

/* path="title" /options */
static int
read_entry(char *path, char *value, struct hc_arena *arena, struct hc_boot_ini *ini,
	   struct hc_err *err)
{
	struct hc_boot_ini_entry *entry =
		hc_arena_grow(arena, &ini->entries.items, &ini->entries.count, sizeof(*entry));
	bool quoted = value[0] == '"';
	char *end;

	if (entry == NULL)
		return no_memory(err);
	entry->path = path;
	entry->title = value = value + quoted;
	end = value + strcspn(value, quoted ? "\"" : "/");
	if (read_options(end, arena, entry, err) < 0)
		return -1;
	*end = '\0';
	trim(value);
	return read_arc(entry, arena) ? 0 : no_memory(err);
}

/* A number of seconds; -1 waits for ever.  What is none is left out. */
static void
read_timeout(const char *value, struct hc_boot_ini *ini)
{
	bool negative = value[0] == '-';
	uint64_t seconds = 0, d;

	value += negative;
	if (!digit(*value, 10, &d))
		return;
	for (; digit(*value, 10, &d); value++) {
		seconds = seconds * 10 + d;
		if (seconds > INT32_MAX)
			return;
	}
	ini->has_timeout = true;
	ini->timeout = negative ? -1 : (int64_t)seconds;
}

enum section { NONE, LOADER, SYSTEMS };

static int
read_line(char *line, enum section section, struct hc_arena *arena, struct hc_boot_ini *ini,
	  struct hc_err *err)
{
	char *equals = strchr(line, '='), *name, *value;

	if (section == NONE || line[0] == ';' || equals == NULL)
		return 0;
	*equals = '\0';
	name = trim(line);
	value = trim(equals + 1);
	if (section == SYSTEMS)
		return read_entry(name, value, arena, ini, err);
	if (strcasecmp(name, "timeout") == 0)
		read_timeout(value, ini);
	else if (strcasecmp(name, "default") == 0)
		ini->default_path = value;
	return 0;
}

int
hc_boot_ini_read(struct hc_span bytes, struct hc_arena *arena, struct hc_boot_ini *ret,
		 struct hc_err *err)
{
	struct hc_boot_ini ini = { 0 };
	enum section section = NONE;
	bool any = false;
	uint64_t number = 0;
	size_t count;
	char *line, *next;

	if (bytes.size > TEXT_MAX)
		return hc_err_set(err, H_BOOT_INI_FORMAT,
				  "boot.ini has %zu bytes, more than %u", bytes.size, TEXT_MAX);
	line = as_text(bytes, arena);
	if (line == NULL)
		return no_memory(err);
	for (; line != NULL; line = next, number++) {
		count = ini.entries.count;
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		line = trim(line);
		if (line[0] == '[') {
			section = strcasecmp(line, "[boot loader]") == 0         ? LOADER
				  : strcasecmp(line, "[operating systems]") == 0 ? SYSTEMS
										 : NONE;
			any = any || section != NONE;
		} else if (read_line(line, section, arena, &ini, err) < 0) {
			return -1;
		}
		if (ini.entries.count > count)
			ini.entries.items[count].line = number;
	}
	if (!any)
		return hc_err_set(err, H_BOOT_INI_FORMAT,
				  "boot.ini has neither [boot loader] nor [operating systems]");
	*ret = ini;
	return 0;
}
