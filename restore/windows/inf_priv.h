/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An INF file as sections, lines and fields: what the parts that give them a meaning are built on.
 *
 * Shape:   sections sorted by name, those of one name merged; of each its lines in the file's order, and sorted by key.
 * Names:   compared without regard to the case of ASCII letters; Windows folds others too, which no section's name has.
 */
#ifndef HC_WINDOWS_INF_PRIV_H
#define HC_WINDOWS_INF_PRIV_H

#include "restore/windows/inf.h"

struct inf_line {
	const char
		*key; /* before '='; of a line with one field alone, that field; NULL: none */
	struct hc_strings fields;
	size_t section, ordinal;
};

struct inf_section {
	const char *name; /* as its first header spells it */
	struct inf_line *lines;
	struct inf_line **by_key; /* lines without key first */
	size_t count;
};

struct hc_inf_sections {
	struct inf_section *items;
	size_t count;
};

/* inf_text.c: bytes to UTF-8, by the mark they begin with. */
int hc_inf_text(struct hc_span bytes, struct hc_arena *arena, char **ret, struct hc_err *err);

/* inf_section.c: takes `text` apart in place. */
int hc_inf_sections_read(char *text, struct hc_arena *arena, struct hc_inf_sections *ret,
			 struct hc_err *err);
void hc_inf_sort_keys(struct inf_section *section);
/* NULL: there is none. */
const struct inf_section *hc_inf_section(const struct hc_inf_sections *sections,
					 const char *name);
/* The first whose name isn't before `name`: those that begin with it follow one another.  May be `count`. */
size_t hc_inf_section_from(const struct hc_inf_sections *sections, const char *name);
/* The first line with this key; NULL: none, or no section. */
const struct inf_line *hc_inf_line(const struct inf_section *section, const char *key);
/* A field, counted from 0; "" where the line has fewer, or there is no line. */
const char *hc_inf_field(const struct inf_line *line, size_t number);
/* The first field of the first line with this key; NULL: none, or empty. */
const char *hc_inf_value(const struct inf_section *section, const char *key);

/* inf_strings.c: puts [Strings] in where %name% stands. */
int hc_inf_expand(struct hc_inf_sections *sections, unsigned language, struct hc_arena *arena,
		  struct hc_err *err);

/* inf.c: decimal, or hexadecimal with 0x; a negative one as its 32 bits.  False: it is no number, *ret as it was. */
bool hc_inf_number(const char *text, uint32_t *ret);
/* "amd64" for "x64"; others as they are. */
const char *hc_inf_architecture(const struct hc_inf_target *target);

/* An installation while it is put together. */
struct inf_build {
	const struct hc_inf *inf;
	const char *architecture;
	struct hc_arena *arena;
	struct hc_inf_install *install;
	size_t bytes; /* of text made so far */
	const struct inf_section *walked[HC_INF_NEEDS_MAX];
	size_t walked_count;
};

/* Counts text that is about to be made, and lines that are about to be looked at: a small INF can ask for gigabytes by naming
 * one section often. */
int hc_inf_take(struct inf_build *build, size_t bytes, struct hc_err *err);
/* A number; `otherwise` for "". */
int hc_inf_need_number(const struct inf_section *section, const char *text, uint32_t otherwise,
		       uint32_t *ret, struct hc_err *err);
/* inf_files.c: the sections and @files of one CopyFiles. */
int hc_inf_copy_files(struct inf_build *build, const struct inf_line *line, struct hc_err *err);
/* inf_registry.c: the sections of one AddReg. */
int hc_inf_add_reg(struct inf_build *build, const struct inf_line *line,
		   enum hc_inf_scope scope, const char *service, struct hc_err *err);
/* inf_services.c: one AddService. */
int hc_inf_add_service(struct inf_build *build, const struct inf_line *line,
		       struct hc_err *err);

#endif
