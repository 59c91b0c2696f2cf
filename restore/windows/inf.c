/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INF files: the file as a whole, and its [Version]. */
#include "restore/windows/inf.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/windows/inf_priv.h"

bool
hc_inf_number(const char *text, uint32_t *ret)
{
	bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = text + (text[0] == '-');
	long long value;
	char *end;

	if (*digits < '0' || *digits > '9')
		return false;
	value = strtoll(text, &end, hexadecimal ? 16 : 10);
	if (*end != '\0' || value > UINT32_MAX || value < INT32_MIN)
		return false;
	*ret = (uint32_t)value;
	return true;
}

const char *
hc_inf_architecture(const struct hc_inf_target *target)
{
	return strcasecmp(target->architecture, "x64") == 0 ? "amd64" : target->architecture;
}

/* Digits alone, of at most `max`. */
static bool
take_number(const char **text, unsigned max, unsigned *ret)
{
	unsigned value = 0;

	if (**text < '0' || **text > '9')
		return false;
	for (; **text >= '0' && **text <= '9'; (*text)++) {
		value = value * 10 + (unsigned)(**text - '0');
		if (value > max)
			return false;
	}
	*ret = value;
	return true;
}

/* mm/dd/yyyy, or with hyphens. */
static uint32_t
date_number(const char *text)
{
	char between = strchr(text, '/') != NULL ? '/' : '-';
	unsigned month, day, year;

	if (!take_number(&text, 12, &month) || *text++ != between ||
	    !take_number(&text, 31, &day) || *text++ != between ||
	    !take_number(&text, 9999, &year) || *text != '\0' || month == 0 || day == 0)
		return 0;
	return year * 10000 + month * 100 + day;
}

/* One to four numbers. */
static uint64_t
version_number(const char *text)
{
	uint64_t version = 0;
	unsigned number;

	for (unsigned shift = 48;; shift -= 16) {
		if (!take_number(&text, UINT16_MAX, &number))
			return 0;
		version |= (uint64_t)number << shift;
		if (*text == '\0')
			return version;
		if (*text++ != '.' || shift == 0)
			return 0;
	}
}

static void
read_version(struct hc_inf *inf)
{
	static const char *const signatures[] = { "$Windows NT$", "$Chicago$", "$Windows 95$" };
	const struct inf_section *section = hc_inf_section(inf->sections, "Version");
	const struct inf_line *driver = hc_inf_line(section, "DriverVer");

	inf->signature = hc_inf_value(section, "Signature");
	inf->class_name = hc_inf_value(section, "Class");
	inf->class_guid = hc_inf_value(section, "ClassGuid");
	inf->provider = hc_inf_value(section, "Provider");
	for (size_t i = 0; i < 3 && inf->signature != NULL; i++)
		inf->is_windows |= strcasecmp(inf->signature, signatures[i]) == 0;
	if (*hc_inf_field(driver, 0) != '\0') {
		inf->date = hc_inf_field(driver, 0);
		inf->date_number = date_number(inf->date);
	}
	if (*hc_inf_field(driver, 1) != '\0') {
		inf->version = hc_inf_field(driver, 1);
		inf->version_number = version_number(inf->version);
	}
}

int
hc_inf_read(struct hc_span bytes, unsigned language, struct hc_arena *arena,
	    struct hc_inf **ret, struct hc_err *err)
{
	struct hc_inf *inf = hc_arena_alloc(arena, sizeof(*inf));
	struct hc_inf_sections *sections = hc_arena_alloc(arena, sizeof(*sections));
	char *text;

	if (inf == NULL || sections == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an INF file");
	if (hc_inf_text(bytes, arena, &text, err) < 0 ||
	    hc_inf_sections_read(text, arena, sections, err) < 0 ||
	    hc_inf_expand(sections, language, arena, err) < 0)
		return -1;
	inf->sections = sections;
	read_version(inf);
	*ret = inf;
	return 0;
}

const char *
hc_inf_catalog(const struct hc_inf *inf, const struct hc_inf_target *target)
{
	const struct inf_section *section = hc_inf_section(inf->sections, "Version");
	const char *name = NULL;

	for (size_t i = 0; section != NULL && i < section->count && name == NULL; i++) {
		const struct inf_line *line = section->by_key[i];

		if (line->key != NULL &&
		    strncasecmp(line->key, "CatalogFile.NT", strlen("CatalogFile.NT")) == 0 &&
		    strcasecmp(line->key + strlen("CatalogFile.NT"),
			       hc_inf_architecture(target)) == 0)
			name = hc_inf_field(line, 0);
	}
	if (name == NULL || *name == '\0')
		name = hc_inf_value(section, "CatalogFile.NT");
	return name != NULL ? name : hc_inf_value(section, "CatalogFile");
}
