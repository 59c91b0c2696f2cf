/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * INF files: which lines are for a Windows, and which of them for a device.
 *
 * A decoration is NT[architecture][.[major][.[minor][.[product type][.[suite][.[build]]]]]].  It fits a Windows of its
 * architecture and product type, with all of its suites, and of its version or a later one; of those that fit, the closest
 * counts.  How Windows weighs a build number against a product type isn't documented; here the product type comes first.
 *
 * Windows 2000 knows no decoration in [Manufacturer], and of a DDInstall section's only .NT and .NTx86.  64-bit Windows (from
 * Server 2003 SP1 on) takes a models section only if its decoration names the architecture.
 *
 * Source:  "INF Manufacturer Section", "Combining Platform Extensions with Operating System Versions", "Creating INF Files
 *          for Multiple Platforms and Operating Systems", "How Windows Ranks Drivers".
 */
#include <string.h>
#include <strings.h>

#include "restore/windows/inf_priv.h"

#define RANK_COMPATIBLE_OF_INF    0x1000u
#define RANK_COMPATIBLE_OF_DEVICE 0x2000u
#define RANK_POSITION_MAX         0x0fffu

enum part { MAJOR, MINOR, PRODUCT_TYPE, SUITE, BUILD, PARTS };

struct decoration {
	bool is_nt;
	const char *architecture; /* of `length`; NT alone: length 0 */
	size_t length;
	bool given[PARTS];
	uint32_t value[PARTS]; /* 0 where it isn't given */
};

/* False: it is none.  "" is the decoration of a section that has none. */
static bool
parse(const char *text, struct decoration *ret)
{
	*ret = (struct decoration){ .architecture = "" };
	if (*text == '\0')
		return true;
	if (strncasecmp(text, "NT", 2) != 0)
		return false;
	ret->is_nt = true;
	ret->architecture = text + 2;
	ret->length = strcspn(ret->architecture, ".");
	text = ret->architecture + ret->length;
	for (unsigned part = 0; *text == '.' && part < PARTS; part++) {
		char number[12];
		size_t length = strcspn(++text, ".");

		if (length >= sizeof(number))
			return false;
		memcpy(number, text, length);
		number[length] = '\0';
		ret->given[part] = length > 0;
		if (length > 0 && !hc_inf_number(number, &ret->value[part]))
			return false;
		text += length;
	}
	return *text == '\0';
}

static bool
is_before(const struct hc_inf_target *target, unsigned major, unsigned minor)
{
	return target->major < major || (target->major == major && target->minor < minor);
}

static bool
has_version(const struct decoration *d)
{
	for (unsigned part = 0; part < PARTS; part++)
		if (d->given[part])
			return true;
	return false;
}

static bool
fits(const struct decoration *d, const struct hc_inf_target *target)
{
	const char *architecture = hc_inf_architecture(target);

	if (d->length > 0 && (strncasecmp(d->architecture, architecture, d->length) != 0 ||
			      architecture[d->length] != '\0'))
		return false;
	if (has_version(d) && is_before(target, 5, 1))
		return false;
	if (is_before(target, d->value[MAJOR], d->value[MINOR]) ||
	    (d->value[MAJOR] == target->major && d->value[MINOR] == target->minor &&
	     d->value[BUILD] > target->build))
		return false;
	if (d->given[PRODUCT_TYPE] && d->value[PRODUCT_TYPE] != target->product_type)
		return false;
	return (target->suite & d->value[SUITE]) == d->value[SUITE];
}

/* Whether of two that fit, `a` is the closer. */
static bool
is_closer(const struct decoration *a, const struct decoration *b)
{
	static const enum part order[] = { MAJOR, MINOR, PRODUCT_TYPE, SUITE, BUILD };

	if (a->is_nt != b->is_nt)
		return a->is_nt;
	if ((a->length > 0) != (b->length > 0))
		return a->length > 0;
	for (unsigned i = 0; i < PARTS; i++) {
		enum part part = order[i];

		if (a->given[part] != b->given[part])
			return a->given[part];
		if (a->value[part] != b->value[part])
			return a->value[part] > b->value[part];
	}
	return false;
}

/* ---------------------------------------------------------------- models */

/* The decoration of a line of [Manufacturer] that counts: "" for none; NULL: this Windows isn't among them. */
static const char *
closest(const struct inf_line *line, const struct hc_inf_target *target)
{
	struct decoration best, d;
	const char *ret = NULL;

	if (is_before(target, 5, 1))
		return "";
	if (strcasecmp(target->architecture, "x86") == 0) {
		parse("", &best);
		ret = "";
	}
	for (size_t i = 1; i < line->fields.count; i++) {
		const char *text = line->fields.items[i];

		if (!parse(text, &d) || !d.is_nt || !fits(&d, target) ||
		    (d.length == 0 && strcasecmp(target->architecture, "x86") != 0))
			continue;
		if (ret == NULL || is_closer(&d, &best)) {
			best = d;
			ret = text;
		}
	}
	return ret;
}

