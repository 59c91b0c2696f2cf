/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/probe: names of real machines, as dmidecode read them, through a recorded tree; and the entry points. */
#include "tests/unit/probe_data.h"

#include <ctype.h>
#include <dirent.h>

/* What dmidecode printed of the system information; NULL: no such line. */
struct dump {
	unsigned major, minor;
	char *vendor, *product, *version, *serial;
};

/* In these dumps, what nobody wrote: by eye, not by the table of the program.  "--" is what the publisher put for
 * serial numbers. */
static const char *const written_by_nobody[] = {
	"--",
	"Not Specified",
	"0123456789",
	"1234567890",
	"System Version",
	"System Product Name",
	"System manufacturer",
	"Type1ProductConfigId",
	"To be filled by O.E.M.",
	"To Be Filled By O.E.M.",
	"To Be Filled By O.E.M. by More String",
	"Default string",
	"....................",
};

static char *
trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static const char *
expected(const char *text)
{
	if (text == NULL || text[0] == '\0')
		return NULL;
	for (size_t i = 0; i < sizeof(written_by_nobody) / sizeof(written_by_nobody[0]); i++)
		if (strcmp(text, written_by_nobody[i]) == 0)
			return NULL;
	return text;
}

/* The first "System Information" of dmidecode's text, which is changed. */
static struct dump
parse(char *text)
{
	struct dump d = { 0 };
	bool inside = false;
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		char *colon = strchr(line, ':');

		sscanf(line, "SMBIOS %u.%u", &d.major, &d.minor);
		if (strcmp(line, "System Information") == 0)
			inside = d.vendor == NULL;
		else if (line[0] != '\t')
			inside = false;
		if (!inside || colon == NULL)
			continue;
		if (strncmp(line, "\tManufacturer:", 14) == 0)
			d.vendor = trim(colon + 1);
		else if (strncmp(line, "\tProduct Name:", 14) == 0)
			d.product = trim(colon + 1);
		else if (strncmp(line, "\tVersion:", 9) == 0)
			d.version = trim(colon + 1);
		else if (strncmp(line, "\tSerial Number:", 15) == 0)
			d.serial = trim(colon + 1);
	}
	return d;
}

static void
put_entry_point(const struct dump *d)
{
	uint8_t entry[32] = "_SM_";

	if (d->major >= 3) {
		memcpy(entry, "_SM3_", 5);
		entry[7] = (uint8_t)d->major;
		entry[8] = (uint8_t)d->minor;
	} else {
		entry[6] = (uint8_t)d->major;
		entry[7] = (uint8_t)d->minor;
	}
	run("mkdir -p \"$D/d/sys/firmware/dmi/tables\"");
	poke("d/sys/firmware/dmi/tables/smbios_entry_point", 0, entry, d->major >= 3 ? 24 : 31);
}

