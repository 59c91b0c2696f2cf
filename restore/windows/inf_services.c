/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * INF files: AddService = name, flags, section, event log section.
 *
 * Source:  "INF AddService Directive".
 */
#include <string.h>
#include <strings.h>

#include "restore/windows/inf_priv.h"

/* The AddReg lines of a service's, or an event log's, section. */
static int
add_values(struct inf_build *build, const struct inf_section *section, enum hc_inf_scope scope,
	   const char *service, struct hc_err *err)
{
	if (section == NULL)
		return 0;
	if (hc_inf_take(build, section->count, err) < 0)
		return -1;
	for (size_t i = 0; i < section->count; i++) {
		const struct inf_line *line = &section->lines[i];

		if (line->key != NULL && strcasecmp(line->key, "AddReg") == 0 &&
		    hc_inf_add_reg(build, line, scope, service, err) < 0)
			return -1;
	}
	return 0;
}

static int
number(const struct inf_section *section, const char *key, uint32_t *ret, struct hc_err *err)
{
	const char *text = hc_inf_value(section, key);

	return hc_inf_need_number(section, text == NULL ? "" : text, HC_INF_UNSET, ret, err);
}

static int
read_section(const struct inf_section *section, struct hc_inf_service *service,
	     struct hc_err *err)
{
	const struct inf_line *dependencies = hc_inf_line(section, "Dependencies");

	service->display_name = hc_inf_value(section, "DisplayName");
	service->description = hc_inf_value(section, "Description");
	service->binary = hc_inf_value(section, "ServiceBinary");
	service->group = hc_inf_value(section, "LoadOrderGroup");
	service->security = hc_inf_value(section, "Security");
	service->start_name = hc_inf_value(section, "StartName");
	if (dependencies != NULL)
		service->dependencies = dependencies->fields;
	if (number(section, "ServiceType", &service->type, err) < 0 ||
	    number(section, "StartType", &service->start, err) < 0 ||
	    number(section, "ErrorControl", &service->error, err) < 0)
		return -1;
	return 0;
}

int
hc_inf_add_service(struct inf_build *build, const struct inf_line *line, struct hc_err *err)
{
	const struct hc_inf_sections *sections = build->inf->sections;
	struct hc_inf_install *install = build->install;
	const struct inf_section *section = hc_inf_section(sections, hc_inf_field(line, 2)),
				 *log = hc_inf_section(sections, hc_inf_field(line, 3));
	struct hc_inf_service *service;

	if (install->services.count == HC_INF_SERVICES_MAX)
		return hc_err_set(err, H_INF_FORMAT, "[%s] adds more than %u services",
				  install->section, HC_INF_SERVICES_MAX);
	service = hc_arena_grow(build->arena, &install->services.items,
				&install->services.count, sizeof(*service));
	if (service == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an INF file");
	service->name = hc_inf_field(line, 0);
	service->section = hc_inf_field(line, 2);
	service->type = service->start = service->error = HC_INF_UNSET;
	if (hc_inf_need_number(&sections->items[line->section], hc_inf_field(line, 1), 0,
			       &service->flags, err) < 0 ||
	    (section != NULL && read_section(section, service, err) < 0) ||
	    add_values(build, section, HC_INF_SERVICE, service->name, err) < 0 ||
	    add_values(build, log, HC_INF_EVENT_LOG, service->name, err) < 0)
		return -1;
	return 0;
}