/* Lines looked at are counted, not models: a section can be named often, and have none. */
struct gathered {
	struct hc_arena *arena;
	struct hc_inf_models models;
	size_t lines;
};

static int
add_models(struct gathered *to, const struct inf_section *section,
	   const struct hc_inf_model *of, struct hc_err *err)
{
	if (section->count > HC_INF_LINES_MAX - to->lines)
		return hc_err_set(err, H_INF_FORMAT,
				  "[Manufacturer] leads to more than %u lines",
				  HC_INF_LINES_MAX);
	to->lines += section->count;
	for (size_t i = 0; i < section->count; i++) {
		const struct inf_line *line = &section->lines[i];
		struct hc_inf_model *model;

		if (line->fields.count < 2 || line->key == NULL)
			continue;
		model = hc_arena_grow(to->arena, &to->models.items, &to->models.count,
				      sizeof(*model));
		if (model == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an INF file");
		*model = *of;
		model->section = section->name;
		model->description = line->key;
		model->install = line->fields.items[0];
		model->ids.items = line->fields.items + 1;
		model->ids.count = line->fields.count - 1;
	}
	return 0;
}

int
hc_inf_models(const struct hc_inf *inf, const struct hc_inf_target *target,
	      struct hc_arena *arena, struct hc_inf_models *ret, struct hc_err *err)
{
	const struct inf_section *list = hc_inf_section(inf->sections, "Manufacturer");
	struct gathered to = { .arena = arena };

	for (size_t i = 0; list != NULL && i < list->count; i++) {
		const struct inf_line *line = &list->lines[i];
		const struct inf_section *section;
		struct hc_inf_model of = { .manufacturer = line->key };
		const char *name = hc_inf_field(line, 0), *decoration = closest(line, target);

		if (!inf->is_windows || line->key == NULL || decoration == NULL)
			continue;
		if (*decoration != '\0') {
			of.decoration = decoration;
			name = hc_arena_printf(arena, "%s.%s", name, decoration);
		}
		if (name == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an INF file");
		section = hc_inf_section(inf->sections, name);
		if (section != NULL && add_models(&to, section, &of, err) < 0)
			return -1;
	}
	*ret = to.models;
	return 0;
}

/* ---------------------------------------------------------------- the best for a device */

/* Whether one of `ids` is the id; where, the first place. */
static bool
position_of(const char *id, const struct hc_strings *ids, size_t *ret)
{
	for (size_t i = 0; ids != NULL && i < ids->count; i++) {
		if (strcasecmp(ids->items[i], id) == 0) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static void
weigh(const struct hc_inf_model *model, struct hc_device_ids ids, struct hc_inf_match *best)
{
	for (size_t i = 0; i < model->ids.count; i++) {
		const char *id = model->ids.items[i];
		uint32_t rank = i == 0 ? 0 : RANK_COMPATIBLE_OF_INF;
		size_t at;

		if (*id == '\0')
			continue;
		if (!position_of(id, ids.hardware, &at)) {
			if (!position_of(id, ids.compatible, &at))
				continue;
			rank += RANK_COMPATIBLE_OF_DEVICE;
		}
		rank += at < RANK_POSITION_MAX ? (uint32_t)at : RANK_POSITION_MAX;
		if (best->id == NULL || rank < best->rank ||
		    (rank == best->rank && i < best->id_position)) {
			best->model = *model;
			best->id = id;
			best->id_position = i;
			best->rank = rank;
		}
	}
}

int
hc_inf_match(const struct hc_inf *inf, const struct hc_inf_target *target,
	     struct hc_device_ids ids, struct hc_arena *arena, struct hc_inf_match *ret,
	     struct hc_err *err)
{
	struct hc_inf_match best = { .id = NULL };
	struct hc_inf_models models;

	if (hc_inf_models(inf, target, arena, &models, err) < 0)
		return -1;
	for (size_t i = 0; i < models.count; i++)
		weigh(&models.items[i], ids, &best);
	if (best.id == NULL)
		return 1;
	best.install = hc_inf_install_section(inf, target, best.model.install);
	*ret = best;
	return 0;
}

const char *
hc_inf_install_section(const struct hc_inf *inf, const struct hc_inf_target *target,
		       const char *name)
{
	const struct hc_inf_sections *sections = inf->sections;
	size_t length = strlen(name);
	struct decoration best = { 0 }, d;
	const char *ret = NULL;

	for (size_t i = hc_inf_section_from(sections, name); length > 0 && i < sections->count;
	     i++) {
		const char *other = sections->items[i].name, *rest = other + length;

		if (strncasecmp(other, name, length) != 0)
			break;
		if ((*rest != '\0' && *rest++ != '.') || !parse(rest, &d) || !fits(&d, target))
			continue;
		if (ret == NULL || is_closer(&d, &best)) {
			best = d;
			ret = other;
		}
	}
	return ret;
}
