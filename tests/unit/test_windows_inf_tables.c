/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * restore/windows/inf against the tables of tests/fixtures/inf and inf-grammar, made by a reader that shares no code with it.
 *
 * For each table, and each Windows that the tables know, every line that this Windows goes by is written as the table would
 * have it; the two sets must be the same.  tests/fixtures/inf/README.md says what the columns mean.
 */
#include "tests/unit/tap.h"

#include <glob.h>
#include <stdlib.h>

#include "restore/base/digest.h"
#include "restore/base/file.h"
#include "restore/windows/inf.h"

#define ROWS_MAX 512
#define FACTS    10 /* columns before `systems` */

struct system_row {
	const char *name;
	struct hc_inf_target target;
};

/* Those of the tables, and an Itanium, which the grammar's table has a row for. */
static const struct system_row systems[] = {
	{ "x86-5.0.2195-1", { "x86", 5, 0, 2195, 1, 0 } },
	{ "x86-5.1.2600-1", { "x86", 5, 1, 2600, 1, 0 } },
	{ "x86-5.2.3790-3", { "x86", 5, 2, 3790, 3, 0 } },
	{ "x86-6.0.6002-1", { "x86", 6, 0, 6002, 1, 0 } },
	{ "x86-6.1.7601-1", { "x86", 6, 1, 7601, 1, 0 } },
	{ "x86-10.0.19045-1", { "x86", 10, 0, 19045, 1, 0 } },
	{ "amd64-5.2.3790-3", { "x64", 5, 2, 3790, 3, 0 } },
	{ "amd64-6.0.6002-3", { "x64", 6, 0, 6002, 3, 0 } },
	{ "amd64-6.1.7601-3", { "x64", 6, 1, 7601, 3, 0 } },
	{ "amd64-6.2.9200-3", { "x64", 6, 2, 9200, 3, 0 } },
	{ "amd64-6.3.9600-3", { "x64", 6, 3, 9600, 3, 0 } },
	{ "amd64-10.0.14393-3", { "x64", 10, 0, 14393, 3, 0 } },
	{ "amd64-10.0.17763-3", { "x64", 10, 0, 17763, 3, 0 } },
	{ "amd64-10.0.22631-1", { "x64", 10, 0, 22631, 1, 0 } },
	{ "amd64-10.0.26100-3", { "x64", 10, 0, 26100, 3, 0 } },
	{ "arm64-10.0.22631-1", { "arm64", 10, 0, 22631, 1, 0 } },
	{ "ia64-5.2.3790-3", { "ia64", 5, 2, 3790, 3, 0 } },
};

struct table {
	struct hc_arena arena;
	const char *path;
	char *rows[ROWS_MAX];    /* the first ten columns */
	char *systems[ROWS_MAX]; /* the last one, with blanks around */
	size_t count;
	const char *inf, *sha256, *class_name, *class_guid, *catalog, *version, *stamped;
};

/* ---------------------------------------------------------------- the table */

/* The next part of a line, up to `end`; moves past it. */
static char *
part(char **at, char end)
{
	char *start = *at, *found = strchr(start, end);

	*at = found == NULL ? start + strlen(start) : found + 1;
	if (found != NULL)
		*found = '\0';
	return start;
}

static void
read_header(struct table *table, char *line)
{
	const char *name = part(&line, '\t');

	if (strcmp(name, "# inf") == 0)
		table->inf = line;
	else if (strcmp(name, "# sha256") == 0)
		table->sha256 = line;
	else if (strcmp(name, "# catalog") == 0)
		table->catalog = line;
	else if (strcmp(name, "# driver-version") == 0)
		table->version = line;
	else if (strcmp(name, "# stamped") == 0)
		table->stamped = line;
	else if (strcmp(name, "# class") == 0) {
		table->class_name = part(&line, '\t');
		table->class_guid = *line == '\0' ? "-" : line;
	}
}

static bool
read_table(struct table *table, const char *path)
{
	struct hc_buf bytes = { 0 };
	struct hc_err err;
	char *text, *line, *column;
	bool columns_seen = false;

	table->path = path;
	if (hc_file_read(path, 1 << 20, &bytes, &err) < 0)
		return false;
	text = hc_arena_strndup(&table->arena, (const char *)bytes.data, bytes.size);
	hc_buf_done(&bytes);
	while (text != NULL && *text != '\0') {
		line = part(&text, '\n');
		if (*line == '#') {
			read_header(table, line);
			continue;
		}
		if (!columns_seen) {
			columns_seen = true;
			continue;
		}
		column = line;
		for (unsigned i = 0; i < FACTS && column != NULL; i++)
			column = strchr(column + 1, '\t');
		if (column == NULL || table->count == ROWS_MAX)
			return false;
		*column++ = '\0';
		table->rows[table->count] = line;
		table->systems[table->count++] = hc_arena_printf(&table->arena, " %s ", column);
	}
	return columns_seen && table->inf != NULL && table->sha256 != NULL;
}

