/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * INF files: CopyFiles: which files, from where in the package, to which directory.
 *
 *	[DestinationDirs]    section or DefaultDestDir = dirid, folder
 *	[SourceDisksFiles]   file = disk, folder, size           those of .x86, .amd64 … first
 *	[SourceDisksNames]   disk = description, tag or cabinet, , path, flags, tag
 *
 * Source:  "INF CopyFiles Directive", "INF DestinationDirs Section", "INF SourceDisksFiles Section", "INF SourceDisksNames
 *          Section".
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "restore/windows/inf_priv.h"

/* The line of [name.architecture], else that of [name]. */
static const struct inf_line *
source_line(const struct inf_build *build, const char *name, const char *key)
{
	const struct hc_inf_sections *sections = build->inf->sections;
	const struct inf_line *line = NULL;
	char decorated[64];

	if (strlen(name) + strlen(build->architecture) + 2 <= sizeof(decorated)) {
		strcpy(decorated, name);
		strcat(decorated, ".");
		strcat(decorated, build->architecture);
		line = hc_inf_line(hc_inf_section(sections, decorated), key);
	}
	return line != NULL ? line : hc_inf_line(hc_inf_section(sections, name), key);
}

/* Appends a part of a path, without the backslashes around it. */
static void
append(char *path, const char *part)
{
	size_t length;

	part += strspn(part, "\\");
	length = strlen(part);
	while (length > 0 && part[length - 1] == '\\')
		length--;
	if (length > 0 && *path != '\0')
		strcat(path, "\\");
	strncat(path, part, length);
}

static const char *
join(struct inf_build *build, const char *const parts[3], struct hc_err *err)
{
	size_t length = strlen(parts[0]) + strlen(parts[1]) + strlen(parts[2]) + 3;
	char *path;

	if (hc_inf_take(build, length, err) < 0)
		return NULL;
	path = hc_arena_alloc(build->arena, length);
	if (path == NULL) {
		hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an INF file");
		return NULL;
	}
	for (unsigned i = 0; i < 3; i++)
		append(path, parts[i]);
	return path;
}

static bool
is_cabinet(const char *name)
{
	size_t length = strlen(name);

	return length > 4 && strcasecmp(name + length - 4, ".cab") == 0;
}

/* Where the package has a file; nowhere, if [SourceDisksFiles] doesn't name it. */
static int
find_source(struct inf_build *build, const char *source, struct hc_inf_file *file,
	    struct hc_err *err)
{
	const struct inf_line *line = source_line(build, "SourceDisksFiles", source), *disk;
	const char *folder = hc_inf_field(line, 1), *path, *tag;

	if (line == NULL)
		return 0;
	disk = source_line(build, "SourceDisksNames", hc_inf_field(line, 0));
	path = hc_inf_field(disk, 3);
	tag = hc_inf_field(disk, 1);
	if (is_cabinet(tag)) {
		file->source = source;
		file->cabinet = join(build, (const char *const[3]){ path, "", tag }, err);
		return file->cabinet == NULL ? -1 : 0;
	}
	file->source = join(build, (const char *const[3]){ path, folder, source }, err);
	return file->source == NULL ? -1 : 0;
}

/* `source` NULL or "": under its own name. */
static int
add_file(struct inf_build *build, const struct inf_line *directory, const char *name,
	 const char *source, struct hc_inf_file **ret, struct hc_err *err)
{
	struct hc_inf_install *install = build->install;
	struct hc_inf_file *file;

	if (install->files.count == HC_INF_ITEMS_MAX)
		return hc_err_set(err, H_INF_FORMAT, "[%s] copies more than %u files",
				  install->section, HC_INF_ITEMS_MAX);
	file = hc_arena_grow(build->arena, &install->files.items, &install->files.count,
			     sizeof(*file));
	if (file == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an INF file");
	file->directory =
		*hc_inf_field(directory, 0) == '\0' ? NULL : hc_inf_field(directory, 0);
	file->folder =
		join(build, (const char *const[3]){ hc_inf_field(directory, 1), "", "" }, err);
	file->name = name;
	*ret = file;
	return file->folder == NULL
		       ? -1
		       : find_source(build, *source == '\0' ? name : source, file, err);
}

static int
add_section(struct inf_build *build, const struct inf_section *section,
	    const struct inf_line *directory, struct hc_err *err)
{
	if (hc_inf_take(build, section->count, err) < 0)
		return -1;
	for (size_t i = 0; i < section->count; i++) {
		const struct inf_line *line = &section->lines[i];
		struct hc_inf_file *file;

		if (*hc_inf_field(line, 0) == '\0')
			continue;
		if (add_file(build, directory, hc_inf_field(line, 0), hc_inf_field(line, 1),
			     &file, err) < 0 ||
		    hc_inf_need_number(section, hc_inf_field(line, 3), 0, &file->flags, err) <
			    0)
			return -1;
	}
	return 0;
}

int
hc_inf_copy_files(struct inf_build *build, const struct inf_line *line, struct hc_err *err)
{
	const struct hc_inf_sections *sections = build->inf->sections;
	const struct inf_section *directories = hc_inf_section(sections, "DestinationDirs");
	const struct inf_line *otherwise = hc_inf_line(directories, "DefaultDestDir");

	for (size_t i = 0; i < line->fields.count; i++) {
		const char *name = line->fields.items[i];
		const struct inf_section *section;
		const struct inf_line *directory;
		struct hc_inf_file *file;

		if (name[0] == '@') {
			if (add_file(build, otherwise, name + 1, "", &file, err) < 0)
				return -1;
			continue;
		}
		section = hc_inf_section(sections, name);
		directory = hc_inf_line(directories, name);
		if (section != NULL &&
		    add_section(build, section, directory == NULL ? otherwise : directory,
				err) < 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------- all of them */

static int
add_sources(struct inf_build *build, const struct inf_section *section, struct hc_strings *ret,
	    struct hc_err *err)
{
	for (size_t i = 0; section != NULL && i < section->count; i++) {
		struct hc_inf_file file = { 0 };

		if (section->lines[i].key == NULL)
			continue;
		if (ret->count == HC_INF_SOURCES_MAX)
			return hc_err_set(err, H_INF_FORMAT,
					  "the package has more than %u files",
					  HC_INF_SOURCES_MAX);
		if (find_source(build, section->lines[i].key, &file, err) < 0)
			return -1;
		if (file.source != NULL && file.cabinet == NULL &&
		    hc_strings_add(ret, build->arena, file.source, err) < 0)
			return -1;
	}
	return 0;
}

int
hc_inf_sources(const struct hc_inf *inf, const struct hc_inf_target *target,
	       struct hc_arena *arena, struct hc_strings *ret, struct hc_err *err)
{
	struct hc_inf_install install = { .section = "SourceDisksFiles" };
	struct inf_build build = { .inf = inf,
				   .architecture = hc_inf_architecture(target),
				   .arena = arena,
				   .install = &install };
	struct hc_strings list = { 0 };
	char decorated[64];
	int length = snprintf(decorated, sizeof(decorated), "SourceDisksFiles.%s",
			      build.architecture);

	if (length > 0 && (size_t)length < sizeof(decorated) &&
	    add_sources(&build, hc_inf_section(inf->sections, decorated), &list, err) < 0)
		return -1;
	if (add_sources(&build, hc_inf_section(inf->sections, "SourceDisksFiles"), &list, err) <
	    0)
		return -1;
	*ret = list;
	return 0;
}