/* BIOS information, then system information with these texts (blanks around them, as real firmware pads), then the end. */
static void
put_structures(const struct dump *d)
{
	static const uint8_t bios[] = { 0, 18, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	/* Fields of the uuid that differ in either byte order. */
	static const uint8_t system[] = { 1,    27,   1,    0,    1,    2,    3,    4,    0x10,
					  0x11, 0x12, 0x13, 0x20, 0x21, 0x30, 0x31, 0x40, 0x41,
					  0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 6,    0,    0 };
	const char *texts[] = { d->vendor, d->product, d->version, d->serial };
	uint8_t table[2048] = { 0 };
	size_t at = 0;

	memcpy(table, bios, sizeof(bios));
	at = sizeof(bios);
	at += (size_t)snprintf((char *)table + at, 16, "A vendor") + 2;
	memcpy(table + at, system, sizeof(system));
	at += sizeof(system);
	for (size_t i = 0; i < 4; i++)
		at += (size_t)snprintf((char *)table + at, 256, " %s  ",
				       texts[i] != NULL ? texts[i] : "") +
		      1;
	at++;
	table[at] = 127;
	table[at + 1] = 4;
	poke("d/sys/firmware/dmi/tables/DMI", 0, table, at + 6);
}

static void
check_dump(const char *name, struct hc_buf *text, struct hc_arena *arena)
{
	const struct hc_probe_options options = { .sysroot =
							  hc_arena_strdup(arena, in_dir("d")) };
	struct hc_facts f = { 0 };
	const char *uuid;
	struct dump d;

	if (hc_buf_append(text, "", 1, &err) < 0)
		return;
	d = parse((char *)text->data);
	if (!ok(d.major >= 2 && d.vendor != NULL, "%s: SMBIOS %u.%u", name, d.major, d.minor))
		return;
	run("rm -rf \"$D/d\"");
	put_entry_point(&d);
	put_structures(&d);
	ok_call(hc_probe(&options, arena, &f, &err), &err, "is probed");
	if (!ok(is(f.machine.vendor, expected(d.vendor)) &&
			is(f.machine.product, expected(d.product)) &&
			is(f.machine.version, expected(d.version)) &&
			is(f.machine.serial, expected(d.serial)),
		"as \"%s\", \"%s\", \"%s\", \"%s\"", d.vendor, d.product,
		d.version ? d.version : "", d.serial ? d.serial : ""))
		printf("# %s, %s, %s, %s\n", f.machine.vendor ? f.machine.vendor : "none",
		       f.machine.product ? f.machine.product : "none",
		       f.machine.version ? f.machine.version : "none",
		       f.machine.serial ? f.machine.serial : "none");
	uuid = d.major > 2 || d.minor >= 6 ? "13121110-2120-3130-4041-505152535455"
					   : "10111213-2021-3031-4041-505152535455";
	ok(is(f.machine.uuid, uuid), "and the byte order of its version: %s", uuid);
}

static void
test_dumps(void)
{
	struct hc_arena arena = { 0 };
	struct hc_buf text = { 0 };
	struct dirent *entry;
	unsigned count = 0;
	char path[512];
	DIR *dir;

	if (getenv("HALCYON_TESTDATA") == NULL) {
		tap_skip("HALCYON_TESTDATA is not set, so no dumps of real machines");
		return;
	}
	snprintf(path, sizeof(path), "%s/dmi/dmidecode-text", getenv("HALCYON_TESTDATA"));
	dir = opendir(path);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "dmi/dmidecode-text/%s", entry->d_name);
		if (ok(data_file(path, &text), "%s", path))
			check_dump(entry->d_name, &text, &arena);
		count++;
	}
	if (dir != NULL)
		closedir(dir);
	ok(count >= 43, "%u dumps of real machines", count);
	hc_buf_done(&text);
	hc_arena_done(&arena);
}

static void
test_entry_points(void)
{
	uint8_t entry[32] = "_SM_";
	unsigned v = 0;

	entry[6] = 2;
	entry[7] = 8;
	ok(hc_smbios_version(hc_span(entry, 31), &v) && v == 0x208, "2.8");
	ok(!hc_smbios_version(hc_span(entry, 30), &v), "refused: one cut off");
	entry[7] = 31;
	ok(hc_smbios_version(hc_span(entry, 31), &v) && v == 0x203, "2.31 is 2.3.1");
	entry[7] = 33;
	ok(hc_smbios_version(hc_span(entry, 31), &v) && v == 0x203, "2.33 is 2.3.3");
	entry[7] = 51;
	ok(hc_smbios_version(hc_span(entry, 31), &v) && v >= 0x206, "2.51 was meant to be 2.6");
	memcpy(entry, "_DMI_", 5);
	entry[14] = 0x21;
	ok(hc_smbios_version(hc_span(entry, 15), &v) && v == 0x201, "the old one: 2.1");
	ok(!hc_smbios_version(hc_span(entry, 14), &v), "refused: cut off");
	memcpy(entry, "_SM3_", 5);
	entry[7] = 3;
	entry[8] = 6;
	ok(hc_smbios_version(hc_span(entry, 24), &v) && v == 0x306, "3.6");
	ok(!hc_smbios_version(hc_span(entry, 23), &v), "refused: cut off");
	entry[3] = 'X';
	ok(!hc_smbios_version(hc_span(entry, 32), &v), "refused: another thing");
}

int
main(void)
{
	fixture_start();
	test_dumps();
	test_entry_points();
	fixture_end();
	return tap_done();
}