/*
 * Whether the table has this row for this Windows.  Where it differs from Microsoft's page, the page counts: Windows 2000
 * ignores decorations in [Manufacturer] ("INF Manufacturer Section"), and the tables let it follow them.
 */
static bool
has_system(const struct table *table, size_t row, const struct system_row *system)
{
	char column[64];

	if (system->target.major == 5 && system->target.minor == 0)
		return strstr(table->rows[row], "\tx86\t-\t") != NULL;
	if (strcmp(system->target.architecture, "ia64") == 0)
		return strstr(table->rows[row], "\tia64\t") != NULL;
	snprintf(column, sizeof(column), " %s ", system->name);
	return strstr(table->systems[row], column) != NULL;
}

/* ---------------------------------------------------------------- the same in our words */

static const char *
or_dash(const char *text)
{
	return text == NULL || *text == '\0' ? "-" : text;
}

static void
number_text(uint32_t number, char ret[16])
{
	ret[0] = '\0';
	if (number != HC_INF_UNSET)
		snprintf(ret, 16, "%u", number);
}

static void
write_services(struct hc_buf *out, const struct hc_inf_install *install)
{
	struct hc_err err;

	for (size_t i = 0; i < install->services.count; i++) {
		const struct hc_inf_service *s = &install->services.items[i];
		char start[16], type[16];

		number_text(s->start, start);
		number_text(s->type, type);
		hc_buf_printf(out, &err, "%s%s|%u|%s|%s|%s|%s|%s", i == 0 ? "" : "; ", s->name,
			      s->flags, s->section, start, type, s->group ? s->group : "",
			      s->binary ? s->binary : "");
	}
	hc_buf_printf(out, &err, "%s\t", install->services.count == 0 ? "-" : "");
}

static void
write_files(struct hc_buf *out, const struct hc_inf_install *install)
{
	struct hc_err err;

	for (size_t i = 0; i < install->files.count; i++) {
		const struct hc_inf_file *f = &install->files.items[i];

		hc_buf_printf(out, &err, "%s%s|%s|%s|%s", i == 0 ? "" : "; ",
			      f->directory ? f->directory : "?", f->folder, f->name,
			      f->source ? f->source : "?");
	}
	hc_buf_printf(out, &err, "%s\t", install->files.count == 0 ? "-" : "");
}

/* The tables leave .HW out. */
static void
write_needs(struct hc_buf *out, const struct hc_inf_install *install)
{
	bool some = false;
	struct hc_err err;

	for (unsigned part = 0; part < HC_INF_PART_HARDWARE; part++) {
		const struct hc_strings *needs = &install->needs[part];

		for (size_t i = 0; i < needs->count; i++) {
			hc_buf_printf(out, &err, "%s%s", some ? " " : "", needs->items[i]);
			some = true;
		}
	}
	hc_buf_printf(out, &err, "%s\t", some ? "" : "-");
}

static bool
write_row(struct hc_buf *out, const struct hc_inf *inf, const struct system_row *system,
	  const struct hc_inf_model *model, size_t id, struct hc_arena *arena)
{
	const char *section = hc_inf_install_section(inf, &system->target, model->install);
	struct hc_inf_install install = { .feature_score = 0xff };
	struct hc_err err;
	char match[32] = "hardware";

	if (id > 0)
		snprintf(match, sizeof(match), "compatible-%zu", id);
	if (section != NULL &&
	    hc_inf_install(inf, &system->target, section, arena, &install, &err) < 0) {
		printf("# %s\n", err.text[0]);
		return false;
	}
	out->size = 0;
	hc_buf_printf(out, &err, "%s\t%s\t%.*s\t%s\t%s\t%s\t", model->ids.items[id], match,
		      (int)strcspn(system->name, "-"), system->name, or_dash(model->decoration),
		      model->section, or_dash(section));
	write_services(out, &install);
	write_files(out, &install);
	write_needs(out, &install);
	if (install.feature_score == 0xff)
		hc_buf_printf(out, &err, "-");
	else
		hc_buf_printf(out, &err, "%02X", install.feature_score);
	return hc_buf_append(out, "", 1, &err) == 0;
}

/* ---------------------------------------------------------------- comparing */

/* Takes a row off those the table has for this Windows. */
static bool
strike(const struct table *table, const struct system_row *system, bool struck[ROWS_MAX],
       const char *row)
{
	for (size_t i = 0; i < table->count; i++) {
		if (!struck[i] && has_system(table, i, system) &&
		    strcmp(table->rows[i], row) == 0) {
			struck[i] = true;
			return true;
		}
	}
	printf("# %s, %s: not in the table: %s\n", table->path, system->name, row);
	return false;
}

