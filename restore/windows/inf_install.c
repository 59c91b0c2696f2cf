/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * INF files: what installing a device means: its DDInstall section, that with .Services, that with .HW.
 *
 * Each may name more sections by Needs: those of this file are gone through as if they stood there, even where a needed one
 * needs others, which Microsoft's page rules out; those of other files are only listed.
 *
 * Source:  "INF DDInstall Section", "INF DDInstall.Services Section", "INF DDInstall.HW Section".
 */
#include <string.h>
#include <strings.h>

#include "restore/windows/inf_priv.h"

#define NO_FEATURE_SCORE 0xffu

int
hc_inf_take(struct inf_build *build, size_t bytes, struct hc_err *err)
{
	if (bytes > HC_INF_EXPANDED_MAX - build->bytes)
		return hc_err_set(err, H_INF_FORMAT, "[%s] asks for more than %u bytes",
				  build->install->section, HC_INF_EXPANDED_MAX);
	build->bytes += bytes;
	return 0;
}

int
hc_inf_need_number(const struct inf_section *section, const char *text, uint32_t otherwise,
		   uint32_t *ret, struct hc_err *err)
{
	*ret = otherwise;
	if (*text == '\0' || hc_inf_number(text, ret))
		return 0;
	return hc_err_set(err, H_INF_FORMAT, "[%s]: \"%.64s\" is no number", section->name,
			  text);
}

static int
add_text(struct inf_build *build, struct hc_strings *list, const char *text, struct hc_err *err)
{
	const char **item;

	for (size_t i = 0; i < list->count; i++)
		if (strcasecmp(list->items[i], text) == 0)
			return 0;
	if (*text == '\0')
		return 0;
	if (list->count == HC_INF_NEEDS_MAX)
		return hc_err_set(err, H_INF_FORMAT,
				  "[%s] needs more than %u sections or files",
				  build->install->section, HC_INF_NEEDS_MAX);
	item = hc_arena_grow(build->arena, &list->items, &list->count, sizeof(*item));
	if (item == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an INF file");
	*item = text;
	return 0;
}

/* Each section is gone through once; one that needs itself does no harm. */
static int
queue(struct inf_build *build, const struct inf_section *section, struct hc_err *err)
{
	for (size_t i = 0; i < build->walked_count; i++)
		if (build->walked[i] == section)
			return 0;
	if (build->walked_count == HC_INF_NEEDS_MAX)
		return hc_err_set(err, H_INF_FORMAT, "[%s] needs more than %u sections",
				  build->install->section, HC_INF_NEEDS_MAX);
	build->walked[build->walked_count++] = section;
	return 0;
}

static int
need(struct inf_build *build, const struct inf_line *line, enum hc_inf_part part,
     struct hc_err *err)
{
	for (size_t i = 0; i < line->fields.count; i++) {
		const char *name = line->fields.items[i];
		const struct inf_section *section = hc_inf_section(build->inf->sections, name);

		if (section != NULL
			    ? queue(build, section, err) < 0
			    : add_text(build, &build->install->needs[part], name, err) < 0)
			return -1;
	}
	return 0;
}

static int
include(struct inf_build *build, const struct inf_line *line, struct hc_err *err)
{
	for (size_t i = 0; i < line->fields.count; i++)
		if (add_text(build, &build->install->includes, line->fields.items[i], err) < 0)
			return -1;
	return 0;
}

/* Two hexadecimal digits without 0x; the first section that has it counts. */
static void
feature_score(struct inf_build *build, const struct inf_line *line)
{
	static const char digits[] = "0123456789abcdef";
	const char *text = hc_inf_field(line, 0);
	uint32_t score = 0;

	for (size_t i = 0; text[i] != '\0'; i++) {
		const char *digit = strchr(digits, text[i] | (text[i] > '9' ? 0x20 : 0));

		if (digit == NULL || i == 2)
			return;
		score = score * 16 + (uint32_t)(digit - digits);
	}
	if (build->install->feature_score == NO_FEATURE_SCORE && *text != '\0')
		build->install->feature_score = score;
}

static int
directive(struct inf_build *build, const struct inf_line *line, enum hc_inf_part part,
	  struct hc_err *err)
{
	const char *name = line->key;

	if (name == NULL)
		return 0;
	if (strcasecmp(name, "Needs") == 0)
		return need(build, line, part, err);
	if (strcasecmp(name, "Include") == 0)
		return include(build, line, err);
	if (part == HC_INF_PART_SERVICES && strcasecmp(name, "AddService") == 0)
		return hc_inf_add_service(build, line, err);
	if (part == HC_INF_PART_DEVICE && strcasecmp(name, "CopyFiles") == 0)
		return hc_inf_copy_files(build, line, err);
	if (part != HC_INF_PART_SERVICES && strcasecmp(name, "AddReg") == 0)
		return hc_inf_add_reg(build, line,
				      part == HC_INF_PART_DEVICE ? HC_INF_DRIVER
								 : HC_INF_HARDWARE,
				      NULL, err);
	if (part == HC_INF_PART_DEVICE && strcasecmp(name, "FeatureScore") == 0) {
		feature_score(build, line);
		return 0;
	}
	/* A date of its own for this section; Windows 9x used it. */
	if (strcasecmp(name, "DriverVer") == 0)
		return 0;
	return add_text(build, &build->install->other, name, err);
}

static int
walk(struct inf_build *build, const char *suffix, enum hc_inf_part part, struct hc_err *err)
{
	const char *name =
		hc_arena_printf(build->arena, "%s%s", build->install->section, suffix);
	const struct inf_section *section;

	if (name == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an INF file");
	section = hc_inf_section(build->inf->sections, name);
	build->walked_count = 0;
	if (section != NULL && queue(build, section, err) < 0)
		return -1;
	for (size_t i = 0; i < build->walked_count; i++) {
		section = build->walked[i];
		for (size_t k = 0; k < section->count; k++)
			if (directive(build, &section->lines[k], part, err) < 0)
				return -1;
	}
	return 0;
}

int
hc_inf_install(const struct hc_inf *inf, const struct hc_inf_target *target,
	       const char *section, struct hc_arena *arena, struct hc_inf_install *ret,
	       struct hc_err *err)
{
	struct hc_inf_install install = { .section = section,
					  .feature_score = NO_FEATURE_SCORE };
	struct inf_build build = {
		.inf = inf,
		.architecture = hc_inf_architecture(target),
		.arena = arena,
		.install = &install,
	};

	if (section == NULL || hc_inf_section(inf->sections, section) == NULL)
		return hc_err_set(err, H_INF_FORMAT, "the INF file has no section [%s]",
				  section == NULL ? "" : section);
	if (walk(&build, "", HC_INF_PART_DEVICE, err) < 0 ||
	    walk(&build, ".Services", HC_INF_PART_SERVICES, err) < 0 ||
	    walk(&build, ".HW", HC_INF_PART_HARDWARE, err) < 0)
		return -1;
	*ret = install;
	return 0;
}