static bool
same_for(const struct table *table, const struct hc_inf *inf, const struct system_row *system)
{
	struct hc_inf_models models = { 0 };
	struct hc_arena arena = { 0 };
	bool struck[ROWS_MAX] = { 0 }, same = true;
	struct hc_buf row = { 0 };
	struct hc_err err;

	if (hc_inf_models(inf, &system->target, &arena, &models, &err) < 0)
		same = false;
	for (size_t i = 0; i < models.count; i++)
		for (size_t id = 0; id < models.items[i].ids.count; id++)
			if (*models.items[i].ids.items[id] != '\0')
				same &= write_row(&row, inf, system, &models.items[i], id,
						  &arena) &&
					strike(table, system, struck, (const char *)row.data);
	for (size_t i = 0; i < table->count; i++) {
		if (has_system(table, i, system) && !struck[i]) {
			printf("# %s, %s: only in the table: %s\n", table->path, system->name,
			       table->rows[i]);
			same = false;
		}
	}
	hc_buf_done(&row);
	hc_arena_done(&arena);
	return same;
}

static bool
same_version(const struct table *table, const struct hc_inf *inf)
{
	const char *catalog = or_dash(hc_inf_catalog(inf, &systems[0].target));
	char version[128] = "";

	if (inf->date != NULL)
		snprintf(version, sizeof(version), "%s%s%s", inf->date, inf->version ? "," : "",
			 inf->version ? inf->version : "");
	/* The tables know CatalogFile without decoration only, and write a DriverVer without value as nothing. */
	if (strcmp(table->catalog, "-") == 0 && *catalog != '-')
		printf("# %s: CatalogFile is decorated: %s\n", table->inf, catalog);
	else if (strcmp(catalog, table->catalog) != 0)
		return false;
	return strcmp(or_dash(inf->class_name), table->class_name) == 0 &&
	       strcmp(or_dash(inf->class_guid), table->class_guid) == 0 &&
	       strcmp(or_dash(version), or_dash(table->version)) == 0;
}

/* What stampinf does to $ARCH$, in ASCII or in UTF-16LE: the file gets shorter. */
static void
stamp(struct hc_buf *bytes, const char *word)
{
	static const char mark[] = "$ARCH$";
	size_t width = bytes->size > 1 && bytes->data[0] == 0xff ? 2 : 1, to = 0;
	size_t length = strlen(mark) * width;

	for (size_t from = 0; from < bytes->size;) {
		bool is_mark = bytes->size - from >= length;

		for (size_t i = 0; i < length && is_mark; i++)
			is_mark = bytes->data[from + i] ==
				  (i % width == 0 ? (uint8_t)mark[i / width] : 0);
		if (!is_mark) {
			bytes->data[to++] = bytes->data[from++];
			continue;
		}
		for (size_t i = 0; i < strlen(word); i++) {
			bytes->data[to++] = (uint8_t)word[i];
			if (width == 2)
				bytes->data[to++] = 0;
		}
		from += length;
	}
	bytes->size = to;
}

static bool
is_sha256(const struct hc_buf *bytes, const char *hex)
{
	char text[HC_DIGEST_TEXT];
	struct hc_digest digest;

	hc_digest_of(HC_DIGEST_SHA256, bytes->data, bytes->size, &digest);
	hc_digest_hex(&digest, text);
	return strcmp(text, hex) == 0;
}

static bool
test_table(const char *path, const char *folder, size_t *rows)
{
	struct table *table = calloc(1, sizeof(*table));
	struct hc_buf bytes = { 0 };
	struct hc_inf *inf = NULL;
	bool same = false;
	struct hc_err err;
	char inf_path[4096];

	if (table != NULL && ok(read_table(table, path), "%s is read", path)) {
		snprintf(inf_path, sizeof(inf_path), "%s/%s", folder, table->inf);
		same = hc_file_read(inf_path, 1 << 24, &bytes, &err) == 0 &&
		       is_sha256(&bytes, table->sha256);
		ok(same, "%s is the file that the table is of", table->inf);
		if (table->stamped != NULL)
			stamp(&bytes, table->stamped);
		if (same &&
		    hc_inf_read(hc_buf_span(&bytes), 0, &table->arena, &inf, &err) < 0) {
			printf("# %s\n", err.text[0]);
			same = false;
		}
		same = same && same_version(table, inf);
		for (size_t i = 0; same && i < sizeof(systems) / sizeof(systems[0]); i++)
			same &= same_for(table, inf, &systems[i]);
		ok(same, "%s: %zu rows", table->inf, table->count);
		*rows += table->count;
	}
	if (table != NULL)
		hc_arena_done(&table->arena);
	free(table);
	hc_buf_done(&bytes);
	return same;
}

int
main(void)
{
	const char *data = getenv("HALCYON_TESTDATA");
	size_t rows = 0, same = 0;
	glob_t found = { 0 };
	char folder[4096];

	test_table("tests/fixtures/inf-grammar/grammar.inf.tsv", "tests/fixtures/inf-grammar",
		   &rows);
	if (data == NULL) {
		tap_skip("HALCYON_TESTDATA is not set");
		return tap_done();
	}
	rows = 0;
	snprintf(folder, sizeof(folder), "%s/inf", data);
	if (glob("tests/fixtures/inf/*/*.tsv", 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			same += test_table(found.gl_pathv[i], folder, &rows);
	ok(found.gl_pathc == 88 && rows == 473 && same == found.gl_pathc,
	   "%zu of %zu tables agree, %zu rows", same, found.gl_pathc, rows);
	globfree(&found);
	return tap_done();
}
